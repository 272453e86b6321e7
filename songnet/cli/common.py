"""What commands share: options, the open workspace, tables, JSON, messages, progress."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Self

import typer

from songnet.cli._terminal import printable
from songnet.errors import StateError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from songnet.config import Settings
    from songnet.model import Partition
    from songnet.workflows.workspace import Workspace

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URI",
        help="Where the graph is: a path, bolt://… or neo4j://… "
        "[default: $SONGNET_STORE, songnet.toml, else graph.lbug in the data folder]",
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The data folder [default: $SONGNET_DATA, songnet.toml, else ./songnet.data]",
    ),
]
LabelPrefix = Annotated[
    str | None,
    typer.Option(
        "--label-prefix",
        metavar="NAME",
        help="Before our labels, on a server whose database holds another graph as well "
        "[default: $SONGNET_LABEL_PREFIX, songnet.toml, else none]",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, help="The same seed, the same result.")
]

SKIPS_SHOWN = 20
QUIET_SECONDS = 2.0
SAID_FROM = 1 << 29  # work that takes less memory than this, bytes, is not worth a word
DEGENERATE = (
    "degenerate: {name} has {share} of its songs in one community, so hardly anything can "
    "agree with it; its scores say little"
)


@dataclass(frozen=True)
class Common:
    """The options that stood before the command."""

    store: str | None
    data: str | None
    label_prefix: str | None = None


def settings_of(
    context: typer.Context, store: str | None, data: str | None, *, default: str | None = None
) -> Settings:
    """Settings from the options after the command, else those before it, else the environment.

    `default` is the data folder where nothing at all was said.
    """
    from songnet.config import settings

    common: Common = context.obj
    return settings(
        store=store or common.store,
        data=data or common.data,
        label_prefix=common.label_prefix,
        default=default,
    )


@contextmanager
def opened(
    context: typer.Context, store: str | None, data: str | None, *, new: bool = False
) -> Iterator[Workspace]:
    """The workspace that a command works on; where `new`, an embedded store is made if need be."""
    from songnet.store import engine_of
    from songnet.workflows.workspace import open_workspace

    chosen = settings_of(context, store, data)
    if engine_of(chosen.store) == "ladybug":
        if context.obj.label_prefix:
            raise UsageError(
                f"--label-prefix is for a server's database: got the file {chosen.store}, which "
                "holds no other graph"
            )
        if not new:
            _check_there(chosen.store)
    with open_workspace(chosen) as workspace:
        yield workspace


def _check_there(store: str) -> None:
    """Refuse an embedded store that nobody has made, as one does by a slip in its path."""
    from songnet.store import path_of
    from songnet.store.embedded_files import parts_of

    path = Path(path_of(store))
    if not path.exists() and not parts_of(path):
        raise StateError(
            f"there is no graph at {path}: load some with 'songnet load-playlists' or 'songnet "
            "load-audio', or see that --store and --data are right"
        )


def tell(line: str) -> None:
    """A line of a result, on stdout; whatever it quotes, it does not command the terminal."""
    typer.echo(printable(line))


def say(message: str) -> None:
    """A message for a person, on stderr."""
    typer.echo(printable(message), err=True)


def fail(message: str, code: int) -> NoReturn:
    """One line on stderr, and the exit code."""
    with suppress(OSError):  # where nobody reads it, the exit code still says so
        say(line_of(message))
    sys.exit(code)


def line_of(message: str) -> str:
    """A message as the one line in which a command says why it ended."""
    return f"songnet: {' '.join(message.split())}"


def print_json(value: object) -> None:
    """A result as JSON, on stdout."""
    tell(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
    """Rows under their column names, aligned; numbers to the right."""
    names = list(columns or (rows[0] if rows else ()))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max([len(name), *(len(line[i]) for line in cells)]) for i, name in enumerate(names)]
    right = [
        bool(rows) and all(isinstance(row.get(name), int | float | None) for row in rows)
        for name in names
    ]
    for line in [names, *cells]:
        aligned = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, right, strict=True)
        ]
        tell("  ".join(aligned).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return printable(" ".join(str(value).split()))


def resident() -> int:
    """The memory that this process holds now, bytes; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def listed(given: Sequence[str] | None) -> list[str] | None:
    """Names given one by one or with commas between them; None where none were."""
    texts = [text.split(",") for text in given or ()]
    return [name.strip() for text in texts for name in text if name.strip()] or None


def as_share(share: float) -> str:
    """A share of 0 to 1 in whole percents; only all of something is 100 %, only nothing is 0 %."""
    text = f"{share:.0%}"
    if text == "100%" and share < 1:
        return "over 99%"
    return "under 1%" if text == "0%" and share > 0 else text


def as_gib(size: int) -> str:
    """Bytes as a person says them, as ``3.4 GiB``."""
    return f"{size / (1 << 30):.1f} GiB"


def say_degenerate(partitions: Sequence[Partition]) -> None:
    """Warn of partitions that hardly anything can agree with."""
    for partition in partitions:
        if partition.degenerate:
            say(DEGENERATE.format(name=partition.name, share=as_share(partition.dominance)))


def say_skipped(skipped: Sequence[object]) -> None:
    """What was left out, with reasons: the first ones in full, the rest counted."""
    for item in skipped[:SKIPS_SHOWN]:
        say(f"skipped {item}")
    if len(skipped) > SKIPS_SHOWN:
        say(f"skipped {len(skipped) - SKIPS_SHOWN:,} more")


class Progress:
    """Progress on stderr: drawn for a terminal, after two seconds; else silent."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._told: dict[str, tuple[float, float | None, str]] = {}
        self._drawing = threading.Lock()
        self._quiet = threading.Timer(QUIET_SECONDS, self._begin)
        self._quiet.daemon = True
        self._over = False
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: float, total: float | None = None, note: str = "") -> None:
        """Show that `done` of `total` of `what` are through."""
        if self._live:
            with self._drawing:
                self._told[what] = (done, total, note)
                if self._bars is not None:
                    self._draw(self._bars, what)

    def _begin(self) -> None:
        """Draw what has been told so far; from now on everything is drawn as it comes."""
        with self._drawing:
            if self._over:
                return
            self._bars = _bars()
            for what in self._told:
                self._draw(self._bars, what)

    def _draw(self, bars: Bars, what: str) -> None:
        done, total, note = self._told[what]
        if what not in self._tasks:
            self._tasks[what] = bars.add_task(printable(what), total=total, note="")
        bars.update(self._tasks[what], completed=done, total=total, note=printable(note))

    def __enter__(self) -> Self:
        if self._live:
            self._quiet.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._quiet.cancel()
        with self._drawing:
            self._over = True
            if self._bars is not None:
                self._bars.stop()


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    bars.start()
    return bars
