"""A commit of the embedded store that is cut off at any write: all of it is there, or nothing.

A process that writes beyond its limit on the size of files is killed by the system at that very
write (SIGXFSZ), so limits are places to die at: in the log, in the pages that a checkpoint writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import StoreLockedError
from songnet.model import Partition
from songnet.store._ladybug_commit import CHECKPOINT_RECORD, CopyNote, _kinds
from songnet.store.ladybug import LadybugStore

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits on files are POSIX")

IDS = [f"s{number:02}" for number in range(40)]
PLACES = (30, 1_000, 10_000, 60_000, 300_000, 1_000_000)
# Imports once, opens nothing, and does each piece of work in a child that the system kills.
DYING = """
import os, resource, signal, sys
from pathlib import Path
import numpy, pyarrow, ladybug
sys.path.insert(0, sys.argv[1])
from test_fault_commit import CHANGES
from songnet.store.ladybug import LadybugStore
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[2]))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
for change, place, path in (line.split("\\t") for line in sys.stdin.read().splitlines()):
    if os.fork():
        print(change, place, os.waitstatus_to_exitcode(os.wait()[1]), sep="\\t", flush=True)
        continue
    store = LadybugStore(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(place), resource.RLIM_INFINITY))
    try:
        CHANGES[change](store)
    except Exception as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        Path(f"{path}.said").write_text(f"{type(error).__name__} {error}")
        os._exit(1)
    os._exit(0)
"""


def partition(name: str, communities: int) -> Partition:
    labels = np.arange(len(IDS)) % communities
    return Partition.from_labels(IDS, labels, name=name, algorithm="by hand", on="playlists")


def hold(store: LadybugStore, songs: list[str]) -> None:
    """A playlist of these songs, in place of what it held."""
    rows = range(len(songs))
    columns = {"playlist": ["p0" for _ in rows], "song": songs}
    numbers = {"position": list(rows), "times": [1 for _ in rows]}
    store.add_playlists(
        pa.table({"id": ["p0"]}), pa.table({"id": songs}), pa.table({**columns, **numbers})
    )


CHANGES = {
    "a new partition": lambda store: store.write_partition(partition("new", 4)),
    "a partition replaced": lambda store: store.write_partition(partition("old", 4)),
    "a playlist replaced": lambda store: hold(store, ["s39", "s00", "another"]),
}


@pytest.fixture(scope="module")
def store_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store with a playlist of all songs and a partition, closed."""
    path = tmp_path_factory.mktemp("store") / "graph.lbug"
    with LadybugStore(path) as store:
        hold(store, IDS)
        store.write_partition(partition("old", 2))
    return path.read_bytes()


def held(store: LadybugStore) -> tuple[object, ...]:
    """What is in a store, each partition being what its fingerprint says."""
    for info in store.partitions():
        assert store.partition(info.name).fingerprint == info.fingerprint
    labels = {info.name: info.fingerprint for info in store.partitions()}
    return labels, store.membership_table().to_pydict(), store.counts()


def die(folder: Path, content: bytes, on_limit: str) -> dict[tuple[str, int], tuple[Path, int]]:
    """Every change at every place, each on a store of its own: that, and the exit code."""
    work = {}
    for number, (change, place) in enumerate((c, p) for c in CHANGES for p in PLACES):
        path = folder / str(number) / "graph.lbug"
        path.parent.mkdir()
        path.write_bytes(content)
        work[change, place] = path
    lines = "".join(f"{change}\t{place}\t{path}\n" for (change, place), path in work.items())
    done = subprocess.run(
        [sys.executable, "-c", DYING, Path(__file__).parent, on_limit],
        input=lines, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ends = [line.split("\t") for line in done.stdout.splitlines()]
    return {(c, int(p)): (work[c, int(p)], int(code)) for c, p, code in ends}


@pytest.fixture
def states(tmp_path: Path, store_file: bytes) -> dict[str, tuple[object, object]]:
    """What a store holds before and after each change, uninterrupted."""
    found = {}
    for number, (name, change) in enumerate(CHANGES.items()):
        path = tmp_path / f"{number}.lbug"
        path.write_bytes(store_file)
        with LadybugStore(path) as store:
            before = held(store)
            change(store)
            found[name] = (before, held(store))
    return found


@pytest.mark.parametrize("on_limit", ["SIG_DFL", "SIG_IGN"])
def test_a_commit_that_is_cut_off_is_whole_or_not_at_all(
    tmp_path: Path, store_file: bytes, states: dict[str, tuple[object, object]], on_limit: str
) -> None:
    """Killed at a write, or told that the disk takes no more."""
    seen = set()
    for (change, _), (path, code) in die(tmp_path, store_file, on_limit).items():
        before, after = states[change]
        with LadybugStore(path) as store:
            found = held(store)
            assert found in (before, after)
            assert code != 0 or found == after
            CHANGES[change](store)
            assert held(store) == after
        seen.add((change, found == after, code != 0))
        said = path.with_name("graph.lbug.said")
        if said.exists():
            assert said.read_text().startswith("StoreError")
            assert "free some space" in said.read_text()
            assert "durable" not in said.read_text()
            said.unlink()
        assert [each.name for each in path.parent.iterdir()] == ["graph.lbug"]
    assert {(change, False, True) for change in CHANGES} <= seen


def test_a_log_without_a_checkpoint_is_known(tmp_path: Path) -> None:
    """The log's layout is the engine's own affair, and may change with it."""
    path = tmp_path / "graph.lbug"
    text = (
        "import os, sys; from songnet.store.ladybug import LadybugStore\n"
        "store = LadybugStore(sys.argv[1])\n"
        "for n in range(3): store.query('CREATE (:Song {id: $id})', {'id': str(n)}, write=True)\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", text, path], check=True)
    with path.with_name("graph.lbug.wal").open("rb") as log:
        kinds = list(_kinds(log))
    assert kinds[-9:] == [1, 30, 2] * 3  # begin, insert, commit
    assert CHECKPOINT_RECORD not in kinds


def test_a_store_whose_commit_is_under_way_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "graph.lbug"
    LadybugStore(path).close()
    note = CopyNote(path)
    note.write()
    with pytest.raises(StoreLockedError, match=f"PID {os.getpid()}"):
        LadybugStore(path)
    note.remove()
    LadybugStore(path).close()
