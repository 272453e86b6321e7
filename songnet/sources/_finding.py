"""Which songs the given files, folders and zips hold, before any of them is heard."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from songnet.errors import FormatError, InputError
from songnet.model import Skipped
from songnet.sources._songs import relative_path, song_id_of_file
from songnet.sources.spectrograms import AUDIO_SUFFIXES, PictureZip

_CLIP = re.compile(r"(.+)#([0-9]{1,6})\Z")
_NUMBERED = re.compile(r"\d+ - (.+)\Z")
READ_SUFFIXES = AUDIO_SUFFIXES | {".png", ".zip"}


@dataclass(slots=True)
class Source:
    """One song to be read.

    Attributes
    ----------
    id
        The song's.
    path
        Relative to the loaded root, or inside the zip: what stands in the id after ``file:``.
    shown
        What messages call it.
    folder
        The name of the folder it lies in.
    parts
        The audio file, or the pictures of its clips in order; in a zip the members.
    origin
        The place of the song on this disk, whatever the root.
    archive
        The zip, or None.
    """

    id: str
    path: str
    shown: str
    folder: str
    parts: list[str]
    origin: str
    archive: Path | None

    @property
    def is_audio(self) -> bool:
        """Whether it must be decoded, rather than looked at."""
        return suffix(self.parts[0]) in AUDIO_SUFFIXES

    @property
    def plain_label(self) -> str:
        """The folder's name as a label: of ``001 - Dog bark`` what follows the number."""
        match = _NUMBERED.match(self.folder)
        return match[1] if match else self.folder


def find_sources(
    paths: Sequence[Path], *, music_root: Path | None = None
) -> list[Source | Skipped]:
    """Songs in the order of `paths`, and within a folder or zip in the order of their names.

    Names are sorted by their text. In folders hidden files and other extensions are passed over,
    and links to folders are not followed. ``STEM#0.png``, ``STEM#1.png``… are clips of the one song
    that ``STEM.png`` would be. A song that was found before is skipped the second time.
    """
    finder = _Finder(music_root)
    for path in paths:
        finder.look(path)
    return finder.found


@dataclass(frozen=True, slots=True)
class _Part:
    """A file, or a member of a zip, that is a song or a clip of one."""

    name: str
    path: PurePath
    root: PurePath | str
    shown: str
    folder: str
    archive: Path | None = None

    def source(self) -> Source:
        """The song with this one part; `InputError` if its path cannot be an id."""
        whole = _song_path(self.path)
        return Source(
            id=song_id_of_file(whole, self.root),
            path=relative_path(whole, self.root),
            shown=_printable(self.shown),
            folder=self.folder,
            parts=[self.name],
            origin=f"{self.archive or ''}/{whole}",
            archive=self.archive,
        )


class _Finder:
    def __init__(self, music_root: Path | None) -> None:
        self.music_root = music_root
        self.found: list[Source | Skipped] = []
        self.by_id: dict[str, Source] = {}

    def look(self, path: Path) -> None:
        """Take up one path as the user gave it."""
        if path.is_dir():
            root = self.music_root or path
            for file in self._files_below(path):
                self._file(file, root)
        elif not path.exists():
            self._skip(path, "there is no such file or folder")
        elif not path.is_file():
            self._skip(path, "is not a regular file")
        elif suffix(path) not in READ_SUFFIXES:
            known = ", ".join(sorted(READ_SUFFIXES))
            self._skip(path, f"has an extension that is not read; these are: {known}")
        else:
            self._file(path, self.music_root or path.parent)

    def _files_below(self, folder: Path) -> Iterator[Path]:
        """Readable files, sorted by their whole relative path."""
        names = []
        for base, folders, files in os.walk(folder, onerror=self._unreadable):
            folders[:] = [name for name in folders if not name.startswith(".")]
            names += [
                os.path.join(base, name)  # noqa: PTH118  # a Path per file is slow for 300,000
                for name in files
                if not name.startswith(".") and suffix(name) in READ_SUFFIXES
            ]
        for name in sorted(names):
            path = Path(name)
            if path.is_file():
                yield path
            else:
                self._skip(path, "is not a regular file")

    def _unreadable(self, error: OSError) -> None:
        self._skip(error.filename, f"cannot be read ({error.strerror})")

    def _file(self, path: Path, root: Path) -> None:
        if suffix(path) == ".zip":
            self._zip(path)
            return
        below, above = _same_terms(path, root)
        folder = below.parent.name
        self._take(_Part(str(below), below, above, str(path), folder))

    def _zip(self, path: Path) -> None:
        try:
            with PictureZip(path) as pictures:
                self.found += pictures.skipped
                for name in pictures.names:
                    member = PurePosixPath(name)
                    folder = member.parent.name or path.stem
                    self._take(_Part(name, member, "", f"{path}/{name}", folder, path))
        except FormatError as error:
            self._skip(error.path, error.reason)

    def _take(self, part: _Part) -> None:
        """A file or member as a song of its own, or as a further clip of one."""
        try:
            new = part.source()
        except InputError as error:
            self._skip(part.shown, str(error))
            return
        known = self.by_id.setdefault(new.id, new)
        if known is new:
            self.found.append(new)
        elif known.origin != new.origin:
            self._skip(part.shown, f"is the same song as {known.shown} ({known.id})")
        elif part.name not in known.parts:
            known.parts = sorted([*known.parts, part.name], key=_clip_order)

    def _skip(self, path: str | Path, reason: str) -> None:
        self.found.append(Skipped(_printable(path), reason))


def suffix(path: str | PurePath) -> str:
    """The extension, in lower case."""
    return os.path.splitext(path)[1].lower()  # noqa: PTH122  # as above


def _song_path(path: PurePath) -> PurePath:
    """The path of the song that a picture shows: ``a/STEM.png`` for ``a/STEM#3.png``."""
    match = _CLIP.match(path.stem) if suffix(path) == ".png" else None
    return path.with_name(match[1] + path.suffix) if match else path


def _clip_order(part: str) -> tuple[int, str]:
    match = _CLIP.match(PurePath(part).stem)
    return (int(match[2]) if match else -1), part


def _same_terms(path: Path, root: Path) -> tuple[Path, Path]:
    """Both absolute; with links followed if only so the one lies below the other."""
    above = Path(os.path.abspath(root))  # noqa: PTH100  # resolve() would follow links
    below = Path(os.path.abspath(path))  # noqa: PTH100
    if below.is_relative_to(above):
        return below, above
    return path.resolve(), root.resolve()


def _printable(path: str | Path) -> str:
    """A name that can be printed and stored, whatever bytes it has on the disk."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
