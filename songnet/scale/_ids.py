"""The ids of songs by the rules of `songnet.sources`, as expressions of SQL."""

from __future__ import annotations

from typing import Final

from songnet.sources._songs import ID_LENGTH

# What Python's str.strip() takes away; Java's own classes know less, or more.
SPACE: Final = (
    r"\x09-\x0d\x1c-\x20\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
)
EDGES: Final = rf"\A[{SPACE}]+|[{SPACE}]+\z"
CANONICAL: Final = r"\Aspotify:track:[0-9A-Za-z]{22}\z"
TRACK: Final = (
    r"\A(?:spotify:(?:user:[^:]+:)?track:"
    r"|https?://(?:open|play)\.spotify\.com/(?:[^/?#]+/)*track/)?"
    rf"([0-9A-Za-z]{{22}})(?:[/?#][^{SPACE}]*)?\z"
)
UNUSABLE: Final = r"[\x00-\x1f\x7f\x{fffe}\x{ffff}]"


def song_id(text: str) -> str:
    """An expression for the canonical id of the song that the expression `text` names.

    NULL where `songnet.sources._songs.song_id` gives None. Who evaluates it binds the patterns:
    ``spark.sql(f"SELECT {song_id('uri')} FROM {{table}}", PATTERNS, table=table)``.
    """
    plain = f"regexp_replace({text}, :edges, '')"
    track = f"regexp_extract({plain}, :track, 1)"
    return (
        f"CASE WHEN {text} RLIKE :canonical THEN {text} "
        f"WHEN {track} <> '' THEN concat('spotify:track:', {track}) "
        f"WHEN length({plain}) BETWEEN 1 AND {ID_LENGTH} AND NOT {plain} RLIKE :unusable "
        f"THEN {plain} END"
    )


PATTERNS: Final = {
    "edges": EDGES,
    "canonical": CANONICAL,
    "track": TRACK,
    "unusable": UNUSABLE,
}
