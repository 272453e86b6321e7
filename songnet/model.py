"""The types that everything speaks: who is in which playlist, networks, vectors, partitions.

All are frozen. Songs are ids (``spotify:track:…``, ``file:…``) in object arrays, **sorted**, so
that every seeded step sees the same order whatever order the data came in. `fingerprint` is the
SHA-256 of those canonical arrays: two objects with the same fingerprint hold the same thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from songnet.errors import InputError, one_line
from songnet.names import check_encoder_name, check_name

Ids: TypeAlias = NDArray[np.object_]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Scalar: TypeAlias = str | int | float | bool | None

# Where one community holds more of the songs than this share, nothing can agree with the partition.
DOMINANT = 0.9


def fingerprint(*parts: Iterable[str] | NDArray[Any]) -> str:
    """SHA-256 (hex) over id lists and little-endian arrays, each prefixed by its length."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray) and part.dtype != object:
            array = np.ascontiguousarray(part, dtype=part.dtype.newbyteorder("<")).reshape(-1)
            data: bytes | memoryview = array.view(np.uint8).data
        else:
            # NUL cannot stand in an id, so no two lists of ids join to the same text.
            data = "\0".join(part).encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def object_array(values: Iterable[str]) -> Ids:
    """A one-dimensional object array of strings."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def among(ids: Ids, others: Iterable[str]) -> NDArray[np.bool_]:
    """Which of `ids` are among `others`, bool (n,).

    In time that grows with their numbers; `numpy.isin` compares every pair of strings.
    """
    known = set(others)
    return np.fromiter((name in known for name in ids), np.bool_, len(ids))


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the input that was left out, and why.

    `path` is the file as the user named it (``lists.zip/a.json`` inside an archive), `where` the
    place inside it (``line 3``, ``playlist 7``).
    """

    path: str
    reason: str
    where: str | None = None

    def __str__(self) -> str:
        place = f"{self.path}, {self.where}" if self.where else self.path
        return one_line(f"{place}: {self.reason}")


