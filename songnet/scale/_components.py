"""Connected components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from songnet.scale._files import Output

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def components(songs: DataFrame, links: DataFrame, output: Output) -> DataFrame:
    """Columns ``code`` and ``component``, the smallest code of it.

    Every node hangs itself on its smallest neighbour, if that is smaller than itself; each tree is
    drawn together into its root, and of the links those between roots remain. So there are fewer
    nodes from round to round, by a factor, and both rounds and the pulling together within them
    grow with the logarithm of the songs.

    Parameters
    ----------
    songs, links
        As of `Graph`.
    """
    spark = songs.sparkSession
    labels = songs.selectExpr("code", "code AS component")
    pairs, number = links.selectExpr("code AS a", "neighbor AS b"), 0
    while pairs.take(1):
        parents = _roots(pairs, output, number)
        labels = output.staged(
            spark.sql(
                """
                SELECT was.code, coalesce(parent, component) AS component
                FROM {labels} AS was LEFT JOIN {parents} AS up ON up.code = component
                """,
                labels=labels,
                parents=parents,
            ),
            f"components-{number}",
        )
        pairs = output.staged(_between(pairs, parents), f"pairs-{number}")
        number += 1
    return labels


def _roots(pairs: DataFrame, output: Output, number: int) -> DataFrame:
    """Columns ``code`` and ``parent``: for each node the root of its tree."""
    up = pairs.groupBy("a").min("b").selectExpr("a AS code", "least(a, `min(b)`) AS parent")
    step = 0
    while True:
        up = output.staged(up, f"parents-{number}-{step}")
        higher = pairs.sparkSession.sql(
            """
            SELECT low.code, high.parent, high.parent <> low.parent AS moved
            FROM {up} AS low JOIN {up} AS high ON high.code = low.parent
            """,
            up=up,
        )
        if not higher.where("moved").take(1):
            return up
        up, step = higher.drop("moved"), step + 1


def _between(pairs: DataFrame, parents: DataFrame) -> DataFrame:
    """What links different roots, both ways round."""
    return pairs.sparkSession.sql(
        """
        SELECT DISTINCT up.parent AS a, down.parent AS b
        FROM {pairs} AS pair JOIN {parents} AS up ON up.code = pair.a
          JOIN {parents} AS down ON down.code = pair.b
        WHERE up.parent <> down.parent
        """,
        pairs=pairs,
        parents=parents,
    )
