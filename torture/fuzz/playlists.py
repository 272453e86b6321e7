"""Hostile playlists: MPD slices, CSV, M3U and XSPF."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

from torture.fuzz.bombs import MIB, gzip_bomb
from torture.fuzz.items import Item, Link, odd_files, one
from torture.fuzz.texts import NUMBERS, PATHS, SPOTIFY, STRINGS, cuts, encodings


def _track(number: int, **more: object) -> dict[str, Any]:
    return {
        "pos": number,
        "track_uri": f"spotify:track:{number:022d}",
        "track_name": f"Song {number}",
        "artist_name": "Artist",
        "album_name": "Album",
        "duration_ms": 180_000 + number,
        **more,
    }


def _slice(*playlists: Mapping[str, Any]) -> dict[str, Any]:
    info = {"generated_on": "2017-12-03", "slice": "0-1", "version": "v1"}
    return {"info": info, "playlists": list(playlists)}


def _playlist(pid: object = 0, **more: object) -> dict[str, Any]:
    tracks = [_track(number) for number in range(5)]
    facts = {"name": "List", "collaborative": "false", "modified_at": 1_500_000_000}
    return {**facts, "pid": pid, "num_followers": 1, "tracks": tracks, **more}


SLICE = json.dumps(_slice(_playlist(0), _playlist(1, name="Ångström \u202e")), indent=1)
BARE = '{"playlists": [{"pid": 0, "tracks": [{"track_uri": "%s"}]%s}]}'


def mpd() -> dict[str, Item]:
    """Slices of the Million Playlist Dataset, and a few kilobytes that want gigabytes."""
    return slices() | _mpd_bombs()


def slices() -> dict[str, Item]:
    """Slices of the Million Playlist Dataset."""
    name, data = "slice.json", SLICE.encode()
    return {
        "sound": one(name, SLICE),
        "sound, gzip": one("slice.json.gz", gzip.compress(data)),
        "gzip in gzip": one("slice.json.gz", gzip.compress(gzip.compress(data))),
        "called csv": one("slice.csv", SLICE),
        "of no name": one("slice", SLICE),
        "two times itself": one(name, SLICE * 2),
        "doubled keys": one(name, BARE % (SPOTIFY, ', "pid": 1, "tracks": [], "tracks": 3')),
        "two lists": one(name, '{"playlists": [], "playlists": [{"pid": 1}], "playlists": 1}'),
        "escaped surrogates": one(name, BARE % (SPOTIFY, ', "name": "\\ud800\\udc00\\ud800"')),
        "many digits": one(name, BARE % (SPOTIFY, ', "num_followers": ' + "9" * 100_000)),
        "a deep list": one(name, "[" * 200_000),
        "a deep slice": one(name, BARE % (SPOTIFY, ', "x": ' + "[" * 90_000 + "]" * 90_000)),
        "a deep object": one(name, BARE % (SPOTIFY, ', "x": ' + '{"a":' * 50_000 + "}" * 50_000)),
        "a deep track": one(name, '{"playlists":[{"pid":0,"tracks":' + "[" * 9_000 + "]" * 9_000),
        "a long title": one(name, json.dumps(_slice(_playlist(name="x" * 3 * MIB)))),
        "many empty tracks": one(name, json.dumps(_slice(_playlist(tracks=[{}] * 20_000)))),
        "many equal playlists": one(name, json.dumps(_slice(*[_playlist()] * 300))),
        "nothing in it": one(name, '{"playlists": []}'),
        **{f"JSON {text}": one(name, text) for text in ("{}", "[]", "null", "1", '"x"', "{", "\\")},
        **_mpd_values(name),
        **cuts(name, data),
        **{f"gzip {key}": item for key, item in cuts("s.json.gz", gzip.compress(data), 9).items()},
        **encodings(name, SLICE),
        **odd_files(name, data),
    }


def _mpd_values(name: str) -> dict[str, Item]:
    """Every field as every odd number and text."""
    items = {}
    for number in NUMBERS:
        text = ', "modified_at": N, "num_followers": N, "name": N'.replace("N", number)
        items[f"number {number[:24]}"] = one(name, BARE % (SPOTIFY, text))
        items[f"pid {number[:24]}"] = one(name, f'{{"playlists": [{{"pid": {number}}}]}}')
    for place, text in enumerate(STRINGS):
        track = _track(1, track_uri=text, track_name=text, artist_name=text, album_name=text)
        playlist = _playlist(text, name=text, description=text, tracks=[track, _track(2)])
        items[f"text {place}"] = one(name, json.dumps(_slice({**playlist, "pid": 1}, playlist)))
    kinds: tuple[Any, ...] = (None, True, 1.5, [], {}, [[]], [None], "x", [1], {"a": 1})
    for place, value in enumerate(kinds):
        odd = _slice(_playlist(value), _playlist(1, tracks=value), _playlist(2, tracks=[value]))
        items[f"value {place}"] = one(name, json.dumps(odd))
    return items


def _mpd_bombs() -> dict[str, Item]:
    head, tail = '{"playlists": [{"pid": 0, "tracks": [', "]}]}"
    fills = {
        "empty objects": "{},",
        "empty lists": "[],",
        "small objects": '{"a":{}},',
        "tracks": '{"track_uri":"a"},',
        "numbers": "1.5,",
    }
    items = {
        f"a bomb of {what}": gzip_bomb("b.json.gz", text, 24 * MIB, head=head, tail=tail)
        for what, text in fills.items()
    }
    texts = {"head": head + '{"track_uri": "', "tail": '"}' + tail}
    items["a bomb of one text"] = gzip_bomb("b.json.gz", "\U0001f3b5", 24 * MIB, **texts)
    items["a bomb of spaces"] = gzip_bomb("b.json.gz", " ", 300 * MIB)
    return items


# --- CSV -----------------------------------------------------------------------------------------

TABLE = (
    "playlist_id,playlist_name,track_id,track_name,artist_name,position,duration_ms\n"
    f"a,List A,{SPOTIFY},Song,Artist,0,180000\n"
    'a,List A,,"Song, two","Artist ""B""",1,200000\n'
    "b,List B,song-3,Song 3,Artist,0,\n"
)
EXPORTIFY = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album Name","Added At"\n'
    f'"{SPOTIFY}","Song","spotify:artist:1","Artist","Album","2020-01-01T00:00:00Z"\n'
)


