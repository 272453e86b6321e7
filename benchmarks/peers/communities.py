"""Communities: arrays of edges in, a label per song out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.stage import Arrays, Contender, Facts, Sizes, Stage
from benchmarks.peers.world import Edges, read_network, write_network
from songnet.agreement import ami
from songnet.model import Ints, canonical_labels

SEED = 0
TRIALS = 5


def read(folder: Path, into: Path) -> Edges:
    """The arrays, and songnet's form of them."""
    edges = read_network(folder, into)
    assert edges.network is not None  # noqa: S101 - made before the clock
    return edges


def as_labels(found: Iterable[int], _: Edges) -> Arrays:
    """Labels numbered by falling size, so that equal partitions are equal arrays."""
    return {"labels": canonical_labels(np.asarray(found, np.int64))}


# --- songnet --------------------------------------------------------------------------------------


def songnet(algorithm: str) -> Callable[[Edges], Any]:
    """An algorithm of songnet, by name, as it is called by default."""

    def run(edges: Edges) -> Any:
        from songnet import partitions

        return partitions.run(algorithm, edges.network, seed=SEED).labels

    return run


# --- igraph, leidenalg, infomap -------------------------------------------------------------------


def _igraph(edges: Edges) -> Any:
    import igraph

    random.seed(SEED)
    graph = igraph.Graph(edges.songs, np.column_stack([edges.sources, edges.targets]))
    graph.es["weight"] = edges.weights
    return graph


def igraph_leiden(edges: Edges) -> Any:
    """Until an iteration changes nothing, as songnet asks for."""
    graph = _igraph(edges)
    return graph.community_leiden("modularity", weights="weight", n_iterations=-1).membership


def igraph_louvain(edges: Edges) -> Any:
    """`community_multilevel`."""
    return _igraph(edges).community_multilevel(weights="weight").membership


def igraph_infomap(edges: Edges) -> Any:
    """The version of 2008 that igraph carries."""
    graph = _igraph(edges)
    return graph.community_infomap(edge_weights="weight", trials=TRIALS).membership


def igraph_propagation(edges: Edges) -> Any:
    """`community_label_propagation`."""
    return _igraph(edges).community_label_propagation(weights="weight").membership


def leidenalg(edges: Edges) -> Any:
    """Modularity, until an iteration changes nothing."""
    import leidenalg as library

    graph = _igraph(edges)
    kind = library.ModularityVertexPartition
    options = {"weights": "weight", "n_iterations": -1, "seed": SEED}
    return library.find_partition(graph, kind, **options).membership


def infomap(edges: Edges) -> Any:
    """Two levels, as many trials as songnet makes."""
    from infomap import Options

    options = Options(two_level=True, num_trials=TRIALS, silent=True)
    modules = _walked(edges).run(options=options, seed=SEED + 1).modules()
    return [modules[song] for song in range(edges.songs)]


def _walked(edges: Edges) -> Any:
    from infomap import Network

    walked = Network()
    walked.add_nodes(range(edges.songs))
    walked.add_links(np.column_stack([edges.sources, edges.targets, edges.weights]))
    return walked


# --- networkit ------------------------------------------------------------------------------------


def networkit(method: str, **options: Any) -> Callable[[Edges], Any]:
    """A parallel algorithm of networkit's, by the name of its class."""

    def run(edges: Edges) -> Any:
        import networkit as library

        library.setSeed(SEED, False)
        ends = (edges.sources, edges.targets)
        graph = library.GraphFromCoo((edges.weights, ends), n=edges.songs, weighted=True)
        search = getattr(library.community, method)(graph, **options)
        return search.run().getPartition().getVector()

    return run


# --- networkx, cdlib ------------------------------------------------------------------------------


def _networkx(edges: Edges) -> Any:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(edges.songs))
    columns = (edges.sources.tolist(), edges.targets.tolist(), edges.weights.tolist())
    graph.add_weighted_edges_from(zip(*columns, strict=True))
    return graph


def networkx(method: str) -> Callable[[Edges], Any]:
    """A method of networkx, by name."""

    def run(edges: Edges) -> Any:
        from networkx.algorithms import community

        found = getattr(community, method)(_networkx(edges), weight="weight", seed=SEED)
        return _members(found, edges.songs)

    return run


def cdlib(method: str) -> Callable[[Edges], Any]:
    """A method of cdlib's, by name, on the networkx graph that it is made for."""

    def run(edges: Edges) -> Any:
        from cdlib import algorithms

        graph = _networkx(edges)
        if method == "leiden":
            found = algorithms.leiden(graph, weights="weight")
        else:
            found = algorithms.louvain(graph, weight="weight", randomize=SEED)
        return _members(found.communities, edges.songs)

    return run


