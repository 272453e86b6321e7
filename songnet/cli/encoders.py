"""`songnet encoders list | show | evaluate | search | export | import`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songnet.cli import search
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
    from songnet.encoders.evaluation import Measured
    from songnet.workflows.evaluate import Evaluated, Inside

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The encoders in the graph.")

Name = Annotated[str, typer.Argument(help="The encoder.")]
EXAMPLES = 3
NEIGHBORS = 3


@app.command("list")
def list_(
    context: typer.Context, as_json: Json = False, store: Store = None, data: Data = None
) -> None:
    """List the encoders."""
    with opened(context, store, data) as workspace:
        rows = [
            {
                "name": info.name,
                "kind": info.kind,
                "latent": info.latent,
                "dimensions": info.dimensions,
                "validation_loss": info.params.get("validation_loss"),
                "created_at": info.created_at,
            }
            for info in workspace.store.encoders()
        ]
    print_json(rows) if as_json else print_table(
        rows, ["name", "kind", "latent", "dimensions", "validation_loss", "created_at"]
    )


@app.command()
def show(
    context: typer.Context,
    name: Name,
    samples: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png",
            help="Draw what its decoder makes: songs, random samples, ways from song to song.",
        ),
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say how an encoder was made, and draw what it has learnt."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.encoders import draw_samples
        from songnet.workflows.saved import info_of

        info = info_of(workspace, name)
        songs = len(workspace.store.embedded(name))
        if samples is not None:
            draw_samples(workspace, name, samples, seed=seed)
    facts: dict[str, Any] = {
        "name": info.name,
        "kind": info.kind,
        "latent": info.latent,
        "dimensions": info.dimensions,
        "songs": songs,
        **info.params,
        "fingerprint": info.fingerprint,
        "created_at": info.created_at,
    }
    if as_json:
        print_json(facts)
    else:
        print_table([{"property": key, "value": value} for key, value in facts.items()])
    if samples is not None:
        say(f"wrote {samples}")


@app.command()
def evaluate(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="[default: all encoders]")
    ] = None,
    on: Annotated[
        str, typer.Option(help="What to tell songs apart by: label, artist, album, soundtrack.")
    ] = "label",
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Measure what vectors are good for, beside chance and plain mel statistics.

    Songs are grouped by recording and cut into five folds, several times over; all encoders and
    baselines answer on the same folds. A gain is real if its 95 % interval lies above 0.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.evaluate import evaluate_encoders

        done = evaluate_encoders(workspace, names or [], on=on, seed=seed, progress=progress)
    if as_json:
        print_json(done.to_json())
        return
    _print_evaluation(done)


def _print_evaluation(done: Evaluated) -> None:
    found = done.vectors
    tell(
        f"{len(found.songs):,} songs of {found.recordings:,} recordings, "
        f"{len(found.classes)} classes by {found.on}; "
        f"5 folds, {len(found.seeds)} shuffles, seed {found.seed}"
    )
    baselines = [
        {"name": "(majority)", "knn": found.majority, "linear": found.majority},
        _row(found.mel_statistics, "(mel statistics)"),
    ]
    rows = [_row(encoder) for encoder in found.encoders]
    print_table(
        [*baselines, *rows],
        ["name", "dimensions", "knn", "gain", "interval", "linear", "rank", "dead", "hubness"],
    )
    _print_inside(done.inside)
    for label, songs in found.left_out.items():
        say(f"left out: {label} ({songs} songs on fewer than 5 recordings)")
    _print_examples(found.encoders)
    say("gain: kNN over mel statistics on the same folds, with its 95 % interval")


def _row(measured: Measured, name: str | None = None) -> dict[str, Any]:
    gain = measured.knn_gain
    return {
        "name": name or measured.name,
        "dimensions": measured.dimensions,
        "knn": measured.knn.accuracy,
        "gain": gain and gain.mean,
        "interval": gain and f"{gain.low:+.3f} to {gain.high:+.3f}",
        "linear": measured.linear.accuracy,
        "rank": round(measured.geometry.effective_rank, 1),
        "dead": measured.geometry.dead_dimensions,
        "hubness": measured.geometry.hubness,
    }


def _print_inside(inside: Mapping[str, Inside]) -> None:
    """Losses and agreement of clips, of the encoders that have them."""
    rows = [
        {
            "name": name,
            **part.losses,
            "on": f"{part.spectrograms:,} {'held back' if part.held_back else 'learnt from'}",
            "clips_within": part.clips and part.clips.within,
            "clips_between": part.clips and part.clips.between,
            "same_song": part.clips and part.clips.retrieval,
            "by_chance": part.clips and part.clips.chance,
        }
        for name, part in inside.items()
        if part.losses or part.clips
    ]
    if rows:
        columns = dict.fromkeys(key for row in rows for key, value in row.items() if value)
        tell("")
        print_table(rows, list(columns))


def _print_examples(encoders: tuple[Measured, ...]) -> None:
    tell("")
    for encoder in encoders:
        for example in encoder.examples[:EXAMPLES]:
            near = example.similar[:NEIGHBORS]
            similar = ", ".join(f"{song} ({cosine:.2f})" for song, cosine in near)
            tell(f"{encoder.name}: {example.song} sounds like {similar}")


@app.command()
def export(
    context: typer.Context,
    name: Name,
    path: Annotated[Path, typer.Argument(help="A .zip file, or a folder to make.")],
    store: Store = None,
    data: Data = None,
) -> None:
    """Write a trained encoder to a file that another songnet reads: plain data, no code."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.encoders import export_encoder

        saved = export_encoder(workspace, name, path)
    tell(f"wrote {saved.name} ({saved.kind}, {saved.dimensions} dimensions) to {path}")


@app.command("import")
def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A .zip file or folder that 'export' wrote.")],
    name: Annotated[str | None, typer.Option(help="What to call it [default: its name].")] = None,
    store: Store = None,
    data: Data = None,
) -> None:
    """Take an encoder that was trained elsewhere."""
    with opened(context, store, data, new=True) as workspace:
        from songnet.workflows.encoders import import_encoder

        saved = import_encoder(workspace, path, name=name)
    tell(f"took {saved.name} ({saved.kind}, {saved.dimensions} dimensions)")
    say(f"next: songnet embed --encoder {saved.name}")


search.register(app)
