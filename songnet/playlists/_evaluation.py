"""How well methods continue playlists: each is asked for what was hidden, and scored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Floats, Ids, Ints
from songnet.playlists._evidence import Evidence
from songnet.playlists._hiding import Fold
from songnet.playlists._methods import Method, Options
from songnet.playlists._metrics import (
    CANDIDATES,
    FIRST,
    Chance,
    Judge,
    chance,
    clicks,
    ndcg,
    r_precision,
    recall,
)
from songnet.playlists._results import Answers, Challenge, Evaluation, summed_up
from songnet.playlists._rules import plain_name
from songnet.playlists._scorer import NOTHING, Scorer, Seeds, best, titled

# Playlists that are continued at a time, fewer where so many scores of them would be held.
BATCH: Final = 32
MOST_SCORES: Final = 1 << 22
UNHEARD_OF: Final = "nothing that it goes by knows songs that are in no playlist"
NO_SEEDS: Final = "it goes on from songs, and none is shown"


@dataclass(frozen=True)
class Contender:
    """A method with what it may know; one method may contend twice, knowing different things."""

    name: str
    method: Method
    evidence: Evidence


Contenders = Callable[[Fold], Sequence[Contender]]


def evaluate(
    folds: Sequence[Fold],
    contenders: Contenders,
    whole: Evidence,
    *,
    artists: Ids | None = None,
    options: Options | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> Evaluation:
    """Ask methods for the hidden songs of held-out playlists.

    A method gives its best 500 songs, those that are shown left out. Where songs are cold, only
    they are ranked, and methods that know none of them are left out.

    Parameters
    ----------
    folds
        Of `hide`.
    contenders
        From a fold to those who know nothing of its hidden rows: at least one, over the songs of
        `whole`, each with all that its method needs. Who is not there for every fold is left out.
    whole
        All playlists, hidden songs too, by which lists are judged; see `Judge`.
    artists
        Texts, object (n,), of the songs of `whole`, None where unknown; nobody but the judge sees
        them. Default: none is known.
    options
        Of the methods.
    seed
        Of the intervals.
    on_progress
        Told of playlists done and in all, and who is asked next.

    Raises
    ------
    EmptyInputError
        No contender knows any of the songs that are to be ranked, or can do without seeds.
    InputError
        A contender's evidence is over other songs than `whole`, or there are not as many artists.
    StateError
        A method lacks evidence.
    """
    told = on_progress or (lambda *_: None)
    judge, total = Judge.of(whole, artists), sum(len(fold.questions) for fold in folds)
    given: dict[str, list[Answers | str]] = {}
    asked: list[_Asked] = []
    for fold in folds:
        entered = _over(contenders(fold), whole)
        trial = _Trial.of(fold, whole)
        done = sum(len(each.shown) for each in asked)
        asked.append(trial.asked([each.evidence for each in entered]))
        for contender in entered:
            told(done, total, contender.name)
            answers = _answers(contender, trial, judge, options or Options())
            given.setdefault(contender.name, []).append(answers)
        told(done + len(fold.questions), total, "")
    able, unable = _apart(given, len(folds))
    groups, by_chance = _groups(folds), _chances(asked)
    return summed_up(
        able,
        _challenge(asked, groups, by_chance),
        groups=groups,
        by_chance=by_chance,
        songs=_rankable(folds, whole),
        left_out=unable,
        seed=seed,
    )


@dataclass(frozen=True)
class _Trial:
    """A fold by indices into the evidence's songs; `candidates` is bool (n,), None for all."""

    seeds: Seeds
    hidden: Seeds
    titles: Sequence[str]
    candidates: NDArray[np.bool_] | None

    @classmethod
    def of(cls, fold: Fold, whole: Evidence) -> _Trial:
        candidates = None
        if fold.candidates is not None:
            candidates = np.zeros(len(whole), np.bool_)
            candidates[whole.places(fold.candidates)] = True
        return cls(
            [whole.places(question.shown) for question in fold.questions],
            [whole.places(question.hidden) for question in fold.questions],
            [question.title for question in fold.questions],
            candidates,
        )

    def bars(self, contender: Contender) -> str:
        """Why it cannot be asked; empty if it can be."""
        if not contender.method.seedless and not all(map(len, self.seeds)):
            return NO_SEEDS
        return "" if self._known_to(contender) else UNHEARD_OF

    def _known_to(self, contender: Contender) -> bool:
        """Whether it can tell any of the candidates from others."""
        evidence, method = contender.evidence, contender.method
        uses = method.needs | method.either
        if self.candidates is None or not uses:
            return True
        linked = evidence.links is not None and np.diff(evidence.links.indptr)[self.candidates]
        return bool(
            ("sound" in uses and evidence.heard[self.candidates].any())
            or ("network" in uses and np.any(linked))
        )

    def asked(self, evidence: Sequence[Evidence]) -> _Asked:
        """What is asked, and what is left to know of it."""
        known = evidence[0].popularity > 0
        for each in evidence:
            known = known | each.heard
        parts = _parts(evidence[0].members)
        return _Asked(
            shown=np.array([len(seeds) for seeds in self.seeds]),
            hidden=np.array([len(hidden) for hidden in self.hidden]),
            candidates=np.array([self._ranked(seeds, len(known)) for seeds in self.seeds]),
            known=sum(int(known[hidden].sum()) for hidden in self.hidden),
            reachable=sum(
                int(np.isin(parts[hidden], parts[seeds]).sum())
                for seeds, hidden in zip(self.seeds, self.hidden, strict=True)
            ),
        )

    def _ranked(self, seeds: Ints, songs: int) -> int:
        return songs - len(seeds) if self.candidates is None else int(self.candidates.sum())


