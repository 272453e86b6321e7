"""The pool keeps its order and its promises when workers die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import process
from pathlib import Path

import pytest

from songnet.errors import InputError
from songnet.sources import _pool
from songnet.sources._pool import AHEAD, default_workers, mapped

WORKERS = 2


def square(number: int) -> int:
    return number * number


def crashing(number: int) -> int:
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def crashing_once(path: str) -> str:
    """Kills its worker the first time that it meets this path."""
    marker = Path(path)
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return marker.name


def failing(number: int) -> int:
    raise ValueError(number)


def lost(item: object) -> object:
    return f"lost {item}"


def run(function, items, **options):
    return mapped(function, items, crashed=lost, **{"workers": WORKERS, **options})


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers, batch):
    expected = [number**2 for number in range(40)]
    assert list(run(square, range(40), workers=workers, batch=batch)) == expected


def test_no_items():
    assert list(run(square, [])) == []


def test_items_are_drawn_as_they_are_needed():
    drawn = []

    def items():
        for number in range(1000):
            drawn.append(number)
            yield number

    results = run(square, items(), batch=2)
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    assert len(drawn) <= 2 * (AHEAD * WORKERS + 3)
    results.close()
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("batch", [1, 4])
def test_an_item_that_kills_its_worker_is_named_and_the_others_are_done(batch):
    expected = [lost(number) if number == 7 else number**2 for number in range(12)]
    assert list(run(crashing, range(12), batch=batch)) == expected


def test_a_worker_that_dies_by_chance_costs_nothing(tmp_path):
    paths = [str(tmp_path / str(number)) for number in range(3)]
    (tmp_path / "0").touch()
    (tmp_path / "2").touch()
    assert list(run(crashing_once, paths)) == ["0", "1", "2"]


def test_a_worker_that_starts_while_the_others_are_ended_is_not_waited_for(monkeypatch):
    manager = process._ExecutorManagerThread
    name = next(each for each in ("_join_executor_internals", "join_executor_internals")
                if hasattr(manager, each))  # fmt: skip
    end, join, late = manager.terminate_broken, getattr(manager, name), []
    context = multiprocessing.get_context("forkserver")

    def ending(thread, cause):
        if not late:
            late.append(context.Process(target=time.sleep, args=(99,)))
            late[0].start()
        return end(thread, cause)

    def joining(thread, *given, **named):
        thread.processes[late[0].pid] = late[0]
        return join(thread, *given, **named)

    monkeypatch.setattr(manager, "terminate_broken", ending)
    monkeypatch.setattr(manager, name, joining)
    assert list(run(crashing, [7])) == [lost(7)]
    assert {each.exitcode for each in late} == {-signal.SIGTERM}


def test_workers_that_all_die_end_the_run(monkeypatch):
    monkeypatch.setattr(_pool, "MAX_CRASHES", 1)
    results = run(crashing, [7] * 20)
    assert next(results) == lost(7)
    with pytest.raises(InputError, match=r"died 2 times.*fewer workers.*__main__"):
        next(results)
    assert not multiprocessing.active_children()


def test_errors_of_the_function_are_the_callers():
    with pytest.raises(ValueError, match="3"):
        list(run(failing, [3, 4]))
    assert not multiprocessing.active_children()


def test_there_is_a_core():
    assert 1 <= default_workers() <= (os.cpu_count() or 1)


PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from songnet.sources import _pool
from songnet.sources._pool import mapped

def slow(number):
    import os, time
    Path(sys.argv[2], str(os.getpid())).touch()
    time.sleep(0.05)
    return number

if __name__ == "__main__":
    for number in mapped(slow, range(10**6), crashed=str, workers=2):
        print(number, flush=True)
"""


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_an_interrupted_or_killed_program(tmp_path, number):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    pids = tmp_path / "pids"
    pids.mkdir()
    arguments = [sys.executable, str(program), str(Path(__file__).parent), str(pids)]
    with subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell's background jobs ignore SIGINT, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        # A worker alone may finish several errands before the other has started.
        while len(list(pids.iterdir())) < WORKERS:
            assert process.stdout.readline()
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does: to everybody in the group
        else:
            process.send_signal(number)
        process.wait(timeout=60)
    workers = [int(path.name) for path in pids.iterdir()]
    assert len(workers) == WORKERS
    deadline = time.monotonic() + 60
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in workers if is_alive(pid)]
