from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from songnet.model import Skipped
from songnet.sources.playlists import PlaylistRecord, Track, read_playlists

TRACK = "6f807x0ima9a1j3VPbc7VN"


def read(root, content, name="lists/mine.m3u", **options):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(read_playlists([root], **options))
    for each in found:
        assert isinstance(each, PlaylistRecord | Skipped)
        assert "\n" not in str(each)
    records = [each for each in found if isinstance(each, PlaylistRecord)]
    return records, [(each.where, each.reason) for each in found if isinstance(each, Skipped)]


def ids(record):
    return [each.id for each in record.tracks]


def test_everything_that_the_comments_say(tmp_path):
    content = (
        "#EXTM3U\n"
        "#PLAYLIST: Evening\n"
        "#EXTINF:123,Nina Simone - Sinnerman - live\n"
        "#EXTALB:Pastel Blues\n"
        "../nina/sinnerman.ogg\n"
        "# a comment\n"
        '#EXTINF:-1 group-title="a,b" tvg-id="x",Untitled\n'
        "#EXTART:Somebody\n"
        "b.ogg\n"
        "#EXTINF:1.5\n"
        "c.ogg\n"
        "\n"
        "d.ogg\n"
    )
    records, skipped = read(tmp_path, content)
    assert skipped == []
    assert (records[0].id, records[0].name) == ("file:lists/mine.m3u", "Evening")
    assert records[0].tracks == (
        Track(
            id="file:nina/sinnerman.ogg",
            title="Sinnerman - live",
            artist="Nina Simone",
            album="Pastel Blues",
            duration_ms=123_000,
            path="nina/sinnerman.ogg",
        ),
        Track(id="file:lists/b.ogg", title="Untitled", artist="Somebody", path="lists/b.ogg"),
        Track(id="file:lists/c.ogg", duration_ms=1500, path="lists/c.ogg"),
        Track(id="file:lists/d.ogg", path="lists/d.ogg"),
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", (None, None, None)),
        ("12", (None, None, 12_000)),
        (",A - B", ("B", "A", None)),
        ("1..2,A", ("A", None, None)),
        ("0,A,B - C, D", ("C, D", "A,B", None)),
        ("1e99,A", ("A", None, 1000)),
        ('7 x="1,2" y="3",A', ("A", None, 7000)),
        ("7 x,A", ("A", None, 7000)),
        ("99999999999,\x85 A", ("A", None, None)),
    ],
)
def test_extinf(tmp_path, said, expected):
    track = read(tmp_path, f"#EXTINF:{said}\na.ogg\n")[0][0].tracks[0]
    assert (track.title, track.artist, track.duration_ms) == expected


def test_a_list_without_a_name_bears_its_files(tmp_path):
    records, _ = read(tmp_path, "a.ogg\r\n", "Sunday.morning.m3u8")
    assert (records[0].id, records[0].name) == ("file:Sunday.morning.m3u8", "Sunday.morning")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("a b.ogg", "file:lists/a b.ogg"),
        ("./x/../a.ogg", "file:lists/a.ogg"),
        ("..\\sub\\a.ogg", "file:sub/a.ogg"),
        ("{root}/sub/a.ogg", "file:sub/a.ogg"),
        ("file://{root}/sub/a%20%C3%BC.ogg", "file:sub/a ü.ogg"),
        ("file://localhost{root}/a.ogg", "file:a.ogg"),
        ("100%25.ogg", "file:lists/100%25.ogg"),
        ("e\u0301.ogg", "file:lists/\u00e9.ogg"),
        ("Who: are you.ogg", "file:lists/Who: are you.ogg"),
        (f"{TRACK}.ogg", f"spotify:track:{TRACK}"),
        (f"spotify:track:{TRACK}", f"spotify:track:{TRACK}"),
        (f"https://open.spotify.com/track/{TRACK}?si=1", f"spotify:track:{TRACK}"),
        ("http://radio.example/live", "http://radio.example/live"),
    ],
)
def test_entries(tmp_path, entry, expected):
    records, skipped = read(tmp_path, entry.replace("{root}", str(tmp_path)))
    assert skipped == []
    assert ids(records[0]) == [expected]
    track = records[0].tracks[0]
    assert (track.uri is None) == (
        "://" not in entry.replace("file://", "") and "spotify" not in entry
    )


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("../../a.ogg", "'../../a.ogg' is not a file below "),
        ("/etc/passwd", "name the folder of the music with --music-root DIR"),
        ("C:\\Music\\a.ogg", "is not a file below"),
        ("..", "is not a file below"),
        ("file:///etc/passwd", "is not a file below"),
        ("file://host/share/a.ogg", "is a file on another machine"),
        ("file://[/a.ogg", "is not a file address"),
        ("a\0.ogg", "is not a file below"),
        ("http://" + "x" * 1000, "its address is over 1,000 characters"),
    ],
)
def test_entries_that_cannot_be_used_are_skipped_with_their_line(tmp_path, entry, reason):
    records, skipped = read(tmp_path, f"a.ogg\n{entry}\nb.ogg\n")
    assert ids(records[0]) == ["file:lists/a.ogg", "file:lists/b.ogg"]
    assert len(skipped) == 1
    assert skipped[0][0] == "line 2"
    assert reason in skipped[0][1]


