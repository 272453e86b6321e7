"""The door: every command, and how errors leave."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from typing import Annotated, Any, NoReturn

import typer
import typer.main

from songnet import __version__
from songnet.cli import (
    demo,
    diversity,
    embed,
    encoders,
    graph,
    identify,
    link,
    link_import,
    load,
    multiplex,
    partitions,
    playlist,
    playlist_evaluation,
    remove,
    report,
    scale,
    study,
)
from songnet.cli import store as store_commands
from songnet.cli._leaving import leave_after
from songnet.cli.common import (
    Common,
    Data,
    LabelPrefix,
    Store,
    fail,
    say,
    say_skipped,
)
from songnet.errors import NothingLoadedError, SongnetError

INTERRUPTED = 130
PREAMBLES = re.compile(r"(?<=: )Value error, |, unable to parse string as an? \w+")

app = typer.Typer(
    name="songnet",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Do songs that people put together also sound together?",
    epilog=(
        "Start with 'songnet demo', or 'songnet load-playlists' and 'songnet load-audio'. "
        "Results go to stdout, progress and messages to stderr; exit codes: 0 done, 1 failed, "
        "2 wrong usage, 130 interrupted."
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"songnet {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    store: Store = None,
    data: Data = None,
    label_prefix: LabelPrefix = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Take the options that hold for every command."""
    context.obj = Common(store=store, data=data, label_prefix=label_prefix)


def command() -> Any:
    """The whole command line: what opens a store takes the label prefix after it as well."""
    group: Any = typer.main.get_command(app)
    option = copy(next(param for param in group.params if param.name == "label_prefix"))
    option.expose_value, option.callback = False, _keep_prefix
    for each in _commands(group):
        names = {param.name for param in each.params}
        if "store" in names and "label_prefix" not in names:
            each.params.append(option)
    return group


def _keep_prefix(context: typer.Context, _: object, value: str | None) -> None:
    if value is not None:
        context.obj = replace(context.obj, label_prefix=value)


def _commands(group: Any) -> Iterator[Any]:
    for each in group.commands.values():
        if hasattr(each, "commands"):
            yield from _commands(each)
        else:
            yield each


load.register(app)
multiplex.register(link.link)
link_import.register(link.link)
link.register(app)
embed.register(app)
identify.register(app)
app.add_typer(encoders.app, name="encoders")
app.add_typer(partitions.app, name="partitions")
playlist_evaluation.register(playlist.app)
app.add_typer(playlist.app, name="playlist")
diversity.register(app)
report.register(app)
study.register(app)
graph.register(app)
app.add_typer(remove.app, name="remove")
app.add_typer(store_commands.app, name="store")
app.add_typer(scale.app, name="scale")
demo.register(app)


def run() -> NoReturn:
    """Run the command line and leave with its exit code; never with a traceback for bad input."""
    leave_after(_run)


def _run() -> int:
    try:
        result: Any = command()(standalone_mode=False)
    except NothingLoadedError as error:
        if len(error.skipped) > 1:
            say_skipped(error.skipped)
        fail(str(error), error.exit_code)
    except SongnetError as error:
        fail(str(error), error.exit_code)
    except typer.TyperException as error:
        _refuse(error)
    except typer.Abort:
        fail("stopped", 1)
    if result == INTERRUPTED:
        fail("interrupted: what was finished is kept; run the same command again", INTERRUPTED)
    return result if isinstance(result, int) else 0


def _refuse(error: typer.TyperException) -> NoReturn:
    """Wrong usage: its line, or the help where nothing was said."""
    message = error.format_message()
    if message.startswith("Usage:"):
        say(message)
        sys.exit(error.exit_code)
    fail(_in_our_words(message, error.__cause__), error.exit_code)


def _in_our_words(message: str, cause: BaseException | None) -> str:
    """What Typer's validation says of a value, without its preambles and with the value."""
    said = PREAMBLES.sub("", message)
    if ": Input should be " not in said:
        return said
    errors: list[Any] = getattr(cause, "errors", list)()
    got = f", got {errors[0]['input']!r}" if errors else ""
    return said.replace(": Input should be ", ": must be ") + got


if __name__ == "__main__":
    run()
