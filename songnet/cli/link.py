"""`songnet link playlists` and `songnet link sound`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from songnet.cli.common import Data, Json, Store, opened, print_json, say

if TYPE_CHECKING:
    from songnet.model import SongNetwork

link = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make networks of songs, kept by name."
)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(link, name="link")


@link.command()
def playlists(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What to keep the network as.")] = "playlists",
    min_shared: Annotated[
        int, typer.Option(min=1, help="Playlists that two songs must share.")
    ] = 1,
    most_connected: Annotated[
        int | None, typer.Option(min=1, help="Keep the N songs with the most neighbours.")
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Keep the N strongest edges of each song.")
    ] = None,
    max_length: Annotated[
        int | None, typer.Option(min=2, help="Leave out playlists of more songs.")
    ] = None,
    memory_gib: Annotated[
        float, typer.Option(min=0.1, help="Memory that the work may take, in GiB.")
    ] = 8.0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Link songs that share playlists; an edge's weight is how many."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.link import link_playlists

        network, written = link_playlists(
            workspace,
            name=name,
            min_shared=min_shared,
            most_connected=most_connected,
            top=top,
            max_length=max_length,
            memory_gib=memory_gib,
        )
    if as_json:
        print_json(_facts(network, written))
        return
    _tell(network)
    if written < network.edges:
        say(
            f"the graph holds the strongest {written:,} of the edges; "
            "partitions are computed from all of them, in the data folder"
        )
    _suggest(network)


@link.command()
def sound(
    context: typer.Context,
    encoder: Annotated[str, typer.Option(help="The encoder whose vectors to use.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Neighbours per song.")] = 10,
    name: Annotated[
        str | None, typer.Option(help="What to keep the network as [default: sound-ENCODER].")
    ] = None,
    scaling: Annotated[
        Literal["none", "mutual-proximity", "local-scaling"],
        typer.Option(
            help="Against hubs, songs that are near to very many: choose neighbours by how near "
            "two songs are compared with all others (mutual-proximity) or with their own K "
            "nearest (local-scaling). An edge's weight is the cosine all the same."
        ),
    ] = "none",
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Link every song to the K that sound most like it, by cosine of their vectors."""
    with opened(context, store, data) as workspace:
        from songnet.networks import hubs
        from songnet.workflows.link import link_sound

        network, written = link_sound(workspace, encoder=encoder, k=k, name=name, scaling=scaling)
        found = hubs(network)
    if as_json:
        measured = {
            "hubness": found.hubness,
            "hub": found.hub,
            "largest_k_occurrence": found.occurrence,
        }
        print_json({**_facts(network, written), "scaling": scaling, **measured})
        return
    _tell(network)
    typer.echo(
        f"hubness {found.hubness:.2f}: {found.hub} is among the neighbours of "
        f"{found.occurrence:,} songs, the most"
    )
    _suggest(network)


def _facts(network: SongNetwork, written: int) -> dict[str, Any]:
    return {
        "name": network.name,
        "kind": network.kind,
        "songs": len(network.songs),
        "edges": network.edges,
        "in_graph": written,
        "fingerprint": network.fingerprint,
    }


def _tell(network: SongNetwork) -> None:
    typer.echo(f"network {network.name}: {len(network.songs):,} songs, {network.edges:,} edges")


def _suggest(network: SongNetwork) -> None:
    say(f"next: songnet partitions run leiden --on {network.name}")
