"""`songnet remove playlist | song | encoder | network | partition`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songnet.cli.common import (
    Data,
    Json,
    Progress,
    Store,
    opened,
    print_json,
    print_table,
    say,
)
from songnet.errors import InputError, UsageError

if TYPE_CHECKING:
    from songnet.workflows.remove import Kind, Removal, Results

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Take things out, with all that hangs on them; what goes is told first.",
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID...")]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME...")]
From = Annotated[
    Path | None, typer.Option("--from", metavar="FILE", help="Take them from a file, one a line.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")]
WithResults = Annotated[
    bool, typer.Option("--with-results", help="Also the results that were made with them.")
]
WithSongs = Annotated[
    bool,
    typer.Option("--with-songs", help="Also songs that are then in no playlist and lack sound."),
]

NAMES_SHOWN = 5


@app.command()
def playlist(
    context: typer.Context,
    ids: Ids = None,
    from_file: From = None,
    with_songs: WithSongs = False,
    with_results: WithResults = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Remove playlists; their songs stay, and so do networks, encoders and partitions."""
    options = {"with_songs": with_songs, "with_results": with_results}
    asking = {"yes": yes, "dry_run": dry_run, "as_json": as_json}
    _remove(context, "playlist", _given(ids, from_file), options, store=store, data=data, **asking)


@app.command()
def song(
    context: typer.Context,
    ids: Ids = None,
    from_file: From = None,
    with_results: WithResults = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Remove songs from playlists, networks, partitions, vectors and files.

    What is left of a playlist keeps its positions; what is left of networks and partitions stays,
    unless --with-results is given.
    """
    options = {"with_results": with_results}
    asking = {"yes": yes, "dry_run": dry_run, "as_json": as_json}
    _remove(context, "song", _given(ids, from_file), options, store=store, data=data, **asking)


@app.command()
def encoder(
    context: typer.Context,
    names: Names = None,
    from_file: From = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Remove encoders with their vectors, files, sound networks and partitions."""
    asking = {"yes": yes, "dry_run": dry_run, "as_json": as_json}
    _remove(context, "encoder", _given(names, from_file), {}, store=store, data=data, **asking)


@app.command()
def network(
    context: typer.Context,
    names: Names = None,
    from_file: From = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Remove networks with their partitions and the multiplex networks they are layers of."""
    asking = {"yes": yes, "dry_run": dry_run, "as_json": as_json}
    _remove(context, "network", _given(names, from_file), {}, store=store, data=data, **asking)


@app.command()
def partition(
    context: typer.Context,
    names: Names = None,
    from_file: From = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Remove partitions with their communities."""
    asking = {"yes": yes, "dry_run": dry_run, "as_json": as_json}
    _remove(context, "partition", _given(names, from_file), {}, store=store, data=data, **asking)


def _given(ids: Sequence[str] | None, from_file: Path | None) -> list[str]:
    """What is named on the command line and in the file."""
    given = [*(ids or []), *(_lines(from_file) if from_file else [])]
    if not given:
        raise UsageError("nothing is named: say what to remove, or give --from FILE, one a line")
    return given


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path} is not UTF-8 text: give ids, one a line") from error
    return [text for line in lines if (text := line.rstrip("\r"))]


def _remove(
    context: typer.Context,
    kind: Kind,
    ids: Sequence[str],
    options: Mapping[str, bool],
    *,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    store: str | None,
    data: str | None,
) -> None:
    with opened(context, store, data) as workspace:
        from songnet.workflows.remove import plan_removal, remove

        removal = plan_removal(workspace, kind, ids, **options)
        if not as_json:
            _print_removal(removal)
        if not dry_run:
            _ask(removal, yes=yes)
            with Progress() as progress:
                remove(workspace, removal, progress=progress)
    if as_json:
        print_json({**removal.to_json(), "removed": not dry_run})
    else:
        say(f"{'would remove' if dry_run else 'removed'} {_counted(removal)}")


def _ask(removal: Removal, *, yes: bool) -> None:
    """Return if the removal is wanted."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            f"{_counted(removal)} would go for good, and there is no terminal to ask on: give "
            "--yes to remove them, --dry-run to see what hangs on them"
        )
    typer.confirm(f"Remove {_counted(removal)} for good?", abort=True, err=True)


def _counted(removal: Removal) -> str:
    """As ``3 playlists and 2 partitions``."""
    counts = {
        "playlist": len(removal.playlists),
        "song": len(removal.songs),
        "network": len(removal.results.networks),
        "encoder": len(removal.results.encoders),
        "partition": len(removal.results.partitions),
    }
    parts = [f"{count:,} {what}{'s' * (count != 1)}" for what, count in counts.items() if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _print_removal(removal: Removal) -> None:
    rows = [*_going(removal), *_losing(removal), *_staying(removal)]
    print_table([row for row in rows if row["number"]], ["what", "number", "which"])


def _row(what: str, number: int, names: Sequence[object] = ()) -> dict[str, Any]:
    shown = ", ".join(map(str, names[:NAMES_SHOWN]))
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return {"what": what, "number": number, "which": shown + more}


def _going(removal: Removal) -> Iterator[dict[str, Any]]:
    """What goes."""
    yield _row("playlists", len(removal.playlists), removal.playlists)
    yield _row("songs", len(removal.songs), removal.songs)
    yield _row("memberships", removal.memberships)
    yield from _of("", removal.results)
    yield _row("edges of them", removal.edges)
    yield _row("vectors", sum(removal.vectors.values()), [*removal.vectors])
    yield _row("spectrograms", removal.clips)
    yield _row("files", len(removal.files), removal.files)


def _losing(removal: Removal) -> Iterator[dict[str, Any]]:
    """What stays and loses songs."""
    yield _row("edges from networks", sum(removal.networks.values()), [*removal.networks])
    yield _row("songs from partitions", sum(removal.partitions.values()), [*removal.partitions])


def _staying(removal: Removal) -> Iterator[dict[str, Any]]:
    """What stays and is no longer what it was."""
    yield _row("kept: playlists without a song", removal.emptied)
    yield _row("kept: songs in no playlist", removal.alone)
    yield from _of("kept, made before: ", removal.outdated)


def _of(prefix: str, results: Results) -> Iterator[dict[str, Any]]:
    yield _row(f"{prefix}networks", len(results.networks), results.networks)
    yield _row(f"{prefix}encoders", len(results.encoders), results.encoders)
    yield _row(f"{prefix}partitions", len(results.partitions), results.partitions)
