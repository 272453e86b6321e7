"""`songnet scale project | communities`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from songnet.cli.common import Json, Progress, Seed, print_json, say, tell
from songnet.errors import UsageError

if TYPE_CHECKING:
    from songnet.scale import LeftOut, Projected

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Networks and communities on Spark, for what does not fit one machine (songnet[spark]).",
)

PROJECT_EXAMPLES = (
    "Examples: 'songnet scale project mpd/data --master local[2] --out network --min-shared 3 "
    "--top 100'; 'songnet scale project hdfs:///mpd --master yarn --out hdfs:///network --weight "
    "newman --conf spark.executor.memory=8g'. The edges are those of 'songnet link playlists' with "
    "the same options. --k-core, --disparity, --largest-component and --where are not to be had "
    "here: keep the network with 'songnet link import' and go on there."
)
CUT_EXAMPLES = (
    "Examples: 'songnet scale communities network --master local[2] --out cut'; 'songnet scale "
    "communities network --master local[2] --out cut --method leiden'; then 'songnet partitions "
    "import cut --name spark'."
)

Master = Annotated[
    str,
    typer.Option(
        "--master",
        metavar="URL",
        help="Where Spark works: local[2] is two cores of this machine; spark://HOST:PORT, yarn "
        "or k8s://URL a cluster.",
    ),
]
Out = Annotated[
    str,
    typer.Option("--out", metavar="DIR", help="The folder to make, or a URL such as hdfs://…"),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace DIR where it is there already.")
]
Conf = Annotated[
    list[str] | None,
    typer.Option("--conf", metavar="KEY=VALUE", help="A setting of Spark's own."),
]


@app.command(epilog=PROJECT_EXAMPLES)
def project(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="Slices of the Million Playlist Dataset (.json, .json.gz), or Parquet with the "
            "columns playlist and song; a file, a folder, or a URL.",
        ),
    ],
    master: Master,
    out: Out,
    name: Annotated[str, typer.Option(help="What the network is called.")] = "playlists",
    format: Annotated[  # noqa: A002  # the name of the flag
        Literal["auto", "mpd", "parquet"], typer.Option(help="What INPUT is.")
    ] = "auto",
    weight: Annotated[
        Literal["count", "newman", "cosine", "pmi"],
        typer.Option(help="What an edge weighs; see 'songnet link playlists --help'."),
    ] = "count",
    min_shared: Annotated[
        int, typer.Option(min=1, help="Playlists that two songs must share, whatever the weight.")
    ] = 1,
    most_connected: Annotated[
        int | None, typer.Option(min=1, help="Keep the N songs with the most neighbours.")
    ] = None,
    top: Annotated[
        int | None, typer.Option(min=1, help="Keep the N heaviest edges of each song.")
    ] = None,
    max_length: Annotated[
        int | None, typer.Option(min=2, help="Leave out playlists of more songs.")
    ] = None,
    max_pairs: Annotated[
        int,
        typer.Option(
            min=1,
            help="Refuse where playlists make more pairs of songs; n songs make n(n-1)/2.",
        ),
    ] = 10_000_000_000,
    overwrite: Overwrite = False,
    conf: Conf = None,
    as_json: Json = False,
) -> None:
    """Link songs that share playlists; write the network to a folder."""
    settings = _settings(conf or ())
    from songnet import scale

    options = scale.Options(weight, max_length, min_shared, most_connected, top)
    with Progress() as progress, scale.session(master, conf=settings) as spark:
        made = scale.project(
            spark,
            source,
            out,
            name=name,
            format=format,
            options=options,
            max_pairs=max_pairs,
            overwrite=overwrite,
            progress=progress,
        )
    _say_left_out(made.left_out)
    if as_json:
        print_json(asdict(made) | {"params": options.params})
        return
    _tell(made)


@app.command(epilog=CUT_EXAMPLES)
def communities(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="A folder that 'songnet scale project' made.")
    ],
    master: Master,
    out: Out,
    method: Annotated[
        Literal["label-propagation", "leiden"],
        typer.Option(
            help="Label propagation, or Leiden within each connected component that is small "
            "enough, with label propagation for larger ones."
        ),
    ] = "label-propagation",
    name: Annotated[
        str | None, typer.Option(help="What the partition is called [default: METHOD-NETWORK].")
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, max=60, help="Rounds of label propagation, at most.")
    ] = 20,
    resolution: Annotated[
        float, typer.Option(help="leiden: higher gives smaller communities.")
    ] = 1.0,
    leiden_edges: Annotated[
        int, typer.Option(min=1, help="leiden: the edges of the largest component to cut by it.")
    ] = 5_000_000,
    seed: Seed = 0,
    overwrite: Overwrite = False,
    conf: Conf = None,
    as_json: Json = False,
) -> None:
    """Cut a network into communities; write them to a folder."""
    settings = _settings(conf or ())
    from songnet import scale

    with Progress() as progress, scale.session(master, conf=settings) as spark:
        cut = scale.communities(
            spark,
            source,
            out,
            method=method,
            name=name,
            rounds=rounds,
            resolution=resolution,
            leiden_edges=leiden_edges,
            seed=seed,
            overwrite=overwrite,
            progress=progress,
        )
    if cut.params.get("too_large"):
        say(
            f"{cut.params['too_large']:,} of {cut.params['components']:,} components have over "
            f"{leiden_edges:,} edges and got label propagation's communities: --leiden-edges "
            "allows more"
        )
    if cut.params.get("settled") is False:
        say(f"labels still moved after {cut.params['rounds']} rounds: --rounds allows more")
    if as_json:
        print_json(asdict(cut))
        return
    tell(
        f"partition {cut.name}: {cut.songs:,} songs in {cut.communities:,} communities, modularity "
        f"{cut.modularity:.4f}, in {cut.out}"
    )
    say(f"next: songnet partitions import {cut.out} --name {cut.name}")


def _settings(given: Sequence[str]) -> dict[str, str]:
    settings = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key.startswith("spark."):
            raise UsageError(f"--conf must be spark.KEY=VALUE: got {each!r}")
        settings[key] = value
    return settings


def _say_left_out(left_out: LeftOut) -> None:
    said: dict[str, Any] = {
        "tracks without an id that can be used": left_out.tracks,
        "playlists without a pid or without tracks": left_out.playlists,
        "playlists whose pid came before": left_out.repeated,
        "playlists that songnet made": left_out.generated,
    }
    for what, number in said.items():
        if number:
            say(f"left out {number:,} {what}")
    if left_out.files:
        shown = ", ".join(left_out.named)
        more = ", …" if left_out.files > len(left_out.named) else ""
        say(f"{left_out.files:,} files are not, or not in all, slices of JSON: {shown}{more}")


def _tell(made: Projected) -> None:
    tell(
        f"network {made.name}: {made.songs:,} songs, {made.edges:,} edges from "
        f"{made.playlists:,} playlists ({made.pairs:,} pairs) in {made.out}"
    )
    say(f"next: songnet scale communities {made.out}, or songnet link import {made.out}")
