"""One song from its file to its spectrograms: the part of listening that worker processes do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songnet.errors import FormatError
from songnet.files import open_regular
from songnet.model import Skipped
from songnet.sources._decode import SILENCE, Samples, hear
from songnet.sources._finding import Source
from songnet.sources._mel import CLIP_SECONDS, FRAMES, MELS, mel_spectrogram
from songnet.sources._songs import recording_of
from songnet.sources.spectrograms import read_png


@dataclass(frozen=True, slots=True, eq=False)
class SongSound:
    """What a song sounds like, and what its file says of it.

    Attributes
    ----------
    id
        ``spotify:track:…`` or ``file:…``.
    path
        Relative to the loaded root, or inside the zip.
    sha256
        Of the file's bytes; of several pictures, of their bytes one after the other.
    recording
        What clips of one source share (ESC-10), else None.
    label
        From a labels file or the folder's name, else None.
    title, artist, album
        From the tags, else None.
    duration_ms
        From the container, else None.
    pixels
        uint8 (clips, 96, 216); no clips where the caller knew the song and it was not heard again.
    asked
        How many clips were asked for; a short song has fewer.
    """

    id: str
    path: str
    sha256: str
    recording: str | None
    label: str | None
    title: str | None
    artist: str | None
    album: str | None
    duration_ms: int | None
    pixels: NDArray[np.uint8]
    asked: int = 1


@dataclass(frozen=True, slots=True)
class Errand:
    """What a worker needs to hear one song; `contents` are the pictures if they were in a zip."""

    source: Source
    clips: int
    label: str | None
    sha256: str | None = None
    contents: tuple[bytes, ...] | None = None


def listen(errand: Errand | SongSound | Skipped) -> SongSound | Skipped:
    """The song, or why there is none; what is no errand comes back as it is."""
    if not isinstance(errand, Errand):
        return errand
    try:
        return _heard(errand) if errand.source.is_audio else _seen(errand)
    except FormatError as error:
        return Skipped(_named(errand.source, error), error.reason)


def unheard(errand: Errand) -> SongSound:
    """The song of an errand that need not be run: no pixels, no tags."""
    return _sound(errand, np.empty((0, MELS, FRAMES), np.uint8), tags={}, duration_ms=None)


def lost(errand: Errand | SongSound | Skipped) -> SongSound | Skipped:
    """What is said of a song whose worker died."""
    if not isinstance(errand, Errand):
        return errand
    return Skipped(errand.source.shown, "crashed the process that read it, or used all its memory")


def sha256_of(parts: Iterable[str | bytes]) -> str:
    """SHA-256 (hex) of files or contents, one after the other; `FormatError` if unreadable."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, bytes):
            digest.update(part)
        else:
            _digest_file(part, digest)
    return digest.hexdigest()


def _digest_file(name: str, digest: hashlib._Hash) -> None:
    try:
        with open(name, "rb", opener=open_regular) as file:  # needs the opener
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise FormatError(name, f"cannot be read ({error.strerror or error})") from error


def _named(source: Source, error: FormatError) -> str:
    """The file as the user named it; of several pictures, the one that is at fault."""
    return source.shown if len(source.parts) == 1 else error.path


def _heard(errand: Errand) -> SongSound:
    path = Path(errand.source.parts[0])
    if not path.stat().st_size:
        raise FormatError(path, "is empty")
    heard = hear(path, clips=errand.clips)
    pictures = [mel_spectrogram(clip) for clip in heard.clips if np.abs(clip).max() >= SILENCE]
    told = [picture for picture in pictures if picture.any()]
    if not told:
        raise FormatError(path, _silent(heard.clips, heard.duration_ms))
    return _sound(errand, np.stack(told), tags=heard.tags, duration_ms=heard.duration_ms)


def _silent(clips: tuple[Samples, ...], duration_ms: int | None) -> str:
    peak = max(float(np.abs(clip).max()) for clip in clips)
    level = f"peak {20 * np.log10(peak):.0f} dBFS" if peak > 0 else "all samples 0"
    seconds = (duration_ms or 0) / 1000
    if seconds <= CLIP_SECONDS:
        return f"is silent ({level})"
    where = "its first 5 s" if len(clips) == 1 else f"all {len(clips)} clips of it"
    return f"is silent in {where} ({level}) of {seconds:.0f} s; ask for more clips to hear more"


def _seen(errand: Errand) -> SongSound:
    pictures = np.stack([read_png(item, name=name) for name, item in _pictures(errand)])
    told = pictures[pictures.any(axis=(1, 2))]
    if not len(told):
        raise FormatError(errand.source.shown, "is silent: every pixel is 0")
    return _sound(errand, told, tags={}, duration_ms=None)


def _pictures(errand: Errand) -> Iterator[tuple[str, Path | bytes]]:
    """What errors call each picture, and where it is or what is in it."""
    source = errand.source
    if errand.contents is None:
        yield from ((part, Path(part)) for part in source.parts)
    else:
        names = (f"{source.archive}/{part}" for part in source.parts)
        yield from zip(names, errand.contents, strict=True)


def _sound(
    errand: Errand,
    pixels: NDArray[np.uint8],
    *,
    tags: dict[str, str],
    duration_ms: int | None,
) -> SongSound:
    source = errand.source
    return SongSound(
        id=source.id,
        path=source.path,
        sha256=errand.sha256 or sha256_of(errand.contents or source.parts),
        recording=recording_of(source.path),
        label=errand.label,
        title=tags.get("title"),
        artist=tags.get("artist"),
        album=tags.get("album"),
        duration_ms=duration_ms,
        pixels=pixels,
        asked=errand.clips,
    )
