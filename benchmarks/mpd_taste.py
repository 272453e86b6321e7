"""Playlists drawn by planted taste, a thousand at a time.

A playlist loves a few genres in shares of its own, in each a few scenes, in each a few artists: all
chosen as often as they are heard. Each of its songs is then by one of the artists, or else from one
of the scenes, from one of the genres, or from anywhere, and again chosen by how often it is heard.
So over all playlists every song is heard as often as the catalogue says, whatever the tastes, but
for playlists rarely holding a song twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.mpd_catalogue import Catalogue
from benchmarks.mpd_titles import TITLE_REACH, VARIANT_REACH
from songnet.model import Ints

PER_SLICE = 1_000
SHORTEST, LONGEST = 5, 250
LENGTH = (3.98, 0.98)  # of the logarithm: mean and standard deviation before the ends are cut off

MOST_GENRES = 4
MORE_GENRES = 0.5
SCENES = 3
ARTISTS = 4
# A song is by a loved artist, from a loved scene, from a loved genre, from anywhere.
LEVELS = np.cumsum([0.20, 0.36, 0.24])
REPEATS = 0.0135

DAY = 86_400
LAST_DAY = 17_471  # 2017-11-01, in days since 1970
DAYS = 2_700  # back to 2010
DESCRIBED = 0.01876
COLLABORATIVE = 0.0226


@dataclass(frozen=True)
class Slice:
    """A thousand playlists or, at the end, fewer.

    Attributes
    ----------
    number
        Of the slice: its first playlist is ``1000 * number``.
    bounds
        int64 (playlists + 1,): where the songs of each begin in `song`.
    song
        int64 (tracks,): song numbers in the order of the playlists and their places.
    title, variant
        int64 (playlists,): what they are called, see `mpd_titles`.
    modified, followers, edits
        int64 (playlists,): seconds since 1970, at midnight; numbers from 1.
    described, collaborative
        bool (playlists,).
    """

    number: int
    bounds: Ints
    song: Ints
    title: Ints
    variant: Ints
    modified: Ints
    followers: Ints
    edits: Ints
    described: np.ndarray
    collaborative: np.ndarray

    def __len__(self) -> int:
        return len(self.title)

    @property
    def first(self) -> int:
        """The number of its first playlist."""
        return self.number * PER_SLICE

    @property
    def lengths(self) -> Ints:
        """Tracks per playlist."""
        return np.diff(self.bounds)

    @property
    def playlist(self) -> Ints:
        """Per track, the playlist's place in the slice."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """The distinct pairs of playlist (place in the slice) and song, sorted."""
        width = int(self.song.max()) + 1
        code = np.unique(self.playlist * width + self.song)
        return code // width, code % width


def drawn(known: Catalogue, number: int, playlists: int = PER_SLICE) -> Slice:
    """The first `playlists` of a slice: the same whatever else is drawn."""
    draw = np.random.default_rng([known.seed, 1, number])
    owner, song = _songs(known, draw, _lengths(draw))
    bounds = np.searchsorted(owner, np.arange(PER_SLICE + 1))
    _repeat(draw, song, np.arange(len(song)) - bounds[owner])
    return Slice(
        number=number,
        bounds=bounds[: playlists + 1],
        song=song[: bounds[playlists]],
        **{name: values[:playlists] for name, values in _facts(draw).items()},
    )


def _lengths(draw: np.random.Generator) -> Ints:
    """Log-normal; what would be too short or too long is drawn again."""
    length = np.zeros(PER_SLICE, np.int64)
    while (bad := (length < SHORTEST) | (length > LONGEST)).any():
        length[bad] = draw.lognormal(*LENGTH, int(bad.sum())).astype(np.int64)
    return length


def _songs(known: Catalogue, draw: np.random.Generator, length: Ints) -> tuple[Ints, Ints]:
    """Playlist (rising) and song of every track, no song twice in a playlist."""
    tries = 2 * length + 10
    owner = np.repeat(np.arange(PER_SLICE), tries)
    begin, end = _ranges(known, draw, owner)
    song = known.drawn(draw, begin, end)
    new = np.sort(np.unique(owner * known.songs + song, return_index=True)[1])
    owner, song = owner[new], song[new]
    place = np.arange(len(owner)) - np.searchsorted(owner, np.arange(PER_SLICE))[owner]
    kept = place < length[owner]
    return owner[kept], song[kept]


def _ranges(known: Catalogue, draw: np.random.Generator, owner: Ints) -> tuple[Ints, Ints]:
    """The range of song numbers that each track is drawn from."""
    taste = _tastes(known, draw)
    share = np.cumsum(_shares(draw), axis=1)
    genre = (draw.random((len(owner), 1)) > share[owner, :-1]).sum(axis=1)
    scene = draw.integers(0, SCENES, len(owner))
    artist = draw.integers(0, ARTISTS, len(owner))
    level = np.searchsorted(LEVELS, draw.random(len(owner)), side="right")
    place = [taste[0][owner, genre, scene, artist], taste[1][owner, genre, scene]]
    place += [taste[2][owner, genre], np.zeros(len(owner), np.int64)]
    edges = [known.artists, known.scenes, known.genres, np.array([0, known.songs])]
    begin = np.choose(level, [edge[at] for edge, at in zip(edges, place, strict=True)])
    end = np.choose(level, [edge[at + 1] for edge, at in zip(edges, place, strict=True)])
    return begin, end


def _tastes(known: Catalogue, draw: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """The artists, scenes and genres that each playlist loves, each within the next."""
    everything = np.zeros((PER_SLICE, MOST_GENRES), np.int64)
    genre = known.genre(known.drawn(draw, everything, everything + known.songs))
    inner = np.repeat(genre[:, :, None], SCENES, axis=2)
    scene = known.scene(known.drawn(draw, known.genres[inner], known.genres[inner + 1]))
    inner = np.repeat(scene[:, :, :, None], ARTISTS, axis=3)
    songs = known.drawn(draw, known.scenes[inner], known.scenes[inner + 1])
    return known.artist[songs].astype(np.int64), scene, genre


def _shares(draw: np.random.Generator) -> np.ndarray:
    """The share of each loved genre, rows of sum 1: most playlists love one, some several."""
    several = np.minimum(draw.geometric(1 - MORE_GENRES, PER_SLICE), MOST_GENRES)
    share = draw.exponential(1.0, (PER_SLICE, MOST_GENRES))
    share[np.arange(MOST_GENRES) >= several[:, None]] = 0
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def _repeat(draw: np.random.Generator, song: Ints, place: Ints) -> None:
    """Put songs from earlier in the playlist in some places, in `song`."""
    again = np.flatnonzero((draw.random(len(song)) < REPEATS) & (place > 0))
    back = 1 + (draw.random(len(again)) * place[again]).astype(np.int64)
    song[again] = song[again - back]


def _facts(draw: np.random.Generator) -> dict[str, np.ndarray]:
    """All about the playlists but their songs."""
    day = LAST_DAY - np.minimum(draw.exponential(450, PER_SLICE), DAYS).astype(np.int64)
    return {
        "title": np.searchsorted(TITLE_REACH, draw.random(PER_SLICE), side="right"),
        "variant": np.searchsorted(VARIANT_REACH, draw.random(PER_SLICE), side="right"),
        "modified": day * DAY,
        "followers": np.minimum(draw.zipf(2.6, PER_SLICE), 70_000),
        "edits": 1 + draw.lognormal(2.0, 1.2, PER_SLICE).astype(np.int64),
        "described": draw.random(PER_SLICE) < DESCRIBED,
        "collaborative": draw.random(PER_SLICE) < COLLABORATIVE,
    }
