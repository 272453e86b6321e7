"""Going over many vectors in blocks, so that what is in double precision stays small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.model import Floats

BLOCK = 1 << 24

Values: TypeAlias = NDArray[np.float32]


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of `rows` of at most 16 million numbers each, `columns` to a row."""
    step = max(1, BLOCK // max(1, columns))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def unit(values: Values) -> Floats:
    """Each row divided by its length; NaN where that is zero."""
    wide = values.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    result: Floats = np.full(wide.shape, np.nan)
    np.divide(wide, lengths, out=result, where=lengths > 0)
    return result
