"""What vectors are good for, always measured in the same way and beside the same baselines.

**Folds.** Songs are grouped by recording (a song without one is its own group), cut into five
stratified folds that keep groups whole, over several shuffles. Folds are made once; every encoder
and every baseline answers on the same ones. Labels on fewer than five recordings cannot be in
every fold: they are left out and named.

**Probes.** Vectors are standardised on the songs that are learnt from. *kNN*: the five nearest by
cosine, one vote each, ties to the more similar. *Linear*: multinomial logistic regression with one
fixed penalty; see `linear_predictions`. Accuracy is the share of songs answered rightly, by
shuffle and as the mean of the shuffles.

**Baselines.** *Majority*: the share of the largest class, which always answering with it gets.
*Mel statistics*: the mean and standard deviation of each mel band, through the same probes.

**Gain.** The difference to mel statistics, paired fold by fold, with its 95 % interval by the
corrected t of repeated cross-validation (Nadeau & Bengio 2003, Bouckaert & Frank 2004); see
`paired_gain`. An encoder hears something that mel statistics do not tell if the interval lies
above 0.

**Geometry.** Effective rank (Roy & Vetterli 2007), dead dimensions, hubness (Radovanović et al.
2010) of the evaluated songs' vectors as they are; agreement of clips by `clip_agreement`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from songnet.encoders._clips import ClipAgreement, clip_agreement
from songnet.encoders._examples import Example, examples
from songnet.encoders._folds import SHUFFLES, Folds, make_folds
from songnet.encoders._gain import Interval, paired_gain
from songnet.encoders._geometry import (
    Geometry,
    dead_dimensions,
    effective_rank,
    geometry,
    hubness,
)
from songnet.encoders._measured import BASELINE, Evaluation, Measured, Probe
from songnet.encoders._mel_statistics import mel_statistics, song_means
from songnet.encoders._probes import linear_predictions, nearest_votes
from songnet.encoders._voting import (
    ConfidenceLevel,
    Neighbor,
    Vote,
    VoteAccuracy,
    vote,
    vote_accuracy,
)
from songnet.errors import EmptyInputError, InputError
from songnet.model import Ids, Ints, Vectors

__all__ = [
    "ClipAgreement",
    "ConfidenceLevel",
    "Evaluation",
    "Example",
    "Folds",
    "Geometry",
    "Interval",
    "Measured",
    "Neighbor",
    "Probe",
    "Vote",
    "VoteAccuracy",
    "clip_agreement",
    "dead_dimensions",
    "effective_rank",
    "evaluate",
    "examples",
    "geometry",
    "hubness",
    "make_folds",
    "mel_statistics",
    "paired_gain",
    "song_means",
    "vote",
    "vote_accuracy",
]

OnProgress = Callable[[int, int], None]


def evaluate(
    candidates: Sequence[Vectors],
    labels: Sequence[str] | Ids,
    groups: Sequence[str | None] | Ids,
    mel: ArrayLike,
    *,
    on: str = "label",
    seed: int = 0,
    shuffles: int = SHUFFLES,
    on_progress: OnProgress | None = None,
) -> Evaluation:
    """Measure encoders beside the majority class and mel statistics, on the same songs and folds.

    Parameters
    ----------
    candidates
        Vectors of the same n songs, one or more, each of its own encoder.
    labels, groups
        Label and recording of each song, n, in the order of the vectors' songs. A song without
        a recording (None or empty) is its own.
    mel
        float32 (n, 192): `mel_statistics` of each song, over its clips by `song_means`.
    on
        What the labels are, for the record.
    seed
        Of the folds, samples and examples.
    shuffles
        How often the songs are cut anew.
    on_progress
        Called with the steps done and their number.

    Raises
    ------
    EmptyInputError
        No candidates, or fewer than two labels on songs of five or more recordings.
    InputError
        Candidates of different songs, two of one name, arrays that do not fit the songs, NaN.
    UsageError
        A seed or a number of shuffles out of range.
    """
    songs = _same_songs(candidates)
    baseline = Vectors.from_rows(BASELINE, songs, mel)
    folds = make_folds(songs, labels, groups, seed=seed, shuffles=shuffles)
    steps = _Steps(on_progress, len(candidates) + 1)
    plain = _measured(baseline, folds, seed, steps)
    encoders = [_measured(vectors, folds, seed, steps) for vectors in candidates]
    sizes = folds.sizes
    return Evaluation(
        on=on,
        songs=songs[folds.rows],
        classes=MappingProxyType(sizes),
        left_out=folds.left_out,
        recordings=int(folds.groups.max()) + 1,
        seed=seed,
        seeds=folds.seeds,
        encoders=tuple(_compared(encoder, plain, folds) for encoder in encoders),
        majority=max(sizes.values()) / len(folds.rows),
        mel_statistics=plain,
        sampled=plain.geometry.sampled,
    )


class _Steps:
    """Counts what is done: three steps, two probes and the geometry, for each that is measured."""

    def __init__(self, on_progress: OnProgress | None, measured: int) -> None:
        self.on_progress = on_progress
        self.total = 3 * measured
        self.done = 0

    def __call__(self) -> None:
        self.done += 1
        if self.on_progress:
            self.on_progress(self.done, self.total)


def _same_songs(candidates: Sequence[Vectors]) -> Ids:
    if not candidates:
        raise EmptyInputError("there is nothing to evaluate: give the vectors of an encoder")
    first, *others = candidates
    for other in others:
        if not np.array_equal(first.songs, other.songs):
            raise InputError(
                f"encoders are compared on the same songs: those of {first.encoder!r} "
                f"({len(first.songs)}) and {other.encoder!r} ({len(other.songs)}) differ"
            )
    names = [vectors.encoder for vectors in candidates]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"encoders are evaluated once each: {', '.join(twice)} came twice")
    return first.songs


def _measured(vectors: Vectors, folds: Folds, seed: int, step: _Steps) -> Measured:
    kept = Vectors(vectors.encoder, vectors.songs[folds.rows], vectors.values[folds.rows])
    knn = _probe(nearest_votes(kept.values, folds).predicted, folds)
    step()
    linear = _probe(linear_predictions(kept.values, folds), folds)
    step()
    shape, shown = geometry(kept, seed=seed), examples(kept, seed=seed)
    step()
    return Measured(
        name=kept.encoder,
        dimensions=kept.dimensions,
        knn=knn,
        linear=linear,
        geometry=shape,
        examples=shown,
    )


def _compared(encoder: Measured, baseline: Measured, folds: Folds) -> Measured:
    return replace(
        encoder,
        knn_gain=paired_gain(encoder.knn.right, baseline.knn.right, folds),
        linear_gain=paired_gain(encoder.linear.right, baseline.linear.right, folds),
    )


def _probe(predicted: Ints, folds: Folds) -> Probe:
    right = predicted == folds.labels
    shuffles = right.mean(axis=1)
    recalls = [right[:, folds.labels == label].mean() for label in range(len(folds.classes))]
    return Probe(
        accuracy=float(shuffles.mean()),
        shuffles=tuple(shuffles.tolist()),
        recall=MappingProxyType(dict(zip(folds.classes, map(float, recalls), strict=True))),
        confusion=_confusion(predicted, folds),
        right=right,
    )


def _confusion(predicted: Ints, folds: Folds) -> tuple[tuple[int, int, int], ...]:
    cells, counts = np.unique(folds.labels * len(folds.classes) + predicted, return_counts=True)
    truth, answer = np.divmod(cells, len(folds.classes))
    return tuple(zip(truth.tolist(), answer.tolist(), counts.tolist(), strict=True))
