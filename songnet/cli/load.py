"""`songnet load-playlists` and `songnet load-audio`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from songnet.cli.common import Data, Json, Progress, Store, opened, print_json, say, say_skipped

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="Files, folders or zip archives.")
]
MusicRoot = Annotated[
    Path | None,
    typer.Option(
        help="The folder that ids of music files are relative to [default: the folder given]."
    ),
]


class Format(StrEnum):
    """The formats of playlists."""

    auto = "auto"
    mpd = "mpd"
    csv = "csv"
    m3u = "m3u"
    xspf = "xspf"


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("load-playlists")(load_playlists)
    app.command("load-audio")(load_audio)


def load_playlists(
    context: typer.Context,
    paths: Paths,
    format: Annotated[Format, typer.Option(help="What the files are.")] = Format.auto,  # noqa: A002
    columns: Annotated[
        str | None,
        typer.Option(metavar="KEY=HEADER,...", help="CSV headers, as title=track_name,artist=by."),
    ] = None,
    music_root: MusicRoot = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Load playlists from files.

    Reads slices of the Million Playlist Dataset, CSV, M3U/M3U8 and XSPF, also in .gz and zip.

    Loading the same input again changes nothing; an interrupted load is completed by the same
    command.
    """
    mapping = _columns(columns)
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.load import load_playlists as load

        loaded = load(
            workspace,
            paths,
            format=format.value,
            columns=mapping,
            music_root=music_root,
            progress=progress,
        )
    say_skipped(loaded.skipped)
    counts = {
        "playlists": loaded.playlists,
        "songs": loaded.songs,
        "memberships": loaded.memberships,
        "skipped": len(loaded.skipped),
    }
    if as_json:
        print_json(counts)
    else:
        typer.echo("loaded " + ", ".join(f"{count:,} {what}" for what, count in counts.items()))


def load_audio(
    context: typer.Context,
    paths: Paths,
    clips: Annotated[
        int, typer.Option(min=1, max=100, help="Five-second clips per song, spread over it.")
    ] = 1,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Labels: columns song,label.")
    ] = None,
    label_from_folder: Annotated[
        bool, typer.Option("--label-from-folder", help="A song's label is its folder's name.")
    ] = False,
    music_root: MusicRoot = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes [default: one per core].")
    ] = None,
    as_json: Json = False,
    store: Store = None,
    data: Data = None,
) -> None:
    """Load sound: audio files or spectrograms.

    Reads ogg, mp3, flac, wav, opus and m4a, and 96x216 spectrogram PNGs, also in zip archives.

    What was loaded before and has not changed is not decoded again.
    """
    if labels and label_from_folder:
        raise typer.BadParameter("give --labels or --label-from-folder, not both")
    with opened(context, store, data) as workspace, Progress() as progress:
        from songnet.workflows.load import load_audio as load

        loaded = load(
            workspace,
            paths,
            clips=clips,
            labels=labels,
            label_from_folder=label_from_folder,
            music_root=music_root,
            workers=workers,
            progress=progress,
        )
    say_skipped(loaded.skipped)
    counts = {"songs": loaded.songs, "clips": loaded.clips, "skipped": len(loaded.skipped)}
    if as_json:
        print_json(counts)
        return
    typer.echo("loaded " + ", ".join(f"{count:,} {what}" for what, count in counts.items()))
    say("next: songnet embed")


def _columns(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    pairs = [part.partition("=") for part in text.split(",")]
    if bad := [key for key, equals, header in pairs if not (key and equals and header)]:
        raise typer.BadParameter(f"--columns must be KEY=HEADER,...: {bad[0]!r} is not")
    return {key.strip(): header.strip() for key, _, header in pairs}
