"""Runs commands of songnet, each in a child of a process that has imported what they need.

An order is a line of JSON on stdin; the answers are the child's process id, then its exit code.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
from typing import Any, NoReturn

NEEDED = (
    "igraph", "ladybug", "pyarrow.compute", "pyarrow.parquet", "pyarrow.csv", "scipy.sparse",
    "songnet.cli.main", "songnet.workflows.load", "songnet.workflows.link",
    "songnet.workflows.partition", "songnet.workflows.playlist", "songnet.workflows.report",
    "songnet.workflows.check", "songnet.store.ladybug",
)  # fmt: skip
CAPABILITY_VERSION = 0x20080522
OVERRIDES = 0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def main() -> None:
    for name in NEEDED:
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            work(order)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def work(order: dict[str, Any]) -> NoReturn:
    os.chdir(order["folder"])
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ.update(order["environment"])
    for name in order["without"]:
        os.environ.pop(name, None)
    if order["bound"]:
        be_bound_by_permissions()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A shell that starts the tests in the background has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if order["largest_file"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)
    exec(order["code"], {})  # noqa: S102 - the test's own
    sys.argv = ["songnet", *order["arguments"]]
    from songnet.cli.main import run

    run()


def be_bound_by_permissions() -> None:
    """Take from root the right to read and write what the mode of a file forbids."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    rights = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, rights) == 0
    rights[0] &= ~OVERRIDES
    assert libc.capset(header, rights) == 0


if __name__ == "__main__":
    main()
