"""Some songs and those most similar to them, for a person to listen to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.encoders._blocks import Values, blocks, unit
from songnet.model import Floats, Ints, Vectors

EXAMPLES = 5
NEIGHBORS = 5
DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Example:
    """A song and those most similar to it.

    Attributes
    ----------
    song
        Its id.
    similar
        Ids and cosines, the most similar first; none where the song's vector is zero.
    """

    song: str
    similar: tuple[tuple[str, float], ...]


def examples(
    vectors: Vectors, *, count: int = EXAMPLES, neighbors: int = NEIGHBORS, seed: int = 0
) -> tuple[Example, ...]:
    """The songs most similar to some that are drawn at random.

    The draw depends on the number of songs and on `seed` alone, so encoders of the same songs show
    the same examples. Cosines are those of the vectors as they are, rounded to 9 decimals; ties go
    to the smaller id.

    Parameters
    ----------
    count
        Songs drawn; all where there are fewer.
    neighbors
        Songs shown for each; all others where there are fewer.

    Returns
    -------
    In the order of the songs' ids.
    """
    songs = len(vectors.songs)
    random = np.random.default_rng([seed, songs])
    drawn = np.sort(random.choice(songs, min(count, songs), replace=False)).astype(np.int64)
    cosines = _cosines(vectors.values, drawn)
    return tuple(
        _example(vectors, row, column, neighbors)
        for row, column in zip(drawn.tolist(), cosines.T, strict=True)
    )


def _example(vectors: Vectors, row: int, cosines: Floats, neighbors: int) -> Example:
    cosines[row] = np.nan
    order = np.argsort(-cosines, kind="stable")[:neighbors]  # NaN comes last
    found = [other for other in order.tolist() if np.isfinite(cosines[other])]
    similar = tuple((str(vectors.songs[other]), float(cosines[other])) for other in found)
    return Example(str(vectors.songs[row]), similar)


def _cosines(values: Values, drawn: Ints) -> Floats:
    """Of all songs with those drawn, shape (n, drawn); NaN where a vector is zero."""
    queries = unit(values[drawn])
    result = np.empty((len(values), len(drawn)))
    for part in blocks(*values.shape):
        result[part] = unit(values[part]) @ queries.T
    return np.clip(np.round(result, DECIMALS), -1, 1)