@dataclass(frozen=True, slots=True)
class Memberships:
    """Which song is in which playlist: one row per distinct (playlist, song) pair.

    Attributes
    ----------
    playlists, songs
        Ids, sorted, shapes (p,) and (s,); every id occurs in at least one row.
    playlist, song
        int64 (m,): indices into `playlists` and `songs`, sorted by playlist, then song.
    """

    playlists: Ids
    songs: Ids
    playlist: Ints
    song: Ints

    @classmethod
    def from_pairs(cls, playlists: Iterable[str], songs: Iterable[str]) -> Memberships:
        """From two parallel sequences of ids; repeated pairs count once."""
        playlist_ids, playlist = np.unique(object_array(playlists), return_inverse=True)
        song_ids, song = np.unique(object_array(songs), return_inverse=True)
        if len(playlist) != len(song):
            raise InputError(
                f"memberships need as many playlists as songs: got {len(playlist)} and {len(song)}"
            )
        code = np.unique(playlist.astype(np.int64) * max(len(song_ids), 1) + song)
        width = max(len(song_ids), 1)
        return cls(playlist_ids, song_ids, code // width, code % width)

    def __len__(self) -> int:
        return len(self.playlist)


@dataclass(frozen=True)
class SongNetwork:
    """An undirected weighted network of songs.

    Attributes
    ----------
    name, kind
        ``kind`` is ``playlists``, ``sound``, ``multiplex`` or ``custom``.
    songs
        Ids, sorted, shape (n,).
    sources, targets
        int64 (m,): indices into `songs`, ``sources < targets``, sorted by source, then target;
        every edge once.
    weights
        float64 (m,), finite, not negative.
    attributes
        Further edge columns of shape (m,): ``playlists`` (count) of a playlist network;
        ``similarity``, ``rank_source`` (the target's rank among the source's neighbours, 0 for
        none) and ``rank_target`` of a sound network; ``layer_1`` and ``layer_2`` (weight there) of
        a multiplex one.
    params
        How it was made.
    """

    name: str
    kind: str
    songs: Ids
    sources: Ints
    targets: Ints
    weights: Floats
    attributes: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    params: Mapping[str, Scalar] = field(default_factory=dict)

    @classmethod
    def from_edges(
        cls,
        ids: Iterable[str],
        sources: ArrayLike,
        targets: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        name: str = "custom",
        kind: str = "custom",
        attributes: Mapping[str, ArrayLike] | None = None,
        params: Mapping[str, Scalar] | None = None,
    ) -> SongNetwork:
        """A network from plain arrays: `sources` and `targets` are indices into `ids`.

        Edges may come in any order and direction. Self-loops are dropped. An edge that is given
        more than once gets the sum of its weights; `attributes` are allowed only where no edge
        repeats, because they have no general sum, and are never turned with the edge's direction.
        Isolated songs stay.

        Raises
        ------
        InputError
            Repeated ids, indices out of range, lengths that differ, weights that are negative or
            not finite.
        """
        check_name(name, what="network")
        given = object_array(ids)
        left, right = np.asarray(sources, np.int64).ravel(), np.asarray(targets, np.int64).ravel()
        weight = np.ones(len(left)) if weights is None else np.asarray(weights, np.float64).ravel()
        _check_edges(len(given), left, right, weight)
        songs, position = _sorted_unique(given)
        low, high = (
            np.minimum(position[left], position[right]),
            np.maximum(position[left], position[right]),
        )
        extra = {key: np.asarray(value) for key, value in (attributes or {}).items()}
        for key, value in extra.items():
            if len(value) != len(left):
                raise InputError(f"edge attribute {key!r} has {len(value)} rows, not {len(left)}")
        keep = low != high
        if not keep.all():
            low, high, weight = low[keep], high[keep], weight[keep]
            extra = {key: value[keep] for key, value in extra.items()}
        code = low * max(len(songs), 1) + high
        if (np.diff(code) <= 0).any():
            low, high, weight, extra = _once(code, len(songs), weight, extra)
        return cls(
            name=name,
            kind=kind,
            songs=songs,
            sources=low,
            targets=high,
            weights=_own(weight),
            attributes=MappingProxyType({key: _own(value) for key, value in extra.items()}),
            params=MappingProxyType(dict(params or {})),
        )

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self.sources)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of songs, edges and weights."""
        return fingerprint(self.songs, self.sources, self.targets, self.weights)

    def __repr__(self) -> str:
        return f"SongNetwork({self.name!r}, {len(self.songs)} songs, {self.edges} edges)"


def _check_edges(songs: int, left: Ints, right: Ints, weight: Floats) -> None:
    if not len(left) == len(right) == len(weight):
        raise InputError(
            "sources, targets and weights must have one length: "
            f"got {len(left)}, {len(right)}, {len(weight)}"
        )
    if len(left) and (min(left.min(), right.min()) < 0 or max(left.max(), right.max()) >= songs):
        raise InputError(f"edges must be indices into the {songs} ids, 0 to {songs - 1}")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise InputError("edge weights must be finite and not negative")


def _once(
    code: Ints, songs: int, weight: Floats, extra: Mapping[str, NDArray[Any]]
) -> tuple[Ints, Ints, Floats, dict[str, NDArray[Any]]]:
    """Sources, targets, weights and attributes of edges, sorted by `code`, what repeats summed."""
    unique, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    if extra and len(unique) != len(code):
        raise InputError("edges with attributes must not repeat")
    total = np.bincount(inverse, weights=weight, minlength=len(unique)).astype(np.float64)
    width = max(songs, 1)
    attributes = {key: value[first] for key, value in extra.items()}
    return unique // width, unique % width, total, attributes


def _own(values: NDArray[Any]) -> NDArray[Any]:
    """An array that nobody else can write to: itself if it is read-only, else a copy."""
    return values.copy() if values.flags.writeable else values


def _sorted_unique(ids: Ids) -> tuple[Ids, Ints]:
    """Sorted ids, and for each given id its place among them; repeats are refused."""
    if (ids[1:] > ids[:-1]).all():
        return ids, np.arange(len(ids))
    songs, position = np.unique(ids, return_inverse=True)
    if len(songs) != len(ids):
        raise InputError(f"song ids must not repeat: {len(ids)} given, {len(songs)} distinct")
    return songs, position.astype(np.int64)


@dataclass(frozen=True)
class Vectors:
    """What an encoder says of songs.

    Attributes
    ----------
    encoder
        The encoder's name.
    songs
        Ids, sorted, shape (n,).
    values
        float32 (n, d), finite.
    """

    encoder: str
    songs: Ids
    values: NDArray[np.float32]

    @classmethod
    def from_rows(cls, encoder: str, songs: Iterable[str], values: ArrayLike) -> Vectors:
        """From ids and rows in any order; refuses repeats, NaN and infinity."""
        ids, position = _sorted_unique(object_array(songs))
        rows = np.asarray(values, np.float32)
        if rows.ndim != 2 or len(rows) != len(ids):
            raise InputError(f"vectors need shape ({len(ids)}, d): got {rows.shape}")
        if not np.isfinite(rows).all():
            raise InputError(
                f"vectors of {encoder!r} must be finite numbers: found NaN or infinity"
            )
        ordered = np.empty_like(rows)
        ordered[position] = rows
        return cls(check_encoder_name(encoder), ids, ordered)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self.values.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of songs and values."""
        return fingerprint(self.songs, self.values)

    def __repr__(self) -> str:
        return f"Vectors({self.encoder!r}, {len(self.songs)} songs x {self.dimensions})"


