"""Peers are raced fairly: contenders agree, what is missing or too slow says so, pages tell it."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
NAMES = (
    "_measure", "peers.stage", "peers.stages", "peers.world", "peers.child", "peers.runner",
    "peers.report", "peers.__main__", "peers.load", "peers.project", "peers.communities",
    "peers.compare", "peers.neighbors",
)  # fmt: skip
# What the development environment holds; the others are raced by `make bench` only.
HERE = ("scipy", "sklearn", "igraph", "networkx", "clusim", "leidenalg", "infomap")

MADE_UP = """
import sys, time
from pathlib import Path
import numpy as np
from benchmarks.peers.stage import OURS, Contender, Sizes, Stage

def prepare(folder, size):
    np.save(folder / "n.npy", np.arange(size))
    return f"{size} numbers"

def read(folder, into):
    return np.load(folder / "n.npy")

def arrays(found, _):
    return {"sum": np.array([found])}

def slow(numbers):
    if len(numbers) > 10:
        time.sleep(60)
    return 0

def greedy(numbers):
    if len(numbers) > 10:
        held = np.ones(1 << 28, np.uint8)
        time.sleep(60)
    return 0

def wrong(numbers):
    raise ValueError("it cannot be done")

def judge(folder, found):
    ours = found.get(OURS)
    return {name: {"same": str(np.array_equal(one["sum"], ours["sum"]))}
            for name, one in found.items()}

STAGE = Stage("made-up", "Sums", prepare, read, (
    Contender(OURS, np.sum, arrays),
    Contender("loop", lambda numbers: sum(numbers.tolist()), arrays),
    Contender("off by one", lambda numbers: int(np.sum(numbers)) + 1, arrays),
    Contender("random", lambda numbers: int(np.random.default_rng().integers(1 << 60)), arrays),
    Contender("absent", np.sum, arrays, ("no_such_library",)),
    Contender("slow", slow, arrays),
    Contender("greedy", greedy, arrays),
    Contender("wrong", wrong, arrays),
), judge, Sizes(1000, 100, 10), notes="Nothing more.")
"""


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The benchmarks' modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in NAMES}


# --- the race -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result(bench, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made-up")
    (folder / "made_up.py").write_text(textwrap.dedent(MADE_UP), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
        stage = importlib.import_module("made_up").STAGE
        limits = bench["peers.runner"].Limits(seconds=2.0, memory_gib=0.1)
        return bench["peers.__main__"].run("made_up:STAGE", stage, 1_000, rounds=2, limits=limits)


def outcome(result, name):
    return next(one for one in result.outcomes if one.contender == name)


def test_rounds_that_count_are_as_many_as_asked_and_measured(result):
    for name in ("songnet", "loop"):
        runs = outcome(result, name).runs
        assert len(runs) == 2
        assert all(run.wall > 0 and run.cpu >= 0 and run.peak >= 0 for run in runs)


def test_a_missing_library_leaves_its_contender_out(result):
    assert outcome(result, "absent").failure == "left out: no_such_library is not installed"


def test_what_takes_too_much_is_stopped_and_says_so(result):
    assert outcome(result, "slow").failure == "over 2 s"
    assert outcome(result, "greedy").failure == "over 0.1 GiB"
    assert outcome(result, "wrong").failure == "failed: ValueError: it cannot be done"
    assert not any(outcome(result, name).runs for name in ("slow", "greedy", "wrong"))


def test_results_are_compared_and_looked_for_again(result):
    facts = {one.contender: one.facts for one in result.outcomes}
    assert facts["loop"] == {"same": "True", "same every run": "yes"}
    assert facts["off by one"]["same"] == "False"
    assert facts["random"]["same every run"] == "no"
    assert facts["slow"] == {}


def test_pages_tell_ratios_failures_and_who_wins(bench, result, tmp_path):
    bench["peers.__main__"].keep(result, tmp_path)
    page = (tmp_path / "made-up.md").read_text("utf-8")
    assert "| slow | over 2 s |" in page
    assert "1,000 numbers" not in page
    assert "1000 numbers." in page
    assert "Where a peer wins" in page
    assert "Nothing more." in page
    again = bench["peers.report"].Result.from_json(
        json.loads((tmp_path / "made-up.json").read_text("utf-8"))
    )
    assert list(bench["peers.report"].page(again)) == list(bench["peers.report"].page(result))
    assert (tmp_path / "made-up.png").read_bytes().startswith(b"\x89PNG")
    summed = "\n".join(bench["peers.report"].summary([result]))
    assert (
        "| [made-up](made-up.md) | absent | left out: no_such_library is not installed |" in summed
    )


def test_a_page_made_on_a_busy_machine_warns(bench, result):
    page, busy = bench["peers.report"].page, {**result.machine, "load_before": 99.0}
    assert "Not to be relied on" in "\n".join(page(dataclasses.replace(result, machine=busy)))
    assert "Not to be relied on" not in "\n".join(page(result))


def test_ratios_are_medians_of_pairs_of_rounds(bench):
    runner, report = bench["peers.runner"], bench["peers.report"]
    own = [runner.Run(wall, 1.0, 3_000_000, "") for wall in (2.0, 9.0, 4.0)]
    ours = [runner.Run(wall, 2.0, 1_000_000, "") for wall in (1.0, 3.0, 4.0)]
    line = report.line(runner.Outcome("peer", "songnet", "", own), ours)
    assert (line.wall, line.wall_ratio, line.cpu_ratio, line.memory_mb) == (4.0, 2.0, 0.5, 3.0)


# A process of its own: where other tests ran, memory that they freed may be used again, and then
# nothing grows.
METERED = """
import json, os, subprocess, sys
import numpy as np
from benchmarks import _measure as measure
with measure.metered() as meter:
    held = np.ones(50 << 20, np.uint8)
