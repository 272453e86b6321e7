"""Songs that go with others: found by playlists, by a network, by sound, and by several of these.

`Evidence` is what is known. A method of `METHODS`, made from it, scores every song for any seeds.
Arrays in, results out; no database, no file.
"""

from __future__ import annotations

from songnet.playlists._evaluation import Contender, evaluate
from songnet.playlists._evidence import Evidence
from songnet.playlists._flow import flow
from songnet.playlists._generation import (
    ORDERS,
    Generated,
    GeneratedSong,
    Recipe,
    generate,
)
from songnet.playlists._hiding import COLD, HALF, SCENARIOS, TITLE, Fold, Question, hide
from songnet.playlists._methods import BY_TITLE, METHODS, Method, Options, available, find
from songnet.playlists._pagerank import (
    Walk,
    network_walk,
    pagerank,
    personalized_pagerank,
    playlist_walk,
)
from songnet.playlists._path import PathScorer, path
from songnet.playlists._reasons import Between, Community, CommunityNames, Grounds, Reason
from songnet.playlists._results import Challenge, Difference, Evaluation, Score
from songnet.playlists._rules import Facts, Picking, Rules, folded, plain_title
from songnet.playlists._scorer import NOTHING, Scorer, Seeds, best
from songnet.playlists._sequence import sequence
from songnet.playlists._unknown import with_heard

__all__ = [
    "BY_TITLE",
    "COLD",
    "HALF",
    "METHODS",
    "NOTHING",
    "ORDERS",
    "SCENARIOS",
    "TITLE",
    "Between",
    "Challenge",
    "Community",
    "CommunityNames",
    "Contender",
    "Difference",
    "Evaluation",
    "Evidence",
    "Facts",
    "Fold",
    "Generated",
    "GeneratedSong",
    "Grounds",
    "Method",
    "Options",
    "PathScorer",
    "Picking",
    "Question",
    "Reason",
    "Recipe",
    "Rules",
    "Score",
    "Scorer",
    "Seeds",
    "Walk",
    "available",
    "best",
    "evaluate",
    "find",
    "flow",
    "folded",
    "generate",
    "hide",
    "network_walk",
    "pagerank",
    "path",
    "personalized_pagerank",
    "plain_title",
    "playlist_walk",
    "sequence",
    "with_heard",
]
