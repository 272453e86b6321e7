"""The shape of vectors, whatever the labels: the directions they use, and their hubs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet import networks
from songnet.encoders._blocks import Values, blocks
from songnet.errors import EmptyInputError
from songnet.model import Floats, Ints, SongNetwork, Vectors

SAMPLE = 8_000
OCCURRENCE_NEIGHBORS = 10
DEAD = 1e-6


@dataclass(frozen=True, slots=True)
class Geometry:
    """The shape of some vectors.

    Attributes
    ----------
    songs
        How many vectors there are.
    sampled
        On how many of them the effective rank and the hubness were measured.
    effective_rank
        See `effective_rank`.
    dead_dimensions
        See `dead_dimensions`; of all songs.
    hubness
        See `hubness`; None where fewer than two vectors have a direction.
    """

    songs: int
    sampled: int
    effective_rank: float
    dead_dimensions: int
    hubness: float | None


def geometry(vectors: Vectors, *, seed: int = 0, sample: int = SAMPLE) -> Geometry:
    """Effective rank, dead dimensions and hubness.

    Memory stays bounded: above `sample` songs the effective rank and the hubness are those of a
    random sample of that size, drawn by `seed` without replacement.

    Raises
    ------
    EmptyInputError
        There are no vectors.
    """
    songs = len(vectors.songs)
    if not songs or not vectors.dimensions:
        raise EmptyInputError(f"{vectors.encoder!r} has no vectors to measure")
    drawn = _drawn(vectors, sample, seed)
    return Geometry(
        songs=songs,
        sampled=len(drawn.songs),
        effective_rank=effective_rank(drawn.values),
        dead_dimensions=dead_dimensions(vectors.values),
        hubness=hubness(drawn),
    )


def effective_rank(values: Values) -> float:
    """How many directions the vectors use: exp of the entropy of their singular values.

    Roy & Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007: the
    singular values of the centred matrix, divided by their sum, are p; exp(-sum p ln p). From 1
    (a line) to min(n - 1, d) (all directions alike); 0 where all vectors are equal.

    Parameters
    ----------
    values
        float32 (n, d). Needs a matrix of min(n, d) squared in double precision.
    """
    singular = _singular_values(values)
    total = singular.sum()
    if not total > 0:
        return 0.0
    share = singular[singular > 0] / total
    return float(np.exp(-(share * np.log(share)).sum()))


def dead_dimensions(values: Values) -> int:
    """How many dimensions say nothing, because they are the same for all songs.

    Same up to rounding: with a standard deviation of at most 1e-6 of the dimension's mean or of
    the largest standard deviation of any dimension.

    Parameters
    ----------
    values
        float32 (n, d).
    """
    means = values.mean(axis=0, dtype=np.float64)
    squares = np.zeros(values.shape[1])
    for part in blocks(*values.shape):
        squares += ((values[part] - means) ** 2).sum(axis=0)
    deviations = np.sqrt(squares / len(values))
    tolerance = DEAD * np.maximum(np.abs(means), deviations.max(initial=0))
    return int((deviations <= tolerance).sum())


def hubness(vectors: Vectors, *, k: int = OCCURRENCE_NEIGHBORS) -> float | None:
    """The skewness of how often songs are among the `k` nearest of others.

    By the cosine of the vectors as they are, with which songs are linked by sound; see
    `songnet.networks.hubness`. None where fewer than two vectors are not zero. Time grows with
    the square of the songs, memory does not.
    """
    try:
        network = networks.nearest(vectors, k=k)
    except EmptyInputError:
        return None
    return networks.hubness(chosen(network)[1], len(network.songs))


def chosen(network: SongNetwork) -> tuple[Ints, Ints]:
    """Who chose whom as a neighbour, in a network of `networks.nearest`: indices of songs."""
    forward = network.attributes["rank_source"] > 0
    backward = network.attributes["rank_target"] > 0
    chooser = np.concatenate([network.sources[forward], network.targets[backward]])
    neighbor = np.concatenate([network.targets[forward], network.sources[backward]])
    return chooser, neighbor


def _drawn(vectors: Vectors, sample: int, seed: int) -> Vectors:
    if len(vectors.songs) <= sample:
        return vectors
    random = np.random.default_rng([seed, sample])
    rows = np.sort(random.choice(len(vectors.songs), sample, replace=False))
    return Vectors(vectors.encoder, vectors.songs[rows], vectors.values[rows])


def _singular_values(values: Values) -> Floats:
    """Of the centred matrix, falling; what is lost in rounding is 0."""
    from scipy.linalg import eigh
    from threadpoolctl import threadpool_limits

    # One thread: with more, the order of their sums and so the last digits are left to chance.
    with threadpool_limits(limits=1):
        gram = _gram(values)
        squares = np.maximum(eigh(gram, eigvals_only=True, overwrite_a=True)[::-1], 0)
    squares[squares <= squares[0] * max(values.shape) * np.finfo(np.float64).eps] = 0
    return np.asarray(np.sqrt(squares), np.float64)


def _gram(values: Values) -> Floats:
    """The smaller of the two products of the centred matrix with itself."""
    songs, dimensions = values.shape
    means = values.mean(axis=0, dtype=np.float64)
    if dimensions <= songs:
        parts = (values[part] - means for part in blocks(songs, dimensions))
        products = (part.T @ part for part in parts)
    else:
        columns = blocks(dimensions, songs)
        parts = (values[:, part] - means[part] for part in columns)
        products = (part @ part.T for part in parts)
    gram = np.zeros((min(songs, dimensions),) * 2)
    for product in products:
        gram += product
    return gram
