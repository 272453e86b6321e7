"""The whole work on a slice: what is run, kept, told, and not run again."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import whole
from benchmarks._measure import Ran
from songnet.sources.partitions import read_partition
from songnet.store import open_store


@pytest.fixture
def answered(monkeypatch, tmp_path):
    """Commands that are noted, not run; the second one fails."""
    asked = []

    def run_command(command, *, limit, folder, environment):
        asked.append(command[3:])
        if command[3] == "link":
            raise whole.StoppedError("over 3 s")
        (folder / "messages").write_text("about 3 edges\n\n")
        return Ran(1.25, 2.5, 3 << 30, "done\n")

    monkeypatch.setattr(whole, "run_command", run_command)
    return asked


def test_what_a_command_took_and_said_is_kept_and_not_run_again(answered, tmp_path):
    kept = tmp_path / "out" / "whole.md"
    work = whole.Work(tmp_path, kept)
    whole.everything(work, tmp_path / "slices", ["--top", "5"])
    assert answered == [
        ["load-playlists", str(tmp_path / "slices")],
        ["link", "playlists", "--top", "5"],
    ]
    told = json.loads(kept.with_suffix(".json").read_text("utf-8"))
    load, project = told["stages"]
    assert (load["wall"], load["cpu"], load["peak"]) == (1.25, 2.5, 3 << 30)
    assert load["said"] == ["about 3 edges", "done"]
    assert project["failure"] == "over 3 s"
    page = kept.read_text("utf-8")
    assert "| load | 1 | 2 | 3.0 |" in page
    assert "over 3 s" in page
    whole.everything(whole.Work(tmp_path, kept), tmp_path / "slices", ["--top", "5"])
    assert [command[0] for command in answered] == ["load-playlists", "link", "link"]


def test_folders_of_this_machine_are_not_told():
    stage = whole.Stage("load", "songnet load-playlists /data/mpd --data /data/work", 1.0)
    assert whole._without(stage, "/data/mpd", "mpd").command == (
        "songnet load-playlists mpd --data ./work"
    )


def test_ten_partitions_go_further_and_further_astray(tmp_path):
    songs = [f"s{number:03}" for number in range(400)]
    artists = [f"a{number % 40}" for number in range(400)]
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        store.add_songs(pa.table({"id": songs, "artist": artists}))
        paths = whole.ten(store, tmp_path)
    found = [np.array(read_partition(path)[1]) for path in paths]
    assert len(found) == whole.TEN
    assert len(set(found[0])) == 40
    alike = [(labels == found[0]).mean() for labels in found]
    assert alike[0] == 1
    assert alike == sorted(alike, reverse=True)


@pytest.mark.benchmark
def test_the_whole_work_on_one_slice(tmp_path):
    from benchmarks.mpd import Plan, make

    make(Plan(300, songs=5_000, out=tmp_path / "slices"), 0)
    work = whole.Work(tmp_path, tmp_path / "whole.md")
    whole.everything(work, tmp_path / "slices", ["--min-shared", "2"])
    assert not [stage.failure for stage in work.stages if stage.failure]
    assert len(work.stages) == 5 + 1 + whole.TEN + 1
    assert work.counts["playlists"] == 300
    assert "slices" in (tmp_path / "whole.md").read_text("utf-8")
    assert str(tmp_path) not in (tmp_path / "whole.md").read_text("utf-8")
