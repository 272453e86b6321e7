"""`songnet embed`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songnet.cli.common import Data, Json, Progress, Store, opened, print_json, say, tell

if TYPE_CHECKING:
    from songnet.info import EncoderInfo
    from songnet.workflows.embed import Embedded

SHAPE = "Shape"
TRAINING = "Training"


class Kind(StrEnum):
    """The models there are."""

    cae = "cae"
    vae = "vae"
    contrastive = "contrastive"
    track2vec = "track2vec"
    mp3tovec = "mp3tovec"


class Activation(StrEnum):
    """What follows each hidden convolution."""

    relu = "relu"
    sigmoid = "sigmoid"
    leaky_relu = "leaky_relu"


class Covariance(StrEnum):
    """Of a variational autoencoder's normal distribution."""

    diagonal = "diagonal"
    full = "full"


class Output(StrEnum):
    """How a variational autoencoder draws."""

    transposed = "transposed"
    bernoulli = "bernoulli"


class Precision(StrEnum):
    """The layers' number format while training."""

    float32 = "float32"
    mixed_float16 = "mixed_float16"
    mixed_bfloat16 = "mixed_bfloat16"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("embed")(embed)


def embed(
    context: typer.Context,
    model: Annotated[
        Kind | None,
        typer.Option(
            help="cae: autoencoder; vae: variational autoencoder; contrastive: clips of one song "
            "against all others; track2vec: from playlists alone; mp3tovec: from sound to those "
            "[default: the encoder's own, else cae]."
        ),
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="The encoder's name [default: MODEL_LATENT].")
    ] = None,
    latent: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=SHAPE,
            help="cae: 72x72, 48x81, 168x108 or 12x15, as in the study [default: 12x15]; "
            "vae: how many dimensions [default: 16].",
        ),
    ] = None,
    filters: Annotated[
        str | None,
        typer.Option(metavar="N,N,...", rich_help_panel=SHAPE, help="Another: filters per layer."),
    ] = None,
    pooling: Annotated[
        str | None,
        typer.Option(metavar="N,N,...", rich_help_panel=SHAPE, help="... and pooling per layer."),
    ] = None,
    activation: Annotated[
        Activation | None, typer.Option(rich_help_panel=SHAPE, help="After each convolution.")
    ] = None,
    dimensions: Annotated[
        int | None,
        typer.Option(rich_help_panel=SHAPE, help="track2vec, contrastive: length of a vector."),
    ] = None,
    covariance: Annotated[
        Covariance | None,
        typer.Option(rich_help_panel=SHAPE, help="vae: of the latent normal [default: full]."),
    ] = None,
    output: Annotated[
        Output | None,
        typer.Option(rich_help_panel=SHAPE, help="vae: how pictures come out."),
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(rich_help_panel=SHAPE, help="vae: share that is dropped.")
    ] = None,
    beta: Annotated[
        float | None,
        typer.Option(rich_help_panel=SHAPE, help="vae: weight of the KL divergence [default: 1]."),
    ] = None,
    warmup: Annotated[
        int | None,
        typer.Option(rich_help_panel=SHAPE, help="vae: epochs until it weighs that much."),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(rich_help_panel=SHAPE, help="contrastive: the lower, the sharper."),
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(rich_help_panel=SHAPE, help="track2vec: songs to each side in a playlist."),
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option(rich_help_panel=SHAPE, help="track2vec: playlists a song must be in."),
    ] = None,
    negative: Annotated[
        int | None,
        typer.Option(rich_help_panel=SHAPE, help="track2vec: random songs per real one."),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="ENCODER",
            rich_help_panel=SHAPE,
            help="mp3tovec: the vectors to aim at [default: the track2vec encoder].",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            rich_help_panel=TRAINING,
            help="At most so many; training stops when it no longer improves.",
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, rich_help_panel=TRAINING, help="Spectrograms per step.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(rich_help_panel=TRAINING, help="Adam's step size.")
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(min=1, rich_help_panel=TRAINING, help="Epochs without a better one."),
    ] = None,
    precision: Annotated[
        Precision | None,
        typer.Option(
            rich_help_panel=TRAINING,
            help="[default: mixed_float16 on a GPU, else float32]",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=2**31 - 1,
            rich_help_panel=TRAINING,
            help="The same seed, the same encoder [default: 0].",
        ),
    ] = None,
    retrain: Annotated[
        bool,
        typer.Option(
            "--retrain", rich_help_panel=TRAINING, help="Train an encoder that exists anew."
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            rich_help_panel=TRAINING,
            help="Go on with this training where it was interrupted.",
        ),
    ] = False,
    log_dir: Annotated[
        Path | None,
        typer.Option(rich_help_panel=TRAINING, help="Losses for TensorBoard go here."),
    ] = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Give every song a vector.

    The encoder is trained on these songs if it does not exist yet; else it is applied to the songs
    that have no vector of it.
    """
    design = {
        "latent": latent,
        "filters": _numbers("--filters", filters),
        "pooling": _numbers("--pooling", pooling),
        "activation": activation,
        "dimensions": dimensions,
        "covariance": covariance,
        "output": output,
        "dropout": dropout,
        "beta": beta,
        "warmup": warmup,
        "temperature": temperature,
        "window": window,
        "min_count": min_count,
        "negative": negative,
        "like": like,
    }
    settings = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "patience": patience,
        "precision": precision,
        "seed": seed,
    }
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.embed import Training, Watching
        from songnet.workflows.embed import embed as run

        try:
            done = run(
                workspace,
                model=model.value if model else None,
                name=encoder,
                training=Training(_said(design), _said(settings)),
                retrain=retrain,
                resume=resume,
                watching=Watching(progress, say, log_dir),
            )
        except KeyboardInterrupt:
            say("a training that had begun goes on with the same command and --resume")
            raise
    _tell(done, as_json=as_json)


def _said(options: dict[str, Any]) -> dict[str, Any]:
    """What was given, as plain values."""
    return {
        name: value.value if isinstance(value, StrEnum) else value
        for name, value in options.items()
        if value is not None
    }


def _numbers(flag: str, text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(
            f"{flag} must be whole numbers with commas: got {text!r}"
        ) from error


def _tell(done: Embedded, *, as_json: bool) -> None:
    info = done.info
    if as_json:
        print_json(
            {
                "encoder": info.name,
                "kind": info.kind,
                "latent": info.latent,
                "dimensions": info.dimensions,
                "trained": done.trained,
                "songs": done.songs,
                "new": done.new,
                **info.params,
                "fingerprint": info.fingerprint,
            }
        )
        return
    if done.trained:
        tell(f"trained {info.name}: {info.params['epochs_run']} epochs, {_measured(info)}")
    tell(
        f"encoder {info.name}: {done.new:,} songs embedded, {done.songs:,} with a vector "
        f"of {info.dimensions} dimensions"
    )
    say(f"next: songnet link sound --encoder {info.name}")


def _measured(info: EncoderInfo) -> str:
    """How well a training went; from playlists alone there is one measure, if any."""
    if info.kind != "track2vec":
        loss, validation = info.params["loss"], info.params["validation_loss"]
        return f"loss {loss:.5g}, validation loss {validation:.5g}"
    auc = info.params.get("validation_auc")
    if auc is None:
        return "too few songs to hold any back and measure it by them"
    return f"AUC {auc:.4f} for songs held back from playlists (chance: 0.5)"
