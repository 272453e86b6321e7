"""What the stages work on: generated playlists, their network, and the genres that were planted."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from songnet.model import Ids, Ints, Memberships, SongNetwork, object_array

MIN_SHARED = 3
TOP = 20
FILE = "input.npz"


@dataclass(frozen=True)
class Lists:
    """Who is in which playlist, as plain arrays.

    Attributes
    ----------
    playlist, song
        int64 (m,): distinct pairs, sorted; both are numbered from 0 without gaps.
    genre
        int64 (songs,): the genre that was planted.
    """

    playlist: Ints
    song: Ints
    genre: Ints

    @property
    def shape(self) -> tuple[int, int]:
        """Playlists and songs."""
        return int(self.playlist[-1]) + 1, len(self.genre)

    @cached_property
    def memberships(self) -> Memberships:
        """The same with ids, as songnet has them."""
        playlists, songs = self.shape
        return Memberships(
            object_array(f"mpd:{number:08}" for number in range(playlists)),
            song_ids(songs),
            self.playlist,
            self.song,
        )

    def save(self, folder: Path) -> None:
        """Keep the arrays in a folder."""
        np.savez(folder / FILE, playlist=self.playlist, song=self.song, genre=self.genre)


def song_ids(songs: int) -> Ids:
    """Ids whose order is that of their numbers."""
    return object_array(f"spotify:track:{number:022}" for number in range(songs))


def song_numbers(ids: Ids) -> Ints:
    """What `song_ids` made ids of."""
    return np.array([int(name.rpartition(":")[2]) for name in ids], np.int64)


def draw(playlists: int, *, seed: int = 0) -> Lists:
    """The same playlists as `write_slices` writes, without the way through files."""
    from benchmarks.mpd import SONGS, Plan, pairs

    known, playlist, number = pairs(Plan(playlists, SONGS, seed))
    distinct, song = np.unique(number, return_inverse=True)
    return Lists(playlist, song.astype(np.int64), known.genre(distinct))


def read_lists(folder: Path) -> Lists:
    """What `Lists.save` kept."""
    with np.load(folder / FILE) as file:
        return Lists(file["playlist"], file["song"], file["genre"])


def write_slices(folder: Path, playlists: int) -> str:
    """Generate slices of the Million Playlist Dataset's form, and say what they are."""
    command = [sys.executable, "-m", "benchmarks", "generate", "--playlists", str(playlists)]
    subprocess.run([*command, "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)
    size = sum(file.stat().st_size for file in folder.glob("*.json"))
    return (
        f"{playlists:,} generated playlists in slices of a thousand, {size / 1e6:,.0f} MB of JSON"
    )


@dataclass(frozen=True)
class Edges:
    """A network as plain arrays.

    Attributes
    ----------
    sources, targets, weights
        int64, int64 and float64 (m,), every edge once.
    genre
        int64 (songs,): the genre that was planted.
    """

    sources: Ints
    targets: Ints
    weights: np.ndarray
    genre: Ints

    @property
    def songs(self) -> int:
        """Their number."""
        return len(self.genre)

    @cached_property
    def network(self) -> SongNetwork:
        """The same with ids, as songnet has it."""
        return SongNetwork(
            "playlists", "playlists", song_ids(self.songs), self.sources, self.targets, self.weights
        )


def write_network(folder: Path, playlists: int) -> str:
    """The pruned network of generated playlists, and what it is."""
    from songnet.networks import cooccurrence

    lists = draw(playlists)
    network = cooccurrence(lists.memberships, min_shared=MIN_SHARED, top=TOP)
    np.savez(
        folder / FILE,
        sources=network.sources,
        targets=network.targets,
        weights=network.weights,
        genre=lists.genre[song_numbers(network.songs)],
    )
    return (
        f"The network of {playlists:,} generated playlists: {len(network.songs):,} songs, "
        f"{network.edges:,} edges between songs that share at least {MIN_SHARED} playlists, of "
        f"each song the {TOP} heaviest"
    )


def read_network(folder: Path, _: Path) -> Edges:
    """What `write_network` kept."""
    with np.load(folder / FILE) as file:
        return Edges(*(file[name] for name in ("sources", "targets", "weights", "genre")))
