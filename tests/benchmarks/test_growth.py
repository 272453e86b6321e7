"""Growth is fitted, profiles are grouped, and both pages hold what was measured."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("growth", "profiles", "_growth_report", "_profile", "_limits", "_measure")


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The benchmarks' modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        patch.chdir(ROOT)
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in NAMES}


def test_the_exponent_is_that_of_the_power(bench):
    sizes = [10.0, 30.0, 100.0]
    fitted = bench["_growth_report"].exponent
    assert fitted(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)
    assert np.isnan(fitted([10.0], [1.0]))


@pytest.mark.benchmark
def test_a_round_at_one_size_measures_every_stage_and_leaves_nothing(bench, tmp_path):
    steps, counts = bench["growth"].measure(300, limit=120, scratch=tmp_path)
    assert [step.stage for step in steps] == [
        "generate", "load", "project", "leiden", "louvain", "infomap", "compare",
    ]  # fmt: skip
    assert [step.failure for step in steps] == [""] * 7
    assert all(step.wall > 0 and step.cpu > 0 and step.peak > 10e6 for step in steps)
    assert counts["memberships"] > counts["songs"] > counts["linked songs"] > 0 < counts["edges"]
    assert [path.name for path in tmp_path.iterdir()] == ["compiled"]


def test_a_stage_over_its_limit_is_stopped_and_those_after_it_are_not_begun(bench, tmp_path):
    steps, counts = bench["growth"].measure(300, limit=0.01, scratch=tmp_path)
    assert [(step.stage, step.failure) for step in steps] == [("generate", "over 0.01 s")]
    assert counts == {}


def test_the_page_has_curves_failures_and_exponents(bench, tmp_path):
    growth = bench["growth"]
    made = growth.Growth(bench["_measure"].machine())
    for size in (1_000, 10_000):
        made.steps += [
            growth.Step("load", size, wall=size / 100, cpu=size / 200, peak=size * 1_000),
            growth.Step("infomap", size, failure="over 9 s"),
        ]
        made.counts[size] = {"songs": size, "edges": 2 * size}
    growth.keep(made, tmp_path / "growth.md")
    page = (tmp_path / "growth.md").read_text("utf-8")
    assert "| load | 10.0 | 100.0 | 1.00 | 1.00 |" in page
    assert "| infomap | over 9 s | over 9 s |  |  |" in page
    assert "| 10,000 | 10,000 | 20,000 |" in page
    assert (tmp_path / "growth.png").exists()
    again = growth.Growth.from_json(importlib.import_module("json").loads(
        (tmp_path / "growth.json").read_text("utf-8")
    ))  # fmt: skip
    assert again.steps == made.steps
    assert again.counts == made.counts
    again.without([1_000])
    assert {step.playlists for step in again.steps} == {10_000} == set(again.counts)


def test_a_command_that_fails_says_its_last_line(bench, tmp_path):
    measure = bench["_measure"]
    command = [sys.executable, "-c", "import sys; sys.exit('no more')"]
    with pytest.raises(measure.StoppedError, match=r"^failed: no more$"):
        measure.run_command(command, limit=30, folder=tmp_path, environment={})


def test_own_time_is_grouped_and_adds_up(bench):
    profile = bench["_profile"].profiled(lambda: np.sort(np.random.default_rng(0).random(10**6)))
    assert sum(share for _, share in profile.groups) == pytest.approx(1)
    assert profile.wall > 0
    group_of = bench["_profile"].group_of
    assert group_of("<method 'decode' of 'msgspec.json.Decoder' objects>") == "JSON"
    assert group_of("songnet/store/ladybug.py:add_songs") == "store"
    assert group_of("somewhere.py:something") == "other"


@pytest.mark.benchmark
def test_profiles_hold_every_stage_against_a_limit(bench, tmp_path):
    profiles = bench["profiles"]
    for name in ("whole", "tiny"):
        profiles.prepare(tmp_path / name, 400, 200)
    whole = tmp_path / "whole"
    limits = bench["_limits"].measured(sorted((whole / "slices").glob("*.json")))
    assert min(limits.bandwidth, limits.parsing, limits.passing, limits.flops) > 0
    for stage, part in profiles.STAGES.items():
        assert part.bound(whole).seconds(limits) > 0, stage
        assert part.prepare(whole)() is not None, stage
    profile = profiles.profile_alone("leiden", whole, tmp_path / "tiny")
    lines = "\n".join(profiles._nearness({"leiden": profile}, whole, limits))
    assert "| leiden |" in lines
