"""How far the partitions in the graph agree."""

from __future__ import annotations

from collections.abc import Sequence

from songnet.agreement import Comparison, compare
from songnet.errors import StateError
from songnet.workflows.workspace import Workspace


def compare_partitions(workspace: Workspace, names: Sequence[str] = ()) -> Comparison:
    """Every pair of the named partitions; of all there are, where no name is given.

    Raises
    ------
    StateError
        Fewer than two partitions are there.
    BadNameError
        A name is not there.
    """
    chosen = list(names) or [info.name for info in workspace.store.partitions()]
    if len(chosen) < 2:
        raise StateError(
            f"comparing needs two partitions, there is {len(chosen)}: "
            "make them with 'songnet partitions run'"
        )
    return compare([workspace.store.partition(name) for name in chosen])
