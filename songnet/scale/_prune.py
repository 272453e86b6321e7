"""Which edges are kept, by the rules of `songnet.networks.cooccurrence`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from songnet.scale._files import Output

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def most_connected(edges: DataFrame, output: Output, number: int) -> DataFrame:
    """The edges between the `number` songs with the most edges, ties to the smaller code.

    Parameters
    ----------
    edges
        Columns ``source``, ``target``, ``playlists``, ``weight``; every edge once.
    """
    edges = output.staged(edges, "unpruned")
    return edges.sparkSession.sql(
        f"""
        WITH ends AS (SELECT explode(array(source, target)) AS code FROM {{edges}}),
        chosen AS (
          SELECT code FROM ends GROUP BY code ORDER BY count(*) DESC, code LIMIT {int(number)}
        )
        SELECT * FROM {{edges}} LEFT SEMI JOIN chosen AS a ON source = a.code
          LEFT SEMI JOIN chosen AS b ON target = b.code
        """,  # noqa: S608  # a whole number
        edges=edges,
    )


def heaviest(edges: DataFrame, top: int) -> DataFrame:
    """The edges that are among the `top` heaviest of one of their songs, at least.

    Ties go to the neighbour with the smaller code. Spark ranks within each partition first and
    passes on no more than `top` per song, so that a song that all others meet is no trouble.
    """
    return edges.sparkSession.sql(
        f"""
        SELECT DISTINCT source, target, playlists, weight FROM (
          SELECT *, row_number() OVER (PARTITION BY song ORDER BY weight DESC, neighbor) AS place
          FROM (
            SELECT *, explode(array(source, target)) AS song FROM {{edges}}
          ) LATERAL VIEW explode(array(source + target - song)) AS neighbor
        ) WHERE place <= {int(top)}
        """,  # noqa: S608  # a whole number
        edges=edges,
    )
