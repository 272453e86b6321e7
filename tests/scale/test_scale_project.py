"""What Spark links is what one machine links, to the bit."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from songnet import scale
from songnet.errors import EmptyInputError, InputError, MemoryRefusedError, UsageError
from songnet.networks import cooccurrence
from songnet.scale import _pairs, _weights
from songnet.sources.networks import read_network
from songnet.sources.playlists import read_playlists

OPTIONS = [
    {},
    {"min_shared": 2, "most_connected": 30},
    {"weight": "newman", "top": 3},
    {"weight": "newman", "min_shared": 2, "max_length": 15},
    {"weight": "cosine", "top": 4, "max_length": 18},
    {"weight": "pmi", "min_shared": 2, "most_connected": 40, "top": 5},
    {"top": 2},
]


@pytest.fixture
def same(memberships):
    return lambda path, rows, options: _same(path, memberships(rows), options)


def _same(path, memberships, options):
    made = read_network(path)
    expected = cooccurrence(memberships, **options)
    assert made.songs.tolist() == expected.songs.tolist()
    np.testing.assert_array_equal(made.sources, expected.sources)
    np.testing.assert_array_equal(made.targets, expected.targets)
    np.testing.assert_array_equal(made.weights, expected.weights)
    playlists = "playlists"
    np.testing.assert_array_equal(made.attributes[playlists], expected.attributes[playlists])
    assert dict(made.params) == dict(expected.params)
    assert made.fingerprint == expected.fingerprint


@pytest.mark.parametrize("seed", range(len(OPTIONS)))
def test_edges_are_those_of_one_machine(spark, tmp_path, world, write_rows, same, seed):
    rows, options = world(seed), OPTIONS[seed]
    source = write_rows(tmp_path / "lists", rows)
    out = tmp_path / "out"
    made = scale.project(spark, str(source), str(out), options=scale.Options(**options))
    same(out, rows, options)
    assert (made.songs, made.edges) == (len(read_network(out).songs), read_network(out).edges)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lists", "out"]


@pytest.fixture
def bad_arithmetic(monkeypatch):
    # All do, if one takes arithmetic to be bad enough; and blocks of two, that lists have many.
    monkeypatch.setattr(_weights, "ERROR", "1D")
    monkeypatch.setattr(_pairs, "BLOCK", 2)


@pytest.mark.usefixtures("bad_arithmetic")
@pytest.mark.parametrize("weight", ["newman", "pmi"])
def test_what_lies_next_to_where_rounding_turns_is_computed_again(
    spark, tmp_path, songs, write_rows, same, weight
):
    draw = np.random.default_rng(5)
    rows = [(f"mpd:{each}", song) for each in range(12) for song in draw.choice(songs[:30], 9)]
    source = write_rows(tmp_path / "lists", rows)
    out = tmp_path / "out"
    scale.project(spark, str(source), str(out), options=scale.Options(weight=weight))
    same(out, rows, {"weight": weight})


def track(uri):
    return {"track_uri": uri, "track_name": "A song", "duration_ms": 1, "pos": 0}


def lists(*pids_and_uris):
    return {
        "info": {},
        "playlists": [
            {"pid": pid, "name": "x", "tracks": [track(uri) for uri in uris], **more}
            for pid, uris, more in ((*each, {})[:3] for each in pids_and_uris)
        ],
    }


def uri(letter):
    return f"spotify:track:{letter * 22}"


FIRST = lists(
    (0, [uri("a"), uri("b"), uri("a"), "c" * 22, None]),
    ("1", [f" https://open.spotify.com/intl-de/track/{'a' * 22}?si=1\u3000", uri("b"), "own id\t"]),
    (2.0, [f"spotify:user:me:track:{'c' * 22}", "own id", "\u2003", "bad\x07", "é" * 1001]),
    (3, [uri("a"), uri("c")], {"generated": True}),
    (4, []),
    (None, [uri("a"), uri("b")]),
    (5, [uri("a"), uri("b"), "é" * 1000, "spotify:local:x:y:z:1"]),
)
SECOND = lists((0, [uri("x"), uri("y")]), (6, [uri("b"), "own id", uri("c"), f"{'a' * 22}/"]))


def test_slices_are_read_as_one_machine_reads_them(spark, tmp_path, same):
    folder = tmp_path / "mpd"
    (folder / "more").mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(FIRST))
    (folder / "more" / "b.json.gz").write_bytes(gzip.compress(json.dumps(SECOND).encode()))
    (folder / "more" / "cut.json").write_text(json.dumps(SECOND)[:-9])
    (folder / "notes.txt").write_text("nothing")
    made = scale.project(spark, str(folder), str(tmp_path / "out"))
    whole = [folder / "a.json", folder / "more" / "b.json.gz"]
    records = [each for each in read_playlists(whole) if hasattr(each, "tracks")]
    rows = [
        (each.id, song.id)
        for each in records
        for song in each.tracks
        if not each.id.startswith("generated:")
    ]
    same(tmp_path / "out", rows, {})
    left = made.left_out
    assert (left.tracks, left.playlists, left.repeated, left.generated) == (4, 2, 1, 1)
    assert left.files == 1
    assert left.named[0].endswith("cut.json")


def test_a_long_list_is_spread_over_tasks(spark, tmp_path, output, monkeypatch):
    monkeypatch.setattr(_pairs, "BLOCK", 64)
    monkeypatch.setattr(_pairs, "PAIRS_PER_TASK", 1 << 17)
    rows = [("long", f"song {number:04}") for number in range(2_000)]
    # And one song that all lists have.
    rows += [(f"list {each}", f"song {song:04}") for each in range(300) for song in (0, each + 1)]
    table = spark.createDataFrame(rows, "id STRING, song STRING")
    playlists = table.groupBy("id").agg({"song": "collect_list"}).toDF("id", "songs")
    made = _pairs.lists(playlists, output, min_shared=1, max_length=None)
    assert (made.pairs, made.longest) == (2_000 * 1_999 // 2 + 300, 2_000)
    assert made.tasks == 16
    work = _pairs._work(made).repartition(made.tasks, "id", "first", "second")
    shares = work.selectExpr(
        "spark_partition_id() AS task", "size(left_codes) * size(right_codes) AS tried"
    )
    tried = [row[1] for row in shares.groupBy("task").sum("tried").collect()]
    assert len(tried) == made.tasks
    # Half of what a block tries with itself is in vain.
    assert max(tried) < 2 * (made.pairs + 2_000 * 64) / made.tasks


def test_what_would_be_too_much_is_refused_before_the_work(spark, tmp_path, world, write_rows):
    source = str(write_rows(tmp_path / "lists", world(0)))
    with pytest.raises(MemoryRefusedError, match=r"pairs, over the 10 allowed: .*--max-pairs"):
        scale.project(spark, source, str(tmp_path / "out"), max_pairs=10)
    assert [path.name for path in tmp_path.iterdir()] == ["lists"]


def test_a_folder_that_is_there_is_left_alone_unless_told(spark, tmp_path, world, write_rows, same):
    source = str(write_rows(tmp_path / "lists", world(0)[:40]))
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("mine")
    with pytest.raises(InputError, match="is there already: .*--overwrite"):
        scale.project(spark, source, str(out))
    with pytest.raises(EmptyInputError, match="no two songs"):
        scale.project(spark, source, str(out), options=scale.Options(min_shared=50), overwrite=True)
    assert (out / "mine").read_text() == "mine"
    scale.project(spark, source, str(out), overwrite=True)
    assert not (out / "mine").exists()
    same(out, world(0)[:40], {})


def test_what_is_no_input_is_refused(spark, tmp_path):
    out = str(tmp_path / "out")
    with pytest.raises(InputError, match="there is no input"):
        scale.project(spark, str(tmp_path / "nowhere"), out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.json"):
        scale.project(spark, str(tmp_path / "empty"), out)
    pq.write_table(pa.table({"list": ["a"], "song": ["b"]}), tmp_path / "wrong.parquet")
    with pytest.raises(InputError, match="no column 'playlist'"):
        scale.project(spark, str(tmp_path / "wrong.parquet"), out)
    (tmp_path / "plain.json").write_text("[1]")
    with pytest.raises(EmptyInputError, match="no playlists"):
        scale.project(spark, str(tmp_path / "plain.json"), out)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"top": 0}, "--top"), ({"max_length": 1}, "--max-length"), ({"weight": "x"}, "weight 'x'")],
)
def test_options_out_of_range_are_refused(spark, options, said):
    with pytest.raises(UsageError, match=said):
        scale.project(spark, "in", "out", options=scale.Options(**options))
