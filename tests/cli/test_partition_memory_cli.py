"""What `songnet partitions run` says before the work."""

from __future__ import annotations

import re

import pytest

from songnet.cli import partitions


@pytest.fixture
def told(monkeypatch, loaded):
    """As if a little memory were worth a word."""
    monkeypatch.setattr(partitions, "SAID_FROM", 0)
    return loaded


def test_memory_is_told_before_the_work(told):
    ran = told("partitions", "run", "leiden", "--on", "playlists", "--json")
    pattern = (
        r"\d+ edges among 24 songs, about \d+\.\d GiB of memory at the peak: "
        r"0\.0 GiB for the network, 0\.0 GiB for leiden"
    )
    assert re.search(pattern, ran.err)
    assert ran.json()["songs"] == 24


@pytest.mark.parametrize(
    "command", [("leading-eigenvector",), ("leiden", "--objective", "significance")]
)
def test_of_what_was_not_measured_nothing_is_said(told, command):
    assert "GiB" not in told("partitions", "run", *command, "--on", "playlists").err


def test_little_memory_is_not_worth_a_word(monkeypatch, loaded):
    monkeypatch.setattr(partitions, "SAID_FROM", 1 << 60)
    assert not loaded("partitions", "run", "louvain", "--on", "playlists").err