def csv() -> dict[str, Item]:
    """Tables of memberships."""
    name = "table.csv"
    row = TABLE.splitlines()[1]
    wide = ",".join(f"c{number}" for number in range(100_000))
    return {
        "sound": one(name, TABLE),
        "exportify": one("My Playlist.csv", EXPORTIFY),
        "sound, gzip": one("table.csv.gz", gzip.compress(TABLE.encode())),
        "tabs": one("table.tsv", TABLE.replace(",", "\t")),
        "Excel's separator": one(name, "sep=;\n" + TABLE.replace(",", ";")),
        "an odd separator": one(name, "sep=\0\n" + TABLE),
        "called json": one("table.json", TABLE),
        "a header alone": one(name, TABLE.partition("\n")[0]),
        "the header ten times": one(name, (TABLE.partition("\n")[0] + "\n") * 10),
        "doubled headers": one(name, "track_id,track_id,track_id\na,b,c\n"),
        "no header": one(name, TABLE.partition("\n")[2]),
        "a million columns": one(name, "track_id" + "," * 1_000_000 + "\n" + "x\n"),
        "many named columns": one(name, f"track_id,{wide}\nx,{wide}\n"),
        "a row of a million cells": one(name, f"{TABLE}{',' * 1_000_000}\n"),
        "a cell over 128 KiB": one(name, TABLE + 'a,List,"' + "x" * 140_000 + '",S,A,1,1\n'),
        "a cell of 3 MiB": one(name, TABLE + 'a,List,"' + "x" * 3 * MIB + '",S,A,1,1\n'),
        "a cell of many lines": one(name, TABLE + 'a,List,"' + "x\n" * 200_000 + '",S,A,1,1\n'),
        "an open quote": one(name, f'{TABLE}a,"List,x,S,A,1,1\n{row * 500}'),
        "an open quote in the header": one(name, f'"{TABLE}'),
        "quotes alone": one(name, '"' * 100_000),
        "commas alone": one(name, "," * 100_000),
        "short rows": one(name, TABLE + "x\n" * 50_000),
        "many lists": one(name, "pid,track_id\n" + "".join(f"{i},s{i}\n" for i in range(20_000))),
        "a header of odd letters": one(name, "ﬁ,İ,track_id\u200b,TRACK ID\na,b,c,d\n"),
        **{
            f"text {place}": one(name, TABLE + _row(text, text) + _row("a", text) + "a,b\n")
            for place, text in enumerate(STRINGS)
        },
        **{
            f"number {number[:24]}": one(name, f"{TABLE}{number},x,y,S,A,{number},{number}\n")
            for number in NUMBERS
        },
        **{
            f"pid {number[:24]}": one(name, f"pid,track_id,pos\n{number},x,{number}\n")
            for number in NUMBERS
        },
        "a bomb of short rows": gzip_bomb("t.csv.gz", "x\n", 250 * MIB, head="track_id,b\n"),
        "a bomb of one line": gzip_bomb("t.csv.gz", "track_id,", 250 * MIB),
        "a bomb of line ends": gzip_bomb("t.csv.gz", "\n", 100 * MIB, head="track_id\n"),
        **cuts(name, TABLE.encode()),
        **encodings(name, TABLE),
        **odd_files(name, TABLE.encode()),
    }


