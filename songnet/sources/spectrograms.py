"""Mel spectrograms as pictures: 8-bit grey PNGs of 96 rows and 216 columns, and zips of them.

Row 0 is the lowest band, as in Deej-AI's own. Other ways to store the same grey values are read
too (palettes, RGB, alpha, 16 bits) where nothing is lost: equal channels, no transparency, 16-bit
values that are an 8-bit value twice. Everything else is refused, and every picture is judged by
its header before it is unpacked, so that no claim of a gigantic size costs memory.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from songnet.errors import FormatError, InputError
from songnet.files import read_regular, replacing
from songnet.model import Skipped
from songnet.sources._mel import FRAMES, MELS

if TYPE_CHECKING:
    from PIL import Image

SHAPE = (MELS, FRAMES)
MAX_PNG_BYTES = 1 << 20
MAX_MEMBERS = 2_000_000
AUDIO_SUFFIXES = frozenset({".ogg", ".oga", ".opus", ".mp3", ".flac", ".wav", ".m4a"})

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 33
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
_OTHER_PICTURES = {b"\xff\xd8": "a JPEG", b"GIF8": "a GIF", b"RIFF": "a WebP", b"BM": "a BMP"}


def write_png(path: str | Path, pixels: NDArray[np.uint8]) -> None:
    """Write a spectrogram, uint8 (96, 216), as an 8-bit grey PNG; whole or not at all.

    Raises
    ------
    InputError
        Pixels of another shape or type; the file cannot be written.
    """
    data = encode_png(pixels)
    with replacing(Path(path)) as file:
        file.write(data)


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """The bytes of `write_png`."""
    from PIL import Image

    if pixels.shape != SHAPE or pixels.dtype != np.uint8:
        raise InputError(
            f"a spectrogram is uint8 of shape {SHAPE}: got {pixels.dtype} of shape {pixels.shape}"
        )
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def read_png(source: str | Path | bytes, *, name: str | Path | None = None) -> NDArray[np.uint8]:
    """A spectrogram, uint8 (96, 216), from a PNG file or from its bytes.

    Parameters
    ----------
    source
        The file, or what is in it.
    name
        What errors call it; default: the file.

    Raises
    ------
    FormatError
        Not a PNG, another size, cut off, too large, colours or transparency.
    """
    called = name or (source if not isinstance(source, bytes) else "picture")
    data = source if isinstance(source, bytes) else _file_bytes(Path(source))
    _check_header(called, data)
    return _unpacked(called, data)


def _file_bytes(path: Path) -> bytes:
    """At most one byte more than a spectrogram may have."""
    try:
        return read_regular(path, MAX_PNG_BYTES)
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error


def _check_header(name: str | Path, data: bytes) -> None:
    if not data:
        raise FormatError(name, "is empty")
    if not data.startswith(_SIGNATURE):
        looks = next((what for head, what in _OTHER_PICTURES.items() if data.startswith(head)), "")
        raise FormatError(name, f"is not a PNG{looks and f' but {looks}'}")
    if len(data) < _HEADER_BYTES or data[12:16] != b"IHDR":
        raise FormatError(name, "is a PNG without a header, or cut off")
    width, height, depth, colour, interlaced = struct.unpack(">IIBBxxB", data[16:29])
    if (height, width) != SHAPE:
        raise FormatError(
            name, f"is {height} rows by {width} columns; a spectrogram is {MELS} by {FRAMES}"
        )
    if (depth == 16 and colour != 0) or interlaced:
        raise FormatError(name, "has 16-bit colours or is interlaced; save it as plain 8-bit grey")
    if len(data) > MAX_PNG_BYTES:
        raise FormatError(name, f"is larger than {MAX_PNG_BYTES} bytes, too large for its picture")
    _check_rows(name, data, depth * _CHANNELS.get(colour, 1))


def _check_rows(name: str | Path, data: bytes, bits: int) -> None:
    """Refuse a picture that holds fewer rows than its header says: Pillow would add black ones."""
    needed = MELS * (1 + (FRAMES * bits + 7) // 8)
    try:
        packed = b"".join(body for kind, body in _chunks(data) if kind == b"IDAT")
        unpacked = len(zlib.decompressobj().decompress(packed, needed))
    except zlib.error as error:
        raise FormatError(name, f"is a broken PNG ({error})") from error
    if unpacked < needed:
        raise FormatError(name, f"is a broken PNG, cut off after {unpacked} of {needed} bytes")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        yield kind, data[place + 8 : place + 8 + length]
        place += 12 + length


def _unpacked(name: str | Path, data: bytes) -> NDArray[np.uint8]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                _check_size(name, image)
                image.load()
                _check_size(name, image)
                return _grey(name, image)
    except (
        # An index: Pillow's own, in a colour profile that is cut short.
        *(OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error),
        Image.DecompressionBombError,
    ) as error:
        raise FormatError(name, f"is a broken PNG ({error})") from error


def _check_size(name: str | Path, image: Image.Image) -> None:
    """Refuse a picture whose second header, which Pillow obeys, has another size than the first."""
    if image.size != (FRAMES, MELS):
        raise FormatError(name, "is a broken PNG (its headers are at odds)")


def _grey(name: str | Path, image: Image.Image) -> NDArray[np.uint8]:
    """The grey values, if nothing is lost in taking them."""
    if image.mode == "L" and "transparency" not in image.info:
        return np.array(image, dtype=np.uint8)
    if image.mode.startswith("I"):
        wide = np.array(image, dtype=np.int64)
        if (wide % 257).any():
            raise FormatError(name, "has 16-bit greys; save it with 8 bits")
        return (wide // 257).astype(np.uint8)
    channels = np.array(image.convert("RGBA"), dtype=np.uint8)
    if (channels[..., :3] != channels[..., :1]).any() or (channels[..., 3] != 255).any():
        raise FormatError(name, "is coloured or transparent; a spectrogram is 8-bit grey")
    return np.ascontiguousarray(channels[..., 0])


def write_zip(path: str | Path, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
    """Write spectrograms as PNGs into a zip; the same pictures give the same bytes.

    Parameters
    ----------
    path
        The zip; replaced whole or not at all.
    pictures
        Member name, such as ``rock/song.png``, to uint8 (96, 216).

    Raises
    ------
    InputError
        A name that is absolute, leads outside, is hidden or is not ``.png``; pixels of another
        shape or type; the file cannot be written.
    """
    for name in pictures:
        if _leads_outside(name) or _hidden(name) or _suffix(name) != ".png":
            raise InputError(
                f"{name!r} cannot be a member of {path}: give a visible name ending in .png, "
                "relative and without '..'"
            )
    with replacing(Path(path)) as file:
        _write_members(file, pictures)


def _write_members(file: BinaryIO, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
    # Stored, not deflated: PNGs are compressed already.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(pictures):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system = 3  # the same bytes on every system
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, encode_png(pictures[name]))


def read_zip(path: str | Path) -> Iterator[tuple[str, NDArray[np.uint8]] | Skipped]:
    """The spectrograms of a zip as (member name, uint8 (96, 216)), sorted by name.

    What cannot be read comes as `Skipped`.

    Raises
    ------
    FormatError
        As `PictureZip`.
    """
    with PictureZip(path) as pictures:
        yield from pictures.skipped
        for name in pictures.names:
            try:
                yield name, read_png(pictures.read(name), name=f"{path}/{name}")
            except FormatError as error:
                yield Skipped(error.path, error.reason)


class PictureZip:
    """The PNG members of a zip, read one at a time; nothing is ever unpacked to disk.

    Members that are absolute, lead outside by ``..``, are links, are encrypted, or are larger than
    a spectrogram can be, are left out, and so is audio, which belongs in a folder. Folders, hidden
    files and other extensions are passed over in silence.

    Attributes
    ----------
    names
        What can be read, sorted.
    skipped
        What was left out, and why.

    Raises
    ------
    FormatError
        Not a zip, or a damaged one; no PNG in it; over `MAX_MEMBERS` members.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.names: list[str] = []
        self.skipped: list[Skipped] = []
        with _zip_faults(self.path):
            self._archive = zipfile.ZipFile(path)
        try:
            self._sort_members()
        except BaseException:
            self.close()
            raise

    def read(self, name: str) -> bytes:
        """The bytes of the member `name`; `FormatError` where it is damaged."""
        with _zip_faults(f"{self.path}/{name}"), self._archive.open(name) as member:
            return member.read(MAX_PNG_BYTES + 1)

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _sort_members(self) -> None:
        members = sorted(self._archive.infolist(), key=lambda member: member.filename)
        if len(members) > MAX_MEMBERS:
            raise FormatError(self.path, f"holds over {MAX_MEMBERS} members")
        seen: set[str] = set()
        for member in members:
            if not member.filename or member.is_dir() or _hidden(member.filename):
                continue
            if reason := _member_fault(member, seen):
                self.skipped.append(Skipped(f"{self.path}/{member.filename}", reason))
            elif _suffix(member.filename) == ".png":
                self.names.append(member.filename)
            seen.add(member.filename)
        if not self.names and not self.skipped:
            raise FormatError(self.path, "holds no PNG spectrograms")


@contextmanager
def _zip_faults(path: str) -> Iterator[None]:
    """The errors of `zipfile` on damaged archives as `FormatError`."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
        struct.error,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        raise FormatError(path, f"is not a zip, or a damaged one ({error})") from error
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error


def _member_fault(member: zipfile.ZipInfo, seen: set[str]) -> str | None:
    """Why a member is left out, None if it may be read or is of no concern."""
    suffix = _suffix(member.filename)
    if suffix in AUDIO_SUFFIXES:
        return "audio is not read from a zip: unpack it and load the folder"
    if suffix != ".png":
        return None
    faults = {
        "leads outside the zip": _leads_outside(member.filename),
        "is a link, which is not followed": stat.S_ISLNK(member.external_attr >> 16),
        "is encrypted": bool(member.flag_bits & _ENCRYPTED),
        f"is larger than {MAX_PNG_BYTES} bytes": member.file_size > MAX_PNG_BYTES,
        "is in the zip twice": member.filename in seen,
    }
    return next((reason for reason, found in faults.items() if found), None)


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or bool(PureWindowsPath(name).drive) or ".." in path.parts


def _hidden(name: str) -> bool:
    return any(
        (part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX"
        for part in PurePosixPath(name.replace("\\", "/")).parts
    )


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
