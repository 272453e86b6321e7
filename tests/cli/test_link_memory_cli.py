"""What `songnet link playlists` says before the work."""

from __future__ import annotations

import re

from songnet.cli import link
from songnet.workflows import link as linking


def test_edges_and_memory_are_told_before_the_work(monkeypatch, loaded):
    monkeypatch.setattr(link, "SAID_FROM", 0)
    ran = loaded("link", "playlists", "--name", "told", "--json")
    said = re.search(
        r"about (\d+) edges from \d+ memberships, \d+\.\d GiB of memory at the peak", ran.err
    )
    assert int(said[1]) == ran.json()["edges"]


def test_little_memory_is_not_worth_a_word(monkeypatch, loaded):
    monkeypatch.setattr(link, "SAID_FROM", 1 << 60)
    assert "GiB" not in loaded("link", "playlists", "--name", "told").err


def test_what_keeping_the_network_takes_counts_where_it_is_more(monkeypatch, loaded):
    monkeypatch.setattr(link, "SAID_FROM", 0)
    # What the tests before have left in this process is not what is asked here.
    monkeypatch.setattr(link, "resident", lambda: 0)
    before = loaded("link", "playlists", "--name", "told").err
    monkeypatch.setattr(linking, "BYTES_PER_ROW", 1 << 30)
    after = loaded("link", "playlists", "--name", "told").err
    sizes = [float(re.search(r"(\d+\.\d) GiB", each)[1]) for each in (before, after)]
    assert sizes[0] < 1 < sizes[1]
