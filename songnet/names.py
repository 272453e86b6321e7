"""Which names networks, partitions and encoders may bear."""

from __future__ import annotations

import re

from songnet.errors import BadNameError

ENCODER_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*\Z")
NAME_LENGTH = 128
# What the id of a playlist that songnet made begins with: it is nobody's taste, so no evidence.
GENERATED = "generated:"

SONG_PROPERTIES = (
    "id",
    "title",
    "artist",
    "album",
    "duration_ms",
    "released",
    "uri",
    "path",
    "sha256",
    "recording",
    "label",
)


def check_name(name: str, *, what: str) -> str:
    """`name` itself if a network or partition may bear it, else `BadNameError`."""
    if not NAME.match(name) or len(name) > NAME_LENGTH:
        raise BadNameError(
            f"{name!r} cannot name a {what}: use lower-case letters, digits, '.', '_' and '-', "
            f"beginning with a letter or digit, at most {NAME_LENGTH} characters"
        )
    return name


def check_encoder_name(name: str) -> str:
    """`name` itself if an encoder may bear it (it becomes a property of songs)."""
    if not ENCODER_NAME.match(name) or len(name) > NAME_LENGTH:
        raise BadNameError(
            f"{name!r} cannot name an encoder: use lower-case letters, digits and '_', "
            f"beginning with a letter, at most {NAME_LENGTH} characters"
        )
    if name in SONG_PROPERTIES:
        raise BadNameError(
            f"{name!r} cannot name an encoder: songs already have a property of that name; "
            "choose another"
        )
    return name
