"""Nearest neighbours: the ten songs that sound most like each, by cosine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import data
from benchmarks.peers.stage import OURS, Arrays, Contender, Facts, Sizes, Stage
from benchmarks.peers.world import FILE, song_ids, song_numbers
from songnet.model import Ints, Vectors

K = 10
ASKED = 1_000
DIMENSIONS = 180
EMBEDDINGS = "latents/cae_12x15.parquet"
# Where `make demo` leaves its data.
DEMO = Path("build/demo/songnet.data")
# Songs that are as near or nearer than the tenth, but for rounding, are right answers.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Sounds:
    """Vectors, float32 (n, d), with songnet's form of them."""

    values: NDArray[np.float32]

    @cached_property
    def vectors(self) -> Vectors:
        """With ids."""
        return Vectors("embeddings", song_ids(len(self.values)), self.values)

    @property
    def directions(self) -> NDArray[np.float32]:
        """Rows of length 1."""
        return self.values / np.linalg.norm(self.values, axis=1, keepdims=True)


def prepare(folder: Path, songs: int, *, demo: Path = DEMO) -> str:
    """Real embeddings, made more by jitter; generated ones where there are none."""
    file = demo / EMBEDDINGS
    if file.exists():
        real = _embeddings(file)
        values = enlarged(real, songs)
        said = (
            f"The {len(real):,} embeddings (`{file.stem}`, {real.shape[1]} dimensions) of the demo "
            f"made {songs:,} by jitter: each lies between a real one and one of its five nearest, "
            "with a tenth of the spread as noise"
        )
    else:
        values = data.vectors(songs, DIMENSIONS).values
        said = (
            f"{songs:,} generated vectors of {DIMENSIONS} dimensions in 50 clusters (run `make "
            "demo` first to have real embeddings)"
        )
    np.savez(folder / FILE, values=values)
    return said


def _embeddings(file: Path) -> NDArray[np.float32]:
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    (column,) = [name for name in table.column_names if "list" in str(table[name].type)]
    values = np.array(table[column].to_pylist(), np.float32)
    return values[np.linalg.norm(values, axis=1) > 0]


def enlarged(real: NDArray[np.float32], songs: int, *, seed: int = 0) -> NDArray[np.float32]:
    """`songs` rows between the real ones and those near to them, float32 (songs, d)."""
    draw = np.random.default_rng(seed)
    apart = ((real[:, None, :] - real[None, :, :]) ** 2).sum(axis=2)
    near = np.argsort(apart, axis=1)[:, 1:6]
    one = draw.integers(0, len(real), songs)
    other = near[one, draw.integers(0, near.shape[1], songs)]
    share = draw.random((songs, 1))
    noise = draw.normal(size=(songs, real.shape[1])) * real.std(axis=0) / 10
    return (real[one] * share + real[other] * (1 - share) + noise).astype(np.float32)


def read(folder: Path, _: Path) -> Sounds:
    """The vectors, and songnet's form of them."""
    with np.load(folder / FILE) as file:
        sounds = Sounds(file["values"])
    assert sounds.vectors is not None  # noqa: S101 - made before the clock
    return sounds


# --- contenders -----------------------------------------------------------------------------------


def songnet(sounds: Sounds) -> Any:
    """All pairs, in double precision."""
    from songnet.networks import nearest

    return nearest(sounds.vectors, k=K)


def _from_network(network: Any, sounds: Sounds) -> Arrays:
    """The neighbours of each song by rank, int64 (n, k)."""
    number = song_numbers(network.songs)
    found = np.full((len(sounds.values), K), -1, np.int64)
    ends = (number[network.sources], number[network.targets])
    for (one, other), side in ((ends, "rank_source"), (ends[::-1], "rank_target")):
        rank = network.attributes[side]
        near = rank > 0
        found[one[near], rank[near] - 1] = other[near]
    return {"near": found}


def _without_self(found: Any, _: Sounds) -> Arrays:
    """K neighbours out of k + 1, of which one is usually the song itself."""
    near = np.asarray(found, np.int64)
    own = near == np.arange(len(near))[:, None]
    own[~own.any(axis=1), -1] = True
    return {"near": near[~own].reshape(len(near), -1)[:, :K]}


