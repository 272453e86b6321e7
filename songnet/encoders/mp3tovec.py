"""MP3ToVec: from sound to the place that a song has among playlists.

A network (`songnet.encoders._listener`) hears a spectrogram and is taught to point where another
encoder, Track2Vec, has put its song because of the company it keeps. The loss is one minus their
cosine, so 1 at chance and 0 at best. A song's vector is the mean over its clips. So a song that is
in no playlist gets a place among those that are.

Source: R. Smith, *Deej-AI* (2019), whose MP3ToVec this is, on a smaller network; A. van den Oord,
S. Dieleman, B. Schrauwen, *Deep content-based music recommendation* (2013), for the idea.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from songnet.encoders._listener import FILTERS, Listener
from songnet.encoders._table import Table
from songnet.errors import UsageError
from songnet.model import Scalar

KIND = "mp3tovec"
# `dimensions` and `made_by` come with the encoder that is aimed at.
OPTIONS = frozenset({"filters", "like", "dimensions", "made_by"})


@dataclass(frozen=True, slots=True)
class Mp3ToVecDesign:
    """The network, and what it aims at.

    Attributes
    ----------
    listener
        As long in the end as the vectors it aims at.
    like, made_by
        The encoder that gave them: its name and its fingerprint.
    """

    listener: Listener
    like: str
    made_by: str

    @property
    def kind(self) -> str:
        """``mp3tovec``."""
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
            "like": self.like,
            "made_by": self.made_by,
        }

    def params(self) -> dict[str, Scalar]:
        """What the `Encoder` node says."""
        return {
            "filters": ",".join(map(str, self.listener.filters)),
            "like": self.like,
            "like_fingerprint": self.made_by,
        }


def design(options: Mapping[str, Any]) -> Mp3ToVecDesign:
    """The design that is asked for; `UsageError` where something is missing or out of range.

    Parameters
    ----------
    options
        ``like``, ``made_by`` and ``dimensions`` of the encoder that is aimed at; ``filters``.
    """
    missing = {"like", "made_by", "dimensions"} - set(options)
    if missing:
        raise UsageError("model 'mp3tovec' needs the vectors of another encoder (--like)")
    filters = tuple(options.get("filters", FILTERS))
    listener = Listener(filters, options["dimensions"])
    return Mp3ToVecDesign(listener, options["like"], options["made_by"])


def parse(table: Table) -> Mp3ToVecDesign:
    """The design in a ``config.json``; `FormatError` or `UsageError` if it is not sound."""
    return design(
        {
            "filters": table.integers("filters"),
            "dimensions": table.integer("dimensions"),
            "like": table.text("like"),
            "made_by": table.text("made_by"),
        }
    )
