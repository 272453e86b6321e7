"""Listening: audio files and pictures of spectrograms in, `SongSound` out.

Audio is ogg, mp3, flac, wav, opus or m4a; FFmpeg decodes it and goes by the content, not by the
extension. Pictures are 8-bit grey PNGs of 96 x 216, as files or in zips.

**Clips.** The first is the first five seconds (5.02 s, which is 216 frames). Of N clips, clip i
begins at i/N of the song: of two, the second begins in the middle. A song has no more clips than
fit without overlap. A song that ends within its first clip is padded with silence; one of less
than half a second is skipped. Pictures come as they are: ``STEM.png`` is one clip,
``STEM#0.png``, ``STEM#1.png`` … are clips of the song that ``STEM.png`` would be, whatever N.

**Silence.** A clip whose peak is below -60 dBFS, or whose every pixel is 0, says nothing. It is
left out, and a song without any other is skipped, also where the song goes on after a silent
opening: what it sounds like is then not known, and the reason says to ask for more clips.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from songnet.errors import FormatError, UsageError
from songnet.model import Skipped
from songnet.sources._decode import hear_span
from songnet.sources._finding import Source, find_sources
from songnet.sources._listening import (
    Errand,
    SongSound,
    listen,
    lost,
    sha256_of,
    unheard,
)
from songnet.sources._mel import CLIP_SECONDS, mel_spectrogram
from songnet.sources._pool import default_workers, mapped
from songnet.sources.labels import label_for
from songnet.sources.spectrograms import PictureZip

__all__ = ["SongSound", "decode", "read_sound", "spectrogram_of"]

MAX_CLIPS = 100
FEW = 4  # songs for which starting processes costs more than it gains
PICTURES_PER_ERRAND = 32

OnProgress = Callable[[int, int], None]
Known = Callable[[str, str], bool]


def read_sound(
    paths: Sequence[str | Path],
    *,
    clips: int = 1,
    workers: int | None = None,
    label_from_folder: bool = False,
    labels: Mapping[str, str] | None = None,
    known: Known | None = None,
    music_root: str | Path | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[SongSound | Skipped]:
    """Listen to files, folders and zips of pictures.

    Parameters
    ----------
    paths
        Folders are read with all below them, in the order of the relative paths; hidden files,
        and extensions that are not read, are passed over there and skipped where named.
    clips
        Clips per song, 1 to 100; see above.
    workers
        Processes; default: the cores. A program that calls this needs the usual
        ``if __name__ == "__main__":``. With 1, and for a handful of songs, this process does it.
    label_from_folder
        The label is the name of the folder that the file lies in: the part after the number where
        it is like ``001 - Dog bark``.
    labels
        As from `labels.read_labels`; stronger than the folder.
    known
        ``known(song_id, sha256)``: True for songs that need not be heard again. They come without
        pixels, shape (0, 96, 216), and without tags.
    music_root
        The folder to which ids are relative; default: the folder given, or the file's own.
    on_progress
        Called with the number done and the number found, bad files among them.

    Yields
    ------
    SongSound | Skipped
        What was left out while looking for files first in its place, then each song, in order.
        The same input gives the same order whatever `workers` is.

    Raises
    ------
    UsageError
        `clips` or `workers` out of range.
    InputError
        Processes keep dying; see `_pool.mapped`.
    """
    if not 1 <= clips <= MAX_CLIPS:
        raise UsageError(f"clips must be from 1 to {MAX_CLIPS}: got {clips}")
    if workers is not None and workers < 1:
        raise UsageError(f"workers must be 1 or more: got {workers}")
    root = None if music_root is None else Path(music_root)
    found = find_sources([Path(path) for path in paths], music_root=root)
    errands = _errands(found, clips, known, _labeller(labels or {}, label_from_folder))
    return _heard(found, errands, workers or default_workers(), on_progress)


def decode(
    path: str | Path, *, start: float = 0.0, seconds: float = CLIP_SECONDS
) -> NDArray[np.float32]:
    """Mono samples of an audio file at 22,050 Hz, full scale 1.0.

    Parameters
    ----------
    path
        Any file that FFmpeg reads as ogg, mp3, flac, wav, opus or m4a, whatever its extension.
    start, seconds
        The stretch to read. Only that much is decoded.

    Returns
    -------
    NDArray[np.float32]
        (n,), n at most ``round(seconds * 22050)``, fewer at the song's end.

    Raises
    ------
    FormatError
        Not audio, broken, a header out of bounds, samples that are not finite.
    UsageError
        `start` negative or `seconds` not positive.
    """
    if not start >= 0 or not 0 < seconds <= 3600:
        raise UsageError(
            f"start must be 0 or more and seconds from 0 to 3600: got {start} and {seconds}"
        )
    return hear_span(Path(path), start=start, seconds=seconds)


def spectrogram_of(path: str | Path, start_seconds: float = 0.0) -> NDArray[np.uint8]:
    """The mel spectrogram, uint8 (96, 216), of the 5.02 s from `start_seconds` on.

    Padded with silence where the song ends sooner. Errors as for `decode`.
    """
    return mel_spectrogram(decode(path, start=start_seconds))


def _errands(
    found: Sequence[Source | Skipped],
    clips: int,
    known: Known | None,
    label: Callable[[Source], str | None],
) -> Generator[Errand | SongSound | Skipped, None, None]:
    """What there is to do for everything found; songs that are known are done."""
    with closing(_Zips()) as zips:
        for item in found:
            try:
                yield (
                    item
                    if isinstance(item, Skipped)
                    else _errand(item, clips, known, label(item), zips)
                )
            except FormatError as error:
                yield Skipped(error.path, error.reason)


def _errand(
    source: Source, clips: int, known: Known | None, label: str | None, zips: _Zips
) -> Errand | SongSound:
    contents = zips.contents(source)
    sha256 = None if known is None else sha256_of(contents or source.parts)
    errand = Errand(source, clips, label, sha256, contents)
    if known is not None and sha256 is not None and known(source.id, sha256):
        return unheard(errand)
    return errand


class _Zips:
    """Reads members of zips, of which only the last one used stays open."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.open: PictureZip | None = None

    def contents(self, source: Source) -> tuple[bytes, ...] | None:
        """The pictures of a song that lies in a zip, None for one that does not."""
        if source.archive is None:
            return None
        if self.open is None or self.path != source.archive:
            self.close()
            self.open, self.path = PictureZip(source.archive), source.archive
        return tuple(self.open.read(part) for part in source.parts)

    def close(self) -> None:
        if self.open is not None:
            self.open.close()
        self.open = None


def _labeller(labels: Mapping[str, str], from_folder: bool) -> Callable[[Source], str | None]:
    def label(source: Source) -> str | None:
        given = label_for(labels, song=source.id, path=source.path)
        return given or (source.plain_label if from_folder else None)

    return label


def _heard(
    found: Sequence[Source | Skipped],
    errands: Generator[Errand | SongSound | Skipped, None, None],
    workers: int,
    on_progress: OnProgress | None,
) -> Iterator[SongSound | Skipped]:
    """Results in order."""
    songs = [item for item in found if isinstance(item, Source)]
    results = mapped(
        listen,
        errands,
        crashed=lost,
        workers=1 if len(songs) <= FEW else min(workers, len(songs)),
        batch=1 if any(song.is_audio for song in songs) else PICTURES_PER_ERRAND,
    )
    with closing(errands), closing(results):
        for done, result in enumerate(results, start=1):
            if on_progress is not None:
                on_progress(done, len(found))
            yield result
