from __future__ import annotations

import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from songnet.errors import EmptyInputError
from songnet.model import Skipped
from songnet.sources import mpd
from songnet.sources.playlists import PlaylistRecord, Track, read_playlists

IDS = ["6f807x0ima9a1j3VPbc7VN", "0r7CVbZTWZgbTCYdfa2P31"]


def track(number=0, **more):
    return {"track_uri": f"spotify:track:{IDS[number]}", **more}


def playlist(pid=0, **more):
    return {"pid": pid, "tracks": [track()], **more}


def read(tmp_path, content, name="slice.json"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    found = list(read_playlists([path]))
    for each in found:
        assert isinstance(each, PlaylistRecord | Skipped)
        assert "\n" not in str(each)
    records = [each for each in found if isinstance(each, PlaylistRecord)]
    return records, [(each.where, each.reason) for each in found if isinstance(each, Skipped)]


def test_a_slice_is_read_with_everything_it_says(tmp_path):
    content = {
        "info": {"slice": "0-1", "playlists": [1, {"playlists": []}]},
        "playlists": [
            {
                "name": " Throwbacks ",
                "pid": 7,
                "description": "old ones",
                "modified_at": 1493424000,
                "num_followers": 3,
                "tracks": [
                    {
                        "pos": 0,
                        "artist_name": "Missy Elliott",
                        "track_uri": f"spotify:track:{IDS[0]}",
                        "track_name": "Lose Control",
                        "album_name": "The Cookbook",
                        "duration_ms": 226863,
                    },
                    track(1),
                    track(0),
                ],
            }
        ],
    }
    records, skipped = read(tmp_path, content)
    first = Track(
        id=f"spotify:track:{IDS[0]}",
        title="Lose Control",
        artist="Missy Elliott",
        album="The Cookbook",
        duration_ms=226863,
        uri=f"spotify:track:{IDS[0]}",
    )
    assert skipped == []
    assert len(records) == 1
    assert records[0].tracks[0] == first
    assert [each.id for each in records[0].tracks] == [
        f"spotify:track:{IDS[number]}" for number in (0, 1, 0)
    ]
    assert (records[0].id, records[0].name, records[0].description) == (
        "mpd:7",
        "Throwbacks",
        "old ones",
    )
    assert (records[0].followers, records[0].modified_at) == (3, 1493424000)
    assert records[0].source == "slice.json"


@pytest.mark.parametrize("name", ["s.json", "s.json.gz", "gzip-by-content.json", "noextension"])
def test_gzip_and_names_do_not_matter(tmp_path, name):
    data = json.dumps({"playlists": [playlist()]}).encode()
    packed = name != "s.json"
    records, skipped = read(tmp_path, gzip.compress(data) if packed else data, name)
    assert [each.id for each in records] == ["mpd:0"]
    assert skipped == []


@pytest.mark.parametrize(
    "prefix", [b"\xef\xbb\xbf", b"  \n\t"], ids=["byte order mark", "white space"]
)
def test_what_may_stand_before_the_object(tmp_path, prefix):
    records, _ = read(tmp_path, prefix + json.dumps({"playlists": [playlist()]}).encode())
    assert len(records) == 1


def test_a_file_that_is_cut_short_keeps_what_came_before(tmp_path):
    whole = json.dumps({"playlists": [playlist(0), playlist(1), playlist(2)]}).encode()
    for end in range(whole.index(b'"pid": 2'), len(whole) - 2):
        records, skipped = read(tmp_path, whole[:end])
        assert [each.id for each in records] == ["mpd:0", "mpd:1"]
        assert len(skipped) == 1
        assert skipped[0][0] == f"playlist 2, before byte {end}"
        assert "cut short" in skipped[0][1]


def test_a_gzip_that_is_cut_short_keeps_what_came_before(tmp_path):
    numbers = [playlist(pid, name="".join(map(str, range(pid, pid + 500)))) for pid in range(900)]
    data = gzip.compress(json.dumps({"playlists": numbers}).encode())
    records, skipped = read(tmp_path, data[: len(data) // 2], "s.json.gz")
    assert 0 < len(records) < 900
    assert [each.id for each in records] == [f"mpd:{pid}" for pid in range(len(records))]
    assert skipped[0][0].startswith(f"playlist {len(records)}, before byte ")
    assert "cut short" in skipped[0][1]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (5, "is 5, not an object"),
        (None, "is nothing, not an object"),
        ([], "is a list, not an object"),
        ({"tracks": [track()]}, "has no usable pid: expected a whole number, got nothing"),
        ({"pid": "x", "tracks": [track()]}, "has no usable pid"),
        ({"pid": True, "tracks": [track()]}, "has no usable pid"),
        ({"pid": -1, "tracks": [track()]}, "has no usable pid"),
        ({"pid": 1e300, "tracks": [track()]}, "has no usable pid"),
        ({"pid": 1.5, "tracks": [track()]}, "has no usable pid"),
        ({"pid": 1}, "has no list of tracks: got nothing"),
        ({"pid": 1, "tracks": {"0": track()}}, "has no list of tracks: got an object"),
        ({"pid": 1, "tracks": []}, "has no tracks"),
    ],
)
def test_playlists_that_cannot_be_used_are_skipped_in_their_place(tmp_path, value, reason):
    records, skipped = read(tmp_path, {"playlists": [playlist(100), value, playlist(102)]})
    assert [each.id for each in records] == ["mpd:100", "mpd:102"]
    assert len(skipped) == 1
    assert skipped[0][0] == "playlist 1"
    assert skipped[0][1].startswith(reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "is nothing, not an object with track_uri"),
        ("x", "is 'x', not an object"),
        ({}, "has neither a track id nor both title and artist"),
        ({"track_uri": 5}, "has neither a track id"),
        ({"track_uri": "a\u0000b"}, "its track id is over 1,000 characters or holds control"),
        ({"track_uri": "x" * 1001}, "its track id is over 1,000 characters"),
        ({"track_name": "only a title"}, "has neither a track id"),
    ],
)
def test_tracks_that_cannot_be_used_are_left_out(tmp_path, value, reason):
    content = {"playlists": [playlist(1), {"pid": 2, "tracks": [track(0), value, track(1)]}]}
    records, skipped = read(tmp_path, content)
    assert [each.id for each in records[1].tracks] == [f"spotify:track:{each}" for each in IDS]
    assert len(skipped) == 1
    assert skipped[0][0] == "playlist 1, track 1"
    assert skipped[0][1].startswith(reason)


