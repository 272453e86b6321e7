"""Whether playlists gather songs that sound alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from songnet.agreement import check_samples, group_codes
from songnet.errors import EmptyInputError
from songnet.model import Floats, Ints, Memberships, Vectors, among
from songnet.networks._null import NullTest
from songnet.networks._rewiring import rewired
from songnet.networks._selection import restricted
from songnet.progress import Progress, silent

SCHEMA: Final = "songnet.networks.assortativity/1"
BLOCK = 1 << 24


@dataclass(frozen=True)
class Assortativity:
    """How much more alike songs sound that share a playlist than chance has it.

    Attributes
    ----------
    encoder
        Whose vectors.
    by_playlist
        The test of the mean over playlists of the mean cosine of their pairs: each has one vote.
    by_pair
        That of the mean cosine of all pairs, each as often as it shares a playlist: long playlists
        count most.
    songs
        Songs that count: in a playlist, with a vector and, where groups were asked for, a group.
    playlists, pairs
        Playlists with a pair that counts, and such pairs.
    groups
        Whether only pairs of different groups count.
    cosine, spread
        Mean and standard deviation of the cosine of all pairs of `songs`, whatever their groups.
    """

    encoder: str
    by_playlist: NullTest
    by_pair: NullTest
    songs: int
    playlists: int
    pairs: int
    groups: bool
    cosine: float
    spread: float

    @property
    def effects(self) -> tuple[float | None, float | None]:
        """The effects of `by_playlist` and `by_pair` in units of `spread`; None where it is 0."""
        if not self.spread:
            return None, None
        return self.by_playlist.effect / self.spread, self.by_pair.effect / self.spread

    def to_json(self) -> dict[str, Any]:
        """As plain data; ``effect_in_sd`` are the effects in units of `spread`."""
        by_playlist, by_pair = self.effects
        return {
            "schema": SCHEMA,
            "encoder": self.encoder,
            "songs": self.songs,
            "playlists": self.playlists,
            "pairs": self.pairs,
            "groups": self.groups,
            "cosine": self.cosine,
            "spread": self.spread,
            "by_playlist": {**self.by_playlist.to_json(), "effect_in_sd": by_playlist},
            "by_pair": {**self.by_pair.to_json(), "effect_in_sd": by_pair},
        }


def assortativity(
    memberships: Memberships,
    vectors: Vectors,
    *,
    groups: Sequence[Any] | None = None,
    samples: int = 99,
    seed: int = 0,
    progress: Progress = silent,
) -> Assortativity:
    """The mean cosine of songs that share a playlist, against rewired playlists.

    Only songs with a vector count, and only their memberships are rewired, so that every playlist
    keeps as many of them and every song is in as many playlists. Features are standardised over
    those songs before the cosine is taken; a song exactly in the middle has cosine 0 with all.

    A pair's cosines are never taken one by one: with S the sum of a playlist's n unit vectors and
    S_g that of its songs of group g, the sum over pairs of different groups is
    (|S|² - Σ_g |S_g|²) / 2, without groups (|S|² - n) / 2.

    Parameters
    ----------
    groups
        The artist of every song of `memberships.songs`, in that order, None where unknown. Then
        only pairs of different artists count, in the samples too, so that shared artists cannot
        pass for assortativity; songs of unknown artist do not count.
    samples
        How many times to rewire.
    seed
        Of the rewiring; the n-th is ``rewired(..., seed=[seed, n])``.
    progress
        Told how many samples are through, and how many there are to be.

    Raises
    ------
    EmptyInputError
        No playlist has two songs that count.
    InputError
        Not as many groups as songs.
    UsageError
        `samples` below 1.
    """
    check_samples(samples)
    who, codes = _counting(memberships, vectors, groups)
    units = _units(vectors, who)
    observed = _means(who, units, codes)
    if not observed.pairs:
        raise EmptyInputError(_nothing(vectors, groups is not None))
    null = []
    for sample in range(samples):
        null.append(_means(rewired(who, seed=[seed, sample]), units, codes))
        progress("rewiring playlists", sample + 1, samples)
    cosine, spread = _all_pairs(units)
    return Assortativity(
        encoder=vectors.encoder,
        by_playlist=_test(observed.by_playlist, [each.by_playlist for each in null], seed),
        by_pair=_test(observed.by_pair, [each.by_pair for each in null], seed),
        songs=len(who.songs),
        playlists=observed.playlists,
        pairs=observed.pairs,
        groups=groups is not None,
        cosine=cosine,
        spread=spread,
    )


def _test(observed: float, values: list[float], seed: int) -> NullTest:
    return NullTest("rewiring", observed, tuple(values), seed)


def _nothing(vectors: Vectors, groups: bool) -> str:
    what = "songs of different groups" if groups else "songs"
    return f"no playlist has two {what} with a vector of {vectors.encoder!r}: embed more songs"


def _counting(
    memberships: Memberships, vectors: Vectors, groups: Sequence[Any] | None
) -> tuple[Memberships, Ints | None]:
    """The memberships of songs that count, and the number of each of those songs' group."""
    heard = among(memberships.songs, vectors.songs)
    if groups is None:
        return restricted(memberships, songs=heard), None
    codes = group_codes(groups, len(memberships.songs))
    count = heard & (codes >= 0)
    return restricted(memberships, songs=count), codes[count]


