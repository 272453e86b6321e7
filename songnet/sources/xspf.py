"""XSPF (version 0 and 1, xspf.org): one playlist per file.

Read are the playlist's title, annotation and date, and of each track location, identifier, title,
creator, album and duration (milliseconds). The order of the tracks is that of the list;
``trackNum`` is a track's place on its album, and nothing that a song here has room for.

Of the files that `playlist_files` writes also the ``<meta>`` that says that songnet made the
playlist, and those that say which song a track is.

A document type declaration is refused, and with it every entity, internal or external: no XSPF
file needs one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from songnet.errors import FormatError, InputError
from songnet.model import Skipped
from songnet.sources._entries import Entry, entry_of
from songnet.sources._records import (
    NO_TRACKS,
    PlaylistRecord,
    Source,
    Track,
    integer,
    named_id,
    text,
)
from songnet.sources._songs import song_id
from songnet.sources._streams import check_entries, read_whole
from songnet.sources.m3u import file_playlist

NAMESPACE = "http://xspf.org/ns/0/"
GENERATED_REL = "urn:songnet:generated"
ID_REL = "urn:songnet:song"


def read_xspf(stream: io.BufferedReader[Any], source: Source) -> Iterator[PlaylistRecord | Skipped]:
    """The playlist of one file; tracks that cannot be used come first, as `Skipped`.

    A track without a location is known by its first identifier that can be read, else by creator
    and title.

    Raises
    ------
    FormatError
        The file is over 16 MiB or 500,000 tracks, no XML, no XSPF, or declares entities.
    """
    root = _parsed(read_whole(stream, source.name), source)
    tracks: list[Track] = []
    for number, element in enumerate(_tracks(root), 1):
        check_entries(number, source.name)
        track = _track(element, source)
        if isinstance(track, Track):
            tracks.append(track)
        else:
            yield Skipped(source.name, track, f"track {number}")
    yield _record(root, tracks, source) if tracks else Skipped(source.name, NO_TRACKS)


def _parsed(data: bytes, source: Source) -> Element:
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        reason = "declares a document type or entities, which XSPF files never need: refused"
        raise FormatError(source.name, reason) from error
    except ParseError as error:
        line, column = error.position
        reason = f"is not valid XML: {str(error).partition(':')[0]}"
        raise FormatError(source.name, reason, where=f"line {line}, column {column}") from error
    except (LookupError, ValueError) as error:
        raise FormatError(source.name, f"is in no encoding that XML has: {error}") from error
    if _tag(root) != "playlist":
        raise FormatError(source.name, f"is XML, but no XSPF playlist: its root is {_tag(root)!r}")
    return root


def _tag(element: Element) -> str:
    """An element's name; namespaces other than XSPF's stay in it."""
    name = str(element.tag)
    return name.removeprefix(f"{{{NAMESPACE}}}")


def _tracks(root: Element) -> Iterator[Element]:
    for child in root:
        if _tag(child) == "trackList":
            yield from (track for track in child if _tag(track) == "track")


def _said(element: Element, name: str) -> list[str]:
    """The texts of an element's children of one name, those that are not blank."""
    return [said for child in element if _tag(child) == name and (said := text(child.text))]


def _first(element: Element, name: str) -> str | None:
    return next(iter(_said(element, name)), None)


def _meta(element: Element, rel: str) -> str | None:
    """The text of an element's first ``<meta>`` of one kind."""
    metas = (child for child in element if _tag(child) == "meta" and child.get("rel") == rel)
    return next((said for child in metas if (said := text(child.text))), None)


def _track(element: Element, source: Source) -> Track | str:
    title, artist = _first(element, "title"), _first(element, "creator")
    entry = _entry(element, title, artist, source)
    if isinstance(entry, str):
        return entry
    return Track(
        id=entry.id,
        title=title,
        artist=artist,
        album=_first(element, "album"),
        duration_ms=integer(_first(element, "duration")) or None,
        uri=entry.uri,
        path=entry.path,
    )


def _entry(element: Element, title: str | None, artist: str | None, source: Source) -> Entry | str:
    if stated := song_id(_meta(element, ID_REL) or ""):
        return Entry(stated)
    reason = "has no location, and not both creator and title"
    for address in (*_said(element, "location"), *_addresses(_said(element, "identifier"))):
        try:
            return entry_of(address, source, encoded=True)
        except InputError as error:
            reason = str(error)
    identity = named_id(artist, title) if artist and title else None
    return Entry(identity) if identity and not _said(element, "location") else reason


def _addresses(identifiers: list[str]) -> list[str]:
    """Identifiers that say which song it is; bare words and hashes do not."""
    return [value for value in identifiers if value.startswith(("spotify:", "http:", "https:"))]


def _record(root: Element, tracks: list[Track], source: Source) -> PlaylistRecord:
    return file_playlist(
        source,
        _first(root, "title"),
        tracks,
        description=_first(root, "annotation"),
        modified_at=_seconds(_first(root, "date")),
        generated=_meta(root, GENERATED_REL) is not None,
    )


def _seconds(date: str | None) -> int | None:
    """Seconds since 1970 of an XML date; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(date or "")
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    return integer(int(seconds))
