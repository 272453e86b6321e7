"""`songnet partitions run | list | show | drop | export | import`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from songnet.cli import choosing, compare
from songnet.cli.common import (
    SAID_FROM,
    Data,
    Json,
    Progress,
    Seed,
    Store,
    as_gib,
    opened,
    print_json,
    print_table,
    resident,
    say,
    say_degenerate,
    tell,
)

if TYPE_CHECKING:
    from songnet.model import Partition
    from songnet.partitions import PartitionEstimate

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Cut songs into communities or clusters, and compare the cuts.",
)

Name = Annotated[str, typer.Argument(help="The partition.")]

LARGEST = 10
ALGORITHMS = (
    "On a network: louvain, leiden, infomap, leading-eigenvector, label-propagation or "
    "blockmodel; on an encoder: kmeans, mixture, hdbscan or spectral."
)


@app.command()
def run(
    context: typer.Context,
    algorithm: Annotated[str, typer.Argument(help=ALGORITHMS)],
    on: Annotated[str, typer.Option(metavar="NETWORK-or-ENCODER", help="What to cut.")],
    name: Annotated[
        str | None, typer.Option(help="What to keep it as [default: ALGORITHM-ON].")
    ] = None,
    resolution: Annotated[
        float | None,
        typer.Option(help="louvain, leiden (not significance): higher gives smaller communities."),
    ] = None,
    communities: Annotated[
        int | None, typer.Option(min=1, help="Exactly so many communities, where that can be had.")
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="modularity|cpm|rb|significance",
            help="leiden: what to maximise [default: modularity].",
        ),
    ] = None,
    hierarchical: Annotated[
        bool | None, typer.Option("--hierarchical", help="infomap: modules within modules.")
    ] = None,
    nested: Annotated[
        bool | None, typer.Option("--nested", help="blockmodel: a hierarchy of blocks.")
    ] = None,
    weighted: Annotated[
        bool | None,
        typer.Option("--weighted", help="blockmodel: model the weights of edges too."),
    ] = None,
    level: Annotated[
        int | None,
        typer.Option(min=1, help="Of a hierarchy, 1 the coarsest [default: the finest]."),
    ] = None,
    layer_weight: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Of a multiplex network's second layer, 0 to 1."),
    ] = None,
    covariance: Annotated[
        str | None,
        typer.Option(
            metavar="full|tied|diag|spherical",
            help="mixture: the shape of components [default: by BIC].",
        ),
    ] = None,
    dimensions: Annotated[
        int | None,
        typer.Option(min=1, help="mixture, hdbscan: principal components of the vectors to use."),
    ] = None,
    min_size: Annotated[
        int | None, typer.Option(min=2, help="hdbscan: the fewest songs of a cluster.")
    ] = None,
    neighbors: Annotated[
        int | None, typer.Option(min=1, help="spectral: nearest neighbours per song.")
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(min=1, help="infomap, blockmodel: searches of which the best is kept."),
    ] = None,
    seed: Seed = 0,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Cut a network or an encoder's vectors into communities and keep the result by name."""
    asked = {
        "resolution": resolution,
        "communities": communities,
        "objective": objective,
        "hierarchical": hierarchical,
        "nested": nested,
        "weighted": weighted,
        "level": level,
        "layer_weight": layer_weight,
        "covariance": covariance,
        "dimensions": dimensions,
        "min_size": min_size,
        "neighbors": neighbors,
        "trials": trials,
    }
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.partition import run_partition

        began = time.perf_counter()
        partition = run_partition(
            workspace,
            algorithm,
            on=on,
            name=name,
            seed=seed,
            on_estimate=_say_estimate,
            progress=progress,
            **asked,
        )
        seconds = time.perf_counter() - began
    _print_run(partition, seconds, as_json=as_json)


def _say_estimate(expected: PartitionEstimate) -> None:
    """What the cut will take, where that is worth a word."""
    if expected.bytes > SAID_FROM:
        whole = as_gib(resident() + expected.bytes)
        say(
            f"{expected.edges:,} edges among {expected.songs:,} songs, about {whole} of "
            f"memory at the peak: {as_gib(expected.network)} for the network, "
            f"{as_gib(expected.bytes)} for {expected.algorithm}"
        )


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
    tell(
        f"partition {partition.name}: {len(partition.songs):,} songs in {partition.communities:,} "
        f"communities{', ' + quality if quality else ''} ({seconds:.1f} s)"
    )
    if partition.params.get("noise"):
        say(f"left out as noise: {partition.params['noise']:,} songs")
    say_degenerate([partition])


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
    tell("")
    print_table(rows[:LARGEST])
    if len(rows) > LARGEST:
        tell(f"… and {len(rows) - LARGEST:,} smaller ones")
    say_degenerate([partition])


@app.command()
def drop(context: typer.Context, name: Name, store: Store = None, data: Data = None) -> None:
    """Remove a partition."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.partition import drop_partition

        drop_partition(workspace, name)
    tell(f"dropped {name}")


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
    tell(f"wrote {len(partition.songs):,} songs to {file}")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .csv, .json, .clu or .tree file.")],
    name: Annotated[str, typer.Option(help="What to keep it as.")],
    known_only: Annotated[
        bool, typer.Option("--known-only", help="Leave songs out that the graph lacks.")
    ] = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Read a partition from a file and keep it by name."""
    with opened(context, store, data) as workspace:
        from songnet.workflows.partition import import_partition

        partition, left_out = import_partition(workspace, file, name=name, known_only=known_only)
    tell(
        f"partition {name}: {len(partition.songs):,} songs in {partition.communities:,} communities"
    )
    if left_out:
        say(f"left out {left_out:,} songs that the graph lacks")
    say_degenerate([partition])


choosing.register(app)
compare.register(app)
