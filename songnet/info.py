"""What the graph says of networks, encoders and partitions, without the things themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from songnet.model import Scalar


def now() -> str:
    """The present time in UTC as ISO 8601, to the second: what `created_at` is."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class EncoderInfo:
    """How an encoder was made; what the `Encoder` node says.

    Attributes
    ----------
    name, kind
        `kind` is a key of `songnet.encoders.MODELS`: ``cae``, ``contrastive`` …
    latent
        The latent's name or shape, as ``12x15``.
    dimensions
        The length of the vectors in the graph.
    fingerprint
        SHA-256 of weights and configuration.
    params
        Hyperparameters, seed, final losses, library versions.
    """

    name: str
    kind: str
    latent: str
    dimensions: int
    fingerprint: str
    created_at: str
    params: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class NetworkInfo:
    """What the `Network` node says."""

    name: str
    kind: str
    songs: int
    edges: int
    fingerprint: str
    created_at: str
    params: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class PartitionInfo:
    """What the `Partition` node says, without the labels."""

    name: str
    algorithm: str
    on: str
    songs: int
    communities: int
    seed: int | None
    quality: Mapping[str, float]
    fingerprint: str
    created_at: str
    params: Mapping[str, Scalar] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """How much a store holds."""

    playlists: int
    songs: int
    memberships: int


@dataclass(frozen=True)
class Health:
    """What an engine says of a store's own state.

    Attributes
    ----------
    version
        Of the engine, in its own words.
    database
        The database on a server; None is the user's own, or an embedded store.
    schema
        The schema version; None where nothing was written yet.
    indexes
        The state of each constraint's or vectors' index, by name; ``ONLINE`` is well.
    findings
        What is amiss and what to do, a line each.
    """

    uri: str
    engine: str
    version: str
    database: str | None
    label_prefix: str
    schema: int | None
    indexes: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
