"""Too little memory: a line that says so, and a store that is whole.

A library that cannot go on without memory may also end its own process (a signal, or exit code 127
of the dynamic linker); what is promised then is the store.
"""

from __future__ import annotations

import sys

import pytest
from fault_world import TINY, World, write_lists

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")

LIMIT = """
import resource
from pathlib import Path
from {module} import {owner}
real = {owner}.{name}
def limited(*given, **named):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + {more},) * 2)
    return real(*given, **named)
{owner}.{name} = limited
"""
STORE = {"module": "songnet.store.ladybug", "owner": "LadybugStore"}
WORK = {
    "load-playlists": (("load-playlists", "more.csv"), {**STORE, "name": "add_playlists"}),
    "link": (
        ("link", "playlists", "--name", "two"),
        {**STORE, "name": "memberships"},
    ),
    "partitions run": (
        ("partitions", "run", "leiden", "--on", "playlists", "--name", "two"),
        {**STORE, "name": "networks"},
    ),
    "embed": (
        ("embed", "--encoder", "two", "--epochs", "1", *TINY),
        {**STORE, "name": "encoders"},
    ),
}


@pytest.mark.parametrize("name", WORK)
@pytest.mark.parametrize("more", [1 << 16, 30 << 20])
def test_too_little_memory(world: World, name: str, more: int) -> None:
    write_lists(world.folder / "more.csv", lists=4_000, songs=500, length=30)
    command, place = WORK[name]
    before = world.holds()
    done = world.run(*command, code=LIMIT.format(more=more, **place))
    assert done.code in {0, 1} or done.code < 0 or done.code == 127, done.err
    if done.code == 1:
        assert "memory" in done.err.lower()
        assert sum(line.startswith("songnet: ") for line in done.err.splitlines()) == 1
    assert world.is_sound()
    if done.code:
        assert world.holds() == before
    assert world.run(*command).code == 0


RAISING = """
import songnet.workflows.link as link
class ResourceExhaustedError(Exception):
    pass
def raising(*given, **named):
    raise {error}
link.link_playlists = raising
"""


@pytest.mark.parametrize(
    "error",
    [
        "MemoryError()",
        "MemoryError('Unable to allocate 8 GiB for an array')",
        "RuntimeError('std::bad_alloc')",
        'RuntimeError("can\'t start new thread")',
        "OSError(12, 'Cannot allocate memory')",
        "ImportError('lib.so: failed to map segment from shared object')",
        "ResourceExhaustedError('OOM when allocating tensor')",
    ],
)
def test_every_word_for_it_is_one_line(world: World, error: str) -> None:
    line = world.fails("link", "playlists", code=RAISING.format(error=error))
    assert line.startswith("songnet: out of memory")


def test_a_store_opens_within_a_limit_on_addresses(world: World) -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_AS, (4 << 30,) * 2)"
    assert world.run("info", code=code).code == 0
    done = world.run("load-playlists", "lists.csv", code=code)
    assert done.code == 0
    little = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 29,) * 2)"
    assert "memory" in world.fails("info", code=little)
