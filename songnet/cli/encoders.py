"""`songnet encoders list | show`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from songnet.cli.common import Data, Json, Store, opened, print_json, print_table
from songnet.errors import BadNameError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The encoders in the graph.")


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
    name: Annotated[str, typer.Argument(help="The encoder.")],
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say how an encoder was made."""
    with opened(context, store, data) as workspace:
        found = {info.name: info for info in workspace.store.encoders()}
        if name not in found:
            there = ", ".join(found) or "none yet: make one with 'songnet embed'"
            raise BadNameError(f"there is no encoder {name!r}; there is: {there}")
        info = found[name]
        songs = len(workspace.store.vectors(name).songs)
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
        return
    print_table([{"property": key, "value": value} for key, value in facts.items()])
