"""What a piece of work takes: seconds, the processor's seconds, memory; and on what machine."""

from __future__ import annotations

import os
import platform
import resource
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

POLL = 0.05
SELDOM = 2.0


@dataclass
class Meter:
    """What the work inside `metered` took.

    Attributes
    ----------
    wall
        Seconds on the clock.
    cpu
        Seconds of processor, user's and system's, of all threads and of the children that ended.
    peak
        The most bytes that this process held beyond what it held before, children not counted.
    held
        Bytes that it held before.
    """

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    held: int = 0


@contextmanager
def metered() -> Iterator[Meter]:
    """Measure what is done inside, in this process and its children."""
    meter = Meter()
    forget_peak()
    meter.held = held_bytes()
    cpu, wall = cpu_seconds(), time.perf_counter()
    yield meter
    meter.wall = time.perf_counter() - wall
    _await_workers()
    meter.cpu = cpu_seconds() - cpu
    meter.peak = max(peak_bytes() - meter.held, 0)


def _await_workers() -> None:
    """End the process that a pool's workers were forked from, so that what all took counts."""
    server = forkserver._forkserver  # there is no public way to wait for it
    server._stop()  # type: ignore[attr-defined]


def cpu_seconds() -> float:
    """Seconds of processor of this process, its threads and the children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def forget_peak(pid: int | str = "self") -> None:
    """Let a process's peak of memory begin anew from what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def peak_bytes(pid: int | str = "self") -> int:
    """The most memory that a process held at once since `forget_peak`."""
    return _memory(pid, "VmHWM")


def held_bytes(pid: int | str = "self") -> int:
    """The memory that a process holds."""
    return _memory(pid, "VmRSS")


def _memory(pid: int | str, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} says nothing of {field}")


def tree_bytes(pid: int) -> int:
    """The memory that a process and all below it hold, pages that they share counted once."""
    return sum(_share(one) for one in family(pid))


def family(pid: int) -> list[int]:
    """A process and all below it that still run."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [each for child in task.read_text().split() for each in family(int(child))]
        except OSError:  # it ended meanwhile
            continue
    return found


def _share(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:  # it ended meanwhile
        return 0
    return 0


def machine() -> dict[str, object]:
    """What the measurements were made on, without names of hosts."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / (1 << 30), 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[1], 1),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def described(about: dict[str, object]) -> str:
    """A machine in a line."""
    return (
        f"{about['processor']}, {about['cores']} cores, {about['memory_gib']} GiB, "
        f"{about['system']}, Python {about['python']}; load of the machine at the end "
        f"{about['load']}"
    )


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of the packages that are installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def plain_ticks(axis: Any) -> None:
    """Plain numbers at 1, 2 and 5 on a logarithmic axis of matplotlib's."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
    axis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axis.set_minor_formatter(NullFormatter())


# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """A command that was run.

    Attributes
    ----------
    wall, cpu
        Seconds on the clock, and of the processor: all threads and children.
    peak
        The most bytes that it and its children held.
    said
        What it printed, without its messages.
    """

    wall: float
    cpu: float
    peak: int
    said: str


class StoppedError(Exception):
    """A command took too long and was stopped, or failed; the message says which in a line."""


def compiled_once(folder: Path) -> dict[str, str]:
    """The environment, but that modules are compiled once and kept in a folder.

    Where the environment or a read-only folder forbids that, every start would compile them anew.
    """
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder)}


def run_command(
    command: Sequence[str], *, limit: float, folder: Path, environment: Mapping[str, str]
) -> Ran:
    """Run a command in a process group of its own, with `folder` for what it says.

    Raises
    ------
    StoppedError
        It took more than `limit` seconds, and was stopped, or failed.
    """
    out, messages = folder / "said", folder / "messages"
    before, began = cpu_seconds(), time.perf_counter()
    with out.open("wb") as said, messages.open("wb") as told:
        process = subprocess.Popen(
            command, env=environment, stdout=said, stderr=told, start_new_session=True
        )
        peak = _watched(process, began, limit)
    wall, cpu = time.perf_counter() - began, cpu_seconds() - before
    if process.returncode:
        lines = messages.read_text("utf-8", "replace").strip().splitlines()
        raise StoppedError(f"failed: {lines[-1] if lines else process.returncode}")
    return Ran(wall, cpu, peak, out.read_text("utf-8", "replace"))


def _watched(process: subprocess.Popen[bytes], began: float, limit: float) -> int:
    """Wait for a process, and give the most bytes that it and its children held."""
    most = 0
    while process.poll() is None:
        most = max(most, held_by_all(process.pid), _peak_of_one(process.pid))
        if time.perf_counter() - began > limit:
            stop(process)
            raise StoppedError(f"over {limit:g} s")
        # To look is work too, for the kernel and for who is looked at: less often in a long run.
        time.sleep(min(max(POLL, (time.perf_counter() - began) / 100), SELDOM))
    return most


def held_by_all(pid: int) -> int:
    """Bytes that a process and its children hold; 0 once it has ended."""
    try:
        return held_bytes(pid) if len(family(pid)) == 1 else tree_bytes(pid)
    except (OSError, RuntimeError):
        return 0


def _peak_of_one(pid: int) -> int:
    try:
        return peak_bytes(pid)
    except (OSError, RuntimeError):
        return 0


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child that leads a group of its own, and what it started, by the group's number."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
