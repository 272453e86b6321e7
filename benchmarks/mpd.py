"""`python -m benchmarks generate`: playlists like the Million Playlist Dataset, of any number.

    python -m benchmarks generate --playlists 1000000 --gz --out /data/mpd
    python -m benchmarks generate --playlists 100000            # counted, not written
    songnet load-playlists /data/mpd

A slice is a function of the seed, the number of songs there are and the slice's number, so the
first slices of a large set are a small set, slices can be made in any order and apart, and what a
folder holds already is not written again. More playlists meet more of the songs, as in the real
dataset: `--songs` says how many can be met at all.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from os import cpu_count
from pathlib import Path

import numpy as np

from benchmarks.mpd_catalogue import SONGS, Catalogue, catalogue
from benchmarks.mpd_names import track_uris
from benchmarks.mpd_statistics import Count, Statistics, table
from benchmarks.mpd_taste import PER_SLICE, drawn
from benchmarks.mpd_writing import is_written, path_of, write
from songnet.model import Ints, Memberships, object_array


@dataclass(frozen=True)
class Plan:
    """What is made: the numbers that decide every byte, and where it goes."""

    playlists: int
    songs: int = SONGS
    seed: int = 0
    out: Path | None = None
    gz: bool = False

    @property
    def slices(self) -> range:
        """The numbers of all slices."""
        return range(-(-self.playlists // PER_SLICE))

    def size(self, number: int) -> int:
        """Playlists in a slice: the last may have fewer."""
        return min(PER_SLICE, self.playlists - number * PER_SLICE)


def make(plan: Plan, number: int) -> Count:
    """Draw one slice, write it where it is not there yet, and count it."""
    known = catalogue(plan.songs, plan.seed)
    made = drawn(known, number, plan.size(number))
    if plan.out is None:
        return Count.of(made)
    path = path_of(plan.out, made, gz=plan.gz)
    if not is_written(path, known, made):
        write(path, known, made)
    return Count.of(made, written=path.stat().st_size)


def generate(plan: Plan, numbers: Sequence[int], *, workers: int = 1) -> Iterator[Count]:
    """Make some slices, and count each as it is done; they come in no certain order."""
    catalogue(plan.songs, plan.seed)  # workers inherit it
    if workers == 1:
        yield from map(partial(make, plan), numbers)
        return
    with ProcessPoolExecutor(min(workers, len(numbers))) as pool:
        yield from pool.map(partial(make, plan), numbers)


def pairs(plan: Plan) -> tuple[Catalogue, Ints, Ints]:
    """The distinct pairs of playlist and song number, without files.

    Returns
    -------
    The catalogue; int64 (m,) playlist numbers, rising; int64 (m,) song numbers, rising in each.
    """
    known = catalogue(plan.songs, plan.seed)
    parts = [drawn(known, number, plan.size(number)).pairs for number in plan.slices]
    playlist = [
        own + number * PER_SLICE for number, (own, _) in zip(plan.slices, parts, strict=True)
    ]
    return known, np.concatenate(playlist), np.concatenate([song for _, song in parts])


def memberships(playlists: int, *, songs: int = SONGS, seed: int = 0) -> Memberships:
    """What the files of the same numbers hold, as they would be loaded, without files."""
    _, playlist, song = pairs(Plan(playlists, songs, seed))
    lists, playlist = _sorted([f"mpd:{number}" for number in range(playlists)], playlist)
    numbers, song = np.unique(song, return_inverse=True)
    uris, song = _sorted(track_uris(numbers), song)
    order = np.argsort(playlist * len(uris) + song, kind="stable")
    return Memberships(lists, uris, playlist[order], song[order])


def _sorted(names: list[str], at: Ints) -> tuple[np.ndarray, Ints]:
    """Ids in order, and where what `at` points to has gone."""
    ids = np.array(names)
    order = np.argsort(ids)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return object_array(ids[order].tolist()), place[at]


def genres(playlists: int, *, songs: int = SONGS, seed: int = 0) -> tuple[np.ndarray, Ints, Ints]:
    """The planted truth for the songs of `memberships`: their ids, sorted, genres and scenes."""
    known, _, song = pairs(Plan(playlists, songs, seed))
    numbers = np.unique(song)
    uris = np.array(track_uris(numbers))
    order = np.argsort(uris)
    met = numbers[order]
    return object_array(uris[order].tolist()), known.genre(met), known.scene(met)


def main(given: Sequence[str] | None = None) -> None:
    """Make what the command line asks for, say how far it is, and what came out."""
    parser = _parser()
    asked = parser.parse_args(given)
    plan = Plan(asked.playlists, asked.songs, asked.seed, asked.out, asked.gz)
    if min(plan.playlists, asked.workers) < 1 or plan.songs < PER_SLICE or plan.seed < 0:
        parser.error(f"--playlists and --workers must be at least 1, --songs {PER_SLICE}, --seed 0")
    last = len(plan.slices) - 1 if asked.last is None else asked.last
    if not 0 <= asked.first <= last < len(plan.slices):
        parser.error(f"--first and --last must be slices from 0 to {len(plan.slices) - 1}")
    if plan.out is not None:
        _prepare(plan.out, parser)
    made = Statistics(catalogue(plan.songs, plan.seed))
    numbers = plan.slices[asked.first : last + 1]
    for count in _told(generate(plan, numbers, workers=asked.workers), len(numbers)):
        made.add(count)
    print("\n".join(table(made)))
    if plan.out is not None:
        print(f"\n{made.written:,} bytes in {len(numbers):,} slices in {plan.out}")


def _prepare(folder: Path, parser: argparse.ArgumentParser) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out must be a folder that can be written: {folder}: {error.strerror}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks generate")
    parser.add_argument("--playlists", type=int, required=True, metavar="N")
    parser.add_argument("--out", type=Path, metavar="DIR", help="without it, slices are counted")
    parser.add_argument("--songs", type=int, default=SONGS, metavar="N", help="that can be met")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gz", action="store_true", help="write .json.gz")
    parser.add_argument("--workers", type=int, default=cpu_count() or 1, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SLICE", help="make none before")
    parser.add_argument("--last", type=int, metavar="SLICE", help="make none behind")
    return parser


def _told(counts: Iterator[Count], total: int) -> Iterator[Count]:
    """Say on the way how many are done, a hundred times at most."""
    start = time.perf_counter()
    for done, count in enumerate(counts, 1):
        yield count
        if done * 100 // total > (done - 1) * 100 // total:
            left = (time.perf_counter() - start) * (total - done) / done
            print(f"{done:,} of {total:,} slices, {left:,.0f} s left", file=sys.stderr, flush=True)
