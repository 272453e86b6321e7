"""Leiden within each connected component that a single machine can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from songnet.scale._spark import quietly

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

FOUND: Final = "code BIGINT, label BIGINT"
DIGITS: Final = 20


def refined(
    edges: DataFrame, owners: DataFrame, sizes: DataFrame, *, resolution: float, seed: int
) -> DataFrame:
    """Columns ``code`` and ``label`` of the songs of some components, cut by Leiden.

    A community lies within a component, so each component can be cut for itself: with the
    resolution times its share of all weight, what is maximised is the modularity of the whole.

    Parameters
    ----------
    edges
        As of `Graph`.
    owners
        Columns ``code`` and ``component``.
    sizes
        The components to cut: ``component`` and ``share``, its part of the weight of all.
    """
    grouped = edges.sparkSession.sql(
        """
        SELECT component, share, source, target, weight
        FROM {edges} JOIN {owners} ON code = source JOIN {sizes} USING (component)
        """,
        edges=edges,
        owners=owners,
        sizes=sizes,
    ).groupBy("component")
    with quietly():
        return grouped.applyInArrow(_leiden(resolution, seed), FOUND)


def _leiden(resolution: float, seed: int) -> Callable[[pa.Table], pa.Table]:
    """What cuts the edges of one component."""

    def cut(table: pa.Table) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        from songnet.partitions import leiden

        codes, ends = _numbered(table)
        share = table["share"][0].as_py()
        network = _network(codes, ends, table["weight"].to_numpy())
        labels = leiden(network, resolution=resolution * share, seed=seed).labels
        first = np.full(labels.max() + 1, np.iinfo(np.int64).max)
        np.minimum.at(first, labels, codes)
        return pa.table({"code": codes, "label": first[labels]})

    return cut


def _numbered(table: pa.Table) -> tuple[Any, Any]:
    """The codes of a component, sorted, and both ends of its edges as indices into them."""
    import numpy as np

    ends = np.stack([table["source"].to_numpy(), table["target"].to_numpy()])
    return np.unique(ends, return_inverse=True)


def _network(codes: Any, ends: Any, weights: Any) -> Any:
    """The component as a network whose ids sort as the codes do."""
    from songnet.model import SongNetwork

    ids = [f"{code:0{DIGITS}d}" for code in codes.tolist()]
    source, target = ends.reshape(2, -1)
    return SongNetwork.from_edges(ids, source, target, weights, name="component")
