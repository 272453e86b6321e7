"""What is raced on: a playlist network, vectors of the same songs, and the communities planted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from songnet.errors import InputError
from songnet.model import Ints, SongNetwork, Vectors, object_array
from songnet.store import open_store

ENCODER = "random"


@dataclass(frozen=True)
class World:
    """A network and vectors; `planted`, int64 (n,), of the network's songs where it is known."""

    network: SongNetwork
    vectors: Vectors
    planted: Ints | None = None


def generated(
    songs: int = 20_000,
    edges: int = 600_000,
    *,
    dimensions: int = 128,
    communities: int = 150,
    inside: float = 0.6,
    seed: int = 0,
) -> World:
    """A network with planted communities of uneven sizes and songs of uneven popularity.

    `edges` draws of two songs by their popularity, `inside` of them within a community; a pair
    that is drawn again weighs more, so that there are somewhat fewer edges. Vectors are of the
    same communities: a centre each, and noise as large.
    """
    random = np.random.default_rng(seed)
    sizes = random.pareto(1.5, communities) + 0.2
    label = np.sort(random.choice(communities, songs, p=sizes / sizes.sum()))
    bounds = np.concatenate([[0.0], np.cumsum(random.pareto(2.0, songs) + 0.5)])
    source = _drawn(random, bounds, np.zeros(edges), np.full(edges, bounds[-1]))
    own = random.random(edges) < inside
    first = np.searchsorted(label, label[source])
    last = np.searchsorted(label, label[source], side="right")
    low, high = np.where(own, bounds[first], 0.0), np.where(own, bounds[last], bounds[-1])
    network = _network(source, _drawn(random, bounds, low, high), songs)
    centres = random.normal(size=(communities, dimensions))
    values = centres[label] + random.normal(size=(songs, dimensions))
    numbers = [int(song[1:]) for song in network.songs]
    return World(network, Vectors.from_rows(ENCODER, _ids(songs), values), label[numbers])


def _drawn(
    random: np.random.Generator,
    bounds: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> Ints:
    """Songs by popularity, each from the stretch of `bounds` between its `low` and `high`."""
    found = np.searchsorted(bounds, random.uniform(low, high), side="right") - 1
    return np.minimum(found, len(bounds) - 2).astype(np.int64)


def _ids(songs: int) -> list[str]:
    return [f"s{song:08}" for song in range(songs)]


def _network(source: Ints, target: Ints, songs: int) -> SongNetwork:
    """Of the songs that have an edge, as a playlist network that counts playlists."""
    other = source != target
    kept, ends = np.unique(np.stack([source[other], target[other]]), return_inverse=True)
    ids = object_array(_ids(songs))[kept]
    network = SongNetwork.from_edges(ids, *ends.reshape(2, -1), name="playlists", kind="playlists")
    return replace(network, attributes={"playlists": network.weights.astype(np.int64)})


def stored(uri: str, network: str, encoder: str) -> World:
    """What a store holds, only read; `InputError` where it has no such network or encoder."""
    from songnet.workflows.workspace import network_from_graph

    with open_store(uri) as store:
        info = {found.name: found for found in store.networks()}.get(network)
        if info is None or info.kind != "playlists":
            raise InputError(f"{uri} has no playlist network {network!r}: give another --network")
        vectors = store.vectors(encoder)
        return World(network_from_graph(store, info), replace(vectors, encoder=ENCODER))