def _members(communities: Iterable[Iterable[int]], songs: int) -> Ints:
    labels = np.full(songs, -1, np.int64)
    for number, members in enumerate(communities):
        labels[list(members)] = number
    return labels


# --- how good they are ----------------------------------------------------------------------------


def judge(folder: Path, found: Mapping[str, Arrays]) -> dict[str, Facts]:
    """Modularity, codelength, and agreement with the genres and with songnet's own."""
    edges = read_network(folder, folder)
    graph = _igraph(edges)
    facts = {}
    for name, arrays in found.items():
        labels = arrays["labels"]
        facts[name] = {
            "communities": f"{int(labels.max()) + 1:,}",
            "modularity": f"{graph.modularity(labels.tolist(), weights='weight'):.4f}",
            "codelength": f"{codelength(edges, labels):.3f}",
            "AMI to the genres": f"{ami(labels, edges.genre):.3f}",
        }
        if (ours := found.get(_rival(name))) is not None:
            facts[name]["AMI to ours"] = f"{ami(labels, ours['labels']):.3f}"
    return facts


def codelength(edges: Edges, labels: Ints) -> float:
    """The bits per step that infomap says a walk needs, described by given communities."""
    from infomap import Options

    options = Options(two_level=True, no_infomap=True, silent=True)
    given = dict(enumerate(labels.tolist()))
    return float(_walked(edges).run(options=options, initial_partition=given).codelength)


def _rival(name: str) -> str:
    return next(
        one.rival for stage in (STAGE, SMALL) for one in stage.contenders if one.name == name
    )


def _ours(method: str) -> Contender:
    name = f"songnet {method}"
    return Contender(name, songnet(method.replace(" ", "-")), as_labels, rival=name)


def _peer(
    name: str, method: str, run: Callable[[Edges], Any], needs: str, note: str = ""
) -> Contender:
    return Contender(name, run, as_labels, (needs,), note, f"songnet {method}")


LEIDEN, LOUVAIN, INFOMAP, PROPAGATION = "leiden", "louvain", "infomap", "label propagation"
SEEDLESS = "takes no seed"

STAGE = Stage(
    name="communities",
    title="Communities: time, quality and determinism of the engines",
    prepare=write_network,
    read=read,
    contenders=(
        _ours(LEIDEN),
        _peer("igraph leiden", LEIDEN, igraph_leiden, "igraph"),
        _peer("leidenalg", LEIDEN, leidenalg, "leidenalg"),
        _peer(
            "networkit ParallelLeiden",
            LEIDEN,
            networkit("ParallelLeiden", iterations=10),
            "networkit",
            "10 iterations",
        ),
        _ours(LOUVAIN),
        _peer("igraph louvain", LOUVAIN, igraph_louvain, "igraph"),
        _peer("networkit PLM", LOUVAIN, networkit("PLM", refine=True), "networkit", "refined"),
        _ours(INFOMAP),
        _peer("infomap", INFOMAP, infomap, "infomap"),
        _peer("igraph infomap", INFOMAP, igraph_infomap, "igraph"),
        _ours(PROPAGATION),
        _peer("igraph label propagation", PROPAGATION, igraph_propagation, "igraph"),
        _peer("networkit PLP", PROPAGATION, networkit("PLP"), "networkit"),
    ),
    judge=judge,
    sizes=Sizes(full=15_000, quick=3_000, tiny=500),
    limit=90.0,
    threads=True,
    notes=(
        "From arrays of edges to an array of labels, each with seed 0 and a time that has the "
        "making of the library's graph in it. Codelength (bits per step of a walk, lower is "
        "better) is infomap's own, of every row's communities. Songs' planted genres are known, "
        "so agreement with them is too, but playlists mix them. Graph Data Science beside songnet "
        "on one server: [gds.md](../gds.md)."
    ),
)

SMALL = Stage(
    name="communities-small",
    title="Communities of a small network",
    prepare=write_network,
    read=read,
    contenders=(
        _ours(LEIDEN),
        _peer("cdlib leiden", LEIDEN, cdlib("leiden"), "cdlib", SEEDLESS),
        _ours(LOUVAIN),
        _peer("networkx louvain", LOUVAIN, networkx("louvain_communities"), "networkx"),
        _peer("cdlib louvain", LOUVAIN, cdlib("louvain"), "cdlib"),
        _ours(PROPAGATION),
        _peer(
            "networkx label propagation",
            PROPAGATION,
            networkx("asyn_lpa_communities"),
            "networkx",
        ),
    ),
    judge=judge,
    sizes=Sizes(full=3_000, quick=1_500, tiny=500),
    limit=90.0,
    notes="What libraries that keep graphs in Python's dictionaries do in some seconds.",
)
