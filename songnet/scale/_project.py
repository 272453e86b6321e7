"""Playlists to a network of songs, on Spark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Scalar
from songnet.names import check_name
from songnet.networks import WEIGHTS, Weight
from songnet.progress import Progress, silent
from songnet.scale._files import Output, folder
from songnet.scale._pairs import Lists, check_pairs, lists
from songnet.scale._prune import heaviest, most_connected
from songnet.scale._read import Format, LeftOut, read
from songnet.scale._watch import watched
from songnet.scale._weights import weighted
from songnet.sources.networks import FACTS, SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Three times the Million Playlist Dataset's 3.4 billion.
MAX_PAIRS: Final = 10_000_000_000
LEAST: Final = {"min_shared": 1, "max_length": 2, "most_connected": 2, "top": 1}


@dataclass(frozen=True)
class Options:
    """Which edges there are; as of `songnet.networks.cooccurrence`, in the order they apply."""

    weight: Weight = "count"
    max_length: int | None = None
    min_shared: int = 1
    most_connected: int | None = None
    top: int | None = None

    @property
    def params(self) -> dict[str, Scalar]:
        """What a network says of how it was made."""
        return {key: value for key, value in vars(self).items() if value is not None}

    def check(self) -> None:
        """`UsageError` where one is out of range."""
        if self.weight not in WEIGHTS:
            allowed = ", ".join(WEIGHTS)
            raise UsageError(f"there is no weight {self.weight!r}: use one of {allowed}")
        for name, low in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < low:
                flag = name.replace("_", "-")
                raise UsageError(f"--{flag} must be at least {low}: got {value}")


@dataclass(frozen=True)
class Projected:
    """A network that Spark wrote.

    Attributes
    ----------
    out
        The folder.
    songs, edges
        Of the network.
    playlists, pairs, longest
        What it was made of: playlists, pairs of songs in them, songs of the longest.
    left_out
        What was in the input and did not count.
    """

    out: str
    name: str
    songs: int
    edges: int
    playlists: int
    pairs: int
    longest: int
    left_out: LeftOut


def project(
    spark: SparkSession,
    source: str,
    out: str,
    *,
    name: str = "playlists",
    format: Format = "auto",  # noqa: A002  # the command line's word for it
    options: Options = Options(),  # frozen
    max_pairs: int = MAX_PAIRS,
    overwrite: bool = False,
    progress: Progress = silent,
) -> Projected:
    """Link songs that share playlists, and write the network to a folder.

    The edges are those that `songnet.networks.cooccurrence` makes of the same playlists: the same
    pairs, counts and weights to the last bit.

    Parameters
    ----------
    source
        Slices of the Million Playlist Dataset (``.json``, ``.json.gz``), Parquet with the columns
        ``playlist`` and ``song``, a folder of either, or a URL that Spark knows.
    out
        The folder, there whole or not at all: Parquet with the columns ``source`` < ``target``
        (ids), ``weight`` and ``playlists``, and ``network.json``.
    max_pairs
        Refuse before the work where playlists make more pairs than this.
    overwrite
        Replace `out` where it is there.

    Raises
    ------
    EmptyInputError
        No playlists, or no edge passes the options.
    InputError
        `source` cannot be read, or `out` is there.
    MemoryRefusedError
        More pairs than `max_pairs`.
    """
    check_name(name, what="network")
    options.check()
    with folder(spark, out, overwrite=overwrite) as output:
        with watched(spark, "reading playlists", progress):
            playlists, left_out = read(spark, source, output, kind=format)
        with watched(spark, "numbering songs", progress):
            made = lists(
                playlists, output, min_shared=options.min_shared, max_length=options.max_length
            )
        progress(f"{made.pairs:,} pairs of songs", 0)
        check_pairs(made, max_pairs)
        with watched(spark, "linking songs", progress):
            edges = output.staged(_edges(made, output, options), "edges")
        songs, number = _extent(edges)
        if not number:
            raise EmptyInputError("no two songs share enough playlists: loosen the options")
        with watched(spark, "writing edges", progress):
            _named(made, edges).write.parquet(output.result.path)
        facts = _facts(name, options, {"songs": songs, "edges": number})
        (output.result / FACTS).write_json(facts)
    return Projected(out, name, songs, number, made.playlists, made.pairs, made.longest, left_out)


def _edges(made: Lists, output: Output, options: Options) -> DataFrame:
    """The edges to keep, columns ``source``, ``target`` (codes), ``playlists``, ``weight``."""
    before = made.songs.sparkSession.conf.get("spark.sql.shuffle.partitions")
    made.songs.sparkSession.conf.set(
        "spark.sql.shuffle.partitions", max(int(before or 1), made.tasks)
    )
    edges = weighted(made, output, options.weight, options.min_shared)
    if options.most_connected is not None:
        edges = most_connected(edges, output, options.most_connected)
    return edges if options.top is None else heaviest(edges, options.top)


def _extent(edges: DataFrame) -> tuple[int, int]:
    """How many songs the edges join, and how many edges there are."""
    ends = edges.selectExpr("explode(array(source, target)) AS code")
    return ends.distinct().count(), edges.count()


def _named(made: Lists, edges: DataFrame) -> DataFrame:
    """Edges between ids."""
    return made.songs.sparkSession.sql(
        """
        SELECT a.song AS source, b.song AS target, weight, playlists
        FROM {edges} JOIN {songs} AS a ON a.code = source JOIN {songs} AS b ON b.code = target
        """,
        edges=edges,
        songs=made.songs,
    )


def _facts(name: str, options: Options, counts: Mapping[str, int]) -> dict[str, Any]:
    from songnet import __version__

    return {
        "schema": SCHEMA,
        "name": name,
        "kind": "playlists",
        "params": options.params,
        **counts,
        "versions": {"songnet": __version__},
    }
