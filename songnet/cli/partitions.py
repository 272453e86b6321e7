"""`songnet partitions run | list | show | drop | export | import | compare`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songnet.cli.common import (
    Data,
    Json,
    Seed,
    Store,
    opened,
    print_json,
    print_table,
    say,
)

if TYPE_CHECKING:
    from songnet.agreement import Comparison
    from songnet.model import Partition

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Cut songs into communities or clusters, and compare the cuts.",
)

Name = Annotated[str, typer.Argument(help="The partition.")]

LARGEST = 10
CELLS = 12
DEGENERATE = (
    "degenerate: {name} has {share:.0%} of its songs in one community, so hardly anything can "
    "agree with it; its scores say little"
)


@app.command()
def run(
    context: typer.Context,
    algorithm: Annotated[
        str, typer.Argument(help="louvain, leiden or infomap on a network; kmeans on an encoder.")
    ],
    on: Annotated[str, typer.Option(metavar="NETWORK-or-ENCODER", help="What to cut.")],
    name: Annotated[
        str | None, typer.Option(help="What to keep it as [default: ALGORITHM-ON].")
    ] = None,
    resolution: Annotated[
        float | None, typer.Option(help="Of modularity: higher gives smaller communities.")
    ] = None,
    communities: Annotated[
        int | None, typer.Option(min=1, help="Exactly so many communities.")
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Cut a network or an encoder's vectors into communities and keep the result by name."""
    asked = {"resolution": resolution, "communities": communities}
    with opened(context, store, data) as workspace:
        from songnet.workflows.partition import run_partition

        began = time.perf_counter()
        partition = run_partition(
            workspace,
            algorithm,
            on=on,
            name=name,
            seed=seed,
            **{key: value for key, value in asked.items() if value is not None},
        )
        seconds = time.perf_counter() - began
    _print_run(partition, seconds, as_json=as_json)


def _print_run(partition: Partition, seconds: float, *, as_json: bool) -> None:
    facts = {
        "schema": "songnet.partitions.run/1",
        "name": partition.name,
        "algorithm": partition.algorithm,
        "on": partition.on,
        "songs": len(partition.songs),
        "communities": partition.communities,
        "sizes": partition.sizes.tolist(),
        "modularity": partition.quality.get("modularity"),
        "seed": partition.seed,
        "seconds": round(seconds, 3),
    }
    if as_json:
        print_json(facts | {"degenerate": partition.degenerate})
        return
    quality = ", ".join(f"{key} {value:.4f}" for key, value in partition.quality.items())
    typer.echo(
        f"partition {partition.name}: {len(partition.songs):,} songs in {partition.communities:,} "
        f"communities{', ' + quality if quality else ''} ({seconds:.1f} s)"
    )
    _say_degenerate([partition])


def _say_degenerate(partitions: list[Partition]) -> None:
    for partition in partitions:
        if partition.degenerate:
            say(DEGENERATE.format(name=partition.name, share=partition.dominance))


@app.command("list")
def list_(
    context: typer.Context, as_json: Json = False, store: Store = None, data: Data = None
) -> None:
    """List the partitions."""
    columns = ["name", "algorithm", "on", "songs", "communities", "modularity", "seed"]
    with opened(context, store, data) as workspace:
        rows = [
            {
                **{key: getattr(info, key) for key in columns if key != "modularity"},
                "modularity": info.quality.get("modularity"),
                "created_at": info.created_at,
            }
            for info in workspace.store.partitions()
        ]
    print_json(rows) if as_json else print_table(rows, [*columns, "created_at"])


@app.command()
def show(
    context: typer.Context,
    name: Name,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Say how a partition was made, and its largest communities."""
    with opened(context, store, data) as workspace:
        partition = workspace.store.partition(name)
        titles = workspace.store.community_titles(name)
    facts: dict[str, Any] = {
        "name": partition.name,
        "algorithm": partition.algorithm,
        "on": partition.on,
        "songs": len(partition.songs),
        "communities": partition.communities,
        "seed": partition.seed,
        "fingerprint": partition.fingerprint,
        **partition.params,
        **partition.quality,
        "versions": ", ".join(f"{key} {value}" for key, value in partition.versions.items()),
    }
    rows = [
        {"community": label, "songs": size, "title": titles[label]}
        for label, size in enumerate(partition.sizes.tolist())
    ]
    if as_json:
        print_json(facts | {"sizes": rows})
        return
    print_table([{"property": key, "value": value} for key, value in facts.items()])
    typer.echo("")
    print_table(rows[:LARGEST])
    if len(rows) > LARGEST:
        typer.echo(f"… and {len(rows) - LARGEST:,} smaller ones")
    _say_degenerate([partition])


@app.command()
def drop(context: typer.Context, name: Name, store: Store = None, data: Data = None) -> None:
    """Remove a partition."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.partition import drop_partition

        drop_partition(workspace, name)
    typer.echo(f"dropped {name}")


@app.command()
def export(
    context: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Argument(help="A .csv, .json, .clu or .tree file.")],
    store: Store = None,
    data: Data = None,
) -> None:
    """Write a partition to a file."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.partition import export_partition

        partition = export_partition(workspace, name, file)
    typer.echo(f"wrote {len(partition.songs):,} songs to {file}")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .csv, .json, .clu or .tree file.")],
    name: Annotated[str, typer.Option(help="What to keep it as.")],
    store: Store = None,
    data: Data = None,
) -> None:
    """Read a partition from a file and keep it by name."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.partition import import_partition

        partition = import_partition(workspace, file, name=name)
    typer.echo(
        f"partition {name}: {len(partition.songs):,} songs in {partition.communities:,} communities"
    )
    _say_degenerate([partition])


@app.command()
def compare(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="[default: all partitions]")
    ] = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Score how far partitions agree, and show where they meet."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.compare import compare_partitions

        comparison = compare_partitions(workspace, names or [])
        titles = {
            partition.name: workspace.store.community_titles(partition.name)
            for partition in comparison.partitions
        }
    if as_json:
        print_json(comparison.to_json())
        return
    print_comparison(comparison, titles)


def print_comparison(comparison: Comparison, titles: dict[str, list[str]]) -> None:
    """The table of agreement; the confusion matrix too where there is one pair."""
    rows = comparison.table.to_dict("records")
    print_table([{str(name): value for name, value in row.items()} for row in rows])
    say("nmi and the like are 0 to 1 but above 0 by chance; ami and ari are 0 at chance level")
    if len(comparison.pairs) == 1:
        typer.echo("")
        _print_confusion(comparison, titles)
    for a, b in comparison.apart:
        say(f"{a} and {b} share no song, so they are not compared")
    _say_degenerate(list(comparison.partitions))


def _print_confusion(comparison: Comparison, titles: dict[str, list[str]]) -> None:
    pair = comparison.pairs[0]
    cells = {(row, column): count for row, column, count in pair.confusion.cells}
    rows, columns = pair.confusion.rows[:CELLS], pair.confusion.columns[:CELLS]
    typer.echo(f"songs of {pair.a} (rows) in {pair.b} (columns)")
    print_table(
        [
            {
                pair.a: f"{row} {titles[pair.a][row]}"[:40],
                **{str(column): cells.get((i, j), 0) for j, column in enumerate(columns)},
            }
            for i, row in enumerate(rows)
        ]
    )
    for column in columns:
        typer.echo(f"  column {column}: {titles[pair.b][column]}")
    more = (len(pair.confusion.rows) - len(rows), len(pair.confusion.columns) - len(columns))
    if any(more):
        typer.echo(f"… and {more[0]:,} more rows, {more[1]:,} more columns: see --json")
