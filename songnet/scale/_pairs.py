"""Pairs of songs that share a playlist, made block by block.

A playlist of n songs has n(n-1)/2 pairs, so a long one would keep one task busy while the others
wait. Its songs are cut into blocks, and every two blocks are a piece of work of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from songnet.errors import EmptyInputError, MemoryRefusedError
from songnet.scale._files import Output

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

BLOCK: Final = 256
PAIRS_PER_TASK: Final = 1 << 22


@dataclass(frozen=True)
class Lists:
    """What pairs are made of.

    Attributes
    ----------
    songs
        Columns ``song``, ``code`` (int64, rising with the id) and ``popularity`` (how many
        playlists it is in); of songs that are in enough playlists to have an edge.
    blocks
        Columns ``id`` (of the playlist), ``length`` (its songs, all of them), ``block``,
        ``blocks`` (how many it has) and ``codes``, rising.
    playlists
        How many playlists there are, those among them that have no pair.
    pairs, longest
        How many pairs they make, and the songs of the longest.
    """

    songs: DataFrame
    blocks: DataFrame
    playlists: int
    pairs: int
    longest: int

    @property
    def tasks(self) -> int:
        """Into how many tasks the pairs go."""
        return 1 + self.pairs // PAIRS_PER_TASK


def lists(
    playlists: DataFrame, output: Output, *, min_shared: int, max_length: int | None
) -> Lists:
    """Songs by number and playlists in blocks.

    Parameters
    ----------
    playlists
        Columns ``id`` and ``songs``.
    min_shared, max_length
        As of `songnet.networks.cooccurrence`.

    Raises
    ------
    EmptyInputError
        All playlists are longer than `max_length`.
    """
    spark = output.result.spark
    if max_length is not None:
        playlists = playlists.where(f"size(songs) <= {max_length}")
    number = playlists.count()
    if not number:
        raise EmptyInputError(f"with --max-length {max_length} there are no playlists: allow more")
    songs = output.staged(_songs(playlists, min_shared), "songs")
    blocks = output.staged(_blocks(spark, playlists, songs), "blocks")
    pairs, longest = _extent(blocks)
    return Lists(songs, blocks, number, pairs, longest)


def _songs(playlists: DataFrame, min_shared: int) -> DataFrame:
    """Songs numbered in the order of their ids.

    Spark sorts texts by their bytes in UTF-8, which is the order of code points, as Python's.
    """
    return (
        playlists.selectExpr("explode(songs) AS song")
        .groupBy("song")
        .count()
        .where(f"count >= {min_shared}")
        .orderBy("song")
        .selectExpr("song", "monotonically_increasing_id() AS code", "count AS popularity")
    )


def _blocks(spark: SparkSession, playlists: DataFrame, songs: DataFrame) -> DataFrame:
    return spark.sql(
        f"""
        SELECT id, length, block, blocks, sort_array(collect_list(code)) AS codes
        FROM (
          SELECT id, length, code,
            (row_number() OVER (PARTITION BY id ORDER BY code) - 1) DIV {BLOCK} AS block,
            (count(*) OVER (PARTITION BY id) - 1) DIV {BLOCK} + 1 AS blocks
          FROM (SELECT id, size(songs) AS length, explode(songs) AS song FROM {{playlists}})
          JOIN {{songs}} USING (song)
        )
        GROUP BY id, length, block, blocks
        """,  # noqa: S608  # a number of our own
        playlists=playlists,
        songs=songs,
    )


def _extent(blocks: DataFrame) -> tuple[int, int]:
    """All pairs, and the length of the longest playlist."""
    lengths = blocks.selectExpr("id", "size(codes) AS size").groupBy("id").sum("size")
    row = lengths.selectExpr("`sum(size)` AS n").selectExpr(
        "coalesce(sum(CAST(n AS DECIMAL(20, 0)) * (n - 1) / 2), 0) AS pairs",
        "coalesce(max(n), 0) AS longest",
    )
    pairs, longest = row.take(1)[0]
    return int(pairs), int(longest)


def check_pairs(made: Lists, most: int) -> None:
    """`MemoryRefusedError` where there are more pairs than are allowed."""
    if made.pairs > most:
        raise MemoryRefusedError(
            f"{made.playlists:,} playlists, the longest of {made.longest:,} songs, make "
            f"{made.pairs:,} pairs, over the {most:,} allowed: leave long ones out with "
            "--max-length, rare songs with --min-shared, or allow more with --max-pairs"
        )


def meetings(made: Lists) -> DataFrame:
    """A row per pair and playlist: ``source`` < ``target`` (codes) and the playlist's ``length``.

    Spread over `made.tasks` tasks, whatever the lengths.
    """
    work = _work(made).repartition(made.tasks, "id", "first", "second")
    return work.selectExpr("length", "left_codes", "explode(right_codes) AS target").selectExpr(
        "length", "target", "explode(left_codes) AS source"
    ).where("source < target")  # fmt: skip


def _work(made: Lists) -> DataFrame:
    """Every two blocks of a playlist, a block and itself among them."""
    alone = made.blocks.selectExpr(
        "id", "length", "block AS first", "block AS second", "codes AS left_codes",
        "codes AS right_codes",
    )  # fmt: skip
    spark, long = made.blocks.sparkSession, made.blocks.where("blocks > 1")
    across = spark.sql(
        """
        SELECT a.id, a.length, a.block AS first, b.block AS second, a.codes AS left_codes,
          b.codes AS right_codes
        FROM {long} AS a JOIN {long} AS b ON a.id = b.id AND a.block < b.block
        """,
        long=long,
    )
    return alone.unionByName(across)
