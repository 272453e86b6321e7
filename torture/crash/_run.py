"""`python -m torture crash`: the options, and the trials one after the other."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from torture.crash._report import CRASH, Page, Tally, write_report
from torture.crash._sites import Embedded, Server, Site
from torture.crash._trial import Bench, Outcome, Plan, Rehearsed, drawn, tried
from torture.crash._warm import warm
from torture.crash._world import commands, make

ROOT = Path(__file__).parents[2]
ENGINES = ("ladybug", "neo4j")
SCRIPT = ROOT / "scripts" / "neo4j"
RESULTS = ROOT / "torture" / "results"


def main(arguments: Sequence[str]) -> None:
    """Run trials, say what came of them, and exit with 1 if any failed."""
    options = options_of(arguments, where="engine", places=ENGINES, page=CRASH)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="songnet-crash-")))
        tally = Tally(seeds=[options.seed])
        for kept in options.add:
            tally.include(kept)
        for engine in ENGINES if options.engine == "both" else (options.engine,):
            hold(_site(engine, folder / "kept", stack), options, folder, tally)
    print(tally.summary())
    sys.exit(1 if tally.failures else 0)


def options_of(
    arguments: Sequence[str], *, where: str, places: Sequence[str], page: Page
) -> argparse.Namespace:
    """What was asked for; `engine` is one of `places`, which its option calls `where`, or both."""
    parser = argparse.ArgumentParser(prog=f"python -m torture {page.name}", description=page.title)
    parser.add_argument("--trials", type=int, default=60, help="in all [default: 60]")
    parser.add_argument(f"--{where}", dest="engine", choices=(*places, "both"), default="both")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--command", action="append", help="only this one; may be repeated")
    parser.add_argument(
        "--replay", metavar="TRIAL", type=Plan.read, help="a failure, as it is told"
    )
    parser.add_argument(
        "--add", metavar="FOLDER", type=Path, action="append", default=[],
        help=f"the trials of this folder's {page.name}.json are counted too; may be repeated",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=RESULTS, help=f"where {page.name}.md goes")
    options = parser.parse_args(arguments)
    names = list(commands(Path()))
    if unknown := sorted({*(options.command or ())} - {*names}):
        parser.error(f"--command {unknown[0]}: allowed are {', '.join(names)}")
    if options.replay:
        options.engine, options.command = options.replay.engine, [options.replay.command]
    options.command = [name for name in names if name in (options.command or names)]
    return options


def hold(
    site: Site, options: argparse.Namespace, folder: Path, tally: Tally, *, ended: float = 0.0
) -> None:
    """Hold the trials of one place, with a page after each; `ended` is as in `drawn`."""
    make(folder / "inputs")
    known = commands(folder / "inputs")
    chosen = [known[name] for name in options.command]
    warm(
        "neo4j" if site.engine == "neo4j" else "ladybug",
        heavy=any("embed" in str(command.before) or command.heavy for command in chosen),
    )
    bench = Bench(site, folder)
    rehearsed = {command.name: bench.rehearse(command) for command in chosen}
    for outcome in _outcomes(bench, rehearsed, options, ended):
        tally.add(outcome)
        for failure in outcome.failures[:3]:
            print(f"{outcome.plan}: {failure}", file=sys.stderr, flush=True)
        if not options.replay:  # after each: whoever ends the run keeps what it tried
            write_report(tally, options.out)


def _outcomes(
    bench: Bench, rehearsed: Mapping[str, Rehearsed], options: argparse.Namespace, ended: float
) -> Iterator[Outcome]:
    if options.replay:
        yield tried(bench, rehearsed[options.replay.command], options.replay)
        return
    engines = len(ENGINES) if options.engine == "both" else 1
    names = list(rehearsed)
    for number in range(-(-options.trials // engines)):
        name = names[number % len(names)]
        draw = random.Random(f"{options.seed} {bench.site.engine} {name} {number}")
        plan = drawn(rehearsed[name], bench.site.engine, draw, ended=ended)
        yield tried(bench, rehearsed[name], plan)


def _site(engine: str, kept: Path, stack: ExitStack) -> Site:
    if engine == "ladybug":
        return Embedded(kept)
    if "NEO4J_URI" in os.environ:
        return Server(kept, os.environ)
    return Server(kept, stack.enter_context(_own_server(kept / "home")))


@contextmanager
def _own_server(home: Path) -> Iterator[dict[str, str]]:
    """A server for these trials alone."""
    script = [sys.executable, str(SCRIPT)]
    started = subprocess.run(
        [*script, "start", "--home", str(home)], check=True, capture_output=True, text=True
    )
    try:
        yield dict(line.split("=", 1) for line in started.stdout.splitlines())
    finally:
        subprocess.run([*script, "stop", "--home", str(home)], check=True, capture_output=True)
