"""Playlists, networks and partitions of any size, as a load brings them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks import data
from songnet.model import Ids, Ints, Partition, SongNetwork, object_array
from songnet.tables import MEMBERSHIP_SCHEMA

PLAYLISTS_PER_BATCH = 1_000


@dataclass(frozen=True)
class Lists:
    """Three tables, as `GraphStore.add_playlists` takes them; memberships by playlist."""

    playlists: pa.Table
    songs: pa.Table
    memberships: pa.Table

    def batches(self) -> Iterator[Lists]:
        """In batches of as many playlists as `songnet load-playlists` makes."""
        places = self.memberships["playlist"].combine_chunks().dictionary_encode()
        # The rows are in the order of the playlists, so that the codes rise.
        codes = places.indices.to_numpy()
        for first in range(0, self.playlists.num_rows, PLAYLISTS_PER_BATCH):
            start, end = np.searchsorted(codes, [first, first + PLAYLISTS_PER_BATCH])
            rows = self.memberships.slice(start, end - start)
            mentioned = pa.table({"id": rows["song"].unique()})
            yield Lists(
                self.playlists.slice(first, PLAYLISTS_PER_BATCH),
                mentioned.join(self.songs, "id"),
                rows,
            )


def song_ids(count: int) -> Ids:
    """Ids as Spotify's are written."""
    return object_array(f"spotify:track:{number:022}" for number in range(count))


def lists(count: int, *, songs: int) -> Lists:
    """`count` playlists of about 50 songs, with what the Million Playlist Dataset says of them."""
    who = data.playlists(count, songs=songs)
    ids = song_ids(len(who.songs))
    names = object_array(f"mpd:{number}" for number in range(len(who.playlists)))
    starts = np.searchsorted(who.playlist, np.arange(len(names)))
    order = np.lexsort((np.random.default_rng(1).random(len(who)), who.playlist))
    columns = [
        names[who.playlist],
        ids[who.song[order]],
        np.arange(len(who)) - starts[who.playlist],
        np.ones(len(who), np.int64),
    ]
    return Lists(_playlists(names), _songs(ids), pa.table(columns, schema=MEMBERSHIP_SCHEMA))


def _playlists(names: Ids) -> pa.Table:
    numbers = range(len(names))
    return pa.table(
        {
            "id": pa.array(names, pa.string()),
            "name": [f"Playlist {number}" for number in numbers],
            "followers": [number % 90 + 1 for number in numbers],
            "modified_at": [1_500_000_000 + number for number in numbers],
            "source": ["mpd"] * len(names),
        }
    )


def _songs(ids: Ids) -> pa.Table:
    numbers = range(len(ids))
    return pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "title": [f"What song {number} is called" for number in numbers],
            "artist": [f"Artist {number // 10}" for number in numbers],
            "album": [f"Album {number // 5} of artist {number // 10}" for number in numbers],
            "duration_ms": [120_000 + number % 240_000 for number in numbers],
            "uri": pa.array(ids, pa.string()),
        }
    )


def network(songs: Ids, edges: int, *, name: str = "playlists", seed: int = 0) -> SongNetwork:
    """About `edges` edges (those drawn twice are one); songs are popular like 1/rank."""
    random = np.random.default_rng([seed, edges])
    ends = _popular(random, len(songs), edges), _popular(random, len(songs), edges)
    pairs = np.unique(np.minimum(*ends) * len(songs) + np.maximum(*ends))
    low, high = pairs // len(songs), pairs % len(songs)
    low, high = low[low != high], high[low != high]
    shared = random.integers(1, 50, len(low))
    return SongNetwork.from_edges(
        songs, low, high, shared / 50, name=name, kind="playlists", attributes={"playlists": shared}
    )


def _popular(random: np.random.Generator, songs: int, count: int) -> Ints:
    drawn: Ints = (songs * random.random(count) ** 2).astype(np.int64)
    return drawn


def partition(songs: Ids, communities: int, *, name: str = "p", seed: int = 0) -> Partition:
    """Communities of uneven sizes."""
    labels = (communities * np.random.default_rng(seed).random(len(songs)) ** 3).astype(np.int64)
    return Partition.from_labels(songs, labels, name=name, algorithm="generated", on="playlists")
