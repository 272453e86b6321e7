"""What this machine can do at best, measured on the spot."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROUNDS = 5
COPIED = 1 << 28
MATRIX = 2_000
PARSED = 200_000_000


@dataclass(frozen=True)
class Limits:
    """Rates per second, the best of some rounds.

    Attributes
    ----------
    bandwidth
        Bytes read and written by one thread that copies an array of 256 MiB.
    parsing
        Bytes of JSON that msgspec turns into Python's objects, one thread.
    passing
        Bytes of JSON that msgspec validates and passes over, one thread: what the syntax costs.
    flops, flops_single
        Operations of a product of matrices in double and single precision, all cores.
    """

    bandwidth: float
    parsing: float
    passing: float
    flops: float
    flops_single: float


def measured(files: list[Path]) -> Limits:
    """The limits of this machine; JSON is that of some files, 200 MB at most."""
    import msgspec

    texts = _texts(files)
    size = sum(map(len, texts))
    raw = msgspec.json.Decoder(msgspec.Raw)
    return Limits(
        bandwidth=2 * COPIED / _best(_copying()),
        parsing=size / _best(lambda: [msgspec.json.decode(text) for text in texts]),
        passing=size / _best(lambda: [raw.decode(text) for text in texts]),
        flops=2 * MATRIX**3 / _best(_multiplying(np.float64)),
        flops_single=2 * MATRIX**3 / _best(_multiplying(np.float32)),
    )


def _texts(files: list[Path]) -> list[bytes]:
    texts: list[bytes] = []
    for file in files:
        if sum(map(len, texts)) > PARSED:
            break
        texts.append(file.read_bytes())
    return texts


def _copying() -> Callable[[], object]:
    source, target = np.ones(COPIED, np.uint8), np.zeros(COPIED, np.uint8)
    return lambda: np.copyto(target, source)


def _multiplying(kind: type) -> Callable[[], object]:
    matrix = np.random.default_rng(0).random((MATRIX, MATRIX)).astype(kind)
    return lambda: matrix @ matrix


def _best(work: Callable[[], object]) -> float:
    """Seconds of the fastest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)
