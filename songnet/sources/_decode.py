"""From an audio file to mono samples at 22,050 Hz, reading no more of it than is needed.

FFmpeg (through PyAV) decodes and resamples; channels are averaged, as librosa does. A file is
known by its content, not by its extension. What it may be is a short list: demuxers that open
other files or addresses (playlists, concatenations) and decoders of anything but music are off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.errors import FormatError
from songnet.sources._mel import CLIP_SECONDS, SAMPLE_RATE

Samples = NDArray[np.float32]

MIN_SECONDS = 0.5
SILENCE = 1e-3
LOUDEST = 1e3
MIN_RATE, MAX_RATE = 1_000, 768_000
MAX_CHANNELS = 8
MAX_HOURS = 24
MIN_BITS_PER_SECOND = 100
SPACING = 5.0

_CONTAINERS = "wav,w64,mp3,flac,ogg,mov,mp4,m4a,aac,aiff"
_CODECS = (
    "vorbis,opus,mp3,mp3float,flac,aac,alac,adpcm_ms,adpcm_ima_wav,pcm_alaw,pcm_mulaw,pcm_u8,pcm_s8,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,"
    "pcm_f64be"
)
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": _CONTAINERS,
    "codec_whitelist": _CODECS,
}
_IO_SECONDS = 60.0
_LEAD_SECONDS = 0.2  # decoders of lossy formats need some frames before they are right
_MAX_LEAD_SECONDS = 30.0
_MAX_BAD_PACKETS = 3
_BLOCK = 8_192
_TAG_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What was read of one audio file.

    Attributes
    ----------
    clips
        float32 arrays (n,), mono at 22,050 Hz, in order; the first begins at 0.
    duration_ms
        What the container says; None if it does not.
    tags
        Title, artist and so on, keys in lower case.
    """

    clips: tuple[Samples, ...]
    duration_ms: int | None
    tags: dict[str, str]


def hear(path: Path, *, clips: int) -> Heard:
    """Up to `clips` clips of `CLIP_SECONDS`, at the places that `clip_starts` names.

    Raises
    ------
    FormatError
        No audio that FFmpeg can decode, a header out of bounds, less than `MIN_SECONDS` of sound,
        samples that are not finite.
    """
    with _opened(path) as (container, stream):
        duration = _duration(path, container)
        first = _clip(path, container, stream, 0.0, CLIP_SECONDS)
        _check_length(path, len(first) / SAMPLE_RATE, duration)
        later = [
            _clip(path, container, stream, start, CLIP_SECONDS)
            for start in clip_starts(duration, clips)[1:]
        ]
        kept = [clip for clip in later if len(clip) >= MIN_SECONDS * SAMPLE_RATE]
        milliseconds = None if duration is None else round(duration * 1000)
        return Heard((first, *kept), milliseconds, _tags(container, stream))


def hear_span(path: Path, *, start: float, seconds: float) -> Samples:
    """The samples from `start` on, at most `seconds` of them; `FormatError` as for `hear`."""
    with _opened(path) as (container, stream):
        _duration(path, container)
        return _clip(path, container, stream, start, seconds)


