"""Whether a partition fits a network better than chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.agreement import check_samples, group_codes
from songnet.model import Ints, SongNetwork
from songnet.networks._modularity import modularity
from songnet.networks._null import NullTest


def modularity_test(
    network: SongNetwork,
    labels: NDArray[Any],
    *,
    samples: int = 99,
    seed: int = 0,
    groups: Sequence[Any] | None = None,
    resolution: float = 1.0,
) -> NullTest:
    """The modularity of given labels on a network, against the same labels dealt out at random.

    For labels that come from elsewhere, such as communities of playlists on a network of sound:
    those found on the network itself always fit it better than shuffled ones.

    Parameters
    ----------
    labels
        A label per song of `network.songs`, in that order, shape (n,).
    samples
        How many shuffles.
    seed
        Of the shuffles; the n-th draws from ``default_rng([seed, n])``.
    groups
        The artist (or album) of every song, None where it is unknown. Then labels are shuffled
        within each group alone, and songs of no known group keep theirs: what is left above chance
        is not owed to songs of one artist sharing a community.
    resolution
        See `songnet.networks.modularity`.

    Returns
    -------
    The test; ``movable`` is the share of songs in groups of more than one label, whose label a
    shuffle can change.

    Raises
    ------
    InputError
        Not as many labels or groups as songs.
    UsageError
        `samples` below 1; a resolution that is negative or not finite.
    """
    check_samples(samples)
    observed = modularity(network, labels, resolution=resolution)
    labelled = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    within = _groups(network, groups)
    order = np.argsort(within, kind="stable")
    values = []
    for sample in range(samples):
        random = np.random.default_rng([seed, sample]).random(len(within))
        dealt = np.empty_like(labelled)
        dealt[order] = labelled[np.lexsort((random, within))]
        values.append(modularity(network, dealt, resolution=resolution))
    return NullTest(
        null="shuffle" if groups is None else "shuffle within groups",
        observed=observed,
        values=tuple(values),
        seed=seed,
        movable=_movable(within, labelled),
    )


def _groups(network: SongNetwork, groups: Sequence[Any] | None) -> Ints:
    """A number per group, shape (n,); songs of no group have one each."""
    songs = len(network.songs)
    codes = group_codes(groups, songs)
    alone = codes < 0
    codes[alone] = songs + np.arange(int(alone.sum()))
    return codes


def _movable(within: Ints, labels: Ints) -> float:
    if not len(within):
        return 0.0
    group = np.unique(within, return_inverse=True)[1]
    least = np.full(group.max() + 1, np.iinfo(np.int64).max)
    most = np.full(group.max() + 1, -1)
    np.minimum.at(least, group, labels)
    np.maximum.at(most, group, labels)
    return float((least < most)[group].mean())
