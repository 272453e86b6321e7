"""What a projection will take, said before the work, and refused where it is too much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songnet.errors import MemoryRefusedError
from songnet.model import Floats, Ints
from songnet.networks._incidence import BLOCK, Incidence
from songnet.networks._projection import Projection
from songnet.networks._threads import threads

GIB = 1 << 30
SAMPLE = 512
# About an hour of two cores; a million playlists of 66 songs make a hundredth of it.
MOST_PAIRS = 500_000_000_000
# What numba takes to load and to compile, bytes.
COMPILER = 120 << 20
# Of an edge in a network: two ends, weight and playlists.
BYTES_PER_EDGE = 32


@dataclass(frozen=True)
class ProjectionEstimate:
    """What a projection will take.

    Attributes
    ----------
    songs, memberships
        How many can make an edge.
    pairs
        Pairs of songs in playlists, a pair counting as often as it meets: what the time grows with.
    edges
        About how many the network will have, before `k_core` and `largest_component`.
    bytes
        About what the peak of memory will be above what the process holds before.
    """

    songs: int
    memberships: int
    pairs: int
    edges: int
    bytes: int


def estimate(made: Projection, top: int | None) -> ProjectionEstimate:
    """What `made` will take, from a sample of its songs; `top` as of `cooccurrence`."""
    table = made.table
    picks = sampled(made, top)
    edges = picks if top is None else round(picks * (1 - _twice(made, top) / 2))
    return ProjectionEstimate(
        songs=len(table.songs),
        memberships=len(table.table.members),
        pairs=table.pairs,
        edges=edges,
        bytes=_bytes(made, picks, edges, from_both=top is not None),
    )


def _bytes(made: Projection, picks: int, edges: int, *, from_both: bool) -> int:
    """The peak: either the table with all that is gathered, or that with the network."""
    table, songs = made.table, len(made.table.songs)
    gathered = picks * (12 if made.weight == "count" else 20)
    held = sum(each.nbytes for each in table.table) + 40 * (songs + len(table.sizes))
    block = threads() * (16 * songs + 20 * min(BLOCK, int(table.work.sum())))
    sorting = 8 * picks if from_both else 0
    laid_out = sorting + BYTES_PER_EDGE * edges + 40 * songs
    return COMPILER + gathered + max(held + block, laid_out)


def sampled(made: Projection, top: int | None) -> int:
    """About how many edges will be gathered; with `top` from both of their songs."""
    chosen, share = _spread(made.table)
    degree = _degrees(made, chosen)
    # An edge has two ends, but `top` picks from each end.
    found = np.minimum(degree, top) if top else degree / 2
    return round(float((found * share).sum()))


def _spread(table: Incidence) -> tuple[Ints, Floats]:
    """Songs, indices rising, and how many songs each stands for; likelier the more they meet."""
    songs = len(table.songs)
    if songs <= SAMPLE:
        return np.arange(songs), np.ones(songs)
    likely = np.sqrt(table.work)
    reach = np.cumsum(likely)
    at = (np.arange(SAMPLE) + 0.5) * reach[-1] / SAMPLE
    chosen, times = np.unique(np.searchsorted(reach, at), return_counts=True)
    return chosen, times * reach[-1] / (SAMPLE * likely[chosen])


def _degrees(made: Projection, songs: Ints) -> Ints:
    """How many edges some songs have, indices rising."""
    degree = np.zeros(len(songs), np.int64)
    for low, high in made.table.blocks(songs):
        sources = made.around(songs[low:high]).sources
        degree += np.bincount(np.searchsorted(songs, sources), minlength=len(songs))
    return degree


def _twice(made: Projection, top: int) -> float:
    """The share of picks whose edge its other song picks too: one pick each of sampled songs."""
    chosen, share = _spread(made.table)
    own, mutual = 0.0, 0.0
    for number in range(0, len(chosen), 4):
        picks = made.picks(chosen[number : number + 1], top)
        if len(picks.targets):
            other = picks.targets[number // 4 % len(picks.targets)]
            back = made.picks(np.array([other], np.int64), top).targets
            own += share[number] * len(picks.targets)
            mutual += share[number] * len(picks.targets) * bool((back == chosen[number]).any())
    return mutual / own if own else 0.0


def refuse_work(table: Incidence) -> None:
    """`MemoryRefusedError` where there are more pairs than any machine should go through."""
    if table.pairs > MOST_PAIRS:
        raise MemoryRefusedError(
            f"the playlists hold {table.pairs:,} pairs of songs, over the {MOST_PAIRS:,} that "
            f"can be linked in about an hour: {longest(table, MOST_PAIRS)}"
        )


def refuse_memory(edges: int, needed: float, memory_gib: float, table: Incidence) -> None:
    """`MemoryRefusedError` if `needed` bytes are over `memory_gib`."""
    if needed <= memory_gib * GIB:
        return
    fits = int(table.pairs * memory_gib * GIB / needed)
    raise MemoryRefusedError(
        f"linking songs by playlists would make about {edges:,} edges or more and take "
        f"{needed / GIB:.1f} GiB, over the {memory_gib:g} GiB allowed: make fewer with "
        "--min-shared, --top, --most-connected or --max-length, or allow more with --memory-gib; "
        + longest(table, fits)
    )


def longest(table: Incidence, most_pairs: int) -> str:
    """Which list makes the most pairs, and the --max-length that leaves `most_pairs` at most."""
    sizes = np.sort(table.sizes)
    lengths = table.lengths[np.argsort(table.sizes, kind="stable")]
    pairs = np.cumsum(lengths * (lengths - 1) // 2)
    fit = int(np.searchsorted(pairs, most_pairs, side="right"))
    while 0 < fit < len(sizes) and sizes[fit - 1] == sizes[min(fit, len(sizes) - 1)]:
        fit -= 1
    cap = max(int(sizes[fit - 1]) if fit else 2, 2)
    share = (pairs[-1] - (pairs[-2] if len(pairs) > 1 else 0)) / max(pairs[-1], 1)
    return (
        f"the longest playlist has {sizes[-1]:,} songs and makes {share:.0%} of the pairs; "
        f"--max-length {cap} leaves few enough"
    )
