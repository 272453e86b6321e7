from __future__ import annotations

import csv
import gzip
import io
import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import UsageError
from songnet.model import Skipped
from songnet.sources.csv import KEYS
from songnet.sources.playlists import PlaylistRecord, Track, read_playlists

IDS = ["6f807x0ima9a1j3VPbc7VN", "0r7CVbZTWZgbTCYdfa2P31", "1z1Hg7Vb0AhHDiEmnDE79l"]
URIS = [f"spotify:track:{each}" for each in IDS]
PLAYLIST = "37i9dQZF1DXcZDD7cfEKhW"


def read(tmp_path, content, name="lists.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(read_playlists([path], **options))
    for each in found:
        assert isinstance(each, PlaylistRecord | Skipped)
        assert "\n" not in str(each)
    records = [each for each in found if isinstance(each, PlaylistRecord)]
    return records, [(each.where, each.reason) for each in found if isinstance(each, Skipped)]


def ids(record):
    return [each.id for each in record.tracks]


def table(*rows, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def test_exportify_files_are_one_playlist_each(tmp_path):
    header = (
        *("Track URI", "Track Name", "Artist URI(s)", "Artist Name(s)", "Album URI", "Album Name"),
        *("Album Artist URI(s)", "Album Artist Name(s)", "Album Release Date", "Album Image URL"),
        *("Disc Number", "Track Number", "Track Duration (ms)", "Explicit", "Added By", "Added At"),
    )
    row = (
        *(URIS[0], "Yes, and?", "spotify:artist:x", "Ariana Grande", "spotify:album:x", "eternal"),
        *("spotify:artist:x", "Various", "2024-03-08", "https://i.example/x", "1", "2", "214994"),
        *("false", "me", "2024-01-12T18:34:39Z"),
    )
    records, skipped = read(tmp_path, table(header, row), "summer_2024.csv")
    assert skipped == []
    assert len(records) == 1
    assert (records[0].id, records[0].name, records[0].source) == (
        "file:summer_2024.csv",
        "summer_2024",
        "summer_2024.csv",
    )
    assert records[0].tracks == (
        Track(
            id=URIS[0],
            title="Yes, and?",
            artist="Ariana Grande",
            album="eternal",
            duration_ms=214994,
            released="2024-03-08",
            uri=URIS[0],
        ),
    )


def test_the_older_exportify_is_known_too(tmp_path):
    header = (
        *("Spotify ID", "Artist IDs", "Track Name", "Album Name", "Artist Name(s)"),
        *("Release Date", "Duration (ms)", "Popularity"),
    )
    row = (IDS[0], "x", "Halo", "I Am...", "Beyoncé", "2008", "261640", "80")
    records, _ = read(tmp_path, table(header, row))
    track = records[0].tracks[0]
    assert (track.id, track.title, track.artist) == (URIS[0], "Halo", "Beyoncé")
    assert (track.album, track.released, track.duration_ms) == ("I Am...", "2008", 261640)


def test_tables_with_playlist_columns_hold_many(tmp_path):
    header = ("track_id", "track_name", "track_artist", "playlist_name", "playlist_id")
    other = PLAYLIST[::-1]
    content = table(
        header,
        (IDS[0], "A", "X", "Pop", PLAYLIST),
        (IDS[1], "B", "Y", "Rock", other),
        (IDS[2], "", "", "Pop again", PLAYLIST),
        (IDS[0], "A", "X", "Pop", PLAYLIST),
    )
    records, skipped = read(tmp_path, content)
    assert skipped == []
    assert [(each.id, each.name) for each in records] == [
        (f"spotify:playlist:{PLAYLIST}", "Pop"),
        (f"spotify:playlist:{other}", "Rock"),
    ]
    assert ids(records[0]) == [URIS[0], URIS[2], URIS[0]]
    assert ids(records[1]) == [URIS[1]]


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("pid", "12", "mpd:12"),
        ("pid", "x", "file:lists.csv#x"),
        ("playlist_id", "12", "file:lists.csv#12"),
        ("playlist_id", f"spotify:playlist:{PLAYLIST}", f"spotify:playlist:{PLAYLIST}"),
        ("playlist", "Ü \n b", "file:lists.csv#Ü b"),
        ("playlist", PLAYLIST, f"file:lists.csv#{PLAYLIST}"),
    ],
)
def test_playlist_ids(tmp_path, header, value, expected):
    records, _ = read(tmp_path, table(("track_uri", header), (URIS[0], value)))
    assert [each.id for each in records] == [expected]


def test_a_blank_playlist_id_falls_back_on_the_name(tmp_path):
    content = table(
        ("track_id", "playlist_id", "playlist_name"), (IDS[0], "", "Mine"), (IDS[1], "", "")
    )
    records, skipped = read(tmp_path, content)
    assert [each.id for each in records] == ["file:lists.csv#Mine"]
    assert skipped == [
        ("line 3", "its playlist is blank, over 1,000 characters, or holds control characters")
    ]