def faiss_flat(sounds: Sounds) -> Any:
    """All pairs, in single precision."""
    import faiss

    rows = sounds.directions
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return index.search(rows, K + 1)[1]


def faiss_hnsw(sounds: Sounds) -> Any:
    """A graph of 32 links a song."""
    import faiss

    rows = sounds.directions
    index = faiss.IndexHNSWFlat(rows.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = 64
    index.add(rows)
    return index.search(rows, K + 1)[1]


def sklearn(sounds: Sounds) -> Any:
    """All pairs, in single precision."""
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(n_neighbors=K + 1, metric="cosine", algorithm="brute", n_jobs=-1)
    return index.fit(sounds.values).kneighbors(sounds.values, return_distance=False)


def pynndescent(sounds: Sounds) -> Any:
    """Descent from random neighbours, seeded."""
    from pynndescent import NNDescent

    index = NNDescent(sounds.values, n_neighbors=K + 1, metric="cosine", random_state=0, n_jobs=-1)
    return index.neighbor_graph[0]


def usearch(sounds: Sounds) -> Any:
    """A graph, with the library's own numbers."""
    from usearch.index import Index

    index = Index(ndim=sounds.values.shape[1], metric="cos", dtype="f32")
    index.add(np.arange(len(sounds.values)), sounds.values, threads=0)
    return index.search(sounds.values, K + 1, threads=0).keys


# --- how right they are ---------------------------------------------------------------------------


def judge(folder: Path, found: Mapping[str, Arrays]) -> dict[str, Facts]:
    """Recall at 10 of a thousand songs, against exact cosines in double precision."""
    sounds = read(folder, folder)
    asked, cosine = exact(sounds.values)
    bar = np.partition(cosine, -K, axis=1)[:, -K] - ROUNDING
    return {
        name: {
            "recall at 10": f"{recall(arrays['near'][asked], cosine, bar):.4f}",
            "exact": "yes" if recall(arrays["near"][asked], cosine, bar) == 1 else "no",
        }
        for name, arrays in found.items()
    }


def exact(values: NDArray[np.float32]) -> tuple[Ints, NDArray[np.float64]]:
    """Some songs, evenly spread, and their cosines to all, -2 to themselves."""
    rows = values.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    asked = np.linspace(0, len(rows) - 1, min(ASKED, len(rows))).astype(np.int64)
    cosine = rows[asked] @ rows.T
    cosine[np.arange(len(asked)), asked] = -2
    return asked, cosine


def recall(near: Ints, cosine: NDArray[np.float64], bar: NDArray[np.float64]) -> float:
    """The share of the k neighbours that are as near as the k-th nearest; each counts once."""
    right = 0
    for row, found in enumerate(near):
        distinct = np.unique(found[found >= 0])
        right += int((cosine[row, distinct] >= bar[row]).sum())
    return right / near.size


def _peer(name: str, run: Callable[[Sounds], Any], needs: str, note: str = "") -> Contender:
    return Contender(name, run, _without_self, (needs,), note)


STAGE = Stage(
    name="neighbors",
    title="Nearest neighbours by cosine",
    prepare=prepare,
    read=read,
    contenders=(
        Contender(OURS, songnet, _from_network, note="double precision; ties by id; a network"),
        _peer("faiss flat", faiss_flat, "faiss", "single precision"),
        _peer("scikit-learn brute", sklearn, "sklearn", "single precision"),
        _peer("faiss HNSW", faiss_hnsw, "faiss", "approximate, 32 links, efSearch 64"),
        _peer("usearch", usearch, "usearch", "approximate, defaults"),
        _peer("pynndescent", pynndescent, "pynndescent", "approximate, defaults, seed 0"),
    ),
    judge=judge,
    sizes=Sizes(full=50_000, quick=5_000, tiny=2_500),
    limit=120.0,
    notes=(
        "From float32 vectors to the ten nearest of each; the making of an index counts. Recall "
        "is that of 1,000 songs, evenly spread."
    ),
)
