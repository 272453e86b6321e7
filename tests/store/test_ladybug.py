"""What only the embedded store has: a file, its lock, its log, and Ladybug's Cypher."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sqlite3
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import (
    ForeignGraphError,
    InputError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
)
from songnet.info import EncoderInfo
from songnet.model import Vectors
from songnet.store import _ladybug_engine, _ladybug_load, _ladybug_vectors
from songnet.store.ladybug import LadybugStore, migrate

IDS = [f"song {number:03d}" for number in range(50)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.lbug"


@pytest.fixture
def store(path: Path) -> Iterator[LadybugStore]:
    with LadybugStore(path) as opened:
        yield opened


def songs(title: str | None = None) -> pa.Table:
    return pa.table({"id": IDS, "title": pa.array([title] * len(IDS), pa.string())})


def load(store: LadybugStore, title: str = "x") -> None:
    """One playlist of all songs."""
    members = {"playlist": ["p"] * len(IDS), "song": IDS, "position": range(50), "times": [1] * 50}
    lists = pa.table({"id": ["p"], "name": [title]})
    store.add_playlists(lists, songs(title), pa.table({k: list(v) for k, v in members.items()}))


def script(text: str, *arguments: str | Path) -> list[str]:
    """A command that runs Python in another process."""
    prelude = "import os, signal, sys, pyarrow as pa\nfrom songnet.store.ladybug import *\n"
    return [sys.executable, "-c", prelude + text, *map(str, arguments)]


def other_process(text: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = script(text, *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def files(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def said(call: Callable[[], object], kind: type[Exception]) -> str:
    """What is raised, which must be one line."""
    with pytest.raises(kind) as raised:
        call()
    assert "\n" not in str(raised.value)
    return str(raised.value)


# --- the file -----------------------------------------------------------------------------------


def test_the_folder_is_made(tmp_path: Path) -> None:
    with LadybugStore(tmp_path / "a" / "b" / "graph.lbug") as store:
        assert store.uri == f"ladybug:{tmp_path}/a/b/graph.lbug"
    assert (tmp_path / "a" / "b" / "graph.lbug").is_file()


def test_an_empty_file_is_a_new_store(path: Path) -> None:
    path.touch()
    with LadybugStore(path) as store:
        assert store.counts().songs == 0


def test_a_name_that_means_memory_to_ladybug_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with LadybugStore(":memory:") as store:
        store.add_songs(songs())
    assert (tmp_path / ":memory:").is_file()


def test_the_file_stays_the_same_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with LadybugStore("graph.lbug") as store:
        monkeypatch.chdir(tmp_path / "elsewhere")
        store.add_songs(songs())
    assert files(tmp_path / "elsewhere") == []
    with LadybugStore(tmp_path / "graph.lbug") as again:
        assert again.counts().songs == len(IDS)


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    assert "is a folder" in said(lambda: LadybugStore(tmp_path), StoreUnavailableError)


def test_a_pipe_is_no_store_and_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(StoreUnavailableError, match="not a regular file"):
        LadybugStore(path)


def test_a_file_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    inside = tmp_path / "file" / "graph.lbug"
    assert "cannot be opened" in said(lambda: LadybugStore(inside), StoreUnavailableError)


def test_a_folder_that_may_not_be_written_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path, **how: bool) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)  # the tests may run as root, who may do anything
    message = said(lambda: LadybugStore(path), StoreUnavailableError)
    assert message == f"{path} cannot be opened: Permission denied"


def test_a_path_with_nul_is_refused() -> None:
    assert "cannot be a path" in said(lambda: LadybugStore("a\0b"), InputError)


@pytest.mark.parametrize("content", [b"{}", b"PK\x03\x04", b"LB", b"song,community\n" * 1000])
def test_other_files_are_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    message = said(lambda: LadybugStore(path), StoreUnavailableError)
    assert "is not a Ladybug database" in message
    assert path.read_bytes() == content
    assert files(path.parent) == [path.name]


def test_a_database_of_another_make_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE Song (id)")
    connection.close()
    said(lambda: LadybugStore(path), StoreUnavailableError)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_file_cut_short_is_refused(path: Path, share: float) -> None:
    with LadybugStore(path) as store:
        load(store)
    content = path.read_bytes()
    path.write_bytes(content[: 4 + int(share * len(content))])
    assert str(path) in said(lambda: LadybugStore(path), StoreUnavailableError)


def foreign(path: Path, *statements: str) -> list[list[object]]:
    """Run statements without songnet; the rows of the last."""
    import ladybug

    database = ladybug.Database(str(path))
    connection = ladybug.Connection(database)
    rows: list[list[object]] = []
    for statement in statements:
        with connection.execute(statement) as result:
            rows = result.get_all()
    connection.close()
    database.close()
    return rows


@pytest.mark.parametrize("label", ["Song", "Playlist", "Partition"])
def test_a_graph_of_somebody_else_is_refused_and_left_alone(path: Path, label: str) -> None:
    table = f"CREATE NODE TABLE `{label}`(id STRING PRIMARY KEY)"
    foreign(path, table, f"CREATE (:`{label}` {{id: 'theirs'}})")
    assert label in said(lambda: LadybugStore(path), ForeignGraphError)
    assert foreign(path, "CALL show_tables() RETURN name") == [[label]]
    assert foreign(path, "MATCH (n) RETURN n.id") == [["theirs"]]


def test_tables_that_are_not_in_the_way_may_stay(path: Path) -> None:
    foreign(path, "CREATE NODE TABLE City(id STRING PRIMARY KEY)", "CREATE (:City {id: 'Bonn'})")
    with LadybugStore(path) as store:
        load(store)
        assert store.query("MATCH (c:City) RETURN c.id AS id")["id"].to_pylist() == ["Bonn"]


@pytest.mark.parametrize("schema", ["= 3", "= 0", "= null"])
def test_a_store_of_another_schema_is_refused(path: Path, schema: str) -> None:
    with LadybugStore(path) as store:
        store.query("MATCH (s:SongnetStore) DELETE s", write=True)
        if "null" not in schema:
            version = {"version": int(schema.removeprefix("= "))}
            store.query("CREATE (:SongnetStore {schema: $version})", version, write=True)
    assert "reads schemas up to 2" in said(lambda: LadybugStore(path), ForeignGraphError)


def test_a_store_of_the_schema_before_is_migrated_when_it_is_opened(path: Path) -> None:
    with LadybugStore(path) as store:
        load(store)
        before = store.songs()
        store.query("MATCH (s:SongnetStore) DELETE s", write=True)
        store.query("CREATE (:SongnetStore {schema: 1})", write=True)
    assert migrate(str(path)) == (1, 2)
    assert migrate(str(path)) == (2, 2)
    with LadybugStore(path) as store:
        assert store.songs() == before
        assert store.health().schema == 2


def test_a_file_that_is_not_there_is_not_migrated(path: Path) -> None:
    assert "load something first" in said(lambda: migrate(str(path)), ForeignGraphError)
    assert not path.exists()


def test_the_sign_that_a_graph_is_ours_can_be_asked_for(store: LadybugStore) -> None:
    found = store.query("MATCH (s:SongnetStore) RETURN s.schema AS version")
    assert found.to_pylist() == [{"version": 2}]


# --- one writer ---------------------------------------------------------------------------------


def test_a_second_opening_in_this_process_is_refused(store: LadybugStore, path: Path) -> None:
    link = path.with_name("link.lbug")
    link.symlink_to(path)
    for name in (path, link, path.parent / "." / path.name):
        message = said(partial(LadybugStore, name), StoreLockedError)
        assert str(os.getpid()) in message
    store.add_songs(songs())
    assert store.counts().songs == len(IDS)


def test_a_store_that_was_closed_or_forgotten_can_be_opened(path: Path) -> None:
    LadybugStore(path).close()
    forgotten = LadybugStore(path)
    forgotten.add_songs(songs())
    del forgotten
    gc.collect()
    with LadybugStore(path) as store:
        assert store.counts().songs == len(IDS)


def test_another_process_is_refused_and_told_who_has_it(store: LadybugStore, path: Path) -> None:
    text = "try: LadybugStore(sys.argv[1])\nexcept Exception as e: print(type(e).__name__, e)"
    # A refused opening in this process must not lose the lock either: nothing may touch the file.
    for _ in range(2):
        refused = other_process(text, path)
        assert refused.stdout.startswith("StoreLockedError")
        assert f"PID {os.getpid()}" in refused.stdout
        said(lambda: LadybugStore(path), StoreLockedError)
    store.close()
    assert other_process(text, path).stdout == ""


def test_a_folder_that_is_called_as_the_log_is_does_not_damage_it(tmp_path: Path) -> None:
    path = tmp_path / "wal" / "graph.lbug"
    store = LadybugStore(path)
    text = "try: LadybugStore(sys.argv[1])\nexcept Exception as e: print(type(e).__name__)"
    refused = other_process(text, path)
    assert refused.stdout == "StoreLockedError\n"
    assert "damaged" not in refused.stderr
    store.close()


# --- whole or not at all ------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, StoreError])
def test_a_load_that_is_interrupted_leaves_nothing(
    store: LadybugStore, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    copy = _ladybug_load.copy

    def fails(session: _ladybug_engine.Session, table: str, rows: pa.Table) -> None:
        if table == "CONTAINS":
            raise error("stop")
        copy(session, table, rows)

    store.add_songs(songs("before"))
    with monkeypatch.context() as patched:
        patched.setattr(_ladybug_load, "copy", fails)
        with pytest.raises(error, match="stop"):
            load(store, "after")
    assert set(store.songs()["title"].to_pylist()) == {"before"}
    assert store.playlists().num_rows == 0
    load(store, "after")
    assert store.counts().memberships == len(IDS)


def test_a_killed_load_leaves_what_was_committed(path: Path) -> None:
    text = """
