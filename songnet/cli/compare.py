"""`songnet partitions compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from songnet.cli._comparison import print_comparison
from songnet.cli.common import Data, Json, Progress, Seed, Store, listed, opened, print_json

__all__ = ["compare", "print_comparison", "register"]


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("compare")(compare)


def compare(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="[default: all partitions]")
    ] = None,
    null: Annotated[
        list[str] | None,
        typer.Option(
            metavar="shuffle,artist,album,rewiring|none",
            help="What to hold scores against: labels shuffled among all songs, or among those of "
            "one artist or album; or partitions of rewired playlists. [default: shuffle and "
            "artist, where that takes seconds]",
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option(min=1, help="Shuffles per null, and subsamples per interval.")
    ] = 99,
    rewirings: Annotated[
        int, typer.Option(min=1, help="Rewired networks; each is linked and cut anew.")
    ] = 19,
    interval: Annotated[
        bool, typer.Option("--interval", help="Give 95 % intervals, by subsampling.")
    ] = False,
    truth: Annotated[
        list[str] | None,
        typer.Option(
            metavar="label|artist|album",
            help="Compare with what is known of the songs too. May be repeated.",
        ),
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Score how far partitions agree beyond chance, and show where they meet."""
    with Progress() as progress, opened(context, store, data) as workspace:
        from songnet.workflows.compare import community_titles, compare_partitions

        comparison = compare_partitions(
            workspace,
            names or [],
            nulls=listed(null),
            samples=samples,
            rewirings=rewirings,
            interval=interval,
            truth=listed(truth) or [],
            seed=seed,
            progress=progress,
        )
        titles = {} if as_json else community_titles(workspace, comparison.partitions)
    if as_json:
        print_json(comparison.to_json())
        return
    print_comparison(comparison, titles)
