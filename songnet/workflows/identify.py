"""What an unknown sound is: the vote of the labelled songs that sound most like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from songnet import encoders
from songnet.encoders import evaluation
from songnet.encoders.evaluation import Vote, VoteAccuracy
from songnet.errors import EmptyInputError, NothingLoadedError, StateError, UsageError
from songnet.info import EncoderInfo
from songnet.model import Ids, Skipped, Vectors, among
from songnet.progress import Progress, silent
from songnet.sources.audio import SongSound, read_sound
from songnet.workflows._classes import classes
from songnet.workflows.saved import trained_encoder
from songnet.workflows.workspace import Workspace, pull_vectors

SCHEMA = "songnet.identify/1"
# Of several encoders the first of these kinds is asked, if there is one of it.
PREFERRED = ("contrastive", "mp3tovec", "vae", "cae")


@dataclass(frozen=True)
class Identified:
    """What one file was taken for.

    Attributes
    ----------
    file
        As it was found.
    vote
        The label, its confidence and the songs that voted.
    itself
        Songs of the graph that are this very file; they did not vote.
    """

    file: str
    vote: Vote
    itself: tuple[str, ...]


@dataclass(frozen=True)
class Identification:
    """What all files were taken for, and how far to trust it.

    Attributes
    ----------
    on, encoder
        The property that was looked for, and who listened.
    files
        In the order given.
    accuracy
        How often such votes are right, measured on the labelled songs themselves.
    skipped
        Files that could not be heard.
    """

    on: str
    encoder: str
    files: tuple[Identified, ...]
    accuracy: VoteAccuracy | None
    skipped: tuple[Skipped, ...]

    def to_json(self) -> dict[str, Any]:
        """The schema ``songnet.identify/1``."""
        return {
            "schema": SCHEMA,
            "on": self.on,
            "encoder": self.encoder,
            "accuracy": self.accuracy and _accuracy_json(self.accuracy),
            "files": [_file_json(file) for file in self.files],
            "skipped": [str(item) for item in self.skipped],
        }


def _accuracy_json(accuracy: VoteAccuracy) -> dict[str, Any]:
    return {
        "accuracy": accuracy.accuracy,
        "chance": max(accuracy.classes.values()) / accuracy.songs,
        "songs": accuracy.songs,
        "classes": len(accuracy.classes),
        "by_confidence": [
            {"confidence": level.confidence, "votes": level.votes, "accuracy": level.accuracy}
            for level in accuracy.levels
        ],
    }


def _file_json(file: Identified) -> dict[str, Any]:
    return {
        "file": file.file,
        "label": file.vote.label,
        "confidence": file.vote.confidence,
        "shares": dict(file.vote.shares),
        "neighbors": [
            {"song": neighbor.song, "label": neighbor.label, "similarity": neighbor.cosine}
            for neighbor in file.vote.neighbors
        ],
        "itself": list(file.itself),
    }


def identify(
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    on: str = "label",
    encoder: str | None = None,
    k: int = 5,
    clips: int = 1,
    seed: int = 0,
    progress: Progress = silent,
) -> Identification:
    """Listen to files and say what the songs most like them are.

    Nothing is written. A file that is a song of the graph, byte for byte, does not vote for itself.

    Parameters
    ----------
    paths
        Audio files, 96 x 216 PNG spectrograms, folders, zips.
    on
        ``label``, ``artist``, ``album`` or ``soundtrack``.
    encoder
        Who listens; default: the only encoder, or the first contrastive one.
    k
        How many songs vote.
    clips
        Clips per file, spread over it.

    Raises
    ------
    StateError
        No encoder that listens; its model is not in the data folder.
    NothingLoadedError
        Not one file could be heard.
    """
    info = _listener(workspace, encoder)
    saved = trained_encoder(workspace, info)
    voters = _Voters.of(workspace, info, on)
    heard: list[Identified] = []
    skipped: list[Skipped] = []
    listening = encoders.vectors_of(saved)
    for sound in read_sound(paths, clips=clips, on_progress=_counting(progress)):
        if isinstance(sound, Skipped):
            skipped.append(sound)
            continue
        heard.append(voters.ask(sound, listening(sound.pixels).mean(axis=0), k))
    if not heard:
        raise NothingLoadedError("sound", skipped)
    return Identification(on, info.name, tuple(heard), voters.accuracy(k, seed), tuple(skipped))


def _counting(progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress("files", done, total)


def _listener(workspace: Workspace, name: str | None) -> EncoderInfo:
    there = {info.name: info for info in workspace.store.encoders()}
    if name is not None:
        if name not in there or not encoders.MODELS[there[name].kind].hears:
            known = ", ".join(key for key, info in there.items() if _hears(info)) or "none yet"
            raise UsageError(f"--encoder {name!r}: encoders that listen are: {known}")
        return there[name]
    able = [info for info in there.values() if _hears(info)]
    if not able:
        raise StateError("there is no encoder that listens yet: make one with 'songnet embed'")
    return min(able, key=lambda info: (PREFERRED.index(info.kind), info.name))


def _hears(info: EncoderInfo) -> bool:
    return encoders.MODELS[info.kind].hears


@dataclass(frozen=True)
class _Voters:
    """The labelled songs: their vectors, labels, recordings and the hashes of their files."""

    vectors: Vectors
    labels: Ids
    recordings: Ids
    hashes: Ids

    @classmethod
    def of(cls, workspace: Workspace, info: EncoderInfo, on: str) -> _Voters:
        known = classes(workspace, on)
        vectors = pull_vectors(workspace, info)
        rows = among(vectors.songs, known.songs)
        kept = Vectors(vectors.encoder, vectors.songs[rows], vectors.values[rows])
        labels, recordings = known.of(kept.songs)
        files = workspace.store.songs().select(["id", "sha256"]).to_pandas().set_index("id")
        return cls(kept, labels, recordings, files["sha256"].loc[kept.songs].to_numpy(object))

    def ask(self, sound: SongSound, vector: np.ndarray, k: int) -> Identified:
        same = self.hashes == sound.sha256
        others = Vectors(
            self.vectors.encoder, self.vectors.songs[~same], self.vectors.values[~same]
        )
        vote = evaluation.vote(vector, others, self.labels[~same], k=k)
        return Identified(sound.path or sound.id, vote, tuple(self.vectors.songs[same]))

    def accuracy(self, k: int, seed: int) -> VoteAccuracy | None:
        """None where there are too few labelled songs to measure it."""
        try:
            return evaluation.vote_accuracy(
                self.vectors, self.labels, self.recordings, k=k, seed=seed
            )
        except EmptyInputError:
            return None
