"""`songnet link multiplex`."""

from __future__ import annotations

from typing import Annotated

import typer

from songnet.cli.common import Data, Json, Store, listed, opened, print_json, say, tell


def register(link: typer.Typer) -> None:
    """Add the command to the commands of `songnet link`."""
    link.command()(multiplex)


def multiplex(
    context: typer.Context,
    of: Annotated[
        list[str],
        typer.Option(metavar="NETWORK,NETWORK", help="The networks to be its two layers."),
    ],
    name: Annotated[str, typer.Option(help="What to keep the network as.")] = "multiplex",
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Make two networks the layers of one; leiden and infomap cut songs by both."""
    layers = listed(of) or []
    with opened(context, store, data) as workspace:
        from songnet.workflows.multiplex import link_multiplex

        network = link_multiplex(workspace, layers, name=name)
    if as_json:
        print_json(
            {
                "name": network.name,
                "kind": network.kind,
                "songs": len(network.songs),
                "edges": network.edges,
                "layers": layers,
                "in_graph": 0,
                "fingerprint": network.fingerprint,
            }
        )
        return
    tell(
        f"network {network.name}: {len(network.songs):,} songs, {network.edges:,} edges "
        f"in the layers {' and '.join(layers)}"
    )
    say(f"next: songnet partitions run leiden --on {network.name} --layer-weight 0.5")
