"""`python -m torture power`: the options, and the trials one after the other."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from torture.crash._report import Page, Tally
from torture.crash._run import hold, options_of
from torture.power._disk import JOURNALS, Disk, NoDiskError, check_machine, keep_mounts_to_ourselves

NOT_HERE = 3  # the exit code where trials cannot be held
ENDED = 0.35  # the share of cuts that come when the command has just ended
POWER = Page(
    name="power",
    title="Power cut at chance points",
    header=("journal", "command", "trials", "cuts", "cuts in mid-work", "failures", "per 1,000",
            "s"),
    hits="cuts in mid-work",
    about="""The embedded store and its
data folder lie on an ext4 of their own: an image file, mounted by a loop device, without the
second chances that ext4 gives those who forget to flush (`noauto_da_alloc`, `commit=300`). A cut
comes at a chance point of a command, or (a third of them) at once after it has ended with exit
code 0: all its processes are stopped, the image is copied, the copy takes the disk's place. So
what was in the kernel's memory alone is gone: data, sizes and names of files that were neither
flushed by songnet or Ladybug nor by the journal on another's account. A fourth of the commands is
cut off twice. Then the store must open, nothing that was there or acknowledged may be gone, doubled
or half-written, `songnet store check` must be content, the same command must end well, and graph
and data folder must be, bit by bit, those of a run that was never cut off; after an exit code of 0
they must be so at once.

`ordered` and `writeback` are what ext4 does with data before it notes names and sizes: it writes
what has its place on the disk already, or leaves all to chance. Not modelled: a disk that forgets
or reorders what it was given, or says that it has flushed and has not; torn sectors; other file
systems, whose journals may forget more at the same moment; a Neo4j server, whose files are its own.
""",
    options="--trials 1000 --seed 0",
)  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Run trials, say what came of them; exit with 1 if any failed, 3 if none can be held here."""
    options = options_of(arguments, where="journal", places=JOURNALS, page=POWER)
    try:
        check_machine()
        keep_mounts_to_ourselves()
        tally = _held(options)
    except NoDiskError as error:
        print(f"torture power {error}", file=sys.stderr)
        sys.exit(NOT_HERE)
    print(tally.summary())
    sys.exit(1 if tally.failures else 0)


def _held(options: Namespace) -> Tally:
    tally = Tally(seeds=[options.seed], page=POWER)
    for kept in options.add:
        tally.include(kept)
    with tempfile.TemporaryDirectory(prefix="songnet-power-") as folder:
        for journal in JOURNALS if options.engine == "both" else (options.engine,):
            disk = Disk(Path(folder) / "kept", journal)
            try:
                hold(disk, options, Path(folder), tally, ended=ENDED)
            finally:
                disk.release()
    return tally
