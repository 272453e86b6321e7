"""A pytest plugin: tests are collected once; for each mutant a fork runs those that reach it.

First all tests run on the code as it is, which shows what each reaches and costs. A mutant meets
its tests from the cheapest on, until one fails or takes far longer than usual. The mutants stand in
the JSON file that ``SONGNET_MUTANTS`` names; what became of them goes to ``SONGNET_MUTANTS_OUT``.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import mutmut.mutation.trampoline as switch
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

if TYPE_CHECKING:
    import pytest

EXAMPLES = 12
NOBODY = "no.such__mutmut_0"  # changes nothing, so that every test must pass
MEMORY = 3 * 2**30
SECONDS, TIMES = 3.0, 3.0  # of processor time: beyond SECONDS + TIMES * usual, it does not end

# No shrinking: that a test fails is enough.
settings.register_profile(
    "mutants", max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Few examples for tests that say how many they want, too."""
    for item in items:
        test = getattr(item, "obj", None)
        if hasattr(test, "hypothesis"):
            asked = getattr(test, "_hypothesis_internal_use_settings", None)
            test._hypothesis_internal_use_settings = settings(
                settings.get_profile("mutants"),
                suppress_health_check=asked.suppress_health_check if asked else (),
            )


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of pytest's own loop."""
    reached, usual = {}, {}
    for item in session.items:
        reached[item], usual[item] = _tried(item)
    switch.set_mutant_under_test("")
    session.items.sort(key=usual.__getitem__)
    gc.collect()
    gc.freeze()
    names = json.loads(Path(os.environ["SONGNET_MUTANTS"]).read_text())
    with Path(os.environ["SONGNET_MUTANTS_OUT"]).open("w") as out:
        for name in (NOBODY, *names):
            function = name.rpartition("__mutmut_")[0]
            tests = [each for each in session.items if name == NOBODY or function in reached[each]]
            limit = int(SECONDS + TIMES * sum(usual[each] for each in tests))
            print(json.dumps([name, *_meets(name, tests, limit)]), file=out, flush=True)
    return True


def _tried(item: pytest.Item) -> tuple[set[str], float]:
    """Which functions a test reaches, and what it costs."""
    reached: set[str] = set()
    switch.record_trampoline_hit = lambda name, *_, **__: reached.add(name)
    switch.set_mutant_under_test("stats")
    began = time.process_time()
    if not _passes(item):
        raise RuntimeError(f"{item.nodeid} fails on the code as it is")
    return reached, time.process_time() - began


def _passes(item: pytest.Item) -> bool:
    return not any(each.failed for each in runtestprotocol(item, log=False, nextitem=None))


def _meets(name: str, tests: list[pytest.Item], limit: int) -> tuple[str, str]:
    """What became of a mutant, and by which test."""
    import resource

    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        switch.set_mutant_under_test(name)
        by = next(_failing(tests), "")
        os.write(writing, by.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        by = pipe.read()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended == -signal.SIGKILL:
        return "does not end", ""
    if ended or by:
        return "killed", by
    return ("survived" if tests else "no test"), ""


def _failing(tests: list[pytest.Item]) -> Iterator[str]:
    for item in tests:
        try:
            if not _passes(item):
                yield item.nodeid
        except BaseException as error:  # noqa: BLE001 - whatever a mutant does, it is seen
            yield f"{item.nodeid}: {type(error).__name__}"
