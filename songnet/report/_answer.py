"""Do songs that people put together also sound together? Composed from the scores, no further.

Only pairs that set a partition of the playlists against one of sound bear on the question, and of
those only the ones where neither side is degenerate. Their AMI is put in words by `SCALE`, which is
a convention; what nulls were computed says whether it is more than chance (`_evidence`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal, TypeAlias

from songnet.encoders import MODELS
from songnet.report import _evidence
from songnet.report._compared import Pair
from songnet.report._content import Answer, ReportContent
from songnet.report._text import count, number

Side: TypeAlias = Literal["playlists", "sound"]
SIDES: Mapping[str, Side] = {"playlists": "playlists", "sound": "sound"}

# AMI from which on agreement is called so.
SCALE = ((0.5, "strong"), (0.2, "moderate"), (0.05, "weak"))
FEW_SONGS = 100

HEADLINES = {
    "no": "Hardly. In this data the two look unrelated, or nearly so.",
    "weak": "A little, if at all. In this data there is a trace of it, no more.",
    "moderate": "To some extent. In this data the two overlap in part.",
    "strong": "Largely. In this data the two give much the same picture.",
}
QUESTION = "Do songs that people put together also sound together?"
CONVENTION = (
    "Scale of this page, by AMI: under 0.05 no agreement, from 0.05 weak, from 0.2 moderate, "
    "from 0.5 strong. It is a convention about size; whether a size could be luck is another "
    "question."
)
NOTHING = (
    "An answer takes at least one partition of a playlist network and one of an encoder or a "
    "sound network, compared on the songs that both cover; this report was given no such "
    "pair. These commands make one:"
)
TOO_COARSE = (
    "one side holds over 90 % of the songs in a single community (or has no score), and nothing "
    "can agree with that, whatever the songs sound like. A higher resolution or more communities "
    "would cut finer:"
)
MAKE_BOTH = (
    "songnet link playlists",
    "songnet partitions run leiden --on playlists",
    "songnet embed --latent 12x15",
    "songnet partitions run kmeans --on cae_12x15 --communities 4",
)


def strength(ami: float | None) -> str:
    """``no``, ``weak``, ``moderate`` or ``strong`` agreement; ``unknown`` without a score."""
    if ami is None:
        return "unknown"
    return next((word for least, word in SCALE if ami >= least), "no")


def sides(content: ReportContent) -> dict[str, Side]:
    """For each partition's name what it was made of; others (imported, multiplex) are left out.

    Vectors that were learnt from playlists are no sound, and those of a model that hears but was
    taught by playlists are neither: setting them against playlists would find what was put in.
    """
    by_encoder = {info.name: _side_of(info.kind) for info in content.loaded.encoders}
    made_of: dict[str, Side | None] = {
        info.name: SIDES.get(info.kind) for info in content.loaded.networks
    }
    for info in content.loaded.networks:
        if info.kind == "sound":
            made_of[info.name] = by_encoder.get(str(info.params.get("encoder")), "sound")
    for section in content.encoders:
        made_of[section.name] = "sound"
    made_of |= by_encoder
    found: dict[str, Side] = {}
    for partition in content.loaded.partitions:
        side = made_of.get(partition.on)
        if side:
            found[partition.name] = side
    return found


def _side_of(kind: str) -> Side | None:
    model = MODELS.get(kind)
    if model is None or (model.hears and not model.aims):
        return "sound"
    return None if model.aims else "playlists"


def crosses(pair: Pair, made_of: Mapping[str, Side]) -> bool:
    """Whether a pair sets playlists against sound."""
    return {made_of.get(pair.a), made_of.get(pair.b)} == {"playlists", "sound"}


def answer(content: ReportContent, compared: Sequence[Pair]) -> Answer:
    """The answer that the scores allow, or why there is none and what would make one."""
    made_of = sides(content)
    asked = [pair for pair in compared if crosses(pair, made_of)]
    if not asked:
        return _nothing_to_compare()
    readable = [pair for pair in asked if not pair.dominant and pair.scores["ami"] is not None]
    if not readable:
        return _degenerate(asked)
    middle = middle_pair(readable)
    paragraphs = [
        f"{_coverage(asked, readable)} {_scores(readable)}",
        f"{_evidence.effect(middle, of=len(readable))} {_evidence.tally(readable)}".strip(),
        _company(compared, made_of),
    ]
    word = strength(_median(readable))
    return Answer(
        headline=_evidence.headline(HEADLINES[word], word, readable),
        paragraphs=[each for each in paragraphs if each],
        limits=[*_evidence.limits(readable), *_taught(content), *_few_songs(readable)],
        figures=_evidence.key_figures(middle, _median(readable)),
    )


def middle_pair(readable: Sequence[Pair]) -> Pair:
    """The pair whose AMI is the median; of an even number the lower of the two in the middle."""
    ranked = sorted(readable, key=lambda pair: pair.scores["ami"] or 0.0)
    return ranked[(len(ranked) - 1) // 2]


def convention(compared: Sequence[Pair]) -> str:
    """The scale in words, and what was computed against luck."""
    return f"{CONVENTION} {_evidence.computed(compared)}"


def _nothing_to_compare() -> Answer:
    return Answer(
        "Not answered yet.",
        [NOTHING],
        commands=MAKE_BOTH,
    )


def _degenerate(asked: Sequence[Pair]) -> Answer:
    return Answer(
        "These partitions cannot say.",
        [f"In {_each(len(asked))} of playlists against sound, {TOO_COARSE}"],
        commands=(
            "songnet partitions run leiden --on playlists --resolution 2",
            "songnet partitions run kmeans --on cae_12x15 --communities 8",
        ),
    )


def _each(pairs: int) -> str:
    return "the one pair" if pairs == 1 else f"each of the {pairs} pairs"


def _coverage(asked: Sequence[Pair], readable: Sequence[Pair]) -> str:
    verb = "sets" if len(asked) == 1 else "set"
    opening = f"{count(len(asked), 'pair')} of partitions {verb} playlists against sound"
    dropped = len(asked) - len(readable)
    if not dropped:
        return f"{opening}."
    return (
        f"{opening}; {dropped} of them cannot be read, because one side is degenerate "
        "(over 90 % of the songs in one community) or has no score."
    )


def _scores(readable: Sequence[Pair]) -> str:
    ranked = sorted(readable, key=lambda pair: pair.scores["ami"] or 0.0)
    low, high, middle = ranked[0], ranked[-1], _median(readable)
    where = f"AMI (0 is chance, 1 is identical) is {_place(high)}"
    if low is not high:
        where = (
            f"AMI (0 is chance, 1 is identical) has a median of {number(middle)}, from "
            f"{_place(low)} to {_place(high)}"
        )
    return f"{where}: on the scale below, {_spread(low, high, middle)}."


def _place(pair: Pair) -> str:
    return f"{number(pair.scores['ami'])} ({pair.a} with {pair.b}, {count(pair.songs, 'song')})"


def _spread(low: Pair, high: Pair, middle: float) -> str:
    least, most = strength(low.scores["ami"]), strength(high.scores["ami"])
    if least == most:
        return f"{most} agreement"
    return (
        f"{strength(middle)} agreement at the median, and from {least} to {most} "
        "depending on the algorithm and its settings"
    )


def _company(compared: Sequence[Pair], made_of: Mapping[str, Side]) -> str:
    """How far partitions of one kind agree among themselves: what could be hoped for."""
    parts = []
    for side, words in (("playlists", "of the playlists"), ("sound", "of the sound")):
        own = [p for p in compared if made_of.get(p.a) == made_of.get(p.b) == side]
        scored = [p for p in own if not p.dominant and p.scores["ami"] is not None]
        if scored:
            parts.append(f"{number(_median(scored))} for those {words}")
    if not parts:
        return ""
    return (
        "For comparison, partitions of one kind agree among themselves at a median AMI of "
        f"{' and '.join(parts)}."
    )


def _taught(content: ReportContent) -> list[str]:
    """Encoders that were taught by playlists, and are therefore no evidence."""
    kinds = {info.name: MODELS.get(info.kind) for info in content.loaded.encoders}
    names = [name for name, model in kinds.items() if model and model.hears and model.aims]
    if not names:
        return []
    said = (
        f"Anything about vectors of {' and '.join(names)}: they were taught by playlists, so that "
        "they agree with playlists would be circular. They do not count here."
    )
    return [said]


def _few_songs(readable: Sequence[Pair]) -> list[str]:
    fewest = min(pair.songs for pair in readable)
    if fewest >= FEW_SONGS:
        return []
    return [f"The smallest comparison rests on {count(fewest, 'song')}: too few to lean on."]


def _median(readable: Sequence[Pair]) -> float:
    return float(median(pair.scores["ami"] or 0.0 for pair in readable))
