"""Which community answers to which: best matches, the order of a confusion matrix, residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.agreement._contingency import Contingency
from songnet.model import Floats, Ints

# Beyond this many cells the assignment is greedy: Hungarian takes minutes and gigabytes there.
DENSE = 1 << 20
# Empty cells count as rarer than chance below this many standard deviations (Agresti 2013, 3.3).
RARE = -2.0

Order: TypeAlias = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Matches:
    """For each community of one partition the community of the other that is most like it.

    Attributes
    ----------
    community, match
        int64 (k,): indices into the table's labels of this side, and of the other.
    songs
        int64 (k,): songs of the community.
    shared
        int64 (k,): those of them that lie in the match.
    precision
        float64 (k,): the share of the match's songs that are the community's.
    recall
        float64 (k,): the share of the community's songs that are in the match.
    jaccard
        float64 (k,): shared songs of all songs of the two together; what "most like" means.
    """

    community: Ints
    match: Ints
    songs: Ints
    shared: Ints
    precision: Floats
    recall: Floats
    jaccard: Floats


@dataclass(frozen=True, slots=True)
class Residuals:
    """How far cells of a contingency table are from what independence would give.

    Attributes
    ----------
    rows, columns
        int64 (m,): indices into the table's labels, sorted by row, then column.
    values
        float64 (m,): Pearson residuals, (n_ij - e_ij) / sqrt(e_ij) with e_ij = a_i b_j / n.
    """

    rows: Ints
    columns: Ints
    values: Floats


def best_matches(table: Contingency) -> tuple[Matches, Matches]:
    """The best match of every community of the first partition, then of every one of the second.

    The best match has the highest Jaccard index; among equals the one with more songs, then the
    first. Two communities may have the same match, so it is no assignment (`matching_order` is).
    """
    there = _side(table.rows, table.columns, table.counts, table.row_sizes, table.column_sizes)
    back = _side(table.columns, table.rows, table.counts, table.column_sizes, table.row_sizes)
    return there, back


def _side(own: Ints, other: Ints, shared: Ints, sizes: Ints, other_sizes: Ints) -> Matches:
    jaccard = shared / (sizes[own] + other_sizes[other] - shared)
    order = np.lexsort((other, -other_sizes[other], -jaccard, own))
    # Every community has a song, so each begins a run of cells.
    best = order[np.searchsorted(own[order], np.arange(len(sizes)))]
    match, common = other[best], shared[best]
    return Matches(
        community=np.arange(len(sizes)),
        match=match,
        songs=sizes,
        shared=common,
        precision=common / other_sizes[match],
        recall=common / sizes,
        jaccard=jaccard[best],
    )


def matching_order(table: Contingency) -> Order:
    """Rows and columns in the order that puts communities that answer to each other side by side.

    The assignment of rows to columns, one to one, that shares the most songs (Kuhn 1955), its pairs
    by falling number of shared songs; then the communities left over, by falling size. Tables of
    more than 2**20 cells are assigned greedily instead: the two communities with the most shared
    songs, of those left the two with the most, and so on; that shares at least half as many songs.

    Returns
    -------
    int64 (r,), int64 (c,): permutations of the table's rows and columns.
    """
    small = len(table.row_sizes) * len(table.column_sizes) <= DENSE
    rows, columns, shared = _assigned(table) if small else _greedy(table)
    first = np.lexsort((rows, -shared))
    return _completed(rows[first], table.row_sizes), _completed(columns[first], table.column_sizes)


def _assigned(table: Contingency) -> tuple[Ints, Ints, Ints]:
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((len(table.row_sizes), len(table.column_sizes)))
    counts[table.rows, table.columns] = table.counts
    rows, columns = linear_sum_assignment(counts, maximize=True)
    shared = counts[rows, columns].astype(np.int64)
    some = shared > 0
    return rows[some], columns[some], shared[some]


def _greedy(table: Contingency) -> tuple[Ints, Ints, Ints]:
    """In rounds: each takes the cells that are the fullest of both their row and their column."""
    order = np.lexsort((table.columns, table.rows, -table.counts))
    rows, columns, counts = table.rows[order], table.columns[order], table.counts[order]
    taken: list[tuple[Ints, Ints, Ints]] = []
    while len(rows):
        place = np.arange(len(rows))
        full = (_first(rows)[rows] == place) & (_first(columns)[columns] == place)
        taken.append((rows[full], columns[full], counts[full]))
        left = ~(_among(rows, rows[full]) | _among(columns, columns[full]))
        rows, columns, counts = rows[left], columns[left], counts[left]
    found = [np.concatenate(side) for side in zip(*taken, strict=True)]
    return found[0], found[1], found[2]


def _first(codes: Ints) -> Ints:
    """The place where each code first stands, shape (largest code + 1,)."""
    first = np.empty(codes.max() + 1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _among(codes: Ints, chosen: Ints) -> NDArray[np.bool_]:
    marked = np.zeros(codes.max() + 1, bool)
    marked[chosen] = True
    return marked[codes]


def _completed(first: Ints, sizes: Ints) -> Ints:
    rest = np.ones(len(sizes), bool)
    rest[first] = False
    others = np.flatnonzero(rest)
    return np.concatenate([first, others[np.lexsort((others, -sizes[others]))]]).astype(np.int64)


def residuals(table: Contingency) -> Residuals:
    """Pearson residuals of all cells with songs, and of empty ones that are clearly too empty.

    Under independence a residual has mean 0 and a standard deviation of at most 1, so cells above 2
    hold more songs than chance and cells below -2 fewer (Agresti, Categorical Data Analysis, 2013,
    section 3.3). Empty cells are there only below -2; they are at most a quarter as many as songs,
    and no matrix of communities by communities is made.
    """
    songs = table.songs
    expected = table.row_sizes[table.rows] * (table.column_sizes[table.columns] / songs)
    rows, columns = _too_empty(table)
    values = np.concatenate(
        [
            (table.counts - expected) / np.sqrt(expected),
            -np.sqrt(table.row_sizes[rows] * (table.column_sizes[columns] / songs)),
        ]
    )
    rows, columns = np.concatenate([table.rows, rows]), np.concatenate([table.columns, columns])
    order = np.lexsort((columns, rows))
    return Residuals(rows[order], columns[order], values[order])


def _too_empty(table: Contingency) -> tuple[Ints, Ints]:
    """Empty cells whose expectation is so high that their residual is below `RARE`."""
    by_size = np.argsort(-table.column_sizes)
    falling = table.column_sizes[by_size]
    # A cell is too empty if a_i b_j / n > 4: for each row that holds of the largest columns.
    least = RARE**2 * table.songs / table.row_sizes
    enough = np.searchsorted(-falling, -least)
    rows = np.repeat(np.arange(len(enough)), enough)
    starts = np.repeat(np.cumsum(enough) - enough, enough)
    columns = by_size[np.arange(len(rows)) - starts]
    width = len(table.column_sizes)
    filled = table.rows * width + table.columns
    empty = ~np.isin(rows * width + columns, filled)
    return rows[empty], columns[empty]
