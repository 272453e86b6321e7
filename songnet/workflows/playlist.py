"""Playlists: made from seeds by what the graph holds, written to files, kept in the graph."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from songnet.errors import BadNameError, InputError
from songnet.names import GENERATED
from songnet.playlists import (
    Generated,
    GeneratedSong,
    Recipe,
    Rules,
    generate,
    with_heard,
)
from songnet.progress import Progress, silent
from songnet.sources._songs import usable_id
from songnet.sources.audio import SongSound
from songnet.sources.playlist_files import (
    EXTENSIONS,
    WrittenPlaylist,
    WrittenSong,
    write_playlist,
)
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA
from songnet.workflows._playlist_catalogue import Catalogue
from songnet.workflows._playlist_choices import (
    community_names,
    default_method,
    used_sources,
    wanted_method,
)
from songnet.workflows._playlist_evidence import Sources, pull_evidence
from songnet.workflows._playlist_seeds import (
    Asked,
    Avoided,
    Seeds,
    find_avoided,
    find_seeds,
    hear,
)
from songnet.workflows.workspace import Workspace

__all__ = ["SCHEMA", "Asked", "Made", "Saving", "Sources", "make_playlist"]

SCHEMA = "songnet.playlist.generate/1"
SOURCE = "songnet playlist generate"
NAME_LENGTH: Final = 200
SHOWN: Final = 5
STEPS: Final = 3
SPOKEN: Final = ("title", "artist", "album", "duration_ms", "uri", "path")


@dataclass(frozen=True)
class Saving:
    """Where a playlist goes.

    Attributes
    ----------
    name
        What it is called; default: after the method and the first seed.
    out
        A file, by its extension.
    keep
        Whether it is written to the graph.
    """

    name: str | None = None
    out: Path | None = None
    keep: bool = False


@dataclass(frozen=True)
class Made:
    """A playlist, and how it was made.

    Attributes
    ----------
    name
        What it is called.
    recipe, sources
        The method that was taken, and what it went by.
    seeds
        What the seeds are called, in order, by id; sounds that are no songs among them.
    title
        The title that it goes by, if it does.
    generated
        The songs, and notes.
    facts
        What the graph says of each song, in their order.
    kept
        The id that it bears in the graph; None if it was not kept.
    out
        The file that was written, or None.
    """

    name: str
    recipe: Recipe
    sources: Sources
    seeds: dict[str, str]
    generated: Generated
    facts: tuple[dict[str, Any], ...]
    kept: str | None = None
    out: Path | None = None
    title: str | None = None

    @property
    def origin(self) -> str:
        """What it goes on from, in a few words."""
        titles = [*self.seeds.values()]
        more = f" and {len(titles) - SHOWN:,} more" if len(titles) > SHOWN else ""
        seeds = "; ".join(titles[:SHOWN]) + more
        if self.title is None:
            return f"from {seeds}"
        return f"like {self.title!r}" + (f", after {seeds}" if seeds else "")

    @property
    def minutes(self) -> float | None:
        """How long it lasts; None where a song's duration is unknown."""
        lengths = [row.get("duration_ms") for row in self.facts]
        known = [length for length in lengths if length is not None]
        return sum(known) / 60_000 if len(known) == len(lengths) else None

    def to_json(self) -> dict[str, Any]:
        """The schema ``songnet.playlist.generate/1``."""
        songs = zip(self.generated.songs, self.facts, strict=True)
        return {
            "schema": SCHEMA,
            "name": self.name,
            "method": self.recipe.method,
            "order": self.recipe.order,
            "seed": self.recipe.options.seed,
            **asdict(self.sources),
            "title": self.title,
            "seeds": [{"id": song, "title": title} for song, title in self.seeds.items()],
            "songs": [_song_json(song, row) for song, row in songs],
            "minutes": self.minutes,
            "notes": list(self.generated.notes),
            "kept": self.kept,
            "out": self.out and str(self.out),
        }


def _song_json(song: GeneratedSong, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": song.id,
        **{name: row.get(name) for name in SPOKEN},
        "is_seed": song.is_seed,
        "score": song.score,
        "reason": song.reason and asdict(song.reason),
        "why": song.text,
    }


