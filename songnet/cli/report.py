"""`songnet report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from songnet.cli.common import Data, Progress, Seed, Store, listed, opened, tell


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("report")(report)


def report(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.html", help="Where to write the page.")],
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each figure as SVG too.")
    ] = None,
    null: Annotated[
        list[str] | None,
        typer.Option(
            metavar="shuffle,artist,album,rewiring|none",
            help="What to hold agreement against, as in 'partitions compare'. [default: shuffle "
            "and artist, where that takes seconds]",
        ),
    ] = None,
    seed: Seed = 0,
    store: Store = None,
    data: Data = None,
) -> None:
    """Write the report, one self-contained page.

    It says how far the partitions agree and whether that is more than chance, and shows maps of
    what the encoders hear, which community meets which, and what was loaded. Pointing at a song
    names it; a click on a community lights it up in every figure.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.report import Against, write_report

        against = Against(listed(null))
        write_report(
            workspace, file, figures=figures, against=against, seed=seed, progress=progress
        )
    tell(f"wrote {file}")
