"""Which files of the packages are songs that may ship, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path, PurePosixPath

import av
from _demo_licences import (
    Stanza,
    holders_text,
    is_machine_readable,
    last_match,
    matches,
    spdx,
    stanzas,
)
from _demo_packages import Package, version_of

MIN_SECONDS = 20.0

_NUMBERED = re.compile(r"\d+ - (?P<artist>.+?) - (?P<title>.+)")
_ATTRIBUTE = re.compile(r'([\w-]+)\s*=\s*"([^"]*)"')
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Song:
    """A song that may ship: where it comes from, and what must be said of it."""

    package: str
    version: str
    label: str
    stem: str
    file: str
    title: str
    artist: str
    holders: tuple[str, ...]
    licence: str
    seconds: float

    @property
    def name(self) -> str:
        """What its pictures are called, less ``#0.png`` and ``#1.png``."""
        return f"{self.package}/{self.stem}"

    @property
    def id(self) -> str:
        """The id that songnet gives it when it loads the pictures."""
        return f"file:{self.name}.png"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that stays out, and why."""

    package: str
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Title and artist as some source gives them; empty where it does not."""

    title: str = ""
    artist: str = ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """Length in seconds, and what the tags say."""

    seconds: float
    credit: Credit


def songs_of(package: Package, folder: Path) -> Iterator[Song | LeftOut]:
    """Every music file of an unpacked package, as a song or with the reason why it is none."""
    text = (folder / package.copyright_file).read_text("utf-8", errors="replace")
    found = stanzas(text) if is_machine_readable(text) else []
    credited = music_credits(folder / package.root)
    for path in music_files(package, folder):
        below = path.relative_to(folder / package.root).as_posix()
        stanza = _stanza(package, below, found)
        reason = refusal(package, below, stanza) or _uncredited(path, credited)
        heard = reason or tags(path)
        if stanza is None or isinstance(heard, str):
            yield LeftOut(package.name, path.relative_to(folder).as_posix(), str(heard))
        else:
            credit = named(package, path, credited.get(path, Credit()), heard.credit)
            yield _song(package, folder, path, stanza=stanza, credit=credit, seconds=heard.seconds)


def music_files(package: Package, folder: Path) -> list[Path]:
    """The files below the package's music folders, sorted."""
    root = folder / package.root
    return sorted({path for glob in package.music for path in root.glob(glob)})


def refusal(package: Package, below: str, stanza: Stanza | None) -> str:
    """Why a file may not ship; empty if it may."""
    for glob, reason in package.left_out.items():
        if matches(glob, below):
            return reason
    if stanza is None:
        return "no licence is stated for it"
    return "" if spdx(stanza.licence) else f"licence not known to be free: {stanza.licence!r}"


def _uncredited(path: Path, credited: Mapping[Path, Credit]) -> str:
    if not credited or path in credited:
        return ""
    return "no .music file names it as a song: a faster take of one, or a sound"


def _song(
    package: Package,
    folder: Path,
    path: Path,
    *,
    stanza: Stanza,
    credit: Credit,
    seconds: float,
) -> Song:
    return Song(
        package=package.name,
        version=version_of(folder),
        label=package.title,
        stem=_UNSAFE.sub("-", _own_name(package, path)).strip("-."),
        file=path.relative_to(folder).as_posix(),
        title=credit.title,
        artist=credit.artist or holders_text(stanza.holders),
        holders=stanza.holders,
        licence=spdx(stanza.licence) or "",
        seconds=seconds,
    )


def _own_name(package: Package, path: Path) -> str:
    return path.parent.name if package.folder_names_song else path.stem


def _stanza(package: Package, below: str, found: list[Stanza]) -> Stanza | None:
    if found:
        return last_match(found, str(PurePosixPath(package.source) / below))
    given = package.override
    return Stanza(("*",), given.holders, given.licence) if given else None


def named(package: Package, path: Path, credit: Credit, tagged: Credit) -> Credit:
    """Title and artist: from the table, a credits file, the tags or the file's name."""
    own = _own_name(package, path)
    numbered = _NUMBERED.fullmatch(own)
    by_name = Credit(numbered["title"], numbered["artist"]) if numbered else Credit(_readable(own))
    title = package.titles.get(own) or credit.title or tagged.title or by_name.title
    artist = package.artists.get(own) or credit.artist or tagged.artist or by_name.artist
    return Credit(_one_line(title), _one_line(artist or package.artist))


def _readable(stem: str) -> str:
    text = re.sub(r"[_-]+", " ", stem).strip()
    return text[:1].upper() + text[1:]


def _one_line(text: str) -> str:
    """Without addresses in angle brackets, which Markdown would take for links."""
    return " ".join(re.sub(r"\s*<[^>]*>", "", text).split())


def tags(path: Path) -> Tagged | str:
    """What a file says of itself, or why it is no song that songnet can hear."""
    try:
        with av.open(str(path)) as container:
            tables = (container.metadata, container.streams.audio[0].metadata)
            seconds = (container.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError) as error:
        return f"cannot be decoded ({type(error).__name__})"
    if seconds < MIN_SECONDS:
        return f"{seconds:.1f} s long: a jingle, not a song (at least {MIN_SECONDS:.0f} s)"
    values = {key.lower(): value for table in tables for key, value in table.items()}
    # A comment that is there more than once comes joined by ";"; the last is the file's own (in
    # HyperRogue each file has the titles of those before it too).
    title = values.get("title", "").rsplit(";", 1)[-1]
    return Tagged(seconds, Credit(title.strip(), values.get("artist", "").strip()))


def music_credits(root: Path) -> dict[Path, Credit]:
    """What SuperTuxKart's ``*.music`` files say: audio file to title and composer.

    Empty for packages whose ``.music`` files are of another kind (SuperTux's hold no credits).
    """
    found: dict[Path, Credit] = {}
    for path in sorted(root.rglob("*.music")):
        text = path.read_text("utf-8", errors="replace").partition("<music")[2]
        # Not parsed as XML: one has an address in angle brackets inside an attribute.
        values = {key: unescape(value) for key, value in _ATTRIBUTE.findall(text)}
        if "file" in values:
            credit = Credit(values.get("title", ""), values.get("composer", ""))
            found[path.parent / values["file"]] = credit
    return found
