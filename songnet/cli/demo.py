"""`songnet demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from songnet.cli.common import Data, Progress, Seed, Store, say, settings_of
from songnet.cli.compare import print_comparison


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("demo")(demo)


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where data and report go.")] = Path(
        "songnet-demo"
    ),
    seed: Seed = 0,
    store: Store = None,
    data: Data = None,
) -> None:
    """Do the whole job on the shipped songs.

    Loads, links, embeds, cuts, compares, and writes DIR/report.html.
    """
    with Progress() as progress:
        from songnet.workflows.demo import run_demo
        from songnet.workflows.workspace import open_workspace

        settings = settings_of(context, store, data, default=str(folder / "songnet.data"))
        with open_workspace(settings) as workspace:
            done = run_demo(
                workspace, folder / "report.html", seed=seed, tell=say, progress=progress
            )
    print_comparison(done.comparison, done.titles)
    say(f"store:  {settings.store}")
    say(f"report: {folder / 'report.html'}")
