"""Join the dots: a smooth way from song to song, through the graph and through sound.

After Deej-AI's playlists between waypoints (R. D. Smith, https://github.com/teticio/Deej-AI). At
the fraction t of the way from one song to the next, what sounds right is what is near the direction
on the great circle between theirs (K. Shoemake, *Animating rotation with quaternion curves*,
SIGGRAPH 1985), and what goes with them is what walkers from the one come by 1 - t and those from
the other t of the way (`between`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from songnet.errors import InputError, UsageError
from songnet.model import Floats, Ints
from songnet.playlists._blend import blended
from songnet.playlists._evidence import Evidence
from songnet.playlists._rules import Picking
from songnet.playlists._scorer import NOTHING, Scorer, Seeds
from songnet.playlists._sound import cosines

# Enough to find what lies along a way without asking at every song of it.
MOST_POINTS: Final = 8
STRAIGHT: Final = 1e-6
# Ranks beyond say next to nothing, and ranking is most of the work.
FOREMOST: Final = 5000


@dataclass(frozen=True)
class PathStep:
    """A song on the way.

    Attributes
    ----------
    song, left, right
        Its index, and those of the waypoints that it lies between.
    fraction
        Of the way from `left` to `right`, 0 to 1.
    score
        How well it fits there.
    """

    song: int
    score: float
    left: int
    right: int
    fraction: float


@dataclass(frozen=True)
class PathScorer:
    """How well songs fit on the way along the seeds.

    Attributes
    ----------
    graph
        Scores songs for one waypoint, by what adds up; None without playlists.
    weight
        Of sound against the graph, where both are known.
    """

    evidence: Evidence
    graph: Scorer | None
    weight: float

    def __call__(self, seeds: Seeds) -> Floats:
        """The best that a song fits at a few points of the way; see `Scorer`."""
        return np.array([self._along(chosen) for chosen in seeds])

    def _along(self, chosen: Ints) -> Floats:
        last = len(chosen) - 1
        points = np.linspace(0, last, MOST_POINTS if last else 1)
        if len(chosen) >= MOST_POINTS:
            points = np.round(points)
        places, rows = np.unique(
            np.concatenate([np.floor(points), np.ceil(points)]).astype(np.int64),
            return_inverse=True,
        )
        walks = self.walks(chosen[places])
        best = np.full(len(self.evidence), NOTHING)
        for point, left, right in zip(points, *np.split(rows, 2), strict=True):
            ends = (chosen[places[left]], chosen[places[right]])
            ends_walks = (walks[left], walks[right])
            np.maximum(best, self.at(ends, ends_walks, point % 1), out=best)
        return best

    def walks(self, waypoints: Ints) -> Floats:
        """Where walkers from each waypoint are found, float64 (w, n); 0 without playlists."""
        if self.graph is None:
            return np.zeros((len(waypoints), len(self.evidence)))
        found = self.graph([np.array([each]) for each in waypoints])
        return np.where(found > NOTHING, found, 0)

    def at(self, ends: tuple[int, int], walks: tuple[Floats, Floats], fraction: float) -> Floats:
        """How well every song fits between two waypoints, float64 (n,).

        `NOTHING` for songs that are not among the first 5,000 by playlists or by sound.

        Parameters
        ----------
        ends
            The waypoints' indices.
        walks
            Their rows of `walks`.
        fraction
            Of the way between them, 0 to 1.
        """
        evidence = self.evidence
        graph = _foremost(between(walks, fraction))
        if evidence.directions is None or not evidence.heard[list(ends)].all():
            return blended(graph, np.full(len(graph), NOTHING), 0.0)
        start, end = evidence.directions[list(ends)].astype(np.float64)
        target = great_circle(start, end, fraction)
        sound = np.where(evidence.heard, cosines(evidence.directions, target), NOTHING)
        return blended(graph, _foremost(sound), 1.0 if self.graph is None else self.weight)


def between(walks: tuple[Floats, Floats], fraction: float) -> Floats:
    """How near every song is to the point between two ends of a graph, float64 (n,), at most 0.

    A song's distance d from an end is how many times less often the end's walkers come by it than
    by the song that they meet most, as a logarithm; a song that they never meet is twice as far as
    the farthest that they do. The point is the one that minimises (1 - t) d_start^2 + t d_end^2,
    the weighted mean of M. Fréchet (1948); on a line it is at the fraction t. A sum of chances
    would be highest beside one end for every t. `NOTHING` for songs that neither end leads to.
    """
    start, end = (_distances(walk) for walk in walks)
    far = (1 - fraction) * start**2 + fraction * end**2
    met = (walks[0] > 0) | (walks[1] > 0)
    return np.where(met, -far, NOTHING)


def _distances(walk: Floats) -> Floats:
    met = walk > 0
    if not met.any():
        return np.zeros(len(walk))
    found = np.log(walk[met].max()) - np.log(walk[met])
    distances = np.full(len(walk), 2 * max(float(found.max()), 1.0))
    distances[met] = found
    return distances


def _foremost(scores: Floats) -> Floats:
    """The same, `NOTHING` for what is below the last of the foremost."""
    if len(scores) <= FOREMOST:
        return scores
    place = len(scores) - FOREMOST
    return np.where(scores >= np.partition(scores, place)[place], scores, NOTHING)


def great_circle(start: Floats, end: Floats, fraction: float) -> Floats:
    """The direction at a fraction of the way between two directions, float64 (d,), of length 1.

    Between opposite directions, where every way is as short, it is the nearer of the two.
    """
    angle = np.arccos(np.clip(start @ end, -1, 1))
    if np.sin(angle) < STRAIGHT:
        return start if fraction < 0.5 else end
    parts = np.sin([(1 - fraction) * angle, fraction * angle]) / np.sin(angle)
    return np.asarray(parts[0] * start + parts[1] * end, np.float64)


def path(scorer: PathScorer, waypoints: Ints, picking: Picking) -> list[list[PathStep]]:
    """Songs for each gap between consecutive waypoints, as many as `picking` has room for.

    Parameters
    ----------
    waypoints
        int64 (w,), two or more, each once.

    Returns
    -------
    For each of the w - 1 gaps its songs in order; a gap may have none.

    Raises
    ------
    UsageError
        Less than two waypoints.
    InputError
        Nothing is known of a waypoint.
    """
    if len(waypoints) < 2:
        raise UsageError("a path needs two seeds or more to lead from one to the next: got one")
    _check_known(scorer.evidence, waypoints)
    walks = scorer.walks(waypoints)
    sizes = _spread(picking.expects(), len(waypoints) - 1)
    return [
        _gap(
            scorer,
            (int(waypoints[gap]), int(waypoints[gap + 1])),
            (walks[gap], walks[gap + 1]),
            size,
            picking,
        )
        for gap, size in enumerate(sizes)
    ]


def _gap(
    scorer: PathScorer,
    ends: tuple[int, int],
    walks: tuple[Floats, Floats],
    size: int,
    picking: Picking,
) -> list[PathStep]:
    steps: list[PathStep] = []
    for place in range(1, size + 1):
        fraction = place / (size + 1)
        scores = scorer.at(ends, walks, fraction)
        song = picking.take_best(scores)
        if song is not None:
            steps.append(PathStep(song, float(scores[song]), *ends, fraction))
    return steps


def _spread(songs: int, gaps: int) -> Sequence[int]:
    """So many songs over gaps, as evenly as can be, the first ones having one more."""
    each, more = divmod(songs, gaps)
    return [each + (gap < more) for gap in range(gaps)]


def _check_known(evidence: Evidence, waypoints: Ints) -> None:
    for song in waypoints:
        if not evidence.heard[song] and not evidence.popularity[song]:
            raise InputError(
                f"nothing is known of the seed {evidence.songs[song]!r}, neither a playlist nor a "
                "vector: leave it out"
            )
