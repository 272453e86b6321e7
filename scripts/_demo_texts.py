"""The demo's tables as text: songs.csv, playlists.csv and ATTRIBUTION.md."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from _demo_licences import holders_text, licence_names
from _demo_lists import SongList
from _demo_songs import Song

SONG_COLUMNS = (
    *("song", "label", "title", "artist", "copyright", "licence"),
    *("package", "version", "file"),
)
PLAYLIST_COLUMNS = (
    *("playlist_id", "playlist_name", "position"),
    *("track_id", "track_name", "artist_name", "album_name", "duration_ms"),
)

TEXTS = {
    "Artistic-1.0": "<https://spdx.org/licenses/Artistic-1.0.html>",
    "CC-BY-3.0": "<https://creativecommons.org/licenses/by/3.0/legalcode>",
    "CC-BY-4.0": "<https://creativecommons.org/licenses/by/4.0/legalcode>",
    "CC-BY-SA-3.0": "<https://creativecommons.org/licenses/by-sa/3.0/legalcode>",
    "CC-BY-SA-4.0": "<https://creativecommons.org/licenses/by-sa/4.0/legalcode>",
    "CC0-1.0": "<https://creativecommons.org/publicdomain/zero/1.0/legalcode>",
    "GPL-1.0-or-later": "[licenses/GPL-2.0.txt](licenses/GPL-2.0.txt)",
    "GPL-2.0-only": "[licenses/GPL-2.0.txt](licenses/GPL-2.0.txt)",
    "GPL-2.0-or-later": "[licenses/GPL-2.0.txt](licenses/GPL-2.0.txt)",
    "GPL-3.0-only": "songnet's own LICENSE",
    "GPL-3.0-or-later": "songnet's own LICENSE",
    "LicenseRef-public-domain": "none needed",
    "MIT": "at the end of this page",
    "Zlib": "<https://spdx.org/licenses/Zlib.html>",
}

_INTRODUCTION = """\
# Where the demo's music comes from

`spectrograms.zip` holds {pictures} of {songs} songs, each the work of the people named below.
They published their music under the licence that stands beside it; Debian distributes it in the
packages named below, whose copyright files are the source of what is said here. Thank you.

**What was done.** Of each song, two stretches of 5.02 seconds, from its beginning and from its
middle, were mixed to one channel, sampled at 22,050 Hz, and drawn as 8-bit mel spectrograms (96
bands, 216 frames, -80 to 0 dB). Silent stretches were left out. Nothing else was changed or added.

**Licences.** Each picture is a work derived from its song and comes under the song's own licence,
not under songnet's; where that is a share-alike licence or the GPL, so is the picture. Sources: the
audio files in the packages. `playlists.csv` lists which songs the games' own files name together.
The same facts as a table for programs: `songs.csv`.
"""

_MIT = """\
## The MIT licence

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def songs_csv(songs: Iterable[Song]) -> str:
    """A row per song."""
    rows = (
        (
            *(s.id, s.label, s.title, s.artist, ", ".join(s.holders), s.licence),
            *(s.package, s.version, s.file),
        )
        for s in songs
    )
    return _csv(SONG_COLUMNS, rows)


def playlists_csv(lists: Iterable[SongList]) -> str:
    """A row per membership."""
    rows = (
        (item.id, item.name, place, s.id, s.title, s.artist, s.label, round(1000 * s.seconds))
        for item in lists
        for place, s in enumerate(item.songs)
    )
    return _csv(PLAYLIST_COLUMNS, rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def attribution(songs: Sequence[Song], *, pictures: int) -> str:
    """The page that names everybody, in Markdown."""
    head = _INTRODUCTION.format(songs=len(songs), pictures=f"{pictures} mel spectrograms")
    return "\n".join((head, *_licences(songs), *_packages(songs), *_tables(songs), _MIT))


def _licences(songs: Sequence[Song]) -> Iterator[str]:
    counts = Counter(name for song in songs for name in licence_names(song.licence))
    yield from ("## Licences", "", "| licence | songs | text |", "|---|---|---|")
    yield from (f"| {name} | {counts[name]} | {TEXTS[name]} |" for name in sorted(counts))
    if counts.total() > len(songs):
        yield from ("", "A song with two licences, both in force or to choose from, counts twice.")
    yield ""


def _packages(songs: Sequence[Song]) -> Iterator[str]:
    header = "| package | version | soundtrack of | songs | licences |"
    yield from ("## Packages", "", header, "|---|---|---|---|---|")
    for package, own in groupby(songs, lambda song: song.package):
        group = list(own)
        licences = ", ".join(sorted({song.licence for song in group}))
        first = group[0]
        yield f"| {package} | {first.version} | {first.label} | {len(group)} | {licences} |"
    yield ""


def _tables(songs: Sequence[Song]) -> Iterator[str]:
    for label, own in groupby(songs, lambda song: song.label):
        group = list(own)
        yield from (f"## {label}", "", f"Package {group[0].package} {group[0].version}.", "")
        for holders in dict.fromkeys(song.holders for song in group):
            if holders_text(holders) != ", ".join(holders):
                yield from (f"{holders_text(holders)}: {', '.join(holders)}.", "")
        yield from ("| title | artist | copyright | licence | file |", "|---|---|---|---|---|")
        for song in group:
            cells = (song.title, song.artist, holders_text(song.holders), song.licence, song.stem)
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        yield ""
