"""The command line on hostile input: one line, exit code 1 or 2, no file."""

from __future__ import annotations

import pytest

from torture.fuzz import commands

FEW = [
    trial
    for trial in commands.TRIALS
    if trial.what in {"a pipe", "a billion laughs", "pickled", "facts that are deep"}
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return commands.made_world(tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize("trial", FEW, ids=lambda trial: f"{trial.command[0]}: {trial.what}")
def test_a_command_refuses_in_one_line(trial, world):
    assert commands.one_trial(trial, world)["code"] in {1, 2}