alone = measure.held_by_all(os.getpid())
child = subprocess.Popen(
    [sys.executable, "-c", "held = b'.' * (50 << 20); print(1, flush=True); input()"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
child.stdout.readline()
print(json.dumps([meter.peak, alone, measure.held_by_all(os.getpid())]))
child.communicate(b"go\\n")
"""


def test_memory_of_a_process_and_its_children_is_seen():
    ran = subprocess.run(
        [sys.executable, "-c", METERED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    peak, alone, together = json.loads(ran.stdout)
    assert 50 << 20 <= peak < 100 << 20
    assert alone > peak
    assert together > alone + (40 << 20)


# --- the stages -----------------------------------------------------------------------------------


def found_by_all(stage, folder, size):
    """What every contender that can run here finds on a tiny input."""
    source, into = folder / "source", folder / "into"
    source.mkdir()
    stage.prepare(source, size)
    found = {}
    for number, contender in enumerate(stage.contenders):
        if set(contender.needs) <= {*HERE, "songnet"}:
            (into / str(number)).mkdir(parents=True)
            state = stage.read(source, into / str(number))
            found[contender.name] = contender.arrays(contender.run(state), state)
    return found, stage.judge(source, found)


@pytest.mark.benchmark
def test_every_projection_gives_the_same_edges(bench, tmp_path):
    found, facts = found_by_all(bench["peers.project"].STAGE, tmp_path, 400)
    assert {"songnet", "scipy, whole AᵀA", "scipy, blocks of rows"} < set(found)
    assert all(one["same edges and counts"] == "yes" for one in facts.values())
    assert len(found["songnet"]["low"]) > 100


@pytest.mark.benchmark
def test_networkx_projects_the_same(bench, tmp_path):
    _, facts = found_by_all(bench["peers.project"].SMALL, tmp_path, 80)
    assert facts["networkx"]["same edges and counts"] == "yes"


@pytest.mark.benchmark
def test_communities_are_judged_by_quality(bench, tmp_path):
    found, facts = found_by_all(bench["peers.communities"].STAGE, tmp_path, 600)
    assert len(found) >= 9
    by_igraph = facts["igraph leiden"]
    assert float(by_igraph["modularity"]) == pytest.approx(
        float(facts["songnet leiden"]["modularity"]), abs=0.02
    )
    assert facts["songnet infomap"]["AMI to ours"] == "1.000"
    assert float(facts["songnet infomap"]["codelength"]) <= float(by_igraph["codelength"]) + 0.01


@pytest.mark.benchmark
def test_comparisons_agree_but_for_other_definitions(bench, tmp_path):
    _, facts = found_by_all(bench["peers.compare"].STAGE, tmp_path, 300)
    assert {facts[name]["another definition"] for name in facts} == {"none"}
    assert facts["scikit-learn"]["scores"] == "6 of 8"


@pytest.mark.benchmark
def test_recall_counts_what_is_as_near_as_the_tenth(bench, tmp_path):
    stages = bench["peers.neighbors"]
    _, facts = found_by_all(stages.STAGE, tmp_path, 300)
    assert facts["songnet"] == {"recall at 10": "1.0000", "exact": "yes"}
    assert float(facts["scikit-learn brute"]["recall at 10"]) > 0.99
    values = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    _, cosine = stages.exact(values)
    bar = np.partition(cosine, -10, axis=1)[:, -10]
    near = np.argsort(-cosine, axis=1)[:, :10]
    assert stages.recall(near, cosine, bar) == 1
    near[:, 5:] = near[:, :1]
    assert stages.recall(near, cosine, bar) == pytest.approx(0.5)


@pytest.mark.benchmark
def test_plain_loading_finds_the_memberships_of_the_store(bench, tmp_path):
    found, facts = found_by_all(bench["peers.load"].STAGE, tmp_path, 30)
    assert facts["Python, json"]["same memberships"] == "yes"
    assert found["songnet"]["times"].sum() > len(found["songnet"]["times"]) - 1


def test_enlarged_embeddings_lie_between_real_ones(bench):
    real = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
    made = bench["peers.neighbors"].enlarged(real, 500)
    assert made.shape == (500, 8)
    assert made.dtype == np.float32
    assert np.array_equal(made, bench["peers.neighbors"].enlarged(real, 500))
    assert np.abs(made.mean(axis=0) - real.mean(axis=0)).max() < real.std()


def test_every_stage_can_be_found_and_has_a_rival_for_each(bench):
    stages = bench["peers.stages"]
    for name in stages.REFERENCES:
        stage = stages.stage(name)
        names = {contender.name for contender in stage.contenders}
        assert stage.name == name
        assert {contender.rival for contender in stage.contenders} <= names


def test_an_unknown_stage_is_refused_in_a_line(bench, capsys):
    with pytest.raises(SystemExit, match="2"):
        bench["peers.__main__"].main(["nothing"])
    assert "no stage nothing" in capsys.readouterr().err
