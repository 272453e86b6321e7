"""`songnet study`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from songnet.cli.common import (
    Data,
    Json,
    Progress,
    Seed,
    Store,
    opened,
    print_json,
    print_table,
    say,
    tell,
)

if TYPE_CHECKING:
    from songnet.workflows._study_result import Study

Report = Annotated[Path, typer.Argument(metavar="FILE.html", help="Where to write the report.")]


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("study")(study)


def study(
    context: typer.Context,
    file: Report,
    network: Annotated[
        str, typer.Option(help="The network of playlists; linked where it is not there.")
    ] = "playlists",
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Of every training [default: each model's own, long]."),
    ] = None,
    samples: Annotated[int, typer.Option(min=19, help="Of the nulls that shuffle labels.")] = 199,
    rewirings: Annotated[
        int, typer.Option(min=19, help="Of the null that rewires playlists.")
    ] = 39,
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each figure as SVG too.")
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Do the original study anew, and answer its question beyond chance.

    Trains the study's five encoders and the contrastive one (those that are there are used as they
    are), chooses the number of clusters, cuts playlists and sound by every method, holds every pair
    against every null, and writes the report. What is done is kept: the same command goes on.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.study import Plan, run_study

        plan = Plan(network, epochs, samples, rewirings, seed)
        done = run_study(workspace, file, plan, figures=figures, tell=say, progress=progress)
    if as_json:
        print_json(done.to_json())
        return
    _print(done)
    say(f"report: {file}")


def _print(done: Study) -> None:
    said = done.to_json()["answer"]
    print_table(
        [
            {
                "encoder": row.encoder,
                "k": row.score.clusters,
                "by": ", ".join(row.rules),
                "communities": row.score.communities,
                "songs": row.score.songs,
                "nmi": row.score.nmi,
                "chance": row.score.chance,
                "ami": row.score.ami,
                **{f"p {null}": p for null, p in row.score.p.items()},
            }
            for row in done.own
        ]
    )
    tell("")
    tell(f"{said['headline']} {said['text']}")
    for sentence in done.limits:
        say(sentence)
