"""What the nodes of networks, encoders and partitions hold, written and read back.

Properties are plain values; parameters, versions and all qualities are JSON text beside them.
Nothing here knows an engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songnet.errors import InputError, UsageError
from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo, now
from songnet.model import Partition, Scalar, SongNetwork, Vectors, object_array
from songnet.names import check_encoder_name
from songnet.store.protocol import MAX_INDEXED_DIMENSIONS

PLAIN_QUALITIES = ("modularity", "codelength", "description_length", "resolution")
LARGEST_INT = 2**63 - 1


def network_properties(network: SongNetwork, created_at: str | None) -> dict[str, Any]:
    """What the `Network` node holds; `network_info` reads it back."""
    return {
        "name": network.name,
        "kind": network.kind,
        "songs": len(network.songs),
        "edges": network.edges,
        "fingerprint": network.fingerprint,
        "created_at": created_at or now(),
        "parameters": as_json(network.params),
    }


def network_info(properties: Mapping[str, Any]) -> NetworkInfo:
    """A `Network` node's properties, read."""
    return NetworkInfo(
        name=properties["name"],
        kind=properties["kind"],
        songs=properties["songs"],
        edges=properties["edges"],
        fingerprint=properties["fingerprint"],
        created_at=properties["created_at"],
        params=from_json(properties["parameters"]),
    )


def encoder_properties(encoder: EncoderInfo) -> dict[str, Any]:
    """What the `Encoder` node holds; `encoder_info` reads it back.

    Raises
    ------
    BadNameError, InputError
        A name that may not become a property of songs; a dimension that no index takes.
    """
    check_encoder_name(encoder.name)
    if not 1 <= encoder.dimensions <= MAX_INDEXED_DIMENSIONS:
        raise InputError(
            f"vectors of {encoder.name!r} have {encoder.dimensions} dimensions; the graph takes "
            f"1 to {MAX_INDEXED_DIMENSIONS}: write a projection of them"
        )
    return {
        "name": encoder.name,
        "kind": encoder.kind,
        "latent": encoder.latent,
        "dimensions": encoder.dimensions,
        "fingerprint": encoder.fingerprint,
        "created_at": encoder.created_at,
        "parameters": as_json(encoder.params),
    }


def encoder_info(properties: Mapping[str, Any]) -> EncoderInfo:
    """An `Encoder` node's properties, read."""
    return EncoderInfo(
        name=properties["name"],
        kind=properties["kind"],
        latent=properties["latent"],
        dimensions=properties["dimensions"],
        fingerprint=properties["fingerprint"],
        created_at=properties["created_at"],
        params=from_json(properties["parameters"]),
    )


def partition_properties(partition: Partition, created_at: str | None) -> dict[str, Any]:
    """What the `Partition` node holds; `partition_info` and `partition_of` read it back.

    The main qualities are plain properties as well, so that a query can filter by them;
    ``quality`` has all of them. ``resolution`` may also come from the parameters.
    """
    if partition.seed is not None and abs(partition.seed) > LARGEST_INT:
        raise InputError(f"seed {partition.seed} does not fit in 64 bits")
    plain = {"resolution": partition.params.get("resolution"), **partition.quality}
    return {
        "name": partition.name,
        "algorithm": partition.algorithm,
        "on": partition.on,
        "songs": len(partition.songs),
        "communities": partition.communities,
        "seed": partition.seed,
        **{key: _number(plain.get(key)) for key in PLAIN_QUALITIES},
        "quality": as_json(partition.quality),
        "fingerprint": partition.fingerprint,
        "created_at": created_at or now(),
        "parameters": as_json(partition.params),
        "versions": as_json(partition.versions),
    }


def partition_info(properties: Mapping[str, Any]) -> PartitionInfo:
    """A `Partition` node's properties, read."""
    return PartitionInfo(
        name=properties["name"],
        algorithm=properties["algorithm"],
        on=properties["on"],
        songs=properties["songs"],
        communities=properties["communities"],
        seed=properties.get("seed"),
        quality=from_json(properties["quality"]),
        fingerprint=properties["fingerprint"],
        created_at=properties["created_at"],
        params=from_json(properties["parameters"]),
        versions=from_json(properties["versions"]),
    )