def test_a_skipped_entry_takes_its_comments_along(tmp_path):
    records, _ = read(tmp_path, "#EXTINF:1,A - B\n/nowhere.ogg\nc.ogg\n")
    assert records[0].tracks == (Track(id="file:lists/c.ogg", path="lists/c.ogg"),)


def test_the_music_root_decides_where_ids_begin(tmp_path):
    music = tmp_path / "music"
    content = f"{music}/a.ogg\n../music/b.ogg\n../c.ogg\n"
    records, skipped = read(tmp_path, content, music_root=music)
    assert ids(records[0]) == ["file:a.ogg", "file:b.ogg"]
    assert [where for where, _ in skipped] == ["line 3"]


def test_the_music_root_may_be_on_another_machine(tmp_path):
    content = "C:\\Music\\sub\\a.ogg\nfile:///C:/Music/b%20c.ogg\nD:\\Music\\d.ogg\n"
    records, skipped = read(tmp_path, content, music_root=Path("C:\\Music"))
    assert ids(records[0]) == ["file:sub/a.ogg", "file:b c.ogg"]
    assert [where for where, _ in skipped] == ["line 3"]


def test_links_to_the_music_are_followed(tmp_path):
    (tmp_path / "disk" / "sub").mkdir(parents=True)
    (tmp_path / "music").symlink_to(tmp_path / "disk")
    entry = tmp_path / "disk" / "sub" / "a.ogg"
    records, skipped = read(tmp_path / "lists", f"{entry}\n", music_root=tmp_path / "music")
    assert skipped == []
    assert ids(records[0]) == ["file:sub/a.ogg"]


@pytest.mark.parametrize("name", ["a.m3u", "a.m3u8"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, name, encoding):
    records, _ = read(tmp_path, "#EXTM3U\n#EXTINF:1,Für - Élise\nü.ogg\n".encode(encoding), name)
    assert ids(records[0]) == ["file:ü.ogg"]
    assert (records[0].tracks[0].artist, records[0].tracks[0].title) == ("Für", "Élise")


@pytest.mark.parametrize("content", ["", "#EXTM3U\n", "\n\n# nothing\n"])
def test_lists_without_entries_have_no_tracks(tmp_path, content):
    assert read(tmp_path, content) == ([], [(None, "has no tracks")])


def test_live_streams_are_no_lists_of_songs(tmp_path):
    content = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nsegment0.ts\n"
    records, skipped = read(tmp_path, content, "a.m3u8")
    assert records == []
    assert skipped == [(None, "is the index of an HTTP live stream, not a list of songs")]


def test_files_too_long_for_a_list_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("songnet.sources._streams.WHOLE_BYTES", 2**20)
    records, skipped = read(tmp_path, b"a.ogg\n" * 200_000)
    assert records == []
    assert skipped == [(None, "is over 1 MiB, too long for a playlist")]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_any_text_in_titles_is_kept(tmp_path_factory, title):
    assume(title.strip())
    content = f"#EXTM3U\n#EXTINF:1,A - {title}\n#EXTALB:{title}\na.ogg\n"
    track = read(tmp_path_factory.mktemp("m3u"), content)[0][0].tracks[0]
    kept = title.replace("\0", "\ufffd").strip()
    assert (track.title, track.album) == (kept, kept)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8")))
def test_any_bytes_give_records_or_reasons(tmp_path_factory, data):
    records, skipped = read(tmp_path_factory.mktemp("m3u"), data)
    assert records or skipped
    for each in ids(records[0]) if records else []:
        assert ".." not in each.removeprefix("file:").split("/")
