"""What encoders' vectors are good for: measured on the songs of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet import encoders
from songnet.encoders import Saved, evaluation
from songnet.encoders.evaluation import ClipAgreement, Evaluation
from songnet.errors import EmptyInputError, StateError
from songnet.info import EncoderInfo
from songnet.model import Ids, Vectors, among
from songnet.progress import Progress, silent
from songnet.workflows._classes import Classes, classes
from songnet.workflows._clips import Clips, clips_of_graph
from songnet.workflows.saved import info_of, saved_encoder
from songnet.workflows.workspace import Workspace, pull_vectors

# Spectrograms on which losses and agreement of clips are measured, at most.
MOST_CLIPS = 2048
# Songs that are told apart, at most: kNN is quadratic.
MOST_SONGS = 20_000
READ_ROWS = 1024


@dataclass(frozen=True)
class Inside:
    """What only the encoder itself can tell.

    Attributes
    ----------
    losses
        Means by name over the spectrograms that it did not learn from (all, if it learnt from all
        that are evaluated); empty where the data folder lacks the encoder.
    spectrograms
        How many those are.
    held_back
        Whether it did not learn from them.
    clips
        How far clips of one song agree; None where no song has two.
    """

    losses: Mapping[str, float]
    spectrograms: int
    held_back: bool
    clips: ClipAgreement | None

    def to_json(self, *, draws: bool) -> dict[str, Any]:
        """Plain values: ``reconstruction_mse`` is null for models that draw nothing."""
        mse = self.losses.get("mse", self.losses.get("loss")) if draws else None
        return {
            "reconstruction_mse": mse,
            "nll": self.losses.get("nll"),
            "kl": self.losses.get("kl"),
            "losses": dict(self.losses),
            "losses_on": {"spectrograms": self.spectrograms, "held_back": self.held_back},
            "clips": asdict(self.clips) if self.clips else None,
        }


UNKNOWN = Inside({}, 0, held_back=False, clips=None)


@dataclass(frozen=True)
class Evaluated:
    """Everything about some encoders: their vectors, and what they themselves can tell."""

    vectors: Evaluation
    kinds: Mapping[str, str]
    inside: Mapping[str, Inside]

    def to_json(self) -> dict[str, Any]:
        """The schema ``songnet.encoders.evaluate/1``."""
        facts = self.vectors.to_json()
        return facts | {"encoders": [self._with_inside(entry) for entry in facts["encoders"]]}

    def _with_inside(self, entry: dict[str, Any]) -> dict[str, Any]:
        name = entry["name"]
        draws = encoders.MODELS[self.kinds[name]].draws
        return entry | {"kind": self.kinds[name]} | self.inside[name].to_json(draws=draws)


def evaluate_encoders(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    on: str = "label",
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluated:
    """Measure encoders on the songs that all of them have a vector of.

    Parameters
    ----------
    names
        Encoders; default: all.
    on
        ``label``, ``artist``, ``album`` or ``soundtrack``: what to tell songs apart by. Above
        `MOST_SONGS` songs that have it, a draw of them is measured.

    Raises
    ------
    BadNameError
        There is no such encoder.
    EmptyInputError
        No song has the property, a spectrogram and a vector of each encoder.
    """
    infos = [info_of(workspace, name) for name in names] or workspace.store.encoders()
    if not infos:
        raise StateError("there is no encoder yet: make one with 'songnet embed'")
    wanted = classes(workspace, on)
    clips = clips_of_graph(workspace)
    pulled = [pull_vectors(workspace, info) for info in infos]
    songs = reduce(np.intersect1d, [v.songs for v in pulled], np.unique(clips.songs))
    songs = np.intersect1d(songs, wanted.songs)
    if not len(songs):
        raise EmptyInputError(
            f"no song has a {on}, a spectrogram and a vector of each of "
            f"{', '.join(info.name for info in infos)}"
        )
    songs = _drawn_songs(songs, wanted, seed)
    clips = clips.only(songs)
    found = evaluation.evaluate(
        [_of(vectors, songs) for vectors in pulled],
        *wanted.of(songs),
        _mel(clips),
        on=on,
        seed=seed,
        on_progress=lambda done, total: progress("measurements", done, total),
    )
    inside = {}
    for done, info in enumerate(infos):
        progress("encoders applied", done, len(infos))
        inside[info.name] = _inside(workspace, info, clips, seed)
    return Evaluated(found, {info.name: info.kind for info in infos}, inside)


def _drawn_songs(songs: Ids, wanted: Classes, seed: int) -> Ids:
    """All, or a seeded draw of whole recordings with about `MOST_SONGS`."""
    if len(songs) <= MOST_SONGS:
        return songs
    recordings = wanted.of(songs)[1]
    own = [recording or song for recording, song in zip(recordings, songs, strict=True)]
    _, group = np.unique(np.array(own, object), return_inverse=True)
    order = np.random.default_rng([seed, 8]).permutation(group.max() + 1)
    behind = np.cumsum(np.bincount(group)[order])
    chosen = order[: int(np.searchsorted(behind, MOST_SONGS)) + 1]
    drawn: Ids = songs[np.isin(group, chosen)]
    return drawn


def _of(vectors: Vectors, songs: Ids) -> Vectors:
    keep = among(vectors.songs, songs)
    return Vectors(vectors.encoder, vectors.songs[keep], vectors.values[keep])


def _mel(clips: Clips) -> NDArray[np.float32]:
    """Mel statistics of every song, over its clips."""
    rows = np.arange(len(clips.songs))
    parts = [
        evaluation.mel_statistics(clips.read(rows[start : start + READ_ROWS]))
        for start in range(0, len(rows), READ_ROWS)
    ]
    return evaluation.song_means(clips.songs, np.concatenate(parts))[1]


def _inside(workspace: Workspace, info: EncoderInfo, clips: Clips, seed: int) -> Inside:
    saved = saved_encoder(workspace, info)
    if saved is None or not encoders.MODELS[saved.kind].hears:
        return UNKNOWN
    held = among(clips.songs, saved.holdout.validation_songs)
    part = clips.only(clips.songs[held]) if held.any() else clips
    part = _drawn(part, seed)
    losses = {} if encoders.MODELS[saved.kind].aims else encoders.losses(saved, part)
    return Inside(losses, len(part.songs), bool(held.any()), _clip_agreement(saved, clips, seed))


def _drawn(clips: Clips, seed: int) -> Clips:
    """Whole songs of at most about `MOST_CLIPS` clips."""
    if len(clips.songs) <= MOST_CLIPS:
        return clips
    songs = np.random.default_rng([seed, 5]).permutation(np.unique(clips.songs))
    share = MOST_CLIPS / len(clips.songs)
    return clips.only(songs[: max(int(share * len(songs)), 1)])


def _clip_agreement(saved: Saved, clips: Clips, seed: int) -> ClipAgreement | None:
    names, counts = np.unique(clips.songs, return_counts=True)
    several = clips.only(names[counts > 1])
    if not len(several.songs):
        return None
    several = _drawn(several, seed)
    vectors = encoders.vectors_of(saved)
    rows = np.arange(len(several.songs))
    values = [vectors(several.read(rows[at : at + 64])) for at in range(0, len(rows), 64)]
    return evaluation.clip_agreement(several.songs, np.concatenate(values), seed=seed)
