"""`python -m benchmarks.partition_memory`: what cuts were said to take in memory, beside the truth.

    python -m benchmarks.partition_memory                        # about 1 and 4 million edges
    python -m benchmarks.partition_memory --playlists 300000 --top 60

Each cut is in a process of its own, whose peak counts from where the network was read.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks._measure import metered
from benchmarks.mpd import memberships
from songnet import partitions
from songnet.model import SongNetwork
from songnet.networks import cooccurrence

ALGORITHMS = ("leiden", "louvain", "infomap", "label-propagation")
MIN_SHARED = 3


def main() -> None:
    """Make the networks, cut them, and print a row for each cut."""
    parser = argparse.ArgumentParser("python -m benchmarks.partition_memory")
    parser.add_argument("--playlists", type=int, default=100_000, metavar="N")
    parser.add_argument("--top", type=int, nargs="+", default=[8, 60], metavar="N")
    parser.add_argument("--algorithms", nargs="+", choices=ALGORITHMS, default=ALGORITHMS)
    parser.add_argument("--cut", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.cut:
        print(json.dumps(_measured(Path(asked.cut[0]), asked.cut[1])))
        return
    print("| songs | edges | algorithm | said MiB | took MiB | said / took | CPU s |")
    print("|---:|---:|---|---:|---:|---:|---:|")
    held = memberships(asked.playlists)
    with tempfile.TemporaryDirectory() as folder:
        for top in asked.top:
            path = Path(folder) / f"{top}.npz"
            _write(path, cooccurrence(held, min_shared=MIN_SHARED, top=top))
            for algorithm in asked.algorithms:
                print(_row(path, algorithm), flush=True)


def _write(path: Path, network: SongNetwork) -> None:
    np.savez(
        path,
        songs=network.songs.astype(str),
        sources=network.sources,
        targets=network.targets,
        weights=network.weights,
    )


def _row(path: Path, algorithm: str) -> str:
    command = [sys.executable, "-m", "benchmarks.partition_memory", "--cut", str(path), algorithm]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    said, took = found["bytes"], found["peak"]
    return (
        f"| {found['songs']:,} | {found['edges']:,} | {algorithm} | {said / 2**20:,.0f} "
        f"| {took / 2**20:,.0f} | {said / took:.2f} | {found['cpu']:.1f} |"
    )


def _measured(path: Path, algorithm: str) -> dict[str, object]:
    with np.load(path) as kept:
        columns = (kept["sources"], kept["targets"], kept["weights"])
        songs = kept["songs"].astype(object)
    network = SongNetwork("playlists", "playlists", songs, *columns)
    expected = partitions.estimate(algorithm, network)
    assert expected is not None  # noqa: S101 - all of ALGORITHMS were measured
    with metered() as meter:
        partitions.run(algorithm, network)
    return asdict(expected) | asdict(meter)


if __name__ == "__main__":
    main()
