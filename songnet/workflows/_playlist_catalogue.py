"""The graph's songs as people look for them: by id, by words, by title and artist, by file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from songnet.errors import InputError
from songnet.model import Ids, Ints, object_array
from songnet.playlists import Facts, folded, plain_title
from songnet.sources._songs import song_id

SHOWN = 5
ARTIST = "artist:"

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Catalogue:
    """All songs, sorted by id.

    Attributes
    ----------
    songs
        Ids, object (n,).
    rows
        What the graph says of each, by its columns.
    """

    songs: Ids
    rows: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, table: pa.Table) -> Catalogue:
        """From all songs of a store."""
        rows = table.to_pylist()
        return cls(object_array(row["id"] for row in rows), rows)

    def and_also(self, rows: Sequence[dict[str, Any]]) -> Catalogue:
        """The same with further songs."""
        every = sorted([*self.rows, *rows], key=lambda row: row["id"])
        return Catalogue(object_array(row["id"] for row in every), every) if rows else self

    def row(self, song: str) -> dict[str, Any]:
        """What is known of a song; nothing but the id of one that the graph lacks."""
        place = self._places.get(song)
        return {"id": song} if place is None else self.rows[place]

    def facts(self, songs: Ids) -> Facts:
        """What playlists need to know of songs; unknown of those that the graph lacks."""
        rows = [self.row(song) for song in songs]
        return Facts(
            title=_column(rows, "title"),
            artist=_column(rows, "artist"),
            duration_ms=_durations(rows),
            recording=_column(rows, "recording"),
        )

    def by_id(self, text: str) -> str | None:
        """The song of an id, a Spotify track in any form among them; None if there is none."""
        return next((each for each in (text, song_id(text)) if each in self._places), None)

    def by_hash(self, sha256: str) -> str | None:
        """The song whose file has these bytes; the first id of several."""
        return next((row["id"] for row in self.rows if row["sha256"] == sha256), None)

    def by_name(self, title: str | None, artist: str | None) -> list[str]:
        """Songs of that title, by that artist."""
        if not title or not artist:
            return []
        name = (plain_title(title), folded(artist))
        return [self.songs[i] for i, known in enumerate(self._names) if known == name]

    def by_artist(self, artist: str) -> list[str]:
        """Songs by that artist."""
        wanted = folded(artist)
        return [self.songs[i] for i, (_, known) in enumerate(self._names) if known == wanted]

    def by_words(self, text: str) -> list[str]:
        """Songs in whose title and artist words begin with all words of `text`.

        Of a song without a title its id is looked at.
        """
        words = [f" {word}" for word in _WORD.findall(folded(text))]
        if not words:
            return []
        return [
            self.songs[i]
            for i, known in enumerate(self._texts)
            if all(word in known for word in words)
        ]

    def one(self, text: str, popularity: Ints) -> str:
        """The one song that a text means, by id or by words.

        A title that is exactly the text goes before those that hold it. Of several songs of one
        title and artist it is the one of most playlists.

        Parameters
        ----------
        popularity
            int64 (n,), in how many playlists each song is.

        Raises
        ------
        InputError
            None, or several that differ; the message names the first few.
        """
        known = self.by_id(text)
        if known is not None:
            return known
        hits = self.by_words(text)
        if not hits:
            raise InputError(
                f"there is no song {text!r}: give an id, words of title and artist ('songnet query "
                "popular-songs' lists some), or an audio file"
            )
        exact = [song for song in hits if self._names[self._places[song]][0] == plain_title(text)]
        hits = exact or hits
        if len({self._names[self._places[song]] for song in hits}) > 1:
            raise InputError(self._several(text, hits))
        return self.most(hits, popularity)

    def most(self, songs: Sequence[str], popularity: Ints) -> str:
        """The one of most playlists; the smaller id of several."""
        return max(songs, key=lambda song: popularity[self._places[song]])

    def shown(self, song: str) -> str:
        """What a person would call a song: title and artist, else its id."""
        row = self.row(song)
        return " – ".join(part for part in (row.get("title"), row.get("artist")) if part) or song

    def _several(self, text: str, hits: Sequence[str]) -> str:
        first = "; ".join(f"{self.shown(song)} ({song})" for song in hits[:SHOWN])
        more = f"; and {len(hits) - SHOWN:,} more" if len(hits) > SHOWN else ""
        return f"{text!r} may be {len(hits):,} songs, give more words or an id: {first}{more}"

    @cached_property
    def _places(self) -> dict[str, int]:
        return {song: place for place, song in enumerate(self.songs)}

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        """Title (or id) and artist as they are compared."""
        return [
            (plain_title(row["title"] or row["id"]), folded(row["artist"] or ""))
            for row in self.rows
        ]

    @cached_property
    def _texts(self) -> list[str]:
        """The words of title (or id) and artist, each after a space."""
        texts = (f"{row['title'] or row['id']} {row['artist'] or ''}" for row in self.rows)
        return [f" {' '.join(_WORD.findall(folded(text)))}" for text in texts]


def _column(rows: Sequence[dict[str, Any]], name: str) -> Ids:
    values = np.empty(len(rows), object)
    values[:] = [row.get(name) for row in rows]
    return values


def _durations(rows: Sequence[dict[str, Any]]) -> Ints:
    values = (row.get("duration_ms") for row in rows)
    return np.array([-1 if value is None else value for value in values], np.int64)