def test_odd_values_become_nothing_or_text(tmp_path):
    odd = track(0, track_name="a\u0000b\ud800", artist_name=["x"], album_name=" ")
    huge = {"duration_ms": 2**63 - 1, "name": {"a": 1}, "num_followers": "12", "modified_at": -5}
    content = json.dumps({"playlists": [{"pid": 3, **huge, "tracks": [odd]}]})
    content = content.replace('"track_name"', '"duration_ms": 1e300, "track_name"')
    records, skipped = read(tmp_path, content.encode())
    assert skipped == []
    assert records[0].name is None
    assert records[0].followers == 12
    assert records[0].modified_at is None
    found = records[0].tracks[0]
    assert (found.artist, found.album, found.duration_ms) == (None, None, None)
    assert found.title.startswith("a\ufffdb")
    found.title.encode("utf-8")


def test_deep_nesting_is_passed_over(tmp_path):
    deep = '{"a": [' * 50_000 + "1" + "]}" * 50_000
    content = (
        f'{{"info": {deep}, "playlists": [{deep}, {json.dumps(playlist(1))[:-1]}, "x": {deep}}}]}}'
    )
    records, skipped = read(tmp_path, content.encode())
    assert [each.id for each in records] == ["mpd:1"]
    assert [where for where, _ in skipped] == ["playlist 0"]


@pytest.mark.parametrize(
    "opening", [b"[", b'{"playlists":[', b'{"playlists":[{"tracks":[', b'{"a":']
)
def test_endless_nesting_is_one_line(tmp_path, opening):
    records, skipped = read(tmp_path, b'{"playlists":[' + opening * 30_000)
    assert records == []
    assert "is not valid JSON or is cut short" in skipped[-1][1]