def test_songs_without_ids_are_known_by_name(tmp_path):
    content = table(
        ("artist", "title"),
        ("AC/DC", "Hells  Bells"),
        ("ac/dc", "hells bells "),
        ("AC", "DC/hells bells"),
        ("100%", "e\u0301"),
        ("", "no artist"),
    )
    records, skipped = read(tmp_path, content)
    assert ids(records[0]) == [
        "name:ac%2fdc/hells bells",
        "name:ac%2fdc/hells bells",
        "name:ac/dc/hells bells",
        "name:100%25/\u00e9",
    ]
    assert skipped == [("line 6", "has neither a track id nor both title and artist")]


def test_columns_name_what_is_not_known(tmp_path):
    content = table(
        ("Lied", "Wer", "Genre", "Liste", "No"),
        ("Halo", "Beyoncé", "pop", "A", "2"),
        ("Hello", "Adele", "soul", "A", "1"),
    )
    columns = {
        "title": "Lied",
        "artist": "wer",
        "label": "Genre",
        "playlist_name": "Liste",
        "position": "No",
    }
    records, skipped = read(tmp_path, content, columns=columns)
    assert skipped == []
    assert [(each.title, each.artist, each.label) for each in records[0].tracks] == [
        ("Hello", "Adele", "soul"),
        ("Halo", "Beyoncé", "pop"),
    ]
    assert records[0].id == "file:lists.csv#A"


def test_unknown_column_keys_are_refused_at_once():
    with pytest.raises(UsageError, match=f"unknown column 'taste'; allowed are {', '.join(KEYS)}"):
        read_playlists([], columns={"taste": "x"})


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (
            table(("a", "b"), ("1", "2")),
            {},
            "name them with --columns id=HEADER or .*header is a, b",
        ),
        (table(("title",), ("x",)), {}, "no column holds track ids"),
        (b"", {"format": "csv"}, "the header is nothing"),
        (table(("track_id",), (IDS[0],)), {"columns": {"title": "x"}}, "has no column 'x'; it has"),
        (table(("track_id",), (IDS[0],)), {"columns": {"title": "x\ny"}}, "has no column"),
        (table(("a\nb", "c"), ("1", "2")), {}, "no column holds track ids"),
        ("track_id," + "x" * 200_000 + "\n", {}, "is not valid CSV: field larger than"),
        ("track_id\n" + "x" * 2**20 + "\n", {}, "the line is over 1,048,576 characters"),
    ],
)
def test_tables_that_do_not_say_which_songs_are_skipped(tmp_path, content, options, reason):
    records, skipped = read(tmp_path, content, **options)
    assert records == []
    assert len(skipped) == 1
    assert re.search(reason, skipped[0][1])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("stated", [False, True])
def test_delimiters_are_seen(tmp_path, delimiter, stated):
    content = table(
        ("Track Name", "Artist Name, all; of | them", "Artist"),
        ("a,b;c\td|e", "x", 'say "y"'),
        delimiter=delimiter,
    )
    records, skipped = read(tmp_path, f"sep={delimiter}\r\n{content}" if stated else content)
    assert skipped == []
    assert (records[0].tracks[0].title, records[0].tracks[0].artist) == ("a,b;c\td|e", 'say "y"')


