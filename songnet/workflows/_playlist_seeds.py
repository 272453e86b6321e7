"""Which songs a playlist is to begin with: ids, words, lists, and files that are heard."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songnet import encoders
from songnet.errors import FormatError, InputError, StateError, UsageError
from songnet.model import Ints, Skipped
from songnet.sources._records import PlaylistRecord, Track
from songnet.sources._streams import kind_of
from songnet.sources.audio import SongSound, read_sound
from songnet.sources.playlists import read_playlists
from songnet.sources.spectrograms import AUDIO_SUFFIXES
from songnet.workflows._playlist_catalogue import ARTIST, Catalogue
from songnet.workflows.saved import info_of, trained_encoder
from songnet.workflows.workspace import Workspace

HEARD = "heard:"
NAMED = 3
MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class Asked:
    """What a playlist is to begin with and to avoid, as a person says it.

    Attributes
    ----------
    seeds
        Ids, words of title and artist, audio files or PNG spectrograms.
    file
        A playlist (M3U, XSPF, CSV, JSON), or a text with a seed per line.
    avoid
        Ids, words, or ``artist:NAME``.
    music_root
        What paths in playlists are relative to.
    title
        What the playlists are called whose songs are meant; seeds are not needed then.
    """

    seeds: Sequence[str] = ()
    file: Path | None = None
    avoid: Sequence[str] = ()
    music_root: Path | None = None
    title: str | None = None


@dataclass
class Seeds:
    """The songs that were meant.

    Attributes
    ----------
    songs
        Ids, in order, those of `heard` among them.
    heard
        Sounds that are no songs of the graph, by the id that they are given.
    notes
        What was left out, a line each.
    """

    songs: list[str] = field(default_factory=list)
    heard: dict[str, SongSound] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Avoided:
    """What must not come: ids of songs, names of artists; and what was not found."""

    songs: frozenset[str]
    artists: frozenset[str]
    notes: tuple[str, ...]


def find_seeds(asked: Asked, catalogue: Catalogue, popularity: Ints) -> Seeds:
    """The songs that are meant, those of the arguments before those of the file.

    Parameters
    ----------
    popularity
        int64 (n,), in how many playlists each song of `catalogue` is.

    Raises
    ------
    UsageError
        No seed is given.
    InputError
        A seed that is no song, or may be several; a file that cannot be read or holds none.
    """
    if not asked.seeds and asked.file is None and asked.title is None:
        raise UsageError(
            "a playlist needs a song to begin with: give ids, words of title and artist, or audio "
            "files, or a list with --seeds; or say with --title what it is called"
        )
    finder = _Finder(catalogue, popularity)
    for text in asked.seeds:
        finder.add(text)
    if asked.file is not None:
        _add_file(finder, asked.file, asked.music_root)
    return finder.seeds


def find_avoided(texts: Iterable[str], catalogue: Catalogue) -> Avoided:
    """All songs that are meant by each text; what finds nothing is noted."""
    songs: set[str] = set()
    artists: set[str] = set()
    notes: list[str] = []
    for text in texts:
        if text.startswith(ARTIST):
            name = text.removeprefix(ARTIST)
            artists.add(name)
            found = catalogue.by_artist(name)
        else:
            known = catalogue.by_id(text)
            found = catalogue.by_words(text) if known is None else [known]
            songs.update(found)
        if not found:
            notes.append(f"--avoid {text!r} avoids nothing: there is no such song")
    return Avoided(frozenset(songs), frozenset(artists), tuple(notes))


def hear(
    workspace: Workspace, sounds: dict[str, SongSound], encoder: str | None
) -> dict[str, NDArray[np.float32]]:
    """What an encoder makes of sounds, float32 (d,) each.

    Raises
    ------
    StateError
        There is no encoder, it does not listen, or its model is not in the data folder.
    """
    if not sounds:
        return {}
    names = ", ".join(name.removeprefix(HEARD) for name in sounds)
    if encoder is None:
        raise StateError(
            f"no song of the graph is {names}, and it is not said who is to hear it: name an "
            "--encoder, or make one with 'songnet embed'"
        )
    info = info_of(workspace, encoder)
    if not encoders.MODELS[info.kind].hears:
        raise StateError(
            f"no song of the graph is {names}, and the encoder {encoder!r} does not listen: name "
            "one that does with --encoder"
        )
    listening = encoders.vectors_of(trained_encoder(workspace, info))
    return {name: listening(sound.pixels).mean(axis=0) for name, sound in sounds.items()}


class _Finder:
    """Gathers seeds."""

    def __init__(self, catalogue: Catalogue, popularity: Ints) -> None:
        self.seeds = Seeds()
        self._catalogue, self._popularity = catalogue, popularity

    def add(self, text: str) -> None:
        """Add the song that a text means."""
        path = Path(text)
        if self._catalogue.by_id(text) is None and _is_file(path):
            self._add_sound(path)
        else:
            self.seeds.songs.append(self._catalogue.one(text, self._popularity))

    def add_track(self, track: Track) -> bool:
        """Add a song of a list, by its id, else by title and artist; whether it was found."""
        known = self._catalogue.by_id(track.id)
        hits = self._catalogue.by_name(track.title, track.artist) if known is None else [known]
        if hits:
            self.seeds.songs.append(self._catalogue.most(hits, self._popularity))
        return bool(hits)

    def _add_sound(self, path: Path) -> None:
        (sound,) = read_sound([path], workers=1)
        if isinstance(sound, Skipped):
            raise FormatError(sound.path, sound.reason)
        known = self._catalogue.by_hash(sound.sha256)
        if known is None:
            known = f"{HEARD}{path}"
            self.seeds.heard[known] = sound
            self.seeds.notes.append(
                f"{path} is no song of the graph: the playlist goes on from its sound without it"
            )
        self.seeds.songs.append(known)


def _is_file(path: Path) -> bool:
    """Whether a text names a file that can be heard; lists are refused with the flag for them."""
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where a name is too long
        return False
    if kind_of(path.name) is not None:
        raise UsageError(f"{path} is a list, not a song: give it with --seeds {path}")
    return path.suffix.lower() in AUDIO_SUFFIXES | {".png"}


def _add_file(finder: _Finder, path: Path, music_root: Path | None) -> None:
    if kind_of(path.name) is None:
        _add_lines(finder, path)
    else:
        _add_playlist(finder, path, music_root)
    if not finder.seeds.songs:
        why = f": {finder.seeds.notes[0]}" if finder.seeds.notes else ""
        raise InputError(f"no song of {path} is in the graph{why}")


def _add_lines(finder: _Finder, path: Path) -> None:
    for number, line in enumerate(_lines(path), 1):
        try:
            if line.strip() and not line.startswith("#"):
                finder.add(line.strip())
        except InputError as error:
            raise FormatError(path, str(error), where=f"line {number}") from error


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise FormatError(path, f"is over {MAX_BYTES >> 20} MiB, too long for a list of seeds")
        return data.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise FormatError(path, "is not text in UTF-8", where=f"byte {error.start}") from error


def _add_playlist(finder: _Finder, path: Path, music_root: Path | None) -> None:
    lists: list[PlaylistRecord] = []
    for record in read_playlists([path], music_root=music_root):
        if isinstance(record, Skipped):
            finder.seeds.notes.append(f"skipped {record}")
            continue
        lists.append(record)
        if len(lists) > 1:
            raise InputError(f"{path} holds several playlists: give a file with one")
    tracks = [track for record in lists for track in record.tracks]
    missing = [track for track in tracks if not finder.add_track(track)]
    if missing:
        named = ", ".join(track.title or track.id for track in missing[:NAMED])
        more = " …" if len(missing) > NAMED else ""
        finder.seeds.notes.append(
            f"{len(missing):,} of {len(tracks):,} songs of {path} are not in the graph: "
            f"{named}{more}"
        )
