"""Whether an agreement is more than chance: what the nulls of a comparison say, in words."""

from __future__ import annotations

from collections.abc import Sequence

from songnet.report._compared import Pair
from songnet.report._nulls import ALPHA, KINDS, Null
from songnet.report._text import count, number, percent


def headline(said: str, word: str, readable: Sequence[Pair]) -> str:
    """The headline of the size, put right by what most pairs survive."""
    luck, artists = _most(readable, "shuffle"), _most(readable, "artist")
    if luck is False:
        return "Not that one could tell. In this data the two agree no more than luck would."
    if luck is None:
        return said
    if word == "no":
        return "Hardly. In this data there is more than luck, but next to nothing."
    if artists is None:
        return f"{said} It is more than luck."
    if artists:
        return f"{said} It is more than luck, and more than shared artists."
    return f"{said} It is more than luck, but nothing shows that it is more than shared artists."


def _most(readable: Sequence[Pair], kind: str) -> bool | None:
    """Whether most pairs that have the null beat it; None where none has it."""
    beaten = [null.beaten() for null in _of_kind(readable, kind)]
    known = [each for each in beaten if each is not None]
    return sum(known) * 2 > len(known) if known else None


def _of_kind(pairs: Sequence[Pair], kind: str) -> list[Null]:
    return [pair.nulls[kind] for pair in pairs if kind in pair.nulls]


def kinds(pairs: Sequence[Pair]) -> list[str]:
    """The nulls that any pair has, those that are known first."""
    found = dict.fromkeys(kind for pair in pairs for kind in pair.nulls)
    return [*(kind for kind in KINDS if kind in found), *(k for k in found if k not in KINDS)]


def effect(pair: Pair, *, of: int) -> str:
    """A pair's effect size, its interval, and its p against each null."""
    tests = [_test(null) for null in pair.nulls.values() if "ami" in null.scores]
    if not tests:
        return ""
    middle = f"the pair in the middle ({pair.a} with {pair.b}, AMI {number(pair.scores['ami'])})"
    where = _interval(pair)
    return f"For {'it' if of == 1 else middle}, {f'{where}, and ' if where else ''}{_list(tests)}."


def _interval(pair: Pair) -> str:
    if pair.interval is None or "ami" not in pair.interval.scores:
        return ""
    low, high = pair.interval.scores["ami"]
    return f"the {percent(pair.interval.level)} interval is {number(low)} to {number(high)}"


def _test(null: Null) -> str:
    score = null.scores["ami"]
    least = " (the least that so many samples can give)" if _is_least(score.p, null) else ""
    return (
        f"p = {_p(score.p)}{least} against {null.against}, which give {number(score.mean)} ± "
        f"{number(score.sd)}"
    )


def _is_least(p: float, null: Null) -> bool:
    return p * (null.samples + 1) < 1.5


def _p(p: float) -> str:
    return f"{p:.2g}"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def tally(readable: Sequence[Pair]) -> str:
    """How many pairs survive each null; nothing where there is no null that can tell."""
    parts = []
    for kind in kinds(readable):
        known = [null for null in _of_kind(readable, kind) if null.beaten() is not None]
        if known:
            survive = sum(bool(null.beaten()) for null in known)
            parts.append(f"{survive} of {len(known)} survive {known[0].against}")
    if not parts:
        return ""
    if len(readable) == 1:
        return _survived(readable[0])
    return (
        f"At p ≤ {ALPHA}, {_list(parts)}; one in {round(1 / ALPHA)} would by luck, if there were "
        "nothing to find."
    )


def _survived(pair: Pair) -> str:
    sides = (("survives", True), ("does not survive", False))
    parts = []
    for verb, wanted in sides:
        found = [null.against for null in pair.nulls.values() if null.beaten() is wanted]
        if found:
            parts.append(f"It {verb} {_list(found)} (p ≤ {ALPHA}).")
    return " ".join(parts)


def limits(readable: Sequence[Pair]) -> list[str]:
    """What the data cannot show, a sentence each."""
    return [*_artists(readable), *_idle(readable), CAUSE]


CAUSE = (
    "Why the two agree: songs of one scene, year or mastering would look the same, and so would "
    "lists that somebody made by ear."
)


def _artists(readable: Sequence[Pair]) -> list[str]:
    if any("artist" in pair.nulls for pair in readable):
        return []
    said = (
        "Whether it is more than shared artists: that takes a null that shuffles labels within "
        "each artist, and none was computed."
    )
    return [said]


def _idle(readable: Sequence[Pair]) -> list[str]:
    """Nulls that can move hardly any song, so that not to survive them says nothing."""
    found = []
    for kind in kinds(readable):
        idle = [null for null in _of_kind(readable, kind) if null.is_idle]
        if idle:
            where = f"in {len(idle)} of the {len(readable)} pairs " if len(readable) > 1 else ""
            share = percent(max(null.movable or 0.0 for null in idle), 2)
            found.append(
                f"Whether it survives {idle[0].against}: {where}at most {share} of the songs can "
                "get another community that way, because songs that would swap share one."
            )
    return found


def computed(compared: Sequence[Pair]) -> str:
    """Which nulls there are and what they say, or that there are none."""
    found = kinds(compared)
    if not found:
        return "No nulls were computed for this page, so a small score above 0 may be luck."
    samples = {null.samples for pair in compared for null in pair.nulls.values()}
    drawn = f"{min(samples)}" if len(samples) == 1 else f"{min(samples)} to {max(samples)}"
    names = _list([KINDS[kind].against if kind in KINDS else kind for kind in found])
    return (
        f"That is what the nulls are for: here {names}, {drawn} samples each; p is the share of "
        "them that agree at least as well."
    )


def key_figures(pair: Pair, ami: float) -> list[tuple[str, str]]:
    """The numbers to see first: the effect size, and the p against the hardest nulls."""
    tests = [
        (f"p = {_p(null.scores['ami'].p)}", f"against {null.against}{_idle_words(null)}")
        for null in pair.nulls.values()
        if "ami" in null.scores
    ]
    return [(number(ami), "AMI, 0 is chance and 1 identical"), *tests]


def _idle_words(null: Null) -> str:
    return ", which can move hardly any song" if null.is_idle else ""


def songs_apart(pair: Pair) -> str:
    """Which songs only one partition covers; nothing where both cover the same."""
    if pair.only is None or not any(pair.only):
        return ""
    parts = [
        f"{name} alone covers {count(songs, 'song')}"
        for name, songs in zip((pair.a, pair.b), pair.only, strict=True)
        if songs
    ]
    return f"{_list(parts)}: not compared."
