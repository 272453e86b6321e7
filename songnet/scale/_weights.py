"""What an edge weighs, to the last of its 12 decimals as the single machine has it.

Two ways of computing a number may differ in its last bit: another order of a sum, another
logarithm. Rounded to 12 decimals both are the same, unless the number lies next to where rounding
turns. Those few are computed again, as the single machine does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from songnet.networks import Weight
from songnet.scale._files import Output
from songnet.scale._pairs import Lists, meetings
from songnet.scale._spark import quietly

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

# numpy.round(x, 12), to the bit.
SCALE: Final = "1e12D"
EDGE: Final = "source BIGINT, target BIGINT, playlists BIGINT, weight DOUBLE"
COLUMNS: Final = ("source", "target", "playlists", "weight")
# Of a number, relative to it, per term of a sum; twice what arithmetic can be off.
ERROR: Final = "4.5e-16D"


def weighted(made: Lists, output: Output, weight: Weight, min_shared: int) -> DataFrame:
    """Edges, columns `COLUMNS`; ends are codes."""
    if weight == "newman":
        return _newman(made, output, min_shared)
    counted = meetings(made).groupBy("source", "target").count()
    enough = counted.where(f"count >= {min_shared}").withColumnRenamed("count", "playlists")
    if weight == "count":
        return enough.selectExpr("*", "CAST(playlists AS DOUBLE) AS weight")
    both = _popularities(made, output.staged(enough, "counted"))
    if weight == "cosine":
        return both.selectExpr(*COLUMNS[:3], f"{_rounded('playlists / sqrt(chance)')} AS weight")
    return _pmi(both, output, made.playlists)


def _rounded(value: str) -> str:
    return f"rint(({value}) * {SCALE}) / {SCALE}"


def _doubtful(value: str, terms: str) -> str:
    """Whether a number with an error in each of some terms could be rounded either way."""
    scaled = f"abs({value}) * {SCALE}"
    return f"abs({scaled} - floor({scaled}) - 0.5D) <= {scaled} * {ERROR} * ({terms})"


def _popularities(made: Lists, edges: DataFrame) -> DataFrame:
    """Edges with ``chance``, the product of how many playlists the two songs are in."""
    return made.songs.sparkSession.sql(
        """
        SELECT source, target, playlists,
          CAST(a.popularity AS DOUBLE) * CAST(b.popularity AS DOUBLE) AS chance
        FROM {edges} JOIN {songs} AS a ON a.code = source JOIN {songs} AS b ON b.code = target
        """,
        edges=edges,
        songs=made.songs,
    )


# --- Newman's weights: the order of a sum --------------------------------------------------------


def _newman(made: Lists, output: Output, min_shared: int) -> DataFrame:
    summed = (
        meetings(made)
        .selectExpr("source", "target", "1D / (length - 1) AS share")
        .groupBy("source", "target")
        .agg({"*": "count", "share": "sum"})
        .withColumnsRenamed({"count(1)": "playlists", "sum(share)": "weight"})
        .where(f"playlists >= {min_shared}")
    )
    summed = output.staged(summed.select(*COLUMNS), "summed")
    doubt = _doubtful("weight", "playlists + 1")
    settled = summed.where(f"NOT ({doubt})")
    again = _in_order(made, output.staged(summed.where(doubt), "doubtful"))
    every = settled.unionByName(again)
    return every.selectExpr(*COLUMNS[:3], f"{_rounded('weight')} AS weight")


def _in_order(made: Lists, doubtful: DataFrame) -> DataFrame:
    """The same edges, their shares added in the order of the playlists' ids."""
    spark = made.songs.sparkSession
    places = made.blocks.selectExpr("id", "length", "explode(codes) AS code")
    return spark.sql(
        """
        SELECT source, target, playlists,
          aggregate(array_sort(collect_list(struct(id, 1D / (a.length - 1) AS share))), 0D,
            (sum, each) -> sum + each.share) AS weight
        FROM {doubtful} JOIN {places} AS a ON a.code = source
          JOIN (SELECT id, code FROM {places}) AS b USING (id)
        WHERE b.code = target
        GROUP BY source, target, playlists
        """,
        doubtful=doubtful,
        places=places,
    )


# --- pointwise mutual information: the logarithm --------------------------------------------------


def _pmi(edges: DataFrame, output: Output, playlists: int) -> DataFrame:
    odds = edges.selectExpr(
        *COLUMNS[:3], f"CAST(playlists AS DOUBLE) * {float(playlists)!r}D / chance AS odds"
    )
    found = output.staged(odds.selectExpr(*COLUMNS[:3], "odds", "ln(odds) AS weight"), "odds")
    doubt = _doubtful("weight", "4")
    settled = found.where(f"NOT ({doubt})").select(*COLUMNS)
    again = found.where(doubt).select(*COLUMNS[:3], "odds")
    with quietly():
        again = again.mapInArrow(_numpys_logarithm, EDGE)
    every = settled.unionByName(again)
    return every.selectExpr(*COLUMNS[:3], f"{_rounded('weight')} AS weight").where("weight > 0")


def _numpys_logarithm(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches with the logarithm of their last column in its place."""
    import numpy as np
    import pyarrow as pa

    for batch in batches:
        odds = batch.column("odds").to_numpy()
        yield pa.RecordBatch.from_arrays([*batch.columns[:3], pa.array(np.log(odds))], COLUMNS)
