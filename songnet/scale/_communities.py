"""A network of songs to communities, on Spark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from songnet.errors import UsageError
from songnet.model import Scalar
from songnet.names import check_name
from songnet.progress import Progress, silent
from songnet.scale._components import components
from songnet.scale._files import Output, folder
from songnet.scale._graph import Graph, load
from songnet.scale._propagation import MOST_ROUNDS, propagate
from songnet.scale._refinement import refined
from songnet.scale._watch import watched
from songnet.sources.partitions import PARTITION_FACTS, SCALE_SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Method: TypeAlias = Literal["label-propagation", "leiden"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
ROUNDS: Final = 20
# About 1.5 GB in a worker of Python.
LEIDEN_EDGES: Final = 5_000_000


@dataclass(frozen=True)
class Cut:
    """Communities that Spark wrote.

    Attributes
    ----------
    songs, communities, modularity
        Of the partition.
    params
        How it was made: ``rounds`` and ``settled`` of label propagation, where there was any; of
        Leiden ``resolution``, ``components`` and how many were too large for it, ``too_large``.
    """

    out: str
    name: str
    on: str
    songs: int
    communities: int
    modularity: float
    params: Mapping[str, Scalar]


def communities(
    spark: SparkSession,
    source: str,
    out: str,
    *,
    method: Method = "label-propagation",
    name: str | None = None,
    rounds: int = ROUNDS,
    resolution: float = 1.0,
    leiden_edges: int = LEIDEN_EDGES,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Cut:
    """Cut a network into communities, and write them to a folder.

    Parameters
    ----------
    source
        A folder that `project` wrote.
    out
        The folder, there whole or not at all: Parquet with the columns ``song`` and ``community``
        (from 0, by falling size), and ``partition.json``.
    method
        ``label-propagation``, or ``leiden`` within each connected component of up to
        `leiden_edges` edges; larger ones get the communities of label propagation.
    name
        Default: ``METHOD-NETWORK``.
    rounds
        Of label propagation, at most.
    resolution
        Of Leiden's modularity; higher gives smaller communities.

    Raises
    ------
    EmptyInputError
        A network without edges.
    InputError
        `source` is no network, or `out` is there.
    UsageError
        An option out of range.
    """
    _check(method, rounds, resolution, leiden_edges)
    with folder(spark, out, overwrite=overwrite) as output:
        with watched(spark, "reading the network", progress):
            graph = load(spark, source, output, seed=seed)
        called = check_name(name or f"{method}-{graph.name}", what="partition")
        if method == "leiden":
            way = _Leiden(resolution, leiden_edges, rounds, seed)
            labels, params = way.labels(graph, output, progress)
        else:
            labels, params = _by_propagation(graph, output, rounds, progress)
        with watched(spark, "writing communities", progress):
            numbered = output.staged(_numbered(labels), "numbered")
            _write(graph, numbered, output)
            number = int(numbered.selectExpr("max(community) + 1 AS n").take(1)[0].n)
            quality = _modularity(graph, numbered)
        cut = Cut(out, called, graph.name, graph.size, number, quality, params)
        (output.result / PARTITION_FACTS).write_json(_facts(cut, method, seed))
    return cut


def _check(method: str, rounds: int, resolution: float, leiden_edges: int) -> None:
    if method not in METHODS:
        raise UsageError(f"--method must be {' or '.join(METHODS)}: got {method!r}")
    if not 1 <= rounds <= MOST_ROUNDS:
        raise UsageError(f"--rounds must be from 1 to {MOST_ROUNDS}: got {rounds}")
    if not 0 < resolution < float("inf"):
        raise UsageError(f"--resolution must be a number above 0: got {resolution}")
    if leiden_edges < 1:
        raise UsageError(f"--leiden-edges must be at least 1: got {leiden_edges}")


@dataclass(frozen=True)
class _Leiden:
    """Leiden where a component is small enough, label propagation elsewhere."""

    resolution: float
    edges: int
    rounds: int
    seed: int

    def labels(
        self, graph: Graph, output: Output, progress: Progress
    ) -> tuple[DataFrame, dict[str, Scalar]]:
        """Columns ``code`` and ``label``, and how they were come by."""
        spark = graph.songs.sparkSession
        with watched(spark, "finding components", progress):
            owners = components(graph.songs, graph.links, output)
            sizes = output.staged(_sizes(graph, owners), "sizes")
        number, large = sizes.count(), sizes.where(f"edges > {self.edges}").count()
        params: dict[str, Scalar] = {
            "resolution": self.resolution,
            "components": number,
            "too_large": large,
        }
        with watched(spark, "cutting components", progress):
            small = sizes.where(f"edges <= {self.edges}")
            cut = refined(graph.edges, owners, small, resolution=self.resolution, seed=self.seed)
            labels = output.staged(cut, "refined")
        if large:
            rest, more = self._rest(graph, owners, sizes, output, progress)
            return labels.unionByName(rest), params | more
        return labels, params

    def _rest(
        self, graph: Graph, owners: DataFrame, sizes: DataFrame, output: Output, progress: Progress
    ) -> tuple[DataFrame, dict[str, Scalar]]:
        """What Leiden was not given."""
        large = sizes.where(f"edges > {self.edges}")
        whose = owners.join(large, "component", "left_semi").select("code")
        part = replace(
            graph,
            songs=graph.songs.join(whose, "code", "left_semi"),
            links=graph.links.join(whose, "code", "left_semi"),
        )
        return _by_propagation(part, output, self.rounds, progress)


def _by_propagation(
    graph: Graph, output: Output, rounds: int, progress: Progress
) -> tuple[DataFrame, dict[str, Scalar]]:
    """Columns ``code`` and ``label``, and how they were come by."""
    with watched(graph.songs.sparkSession, "propagating labels", silent):
        found = propagate(graph.songs, graph.links, output, rounds=rounds, progress=progress)
    return found.labels, {"rounds": found.rounds, "settled": found.settled}


def _sizes(graph: Graph, owners: DataFrame) -> DataFrame:
    """Per component its ``edges`` and its ``share`` of all weight."""
    return graph.songs.sparkSession.sql(
        """
        SELECT component, count(*) AS edges,
          CAST(sum(CAST(votes AS DECIMAL(38, 0))) AS DOUBLE) / {votes}D AS share
        FROM {edges} JOIN {owners} ON code = source GROUP BY component
        """,
        edges=graph.edges,
        owners=owners,
        votes=graph.votes,
    )


def _numbered(labels: DataFrame) -> DataFrame:
    """Columns ``code`` and ``community``: 0 the largest, ties to the one of the smallest song.

    One row per community passes through a single task.
    """
    return labels.sparkSession.sql(
        """
        SELECT code, community FROM {labels} JOIN (
          SELECT label, CAST(row_number() OVER (ORDER BY size DESC, first) - 1 AS INT) AS community
          FROM (SELECT label, count(*) AS size, min(code) AS first FROM {labels} GROUP BY label)
        ) USING (label)
        """,
        labels=labels,
    )


def _write(graph: Graph, numbered: DataFrame, output: Output) -> None:
    named = numbered.join(graph.songs, "code").select("song", "community")
    named.write.parquet(output.result.path)


def _modularity(graph: Graph, numbered: DataFrame) -> float:
    """Newman & Girvan's, rounded so that the order of sums does not show."""
    row = graph.songs.sparkSession.sql(
        """
        SELECT sum(inside) / {votes}D - sum(power(ends / (2 * {votes}D), 2)) AS modularity FROM (
          SELECT a.community, sum(CAST(votes AS DOUBLE)) AS ends,
            sum(CASE WHEN a.community = b.community THEN CAST(votes AS DOUBLE) ELSE 0 END) / 2
              AS inside
          FROM {links} AS link JOIN {numbered} AS a ON a.code = link.code
            JOIN {numbered} AS b ON b.code = neighbor
          GROUP BY a.community)
        """,
        links=graph.links,
        numbered=numbered,
        votes=graph.votes,
    ).take(1)[0]
    return round(float(row.modularity or 0), 9)


def _facts(cut: Cut, method: Method, seed: int) -> dict[str, Any]:
    from songnet import __version__

    return {
        "schema": SCALE_SCHEMA,
        "name": cut.name,
        "algorithm": method,
        "on": cut.on,
        "seed": seed,
        "params": dict(cut.params),
        "quality": {"modularity": cut.modularity},
        "versions": {"songnet": __version__, "pyspark": version("pyspark")},
        "songs": cut.songs,
        "communities": cut.communities,
    }
