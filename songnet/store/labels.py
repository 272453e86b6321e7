"""A prefix before our labels, so that songnet and another graph can share one database.

With the prefix ``Acme`` a song is an ``AcmeSong``, and the constraint ``song_id`` is
``Acme_song_id``, because names of constraints and indexes are one to a database. Relationship types
stay as they are: both their ends say whose they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from songnet.errors import BadNameError

LABELS: Final = (
    "Playlist",
    "Song",
    "Network",
    "Encoder",
    "Partition",
    "Community",
    "SongnetStore",
)
FULL_TEXT: Final = "song_text"

_PREFIX: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,30}\Z")
_LABEL: Final = re.compile(rf":({'|'.join(LABELS)})\b")
_MADE: Final = re.compile(r"\b((?:CONSTRAINT|INDEX) `?)(?=\w+`? IF )")
_ASKED: Final = re.compile(rf"'{FULL_TEXT}'")


def check_prefix(prefix: str) -> str:
    """`prefix` itself if it may stand before a label; empty is no prefix.

    Raises
    ------
    BadNameError
        It becomes part of statements, so it holds letters and digits alone.
    """
    if prefix and not _PREFIX.match(prefix):
        raise BadNameError(
            f"the label prefix must be a capital letter, then letters and digits, at most 31: got "
            f"{prefix!r}; as Acme, which makes AcmeSong"
        )
    return prefix


@lru_cache(maxsize=1024)
def prefixed(cypher: str, prefix: str) -> str:
    """A statement of songnet's own with `prefix` before its labels and names of indexes."""
    if not prefix:
        return cypher
    text = _LABEL.sub(rf":{prefix}\1", cypher)
    text = _MADE.sub(rf"\1{prefix}_", text)
    return _ASKED.sub(f"'{prefix}_{FULL_TEXT}'", text)


def named(name: str, prefix: str) -> str:
    """The name of a constraint or index in a graph with this prefix."""
    return f"{prefix}_{name}" if prefix else name