def _row(identity: str, text: str) -> str:
    quoted = '"' + text.replace('"', '""') + '"'
    return f'"{identity.replace(chr(34), "")}",{quoted},{quoted},{quoted},{quoted},0,1\n'


# --- M3U -----------------------------------------------------------------------------------------

M3U = (
    "#EXTM3U\n#PLAYLIST:My list\n#EXTINF:123,Artist - Title\n#EXTALB:Album\nmusic/song.ogg\n"
    '#EXTINF:-1 tvg-id="x",Artist - Title\nhttp://a.example/b.mp3\nspotify:track:x\n'
)


def m3u() -> dict[str, Item]:
    """M3U and M3U8."""
    name = "list.m3u8"
    return {
        "sound": one(name, M3U),
        "m3u": one("list.m3u", M3U),
        "sound, gzip": one("list.m3u8.gz", gzip.compress(M3U.encode())),
        "called xspf": one("list.xspf", M3U),
        "a live stream": one(name, "#EXTM3U\n#EXT-X-TARGETDURATION:10\na.ts\n"),
        "a long comment": one(name, "#EXTINF:" + "x" * 2 * MIB + "\na.ogg\n"),
        "attributes without end": one(name, "#EXTINF:1" + ' a="b"' * 50_000 + "\na.ogg\n"),
        "attributes that nearly match": one(name, "#EXTINF:1" + ' a="b' * 30_000 + "\na.ogg\n"),
        "spaces": one(name, "#EXTINF:" + " " * 100_000 + "x\na.ogg\n"),
        "digits": one(name, "#EXTINF:" + "1." * 100_000 + "\na.ogg\n"),
        "a deep path": one(name, "a/" * 100_000 + "x.ogg\n"),
        "dots": one(name, "../" * 100_000 + "x.ogg\n"),
        "many lines": one(name, "a.ogg\n" * 20_000),
        **{
            f"text {place}": one(
                name,
                f"#PLAYLIST:{text}\n#EXTINF:1,{text} - {text}\n#SONGNET-ID:{text}\n{text}\n"
                f"#EXTART:{text}\nfile://{text}\nhttp://{text}\na/{text}.ogg\n",
            )
            for place, text in enumerate(STRINGS)
        },
        **{f"number {n[:24]}": one(name, f"#EXTINF:{n},A - B\na.ogg\n") for n in NUMBERS},
        **{f"path {place}": one(name, f"{path}\nb.ogg\n") for place, path in enumerate(PATHS)},
        "entries that are odd links": Item(
            name,
            {
                name: b"loop/x.ogg\nzero\nup/x.ogg\n",
                "loop": Link("loop"),
                "zero": Link("/dev/zero"),
                "up": Link(".."),
            },
        ),
        "a bomb of entries": gzip_bomb("l.m3u.gz", "ab\n", 60 * MIB),
        "a bomb of refused entries": gzip_bomb("l.m3u.gz", "/\n", 60 * MIB),
        "a bomb of line ends": gzip_bomb("l.m3u.gz", "\n", 60 * MIB),
        "a bomb of one line": gzip_bomb("l.m3u.gz", "x", 60 * MIB),
        **cuts(name, M3U.encode()),
        **encodings(name, M3U),
        **odd_files(name, M3U.encode()),
    }


# --- XSPF ----------------------------------------------------------------------------------------

