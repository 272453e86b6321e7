"""Songs that a report can name, and where maps put them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from songnet.errors import InputError
from songnet.model import Floats, Ints

Method: TypeAlias = Literal["PCA", "t-SNE", "UMAP"]


@dataclass(frozen=True)
class Songs:
    """The songs that a reader can look up on the page.

    Attributes
    ----------
    titles, artists
        What each is called, and by whom (empty where unknown); of one length.
    note
        What else a reader must know, as how they were sampled.
    """

    titles: Sequence[str] = ()
    artists: Sequence[str] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.titles) != len(self.artists):
            raise InputError(
                "songs of a report need as many titles as artists: "
                f"got {len(self.titles)} and {len(self.artists)}"
            )

    def __len__(self) -> int:
        return len(self.titles)


@dataclass(frozen=True)
class Projection:
    """Songs in a plane, coloured by a partition.

    Attributes
    ----------
    title
        The figure's heading.
    method
        ``PCA``, ``t-SNE`` or ``UMAP``.
    encoder, partition
        Whose vectors the places, whose communities the colours are (empty: no colours).
    points
        float64 (n, 2), finite.
    labels
        int64 (n,): the community of each song, -1 for none.
    legend
        What a person would call each community, by label.
    explained
        The share of the variance that each axis keeps (PCA).
    note
        What else a reader must know: how songs were sampled, and with which seed.
    rows
        int64 (n,), rising: which of the report's songs the points are; None: the map is a picture
        only, on which no song can be looked up.
    """

    title: str
    method: Method
    encoder: str
    points: Floats
    labels: Ints
    legend: Sequence[str]
    partition: str
    explained: Sequence[float] | None = None
    note: str = ""
    rows: Ints | None = None

    def __post_init__(self) -> None:
        points, labels = np.asarray(self.points), np.asarray(self.labels)
        if points.ndim != 2 or points.shape[1] != 2 or labels.shape != (len(points),):
            raise InputError(
                f"projection {self.title!r} needs points (n, 2) and labels (n,): "
                f"got {points.shape} and {labels.shape}"
            )
        if not np.isfinite(points).all():
            raise InputError(f"projection {self.title!r} has points that are not finite")
        if self.rows is not None and np.shape(self.rows) != (len(points),):
            raise InputError(
                f"projection {self.title!r} needs a song for each of its {len(points)} points: "
                f"got rows {np.shape(self.rows)}"
            )
