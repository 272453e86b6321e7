"""`songnet identify`."""

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
    say_skipped,
)

if TYPE_CHECKING:
    from songnet.encoders.evaluation import VoteAccuracy
    from songnet.workflows.identify import Identified


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("identify")(identify)


def identify(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Audio, 96x216 PNGs, folders, zips.")],
    on: Annotated[
        str, typer.Option(help="What to say of them: label, artist, album, soundtrack.")
    ] = "label",
    encoder: Annotated[
        str | None, typer.Option(help="Who listens [default: the contrastive one, or the only].")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Songs that vote.")] = 5,
    clips: Annotated[int, typer.Option(min=1, max=100, help="Clips per file.")] = 1,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say what unknown sounds are: the label of the songs that sound most like them.

    How often such votes are right is measured on the labelled songs, recordings kept apart.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.identify import identify as run

        done = run(
            workspace,
            files,
            on=on,
            encoder=encoder,
            k=k,
            clips=clips,
            seed=seed,
            progress=progress,
        )
    if as_json:
        print_json(done.to_json())
        return
    print_table([_row(file) for file in done.files])
    say_skipped(done.skipped)
    _say_accuracy(done.accuracy, done.on, done.encoder)


def _row(file: Identified) -> dict[str, str | float]:
    best = file.vote.neighbors[0]
    return {
        "file": file.file,
        "label": file.vote.label,
        "confidence": file.vote.confidence,
        "most similar": f"{best.song} ({best.cosine:.2f})",
        "note": "is in the graph itself" if file.itself else "",
    }


def _say_accuracy(accuracy: VoteAccuracy | None, on: str, encoder: str) -> None:
    if accuracy is None:
        say(f"too few labelled songs to measure how often {encoder} is right")
        return
    chance = max(accuracy.classes.values()) / accuracy.songs
    say(
        f"{encoder} finds the right {on} of {accuracy.accuracy:.0%} of {accuracy.songs:,} songs "
        f"({len(accuracy.classes)} classes; always the largest: {chance:.0%})"
    )
    for level in accuracy.levels:
        if level.votes:
            say(
                f"  confidence {level.confidence:.2f}: right {level.accuracy:.0%} "
                f"of {level.votes:,} votes"
            )