def _units(vectors: Vectors, who: Memberships) -> Floats:
    """Standardised vectors of the songs, brought to length 1; shape (s, at most d)."""
    values = vectors.values[np.searchsorted(vectors.songs, who.songs)].astype(np.float64)
    if not len(values):
        return values
    values -= values.mean(axis=0)
    deviation = values.std(axis=0)
    # What differs by rounding alone does not differ.
    varies = deviation > 1e-12
    values[:, varies] /= deviation[varies]
    values[:, ~varies] = 0
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    values /= np.where(lengths > 0, lengths, 1)
    if values.shape[1] <= values.shape[0]:
        return values
    # Cosines are all that counts, and n vectors have room for theirs in n dimensions.
    triangle = np.asarray(np.linalg.qr(values.T, mode="r"), np.float64)
    return triangle.T


class _Means(NamedTuple):
    by_playlist: float
    by_pair: float
    playlists: int
    pairs: int


def _means(who: Memberships, units: Floats, codes: Ints | None) -> _Means:
    """Mean cosines of the pairs of different groups that share a playlist."""
    count = np.bincount(who.playlist, minlength=len(who.playlists)).astype(np.int64)
    same, alike = _alone(who, units) if codes is None else _alike(who, units, codes)
    pairs = (count**2 - same) // 2
    sums = (_squares(who.playlist, who.song, units) - alike) / 2
    some = pairs > 0
    if not some.any():
        return _Means(0.0, 0.0, 0, 0)
    return _Means(
        float((sums[some] / pairs[some]).mean()),
        float(sums[some].sum() / pairs.sum()),
        int(some.sum()),
        int(pairs.sum()),
    )


def _alone(who: Memberships, units: Floats) -> tuple[Ints, Floats]:
    """Per playlist how many songs there are, and the sum of their cosines with themselves."""
    own = np.einsum("ij,ij->i", units, units)[who.song]
    playlists = len(who.playlists)
    count = np.bincount(who.playlist, minlength=playlists)
    alike = np.bincount(who.playlist, own, minlength=playlists)
    return count.astype(np.int64), np.asarray(alike, np.float64)


def _alike(who: Memberships, units: Floats, codes: Ints) -> tuple[Ints, Floats]:
    """Per playlist how many ordered pairs are of one group, and the sum of their cosines."""
    width = int(codes.max(initial=0)) + 1
    cell, number = np.unique(who.playlist * width + codes[who.song], return_inverse=True)
    playlist, playlists = cell // width, len(who.playlists)
    pairs = np.bincount(playlist, np.bincount(number) ** 2.0, minlength=playlists)
    squares = _squares(number, who.song, units)
    alike = np.bincount(playlist, squares, minlength=playlists)
    return pairs.astype(np.int64), np.asarray(alike, np.float64)


def _squares(rows: Ints, songs: Ints, units: Floats) -> Floats:
    """The squared length of the sum of each row's unit vectors; rows are numbered from 0."""
    from scipy import sparse

    number = int(rows.max(initial=-1)) + 1
    ones = np.ones(len(rows))
    table = sparse.csr_array((ones, (rows, songs)), shape=(number, len(units)))
    step = max(1, BLOCK // max(units.shape[1], 1))
    parts = [np.empty(0)]
    for start in range(0, number, step):
        sums = table[start : start + step] @ units
        parts.append(np.einsum("ij,ij->i", sums, sums))
    return np.concatenate(parts)


def _all_pairs(units: Floats) -> tuple[float, float]:
    """Mean and standard deviation of the cosine of all pairs of songs, without the pairs.

    The sum of squared cosines of all with all is that of the squared entries of UᵀU.
    """
    songs, pairs = len(units), len(units) * (len(units) - 1)
    own = float(np.einsum("ij,ij->", units, units))
    total = units.sum(axis=0)
    mean = (float(total @ total) - own) / pairs
    table = units if units.shape[0] < units.shape[1] else units.T
    step = max(1, BLOCK // max(len(table), 1))
    squares = sum(
        float(((table[start : start + step] @ table.T) ** 2).sum())
        for start in range(0, len(table), step)
    )
    # A song's cosine with itself is 1, or 0 where it has no direction.
    square = (squares - own) / pairs
    return mean, float(np.sqrt(max(square - mean**2, 0.0))) if songs > 1 else 0.0
