"""Playlists like the Million Playlist Dataset: reproducible, readable, counted right."""

from __future__ import annotations

import gzip
import importlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from songnet.model import Memberships
from songnet.networks import cooccurrence
from songnet.partitions import leiden
from songnet.sources.playlists import PlaylistRecord, read_playlists

SONGS = 20_000
NAMES = ("__main__", "mpd", "mpd_catalogue", "mpd_names", "mpd_statistics", "mpd_taste")


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The benchmarks' modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in NAMES}


@pytest.fixture(scope="module")
def folder(bench, tmp_path_factory) -> Path:
    """1,200 playlists, made by the command line."""
    out = tmp_path_factory.mktemp("mpd")
    bench["__main__"].main(_options(out))
    return out


def _options(out: Path, *more: str) -> list[str]:
    options = f"--playlists 1200 --songs {SONGS} --seed 7 --workers 1 --out {out}"
    return ["generate", *options.split(), *more]


def _lists(folder: Path) -> list[dict]:
    paths = sorted(folder.iterdir(), key=lambda path: int(path.name.split(".")[2].split("-")[0]))
    return [one for path in paths for one in json.loads(path.read_text("ascii"))["playlists"]]


def test_songnet_reads_the_slices_as_the_memberships_say(bench, folder):
    records = list(read_playlists([folder]))
    assert all(isinstance(record, PlaylistRecord) for record in records)
    rows = [(record.id, track.id) for record in records for track in record.tracks]
    found = Memberships.from_pairs(*zip(*rows, strict=True))
    made = bench["mpd"].memberships(1200, songs=SONGS, seed=7)
    for name in ("playlists", "songs", "playlist", "song"):
        assert np.array_equal(getattr(found, name), getattr(made, name)), name


def test_files_are_as_the_dataset_prints_them(folder):
    assert {path.name for path in folder.iterdir()} == {
        "mpd.slice.0-999.json",
        "mpd.slice.1000-1199.json",
    }
    text = (folder / "mpd.slice.1000-1199.json").read_text("ascii")
    whole = json.loads(text)
    assert text == json.dumps(whole, indent=4) + "\n"
    assert list(whole["info"]) == ["generated_on", "slice", "version"]
    assert whole["info"]["slice"] == "1000-1199"


def test_what_a_playlist_says_of_itself_is_true(folder):
    lists = _lists(folder)
    assert [one["pid"] for one in lists] == list(range(1200))
    for one in lists:
        tracks = one["tracks"]
        assert [track["pos"] for track in tracks] == list(range(one["num_tracks"]))
        assert 5 <= len(tracks) <= 250
        assert one["duration_ms"] == sum(track["duration_ms"] for track in tracks)
        assert one["num_artists"] == len({track["artist_uri"] for track in tracks})
        assert one["num_albums"] == len({track["album_uri"] for track in tracks})
        assert one["modified_at"] % 86_400 == 0
        assert min(one["num_followers"], one["num_edits"]) >= 1
        assert one["collaborative"] in {"true", "false"}
        assert one["name"]


def test_a_song_is_the_same_wherever_it_stands(folder):
    known: dict[str, dict] = {}
    album_of: dict[str, str] = {}
    for one in _lists(folder):
        for track in one["tracks"]:
            fields = {name: value for name, value in track.items() if name != "pos"}
            assert known.setdefault(track["track_uri"], fields) == fields
            assert (
                album_of.setdefault(track["album_uri"], track["artist_uri"])
                == (track["artist_uri"])
            )
    assert all(uri.startswith("spotify:track:") and len(uri) == 36 for uri in known)
    assert any(not fields["track_name"].isascii() for fields in known.values())
    assert 150_000 < np.mean([fields["duration_ms"] for fields in known.values()]) < 300_000


def test_ids_are_distinct_and_numbers_decide_them(bench):
    names = bench["mpd_names"]
    uris = names.track_uris(np.arange(100_000))
    assert len(set(uris)) == 100_000
    assert names.track_uris(np.array([77, 5])) == [uris[77], uris[5]]
    assert set(names.ids(names.ARTIST, np.arange(1000))).isdisjoint(uri[14:] for uri in uris)


def test_slices_are_the_same_in_any_order_and_number(bench, folder, tmp_path):
    bench["__main__"].main(_options(tmp_path, "--first", "1", "--workers", "2"))
    (only,) = tmp_path.iterdir()
    assert only.read_bytes() == (folder / only.name).read_bytes()
    known = bench["mpd_catalogue"].catalogue(SONGS, 7)
    few, many = (bench["mpd_taste"].drawn(known, 1, size) for size in (200, 1000))
    assert np.array_equal(few.song, many.song[: len(few.song)])
    other = bench["mpd_taste"].drawn(bench["mpd_catalogue"].catalogue(SONGS, 8), 1, 200)
    assert not np.array_equal(few.song, other.song)


