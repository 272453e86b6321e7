"""A contrastive encoder: taught to tell clips of one song, however changed, from other songs.

Two views of each song, changed at random (`songnet.encoders._augment`), pass through one network
(`songnet.encoders._listener`). The loss is NT-Xent: of all views in the batch, the other view of
the same song should be the most similar by cosine, sharpened by a temperature. Where a song has
several clips the views are of different ones. No label is used.

An autoencoder spends itself on whatever fills many pixels, above all loudness and texture; here
everything that the changes do not keep is of no use, and what is left tells songs apart.

The loss is the mean over views of the cross-entropy, in nats, of finding the partner among the
other views of the batch; it is ln(2 b - 1) at chance, b being the batch size.

Source: T. Chen and others, *A Simple Framework for Contrastive Learning of Visual Representations*
(SimCLR, 2020, arXiv:2002.05709); A. van den Oord and others, *Representation Learning with
Contrastive Predictive Coding* (2018, arXiv:1807.03748); J. Spijkervet, J. A. Burgoyne, *Contrastive
Learning of Musical Representations* (CLMR, 2021, arXiv:2103.09410).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from songnet.encoders._listener import FILTERS, Listener
from songnet.encoders._table import Table
from songnet.errors import UsageError
from songnet.model import Scalar

KIND = "contrastive"
OPTIONS = frozenset({"filters", "dimensions", "temperature"})
DIMENSIONS = 128
TEMPERATURE = 0.2


@dataclass(frozen=True, slots=True)
class ContrastiveDesign:
    """The network, and how sharply it is asked to choose."""

    listener: Listener
    temperature: float = TEMPERATURE

    @property
    def kind(self) -> str:
        """``contrastive``."""
        return KIND

    @property
    def latent(self) -> str:
        """The number of dimensions."""
        return str(self.listener.dimensions)

    @property
    def size(self) -> int:
        """The number of dimensions."""
        return self.listener.dimensions

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Those of the network."""
        return self.listener.weight_shapes()

    def facts(self) -> dict[str, Any]:
        """As ``config.json`` has it."""
        return {
            "filters": list(self.listener.filters),
            "dimensions": self.listener.dimensions,
            "temperature": self.temperature,
        }

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        return {
            "filters": ",".join(map(str, self.listener.filters)),
            "temperature": self.temperature,
        }


def design(options: Mapping[str, Any]) -> ContrastiveDesign:
    """The design that is asked for.

    Parameters
    ----------
    options
        ``filters``, ``dimensions``, ``temperature``.

    Raises
    ------
    UsageError
        One of them out of range.
    """
    temperature = float(options.get("temperature", TEMPERATURE))
    if not 0.01 <= temperature <= 10:
        raise UsageError(f"--temperature must be 0.01 to 10: got {temperature:g}")
    filters = tuple(options.get("filters", FILTERS))
    return ContrastiveDesign(Listener(filters, options.get("dimensions", DIMENSIONS)), temperature)


def parse(table: Table) -> ContrastiveDesign:
    """The design in a ``config.json``; `FormatError` or `UsageError` if it is not sound."""
    return design(
        {
            "filters": table.integers("filters"),
            "dimensions": table.integer("dimensions"),
            "temperature": table.number("temperature"),
        }
    )
