"""How good a list of songs is: what was hidden found again, and what else there is to say of it.

r_1, r_2, ... are the songs of a list, best first, at most 500; G are the hidden ones; rel_i is 1 if
r_i is in G, else 0. The measures of hits are those of the RecSys Challenge 2018 (C.-W. Chen, P.
Lamere, M. Schedl, H. Zamani, RecSys 2018), by the rules that it was judged by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from songnet.errors import InputError
from songnet.model import Floats, Ids, Ints
from songnet.playlists._evidence import Evidence
from songnet.playlists._rules import folded

CANDIDATES: Final = 500
# The challenge's page of recommendations holds 10 songs; who finds nothing in 500 turned 51 pages.
PAGE: Final = 10
NEVER: Final = 51
# What a song that was not hidden counts, if one that was is of its artist.
SAME_ARTIST: Final = 0.25
UNKNOWN: Final = -1
# Beyond hits, a list is judged by what is on its first page.
FIRST: Final = 10

Hits = NDArray[np.bool_]
_DISCOUNTS = 1 / np.log2(np.arange(CANDIDATES) + 2)


def r_precision(hits: Hits, relevant: int) -> float:
    """The share of G among the first |G| songs: |G ∩ {r_1 .. r_|G|}| / |G|.

    Parameters
    ----------
    hits
        Bool (k,): rel_i, k at most 500.
    relevant
        |G|, above 0; the songs of it that no list can hold count.
    """
    return float(np.count_nonzero(hits[:relevant]) / relevant)


def ndcg(hits: Hits, relevant: int) -> float:
    """Normalised discounted cumulative gain, DCG / IDCG; arguments as of `r_precision`.

    DCG = rel_1 + sum of rel_i / log2(i + 1) for i from 2 to 500, IDCG = 1 + sum of 1 / log2(i + 1)
    for i from 2 to min(|G|, 500): 1 where all songs of G come first. The page of the challenge's
    successor now prints log2 i, and |G ∩ R| for |G| in IDCG; by that a single hit would score 1.0
    at rank 1 however many songs were missed, so it is not what is meant.
    """
    gain = _DISCOUNTS[: len(hits)][hits].sum()
    return float(gain / _DISCOUNTS[:relevant].sum())


def clicks(hits: Hits) -> float:
    """How often a listener asks for ten other songs until one is of G: floor((rank - 1) / 10).

    51 where none of the 500 is. The fewer the better.
    """
    found = np.flatnonzero(hits)
    return float(found[0] // PAGE) if len(found) else float(NEVER)


def recall(hits: Hits, relevant: int) -> float:
    """The share of G among the 500; arguments as of `r_precision`."""
    return float(np.count_nonzero(hits) / relevant)


@dataclass(frozen=True)
class Chance:
    """What candidates in random order score on average, exactly: R-precision, NDCG, clicks."""

    r_precision: float
    ndcg: float
    clicks: float


def chance(relevant: int, candidates: int) -> Chance:
    """Of lists of random candidates, the first 500; all of G are among the candidates.

    Parameters
    ----------
    relevant
        |G|, above 0.
    candidates
        How many songs are ranked, |G| or more.
    """
    share = relevant / candidates
    length = min(candidates, CANDIDATES)
    pages = (_missed(relevant, candidates, PAGE * page) for page in range(1, NEVER - 1))
    never = _missed(relevant, candidates, CANDIDATES)
    return Chance(
        r_precision=share * min(relevant, CANDIDATES) / relevant,
        ndcg=float(share * _DISCOUNTS[:length].sum() / _DISCOUNTS[:relevant].sum()),
        # Without a hit there are 49 pages turned, and 51 count.
        clicks=sum(pages) + (NEVER - CANDIDATES // PAGE + 1) * never,
    )


def _missed(relevant: int, candidates: int, first: int) -> float:
    """The chance that none of the first so many is of G."""
    if candidates - first < relevant:
        return 0.0
    ways = (
        math.lgamma(candidates - first + 1)
        - math.lgamma(candidates - first - relevant + 1)
        - math.lgamma(candidates + 1)
        + math.lgamma(candidates - relevant + 1)
    )
    return math.exp(ways)


@dataclass(frozen=True)
class Judge:
    """What lists are judged by beyond hits: all playlists, those that are held out included.

    So a song counts for what it is, whatever is hidden of it, and all lists are judged alike. It
    is nothing that a method sees.

    Attributes
    ----------
    places
        scipy CSR (n, playlists): the songs' playlists, rows of length 1, or 0 for a song of none.
    surprise
        float64 (n,): -log2 of the share of playlists that hold a song. A song of none counts as
        one of one.
    percentiles
        float64 (n,), 0 to 1: the share of songs in fewer playlists, and half of those in as many.
    directions
        As of `Evidence`.
    artists
        int64 (n,): the same number for songs of one artist, -1 where that is unknown.
    """

    places: Any
    surprise: Floats
    percentiles: Floats
    directions: NDArray[np.float32] | None
    artists: Ints

    @classmethod
    def of(cls, whole: Evidence, artists: Ids | None = None) -> Judge:
        """From everything, nothing hidden; vectors are optional.

        Parameters
        ----------
        artists
            Texts, object (n,), None where unknown; default: none is known. `InputError` for
            another number of them.
        """
        popularity = whole.popularity
        places = whole.members.T.tocsr()
        places.data = np.repeat(np.maximum(popularity, 1) ** -0.5, popularity)
        share = np.maximum(popularity, 1) / max(whole.members.shape[0], 1)
        ordered = np.sort(popularity)
        below, upto = (np.searchsorted(ordered, popularity, side) for side in ("left", "right"))
        middle = (below + upto) / (2 * len(whole))
        numbers = _numbered(artists, len(whole))
        return cls(places, -np.log2(share), middle, whole.directions, numbers)

    def r_precision_artist(self, hits: Hits, ranked: Ints, hidden: Ints) -> float:
        """R-precision where an artist of G is worth a quarter of a song.

        (|G ∩ {r_1 .. r_|G|}| + |B| / 4) / |G|: B are the artists of G that songs among the first
        |G| have which are not of G. M. Volkovs, H. Rai, Z. Cheng, G. Wu, Y. Lu, S. Sanner,
        *Two-stage model for automatic playlist continuation at scale* (RecSys Challenge 2018),
        judged by it. 0 to 1, never below `r_precision`; NaN where no artist of G is known.

        Parameters
        ----------
        hits
            As of `r_precision`, of `ranked`.
        ranked, hidden
            int64 (k,) and (g,): the list, best first, and G, as indices into `Evidence.songs`.
        """
        wanted = np.unique(self.artists[hidden])
        wanted = wanted[wanted != UNKNOWN]
        if not len(wanted):
            return math.nan
        missed = ranked[: len(hidden)][~hits[: len(hidden)]]
        close = np.isin(wanted, self.artists[missed]).sum()
        return r_precision(hits, len(hidden)) + SAME_ARTIST * float(close) / len(hidden)

    def diversity(self, first: Ints) -> float:
        """The mean over pairs of one minus the cosine of two songs' playlists as sets.

        1 where no two songs share a playlist (B. Smyth, P. McClave, *Similarity vs. diversity*,
        2001, is the idea). NaN for fewer than two songs.

        Parameters
        ----------
        first
            int64 (k,), the first songs of a list: indices into `Evidence.songs`.
        """
        rows = self.places[first]
        return _mean_distance((rows @ rows.T).toarray())

    def diversity_of_sound(self, first: Ints) -> float:
        """The same by vectors, of the songs that have one; NaN for fewer than two."""
        if self.directions is None:
            return math.nan
        vectors = self.directions[first].astype(np.float64)
        vectors = vectors[vectors.any(axis=1)]
        return _mean_distance(vectors @ vectors.T)

    def novelty(self, first: Ints) -> float:
        """The mean of -log2 of the share of playlists that hold a song, in bits.

        S. Vargas, P. Castells, *Rank and relevance in novelty and diversity metrics for
        recommender systems*, RecSys 2011: the self-information of an item. NaN for no songs.
        """
        return float(self.surprise[first].mean()) if len(first) else math.nan

    def popularity_bias(self, first: Ints, hidden: Ints) -> float:
        """The mean popularity percentile of the first songs minus that of the hidden ones.

        -1 to 1, above 0 where a method prefers more popular songs than people put there. NaN
        where one of both is empty.
        """
        if not len(first) or not len(hidden):
            return math.nan
        return float(self.percentiles[first].mean() - self.percentiles[hidden].mean())


def _numbered(artists: Ids | None, songs: int) -> Ints:
    numbers = np.full(songs, UNKNOWN, np.int64)
    if artists is None:
        return numbers
    if len(artists) != songs:
        raise InputError(f"there must be one artist for each of {songs} songs: got {len(artists)}")
    names: dict[str, int] = {}
    for song, artist in enumerate(artists):
        if artist:
            numbers[song] = names.setdefault(folded(artist), len(names))
    return numbers


def _mean_distance(cosines: Floats) -> float:
    """One minus the mean of what is not on the diagonal."""
    songs = len(cosines)
    if songs < 2:
        return math.nan
    return float(1 - (cosines.sum() - np.trace(cosines)) / (songs * (songs - 1)))
