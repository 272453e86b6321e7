"""The same input and seed give the same in any process, whatever order it came in, on any cores.

Each process has its own hash seed, its own order of the input, its own number of threads for BLAS
and OpenMP and its own number of cores, by which songnet's own threads go. Every algorithm on one
order of rows: tests/contracts/test_partitions.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, sys
import numpy as np

order, cores = int(sys.argv[1]), int(sys.argv[2])
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

from songnet.agreement import compare, shuffled, subsampled
from songnet.model import Memberships, Vectors, fingerprint
from songnet.networks import (
    SCALINGS, WEIGHTS, assortativity, cooccurrence, modularity_test, multiplex, nearest, rewired,
)
from songnet.partitions import choose, consensus, run, sweep

drawn, shuffle = np.random.default_rng(0), np.random.default_rng(order)
names = [f"s{i:03}" for i in range(240)]
pairs = sorted({
    (f"p{p:03}", names[(p % 4) * 60 + s if drawn.random() < 0.9 else drawn.integers(240)])
    for p in range(160) for s in drawn.integers(0, 60, 14)
})
pairs = [pairs[i] for i in shuffle.permutation(len(pairs))]
members = Memberships.from_pairs(*zip(*pairs))
rows = shuffle.permutation(240)
values = drawn.normal(size=(240, 24)) + np.repeat(np.eye(4, 24) * 6, 60, axis=0)
vectors = Vectors.from_rows("enc", [names[i] for i in rows], values[rows])

found = {}
for weight in WEIGHTS:
    found[f"projection {weight}"] = cooccurrence(members, weight=weight).fingerprint
pruned = {"min_shared": 2, "most_connected": 200, "top": 8, "k_core": 2, "largest_component": True}
found["projection pruned"] = cooccurrence(members, **pruned).fingerprint
found["disparity"] = cooccurrence(members, disparity=0.3).fingerprint
network = cooccurrence(members, min_shared=2)
for scaling in SCALINGS:
    found[f"nearest {scaling}"] = nearest(vectors, k=6, scaling=scaling).fingerprint
both = multiplex([network, nearest(vectors, k=6)])
found["multiplex"] = both.fingerprint
again = rewired(members, seed=3)
found["rewired"] = fingerprint(again.songs, again.song, again.playlist)
cuts = [
    *(run(name, network, seed=7) for name in ("leiden", "louvain", "infomap", "label-propagation")),
    run("leiden", both, seed=7, layer_weight=0.5),
    run("kmeans", vectors, seed=7, communities=4),
    run("mixture", vectors, seed=7, communities=4),
]
for cut in cuts:
    found[f"{cut.name} {cut.on}"] = cut.fingerprint
    found[f"{cut.name} {cut.on} quality"] = repr(sorted(cut.quality.items()))
found["compare"] = json.dumps(compare(cuts).to_json())
a, b = cuts[0].labels, cuts[1].labels
groups = np.arange(len(a)) % 40
for name, draw in (("shuffled", shuffled), ("subsampled", subsampled)):
    for by in (None, groups):
        found[f"{name} {by is not None}"] = json.dumps(draw(a, b, by, samples=20, seed=5).to_json())
found["modularity test"] = repr(modularity_test(network, a, samples=10, seed=2))
found["sweep"] = json.dumps(sweep(network, steps=4, seeds=2, seed=1).to_json())
found["consensus"] = consensus(network, resolution=1.0, seeds=[1, 2, 3]).fingerprint
found["choose"] = json.dumps(choose(vectors, last=5, samples=3, seed=1).to_json())
found["assortativity"] = json.dumps(assortativity(members, vectors, samples=5, seed=1).to_json())
print(json.dumps(found))
"""


def process(*, order: int, hashes: int, threads: int, cores: int) -> dict[str, str]:
    counts = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
        str(threads),
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(order), str(cores)],
        env={**os.environ, **counts, "PYTHONHASHSEED": str(hashes)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return process(order=1, hashes=0, threads=1, cores=1)


def test_neither_order_nor_hashes_nor_threads_nor_cores_matter(reference):
    other = process(order=2, hashes=4711, threads=2, cores=2)
    assert {name for name in reference if other[name] != reference[name]} == set()
