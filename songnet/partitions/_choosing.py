"""How many communities do vectors hold?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Ints, Partition, Vectors
from songnet.partitions import _criteria, _gap
from songnet.partitions._choice import Choice, ChoiceRow
from songnet.partitions._common import check_count, prepare
from songnet.partitions._gap import Gap, gaps
from songnet.partitions._gaussian import best, fits
from songnet.partitions._kmeans import kmeans
from songnet.partitions._reduced import Reduced, reduce
from songnet.partitions._silhouette import silhouettes

Tell: TypeAlias = Callable[[str, int, int], None]
SAMPLE: Final = 10_000
MIXTURE_STARTS: Final = 3


def _silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def choose(
    vectors: Vectors,
    *,
    first: int = 2,
    last: int = 12,
    samples: int = 20,
    seed: int = 0,
    tell: Tell = _silent,
) -> Choice:
    """Try every number of communities and let four criteria judge it.

    Silhouette and elbow judge k-means on the vectors as they are; the gap statistic judges k-means,
    and BIC Gaussian mixtures, on their principal components (the same as of `mixture`). One
    community is always among the rows, because gap and BIC can say that there is but one. Over
    10,000 songs, silhouette and gap look at a seeded sample of so many; the rules say so.

    Parameters
    ----------
    vectors
        Of at least `last` songs.
    first, last
        The numbers of communities to try.
    samples
        Sets without clusters that the gap statistic draws; 0 leaves it out.
    tell
        Called with what is being done, how many steps of it are through, and of how many.

    Raises
    ------
    EmptyInputError
        No vectors.
    InputError
        Fewer songs, or fewer different vectors, than `last`.
    UsageError
        An option out of range.
    """
    numbers = _numbers(vectors, first, last, samples)
    _, seed = prepare(vectors, "kmeans", None, seed)
    cuts = _cuts(vectors, numbers, seed, tell)
    reduced = reduce(vectors)
    sample = _sample(len(vectors.songs), seed)
    scores = silhouettes(vectors.values[sample], [cut.labels[sample] for cut in cuts])
    found = _gaps(reduced, sample, numbers, samples, seed, tell)
    bics = _bics(reduced, numbers, seed, tell)
    rows = tuple(map(_row, cuts, scores, found, bics))
    return Choice(
        on=vectors.encoder,
        songs=len(vectors.songs),
        seed=seed,
        fingerprint=vectors.fingerprint,
        rows=rows,
        chosen=MappingProxyType(_chosen(rows, first)),
        rules=MappingProxyType(_rules(reduced, len(sample), len(vectors.songs), samples)),
    )


def _numbers(vectors: Vectors, first: int, last: int, samples: int) -> list[int]:
    """One, and those from `first` to `last`."""
    first, last = check_count("from", first), check_count("to", last)
    if first > last:
        raise UsageError(f"--from must be at most --to: got {first} and {last}")
    if samples < 0:
        raise UsageError(f"--samples must be at least 0: got {samples}")
    songs = len(vectors.songs)
    if 0 < songs < last:
        raise InputError(
            f"{vectors.encoder!r} has vectors of {songs} songs, too few for {last} communities: "
            f"ask for --to {songs} or less"
        )
    return sorted({1, *range(first, last + 1)})


def _cuts(vectors: Vectors, numbers: Sequence[int], seed: int, tell: Tell) -> list[Partition]:
    cuts = []
    for number in numbers:
        cuts.append(kmeans(vectors, communities=number, seed=seed))
        tell("k-means", len(cuts), len(numbers))
    return cuts


def _sample(songs: int, seed: int) -> Ints:
    """Places of the songs that silhouette and gap look at, rising."""
    if songs <= SAMPLE:
        return np.arange(songs)
    return np.sort(np.random.default_rng([seed, 0]).choice(songs, SAMPLE, replace=False))


def _gaps(
    reduced: Reduced, sample: Ints, numbers: Sequence[int], samples: int, seed: int, tell: Tell
) -> Sequence[Gap | None]:
    if not samples:
        return [None] * len(numbers)
    return gaps(
        reduced.values[sample],
        numbers,
        samples=samples,
        seed=seed,
        tell=lambda done, total: tell("gap statistic", done, total),
    )


def _bics(reduced: Reduced, numbers: Sequence[int], seed: int, tell: Tell) -> list[float | None]:
    found = []
    for number in numbers:
        fit = best(fits(reduced.values, [number], n_init=MIXTURE_STARTS, seed=seed))
        found.append(None if fit is None else fit.bic)
        tell("mixtures", len(found), len(numbers))
    return found


def _row(cut: Partition, silhouette: float | None, gap: Gap | None, bic: float | None) -> ChoiceRow:
    return ChoiceRow(
        communities=cut.communities,
        inertia=cut.quality["inertia"],
        silhouette=silhouette,
        gap=None if gap is None else gap.gap,
        gap_error=None if gap is None else gap.error,
        bic=bic,
        largest=cut.dominance,
        degenerate=cut.degenerate and cut.communities > 1,
    )


def _chosen(rows: Sequence[ChoiceRow], first: int) -> dict[str, int | None]:
    # The curve begins at one community only where the next is two.
    curve = [row for row in rows if row.communities >= first or first == 2]
    return {
        "silhouette": _criteria.by_silhouette(rows),
        "elbow": _criteria.elbow(
            [row.communities for row in curve], [row.inertia for row in curve]
        ),
        "gap": _criteria.by_gap(rows),
        "bic": _criteria.by_bic(rows),
    }


def _rules(reduced: Reduced, sampled: int, songs: int, samples: int) -> dict[str, str]:
    some = "" if sampled == songs else f"; on a sample of {sampled:,} of {songs:,} songs"
    axes = f"{reduced.dimensions} principal components that hold {reduced.kept:.1%} of the variance"
    gap = f"{_gap.RULE}; {samples} uniform references, on {axes}{some}" if samples else "left out"
    return {
        "silhouette": _criteria.SILHOUETTE + some,
        "elbow": _criteria.ELBOW,
        "gap": gap,
        "bic": f"{_criteria.BIC}, of any covariance structure, on {axes}",
    }