store = LadybugStore(sys.argv[1])
store.add_songs(pa.table({"id": ["committed"]}))
with store._engine.transaction() as session:
    session.run("CREATE (:Song {id: 'open'})")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert other_process(text, path).returncode == -signal.SIGKILL
    with LadybugStore(path) as store:
        assert store.songs()["id"].to_pylist() == ["committed"]
        load(store)
        assert store.counts().memberships == len(IDS)


def titles_then_kill(path: Path) -> Path:
    """A store with the titles 0, then 1, then 2 in its log, its process killed; the log."""
    text = """
store = LadybugStore(sys.argv[1])
ids = [str(number) for number in range(50)]
for title in (None, "0", "1", "2"):
    titles = pa.array([title] * 50, pa.string())
    store.add_songs(pa.table({"id": ids, "title": titles}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert other_process(text, path).returncode == -signal.SIGKILL
    return path.with_name(f"{path.name}.wal")


def test_a_killed_process_loses_nothing_that_was_committed(path: Path) -> None:
    titles_then_kill(path)
    with LadybugStore(path) as store:
        assert set(store.songs()["title"].to_pylist()) == {"2"}


@pytest.mark.parametrize(("cut", "left"), [(1, "1"), (60, "1"), (None, "2")])
def test_a_damaged_end_of_the_log_costs_only_what_is_in_it(
    path: Path, cut: int | None, left: str, caplog: pytest.LogCaptureFixture
) -> None:
    log = titles_then_kill(path)
    damaged = log.read_bytes()[:-cut] if cut else log.read_bytes() + b"garbage" * 30
    log.write_bytes(damaged)
    for _ in range(2):
        with LadybugStore(path) as store:
            assert set(store.songs()["title"].to_pylist()) == {left}
    [record] = caplog.records
    assert (record.name, record.levelname) == ("songnet", "WARNING")
    assert path.with_name("graph.lbug.wal.damaged").read_bytes() == damaged


def test_a_full_disk_is_one_line_and_loses_nothing_committed(path: Path) -> None:
    text = """
