"""Progress on a terminal: nothing of short work, all that was told of long work."""

from __future__ import annotations

import io
import sys
import time

import pytest

from songnet.cli import common
from songnet.progress import silent, step


class Terminal(io.StringIO):
    """A terminal that remembers what it was shown."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch):
    """In a test, not in a fixture: between the two pytest puts its own stream back."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    return shown


def waited_for(shown, text):
    deadline = time.monotonic() + 30
    while text not in shown.getvalue() and time.monotonic() < deadline:
        time.sleep(0.02)
    return text in shown.getvalue()


def test_what_was_told_early_is_drawn_when_the_work_turns_out_long(monkeypatch):
    shown = terminal(monkeypatch)
    monkeypatch.setattr(common, "QUIET_SECONDS", 0.01)
    with common.Progress() as progress, step(progress, "cutting by leiden"):
        assert waited_for(shown, "cutting by leiden")
        progress("linking songs", 3, 10, "a note")
        assert waited_for(shown, "3/10")
        assert waited_for(shown, "a note")


def test_short_work_is_not_drawn_even_if_its_end_meets_the_first_drawing(monkeypatch):
    shown = terminal(monkeypatch)
    with common.Progress() as progress:
        progress("linking songs", 3, 10)
    progress._begin()
    assert not shown.getvalue()


def test_nothing_is_drawn_where_there_is_no_terminal(monkeypatch):
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stderr", plain)
    monkeypatch.setattr(common, "QUIET_SECONDS", 0.0)
    with common.Progress() as progress:
        progress("linking songs", 3, 10)
        time.sleep(0.05)
    assert not plain.getvalue()


def test_a_step_tells_of_its_beginning_and_of_its_end_if_it_ends_well():
    told = []
    with step(lambda *arguments: told.append(arguments), "reading"):
        assert told == [("reading", 0, 1)]
    assert told == [("reading", 0, 1), ("reading", 1, 1)]
    with pytest.raises(KeyError), step(lambda *arguments: told.append(arguments), "reading"):
        raise KeyError
    assert told[2:] == [("reading", 0, 1)]
    with step(silent, "reading"):
        pass
