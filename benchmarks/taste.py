"""`python -m benchmarks.taste`: playlists with planted taste, as slices of MPD's form.

    python -m benchmarks.taste --playlists 5000 --songs 20000 --out /tmp/taste
    songnet load-playlists /tmp/taste

Every song is of one genre and one artist, and is heard as often as its rank has it (Zipf's law). A
playlist has a taste: one genre or a few, in shares of its own; its songs are drawn from those
genres by how often they are heard, but for some that are drawn from everywhere. Lengths are
log-normal with a mean of about 50, cut to 5 and 250. So who knows a list's genres can continue it,
as far as popularity within them goes, and who only knows what is popular can hardly.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from songnet.model import Floats, Ints, Memberships

PER_SLICE = 1_000
GENRES = 40
SONGS_PER_ARTIST = 12
SKEW = 0.8
ELSEWHERE = 0.1
MORE_GENRES = 0.4
MOST_GENRES = 4


@dataclass(frozen=True)
class Catalogue:
    """Songs by number: their genre, their artist, and how often they are heard (sum 1)."""

    genre: Ints
    artist: Ints
    heard: Floats


def catalogue(songs: int, *, seed: int = 0) -> Catalogue:
    """Songs whose ranks have nothing to do with their genres."""
    draw = np.random.default_rng([seed, 0])
    heard = draw.permutation(np.arange(1, songs + 1) ** -SKEW)
    genre = draw.integers(0, GENRES, songs)
    within = draw.integers(0, max(songs // (GENRES * SONGS_PER_ARTIST), 1), songs)
    return Catalogue(genre, genre * (songs + 1) + within, heard / heard.sum())


def playlists(known: Catalogue, number: int, *, seed: int = 0) -> list[Ints]:
    """The songs of each playlist, distinct, in the order they were put there."""
    draw = np.random.default_rng([seed, 1])
    order = np.argsort(known.genre, kind="stable")
    bounds = np.searchsorted(known.genre[order], np.arange(GENRES + 1))
    reach = [np.cumsum(known.heard[order[a:b]]) for a, b in pairwise(bounds)]
    everywhere = np.cumsum(known.heard)
    made = []
    for _ in range(number):
        length = int(np.clip(draw.lognormal(3.6, 0.8), 5, 250))
        genres = _taste(draw, length)
        songs = np.empty(length, np.int64)
        for genre in np.unique(genres):
            here = genres == genre
            songs[here] = order[bounds[genre] + _drawn(draw, reach[genre], int(here.sum()))]
        elsewhere = draw.random(length) < ELSEWHERE
        songs[elsewhere] = _drawn(draw, everywhere, int(elsewhere.sum()))
        made.append(songs[np.sort(np.unique(songs, return_index=True)[1])])
    return made


def _taste(draw: np.random.Generator, length: int) -> Ints:
    """The genre of each song of a playlist."""
    several = min(int(draw.geometric(1 - MORE_GENRES)), MOST_GENRES)
    genres = draw.choice(GENRES, several, replace=False)
    return np.asarray(draw.choice(genres, length, p=draw.dirichlet(np.ones(several))), np.int64)


def _drawn(draw: np.random.Generator, reach: Floats, number: int) -> Ints:
    """Places drawn by the growth of a running sum."""
    at = draw.random(number) * reach[-1]
    return np.minimum(np.searchsorted(reach, at, side="right"), len(reach) - 1)


def uri(song: int) -> str:
    """A Spotify id of the right form."""
    return f"spotify:track:{song:022d}"


def memberships(lists: Sequence[Ints]) -> Memberships:
    """The same lists as `Memberships`."""
    names = np.repeat([f"mpd:{number}" for number in range(len(lists))], [len(x) for x in lists])
    return Memberships.from_pairs(names.tolist(), [uri(song) for one in lists for song in one])


def write(lists: Sequence[Ints], known: Catalogue, out: Path) -> None:
    """Slices of a thousand playlists, as the Million Playlist Dataset has them."""
    out.mkdir(parents=True, exist_ok=True)
    for first in range(0, len(lists), PER_SLICE):
        some = range(first, min(first + PER_SLICE, len(lists)))
        content = {
            "info": {"slice": f"{some[0]}-{some[-1]}", "version": "v1"},
            "playlists": [_playlist(number, lists[number], known) for number in some],
        }
        (out / f"mpd.slice.{some[0]}-{some[-1]}.json").write_text(json.dumps(content), "utf-8")


def _playlist(number: int, songs: Ints, known: Catalogue) -> dict[str, object]:
    return {
        "pid": number,
        "name": f"taste {number}",
        "num_tracks": len(songs),
        "tracks": [
            {
                "pos": place,
                "track_uri": uri(int(song)),
                "track_name": f"Song {song}",
                "artist_name": f"Artist {known.artist[song]}",
                "duration_ms": 180_000 + int(song) % 90_000,
            }
            for place, song in enumerate(songs)
        ],
    }


def main(given: Sequence[str] | None = None) -> None:
    """Make them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.taste")
    parser.add_argument("--playlists", type=int, default=5_000)
    parser.add_argument("--songs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(given)
    known = catalogue(options.songs, seed=options.seed)
    lists = playlists(known, options.playlists, seed=options.seed)
    write(lists, known, options.out)
    print(f"{len(lists):,} playlists, {sum(map(len, lists)):,} memberships in {options.out}")


if __name__ == "__main__":
    main()