def test_packed_is_the_same_text(bench, folder, tmp_path):
    bench["__main__"].main(_options(tmp_path, "--gz", "--first", "1"))
    (only,) = tmp_path.iterdir()
    assert only.name == "mpd.slice.1000-1199.json.gz"
    assert gzip.decompress(only.read_bytes()) == (folder / only.stem).read_bytes()


def test_what_is_there_is_not_made_again_unless_it_is_of_another_seed(bench, tmp_path, capsys):
    bench["__main__"].main(_options(tmp_path, "--first", "1"))
    first = capsys.readouterr().out
    (only,) = tmp_path.iterdir()
    made = only.stat().st_ino
    bench["__main__"].main(_options(tmp_path, "--first", "1"))
    assert only.stat().st_ino == made
    assert capsys.readouterr().out == first
    bench["__main__"].main(_options(tmp_path, "--first", "1", "--seed", "8"))
    assert only.stat().st_ino != made


def test_statistics_are_those_of_the_files(bench, folder):
    made = bench["mpd_statistics"].Statistics(bench["mpd_catalogue"].catalogue(SONGS, 7))
    plan = bench["mpd"].Plan(1200, SONGS, 7)
    for count in bench["mpd"].generate(plan, plan.slices):
        made.add(count)
    lists = _lists(folder)
    tracks = [track for one in lists for track in one["tracks"]]
    times = Counter(uri for one in lists for uri in {track["track_uri"] for track in one["tracks"]})
    assert made.values() == pytest.approx(
        {
            "playlists": 1200,
            "tracks": len(tracks),
            "tracks per playlist, mean": len(tracks) / 1200,
            "tracks per playlist, median": sorted(one["num_tracks"] for one in lists)[599],
            "memberships": times.total(),
            "repeats, % of tracks": 100 - 100 * times.total() / len(tracks),
            "unique tracks": len(times),
            "unique albums": len({track["album_uri"] for track in tracks}),
            "unique artists": len({track["artist_uri"] for track in tracks}),
            "tracks in one playlist, %": 100 * np.mean([n == 1 for n in times.values()]),
            "tracks in five or more, %": 100 * np.mean([n >= 5 for n in times.values()]),
            "playlists of the top track, %": 100 * max(times.values()) / 1200,
            "unique titles": len({one["name"] for one in lists}),
            "unique normalised titles": made.values()["unique normalised titles"],
            "playlists described, %": 100 * np.mean(["description" in one for one in lists]),
            "playlists of one follower, %": 100 * np.mean([x["num_followers"] == 1 for x in lists]),
        }
    )


def test_they_are_like_the_dataset(bench):
    """A thousand of the real playlists have 34,443 songs, ten thousand 170,089."""
    made = bench["mpd_statistics"].Statistics(bench["mpd_catalogue"].catalogue())
    plan = bench["mpd"].Plan(2000)
    for count in bench["mpd"].generate(plan, plan.slices):
        made.add(count)
    found = made.values()
    assert found["tracks per playlist, mean"] == pytest.approx(66.35, rel=0.05)
    assert found["tracks per playlist, median"] == pytest.approx(49, abs=4)
    assert found["repeats, % of tracks"] == pytest.approx(1.33, abs=0.2)
    assert 50_000 < found["unique tracks"] < 65_000
    assert 3.5 < found["playlists of the top track, %"] < 6
    assert set(found) == set(bench["mpd_statistics"].PUBLISHED)


@pytest.mark.benchmark
def test_planted_genres_are_found(bench):
    from sklearn.metrics import adjusted_mutual_info_score

    made = bench["mpd"].memberships(3000, songs=SONGS)
    network = cooccurrence(made, min_shared=5, top=50)
    songs, genre, scene = bench["mpd"].genres(3000, songs=SONGS)
    assert np.array_equal(songs, made.songs)
    assert len(np.unique(scene)) > len(np.unique(genre)) == bench["mpd_catalogue"].GENRES
    kept = np.searchsorted(songs.astype(str), network.songs.astype(str))
    found = leiden(network).labels
    assert adjusted_mutual_info_score(genre[kept], found) > 0.5


@pytest.mark.parametrize(
    "wrong", [("--playlists", "0"), ("--songs", "9"), ("--first", "2"), ("--out", "/proc/none")]
)
def test_what_cannot_be_made_is_refused_in_a_line(bench, tmp_path, capsys, wrong):
    with pytest.raises(SystemExit, match="2"):
        bench["__main__"].main(_options(tmp_path, *wrong))
    assert "must be" in capsys.readouterr().err


def test_a_word_that_is_none_is_refused_with_those_there_are(bench, capsys):
    with pytest.raises(SystemExit, match="2"):
        bench["__main__"].main(["generat"])
    assert "analysis, generate" in capsys.readouterr().err
