"""Hubness: how unevenly songs are chosen as neighbours.

In many dimensions a few songs, hubs, are among the nearest of very many others, and many songs,
antihubs, of none: a property of distances there, not of the music. The measure is the skewness of
the k-occurrence, after Radovanović, Nanopoulos & Ivanović, "Hubs in Space: Popular Nearest
Neighbors in High-Dimensional Data", JMLR 11, 2010, equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.errors import InputError
from songnet.model import Ints, SongNetwork


@dataclass(frozen=True, slots=True)
class Hubs:
    """What hubs a network has.

    Attributes
    ----------
    hubness
        The skewness of the k-occurrence, see `hubness`.
    hub
        The song that is among the nearest of most songs; of several the one of the smallest id.
    occurrence
        Of how many: the largest k-occurrence.
    """

    hubness: float
    hub: str
    occurrence: int


def hubs(network: SongNetwork) -> Hubs:
    """The hubs of a network of kind ``sound``, from the ranks of its edges.

    Raises
    ------
    InputError
        A network of another kind: its edges do not say who chose whom.
    """
    if network.kind != "sound":
        raise InputError(
            f"only a network of sound has hubs: {network.name!r} is of kind {network.kind!r}"
        )
    forward, back = (network.attributes[key] > 0 for key in ("rank_source", "rank_target"))
    chosen = np.concatenate([network.targets[forward], network.sources[back]])
    occurrence = k_occurrence(chosen, len(network.songs))
    most = int(occurrence.argmax())
    return Hubs(
        hubness=hubness(chosen, len(network.songs)),
        hub=network.songs[most],
        occurrence=int(occurrence[most]),
    )


def k_occurrence(neighbours: Ints, songs: int) -> Ints:
    """How many songs have each song among their nearest.

    Parameters
    ----------
    neighbours
        Integers of any shape, usually (n, k): the songs that were chosen, as indices from 0.
    songs
        How many songs could be chosen, n.

    Returns
    -------
    N_k, int64 (songs,); its sum is the size of `neighbours`.

    Raises
    ------
    InputError
        An index that is no song's.
    """
    chosen = np.asarray(neighbours, np.int64).ravel()
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < songs:
        raise InputError(
            f"neighbours must be indices of the {songs} songs, 0 to {songs - 1}: "
            f"got {chosen.min()} to {chosen.max()}"
        )
    return np.bincount(chosen, minlength=songs).astype(np.int64)


def hubness(indices: Ints, songs: int) -> float:
    """The skewness of the k-occurrence, E[(N_k - mean)³] / sd³.

    Parameters
    ----------
    indices
        Integers (n, k): row i holds the songs nearest to song i, as indices from 0.
    songs
        How many songs could be chosen, n.

    Returns
    -------
    About 0 where all songs are chosen about equally often (0 where exactly, or where there are no
    songs), above 1 where a few hubs are chosen by very many.

    Raises
    ------
    InputError
        An index that is no song's.
    """
    deviation = k_occurrence(indices, songs) - np.size(indices) / max(songs, 1)
    if not deviation.any():
        return 0.0
    return float((deviation**3).mean() / (deviation**2).mean() ** 1.5)