@pytest.mark.parametrize(
    "name", ["lists.tsv", "lists.csv.gz", "lists.tsv.gz", "lists.txt", "lists"]
)
def test_extensions(tmp_path, name):
    content = table(("track_id", "playlist"), (IDS[0], "p"), delimiter="\t").encode()
    data = gzip.compress(content) if name.endswith(".gz") else content
    records, _ = read(tmp_path, data, name)
    assert [each.id for each in records] == [f"file:{name}#p"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings(tmp_path, encoding):
    content = table(("title", "artist"), ("Für Élise", "Motörhead"))
    records, skipped = read(tmp_path, content.encode(encoding))
    assert skipped == []
    assert (records[0].tracks[0].title, records[0].tracks[0].artist) == ("Für Élise", "Motörhead")


def test_bytes_that_no_encoding_has_are_kept_as_something(tmp_path):
    records, skipped = read(tmp_path, b"title,artist\n\x81\x8d,x\x00y\n")
    assert skipped == []
    assert records[0].tracks[0].title == "\x81\x8d"
    assert records[0].tracks[0].artist == "x\ufffdy"


def test_quoted_newlines_count_as_lines(tmp_path):
    content = 'title,artist\n"a\nb",x\r\nc\n\n,,\nd,y\n'
    records, skipped = read(tmp_path, content)
    assert [each.title for each in records[0].tracks] == ["a\nb", "d"]
    assert [each.id for each in records[0].tracks] == ["name:x/a b", "name:y/d"]
    assert skipped == [("line 4", "has 1 cells where the header has 2")]


def test_rows_with_more_cells_are_skipped_unless_these_are_blank(tmp_path):
    records, skipped = read(tmp_path, "title,artist\na,x,\nb,x,y\n")
    assert [each.title for each in records[0].tracks] == ["a"]
    assert skipped == [("line 3", "has 3 cells where the header has 2")]


def test_formulas_are_text(tmp_path):
    records, _ = read(tmp_path, table(("title", "artist"), ("=1+1", "@SUM(A1)")))
    assert records[0].tracks[0].id == "name:@sum(a1)/=1+1"
    assert records[0].tracks[0].title == "=1+1"


def test_a_headerless_line_of_one_endless_cell_is_of_no_known_kind(tmp_path):
    records, skipped = read(tmp_path, '"' + "x" * 200_000, "lists")
    assert records == []
    assert "is of no known kind" in skipped[0][1]


def test_an_open_quote_is_skipped_with_its_line(tmp_path):
    records, skipped = read(tmp_path, 'title,artist\na,x\n"b,x\nc,x\n')
    assert [each.title for each in records[0].tracks] == ["a"]
    assert [where for where, _ in skipped] == ["line 3"]


def test_an_endless_cell_is_skipped(tmp_path):
    content = 'title,artist\n"' + "y\n" * 66_000 + "c,x\n"
    records, skipped = read(tmp_path, content)
    assert skipped[0] == ("line 2", "is not valid CSV: field larger than field limit (131072)")
    assert [each.title for each in records[0].tracks][-1:] == ["c"]


@pytest.mark.parametrize("content", ["track_id\n", "track_id,playlist\n", "track_id\n\n\n"])
def test_a_header_alone_has_no_tracks(tmp_path, content):
    assert read(tmp_path, content) == ([], [(None, "has no tracks")])


def test_a_playlist_of_unusable_rows_has_no_tracks(tmp_path):
    content = table(("track_id", "playlist"), ("a\0", "p"), (IDS[0], "q"))
    records, skipped = read(tmp_path, content)
    assert [each.id for each in records] == ["file:lists.csv#q"]
    assert skipped == [
        ("line 2", "its track id is over 1,000 characters or holds control characters"),
        ("playlist file:lists.csv#p", "has no tracks"),
    ]


@pytest.mark.parametrize(
    ("positions", "expected"),
    [(("2", "0", "1"), [1, 2, 0]), (("2", "", "1"), [0, 1, 2]), (("x", "0", "1"), [0, 1, 2])],
)
def test_positions_order_the_rows_if_all_have_one(tmp_path, positions, expected):
    rows = zip(IDS, positions, strict=True)
    records, _ = read(tmp_path, table(("track_uri", "pos"), *rows))
    assert ids(records[0]) == [URIS[number] for number in expected]


def test_a_gzip_that_breaks_off_gives_no_playlist_that_may_lack_rows(tmp_path):
    rows = ((f"t{number}", f"p{number % 7}") for number in range(50_000))
    data = gzip.compress(table(("track_id", "playlist"), *rows).encode())
    records, skipped = read(tmp_path, data[: len(data) // 2], "lists.csv.gz")
    assert records == []
    assert skipped == [(None, "is cut short: the compressed data ends too early")]


def test_memory_grows_with_memberships_not_with_their_text(tmp_path):
    title = "x" * 2000
    path = tmp_path / "lists.csv"
    with path.open("w") as file:
        file.write("track_id,track_name,playlist\n")
        for number in range(8_000):
            file.write(f"{IDS[number % 3]},{title},p{number % 5}\n")
    tracemalloc.start()
    try:
        records = list(read_playlists([path]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(len(each.tracks) for each in records) == 8_000
    assert path.stat().st_size > 16_000_000
    assert peak < 2_000_000


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20)),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_in_cells_is_kept(tmp_path_factory, rows):
    def kept(text):
        return text.replace("\0", "\ufffd").strip() or None

    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(
        [
            ("title", "album", "track_id"),
            *[
                (title, album, IDS[0][:-1] + str(number))
                for number, (title, album) in enumerate(rows)
            ],
        ]
    )
    records, skipped = read(tmp_path_factory.mktemp("csv"), text.getvalue())
    assert skipped == []
    assert [(each.title, each.album) for each in records[0].tracks] == [
        (kept(title), kept(album)) for title, album in rows
    ]


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=120), st.sampled_from([b"", b"track_id,pos\n", b"title,artist,playlist\n"])
)
def test_any_bytes_give_records_or_reasons(tmp_path_factory, data, header):
    records, skipped = read(tmp_path_factory.mktemp("csv"), header + data)
    assert records or skipped
