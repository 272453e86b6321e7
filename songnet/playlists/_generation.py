"""Playlists from seeds: songs found by a method, picked by rules, put in order, explained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from songnet.errors import EmptyInputError, UsageError
from songnet.model import Ints
from songnet.playlists._evidence import Evidence
from songnet.playlists._flow import flow
from songnet.playlists._methods import BY_TITLE, Method, Options, available, find, path_scorer
from songnet.playlists._path import PathStep, path
from songnet.playlists._reasons import (
    Between,
    CommunityNames,
    Grounds,
    Reason,
    Reasoner,
    sentence,
)
from songnet.playlists._rules import Facts, Picking, Rules
from songnet.playlists._scorer import Scorer
from songnet.playlists._sequence import LOOKBACK, check_steps, sequence
from songnet.playlists._titles import TitleNeighbors

ORDERS: Final = ("flow", "score")


@dataclass(frozen=True)
class Recipe:
    """How a playlist is made.

    Attributes
    ----------
    method
        A name of `METHODS`; ``sound`` goes on song by song (`sequence`), ``path`` leads from seed
        to seed (`path`), the others score every song for all seeds at once.
    options
        Of the method.
    order
        Of the songs that were chosen by scores: ``flow``, so that neighbours are alike, or
        ``score``. Sequences and paths have their own.
    lookback, noise
        Of ``sound``, see `sequence`.
    with_seeds
        Whether the seeds are in the playlist: first, or of a path in their places.
    """

    method: str = "pagerank"
    options: Options = field(default_factory=Options)
    order: str = "flow"
    lookback: int = LOOKBACK
    noise: float = 0.0
    with_seeds: bool = True

    def __post_init__(self) -> None:
        """Refuse what there is not with `UsageError`."""
        find(self.method)
        if self.order not in ORDERS:
            raise UsageError(f"--order must be {' or '.join(ORDERS)}: got {self.order!r}")
        check_steps(self.lookback, self.noise)


@dataclass(frozen=True)
class GeneratedSong:
    """A song of a generated playlist.

    Attributes
    ----------
    id
        The song's.
    score
        Of the method; None for seeds.
    reason
        Why it is there; None for seeds.
    text
        The same in a few words.
    """

    id: str
    score: float | None
    reason: Reason | None
    text: str

    @property
    def is_seed(self) -> bool:
        """Whether it was given."""
        return self.reason is None


@dataclass(frozen=True)
class Generated:
    """A playlist.

    Attributes
    ----------
    songs
        In order.
    notes
        What a person should know of it, a line each.
    """

    songs: tuple[GeneratedSong, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """A song that a method chose, an index, and what it knows of why."""

    song: int
    score: float
    before: int | None = None
    between: Between | None = None


def generate(
    evidence: Evidence,
    facts: Facts,
    seeds: Sequence[str],
    *,
    recipe: Recipe | None = None,
    rules: Rules | None = None,
    unlisted: Collection[str] = (),
    names: CommunityNames | None = None,
    title: str | None = None,
) -> Generated:
    """A playlist that goes on from seeds, or from a title.

    Parameters
    ----------
    facts
        Of the songs of `evidence`, in their order.
    seeds
        Ids, in order; what repeats counts once. At least one where there is no `title`.
    unlisted
        Seeds that are in no playlist, such as files that were only heard.
    names
        Of the communities of `evidence`, for reasons.
    title
        Of ``titles``, and of no other method: what the playlists are called whose songs are meant.

    Returns
    -------
    The seeds first, unless the recipe leaves them out or is a path. Fewer songs than were asked
    for if there are no more that the rules allow; a note says so.

    Raises
    ------
    StateError
        The method needs what is not there.
    InputError
        A seed is not in `evidence`, or nothing is known of it that the method needs.
    UsageError
        No seeds, or so many that there is no room for other songs; a title for a method that
        goes by none, or none for one that does.
    EmptyInputError
        Nothing goes with the seeds, or nothing that the rules allow; no playlist is called like
        the title.
    """
    recipe, rules = recipe or Recipe(), rules or Rules()
    method = find(recipe.method)
    if not len(seeds) and title is None:
        raise UsageError("a playlist needs a song to begin with: give a seed")
    called = _called(evidence, recipe, title)
    given = evidence.places(dict.fromkeys(seeds))
    picking = Picking(rules, facts, evidence.songs)
    listed = _listed(given, evidence, picking, recipe, unlisted)
    found = _found(evidence, given, picking, recipe, called)
    if not found:
        raise EmptyInputError(_why_nothing(method))
    grounds = _grounds(method, evidence)
    alike = None if called is None else called.likeness()[:, 0]
    reasoner = Reasoner(evidence, given, grounds, names, alike)
    spoken = partial(_title, evidence, facts)
    songs = [
        _seed(evidence, item)
        if isinstance(item, int)
        else _told(item, evidence, reasoner, grounds, spoken)
        for item in _arranged(evidence, given, listed, found)
    ]
    notes = [*_seeds_left_out(given, listed, unlisted, recipe), *_shortness(picking, rules, recipe)]
    return Generated(tuple(songs), tuple(notes))


def _called(evidence: Evidence, recipe: Recipe, title: str | None) -> TitleNeighbors | None:
    """What knows the playlists that are called like `title`; None without one."""
    if title is None and recipe.method == BY_TITLE:
        raise UsageError(f"the method {BY_TITLE} goes by a title: give one with --title")
    if title is None:
        return None
    if recipe.method != BY_TITLE:
        raise UsageError(f"--title is for --method {BY_TITLE}: {recipe.method} goes on from songs")
    find(BY_TITLE).make(evidence, recipe.options)
    called = TitleNeighbors.of(evidence).titled([title])
    if not called.likeness().any():
        raise EmptyInputError(f"no playlist is called anything like {title!r}: try other words")
    return called


def _listed(
    given: Ints, evidence: Evidence, picking: Picking, recipe: Recipe, unlisted: Collection[str]
) -> list[int]:
    """The seeds that are in the playlist; no seed, nor its like, comes again."""
    there = [int(seed) for seed in given if evidence.songs[seed] not in unlisted]
    listed = [seed for seed in there if recipe.with_seeds and picking.take(seed)]
    for seed in given:
        picking.shun(int(seed))
    if picking.full:
        seeds = "the seed leaves" if len(there) == 1 else f"the {len(there):,} seeds leave"
        raise UsageError(
            f"{seeds} no room for other songs: ask for more with --length or --minutes, or leave "
            "the seeds out with --without-seeds"
        )
    return listed


def _found(
    evidence: Evidence,
    given: Ints,
    picking: Picking,
    recipe: Recipe,
    called: TitleNeighbors | None,
) -> list[_Found]:
    """The songs that the method finds, in the order that they are to have."""
    if recipe.method == "sound":
        return _by_sequence(evidence, given, picking, recipe)
    if recipe.method == "path":
        return _by_path(evidence, given, picking, recipe)
    scorer = called or find(recipe.method).make(evidence, recipe.options)
    return _by_scores(evidence, given, picking, recipe, scorer)


def _by_sequence(evidence: Evidence, given: Ints, picking: Picking, recipe: Recipe) -> list[_Found]:
    find("sound").make(evidence, recipe.options)
    steps = sequence(
        evidence,
        given,
        picking,
        lookback=recipe.lookback,
        noise=recipe.noise,
        seed=recipe.options.seed,
    )
    return [_Found(step.song, step.score, before=step.before) for step in steps]


def _by_path(evidence: Evidence, given: Ints, picking: Picking, recipe: Recipe) -> list[_Found]:
    find("path").make(evidence, recipe.options)
    gaps = path(path_scorer(evidence, recipe.options), given, picking)
    return [_on_path(evidence, step) for gap in gaps for step in gap]


def _on_path(evidence: Evidence, step: PathStep) -> _Found:
    start, end = evidence.songs[step.left], evidence.songs[step.right]
    return _Found(step.song, step.score, between=Between(start, end, step.fraction))


def _by_scores(
    evidence: Evidence, given: Ints, picking: Picking, recipe: Recipe, scorer: Scorer
) -> list[_Found]:
    scores = scorer([given])[0]
    before = len(picking.chosen)
    picking.take_all(scores)
    chosen = np.array(picking.chosen[before:], np.int64)
    if recipe.order == "flow":
        chosen = _flowing(evidence, given, chosen)
    return [_Found(int(song), float(scores[song])) for song in chosen]


def _flowing(evidence: Evidence, given: Ints, chosen: Ints) -> Ints:
    """From the last seed on; without seeds from the best song."""
    if len(given):
        return flow(evidence, chosen, int(given[-1]))
    first, others = chosen[:1], chosen[1:]
    return np.concatenate([first, flow(evidence, others, int(first[0]))]) if len(first) else chosen


def _arranged(
    evidence: Evidence, given: Ints, listed: list[int], found: list[_Found]
) -> list[int | _Found]:
    """Seeds and songs in the order of the playlist: on a path each gap after its seed."""
    if found[0].between is None:
        return [*listed, *found]
    order: list[int | _Found] = []
    for seed in map(int, given):
        order += [seed] if seed in listed else []
        order += [each for each in found if _begins_at(each, evidence.songs[seed])]
    return order


def _begins_at(found: _Found, seed: str) -> bool:
    return found.between is not None and found.between.start == seed


def _seed(evidence: Evidence, song: int) -> GeneratedSong:
    return GeneratedSong(evidence.songs[song], None, None, "seed")


def _told(
    found: _Found,
    evidence: Evidence,
    reasoner: Reasoner,
    grounds: Grounds,
    title: Callable[[str], str],
) -> GeneratedSong:
    reason = reasoner.reason(found.song, before=found.before, between=found.between)
    text = sentence(reason, grounds, title)
    return GeneratedSong(evidence.songs[found.song], found.score, reason, text)


def _title(evidence: Evidence, facts: Facts, song: str) -> str:
    """What a person calls a song; its id where it has no title."""
    return facts.title[evidence.places([song])[0]] or song


def _grounds(method: Method, evidence: Evidence) -> Grounds:
    used = method.needs | (method.either & available(evidence))
    by_title = "titles" in used
    by_playlists = "playlists" in used and not by_title
    return Grounds(by_playlists, "network" in used, "sound" in used, by_title)


def _seeds_left_out(
    given: Ints, listed: list[int], unlisted: Collection[str], recipe: Recipe
) -> list[str]:
    missing = len(given) - len(listed) - len(unlisted)
    if not recipe.with_seeds or not missing:
        return []
    return [f"{missing:,} of {len(given):,} seeds are not in the playlist: the rules forbid it"]


def _shortness(picking: Picking, rules: Rules, recipe: Recipe) -> list[str]:
    """That there are fewer songs than were asked for; a path that counts minutes only estimates."""
    if picking.full or (rules.minutes is not None and recipe.method == "path"):
        return []
    asked = "the minutes are not filled" if rules.minutes else f"{rules.most:,} were asked for"
    return [
        f"only {len(picking.chosen):,} songs, {asked}: nothing speaks for more that the rules allow"
    ]


def _why_nothing(method: Method) -> str:
    return (
        f"no song goes with these seeds by the method {method.name}, or none that the rules allow: "
        "give other seeds, another --method, or fewer rules"
    )
