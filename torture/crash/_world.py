"""A small world of playlists and sounds, and the commands that are killed in it.

Every command begins with something of its own kind in the store: lists that it replaces, a network
of the same name. What a kill must leave alone is then what hurts most if it is lost.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SONGS = 40
HEARD_BEFORE = 24
LISTS_BEFORE = 24
LISTS = 48
LENGTH = 8
TINY = ("--encoder", "tiny", "--filters", "4,2", "--pooling", "4,6", "--learning-rate", "0.01")
OLDER = "older"  # a step that is no command: the graph is made one of schema 1


@dataclass(frozen=True)
class Command:
    """One of songnet's commands, killed in its work.

    Attributes
    ----------
    name
        What it is called here.
    arguments
        What it is given.
    before
        Steps that make what stands in the store when it begins.
    replaces
        Beginnings of the keys of a fingerprint that it takes away before it writes them anew: the
        vectors of an encoder that is trained again.
    replaces_in_parts
        The same where a server is written to in several transactions.
    once
        Whether it has nothing to do, and says so, when it was done before.
    heavy
        Whether it needs TensorFlow.
    """

    name: str
    arguments: tuple[str, ...]
    before: tuple[tuple[str, ...], ...]
    replaces: tuple[str, ...] = ()
    replaces_in_parts: tuple[str, ...] = ()
    once: bool = False
    heavy: bool = False


def commands(inputs: Path) -> dict[str, Command]:
    """The commands, by name, on what `make` has written to `inputs`."""
    few, all_lists = str(inputs / "few.csv"), str(inputs / "lists.csv")
    lists = ("load-playlists", few)
    heard = ("load-audio", str(inputs / "few"), "--music-root", str(inputs), "--workers", "1")
    cut = ("partitions", "run", "leiden", "--on", "playlists")
    linked = (lists, ("link", "playlists", "--min-shared", "2"))
    embedded = (lists, heard, ("embed", *TINY, "--epochs", "1"))
    near = ("link", "sound", "--encoder", "tiny", "-k")
    every = ("load-audio", str(inputs / "sounds"), "--music-root", str(inputs), "--workers", "1")
    found = (
        Command("load-playlists", ("load-playlists", all_lists), (lists, heard)),
        Command("load-audio", (*every, "--label-from-folder"), (lists, heard)),
        Command("link-playlists", ("link", "playlists"), (*linked, cut),
                replaces_in_parts=("network/playlists",)),
        Command("link-sound", (*near, "5"), (*embedded, (*near, "3")),
                replaces_in_parts=("network/sound-tiny",)),
        Command("embed", ("embed", *TINY, "--epochs", "2", "--retrain"), embedded,
                replaces=("vector/tiny/", "file/latents/tiny"), heavy=True),
        Command("partitions-run", (*cut, "--seed", "1"), (*linked, (*cut, "--resolution", "2")),
                replaces_in_parts=("partition/leiden-playlists",)),
        Command("store-migrate", ("store", "migrate"), (*linked, cut, (OLDER,))),
        Command("first-load", ("load-playlists", all_lists), ()),
        Command("remove", ("remove", "song", _song(3), _song(7), "--yes"),
                (*embedded, *linked[1:], cut),
                replaces=(f"song/{_song(3)}", f"song/{_song(7)}"),
                replaces_in_parts=("network/playlists", "partition/leiden-playlists"), once=True),
        Command("playlist-keep", ("playlist", "generate", _song(3), "--keep"), linked),
    )  # fmt: skip
    return {command.name: command for command in found}


def make(inputs: Path) -> None:
    """Write the lists and spectrograms; again it writes the same."""
    inputs.mkdir(parents=True, exist_ok=True)
    _write_lists(inputs / "few.csv", range(LISTS_BEFORE), shift=0)
    # The lists that were there before hold one song more.
    _write_lists(inputs / "lists.csv", range(LISTS), shift=1)
    _draw(inputs / "few", range(HEARD_BEFORE))
    _draw(inputs / "sounds", range(SONGS))


def _write_lists(path: Path, numbers: Iterable[int], *, shift: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        for number in numbers:
            draw = random.Random(number)
            taste = range(SONGS // 2) if number % 2 else range(SONGS // 2, SONGS)
            for song in draw.sample(taste, LENGTH + shift):
                row = [f"list{number}", f"List {number}", _song(song), f"Song {song}", "Artist"]
                writer.writerow(row)


def _song(number: int) -> str:
    return f"spotify:track:{number:022d}"


def _draw(folder: Path, songs: Iterable[int]) -> None:
    """Spectrograms: one half of the songs is bright below, the other above."""
    import numpy as np

    from songnet.sources.spectrograms import write_png

    for song in songs:
        pixels = np.random.default_rng(song).integers(0, 60, (96, 216), dtype=np.uint8)
        low = 10 if song < SONGS // 2 else 60
        pixels[low : low + 20] += np.uint8(150)
        target = folder / f"taste{song * 2 // SONGS}" / f"{song:022d}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_png(target, pixels)
