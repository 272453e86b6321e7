"""What makes a model what it is, as plain data: known before Keras is imported."""

from __future__ import annotations

from typing import Any, Protocol

from songnet.model import Scalar


class Design(Protocol):
    """The shape of one model: a frozen dataclass per kind.

    Two encoders of one design differ only in their weights.
    """

    @property
    def kind(self) -> str:
        """A key of `songnet.encoders.MODELS`."""

    @property
    def latent(self) -> str:
        """The name of the latent, for the encoder's default name: ``12x15``, ``16``."""

    @property
    def size(self) -> int:
        """The length of a song's vector."""

    def weight_shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of all weights, ``layer.part``, in the order of the layers."""

    def facts(self) -> dict[str, Any]:
        """All of it as JSON has it: what ``config.json`` says at its top level."""

    def params(self) -> dict[str, Scalar]:
        """What the graph's `Encoder` node says of it, flat."""