def clip_starts(duration: float | None, clips: int) -> Sequence[float]:
    """Where clips begin, in seconds: at i/N of the song, so at 0 first and, of two, in the middle.

    Fewer than asked for where they would overlap, and only the first if the length is unknown.
    """
    count = max(1, min(clips, int((duration or 0.0) / SPACING)))
    return [i * (duration or 0.0) / count for i in range(count)]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first audio stream, closed afterwards; FFmpeg's errors as ours."""
    import av

    # An address such as "concat:a.mp3" is a lawful file name: "file:" keeps FFmpeg to files.
    address = f"file:{path.absolute()}"
    try:
        with av.open(
            address, options=_OPTIONS, metadata_errors="replace", timeout=_IO_SECONDS
        ) as container:
            yield container, _audio_stream(path, container)
    except (av.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(path, f"cannot be decoded as audio ({reason})") from error
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error


def _audio_stream(path: Path, container: Any) -> Any:
    if not container.streams.audio:
        raise FormatError(path, "holds no audio")
    stream = container.streams.audio[0]
    codec = stream.codec_context
    if codec is None:
        raise FormatError(path, "holds audio in a format that is not read here")
    codec.thread_count = 1  # the pool has a process per core already
    rate, channels = codec.sample_rate, codec.channels
    if not MIN_RATE <= rate <= MAX_RATE:
        raise FormatError(path, f"claims {rate} samples a second, not {MIN_RATE} to {MAX_RATE}")
    if not 1 <= channels <= MAX_CHANNELS:
        raise FormatError(path, f"claims {channels} channels, not 1 to {MAX_CHANNELS}")
    return stream


def _duration(path: Path, container: Any) -> float | None:
    """Seconds, as the container says; refused if no such file could hold them."""
    if container.duration is None or container.duration <= 0:
        return None
    seconds = float(container.duration) / 1e6
    bits = path.stat().st_size * 8
    if seconds > MAX_HOURS * 3600 or bits < seconds * MIN_BITS_PER_SECOND:
        raise FormatError(path, f"claims to last {seconds:.0f} s in {bits // 8} bytes")
    return seconds


def _check_length(path: Path, seconds: float, duration: float | None) -> None:
    promised = min(duration or 0.0, CLIP_SECONDS)
    if seconds < promised - MIN_SECONDS:
        raise FormatError(
            path, f"is cut off: {seconds:.1f} s can be read of the {duration:.1f} s it promises"
        )
    if seconds < MIN_SECONDS:
        raise FormatError(path, f"is too short: {seconds:.2f} s, at least {MIN_SECONDS} s needed")


def _clip(path: Path, container: Any, stream: Any, start: float, seconds: float) -> Samples:
    """At most `seconds` of mono samples from `start`, checked to be sound."""
    wanted = round(seconds * SAMPLE_RATE)
    pieces, have = [], 0
    for piece in _mono_pieces(path, container, stream, start):
        pieces.append(piece[: wanted - have])
        have += len(pieces[-1])
        if have >= wanted:
            break
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    if not np.isfinite(samples).all():
        raise FormatError(path, "holds samples that are not numbers (NaN or infinity)")
    if len(samples) and np.abs(samples).max() > LOUDEST:
        raise FormatError(path, f"holds samples over {LOUDEST:.0f} times full scale")
    return samples


def _mono_pieces(path: Path, container: Any, stream: Any, start: float) -> Iterator[Samples]:
    """Resampled mono from `start` on."""
    first, frames = _frames_from(container, stream, start)
    drop = round((start - first) * SAMPLE_RATE)
    if drop > _MAX_LEAD_SECONDS * SAMPLE_RATE:
        raise FormatError(path, f"cannot be sought: {start:.0f} s is out of reach")
    for frame in _resampled(frames):
        # The mean of the channels; FFmpeg's own mix would be 3 dB louder.
        interleaved = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
        piece = interleaved.mean(axis=1, dtype=np.float32)
        yield piece[max(drop, 0) :]
        drop -= len(piece)


def _resampled(frames: Iterator[Any]) -> Iterator[Any]:
    import av

    resampler: Any = None
    for block in _blocks(frames):
        if resampler is None:
            # Interleaved: PyAV crashes on the planes of frames with eight channels.
            resampler = av.AudioResampler("flt", block.layout, SAMPLE_RATE)
        yield from resampler.resample(block)
    if resampler is not None:
        yield from resampler.resample(None)


def _blocks(frames: Iterator[Any]) -> Iterator[Any]:
    """Frames joined to larger ones: Vorbis has some of 64 samples, and each costs the same."""
    import av

    fifo = av.AudioFifo()
    for frame in frames:
        frame.pts = None  # or the joining insists on times without gaps
        fifo.write(frame)
        if fifo.samples >= _BLOCK:
            yield fifo.read()
    if fifo.samples:
        yield fifo.read()


def _frames_from(container: Any, stream: Any, start: float) -> tuple[float, Iterator[Any]]:
    """The time of the first frame at or a little before `start`, and the frames from there on."""
    if start > 0:
        lead = max(start - _LEAD_SECONDS, 0.0)
        origin = stream.start_time or 0
        container.seek(origin + int(lead / stream.time_base), stream=stream)
    frames = _frames(container, stream)
    head = next(frames, None)
    if head is None:
        return start, iter(())
    time = 0.0
    if start > 0 and head.pts is not None:
        time = float((head.pts - (stream.start_time or 0)) * stream.time_base)
    return time, chain([head], frames)


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Decoded frames; a few broken packets are passed over, as every player does."""
    import av

    bad = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            bad += 1
            if bad > _MAX_BAD_PACKETS:
                raise
            continue
        yield from frames


def _tags(container: Any, stream: Any) -> dict[str, str]:
    """Tags of the file and of the stream (where ogg keeps them), cleaned."""
    merged = {**stream.metadata, **container.metadata}
    cleaned = {
        key.lower(): " ".join(value.replace("\0", " ").split())[:_TAG_LENGTH]
        for key, value in merged.items()
    }
    return {key: value for key, value in cleaned.items() if value}
