"""`python -m benchmarks.generated`: a data folder of any size, to see what size costs.

    python -m benchmarks.generated --spectrograms 300000 --out /tmp/large
    songnet --data /tmp/large embed

The spectrograms are seeded mixtures of stripes, slopes and noise, made and written a few hundred at
a time: more than memory holds, if need be. A spectrogram is the same whatever their number, and
what a folder holds already is not written again.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from songnet.sources.archive import SpectrogramArchive
from songnet.sources.audio import SongSound
from songnet.store import GraphStore, open_store

MELS = 96
FRAMES = 216
MADE_AT_ONCE = 256
SONGS_PER_BATCH = 8192


def spectrograms(count: int, *, seed: int = 0) -> Iterator[NDArray[np.uint8]]:
    """`count` spectrograms in blocks, uint8 (b, 96, 216)."""
    for number, start in enumerate(range(0, count, MADE_AT_ONCE)):
        yield _block(np.random.default_rng([seed, number]))[: count - start]


def _block(random: np.random.Generator) -> NDArray[np.uint8]:
    """`MADE_AT_ONCE` spectrograms.

    A stripe is a wave along the mels, loud for a while; a slope is a wave along both axes,
    sin(x + y) = sin x cos y + cos x sin y. So all are products of a column and a row.
    """
    mels = _phases(random, MELS, waves=8)
    frames = _phases(random, FRAMES, waves=16)
    columns = np.stack([np.sin(mels), np.cos(mels), np.sin(3 * mels)], axis=2)
    rows = np.stack([np.cos(frames), np.sin(frames), np.abs(np.cos(frames / 8))], axis=1)
    loudness = random.uniform(10, 60, (MADE_AT_ONCE, 3, 1)).astype(np.float32)
    pixels = columns @ (loudness * rows)
    pixels += random.integers(0, 80, pixels.shape, np.uint8)
    shown: NDArray[np.uint8] = np.clip(pixels + 64, 0, 255).astype(np.uint8)
    return shown


def _phases(random: np.random.Generator, length: int, *, waves: int) -> NDArray[np.float32]:
    """Angles along an axis, rising by up to `waves` turns: float32 (`MADE_AT_ONCE`, length)."""
    turns = random.uniform(0.5, waves, (MADE_AT_ONCE, 1))
    start = random.uniform(0, 1, (MADE_AT_ONCE, 1))
    return (2 * np.pi * (start + turns * np.linspace(0, 1, length))).astype(np.float32)


def sounds(count: int, *, clips: int = 1, seed: int = 0) -> Iterator[SongSound]:
    """Songs of `clips` clips each, `count` spectrograms in all; the last song may have fewer."""
    pixels = (one for block in spectrograms(count, seed=seed) for one in block)
    for number in range(-(-count // clips)):
        yield _sound(number, np.stack(list(islice(pixels, clips))), asked=clips)


def _sound(number: int, pixels: NDArray[np.uint8], *, asked: int) -> SongSound:
    path = f"generated/{number:08d}.wav"
    return SongSound(
        id=f"file:{path}",
        path=path,
        sha256=hashlib.sha256(pixels.data).hexdigest(),
        recording=None,
        label=None,
        title=f"Generated {number}",
        artist=None,
        album=None,
        duration_ms=None,
        pixels=pixels,
        asked=asked,
    )


def write(folder: Path, count: int, *, clips: int = 1, seed: int = 0) -> Iterator[int]:
    """Put spectrograms and their songs into a data folder; yields how many songs are there."""
    archive = SpectrogramArchive(folder / "spectrograms")
    songs, done = sounds(count, clips=clips, seed=seed), 0
    with open_store(f"ladybug:{folder / 'graph.lbug'}") as store:
        while written := _write_batch(archive, store, islice(songs, SONGS_PER_BATCH)):
            done += written
            yield done


def _write_batch(archive: SpectrogramArchive, store: GraphStore, songs: Iterator[SongSound]) -> int:
    facts: dict[str, list[str | None]] = {name: [] for name in ("id", "title", "path", "sha256")}

    def told() -> Iterator[SongSound]:
        for song in songs:
            for name, values in facts.items():
                values.append(getattr(song, name))
            if not archive.holds(song.id, song.sha256, song.asked):
                yield song

    archive.add(told())
    if facts["id"]:
        store.add_songs(pa.table({name: pa.array(values) for name, values in facts.items()}))
    return len(facts["id"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write what the command line asks for, and say how far it is."""
    parser = argparse.ArgumentParser("python -m benchmarks.generated", description=write.__doc__)
    parser.add_argument("--spectrograms", type=int, required=True, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="DATA_FOLDER")
    parser.add_argument("--clips", type=int, default=1, help="clips per song")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    if min(asked.spectrograms, asked.clips) < 1:
        parser.error("--spectrograms and --clips must be at least 1")
    for songs in write(asked.out, asked.spectrograms, clips=asked.clips, seed=asked.seed):
        print(f"{songs} songs", flush=True)


if __name__ == "__main__":
    main()