@dataclass(frozen=True)
class _Asked:
    """Of one fold: int64 (q,) each, and pairs of a playlist and a hidden song."""

    shown: Ints
    hidden: Ints
    candidates: Ints
    known: int
    reachable: int


def _over(contenders: Sequence[Contender], whole: Evidence) -> Sequence[Contender]:
    for each in contenders:
        if not np.array_equal(each.evidence.songs, whole.songs):
            raise InputError(
                f"the evidence of {each.name} must be over the same {len(whole)} songs as the "
                "whole: give both the same `songs`"
            )
    return contenders


def _parts(members: Any) -> Ints:
    """int64 (n,): which songs can be come by from one another, from song to playlist to song."""
    from scipy.sparse import block_array
    from scipy.sparse.csgraph import connected_components

    both = block_array([[None, members.T], [members, None]])
    return np.asarray(connected_components(both, directed=False)[1][: members.shape[1]], np.int64)


def _answers(contender: Contender, trial: _Trial, judge: Judge, options: Options) -> Answers | str:
    """Or why there are none."""
    scorer = contender.method.make(contender.evidence, options)
    barred = trial.bars(contender)
    if barred:
        return barred
    values: list[list[float]] = []
    first: set[int] = set()
    seconds = 0.0
    for part in _batches(len(trial.seeds), len(contender.evidence)):
        started = time.perf_counter()
        mine = titled(scorer, trial.titles[part])
        lists = _lists(mine, trial.seeds[part], trial.candidates)
        seconds += time.perf_counter() - started
        for ranked, hidden in zip(lists, trial.hidden[part], strict=True):
            values.append(_measured(ranked, hidden, judge))
            first.update(ranked[:FIRST].tolist())
    return Answers(np.array(values), frozenset(first), seconds)


def _batches(playlists: int, songs: int) -> Iterator[slice]:
    step = max(1, min(BATCH, MOST_SCORES // songs))
    return (slice(start, start + step) for start in range(0, playlists, step))


def _lists(scorer: Scorer, seeds: Seeds, candidates: NDArray[np.bool_] | None) -> list[Ints]:
    """The best candidates for each set of seeds, best first."""
    scores = scorer(seeds)
    for row, chosen in zip(scores, seeds, strict=True):
        row[chosen] = NOTHING
    if candidates is not None:
        scores[:, ~candidates] = NOTHING
    return [best(row, CANDIDATES) for row in scores]


def _measured(ranked: Ints, hidden: Ints, judge: Judge) -> list[float]:
    """`MEASURES` of one list."""
    hits, first = np.isin(ranked, hidden), ranked[:FIRST]
    return [
        r_precision(hits, len(hidden)),
        ndcg(hits, len(hidden)),
        clicks(hits),
        recall(hits, len(hidden)),
        judge.diversity(first),
        judge.diversity_of_sound(first),
        judge.novelty(first),
        judge.popularity_bias(first, hidden),
        judge.r_precision_artist(hits, ranked, hidden),
    ]


def _apart(
    given: Mapping[str, Sequence[Answers | str]], folds: int
) -> tuple[dict[str, Answers], dict[str, str]]:
    """The answers to all folds by name, and why others have none."""
    able: dict[str, Answers] = {}
    unable: dict[str, str] = {}
    for name, answers in given.items():
        there = [each for each in answers if isinstance(each, Answers)]
        if len(there) == folds:
            able[name] = reduce(add, there)
        else:
            unable[name] = next((each for each in answers if isinstance(each, str)), UNHEARD_OF)
    if not able:
        raise EmptyInputError(_none_able(unable))
    return able, unable


def _none_able(unable: Mapping[str, str]) -> str:
    names = ", ".join(unable)
    if NO_SEEDS in unable.values():
        return f"of {names} none can go on from a title alone: take titles, popularity or random"
    return f"of {names} none knows songs that are in no playlist: take methods that go by sound"


def _rankable(folds: Sequence[Fold], whole: Evidence) -> int:
    """How many songs can be recommended in one fold or another."""
    cold = [fold.candidates for fold in folds if fold.candidates is not None]
    return len(np.unique(np.concatenate(cold))) if cold else len(whole)


def _groups(folds: Sequence[Fold]) -> Ints:
    """int64 (q,): the same number where the same songs are shown; without songs, the same title."""
    numbers: dict[tuple[str, ...], int] = {}
    shown = [
        tuple(sorted(question.shown)) or (plain_name(question.title),)
        for fold in folds
        for question in fold.questions
    ]
    return np.array([numbers.setdefault(songs, len(numbers)) for songs in shown], np.int64)


def _chances(asked: Sequence[_Asked]) -> Floats:
    """float64 (q, 3): `Chance` of every playlist."""
    pairs = [pair for each in asked for pair in zip(each.hidden, each.candidates, strict=True)]
    return np.array([astuple(chance(int(hidden), int(ranked))) for hidden, ranked in pairs])


def _challenge(asked: Sequence[_Asked], groups: Ints, by_chance: Floats) -> Challenge:
    pairs = int(sum(each.hidden.sum() for each in asked))
    return Challenge(
        playlists=len(groups),
        shown_songs=int(sum(each.shown.sum() for each in asked)),
        hidden_songs=pairs,
        distinct=int(groups.max()) + 1,
        folds=len(asked),
        known=sum(each.known for each in asked) / pairs,
        reachable=sum(each.reachable for each in asked) / pairs,
        candidates=float(np.concatenate([each.candidates for each in asked]).mean()),
        chance=Chance(*by_chance.mean(axis=0).tolist()),
    )
