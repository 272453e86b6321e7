"""Whether clips of one song lie near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from songnet import networks
from songnet.encoders._blocks import Values, blocks, unit
from songnet.encoders._geometry import SAMPLE, chosen
from songnet.errors import InputError
from songnet.model import Ids, Ints, Vectors, object_array


@dataclass(frozen=True, slots=True)
class ClipAgreement:
    """How much more alike clips of one song are than clips of two songs.

    Attributes
    ----------
    songs, clips
        How many were looked at; a song of one clip is among those to be confused with.
    within
        Mean cosine of two clips of one song, each song of several clips counting once.
    between
        Mean cosine over all pairs of clips of different songs; None where there is one song.
    retrieval
        The share of clips, of songs that have several, whose nearest other clip is of their song.
    chance
        The same share if the nearest clip were drawn at random.
    """

    songs: int
    clips: int
    within: float
    between: float | None
    retrieval: float
    chance: float


def clip_agreement(
    songs: Sequence[str] | Ids, values: Values, *, seed: int = 0, sample: int = SAMPLE
) -> ClipAgreement | None:
    """How well clips of one song agree, by cosine.

    Vectors that are zero have no direction and are left out. Above `sample` clips, songs are
    drawn by `seed` until they have as many.

    Parameters
    ----------
    songs
        Song ids, m, in any order; a song has a row per clip.
    values
        float32 (m, d), finite.

    Returns
    -------
    None where no song has two clips.

    Raises
    ------
    InputError
        Not one song per row.
    """
    if np.ndim(values) != 2 or len(songs) != len(values):
        raise InputError(f"values of clips need shape ({len(songs)}, d): got {np.shape(values)}")
    rows = np.flatnonzero(np.any(values, axis=1))
    song = np.unique(object_array(songs)[rows], return_inverse=True)[1].astype(np.int64)
    kept = _whole_songs(song, sample, seed)
    song = np.unique(song[kept], return_inverse=True)[1].astype(np.int64)
    counts = np.bincount(song)
    if not (counts > 1).any():
        return None
    return _agreement(song, counts, values[rows[kept]])


def _agreement(song: Ints, counts: Ints, values: Values) -> ClipAgreement:
    within, between = _mean_cosines(song, counts, values)
    several = counts[song] > 1
    found = song[_nearest_row(values)] == song
    return ClipAgreement(
        songs=len(counts),
        clips=len(song),
        within=within,
        between=between,
        retrieval=float(found[several].mean()),
        chance=float((counts[song][several] - 1).mean() / (len(song) - 1)),
    )


def _mean_cosines(song: Ints, counts: Ints, values: Values) -> tuple[float, float | None]:
    """Of clips of one song and of two: sums of unit vectors give all pairs without making them."""
    sums = np.zeros((len(counts), values.shape[1]))
    for part in blocks(*values.shape):
        np.add.at(sums, song[part], unit(values[part]))
    own = (sums**2).sum(axis=1)
    many = counts > 1
    within = (own[many] - counts[many]) / (counts[many] * (counts[many] - 1))
    pairs = counts.sum() ** 2 - (counts**2).sum()
    between = ((sums.sum(axis=0) ** 2).sum() - own.sum()) / pairs if pairs else None
    return float(within.mean()), None if between is None else float(between)


def _nearest_row(values: Values) -> Ints:
    names = object_array(f"{row:012d}" for row in range(len(values)))
    chooser, neighbor = chosen(networks.nearest(Vectors("clips", names, values), k=1))
    nearest = np.empty(len(values), np.int64)
    nearest[chooser] = neighbor
    return nearest


def _whole_songs(song: Ints, sample: int, seed: int) -> Ints:
    """Rows of songs drawn at random while all their clips fit into `sample`."""
    if len(song) <= sample:
        return np.arange(len(song))
    counts = np.bincount(song)
    order = np.random.default_rng([seed, sample]).permutation(len(counts))
    drawn = order[np.cumsum(counts[order]) <= sample]
    return np.flatnonzero(np.isin(song, drawn))
