"""`songnet report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from songnet.cli.common import Data, Progress, Seed, Store, opened


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("report")(report)


def report(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.html", help="Where to write the page.")],
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each figure as SVG too.")
    ] = None,
    seed: Seed = 0,
    store: Store = None,
    data: Data = None,
) -> None:
    """Write the report, one self-contained page.

    It shows what was loaded, what the encoders hear, and how far the partitions agree.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.report import write_report

        write_report(workspace, file, figures=figures, seed=seed, progress=progress)
    typer.echo(f"wrote {file}")
