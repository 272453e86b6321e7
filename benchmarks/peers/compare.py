"""Comparison: ten partitions of the same songs, every pair of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.agreement import labels as uneven
from benchmarks.peers.stage import OURS, Arrays, Contender, Facts, Sizes, Stage
from benchmarks.peers.world import FILE, song_ids
from songnet.model import Ints, Partition, canonical_labels

COMMUNITIES = (10, 20, 40, 80, 160, 320, 450, 600, 800, 1_000)
SCORES = ("nmi", "ami", "ari", "vi", "homogeneity", "completeness", "fmi", "element_centric")
CLOSE = 1e-6


@dataclass(frozen=True)
class Cuts:
    """Partitions as label arrays, and as songnet has them."""

    labels: list[Ints]
    partitions: list[Partition]

    @property
    def pairs(self) -> list[tuple[Ints, Ints]]:
        """Every two of them."""
        return list(combinations(self.labels, 2))


def prepare(folder: Path, songs: int) -> str:
    """Ten labelings that agree by halves with one of them."""
    counts = [min(count, songs // 4) for count in COMMUNITIES]
    base = uneven(songs, counts[4], 0)
    agree = np.random.default_rng(1).random((len(COMMUNITIES), songs)) < 0.5
    cuts = [
        np.where(same, base % count, uneven(songs, count, 2))
        for count, same in zip(counts, agree, strict=True)
    ]
    np.savez(folder / FILE, cuts=np.stack([canonical_labels(cut) for cut in cuts]))
    return (
        f"Ten partitions of {songs:,} songs into {counts[0]:,} to {counts[-1]:,} communities, "
        "45 pairs"
    )


def read(folder: Path, _: Path) -> Cuts:
    """The labels, and partitions with ids."""
    with np.load(folder / FILE) as file:
        cuts = list(file["cuts"])
    ids = song_ids(len(cuts[0]))
    made = [
        Partition(f"cut-{place}", ids, cut, "made", "nothing") for place, cut in enumerate(cuts)
    ]
    return Cuts(cuts, made)


def _as_columns(found: Mapping[str, list[float]], _: Cuts) -> Arrays:
    return {name: np.asarray(values, np.float64) for name, values in found.items()}


# --- contenders -----------------------------------------------------------------------------------


def songnet(cuts: Cuts) -> Any:
    """All eight scores of all pairs."""
    from songnet.agreement import compare

    return compare(cuts.partitions)


def _from_comparison(found: Any, _: Cuts) -> Arrays:
    return {name: np.array([getattr(pair.scores, name) for pair in found.pairs]) for name in SCORES}


def songnet_three(cuts: Cuts) -> Mapping[str, list[float]]:
    """The three scores that igraph has, one by one."""
    from songnet import agreement

    scores = {"nmi": agreement.nmi, "ari": agreement.ari, "vi": agreement.vi}
    return {name: [score(*two) for two in cuts.pairs] for name, score in scores.items()}


def sklearn(cuts: Cuts) -> Mapping[str, list[float]]:
    """Its six scores, pair by pair."""
    from sklearn import metrics

    found: dict[str, list[float]] = {name: [] for name in ("nmi", "ami", "ari", "fmi")}
    found |= {"homogeneity": [], "completeness": []}
    for one, other in cuts.pairs:
        both, whole, _ = metrics.homogeneity_completeness_v_measure(one, other)
        found["nmi"].append(metrics.normalized_mutual_info_score(one, other))
        found["ami"].append(metrics.adjusted_mutual_info_score(one, other))
        found["ari"].append(metrics.adjusted_rand_score(one, other))
        found["fmi"].append(metrics.fowlkes_mallows_score(one, other))
        found["homogeneity"].append(both)
        found["completeness"].append(whole)
    return found


def igraph(cuts: Cuts) -> Mapping[str, list[float]]:
    """`compare_communities`, which takes lists."""
    from igraph import compare_communities

    listed = list(combinations([cut.tolist() for cut in cuts.labels], 2))
    methods = {"nmi": "nmi", "ari": "adjusted_rand", "vi": "vi"}
    return {
        name: [compare_communities(one, other, method=method) for one, other in listed]
        for name, method in methods.items()
    }


def clusim(cuts: Cuts) -> Mapping[str, list[float]]:
    """Element-centric similarity, pair by pair."""
    from clusim.clustering import Clustering
    from clusim.sim import element_sim

    made = [Clustering().from_membership_list(cut.tolist()) for cut in cuts.labels]
    pairs = combinations(made, 2)
    return {"element_centric": [element_sim(one, other, alpha=0.9) for one, other in pairs]}


def cdlib(cuts: Cuts) -> Mapping[str, list[float]]:
    """Its four scores, pair by pair, of its own objects without a graph."""
    from cdlib import NodeClustering, evaluation

    made = [NodeClustering(_members(cut), graph=None) for cut in cuts.labels]
    methods = {
        "nmi": evaluation.normalized_mutual_information,
        "ami": evaluation.adjusted_mutual_information,
        "ari": evaluation.adjusted_rand_index,
        "vi": evaluation.variation_of_information,
    }
    return {
        name: [score(one, other).score for one, other in combinations(made, 2)]
        for name, score in methods.items()
    }


def _members(labels: Ints) -> list[list[int]]:
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order])) + 1
    return [part.tolist() for part in np.split(order, bounds)]


# --- the stages -----------------------------------------------------------------------------------


def judge(_: Path, found: Mapping[str, Arrays]) -> dict[str, Facts]:
    """Which scores, and how far they are from songnet's."""
    return {name: _facts(arrays, found.get(OURS)) for name, arrays in found.items()}