@dataclass(frozen=True)
class Partition:
    """Songs cut into communities; every song in exactly one.

    Attributes
    ----------
    name
        What it is stored under.
    songs
        Ids, sorted, shape (n,).
    labels
        int64 (n,): 0 is the largest community, ties go to the one with the smallest song id.
    algorithm, on, seed, params
        How it was made: `on` names the network or encoder.
    quality
        ``modularity``, ``codelength``, ``inertia`` …, as far as they apply.
    versions
        Versions of songnet and of the library that did the work.
    """

    name: str
    songs: Ids
    labels: Ints
    algorithm: str
    on: str
    seed: int | None = None
    params: Mapping[str, Scalar] = field(default_factory=dict)
    quality: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_labels(
        cls,
        songs: Iterable[str],
        labels: Sequence[Any] | NDArray[Any],
        *,
        name: str,
        algorithm: str,
        on: str,
        seed: int | None = None,
        params: Mapping[str, Scalar] | None = None,
        quality: Mapping[str, float] | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> Partition:
        """From ids and any labels in any order; labels are renumbered canonically."""
        ids, position = _sorted_unique(object_array(songs))
        if len(labels) != len(ids):
            raise InputError(f"a partition needs a label per song: {len(labels)} for {len(ids)}")
        ordered = np.empty(len(ids), np.int64)
        ordered[position] = np.unique(np.asarray(labels), return_inverse=True)[1]
        return cls(
            name=check_name(name, what="partition"),
            songs=ids,
            labels=canonical_labels(ordered),
            algorithm=algorithm,
            on=on,
            seed=seed,
            params=MappingProxyType(dict(params or {})),
            quality=MappingProxyType(dict(quality or {})),
            versions=MappingProxyType(dict(versions or {})),
        )

    @cached_property
    def sizes(self) -> Ints:
        """Songs per community, falling, shape (communities,)."""
        return np.bincount(self.labels).astype(np.int64)

    @property
    def communities(self) -> int:
        """The number of communities."""
        return len(self.sizes)

    @property
    def dominance(self) -> float:
        """The share of songs in the largest community, 0 to 1."""
        return float(self.sizes[0] / len(self.songs)) if len(self.songs) else 0.0

    @property
    def degenerate(self) -> bool:
        """Whether one community holds over 90 % of the songs, so that nothing can agree with it."""
        return self.dominance > DOMINANT

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of songs and labels."""
        return fingerprint(self.songs, self.labels)

    def __repr__(self) -> str:
        return f"Partition({self.name!r}, {len(self.songs)} songs, {self.communities} communities)"


def canonical_labels(labels: Ints) -> Ints:
    """Renumber labels of songs in canonical order: by falling size, ties by first song.

    Parameters
    ----------
    labels
        Integers, shape (n,).

    Returns
    -------
    int64 (n,), 0 to communities - 1.
    """
    if not len(labels):
        return np.empty(0, np.int64)
    _, first, inverse, counts = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -counts))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[inverse.ravel()]


def shared_songs(a: Ids, b: Ids) -> tuple[Ints, Ints]:
    """Indices into `a` and `b` of the ids that both hold, in the order of the ids."""
    _, left, right = np.intersect1d(a, b, assume_unique=True, return_indices=True)
    return left.astype(np.int64), right.astype(np.int64)
