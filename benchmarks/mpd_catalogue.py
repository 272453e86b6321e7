"""The songs of the generated playlists: who plays them, in what style, how often they are heard.

Songs are numbered so that those of an artist stand together, the artists of a scene, and the scenes
of a genre: each of these is a range of numbers, and drawing a song from any of them is one search
in a running sum. Nothing here grows with the number of playlists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats, Ints

Numbers: TypeAlias = NDArray[np.int32]

SONGS = 6_000_000
GENRES = 36
SONGS_PER_SCENE = 3_000
SONGS_PER_ALBUM = 12.0

# How often the song of a rank is heard falls as (rank + HEAD)^-FALL, and faster beyond KNEE: fitted
# to the counts of the Million Playlist Dataset (see `mpd_statistics`).
FALL, HEAD = 0.963, 168.0
KNEE, LATE_FALL = 0.00807, 0.73

# One song in so many has an artist of its own; the others share artists of very unequal output.
ALONE = 0.1
SONGS_PER_ARTIST = 60
OUTPUT_SPREAD = 2.2


@dataclass(frozen=True)
class Catalogue:
    """Songs by number.

    Attributes
    ----------
    seed
        What it was made from, with the number of songs.
    reach
        float64 (songs + 1,): the running sum of how often songs are heard, from 0 to 1.
    artist, album
        int32 (songs,): numbers, rising and unordered.
    artists, scenes, genres
        int64: where the songs of each begin, and, last, the number of songs.
    """

    seed: int
    reach: Floats
    artist: Numbers
    album: Numbers
    artists: Ints
    scenes: Ints
    genres: Ints

    @property
    def songs(self) -> int:
        """Their number."""
        return len(self.artist)

    def genre(self, song: Ints) -> Ints:
        """The planted genre of songs."""
        return _holder(self.genres, song)

    def scene(self, song: Ints) -> Ints:
        """The planted scene of songs, numbered over all genres."""
        return _holder(self.scenes, song)

    def drawn(self, draw: np.random.Generator, begin: Ints, end: Ints) -> Ints:
        """A song out of each range of numbers, by how often songs are heard."""
        low = self.reach[begin]
        at = low + draw.random(np.shape(begin)) * (self.reach[end] - low)
        song = np.searchsorted(self.reach, at, side="right") - 1
        return np.clip(song, begin, end - 1)


def _holder(bounds: Ints, song: Ints) -> Ints:
    return np.searchsorted(bounds, song, side="right") - 1


@lru_cache(maxsize=1)
def catalogue(songs: int = SONGS, seed: int = 0) -> Catalogue:
    """`songs` songs; the last one made is kept.

    The artists of a song's scene and how often the song is heard are independent, so that every
    scene has its hits and its rarities.
    """
    draw = np.random.default_rng([seed, 0])
    output, scene, genre = _artists(draw, songs)
    artists = _bounds(output)
    scenes = artists[np.searchsorted(scene, np.arange(len(genre) + 1))]
    genres = scenes[np.searchsorted(genre, np.arange(genre[-1] + 2))]
    artist = np.repeat(np.arange(len(output), dtype=np.int32), output)
    reach = np.concatenate([[0.0], np.cumsum(draw.permutation(_heard(songs)))])
    return Catalogue(
        seed=seed,
        reach=reach / reach[-1],
        artist=artist,
        album=_albums(draw, output, artist),
        artists=artists,
        scenes=scenes,
        genres=genres,
    )


def _heard(songs: int) -> Floats:
    """How often songs are heard, by falling rank, not yet of sum 1."""
    rank = np.arange(songs)
    fall = (rank + HEAD) ** -FALL * (1 + rank / (KNEE * songs)) ** -LATE_FALL
    return np.asarray(fall, np.float64)


def _artists(draw: np.random.Generator, songs: int) -> tuple[Ints, Ints, Ints]:
    """Songs per artist, the scene of each artist (rising), and the genre of each scene (rising)."""
    alone = int(songs * ALONE)
    share = draw.lognormal(0, OUTPUT_SPREAD, max(songs // SONGS_PER_ARTIST, 1))
    shared = draw.multinomial(songs - alone, share / share.sum())
    output = draw.permutation(np.concatenate([shared[shared > 0], np.ones(alone, np.int64)]))
    genre = _unequal(draw, max(songs // SONGS_PER_SCENE, 2 * GENRES), GENRES)
    return output, _unequal(draw, len(output), len(genre)), genre


def _unequal(draw: np.random.Generator, items: int, kinds: int) -> Ints:
    """A kind per item, rising: a few kinds are several times as large as most; none is empty."""
    share = draw.dirichlet(np.full(kinds, 2.0))
    some = draw.choice(kinds, max(items - kinds, 0), p=share)
    return np.sort(np.concatenate([np.arange(min(kinds, items)), some]))


def _albums(draw: np.random.Generator, output: Ints, artist: Numbers) -> Numbers:
    """An album per song, of its artist."""
    made = np.ceil(output / SONGS_PER_ALBUM).astype(np.int64)
    first = _bounds(made)[:-1]
    return (first[artist] + draw.random(len(artist)) * made[artist]).astype(np.int32)


def _bounds(sizes: Ints) -> Ints:
    """Where each begins, and where the last ends."""
    return np.concatenate([[0], np.cumsum(sizes)])
