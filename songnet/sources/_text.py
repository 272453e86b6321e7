"""Bytes of unsure encoding made text."""

from __future__ import annotations

import codecs
import io
from typing import Any

_FALLBACK = "songnet.windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: bytes that are not UTF-8 are read as `windows_1252`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return windows_1252(error.object[error.start : error.end]), error.end


def windows_1252(data: bytes) -> str:
    """Windows-1252, with the five bytes that it leaves undefined read as Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


codecs.register_error(_FALLBACK, _as_windows_1252)


def decoder_for(stream: io.BufferedReader[Any]) -> tuple[str, str]:
    """Encoding and error handler for a stream, by its byte order mark; nothing is consumed."""
    if stream.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16", "replace"
    return "utf-8-sig", _FALLBACK


def decoded(data: bytes) -> str:
    """A whole file's text: UTF-16 with a byte order mark, UTF-8, else Windows-1252."""
    if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return windows_1252(data)
