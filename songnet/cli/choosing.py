"""`songnet partitions choose-k | sweep`."""

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
    say_degenerate,
    tell,
)
from songnet.errors import UsageError

if TYPE_CHECKING:
    from songnet.partitions import Choice, Sweep
    from songnet.workflows.choosing import Swept

Figure = Annotated[
    Path | None, typer.Option("--figure", metavar="FILE.svg", help="Draw it to this file.")
]
NAMES = {"silhouette": "silhouette", "elbow": "elbow", "gap": "gap statistic", "bic": "BIC"}


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("choose-k")(choose_k)
    app.command("sweep")(sweep)


def choose_k(
    context: typer.Context,
    encoder: Annotated[str, typer.Argument(help="Whose vectors to look at.")],
    first: Annotated[int, typer.Option("--from", min=1, help="The fewest communities.")] = 2,
    last: Annotated[int, typer.Option("--to", min=1, help="The most communities.")] = 12,
    samples: Annotated[
        int,
        typer.Option(min=0, help="Sets without clusters for the gap statistic; 0 leaves it out."),
    ] = 20,
    figure: Figure = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Ask silhouette, elbow, gap statistic and BIC how many communities vectors hold.

    What was found is kept in the data folder, for the report.
    """
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.choosing import choose_communities

        choice = choose_communities(
            workspace,
            encoder,
            first=first,
            last=last,
            samples=samples,
            seed=seed,
            figure=figure,
            progress=progress,
        )
    print_json(choice.to_json()) if as_json else _print_choice(choice)
    if figure is not None:
        say(f"wrote {figure}")


def _print_choice(choice: Choice) -> None:
    tell(f"{choice.on}: {choice.songs:,} songs, seed {choice.seed}")
    print_table(
        [
            {
                "communities": row.communities,
                "inertia": row.inertia,
                "silhouette": row.silhouette,
                "gap": row.gap,
                "gap_error": row.gap_error,
                "bic": row.bic,
                "largest": f"{row.largest:.0%}",
                "chosen_by": _chosen_by(choice, row.communities),
            }
            for row in choice.rows
        ]
    )
    tell("")
    for criterion, number in choice.chosen.items():
        found = "chooses none" if number is None else f"chooses {number}"
        tell(f"{NAMES[criterion]} {found}: {choice.rules[criterion]}")
    for finding in choice.findings:
        say(finding)


def _chosen_by(choice: Choice, communities: int) -> str:
    return ", ".join(NAMES[key] for key, number in choice.chosen.items() if number == communities)


def sweep(
    context: typer.Context,
    network: Annotated[str, typer.Argument(help="Which network to cut.")],
    algorithm: Annotated[
        str, typer.Option(metavar="leiden|louvain", help="What cuts it.")
    ] = "leiden",
    low: Annotated[
        float | None,
        typer.Option(
            "--from", help="The first resolution [default: 0.1; of cpm, see --objective]."
        ),
    ] = None,
    high: Annotated[
        float | None, typer.Option("--to", help="The last resolution [default: 10].")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="How many resolutions.")] = 20,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, --seed the first.")] = 5,
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="modularity|rb|cpm",
            help="Of leiden [default: modularity]; cpm goes from 1 to 1,000 times the mean weight "
            "of all pairs of songs.",
        ),
    ] = None,
    consensus: Annotated[
        bool,
        typer.Option("--consensus", help="Keep what the seeds agree on at the chosen resolution."),
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(help="What to keep it as [default: consensus-ALGORITHM-NETWORK]."),
    ] = None,
    figure: Figure = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Cut a network at many resolutions with several seeds: where is it stable?

    What was found is kept in the data folder, for the report.
    """
    if name is not None and not consensus:
        raise UsageError("--name names the consensus partition: give --consensus too")
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.choosing import sweep_resolutions

        swept = sweep_resolutions(
            workspace,
            network,
            algorithm=algorithm,
            objective=objective,
            low=low,
            high=high,
            steps=steps,
            seeds=seeds,
            seed=seed,
            with_consensus=consensus,
            name=name,
            figure=figure,
            progress=progress,
        )
    print_json(swept.sweep.to_json()) if as_json else _print_swept(swept)
    if figure is not None:
        say(f"wrote {figure}")


def _print_swept(swept: Swept) -> None:
    profile = swept.sweep
    tell(
        f"{profile.algorithm} on {profile.on}, {profile.objective}, "
        f"seeds {profile.seeds[0]} to {profile.seeds[-1]}"
    )
    print_table([_row(profile, place) for place in range(len(profile.rows))])
    tell("")
    _print_plateaus(profile)
    for row in profile.rows:
        if row.degenerate:
            say(_degenerate(row.resolution, row.communities, row.largest))
    agreed = swept.consensus
    if agreed is not None:
        tell(
            f"partition {agreed.name}: {len(agreed.songs):,} songs in {agreed.communities:,} "
            f"communities, modularity {agreed.quality['modularity']:.4f}, AMI with the seeds "
            f"{agreed.quality['agreement']:.4f}"
        )
        if not agreed.params["agreed"]:
            say("the seeds did not come to agree: this is the partition most like the others")
        say_degenerate([agreed])


def _row(profile: Sweep, place: int) -> dict[str, Any]:
    row = profile.rows[place]
    return {
        "resolution": f"{row.resolution:g}",
        "communities": row.communities,
        "modularity": row.modularity,
        "stability": row.stability,
        "largest": f"{row.largest:.0%}",
        "plateau": "" if row.plateau is None else f"{row.plateau + 1}",
        "chosen": "*" if row.resolution == profile.chosen else "",
    }


def _print_plateaus(profile: Sweep) -> None:
    for number, plateau in enumerate(profile.plateaus, 1):
        tell(
            f"plateau {number}: resolutions {plateau.low:g} to {plateau.high:g}, about "
            f"{plateau.communities:,} communities, stability {plateau.stability:.4f}"
        )
    if not profile.plateaus:
        tell("no plateau: no range of resolutions keeps its partition")
    tell(f"plateau: {profile.rules['plateau']}")
    if profile.chosen is None:
        say("every resolution is degenerate, so none is chosen")


def _degenerate(resolution: float, communities: int, largest: float) -> str:
    from songnet.model import DOMINANT

    why = (
        f"one community holds {largest:.0%} of the songs"
        if largest > DOMINANT
        else f"{communities:,} communities are more than half the songs"
    )
    return f"degenerate: at resolution {resolution:g} {why}"
