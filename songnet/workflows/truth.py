"""What is known of songs beside lists and sound: their labels, artists and albums."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from songnet.errors import StateError, UsageError
from songnet.model import Ids, Ints, Partition
from songnet.workflows.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

Property: TypeAlias = Literal["label", "artist", "album"]
PROPERTIES: tuple[Property, ...] = ("label", "artist", "album")
ALGORITHM = "truth"
# Does not stand in the name of an artist or an album: ASCII's unit separator.
BETWEEN = "\x1f"


class SongFacts:
    """The songs' labels, artists and albums, read once from the graph.

    An album is an artist's: two artists' "Greatest Hits" are two albums. Empty texts count as
    missing.

    Parameters
    ----------
    workspace
        Whose songs.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def _table(self) -> pd.DataFrame:
        columns = ["id", *PROPERTIES]
        read: pd.DataFrame = self._workspace.store.songs().select(columns).to_pandas()
        table = read.set_index("id")
        table = table.astype(object).replace("", None)
        artist = table["artist"].where(table["artist"].notna(), "")
        table["album"] = (artist + BETWEEN + table["album"]).where(table["album"].notna(), None)
        return table

    @cached_property
    def _codes(self) -> pd.DataFrame:
        import pandas as pd

        found = {name: pd.factorize(self._table[name])[0] for name in PROPERTIES}
        return pd.DataFrame(found, index=self._table.index)

    def groups(self, name: Property, songs: Ids) -> Ints:
        """Which artist, album or label each song has, as a number; -1 for none, shape (n,)."""
        import pandas as pd

        place = self._table.index.get_indexer(pd.Index(songs))
        return np.where(place < 0, -1, self._codes[name].to_numpy(np.int64)[place])

    def truth(self, name: Property) -> Partition:
        """The songs cut by a property: a community for each of its values.

        Songs without it are left out; ``without`` in the partition's `params` counts them.

        Raises
        ------
        StateError
            No song has it.
        """
        values = self._table[name].dropna()
        if values.empty:
            raise StateError(
                f"no song has a property {name!r} to cut by with --truth: load playlists with "
                "artists and albums, or sounds with --labels"
            )
        return Partition.from_labels(
            values.index,
            values.to_numpy(object).astype(str),
            name=f"truth-{name}",
            algorithm=ALGORITHM,
            on=name,
            params={"without": len(self._table) - len(values)},
        )

    def titles(self, truth: Partition) -> list[str]:
        """The value of the property that each community of a `truth` stands for."""
        _, first = np.unique(truth.labels, return_index=True)
        values = self._table[truth.on].reindex(truth.songs[first])
        return [str(value).replace(BETWEEN, ": ").removeprefix(": ") for value in values]


def check_truths(names: Sequence[str]) -> list[Property]:
    """The properties to cut by, each once; `UsageError` where one is none."""
    for name in names:
        if name not in PROPERTIES:
            raise UsageError(f"--truth must be one of {', '.join(PROPERTIES)}: got {name!r}")
    return [name for name in PROPERTIES if name in names]
