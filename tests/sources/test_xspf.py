from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.model import Skipped
from songnet.sources.playlists import PlaylistRecord, Track, read_playlists

TRACK = "6f807x0ima9a1j3VPbc7VN"
NAMESPACE = 'xmlns="http://xspf.org/ns/0/"'


def read(root, content, name="lists/mine.xspf", **options):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(read_playlists([root], **options))
    for each in found:
        assert isinstance(each, PlaylistRecord | Skipped)
        assert "\n" not in str(each)
    records = [each for each in found if isinstance(each, PlaylistRecord)]
    return records, [(each.where, each.reason) for each in found if isinstance(each, Skipped)]


def xspf(*tracks, head="", namespace=NAMESPACE):
    body = "".join(f"<track>{track}</track>" for track in tracks)
    return f'<playlist version="1" {namespace}>{head}<trackList>{body}</trackList></playlist>'


def test_everything_that_a_playlist_says(tmp_path):
    head = (
        "<title>Evening &amp; night</title><annotation>for later</annotation>"
        "<date>2005-01-08T17:10:47-05:00</date>"
    )
    track = (
        "<location>../nina/sinner%20man.ogg</location><title>Sinnerman</title>"
        "<creator>Nina Simone</creator><album>Pastel Blues</album><trackNum>9</trackNum>"
        "<duration>622000</duration><annotation>live</annotation>"
    )
    records, skipped = read(tmp_path, xspf(track, "<location>b.ogg</location>", head=head))
    assert skipped == []
    assert records == [
        PlaylistRecord(
            id="file:lists/mine.xspf",
            name="Evening & night",
            description="for later",
            followers=None,
            modified_at=1105222247,
            source="lists/mine.xspf",
            tracks=(
                Track(
                    id="file:nina/sinner man.ogg",
                    title="Sinnerman",
                    artist="Nina Simone",
                    album="Pastel Blues",
                    duration_ms=622000,
                    path="nina/sinner man.ogg",
                ),
                Track(id="file:lists/b.ogg", path="lists/b.ogg"),
            ),
        )
    ]


@pytest.mark.parametrize("namespace", [NAMESPACE, ""])
def test_the_namespace_may_be_missing(tmp_path, namespace):
    records, _ = read(tmp_path, xspf("<location>a.ogg</location>", namespace=namespace))
    assert records[0].name == "mine"


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        ("<location>file://{root}/a%20b.ogg</location>", "file:a b.ogg"),
        ("<location>100%2525.ogg</location>", "file:lists/100%25.ogg"),
        ("<location>https://radio.example/a%20b</location>", "https://radio.example/a%20b"),
        (f"<location>{TRACK}.png</location>", f"spotify:track:{TRACK}"),
        (f"<identifier>spotify:track:{TRACK}</identifier>", f"spotify:track:{TRACK}"),
        (
            (
                f"<identifier>x</identifier><identifier>https://open.spotify.com/track/{TRACK}"
                "</identifier>"
            ),
            f"spotify:track:{TRACK}",
        ),
        ("<title>B</title><creator>A</creator>", "name:a/b"),
        ("<location> </location><title>B</title><creator>A</creator>", "name:a/b"),
        ("<location>/nowhere.ogg</location><location>a.ogg</location>", "file:lists/a.ogg"),
    ],
)
def test_which_song_a_track_is(tmp_path, track, expected):
    records, skipped = read(tmp_path, xspf(track.replace("{root}", str(tmp_path))))
    assert skipped == []
    assert [each.id for each in records[0].tracks] == [expected]


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        ("", "has no location, and not both creator and title"),
        ("<title>only</title>", "has no location"),
        ("<location>/etc/passwd</location><title>a</title><creator>b</creator>", "--music-root"),
        ("<location>%2e%2e/%2e%2e/a.ogg</location>", "is not a file below"),
        ("<location>file://host/a.ogg</location>", "is a file on another machine"),
    ],
)
def test_tracks_that_cannot_be_used_are_skipped_in_their_place(tmp_path, track, reason):
    good = "<location>a.ogg</location>"
    records, skipped = read(tmp_path, xspf(good, track, good))
    assert len(records[0].tracks) == 2
    assert len(skipped) == 1
    assert skipped[0][0] == "track 2"
    assert reason in skipped[0][1]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]>"
    + xspf("<location>&h;</location>")
)
EXTERNAL = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + xspf(
    "<location>&x;</location>"
)
REMOTE = '<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd">' + xspf("<location>a.ogg</location>")


@pytest.mark.parametrize("content", [BOMB, EXTERNAL, REMOTE], ids=["bomb", "file", "address"])
def test_entities_are_refused_in_one_line(tmp_path, content):
    assert read(tmp_path, content) == (
        [],
        [(None, "declares a document type or entities, which XSPF files never need: refused")],
    )


@pytest.mark.parametrize(
    ("content", "where", "reason"),
    [
        ("", "line 1, column 0", "is not valid XML: no element found"),
        ("<playlist>\n<trackList>", "line 2, column 11", "is not valid XML"),
        ("hello", "line 1, column 0", "is not valid XML"),
        ("<rss/>", None, "is XML, but no XSPF playlist: its root is 'rss'"),
        ("<a" * 50, "line 1, column 2", "is not valid XML"),
        ('<?xml version="1.0" encoding="klingon"?><playlist/>', None, "is in no encoding"),
        (
            b'<?xml version="1.0" encoding="utf-8"?><playlist>\xff</playlist>',
            "line 1, column 48",
            "",
        ),
        ("<playlist/>", None, "has no tracks"),
        ("<playlist><trackList/></playlist>", None, "has no tracks"),
    ],
)
def test_other_files_are_skipped(tmp_path, content, where, reason):
    records, skipped = read(tmp_path, content)
    assert records == []
    assert len(skipped) == 1
    assert skipped[0][0] == where
    assert skipped[0][1].startswith(reason)


def test_deep_nesting_is_survived(tmp_path):
    deep = "<x>" * 100_000 + "</x>" * 100_000
    records, _ = read(tmp_path, xspf("<location>a.ogg</location>", head=deep))
    assert len(records[0].tracks) == 1


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("1970-01-02", 86400),
        ("1970-01-01T01:00:00Z", 3600),
        ("soon", None),
        ("0001-01-01", None),
        ("9999-12-31T23:59:59-14:00", 253402351199),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates(tmp_path, date, seconds):
    head = f"<date>{date}</date>"
    records, _ = read(tmp_path, xspf("<location>a.ogg</location>", head=head))
    assert records[0].modified_at == seconds


printable = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


@settings(max_examples=50, deadline=None)
@given(st.text(printable), st.text(printable))
def test_any_text_in_titles_is_kept(tmp_path_factory, title, name):
    track = f"<location>a.ogg</location><title>{escape(title)}</title>"
    content = xspf(track, head=f"<title>{escape(name)}</title>")
    records, _ = read(tmp_path_factory.mktemp("xspf"), content)
    assert records[0].name == (name.strip() or "mine")
    assert records[0].tracks[0].title == (title.strip() or None)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 150))
def test_any_bytes_give_records_or_reasons(tmp_path_factory, noise, place):
    whole = xspf("<location>a.ogg</location><title>b</title>").encode()
    folder = tmp_path_factory.mktemp("xspf")
    for data in (noise, whole[:place] + noise + whole[place:]):
        records, skipped = read(folder, data)
        assert records or skipped
