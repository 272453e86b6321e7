"""`songnet playlist generate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
)

if TYPE_CHECKING:
    from songnet.workflows.playlist import Made

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Playlists from seeds, and how good they are."
)


@app.command("generate")
def generate(
    context: typer.Context,
    seeds: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SEED...",
            help="Songs to go on from: ids, words of title and artist, audio files, 96x216 PNGs.",
        ),
    ] = None,
    seeds_file: Annotated[
        Path | None,
        typer.Option("--seeds", metavar="FILE", help="A playlist, or a text with a seed per line."),
    ] = None,
    title: Annotated[
        str | None,
        typer.Option(help="The songs of playlists that are called like this; no SEED is needed."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="blend, pagerank, sound, path, neighbours, neighbours-playlists, "
            "pagerank-network, pagerank-communities, titles, popularity or random [default: blend, "
            "else pagerank, else sound, by what there is; titles with --title]."
        ),
    ] = None,
    length: Annotated[
        int | None, typer.Option(help="Songs, the seeds among them [default: 30].")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="At most so long, instead of --length.")
    ] = None,
    avoid: Annotated[
        list[str] | None,
        typer.Option(help="What must not come: an id, words, or artist:NAME; may be repeated."),
    ] = None,
    per_artist: Annotated[int | None, typer.Option(help="At most so many of an artist.")] = None,
    network: Annotated[
        str | None, typer.Option(help="pagerank: walk over this network, not over playlists.")
    ] = None,
    partition: Annotated[
        str | None,
        typer.Option(
            help="Whose communities are told of; with --network, stay within those of the seeds."
        ),
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Whose vectors [default: the contrastive one, or the only].")
    ] = None,
    weight: Annotated[
        float | None,
        typer.Option(
            help="Of sound against playlists, 0 to 1 [default: 0.05 of blend, 0.5 of path]."
        ),
    ] = None,
    damping: Annotated[
        float | None,
        typer.Option(
            help="The chance of a walk to go on [default: 0.6 over playlists, 0.85 over a network]."
        ),
    ] = None,
    lookback: Annotated[int, typer.Option(help="sound: each song is like so many before it.")] = 3,
    noise: Annotated[
        float, typer.Option(help="sound: so much chance in the direction, as a share of it.")
    ] = 0.0,
    order: Annotated[
        str,
        typer.Option(help="flow: neighbours are alike; score: the best first. Not of sound, path."),
    ] = "flow",
    without_seeds: Annotated[
        bool, typer.Option("--without-seeds", help="Leave the seeds out of the playlist.")
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="What to call it [default: by method and first seed].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it: .m3u8, .m3u, .xspf, .json, .csv.")
    ] = None,
    music_root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="What paths are relative to, in the list of --seeds and in --out."
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Write it to the graph, where it is never taken for evidence."),
    ] = False,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Make a playlist that goes on from a few songs or a title, and say why each song is there.

    With --method path it leads from one seed to the next.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.playlists import Options, Recipe, Rules
        from songnet.workflows.playlist import Asked, Saving, Sources, make_playlist

        told = {"weight": weight, "damping": damping}
        options = Options(seed=seed, **{k: v for k, v in told.items() if v is not None})
        made = make_playlist(
            workspace,
            Asked(seeds or (), seeds_file, avoid or (), music_root, title),
            method=method,
            recipe=Recipe(
                options=options,
                order=order,
                lookback=lookback,
                noise=noise,
                with_seeds=not without_seeds,
            ),
            rules=Rules(length, minutes, per_artist),
            sources=Sources(network, partition, encoder),
            saving=Saving(name, out, keep),
            progress=progress,
        )
    if as_json:
        print_json(made.to_json())
        return
    _tell(made)


def _tell(made: Made) -> None:
    rows = zip(made.generated.songs, made.facts, strict=True)
    print_table([_row(place, song.text, row) for place, (song, row) in enumerate(rows, 1)])
    for note in made.generated.notes:
        say(note)
    say(f"{made.name}: {len(made.facts):,} songs{_lasting(made.minutes)} by {made.recipe.method}")
    if made.out is not None:
        say(f"written to {made.out}")
    if made.kept is not None:
        say(f"kept in the graph as {made.kept}")


def _row(place: int, why: str, song: dict[str, Any]) -> dict[str, Any]:
    return {
        "#": place,
        "title": song.get("title") or song["id"],
        "artist": song.get("artist"),
        "length": _clock(song.get("duration_ms")),
        "why": why,
    }


def _clock(milliseconds: int | None) -> str:
    """Minutes and seconds."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"


def _lasting(minutes: float | None) -> str:
    return "" if minutes is None else f", {minutes:.0f} minutes,"