@pytest.mark.parametrize(
    "content",
    [{}, [], [playlist()], 5, "playlists", {"playlists": {}}, {"x": {"playlists": [playlist()]}}],
)
def test_other_json_is_told_what_is_expected(tmp_path, content):
    records, skipped = read(tmp_path, content)
    assert records == []
    assert len(skipped) == 1
    assert 'expected an MPD slice, {"playlists"' in skipped[0][1]


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe{", b'{"a": "\xff"}', b"{'a': 1}"])
def test_what_is_no_json_is_told_what_is_expected(tmp_path, content):
    records, skipped = read(tmp_path, content)
    assert records == []
    assert "is not valid JSON" in skipped[0][1]
    assert "expected an MPD slice" in skipped[0][1]


def test_one_endless_playlist_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(mpd, "PLAYLIST_BYTES", 2**20)
    content = {"playlists": [playlist(1), playlist(2, name="x" * 2**21), playlist(3)]}
    records, skipped = read(tmp_path, content)
    assert [each.id for each in records] == ["mpd:1"]
    assert "no playlist ends within 1 MiB" in skipped[0][1]


class Endless(io.RawIOBase):
    """A slice that is made while it is read."""

    def __init__(self, playlists):
        body = json.dumps([track(0, track_name="x" * 200)] * 50)
        self._pieces = (
            f'{"," if pid else head}{{"pid": {pid}, "tracks": {body}}}'.encode()
            for head in ['{"playlists": [']
            for pid in range(playlists)
        )
        self._left = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        self._left = self._left or next(self._pieces, b"")
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def peak_of(playlists):
    source = mpd.Source(name="s", relative="s", folder="", root="")
    tracemalloc.start()
    try:
        found = mpd.read_mpd(io.BufferedReader(Endless(playlists)), source)
        assert sum(isinstance(each, PlaylistRecord) for each in found) == playlists
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file():
    peak_of(10)
    small, large = peak_of(50), peak_of(400)
    assert large < small + 100_000


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.just(IDS[0]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pid", "tracks", "playlists", "track_uri", "track_name", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(
    json_values
    | st.fixed_dictionaries({"playlists": st.lists(json_values, min_size=1, max_size=3)})
)
def test_any_json_gives_records_or_reasons(tmp_path_factory, value):
    assume(not (isinstance(value, dict) and value.get("playlists") == []))
    records, skipped = read(tmp_path_factory.mktemp("mpd"), value)
    assert records or skipped


def test_a_slice_without_playlists_is_empty(tmp_path):
    with pytest.raises(EmptyInputError, match=r"found no playlists in .*slice\.json"):
        read(tmp_path, {"playlists": []})


@pytest.mark.parametrize(
    "broken",
    [
        *(b",,", b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\\udc00\\ud800"', b"nul"),
        *(b"1e99999999999999999999", b"9223372036854775808", b"2" * 10_000),
    ],
)
def test_a_break_in_the_middle_keeps_what_came_before(tmp_path, broken):
    whole = json.dumps({"playlists": [playlist(0), playlist(1), playlist(2)]}).encode()
    records, skipped = read(tmp_path, whole.replace(b'{"pid": 2', b'{"pid": ' + broken))
    assert [each.id for each in records] == ["mpd:0", "mpd:1"]
    assert skipped[0][0].startswith("playlist 2, before byte ")


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_bytes_give_records_or_reasons(tmp_path_factory, noise, place):
    whole = json.dumps({"playlists": [playlist(1), playlist(2)]}).encode()
    folder = tmp_path_factory.mktemp("mpd")
    for data in (noise, whole[:place] + noise + whole[place:]):
        records, skipped = read(folder, data)
        assert records or skipped


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text())
def test_any_text_in_titles_is_kept(tmp_path_factory, title, name):
    content = {"playlists": [playlist(1, name=name, tracks=[track(0, track_name=title)])]}
    records, _ = read(tmp_path_factory.mktemp("mpd"), content)

    def kept(text):
        return text.replace("\0", "\ufffd").strip() or None

    assert records[0].name == kept(name)
    assert records[0].tracks[0].title == kept(title)
