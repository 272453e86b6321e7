"""`songnet encoders search`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

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
from songnet.errors import StateError

if TYPE_CHECKING:
    from songnet.encoders.search import Search, Trial
    from songnet.workflows.embed import Embedded
    from songnet.workflows.search import Searched

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("search")(search)


def search(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="What to search: cae, vae or contrastive.")] = "cae",
    name: Annotated[
        str | None,
        typer.Option(help="The search's name, and its best encoder's [default: search_MODEL]."),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            help="So many random trainings, given up early where they fall behind, instead of all "
            "combinations; learning rates are then any between the least and the greatest."
        ),
    ] = None,
    latent: Annotated[
        str | None,
        typer.Option(
            metavar="X,X,...",
            help="Latents to try [default: cae 72x72,48x81,168x108,12x15; vae 8,16,32].",
        ),
    ] = None,
    batch_size: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,...",
            help="Spectrograms per step [default: cae 5,10,15; vae 15; contrastive 64].",
        ),
    ] = None,
    learning_rate: Annotated[
        str | None,
        typer.Option(
            metavar="X,X,...",
            help="Adam's step sizes [default: cae 0.01,0.005,0.001,0.0005; vae 0.001,0.0005; "
            "contrastive 0.003,0.001,0.0003].",
        ),
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(
            metavar="X,X,...", help="What follows each convolution [default: cae relu,sigmoid]."
        ),
    ] = None,
    beta: Annotated[
        str | None,
        typer.Option(
            metavar="X,X,...", help="Weights of the KL divergence [default: vae 0.5,1,2]."
        ),
    ] = None,
    dropout: Annotated[
        str | None,
        typer.Option(metavar="X,X,...", help="Shares that are dropped [default: vae 0,0.2,0.4]."),
    ] = None,
    dimensions: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,...", help="Lengths of a vector [default: contrastive 64,128,256]."
        ),
    ] = None,
    filters: Annotated[
        str | None,
        typer.Option(
            metavar="N,N,...", help="Filters per layer of every autoencoder, instead of --latent."
        ),
    ] = None,
    pooling: Annotated[
        str | None,
        typer.Option(metavar="N,N,...", help="... and pooling per layer."),
    ] = None,
    covariance: Annotated[str | None, typer.Option(help="vae: diagonal or full.")] = None,
    output: Annotated[str | None, typer.Option(help="vae: transposed or bernoulli.")] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="At most so many each; a training stops when it no longer improves.",
        ),
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Train encoders with many settings, compare their losses, and use the best one.

    Without --trials every combination of the choices is trained: for cae the study's 96. The same
    command goes on with a search that was interrupted. The best encoder bears the search's name.
    """
    choices = {
        "latent": _listed("--latent", latent, str),
        "batch_size": _listed("--batch-size", batch_size, int),
        "learning_rate": _listed("--learning-rate", learning_rate, float),
        "activation": _listed("--activation", activation, str),
        "beta": _listed("--beta", beta, float),
        "dropout": _listed("--dropout", dropout, float),
        "dimensions": _listed("--dimensions", dimensions, int),
    }
    fixed = {
        "filters": _listed("--filters", filters, int),
        "pooling": _listed("--pooling", pooling, int),
        "covariance": covariance,
        "output": output,
    }
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.embed import Watching
        from songnet.workflows.search import Asked, search_encoders

        done = search_encoders(
            workspace,
            model=model,
            name=name,
            asked=Asked(
                _said(choices), _said(fixed), trials, _said({"epochs": epochs, "seed": seed})
            ),
            watching=Watching(progress, say),
        )
    _tell(done, as_json=as_json)


def _said(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _listed(flag: str, text: str | None, read: Callable[[str], T]) -> tuple[T, ...] | None:
    if text is None:
        return None
    kinds: dict[object, str] = {str: "words", int: "whole numbers", float: "numbers"}
    parts = [part.strip() for part in text.split(",")]
    try:
        if not all(parts):
            raise ValueError
        return tuple(map(read, parts))
    except ValueError as error:
        raise typer.BadParameter(
            f"{flag} must be {kinds[read]} with commas: got {text!r}"
        ) from error


def _tell(done: Searched, *, as_json: bool) -> None:
    if as_json:
        print_json({**done.search.facts(), "encoder": _encoder_facts(done)})
    else:
        _print_trainings(done.search)
        _say_failed(done.search)
    if done.embedded is None or done.search.best is None:
        raise StateError(
            f"no training of the search {done.search.name!r} came to its end: choose lower "
            "learning rates, under another --name"
        )
    if not as_json:
        _say_best(done.search.best, done.embedded)


def _encoder_facts(done: Searched) -> dict[str, Any] | None:
    if done.embedded is None:
        return None
    info = done.embedded.info
    return {
        "name": info.name,
        "latent": info.latent,
        "dimensions": info.dimensions,
        "songs": done.embedded.songs,
        "new": done.embedded.new,
        "fingerprint": info.fingerprint,
    }


def _print_trainings(search: Search) -> None:
    print_table([_row(trial, search) for trial in search.ranked])


def _row(trial: Trial, search: Search) -> dict[str, Any]:
    best = trial.best
    speed = trial.spectrograms_per_second
    compared = {search.space.criterion: _short(trial.value)} if search.space.judged_by else {}
    return {
        "trial": trial.number,
        **{name: _short(value) for name, value in trial.point.items()},
        "state": trial.state.value,
        "epochs": len(trial.history),
        "best_epoch": best and best.number,
        "loss": _short(best and best.loss),
        "validation_loss": _short(best and best.validation_loss),
        **compared,
        "spectrograms/s": speed and round(speed),
        "seconds": round(trial.seconds),
    }


def _short(value: object) -> object:
    """Losses differ by orders of magnitude, so that their digits that count are shown."""
    return f"{value:.5g}" if isinstance(value, float) else value


def _say_failed(search: Search) -> None:
    for trial in search.trials:
        if trial.error:
            say(f"trial {trial.number} failed: {trial.error}")


def _say_best(best: Trial, embedded: Embedded) -> None:
    name = embedded.info.name
    tell(
        f"encoder {name} is that of trial {best.number}: {embedded.new:,} songs embedded, "
        f"{embedded.songs:,} with a vector of {embedded.info.dimensions} dimensions"
    )
    say(f"next: songnet link sound --encoder {name}")