def make_playlist(
    workspace: Workspace,
    asked: Asked,
    *,
    method: str | None = None,
    recipe: Recipe | None = None,
    rules: Rules | None = None,
    sources: Sources | None = None,
    saving: Saving | None = None,
    progress: Progress = silent,
) -> Made:
    """Make a playlist from seeds; write it where `saving` says.

    Parameters
    ----------
    method
        A name of `songnet.playlists.METHODS`. Default: ``blend``, ``pagerank`` or ``sound``, the
        first for which there is what it needs. ``pagerank`` with a
        network goes over that (``pagerank-network``), with a partition as well within its
        communities (``pagerank-communities``).
    recipe
        Everything else of how; its own `method` does not count.
    sources
        Names; by default the encoder is the preferred one, the partition one of a playlist
        network, for reasons.

    Raises
    ------
    UsageError
        An option out of range, or that the method does not take; no seed.
    InputError
        A seed that is no song or may be several, a file that cannot be read or written, a name.
    StateError
        The graph lacks what the method needs.
    EmptyInputError
        Nothing goes with the seeds.
    """
    recipe, saving, named = recipe or Recipe(), saving or Saving(), sources or Sources()
    _check_saving(workspace, saving)
    wanted = wanted_method(method, named, asked.title)
    used = used_sources(workspace, wanted, named)
    progress("steps", 0, STEPS, "reading the graph")
    evidence = pull_evidence(workspace, used, titles=asked.title is not None)
    recipe = replace(recipe, method=(wanted or default_method(evidence)).name)
    catalogue = Catalogue.of(workspace.store.songs())
    seeds = find_seeds(asked, catalogue, evidence.popularity[evidence.places(catalogue.songs)])
    progress("steps", 1, STEPS, "hearing files")
    evidence = with_heard(evidence, hear(workspace, seeds.heard, used.encoder))
    catalogue = catalogue.and_also([_heard_row(*each) for each in seeds.heard.items()])
    progress("steps", 2, STEPS, "finding songs")
    avoided = find_avoided(asked.avoid, catalogue)
    generated = generate(
        evidence,
        catalogue.facts(evidence.songs),
        seeds.songs,
        recipe=recipe,
        rules=_avoiding(rules or Rules(), avoided),
        unlisted=seeds.heard,
        names=community_names(workspace, used.partition),
        title=asked.title,
    )
    made = _made(
        catalogue, seeds, avoided, generated, recipe=recipe, sources=used, title=asked.title
    )
    return _saved(workspace, made, saving, asked.music_root)


def _check_saving(workspace: Workspace, saving: Saving) -> None:
    """Refuse before the work what could not be written after it."""
    if saving.keep:
        workspace.store.check_writable()
    if saving.name is not None and not _can_name(saving.name):
        raise BadNameError(
            f"{saving.name!r} cannot name a playlist: use 1 to {NAME_LENGTH} characters, none of "
            "them a control character"
        )
    if saving.out is None:
        return
    if saving.out.suffix.lower() not in EXTENSIONS:
        raise InputError(f"--out {saving.out}: playlists are written as {', '.join(EXTENSIONS)}")
    if not saving.out.absolute().parent.is_dir():
        raise InputError(f"--out {saving.out}: there is no folder {saving.out.parent}")


def _can_name(name: str) -> bool:
    return bool(name.strip()) and len(name) <= NAME_LENGTH and usable_id(name)


def _heard_row(song: str, sound: SongSound) -> dict[str, Any]:
    """What is known of a file that is no song of the graph."""
    return {
        "id": song,
        "title": sound.title or Path(song).name,
        "artist": sound.artist,
        "duration_ms": sound.duration_ms,
        "recording": sound.recording,
        "sha256": sound.sha256,
    }


def _avoiding(rules: Rules, avoided: Avoided) -> Rules:
    return replace(
        rules,
        avoided=rules.avoided | avoided.songs,
        avoided_artists=rules.avoided_artists | avoided.artists,
    )


def _made(
    catalogue: Catalogue,
    seeds: Seeds,
    avoided: Avoided,
    generated: Generated,
    *,
    recipe: Recipe,
    sources: Sources,
    title: str | None,
) -> Made:
    titles = {song: catalogue.shown(song) for song in seeds.songs}
    first = f"from {next(iter(titles.values()))}" if title is None else f"like {title!r}"
    return Made(
        name=f"{recipe.method} {first}"[:NAME_LENGTH],
        recipe=recipe,
        sources=sources,
        seeds=titles,
        generated=replace(generated, notes=(*seeds.notes, *avoided.notes, *generated.notes)),
        facts=tuple(catalogue.row(song.id) for song in generated.songs),
        title=title,
    )


def _saved(workspace: Workspace, made: Made, saving: Saving, music_root: Path | None) -> Made:
    """Write the playlist to where it is to go."""
    made = replace(made, name=saving.name or made.name, out=saving.out)
    if saving.out is not None:
        write_playlist(saving.out, _written(made), music_root=music_root)
    return replace(made, kept=_kept(workspace, made)) if saving.keep else made


def _written(made: Made) -> WrittenPlaylist:
    songs = [
        WrittenSong(song.id, **{name: row.get(name) for name in SPOKEN}, reason=song.text)
        for song, row in zip(made.generated.songs, made.facts, strict=True)
    ]
    return WrittenPlaylist(made.name, songs, _description(made))


def _kept(workspace: Workspace, made: Made) -> str:
    """Write the playlist to the graph, in the place of one that bears its name; its id."""
    playlist = f"{GENERATED}{made.name}"
    songs = [song.id for song in made.generated.songs]
    about = {
        "id": playlist,
        "name": made.name,
        "description": _description(made),
        "modified_at": int(time.time()),
        "source": SOURCE,
    }
    rows = [
        {"playlist": playlist, "song": song, "position": place, "times": 1}
        for place, song in enumerate(songs)
    ]
    workspace.store.add_playlists(
        pa.Table.from_pylist([about], schema=PLAYLIST_SCHEMA),
        pa.table({"id": pa.array(songs, pa.string())}),
        pa.Table.from_pylist(rows, schema=MEMBERSHIP_SCHEMA),
    )
    return playlist


def _description(made: Made) -> str:
    """How the playlist was made, in a line."""
    used = {name: value for name, value in asdict(made.sources).items() if value}
    options = {**used, "order": made.recipe.order, "seed": made.recipe.options.seed}
    told = ", ".join(f"{name} {value}" for name, value in options.items())
    return f"{made.recipe.method} {made.origin} ({told})"