import resource
store = LadybugStore(sys.argv[1])
store.add_songs(pa.table({"id": ["committed"]}))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = os.path.getsize(sys.argv[1]) + 100_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for use in (
    lambda: store.add_songs(pa.table({"id": [f"{n:0200d}" for n in range(100_000)]})),
    store.counts,
):
    try:
        use()
    except Exception as error:
        print(type(error).__name__, error)
store.close()
"""
    lines = other_process(text, path).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["StoreError", "StoreError"]
    assert all("free some space" in line for line in lines)
    with LadybugStore(path) as store:
        assert "committed" in store.songs()["id"].to_pylist()
        load(store)
        assert store.counts().memberships == len(IDS)


def test_loading_again_does_not_let_the_file_grow(path: Path) -> None:
    sizes = []
    for _ in range(4):
        with LadybugStore(path) as store:
            load(store)
        sizes.append(path.stat().st_size)
    assert len(set(sizes)) == 1


def test_loading_again_writes_nothing(store: LadybugStore, monkeypatch: pytest.MonkeyPatch) -> None:
    load(store)
    statements: list[str] = []

    def record(session: object, cypher: str, **parameters: object) -> None:
        statements.append(cypher)

    monkeypatch.setattr(_ladybug_engine.Session, "run", record)
    load(store)
    monkeypatch.undo()
    assert statements == ["BEGIN TRANSACTION", "COMMIT"]


# --- vectors ------------------------------------------------------------------------------------


def test_results_may_come_in_many_chunks(
    store: LadybugStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_ladybug_engine, "CHUNK_ROWS", 7)
    values = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    store.add_songs(songs("x"))
    store.write_encoder(EncoderInfo("cae", "cae", "x", 4, "f", "now"))
    store.write_vectors(Vectors.from_rows("cae", IDS, values))
    assert store.vectors("cae").values.tobytes() == values.tobytes()
    assert store.songs()["id"].to_pylist() == IDS
    load(store)
    assert len(store.memberships()) == 50


def vectors(songs: list[str], start: int) -> Vectors:
    rows = np.arange(start, start + 2 * len(songs)).reshape(-1, 2)
    return Vectors.from_rows("cae", songs, rows)


@pytest.fixture
def with_vectors(store: LadybugStore, monkeypatch: pytest.MonkeyPatch) -> LadybugStore:
    """A store in which every third song has a vector; more than seven at once go in by batches."""
    monkeypatch.setattr(_ladybug_vectors, "BATCH", 7)
    store.add_songs(pa.table({"id": IDS[::-1]}))
    store.write_encoder(EncoderInfo("cae", "cae", "x", 2, "f", "now"))
    store.write_vectors(vectors(IDS[::3], 0))
    return store


def song_columns(store: LadybugStore) -> list[str]:
    return store.query("CALL table_info('Song') RETURN name")["name"].to_pylist()


def test_many_vectors_go_in_by_batches(with_vectors: LadybugStore, path: Path) -> None:
    columns = song_columns(with_vectors)
    with_vectors.write_vectors(vectors(IDS[10:40], 1000))
    with_vectors.write_vectors(vectors(IDS[20:25], 2000))
    expected = dict(zip(IDS[::3], vectors(IDS[::3], 0).values.tolist(), strict=True))
    expected |= dict(zip(IDS[10:40], vectors(IDS[10:40], 1000).values.tolist(), strict=True))
    expected |= dict(zip(IDS[20:25], vectors(IDS[20:25], 2000).values.tolist(), strict=True))
    with_vectors.close()
    with LadybugStore(path) as store:
        found = store.vectors("cae")
        assert dict(zip(found.songs, found.values.tolist(), strict=True)) == expected
        assert sorted(song_columns(store)) == sorted(columns)


def test_many_vectors_go_in_by_blocks_of_any_size(with_vectors: LadybugStore, path: Path) -> None:
    columns, before = song_columns(with_vectors), files(path.parent)
    random = np.random.default_rng(0)
    songs = random.permutation(IDS)[:33]
    sizes = [1, 12, 0, 3, 16, 1]
    blocks = [vectors(part, 1000) for part in np.split(songs, np.cumsum(sizes)[:-1])]
    expected = dict(zip(IDS[::3], vectors(IDS[::3], 0).values.tolist(), strict=True))
    for block in blocks:
        expected |= dict(zip(block.songs, block.values.tolist(), strict=True))
    with_vectors.write_vectors(iter(blocks))
    found = with_vectors.vectors("cae")
    assert dict(zip(found.songs, found.values.tolist(), strict=True)) == expected
    assert with_vectors.embedded("cae").tolist() == sorted(expected)
    assert song_columns(with_vectors) == columns
    assert files(path.parent) == before


def test_no_more_is_held_than_a_block_and_the_one_before(with_vectors: LadybugStore) -> None:
    alive: list[weakref.ref[np.ndarray]] = []

    def blocks() -> Iterator[Vectors]:
        for start in range(0, 50, 5):
            assert sum(ref() is not None for ref in alive) <= 2
            block = vectors(IDS[start : start + 5], 1000)
            alive.append(weakref.ref(block.values))
            yield block
            del block

    with_vectors.write_vectors(blocks())
    assert len(with_vectors.embedded("cae")) == 50


def test_what_is_there_already_is_not_written_again(
    with_vectors: LadybugStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    put = _ladybug_vectors._set
    monkeypatch.setattr(
        _ladybug_vectors, "_set", lambda *given: (written.extend(given[2]), put(*given))
    )
    with_vectors.write_vectors([vectors(IDS[::3], 0)])
    assert written == []
    with_vectors.write_vectors(vectors(IDS[::2], 0))
    assert sorted(written) == IDS[2::2]


def test_many_vectors_go_in_whole_or_not_at_all(
    with_vectors: LadybugStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns, calls = song_columns(with_vectors), iter(range(10))

    def interrupt(engine: _ladybug_engine.Engine) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_ladybug_engine.Engine, "checkpoint", interrupt)
        with pytest.raises(KeyboardInterrupt):
            with_vectors.write_vectors(vectors(IDS, 1000))
    assert with_vectors.vectors("cae").fingerprint == vectors(IDS[::3], 0).fingerprint
    assert song_columns(with_vectors) == columns
    with_vectors.write_vectors(vectors(IDS, 1000))
    assert with_vectors.vectors("cae").fingerprint == vectors(IDS, 1000).fingerprint


def test_vectors_of_a_killed_process_are_as_they_were(path: Path) -> None:
    text = """
