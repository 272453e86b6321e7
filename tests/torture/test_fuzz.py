"""Hostile input: the whole corpus, a sample of mutations, and any JSON, text and bytes at all."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songnet.config import read_file
from songnet.errors import FormatError, SongnetError
from torture.fuzz import pool
from torture.fuzz.bombs import gzip_bomb
from torture.fuzz.items import Item, Link, Pipe, from_kept, kept, one
from torture.fuzz.judge import Sandbox, judged
from torture.fuzz.page import Tally, write
from torture.fuzz.readers import READERS, Reader
from torture.fuzz.worker import Inputs, run

MUTATIONS = 40
# A last resort: what hangs here ends the test, not the suite.
SECONDS = 300

once = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def sandbox(tmp_path, monkeypatch):
    made = Sandbox(tmp_path)
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return made


@pytest.fixture
def alarm():
    """Ends a test that hangs."""

    def hung(*_):
        raise TimeoutError("a reader hangs")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


# Codecs that XML may name warn of what they are fed; a person sees no such warning.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("reader", READERS)
def test_the_corpus_and_a_sample_of_mutations_are_read_or_refused_in_a_line(reader, sandbox, alarm):
    inputs = Inputs(reader, seed=1)
    failed = []
    with READERS[reader].opened(sandbox.box.out) as store:
        sandbox.box.store = store
        run(reader, inputs[0], sandbox)
        for number in range(len(inputs) + MUTATIONS):
            outcome = run(reader, inputs[number], sandbox)
            if not outcome.passed:
                failed.append((inputs.what(number), outcome))
    assert not failed


# --- anything at all -----------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
fields = ("pid", "name", "tracks", "modified_at", "num_followers", "generated", "description")
playlists = st.lists(
    st.dictionaries(st.sampled_from(fields), json_values) | json_values, max_size=4
)


def refuse_or_read(reader, item, folder):
    with tempfile.TemporaryDirectory(dir=folder) as place:
        said = ""
        try:
            READERS[reader].read(item.write(Path(place)), None)
        except SongnetError as error:
            said = str(error)
    assert not said or (said.isprintable() and len(said) < 1000)


@once
@given(playlists)
def test_any_json_is_a_slice_or_refused(tmp_path, values):
    data = json.dumps({"playlists": values})
    refuse_or_read("mpd-quick", one("slice.json", data), tmp_path)


@once
@given(st.text())
def test_any_text_is_settings_or_refused(tmp_path, text):
    refuse_or_read("settings", one("songnet.toml", text), tmp_path)


@once
@given(st.sampled_from(["csv", "m3u", "xspf"]), st.binary(max_size=300))
def test_any_bytes_are_a_list_or_refused(tmp_path, reader, data):
    heads = {"csv": b"track_id,pid\n", "m3u": b"#EXTM3U\n", "xspf": b"<playlist>"}
    for content in (data, heads[reader] + data):
        refuse_or_read(reader, one(f"list.{reader}", content), tmp_path)


@once
@given(st.sampled_from(["csv", "json", "clu", "tree"]), st.text(max_size=200))
def test_any_text_is_a_partition_or_refused(tmp_path, kind, text):
    refuse_or_read("partitions", one(f"p.{kind}", text), tmp_path)


# --- what was mended -----------------------------------------------------------------------------


def test_settings_that_are_too_long_are_refused_before_they_are_read(tmp_path):
    (tmp_path / "songnet.toml").write_bytes(b"#" * 100_000)
    with pytest.raises(FormatError, match="larger than 64 KiB"):
        read_file(tmp_path / "songnet.toml")


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "songnet.toml")
    with pytest.raises(FormatError, match="not a regular file"):
        read_file(tmp_path / "songnet.toml")


def test_a_message_is_one_printable_line_whatever_it_quotes():
    said = str(FormatError("a\x1b[2J\nb", "x" * 5_000 + "\u202e what to do"))
    assert said.isprintable()
    assert said.startswith("a\\u001b[2J b")
    assert said.endswith("\\u202e what to do")
    assert len(said) < 1000


# --- the judge -----------------------------------------------------------------------------------


def misbehaves(read):
    """A reader that does this and tells what it gives, if that is a list."""

    def told(path, box):
        given = read(path, box)
        return given if isinstance(given, list) else []

    return Reader(told)


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("accepted", lambda *_: ["skipped a: b"]),
        ("refused", lambda *_: (_ for _ in ()).throw(SongnetError("no"))),
        ("traceback", lambda *_: 1 / 0),
        ("message", lambda *_: ["a\x1b[2J"]),
        ("message", lambda *_: ["\u202ea"]),
        ("message", lambda *_: ["x" * 1000]),
        ("file", lambda *_: Path("in-the-working-directory").touch()),
        ("file", lambda path, _: path.unlink()),
        ("file", lambda path, _: path.write_bytes(b"changed")),
        ("file", lambda path, _: path.parent.with_name("elsewhere").mkdir()),
        ("accepted", lambda _, box: (box.out / "target").touch()),
    ],
)
def test_the_judge_sees_it(sandbox, kind, read):
    sandbox.inside.mkdir()
    assert judged(misbehaves(read), one("a", b"x"), sandbox)[0] == kind


@pytest.fixture(scope="module")
def trial():
    with pool.Trial("labels", 0, seconds=2.0) as running:
        yield running


def test_what_hangs_is_noted_and_the_process_replaced(trial):
    os.kill(trial._process.pid, signal.SIGSTOP)
    assert [outcome.kind for _, outcome in trial.run([0, 0])] == ["hang", "accepted"]


def test_what_dies_is_noted_and_the_process_replaced(trial):
    list(trial.run([0]))
    os.kill(trial._process.pid, signal.SIGKILL)
    kinds = [outcome.kind for _, outcome in trial.run([0, 0])]
    assert kinds == ["crash", "accepted"]


def test_a_kept_input_is_the_same_when_it_is_read_back():
    item = Item("a", {"a": b"\xff\0", "b": Link("/dev/zero"), "c": Pipe()})
    assert from_kept(kept("csv", item)) == ("csv", item)


def test_the_same_seed_gives_the_same_mutations():
    first, second, other = (Inputs("names", seed) for seed in (3, 3, 4))
    numbers = range(len(first), len(first) + 20)
    assert [first[number] for number in numbers] == [second[number] for number in numbers]
    assert [first[number] for number in numbers] != [other[number] for number in numbers]


def test_a_bomb_is_what_it_says():
    import gzip

    (data,) = gzip_bomb("a.gz", "ab\n", 3 * 2**20, head="x", tail="y").files.values()
    whole = gzip.decompress(data)
    assert whole.startswith(b"xab\n")
    assert whole.endswith(b"ab\ny")
    assert 2**20 < len(whole) <= 3 * 2**20 + 2


def test_the_page_counts_and_keeps_older_readers(tmp_path, sandbox):
    sandbox.inside.mkdir()
    tally = Tally("names", corpus=1)
    tally.add(0, run("names", one("n", b"fine"), sandbox))
    write(tmp_path / "out", [tally], 0)
    write(tmp_path / "out", [Tally("labels")], 0)
    page = (tmp_path / "out" / "fuzz.md").read_text()
    assert "1 inputs to 2 readers, 0 failures" in page
    assert "| names | 1 | 1 | 1 | 0 | none |" in page
