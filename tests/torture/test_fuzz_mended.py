"""What fuzzing found: inputs that ended in a traceback, a crash, a hang or gigabytes once."""

from __future__ import annotations

import pytest

from songnet.agreement import Null
from songnet.errors import InputError, SongnetError
from songnet.store import open_store
from songnet.store.library import find
from torture.corpus import corpus
from torture.fuzz.readers import READERS, Box

REFUSED = [
    ("pictures", "a second header, 13000 x 13000 of colour 6", "headers are at odds"),
    ("pictures", "a second header, 60000 x 60000 of colour 0", "is a broken PNG"),
    ("csv", "a bomb of short rows", "all 1001 were skipped"),
    ("m3u", "a bomb of entries", "decompression bombs"),
    ("archives", "names in no encoding", "cannot be read"),
    ("mpd", "a pipe", "not a regular file"),
    ("labels", "a link to /dev/zero", "not a regular file"),
    ("labels", "a pipe", "not a regular file"),
    ("partitions", "p.csv a pipe", "not a regular file"),
    ("networks", "a pipe", "is damaged"),
    ("networks", "edges: ids of bytes", "ids that are no texts"),
    ("networks", "name as 5", "cannot name a network"),
    ("folder-networks", "n.parquet params as 2", "is damaged"),
    ("folder-networks", "n.parquet with others", "is damaged"),
    ("folder-spectrograms", "shard-000000.arrow a pipe", "damaged shard"),
    ("settings", "deep lists", "not valid TOML"),
    ("encoders", "weights from a pipe", "not a regular file"),
]


@pytest.mark.parametrize(("reader", "what", "said"), REFUSED)
def test_it_is_refused(tmp_path, reader, what, said):
    inside = tmp_path / "in"
    inside.mkdir()
    given = corpus(reader)[what].write(inside)
    with pytest.raises(SongnetError, match=said):
        READERS[reader].read(given, Box(tmp_path))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(f"ladybug:{tmp_path_factory.mktemp('store') / 'graph.lbug'}") as opened:
        yield opened


@pytest.mark.parametrize(
    "query",
    [
        "RETURN " + "(" * 3_000 + "1" + ")" * 3_000,
        "RETURN " + "CASE WHEN true THEN " * 24 + "1" + " END" * 24,
        "EXPLAIN " * 3_000 + "RETURN 1",
    ],
    ids=["brackets", "CASE", "EXPLAIN"],
)
def test_a_query_that_the_engine_would_not_survive_is_refused(store, query):
    with pytest.raises(InputError, match="levels of|begins with one of"):
        store.query(query, {})


def test_brackets_in_texts_and_side_by_side_are_no_depth(store):
    text = "(" * 500
    rows = store.query(f"RETURN '{text}' AS a, [{', '.join(['[1]'] * 99)}] AS b // (((", {})
    assert rows["a"].to_pylist() == [text]


def test_a_parameter_of_lists_without_end_is_refused(store):
    value = []
    for _ in range(2_000):
        value = [value]
    with pytest.raises(InputError, match="nested too deeply"):
        store.query("RETURN $x", {"x": value})


def test_a_number_of_four_hundred_digits_is_no_number_of_a_query():
    with pytest.raises(SongnetError, match="must be a whole number"):
        find("find-songs").bind({"limit": "9" * 400})


def test_a_null_distribution_of_an_infinite_seed_is_refused():
    facts = {"samples": 9, "seed": float("inf"), "movable": None, "rewired": None}
    with pytest.raises(InputError, match="no null distribution"):
        Null.from_json(facts)