from songnet.model import *
from songnet.store import _ladybug_vectors, _ladybug_engine
store = LadybugStore(sys.argv[1])
ids = [str(number) for number in range(30)]
store.add_songs(pa.table({"id": ids}))
store.write_encoder(EncoderInfo("cae", "cae", "x", 2, "f", "now"))
store.write_vectors(Vectors.from_rows("cae", ids[:5], [[1, 2]] * 5))
_ladybug_vectors.BATCH = 7
checkpoint, calls = _ladybug_engine.Engine.checkpoint, iter(range(9))
def kill(engine):
    checkpoint(engine)
    if next(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
_ladybug_engine.Engine.checkpoint = kill
store.write_vectors(Vectors.from_rows("cae", ids, [[3, 4]] * 30))
"""
    assert other_process(text, path).returncode == -signal.SIGKILL
    with LadybugStore(path) as store:
        assert store.vectors("cae").values.tolist() == [[1, 2]] * 5
        assert song_columns(store)[-1] == "cae"
        ids = [str(number) for number in range(30)]
        store.write_vectors(Vectors.from_rows("cae", ids, [[3, 4]] * 30))
        assert store.vectors("cae").values.tolist() == [[3, 4]] * 30


def test_a_vector_is_a_column_that_disappears_with_its_encoder(store: LadybugStore) -> None:
    text = "CALL table_info('Song') RETURN name, type"
    before = store.query(text).to_pylist()
    store.write_encoder(EncoderInfo("order", "cae", "x", 4, "f", "now"))
    assert {"name": "order", "type": "FLOAT[4]"} in store.query(text).to_pylist()
    store.drop("encoder", "order")
    assert store.query(text).to_pylist() == before


# --- Cypher -------------------------------------------------------------------------------------

ESCAPES = [
    "COPY (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
    "EXPLAIN COPY (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
    "PROFILE COPY (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
    "explain profile /**/ copy (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
    "//\rMATCH\nCOPY (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
    "//\nCOPY (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
    "/* MATCH */COPY (MATCH (s:Song) RETURN s.id) TO '{folder}/out.csv'",
]
NEVER = [
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/other.lbug' AS other (dbtype lbug)",
    "INSTALL json",
    "LOAD EXTENSION json",
    "LOAD json",
    "BEGIN TRANSACTION",
    "COMMIT",
    "ROLLBACK",
    "CHECKPOINT",
    "CALL threads=1",
    "call  auto_checkpoint = false",
    "COMMIT; CREATE (:Song {{id: 'evil'}})",
    "RETURN 1; COMMIT; CREATE (:Song {{id: 'evil'}})",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_a_reading_query_cannot_write_files(store: LadybugStore, path: Path, text: str) -> None:
    store.add_songs(songs())
    before = files(path.parent)
    said(lambda: store.query(text.format(folder=path.parent)), InputError)
    assert files(path.parent) == before


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("text", NEVER)
def test_no_query_reaches_around_the_store(
    store: LadybugStore, path: Path, text: str, write: bool
) -> None:
    store.add_songs(songs())
    before = files(path.parent)
    said(lambda: store.query(text.format(folder=path.parent), write=write), InputError)
    assert files(path.parent) == before
    load(store)
    assert store.counts().songs == len(IDS)


def test_a_plan_can_be_looked_at(store: LadybugStore) -> None:
    found = store.query("EXPLAIN MATCH (s:Song) RETURN s.id")
    assert found.num_rows == 1
    assert store.query("// how many\nMATCH (s:Song) RETURN count(*) AS n").to_pylist() == [{"n": 0}]


def test_numbers_and_times_come_back_as_a_server_would_say_them(store: LadybugStore) -> None:
    text = "RETURN CAST(1, 'INT8') AS a, [CAST(2, 'INT16')] AS b, {x: CAST(3, 'UINT8')} AS c"
    found = store.query(f"{text}, date('2024-05-06') AS d, CAST(0.5, 'FLOAT') AS e")
    assert found.to_pylist() == [{"a": 1, "b": [2], "c": {"x": 3}, "d": "2024-05-06", "e": 0.5}]
    wide = [pa.int64(), pa.list_(pa.int64()), pa.struct([("x", pa.int64())]), pa.string()]
    assert found.schema.types[:4] == wide
    assert found.schema.types[4] == pa.float64()
