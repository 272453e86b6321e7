"""Texts that command terminals, spreadsheets, browsers or XML readers, if these are let."""

from __future__ import annotations

import csv
from pathlib import Path

ESCAPES = "\x1b]0;owned\x07\x1b[31mred\x9b2J\r\x08\x7f"
TURNED = "\u202egpj.exe\u202c \u2066x\u2069"
MARKUP = "</script><script>document.title='owned'</script><img src=x onerror=\"owned()\">"
ADDRESS = "javascript:document.title='owned'"
LINES = "one\u2028two\u2029three]]>--><!--"
FORMULA = '=HYPERLINK("http://127.0.0.1:9/"&A1,"win")'
ALL = (ESCAPES, TURNED, MARKUP, ADDRESS, LINES, FORMULA, "'\"&<b>;", "[link=x]{{7*7}}${7}")
# What no line of output may hold: C0 and C1 but for tab and line feed, what turns letters around.
COMMANDS = {
    *map(chr, [*range(9), *range(11, 32), *range(127, 160)]),
    *map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
}


def playlists(path: Path) -> Path:
    """Two tastes of eight songs, four lists each; all that a text can be in is hostile."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        for number in range(8):
            text = ALL[number]
            for song in range(8):
                if song != number // 2:
                    id_ = f"=cmd|'/C calc'!A{number % 2}{song}"
                    artist = MARKUP if number % 2 else ADDRESS
                    writer.writerow([f"{number}{MARKUP}", text, id_, ALL[song], artist])
    return path
