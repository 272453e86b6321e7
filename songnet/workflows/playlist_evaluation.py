"""How well methods continue the graph's playlists, without having seen what they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from songnet import encoders
from songnet.errors import EmptyInputError, StateError
from songnet.model import Ids, Memberships, among
from songnet.playlists import (
    COLD,
    HALF,
    METHODS,
    TITLE,
    Evaluation,
    Evidence,
    Method,
    Options,
    evaluate,
    find,
    hide,
)
from songnet.progress import Progress, silent
from songnet.tables import distinct, evidence
from songnet.workflows._playlist_contenders import Asked, Chosen, Course, choose
from songnet.workflows._playlist_evidence import playlist_titles
from songnet.workflows.saved import info_of
from songnet.workflows.workspace import Workspace, pull_vectors

__all__ = ["Asked", "PlaylistEvaluation", "evaluate_playlists"]

SCHEMA: Final = "songnet.playlist.evaluate/1"
SHOWN: Final = {
    HALF: "the first half",
    COLD: "all songs but the cold ones",
    TITLE: "the title",
}


@dataclass(frozen=True)
class PlaylistEvaluation:
    """An evaluation, and what it was made of.

    Attributes
    ----------
    network, partition, encoders
        What methods could go by, each without the hidden songs.
    """

    asked: Asked
    found: Evaluation
    network: str | None
    partition: str | None
    encoders: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The schema ``songnet.playlist.evaluate/1``."""
        name = self.asked.scenario
        return {
            "schema": SCHEMA,
            "scenario": {
                "name": name,
                "shown": SHOWN.get(name) or int(name),
                **self.found.challenge.to_json(),
                "seed": self.asked.seed,
            },
            **self.found.to_json(),
            "encoder": ",".join(self.encoders) or None,
            "network": self.network,
            "partition": self.partition,
        }


def evaluate_playlists(
    workspace: Workspace, asked: Asked | None = None, *, progress: Progress = silent
) -> PlaylistEvaluation:
    """Hide songs of playlists and ask methods for them.

    For every fold, what learnt from playlists is made again without the hidden songs and kept
    nowhere; see `Rebuilt`. Playlists that songnet generated are no evidence and are not asked for.

    Raises
    ------
    EmptyInputError
        Fewer than two playlists are long enough.
    BadNameError, InputError
        No network, partition or encoder of a name that was given, or one that cannot be made again.
    StateError
        A method that was named lacks what it goes by.
    UsageError
        No such method or scenario.
    """
    asked = asked or Asked()
    methods = _methods(asked)
    titles = playlist_titles(workspace)
    table, memberships = _memberships(workspace)
    chosen = choose(workspace, asked, methods)
    folds = hide(
        memberships,
        asked.scenario,
        positions=table["position"].to_numpy(),
        playlists=asked.playlists,
        seed=asked.seed,
        songs=_audible(workspace, chosen) if asked.scenario == COLD else None,
        titles=titles,
    )
    course = Course(workspace, asked, methods, chosen, table, titles)
    songs = workspace.store.songs()
    whole = _whole(workspace, memberships, chosen, songs["id"].to_pylist())
    found = evaluate(
        folds,
        course.contenders,
        whole,
        artists=_artists(songs, whole),
        options=Options(seed=asked.seed),
        seed=asked.seed,
        on_progress=lambda done, of, who: progress("playlists continued", done, of, who),
    )
    found = replace(found, left_out={**found.left_out, **course.left_out})
    return PlaylistEvaluation(asked, found, chosen.network, chosen.partition, chosen.encoders)


def _methods(asked: Asked) -> list[Method]:
    """Those that were named; else all that can be asked."""
    named = [find(name) for name in dict.fromkeys(asked.methods)]
    every = named or list(METHODS.values())
    return every if asked.scenario != TITLE or named else [each for each in every if each.seedless]


def _memberships(workspace: Workspace) -> tuple[pa.Table, Memberships]:
    """Those that are evidence, and the same as index arrays, row by row."""
    table = evidence(workspace.store.membership_table())
    if not table.num_rows:
        raise EmptyInputError(
            "there is no playlist to hide songs of: load some with 'songnet load-playlists'"
        )
    (playlists, playlist), (songs, song) = distinct(table["playlist"]), distinct(table["song"])
    order = np.lexsort((song, playlist))
    return table.take(order), Memberships(playlists, songs, playlist[order], song[order])


def _audible(workspace: Workspace, chosen: Chosen) -> Ids:
    """The songs that all encoders that listen have heard: those that can go cold."""
    listening = [
        name for name in chosen.encoders if encoders.MODELS[info_of(workspace, name).kind].hears
    ]
    if not listening:
        raise StateError(
            chosen.why.get("sound")
            or "--scenario cold asks what sound says of songs: make vectors with 'songnet embed', "
            "or name an encoder that listens with --encoder"
        )
    heard = workspace.store.embedded(listening[0])
    for name in listening[1:]:
        heard = heard[among(heard, workspace.store.embedded(name))]
    return heard


def _whole(
    workspace: Workspace, memberships: Memberships, chosen: Chosen, songs: Sequence[str]
) -> Evidence:
    """Everything, by which lists are judged; of several encoders the first judges sound."""
    return Evidence.of(
        memberships,
        vectors=pull_vectors(workspace, info_of(workspace, chosen.encoders[0]))
        if chosen.encoders
        else None,
        songs=songs,
    )


def _artists(songs: pa.Table, whole: Evidence) -> Ids:
    known = dict(zip(songs["id"].to_pylist(), songs["artist"].to_pylist(), strict=True))
    return np.array([known.get(song) for song in whole.songs], dtype=object)
