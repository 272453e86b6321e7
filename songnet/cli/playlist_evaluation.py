"""`songnet playlist evaluate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from songnet.cli.common import (
    Data,
    Json,
    Progress,
    Seed,
    Store,
    listed,
    opened,
    print_json,
    print_table,
    say,
)

if TYPE_CHECKING:
    from songnet.playlists import Difference, Score
    from songnet.workflows.playlist_evaluation import PlaylistEvaluation

# What a column says where it is not what it is called in JSON.
COLUMNS = {
    "popularity_bias": "bias",
    "diversity_sound": "by sound",
    "r_precision_artist": "with artists",
}


def register(app: typer.Typer) -> None:
    """Add the command to the commands of `songnet playlist`."""
    app.command("evaluate")(evaluate)


def evaluate(
    context: typer.Context,
    methods: Annotated[
        list[str] | None,
        typer.Option(metavar="METHOD,…", help="Which to compare [default: all that can be]."),
    ] = None,
    scenario: Annotated[
        str,
        typer.Option(
            metavar="half|1|5|10|25|100|cold|title",
            help="What is shown of a playlist: its first half, so many first songs, all but "
            "songs that are hidden from every playlist, or its title alone.",
        ),
    ] = "half",
    playlists: Annotated[
        int, typer.Option(min=2, help="How many playlists to hide songs of, at most.")
    ] = 1_000,
    network: Annotated[
        str | None, typer.Option(help="What to walk on [default: the only network of playlists].")
    ] = None,
    partition: Annotated[
        str | None, typer.Option(help="Whose communities [default: the network's only partition].")
    ] = None,
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME,…",
            help="Which listens; with several, each method that listens is compared with each.",
        ),
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say how good playlists are: hide songs of those there are, and see who finds them.

    What learnt from playlists is made again without the hidden songs. Higher is better, but for
    clicks: how often a listener asks for ten more songs until a hidden one is among them.
    """
    with Progress() as progress, opened(context, store, data) as workspace:
        from songnet.workflows.playlist_evaluation import Asked, evaluate_playlists

        asked = Asked(
            methods=listed(methods) or [],
            scenario=scenario,
            playlists=playlists,
            network=network,
            partition=partition,
            encoders=listed(encoder) or [],
            seed=seed,
        )
        done = evaluate_playlists(workspace, asked, progress=progress)
    if as_json:
        print_json(done.to_json())
        return
    _say_challenge(done)
    _print_methods(done)
    for name, why in done.found.left_out.items():
        say(f"left out {name}: {why}")


def _say_challenge(done: PlaylistEvaluation) -> None:
    what = done.found.challenge
    turns = "at once" if what.folds == 1 else f"in {what.folds} turns"
    say(
        f"scenario {done.asked.scenario}: {what.hidden_songs:,} songs of {what.playlists:,} "
        f"playlists hidden, {what.shown_songs:,} shown, {turns}"
    )
    reachable = (
        f", and {what.reachable:.1%} can be come by from the shown ones through playlists"
        if what.shown_songs
        else ""
    )
    say(f"of the hidden songs something is known of {what.known:.1%}{reachable}")
    say(
        f"by chance: r_precision {what.chance.r_precision:.4f}, ndcg {what.chance.ndcg:.4f}, "
        f"clicks {what.chance.clicks:.2f}"
    )
    if what.distinct < what.playlists:
        say(
            f"only {what.distinct:,} of the playlists differ in what is shown; intervals take "
            "those that do not for one"
        )
    used = {"network": done.network, "partition": done.partition}
    used["encoder"] = ", ".join(done.encoders) or None
    named = [f"{what} {name}" for what, name in used.items() if name]
    if named:
        say(f"by {', '.join(named)}, as they are without the hidden songs")


def _print_methods(done: PlaylistEvaluation) -> None:
    gaps = {gap.name: gap for gap in done.found.differences}
    rows = [_row(score, gaps.get(score.name)) for score in done.found.methods]
    empty = {name for name in rows[0] if all(row[name] is None for row in rows)}
    print_table([{name: row[name] for name in row if name not in empty} for row in rows])
    baseline = next(iter(gaps.values())).baseline if gaps else None
    if baseline:
        say(
            f"95 %: intervals over playlists; gain: r_precision less that of {baseline}, real if "
            "its interval lies on one side of 0; the fewer clicks the better"
        )


def _row(score: Score, gap: Difference | None) -> dict[str, Any]:
    means = {COLUMNS.get(name, name): value for name, value in score.means.items()}
    return {
        "method": score.name,
        "r_precision": means.pop("r_precision"),
        "95 %": _ends(score.ci["r_precision"]),
        "gain": gap and gap.means["r_precision"],
        "its 95 %": gap and _ends(gap.ci["r_precision"]),
        "ndcg": means.pop("ndcg"),
        "clicks": means.pop("clicks"),
        "coverage": score.coverage,
        **means,
        "ms": 1000 * score.seconds_per_playlist,
    }


def _ends(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.4f}…{pair[1]:.4f}"
