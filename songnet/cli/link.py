"""`songnet link playlists` and `songnet link sound`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from songnet.cli.common import (
    SAID_FROM,
    Data,
    Json,
    Progress,
    Store,
    as_gib,
    opened,
    print_json,
    resident,
    say,
    tell,
)

if TYPE_CHECKING:
    from songnet.model import SongNetwork
    from songnet.networks import ProjectionEstimate, Selection

CONDITIONS = (
    "A CONDITION is FIELD OPERATOR VALUE, in quotes for the shell. Of playlists: name, "
    "description, source (text), followers, length (numbers), modified (a date, UTC). Of songs: "
    "title, artist, album, label (text), released (a date). Text has = != ~ (a regular "
    "expression, RE2) and in (values parted by commas), without regard to case; numbers and dates "
    "have = != < <= > >=. A date is a year, a month or a day and means all of it. What lacks the "
    "property satisfies no condition. Examples: 'name~run|gym', 'followers>=100', "
    "'modified>=2017-01-01', 'length<=100', 'released<1990', 'label in rock,pop'."
)

link = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Make networks of songs, kept by name."
)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(link, name="link")


@link.command(epilog=CONDITIONS)
def playlists(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Option(help="What to keep the network as [default: playlists; none with --where]."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="Only playlists or songs of which this is true; of several all must be. Below is "
            "how to write it.",
        ),
    ] = None,
    weight: Annotated[
        Literal["count", "newman", "cosine", "pmi"],
        typer.Option(
            help="What an edge weighs: how many playlists the two songs share (count); the same, "
            "a playlist of N songs counting 1/(N-1) (newman); over the root of the product of how "
            "many each is in (cosine); the log of how much more often they meet than by chance, "
            "without edges where that is not more (pmi)."
        ),
    ] = "count",
    min_shared: Annotated[
        int, typer.Option(min=1, help="Playlists that two songs must share, whatever the weight.")
    ] = 1,
    most_connected: Annotated[
        int | None, typer.Option(min=1, help="Keep the N songs with the most neighbours.")
    ] = None,
    k_core: Annotated[
        int | None,
        typer.Option(min=1, help="Drop songs with fewer than K neighbours, until all have K."),
    ] = None,
    largest_component: Annotated[
        bool,
        typer.Option("--largest-component", help="Keep only the largest connected component."),
    ] = False,
    top: Annotated[
        int | None, typer.Option(min=1, help="Keep the N heaviest edges of each song.")
    ] = None,
    disparity: Annotated[
        float | None,
        typer.Option(
            metavar="ALPHA",
            help="Against hubs: keep edges that weigh more than chance gives them at one of their "
            "songs, at this level of significance, such as 0.05; comes before --top.",
        ),
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
    """Link songs that share playlists."""
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.progress import step
        from songnet.workflows.link import link_playlists, playlists_name
        from songnet.workflows.selection import select_memberships

        called = playlists_name(name, where or ())
        with step(progress, "reading playlists"):
            chosen = select_memberships(workspace, where or ())
        _say_lacking(chosen)
        network, written = link_playlists(
            workspace,
            name=called,
            where=chosen,
            weight=weight,
            min_shared=min_shared,
            most_connected=most_connected,
            top=top,
            max_length=max_length,
            disparity=disparity,
            k_core=k_core,
            largest_component=largest_component,
            memory_gib=memory_gib,
            on_estimate=_say_estimate,
            progress=progress,
        )
    if as_json:
        print_json({**_facts(network, written), "weight": weight, "where": _chosen(chosen)})
        return
    _tell(network)
    if written < network.edges:
        say(
            f"the graph holds the strongest {written:,} of the edges; "
            "partitions are computed from all of them, in the data folder"
        )
    _suggest(network)


def _say_estimate(expected: ProjectionEstimate) -> None:
    """What the projection will take, where that is worth a word."""
    if expected.bytes > SAID_FROM:
        edges = f"about {expected.edges:,} edges from {expected.memberships:,} memberships"
        say(f"{edges}, {as_gib(expected.bytes + resident())} of memory at the peak")


@link.command()
def sound(
    context: typer.Context,
    encoder: Annotated[str, typer.Option(help="The encoder whose vectors to use.")],
    k: Annotated[int, typer.Option("--neighbors", "-k", min=1, help="Neighbours per song.")] = 10,
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
    tell(
        f"hubness {found.hubness:.2f}: {found.hub} is among the neighbours of "
        f"{found.occurrence:,} songs, the most"
    )
    _suggest(network)


def _say_lacking(chosen: Selection) -> None:
    """How much was left out for want of what a condition asks for."""
    totals = {"playlist": chosen.playlists, "song": chosen.songs}
    for condition, count in chosen.lacking.items():
        if count:
            say(
                f"--where {condition}: {condition.field!r} is missing or too vague in {count:,} of "
                f"{totals[condition.of]:,} {condition.of}s, which are left out"
            )
    if chosen.conditions:
        kept = chosen.memberships
        say(
            f"chose {len(kept.playlists):,} of {chosen.playlists:,} playlists, "
            f"{len(kept.songs):,} of {chosen.songs:,} songs"
        )


def _chosen(chosen: Selection) -> dict[str, Any] | None:
    """What conditions chose; None without conditions."""
    if not chosen.conditions:
        return None
    kept = chosen.memberships
    return {
        "conditions": [
            {"condition": str(each), "of": each.of, "lacking": chosen.lacking[each]}
            for each in chosen.conditions
        ],
        "playlists": {"of": chosen.playlists, "kept": kept.playlists.tolist()},
        "songs": {"of": chosen.songs, "kept": kept.songs.tolist()},
    }


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
    tell(f"network {network.name}: {len(network.songs):,} songs, {network.edges:,} edges")


def _suggest(network: SongNetwork) -> None:
    say(f"next: songnet partitions run leiden --on {network.name}")