def _facts(arrays: Arrays, ours: Arrays | None) -> Facts:
    facts = {"scores": f"{len(arrays)} of {len(SCORES)}"}
    if ours is None:
        return facts
    apart = {name: float(np.abs(arrays[name] - ours[name]).max()) for name in arrays}
    other = [name for name, far in apart.items() if far > CLOSE]
    facts["largest difference"] = f"{max(apart.values()):.0e}"
    facts["another definition"] = ", ".join(other) or "none"
    return facts


def _peer(
    name: str,
    run: Callable[[Cuts], Mapping[str, list[float]]],
    needs: str,
    note: str = "",
    *,
    rival: str = OURS,
) -> Contender:
    return Contender(name, run, _as_columns, (needs,), note, rival)


THREE = "songnet, three scores"
OWN = Contender(OURS, songnet, _from_comparison, note="matches and chance are had from it too")

STAGE = Stage(
    name="compare",
    title="Comparison of ten partitions",
    prepare=prepare,
    read=read,
    contenders=(
        OWN,
        _peer("scikit-learn", sklearn, "sklearn"),
        _peer(THREE, songnet_three, "songnet", "one by one, as igraph", rival=THREE),
        _peer("igraph", igraph, "igraph", "no AMI", rival=THREE),
    ),
    judge=judge,
    sizes=Sizes(full=100_000, quick=10_000, tiny=100),
    limit=120.0,
    notes=(
        "songnet computes eight scores of every pair, the others those they have; igraph is held "
        "against songnet's same three. Ten partitions "
        "of 2,000,000 songs, and score by score: [agreement.md](../agreement.md)."
    ),
)

SMALL = Stage(
    name="compare-small",
    title="Comparison of ten partitions of few songs",
    prepare=prepare,
    read=read,
    contenders=(
        OWN,
        _peer("clusim", clusim, "clusim", "element-centric alone"),
        _peer("cdlib", cdlib, "cdlib"),
    ),
    judge=judge,
    sizes=Sizes(full=1_000, quick=300, tiny=60),
    notes="What clusim and cdlib can score in some seconds.",
)
