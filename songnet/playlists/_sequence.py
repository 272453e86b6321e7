"""One song after the other, each like those before it.

As Deej-AI makes playlists (R. D. Smith, https://github.com/teticio/Deej-AI): the next song is the
nearest to the mean of the last few, with a little noise so that the list does not stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ints
from songnet.playlists._evidence import Evidence
from songnet.playlists._rules import Picking
from songnet.playlists._scorer import NOTHING
from songnet.playlists._sound import cosines

LOOKBACK: Final = 3


@dataclass(frozen=True)
class Step:
    """A song that was added.

    Attributes
    ----------
    song
        Its index.
    score
        The cosine with what was looked for.
    before
        The song that it follows, an index.
    """

    song: int
    score: float
    before: int


def check_steps(lookback: int, noise: float) -> None:
    """`UsageError` for what `sequence` cannot go by."""
    if lookback < 1:
        raise UsageError(f"--lookback must be 1 or more: got {lookback}")
    if not 0 <= noise < np.inf:
        raise UsageError(f"--noise must be 0 or more: got {noise}")


def sequence(
    evidence: Evidence,
    seeds: Ints,
    picking: Picking,
    *,
    lookback: int = LOOKBACK,
    noise: float = 0.0,
    seed: int = 0,
) -> list[Step]:
    """Songs that go on from the seeds, until `picking` is full or nothing is left.

    Parameters
    ----------
    seeds
        int64 (s,): songs that are there already, in order; those without a vector are passed over.
    lookback
        How many of the last songs the next one is to be like, 1 or more.
    noise
        The standard deviation of what is added to each number of the mean, in lengths of the
        mean; 0 or more.
    seed
        Of the noise.

    Raises
    ------
    InputError
        No seed has a vector.
    UsageError
        `lookback` or `noise` out of range.
    """
    check_steps(lookback, noise)
    there = [int(each) for each in seeds if evidence.heard[each]]
    if evidence.directions is None or not there:
        raise InputError(
            "no seed has a vector, so nothing is known to sound like it: use --method pagerank, or "
            "make vectors with 'songnet embed'"
        )
    drawn = np.random.default_rng(seed)
    steps: list[Step] = []
    while not picking.full:
        target = _mean(evidence, there[-lookback:])
        if noise:
            target += drawn.normal(0, noise * np.linalg.norm(target), len(target))
        scores = np.where(evidence.heard, cosines(evidence.directions, target), NOTHING)
        song = picking.take_best(scores)
        if song is None:
            break
        steps.append(Step(song, float(scores[song]), there[-1]))
        there.append(song)
    return steps


def _mean(evidence: Evidence, songs: list[int]) -> Floats:
    assert evidence.directions is not None  # noqa: S101 (`sequence` has looked)
    return np.asarray(evidence.directions[songs].mean(axis=0, dtype=np.float64))
