"""`songnet embed`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from songnet.cli.common import Data, Json, Progress, Store, opened, print_json, say


class Activation(StrEnum):
    """What follows each hidden convolution."""

    relu = "relu"
    sigmoid = "sigmoid"
    leaky_relu = "leaky_relu"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("embed")(embed)


def embed(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="The kind of encoder: cae.")] = "cae",
    latent: Annotated[
        str | None,
        typer.Option(help="72x72, 48x81, 168x108 or 12x15, as in the study [default: 12x15]."),
    ] = None,
    filters: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Another shape: filters per layer.")
    ] = None,
    pooling: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="... and pooling per layer.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="The encoder's name [default: MODEL_LATENT].")
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many; training stops when it no longer improves."),
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Spectrograms per step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Adam's step size.")] = None,
    activation: Annotated[Activation | None, typer.Option(help="After each convolution.")] = None,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Train an encoder that exists anew.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**31 - 1, help="The same seed, the same encoder [default: 0]."),
    ] = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Give every song a vector of how it sounds.

    The encoder is trained on these spectrograms if it does not exist yet; else it is applied to the
    songs that have no vector of it.
    """
    shape = (_numbers("--filters", filters), _numbers("--pooling", pooling))
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.embed import Training
        from songnet.workflows.embed import embed as run

        asked = Training(
            latent=latent,
            filters=shape[0],
            pooling=shape[1],
            activation=activation.value if activation else None,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
        )
        done = run(
            workspace, model=model, name=encoder, training=asked, retrain=retrain, progress=progress
        )
    facts = {
        "encoder": done.info.name,
        "kind": done.info.kind,
        "latent": done.info.latent,
        "dimensions": done.info.dimensions,
        "trained": done.trained,
        "songs": done.songs,
        "new": done.new,
        **done.info.params,
        "fingerprint": done.info.fingerprint,
    }
    if as_json:
        print_json(facts)
        return
    if done.trained:
        typer.echo(
            f"trained {done.info.name}: {done.info.params['epochs_run']} epochs, "
            f"loss {done.info.params['loss']:.5f}, "
            f"validation loss {done.info.params['validation_loss']:.5f}"
        )
    typer.echo(
        f"encoder {done.info.name}: {done.new:,} songs embedded, {done.songs:,} with a vector "
        f"of {done.info.dimensions} dimensions"
    )
    say(f"next: songnet link sound --encoder {done.info.name}")


def _numbers(flag: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(
            f"{flag} must be whole numbers with commas: got {text!r}"
        ) from error
