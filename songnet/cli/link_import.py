"""`songnet link import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from songnet.cli.common import Data, Json, Store, opened, print_json, say, tell

EXAMPLES = (
    "Examples: 'songnet link import spark-out' keeps what 'songnet scale project' wrote; 'songnet "
    "link import other.data/networks/playlists.parquet --name theirs' keeps a network of another "
    "data folder."
)


def register(link: typer.Typer) -> None:
    """Add the command to the commands of `songnet link`."""
    link.command("import", epilog=EXAMPLES)(import_)


def import_(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A folder that 'songnet scale project' wrote, or a networks/NAME"
            ".parquet of another data folder.",
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="What to keep the network as [default: its name there].")
    ] = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Keep a network of playlists that was made elsewhere; its songs must be in the graph."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.importing import import_network

        network, written = import_network(workspace, path, name=name)
    if as_json:
        print_json(
            {
                "name": network.name,
                "kind": network.kind,
                "songs": len(network.songs),
                "edges": network.edges,
                "in_graph": written,
                "fingerprint": network.fingerprint,
            }
        )
        return
    tell(f"network {network.name}: {len(network.songs):,} songs, {network.edges:,} edges")
    if written < network.edges:
        say(f"the graph holds the strongest {written:,} of the edges; the data folder holds all")
    say(f"next: songnet partitions run leiden --on {network.name}")
