"""Guessing an unknown song's label from the labelled songs most similar to it.

The vote is that of the kNN probe: vectors standardised by the labelled songs, the five nearest by
cosine, one vote each, ties to the more similar. Votes are not weighted by similarity: cosines of
standardised vectors differ too little to change many (on ESC-10 accuracy moves by less than half a
point), and plain votes end in only k levels of confidence, few enough to count how often each was
right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from songnet.encoders._blocks import Values
from songnet.encoders._folds import SHUFFLES, check_labels, make_folds
from songnet.encoders._probes import (
    NEIGHBORS,
    Votes,
    most_similar,
    nearest_votes,
    poll,
    standardised,
)
from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Ids, Ints, Vectors


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A labelled song and its cosine with the song that was asked about."""

    song: str
    label: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Vote:
    """What the nearest labelled songs say.

    Attributes
    ----------
    label
        The one with most votes; of several, the one whose neighbours are nearer.
    confidence
        Its share of the votes, 1/k to 1; `vote_accuracy` says how often that was right.
    shares
        The share of every label that got a vote, largest first.
    neighbors
        Who voted, the most similar first.
    """

    label: str
    confidence: float
    shares: Mapping[str, float]
    neighbors: tuple[Neighbor, ...]


@dataclass(frozen=True, slots=True)
class ConfidenceLevel:
    """How votes of one confidence did.

    Attributes
    ----------
    confidence
        The share of the k votes that the winner had.
    votes, right
        How many votes ended so, over all shuffles, and in how many of them the label was right.
    """

    confidence: float
    votes: int
    right: int

    @property
    def accuracy(self) -> float | None:
        """The share that was right; None where no vote ended so."""
        return self.right / self.votes if self.votes else None


@dataclass(frozen=True, slots=True)
class VoteAccuracy:
    """How often votes are right on songs whose label is known.

    Attributes
    ----------
    accuracy
        The share of right votes over all songs and shuffles; as `evaluate` has it for kNN.
    songs
        How many were asked about, each once per shuffle.
    classes
        The labels, and how many songs each is on.
    left_out
        Labels on fewer than five recordings, and on how many songs each is.
    seeds
        Of the shuffles.
    levels
        One per confidence, 1/k to 1: the calibration.
    """

    accuracy: float
    songs: int
    classes: Mapping[str, int]
    left_out: Mapping[str, int]
    seeds: tuple[int, ...]
    levels: tuple[ConfidenceLevel, ...]


def vote(
    query: ArrayLike, vectors: Vectors, labels: Sequence[str] | Ids, *, k: int = NEIGHBORS
) -> Vote:
    """The label of an unknown song, by the vote of the `k` labelled songs nearest to it.

    Parameters
    ----------
    query
        (d,), finite: the unknown song's vector by the same encoder.
    vectors
        Of the labelled songs, n x d.
    labels
        Theirs, n, in the order of ``vectors.songs``.
    k
        Voters; all labelled songs where there are fewer.

    Raises
    ------
    EmptyInputError
        No labelled songs.
    InputError
        A query of another length or not finite, songs without a label.
    UsageError
        `k` below 1.
    """
    _check_voters(vectors, labels, k)
    asked = _row(query, vectors)
    rows, cosines = most_similar(*standardised(vectors.values, asked), k)
    names, codes = np.unique([str(labels[row]) for row in rows[0]], return_inverse=True)
    counts = np.bincount(codes)
    label, votes = poll(codes[None, :], cosines, len(names))
    order = np.argsort(-counts, kind="stable")
    return Vote(
        label=str(names[label[0]]),
        confidence=float(votes[0] / len(codes)),
        shares=MappingProxyType({str(names[at]): float(counts[at] / len(codes)) for at in order}),
        neighbors=tuple(
            Neighbor(str(vectors.songs[row]), str(labels[row]), float(cosine))
            for row, cosine in zip(rows[0], cosines[0], strict=True)
        ),
    )


def vote_accuracy(
    vectors: Vectors,
    labels: Sequence[str] | Ids,
    groups: Sequence[str | None] | Ids,
    *,
    k: int = NEIGHBORS,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> VoteAccuracy:
    """How often `vote` is right, measured on songs of recordings that it has not seen.

    Parameters
    ----------
    vectors
        Of the labelled songs, n x d.
    labels, groups
        Their labels and recordings, n each, in the order of ``vectors.songs``.
    k, seed, shuffles
        As for `vote` and `make_folds`.

    Raises
    ------
    EmptyInputError, InputError, UsageError
        As `vote` and `make_folds`.
    """
    _check_voters(vectors, labels, k)
    folds = make_folds(vectors.songs, labels, groups, seed=seed, shuffles=shuffles)
    votes = nearest_votes(vectors.values[folds.rows], folds, k=k)
    right = votes.predicted == folds.labels
    return VoteAccuracy(
        accuracy=float(right.mean()),
        songs=len(folds.rows),
        classes=MappingProxyType(folds.sizes),
        left_out=folds.left_out,
        seeds=folds.seeds,
        levels=_levels(votes, right),
    )


def _levels(votes: Votes, right: Ints) -> tuple[ConfidenceLevel, ...]:
    ended = np.bincount(votes.votes.ravel(), minlength=votes.k + 1)
    hits = np.bincount(votes.votes[right], minlength=votes.k + 1)
    return tuple(
        ConfidenceLevel(count / votes.k, int(ended[count]), int(hits[count]))
        for count in range(1, votes.k + 1)
    )


def _check_voters(vectors: Vectors, labels: Sequence[str] | Ids, k: int) -> None:
    if k < 1:
        raise UsageError(f"-k must be at least 1: got {k}")
    if not len(vectors.songs):
        raise EmptyInputError(f"{vectors.encoder!r} has no labelled songs to vote")
    if len(labels) != len(vectors.songs):
        raise InputError(
            f"voting needs a label per song: {len(labels)} for {len(vectors.songs)} songs"
        )
    check_labels(labels)


def _row(query: ArrayLike, vectors: Vectors) -> Values:
    row = np.asarray(query, np.float32)
    if row.shape != (vectors.dimensions,) or not np.isfinite(row).all():
        raise InputError(
            f"a vector of {vectors.encoder!r} is {vectors.dimensions} finite numbers: "
            f"got shape {row.shape}{'' if np.isfinite(row).all() else ' with NaN or infinity'}"
        )
    return row[None, :]
