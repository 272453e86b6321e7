"""`python -m torture fuzz`: inputs by the thousand, and a page of what became of them."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from torture.fuzz import page
from torture.fuzz.items import from_kept, kept
from torture.fuzz.page import Tally
from torture.fuzz.pool import Trial
from torture.fuzz.readers import READERS
from torture.fuzz.worker import Inputs

RESULTS = Path(__file__).resolve().parents[1] / "results"
MOST_KEPT = 20


def main(arguments: Sequence[str]) -> None:
    """Run what the options say; leave with 1 where an input did what it must not."""
    options = _parser().parse_args(arguments)
    if options.replay:
        sys.exit(replay(options.replay))
    if options.commands:
        from torture.fuzz.commands import tried

        tallies = None
        page.write_commands(options.out, tried())
        print(f"wrote {options.out / 'fuzz.md'}")
        return
    tallies = [
        trial(reader, options.inputs, options.seed, options.kept)
        for reader in options.reader or READERS
    ]
    page.write(options.out, tallies, options.seed)
    print(f"wrote {options.out / 'fuzz.md'}")
    sys.exit(any(tally.failures for tally in tallies))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m torture fuzz", description=__doc__)
    parser.add_argument("--reader", action="append", choices=READERS, help="repeatable [all]")
    parser.add_argument("--inputs", type=int, default=10_000, help="for every reader [10000]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one kept input")
    parser.add_argument(
        "--commands", action="store_true", help="the command line on one input each"
    )
    parser.add_argument(
        "--kept", type=Path, default=Path("build/fuzz"), metavar="DIR", help="failures [build/fuzz]"
    )
    parser.add_argument(
        "--out", type=Path, default=RESULTS, metavar="DIR", help="the page's folder"
    )
    return parser


def trial(reader: str, count: int, seed: int, folder: Path) -> Tally:
    """The corpus and then mutations, `count` inputs in all; what fails is kept in `folder`."""
    tally = Tally(reader)
    begun = time.monotonic()
    with Trial(reader, seed) as running:
        tally.corpus = running.corpus
        for number, outcome in running.run(range(max(count, running.corpus))):
            tally.add(number, outcome)
            if not outcome.passed:
                _keep(Inputs(reader, seed), tally, number, folder)
    tally.seconds = time.monotonic() - begun
    print(tally.line(), flush=True)
    return tally


def _keep(inputs: Inputs, tally: Tally, number: int, folder: Path) -> None:
    """An input that failed, as a file; of many failures the first ones."""
    outcome = tally.failed[-1][1]
    print(
        f"{tally.reader} {number} ({inputs.what(number)}): {outcome.kind}: {_end(outcome.detail)}"
    )
    if len(tally.failed) <= MOST_KEPT:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{tally.reader}-{number}.json"
        path.write_text(kept(tally.reader, inputs[number]), "utf-8")


def _end(detail: str) -> str:
    """The last lines of a traceback, or the beginning of anything else."""
    return ascii(" / ".join(each.strip() for each in detail.splitlines()[-4:])[-400:])


def replay(path: Path) -> int:
    """Run a kept input again; 1 where it fails."""
    reader, item = from_kept(path.read_text("utf-8"))
    with Trial(reader, 0) as running:
        ((_, outcome),) = running.run([item])
    print(f"{reader}: {outcome.kind} in {outcome.seconds:.2f} s, {outcome.peak / 2**20:.0f} MiB")
    print(outcome.detail)
    return 0 if outcome.passed else 1
