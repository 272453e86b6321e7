"""A network that Spark wrote, as numbered songs and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from songnet.errors import EmptyInputError, InputError
from songnet.scale._files import Output, Place
from songnet.sources.networks import FACTS, SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Weights are added as whole numbers of this part, so that no sum depends on its order.
PARTS: Final = 1_000_000_000


@dataclass(frozen=True)
class Graph:
    """Songs by number, and who is linked to whom.

    Attributes
    ----------
    name
        Of the network.
    songs
        Columns ``song``, ``code`` (int64, rising with the id) and ``draw``: 64 random bits that
        depend on the id and the seed alone.
    edges
        Columns ``source`` < ``target`` (codes), ``weight`` and ``votes``, the weight in billionths,
        at least one.
    links
        Both ways round: ``code``, ``neighbor``, ``votes`` and the ``draw`` of ``code``.
    size
        How many songs there are.
    votes
        Of all edges.
    """

    name: str
    songs: DataFrame
    edges: DataFrame
    links: DataFrame
    size: int
    votes: int


def load(spark: SparkSession, path: str, output: Output, *, seed: int) -> Graph:
    """The network in a folder that `songnet.scale.project` wrote.

    Raises
    ------
    EmptyInputError
        It has no edges.
    InputError
        It is no such folder.
    """
    place = Place(spark, path)
    name = _name(place)
    rows = spark.read.option("pathGlobFilter", "*.parquet").parquet(path)
    songs = output.staged(_songs(rows, seed), "songs")
    edges = output.staged(_edges(spark, rows, songs), "edges")
    links = output.staged(_links(spark, edges, songs), "links")
    votes = edges.selectExpr("coalesce(sum(CAST(votes AS DECIMAL(38, 0))), 0) AS votes").take(1)
    size = songs.count()
    if not size:
        raise EmptyInputError(f"{path} holds no edges: there is nothing to partition")
    return Graph(name, songs, edges, links, size, int(votes[0].votes))


def _name(place: Place) -> str:
    facts = place / FACTS
    if not facts.exists():
        raise InputError(
            f"{place.path} holds no {FACTS}: give a folder that songnet scale project made"
        )
    said: Any = facts.read_json()
    if not isinstance(said, dict) or said.get("schema") != SCHEMA:
        raise InputError(f"{facts.path} is not of schema {SCHEMA!r}: make the network again")
    return str(said["name"])


def _songs(rows: DataFrame, seed: int) -> DataFrame:
    return (
        rows.selectExpr("explode(array(source, target)) AS song")
        .distinct()
        .orderBy("song")
        .selectExpr(
            "song", "monotonically_increasing_id() AS code", f"xxhash64(song, {int(seed)}L) AS draw"
        )
    )


def _edges(spark: SparkSession, rows: DataFrame, songs: DataFrame) -> DataFrame:
    return spark.sql(
        f"""
        SELECT a.code AS source, b.code AS target, weight,
          greatest(CAST(rint(weight * {PARTS}D) AS BIGINT), 1) AS votes
        FROM {{rows}} AS row JOIN {{songs}} AS a ON a.song = row.source
          JOIN {{songs}} AS b ON b.song = row.target
        """,  # noqa: S608  # a number of our own
        rows=rows,
        songs=songs,
    )


def _links(spark: SparkSession, edges: DataFrame, songs: DataFrame) -> DataFrame:
    return spark.sql(
        """
        SELECT code, neighbor, votes, draw FROM (
          SELECT source AS code, target AS neighbor, votes FROM {edges}
          UNION ALL SELECT target, source, votes FROM {edges}
        ) JOIN {songs} USING (code)
        """,
        edges=edges,
        songs=songs.select("code", "draw"),
    )