XSPF = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<playlist version="1" xmlns="http://xspf.org/ns/0/">'
    "<title>My list</title><date>2020-01-01T00:00:00Z</date><trackList>\n"
    "<track><location>music/a%20b.ogg</location><title>Title</title><creator>Artist</creator>"
    "<album>Album</album><duration>180000</duration></track>\n"
    "<track><title>Title &amp; more</title><creator>Artist</creator></track>\n"
    "</trackList></playlist>\n"
)
_HEAD = '<?xml version="1.0"?>'
_LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
_LIST = '<playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>{}</trackList></playlist>'
_OPEN, _CLOSE = _LIST.split("{}")
_TRACK = "<track><location>{0}</location><title>{0}</title><creator>{0}</creator></track>"


def xspf() -> dict[str, Item]:
    """XSPF, and what XML can do."""
    name = "list.xspf"
    refused = {
        "a billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{_LAUGHS}]><x>&l9;</x>',
        "quadratic": f"<!DOCTYPE x [<!ENTITY a '{'a' * 50_000}'>]><x>{'&a;' * 20_000}</x>",
        "an external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        "an entity from the net": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://[::1]:9/x">]><x>&a;</x>',
        "an external subset": '<!DOCTYPE playlist SYSTEM "file:///dev/zero"><playlist/>',
        "parameter entities": "<!DOCTYPE x [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]><x>&b;</x>",
        "attributes by default": '<!DOCTYPE x [<!ATTLIST x a CDATA "b">]><x/>',
    }
    return {
        "sound": one(name, XSPF),
        "sound, gzip": one("list.xspf.gz", gzip.compress(XSPF.encode())),
        "called m3u": one("list.m3u", XSPF),
        **{key: one(name, _HEAD + text) for key, text in refused.items()},
        "deep": one(name, _HEAD + "<a>" * 100_000),
        "deep and whole": one(name, _LIST.format("<a>" * 100_000 + "</a>" * 100_000)),
        "many attributes": one(name, "<a " + " ".join(f'b{i}=""' for i in range(50_000)) + "/>"),
        "many namespaces": one(
            name, "<a " + " ".join(f'xmlns:b{i}="c"' for i in range(9_000)) + "/>"
        ),
        "an inclusion": one(
            name,
            _LIST.format(
                '<i:include xmlns:i="http://www.w3.org/2001/XInclude"'
                ' href="/etc/passwd" parse="text"/>'
            ),
        ),
        "CDATA without end": one(name, "<playlist><![CDATA[" + "x" * 200_000),
        "a comment without end": one(name, "<playlist><!-- " + "-" * 200_000),
        "an instruction": one(name, f'<?xml-stylesheet href="file:///etc/passwd"?>{XSPF[38:]}'),
        "a date far away": one(name, XSPF.replace("2020", "9999")),
        "a date before time": one(
            name, XSPF.replace("2020-01-01T00:00:00Z", "0001-01-01T00:00+23:59")
        ),
        "references": one(name, _LIST.format(_TRACK.format("&#0;&#x1b;&#xd800;&#x202e;"))),
        "control characters": one(name, _LIST.format(_TRACK.format("&#x9b;31m&#x7f;&#x85;"))),
        "a foreign root": one(name, "<a\u0301b\u202e xmlns='\u009b'/>"),
        "a long root": one(name, f"<{'a' * 100_000}/>"),
        **{
            f"encoding {encoding[:20]}": one(name, XSPF.replace("UTF-8", encoding))
            for encoding in (
                "UTF-16",
                "UTF-7",
                "latin-1",
                "rot13",
                "idna",
                "\0",
                "x" * 5_000,
                "unicode_escape",
                "zlib",
                "base64",
                "undefined",
                "utf-32",
                "cp037",
            )
        },
        **{
            f"text {place}": one(name, _LIST.format(_TRACK.format(text) * 2))
            for place, text in enumerate(STRINGS)
        },
        **{
            f"number {n[:24]}": one(name, XSPF.replace("180000", n).replace("2020", n))
            for n in NUMBERS
        },
        **{
            f"a bomb of {what}": gzip_bomb("l.xspf.gz", text, 60 * MIB, head=head, tail=tail)
            for what, (head, text, tail) in {
                "elements": (_OPEN, "<a/>", _CLOSE),
                "tracks": (_OPEN, "<track/>", _CLOSE),
                "text": (f"{_OPEN}<track><title>", "x", f"</title></track>{_CLOSE}"),
                "depth": (_OPEN, "<a>", ""),
                "one name": ("<", "a", "/>"),
            }.items()
        },
        **cuts(name, XSPF.encode()),
        **encodings(name, XSPF),
        **odd_files(name, XSPF.encode()),
    }
