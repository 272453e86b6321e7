"""How diverse songs are by their vectors, what nearly repeats, and what is silent.

Arrays in, numbers out; no database, no file. Everything is by the cosine: a vector's length says
nothing, and a vector of zeros, which points nowhere, is refused. Diversity grows with the number of
songs, so a group is held against random groups of its size.
"""

from __future__ import annotations

from songnet.diversity._chance import Chance, Expected
from songnet.diversity._duplicates import NEAR, Duplicates, near_duplicates
from songnet.diversity._groups import Group, rank_groups
from songnet.diversity._scores import (
    Scores,
    effective_rank,
    has_direction,
    mean_distance,
    scores,
    vendi_score,
)
from songnet.diversity._silence import SILENCE_RULE, Loudness, loudness

__all__ = [
    "NEAR",
    "SILENCE_RULE",
    "Chance",
    "Duplicates",
    "Expected",
    "Group",
    "Loudness",
    "Scores",
    "effective_rank",
    "has_direction",
    "loudness",
    "mean_distance",
    "near_duplicates",
    "rank_groups",
    "scores",
    "vendi_score",
]