def partition_of(
    properties: Mapping[str, Any], songs: Iterable[str], labels: ArrayLike
) -> Partition:
    """A partition from its node's properties and its memberships, in any order."""
    ids, given = object_array(songs), np.asarray(labels, np.int64)
    in_order = (ids[1:] > ids[:-1]).all()
    order = slice(None) if in_order else np.argsort(ids)
    info = partition_info(properties)
    return Partition(
        name=info.name,
        songs=ids[order],
        labels=given[order],
        algorithm=info.algorithm,
        on=info.on,
        seed=info.seed,
        params=info.params,
        quality=info.quality,
        versions=info.versions,
    )


def _number(value: Scalar) -> float | None:
    return None if value is None or isinstance(value, bool | str) else float(value)


def as_json(values: Mapping[str, Any]) -> str:
    """A mapping as JSON with sorted keys; numpy's numbers become Python's."""
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False, default=_plain)


def from_json(text: str) -> Mapping[str, Any]:
    """What `as_json` wrote."""
    return MappingProxyType(json.loads(text))


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise InputError(
        f"parameters must be text, numbers, booleans or null: got {type(value).__name__}"
    )


# --- vectors ----------------------------------------------------------------------------------


def check_vectors(vectors: Vectors, encoder: EncoderInfo) -> None:
    """`InputError` unless the vectors have the encoder's dimension and are finite."""
    if vectors.dimensions != encoder.dimensions:
        raise InputError(
            f"encoder {encoder.name!r} has vectors of {encoder.dimensions} dimensions: "
            f"got {vectors.dimensions}"
        )
    if not np.isfinite(vectors.values).all():
        raise InputError(f"vectors of {encoder.name!r} must be finite: found NaN or infinity")


def check_nearest(vector: ArrayLike, k: int, encoder: EncoderInfo) -> NDArray[np.float32]:
    """The vector to look for, float32 (d,), ready for an engine.

    Raises
    ------
    UsageError
        `k` is under 1.
    InputError
        Another shape than the encoder's, no finite numbers, or no direction (all zero).
    """
    if k < 1:
        raise UsageError(f"k must be at least 1: got {k}")
    sought = np.asarray(vector, np.float32)
    if sought.shape != (encoder.dimensions,):
        raise InputError(
            f"encoder {encoder.name!r} has vectors of shape ({encoder.dimensions},): "
            f"got {sought.shape}"
        )
    if not np.isfinite(sought).all() or not sought.any():
        raise InputError("the vector to look for must be finite and not all zero")
    return sought


def sorted_vectors(
    encoder: str, songs: Sequence[str], values: ArrayLike, dimensions: int
) -> Vectors:
    """Vectors as an engine returns them, in any order, brought to canonical order."""
    rows = np.asarray(values, np.float32).reshape(len(songs), dimensions)
    return Vectors.from_rows(encoder, songs, rows)


def closest(
    songs: Sequence[str], values: ArrayLike, sought: NDArray[np.float32], k: int
) -> list[tuple[str, float]]:
    """The `k` of these candidates with the largest cosine, best first, ties to the smaller id.

    Cosines are in double precision, so that all engines say the same; zero vectors are left out.

    Parameters
    ----------
    songs
        Ids, n of them.
    values
        (n, d).
    sought
        float32 (d,).
    """
    rows = np.asarray(values, np.float64).reshape(len(songs), len(sought))
    target = sought.astype(np.float64)
    # einsum, not BLAS: equal rows must get equal sums wherever they stand, or ties are lost.
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows)) * np.sqrt(
        np.einsum("i,i->", target, target)
    )
    products = np.einsum("ij,j->i", rows, target)
    cosines = [
        (max(-1.0, min(1.0, product / length)), song)
        for product, length, song in zip(products.tolist(), lengths.tolist(), songs, strict=True)
        if length > 0
    ]
    # Cosines of one direction differ in their last digits, and are ties all the same.
    cosines.sort(key=lambda pair: (-round(pair[0], 12), pair[1]))
    return [(song, cosine) for cosine, song in cosines[:k]]
