"""How well vectors continue playlists: a song of a list is held back and sought again.

The measure is the area under the ROC curve in leave-one-out, after S. Rendle, C. Freudenthaler,
Z. Gantner and L. Schmidt-Thieme, *BPR: Bayesian personalized ranking from implicit feedback*
(UAI 2009), section 6.2. A song's score for a playlist is the cosine between its vector and the mean
of the unit vectors of the songs that the playlist kept. There one user's item competes with all
items that he lacks; here songs held back compete in pairs that could be swapped, which puts chance
at one half exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songnet.encoders._sequences import SHORTEST, Sequences
from songnet.model import Ints

MOST_HELD_BACK = 2_000
LARGEST_SHARE = 0.05
CHANCE = 0.5


@dataclass(frozen=True)
class Continuation:
    """Playlists, each with the song that was taken from it.

    Attributes
    ----------
    song
        int64 (n,): the song taken from each playlist.
    kept
        The rest of each playlist, int32, at least two songs.
    rivals
        bool (n, n), symmetric: of two playlists, neither holds the song taken from the other.
    """

    song: Ints
    kept: tuple[NDArray[np.int32], ...]
    rivals: NDArray[np.bool_]

    def auc(self, vectors: NDArray[np.float32]) -> float:
        """How often the song taken from a playlist is nearer to it than the song of a rival.

        The share of ordered pairs of rivals, ties counting half: 1 is perfect. `CHANCE` (0.5) is
        what vectors reach that know nothing of playlists; whatever says of a song how popular it
        is, and nothing else, reaches it too, because every pair is met both ways round.

        Parameters
        ----------
        vectors
            float32 (songs, d).
        """
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        units = vectors / np.where(lengths > 0, lengths, 1)
        lists = np.stack([units[songs].mean(axis=0) for songs in self.kept])
        scores = lists @ units[self.song].T
        own = np.diagonal(scores)[:, None]
        return float(((scores < own) + 0.5 * (scores == own))[self.rivals].mean())


def hold_back(
    sequences: Sequences, *, min_count: int, seed: int
) -> tuple[Sequences, Continuation | None]:
    """Take a song from some playlists, at random.

    At most one per playlist of three songs or more, and a song only as often as it stays in
    `min_count` playlists: every song keeps its vector, every playlist its company. At most 5 % of
    the memberships and 2,000.

    Returns
    -------
    What is left to learn from, and the playlists to continue; everything and None where no two
    can be compared.
    """
    rows = _drawn(sequences, min_count, seed)
    held = _continuation(sequences, rows)
    if not held.rivals.any():
        return sequences, None
    return sequences.without(rows), held


def _drawn(sequences: Sequences, min_count: int, seed: int) -> Ints:
    """The rows to hold back, rising."""
    random = np.random.default_rng([seed, 1])
    spare = sequences.counts - min_count
    most = min(MOST_HELD_BACK, int(LARGEST_SHARE * len(sequences)))
    rows: list[int] = []
    for playlist in random.permutation(np.flatnonzero(np.diff(sequences.bounds) > SHORTEST)):
        if len(rows) == most:
            break
        songs = sequences.of(playlist)
        places = np.flatnonzero(spare[songs] > 0)
        if len(places):
            place = places[random.integers(len(places))]
            spare[songs[place]] -= 1
            rows.append(sequences.bounds[playlist] + place)
    return np.sort(np.array(rows, np.int64))


def _continuation(sequences: Sequences, rows: Ints) -> Continuation:
    songs = sequences.song[rows]
    lists = [sequences.of(playlist) for playlist in sequences.playlist_of(rows)]
    lacks = np.array([~np.isin(songs, there) for there in lists], bool).reshape(
        len(rows), len(rows)
    )
    kept = tuple(there[there != song] for there, song in zip(lists, songs, strict=True))
    return Continuation(songs.astype(np.int64), kept, lacks & lacks.T)
