"""Folds: which songs are learnt from and which are asked about, once for all that is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from songnet.encoders._settings import LARGEST_SEED
from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Ids, Ints, object_array

FOLDS = 5
SHUFFLES = 5


class Split(NamedTuple):
    """One fold of one shuffle: rows of the folds' songs to learn from, and to ask about."""

    shuffle: int
    known: Ints
    asked: Ints


@dataclass(frozen=True, slots=True)
class Folds:
    """Songs cut into five folds, several times over, never through a recording.

    Attributes
    ----------
    rows
        int64 (n,), rising: which of the given songs take part.
    classes
        The labels that take part, sorted.
    labels
        int64 (n,): indices into `classes`.
    groups
        int64 (n,): songs of one recording have one number, from 0 by the recording's name.
    seeds
        One per shuffle: the ``random_state`` of scikit-learn's ``StratifiedGroupKFold``.
    fold
        int64 (shuffles, n): the fold, 0 to 4, in which a song is asked about.
    left_out
        Labels on too few recordings to be in every fold, and on how many songs each is.
    """

    rows: Ints
    classes: tuple[str, ...]
    labels: Ints
    groups: Ints
    seeds: tuple[int, ...]
    fold: Ints
    left_out: Mapping[str, int]

    @property
    def sizes(self) -> dict[str, int]:
        """How many songs each class has."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    def splits(self) -> Iterator[Split]:
        """Every fold of every shuffle; in each shuffle every song is asked about once."""
        for shuffle, fold in enumerate(self.fold):
            for asked in np.unique(fold):
                yield Split(shuffle, np.flatnonzero(fold != asked), np.flatnonzero(fold == asked))


def make_folds(
    songs: Ids | Sequence[str],
    labels: Sequence[str | None] | Ids,
    groups: Sequence[str | None] | Ids,
    *,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> Folds:
    """Cut songs into stratified folds that keep recordings whole.

    Parameters
    ----------
    songs, labels, groups
        Ids, labels and recordings, n each, in any one order. A song without a recording (None or
        empty) is a recording of its own.
    seed
        Shuffle i of s has the seed ``seed * s + i``, modulo 2**32.
    shuffles
        How often the songs are cut anew.

    Raises
    ------
    EmptyInputError
        Fewer than two labels are on songs of five or more recordings.
    InputError
        Lengths that differ, songs without a label, recordings too uneven to be cut in five.
    UsageError
        A seed or a number of shuffles out of range.
    """
    check_shuffles(seed, shuffles)
    _check_lengths(songs, labels, groups)
    check_labels(labels)
    named = object_array(str(label) for label in labels)
    recordings = np.unique(_recordings(songs, groups), return_inverse=True)[1].astype(np.int64)
    classes, left_out = _classes(named, recordings)
    rows = np.flatnonzero(np.isin(named, classes)).astype(np.int64)
    indices = np.searchsorted(classes, named[rows]).astype(np.int64)
    seeds = tuple((seed * shuffles + shuffle) % (LARGEST_SEED + 1) for shuffle in range(shuffles))
    folds = Folds(
        rows=rows,
        classes=tuple(classes),
        labels=indices,
        groups=np.unique(recordings[rows], return_inverse=True)[1].astype(np.int64),
        seeds=seeds,
        fold=np.stack([_cut(indices, recordings[rows], state) for state in seeds]),
        left_out=MappingProxyType(left_out),
    )
    _check_splits(folds)
    return folds


def check_shuffles(seed: int, shuffles: int) -> None:
    """Refuse, with `UsageError`, a seed and a number of shuffles that are out of range."""
    if not 0 <= seed <= LARGEST_SEED:
        raise UsageError(f"--seed must be from 0 to {LARGEST_SEED}: got {seed}")
    if shuffles < 1:
        raise UsageError(f"shuffles must be at least 1: got {shuffles}")


def check_labels(labels: Sequence[str | None] | Ids) -> None:
    """Refuse, with `InputError`, songs without a label."""
    missing = sum(not _named(label) for label in labels)
    if missing:
        raise InputError(f"every song needs a label here: {missing} of {len(labels)} have none")


def _check_lengths(songs: Sequence[str] | Ids, labels: object, groups: object) -> None:
    lengths = [len(column) for column in (songs, labels, groups)]  # type: ignore[arg-type]
    if len(set(lengths)) > 1:
        raise InputError(
            "songs, labels and groups must have one length: got {}, {}, {}".format(*lengths)
        )


def _recordings(songs: Sequence[str] | Ids, groups: Sequence[str | None] | Ids) -> Ids:
    return object_array(
        str(group) if _named(group) else song for song, group in zip(songs, groups, strict=True)
    )


def _named(value: object) -> bool:
    # Tables have None or NaN where there is nothing.
    return isinstance(value, str) and value != ""


def _classes(labels: Ids, recordings: Ints) -> tuple[Ids, dict[str, int]]:
    """The labels that can be in every fold, and those that cannot with their songs."""
    names, label, songs = np.unique(labels, return_inverse=True, return_counts=True)
    width = int(recordings.max(initial=0)) + 1
    pairs = np.unique(label.astype(np.int64) * width + recordings)
    spread = np.bincount(pairs // width, minlength=len(names))
    kept = spread >= FOLDS
    if kept.sum() < 2:
        raise EmptyInputError(
            f"evaluating needs at least 2 labels, each on songs of at least {FOLDS} recordings: "
            f"{int(kept.sum())} of {len(names)} labels are"
        )
    left_out = zip(names[~kept].tolist(), songs[~kept].tolist(), strict=True)
    return names[kept], dict(left_out)


def _cut(labels: Ints, recordings: Ints, seed: int) -> Ints:
    from sklearn.model_selection import StratifiedGroupKFold

    fold = np.empty(len(labels), np.int64)
    cutter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for number, (_, asked) in enumerate(cutter.split(labels, labels, recordings)):
        fold[asked] = number
    return fold


def _check_splits(folds: Folds) -> None:
    if any(len(np.unique(folds.labels[split.known])) < 2 for split in folds.splits()):
        raise InputError(
            "the recordings are too uneven for folds: one of them would leave songs of a single "
            "label to learn from; give recordings that hold fewer songs"
        )
