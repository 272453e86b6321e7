"""What a study found, and the answer in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from songnet.report import Answer, strength

SCHEMA = "songnet.study/1"
SIGNIFICANT = 0.05
ALL_BUT = 0.99
# What each null keeps, in words; the order in which they are told.
NULLS: Mapping[str, str] = {
    "shuffle": "shuffled labels",
    "artist": "labels shuffled within each artist",
    "album": "labels shuffled within each album",
    "rewiring": "playlists rewired with all lengths and popularities kept",
}


@dataclass(frozen=True)
class Score:
    """Clusters of a sound against communities of the playlists.

    Attributes
    ----------
    sound, playlists
        Names of the partitions.
    clusters, communities
        How many each has.
    songs
        Songs that both cover.
    nmi, chance
        Normalised mutual information, and its mean under shuffled labels.
    ami, ari, element_centric
        0 by chance for the first two.
    p
        Of the AMI, by null.
    movable
        By null, the share of songs that its shuffle can move; None where it shuffles no songs.
    degenerate
        Whether one side is one community and crumbs.
    """

    sound: str
    playlists: str
    clusters: int
    communities: int
    songs: int
    nmi: float
    chance: float
    ami: float
    ari: float
    element_centric: float
    p: Mapping[str, float]
    movable: Mapping[str, float | None]
    degenerate: bool

    def survives(self, *nulls: str) -> bool:
        """Whether its AMI is significant under each of these nulls that was computed."""
        return all(self.p[null] <= SIGNIFICANT for null in nulls if null in self.p)


@dataclass(frozen=True)
class OwnRow:
    """A row of the original study's table, made anew.

    Attributes
    ----------
    encoder, rules
        Whose clusters, and by which rules their number was chosen.
    score
        Against one of the study's cuts of the playlists.
    """

    encoder: str
    rules: tuple[str, ...]
    score: Score


@dataclass(frozen=True)
class Effect:
    """An observed quantity against a null.

    Attributes
    ----------
    of
        What was measured: an encoder, or a partition on a sound network.
    null
        What it was held against.
    observed, mean, sd
        The quantity, and the null's mean and standard deviation.
    z, p
        Standard score (None where the null does not vary), and the one-sided share of the null
        that is at least as large.
    size
        `observed` less `mean`, in standard deviations of the pairs of songs where that is known.
    """

    of: str
    null: str
    observed: float
    mean: float
    sd: float
    z: float | None
    p: float
    size: float | None = None


@dataclass(frozen=True)
class Study:
    """Everything a study found; `to_json` has the schema ``songnet.study/1``."""

    network: str
    listening: str
    seed: int
    samples: int
    rewirings: int
    own: Sequence[OwnRow]
    scores: Sequence[Score]
    modularity: Sequence[Effect]
    assortativity: Sequence[Effect]
    refused: Mapping[str, str] = field(default_factory=dict)
    limits: Sequence[str] = ()

    @property
    def headline(self) -> Score | None:
        """The pair named before anything was seen: Leiden on the playlists and on the sound."""
        names = (f"leiden-sound-{self.listening}", f"leiden-{self.network}")
        found = (score for score in self.scores if (score.sound, score.playlists) == names)
        return next(found, None)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        said = answer(self)
        return {
            "schema": SCHEMA,
            "answer": {"headline": said.headline, "text": " ".join(said.paragraphs)},
            **asdict(self),
            "survived": survivors(self.scores),
        }


HEADLINES = {
    "no": "No, or so little that it does not matter",
    "weak": "Yes, a little",
    "moderate": "Yes, to some extent",
    "strong": "Yes, largely",
}
SHARED_SOURCES = ("artist", "album")


def answer(study: Study) -> Answer:
    """Whether songs that people put together also sound together, as far as these data say."""
    score = study.headline
    if score is None:
        return Answer("These data cannot say.", [_without_headline(study)], study.limits)
    if score.degenerate:
        text = (
            f"{score.playlists} or {score.sound} is one community and crumbs, and nothing can "
            "agree with that."
        )
        return Answer("These partitions cannot say.", [text, *_alike(study)], study.limits)
    return Answer(
        _headline(score),
        [_agreement(score), " ".join(_alike(study)), _others(study)],
        study.limits,
        _key_figures(study, score),
    )


def _key_figures(study: Study, score: Score) -> list[tuple[str, str]]:
    tests = [(p_said(p), f"against {NULLS[null]}") for null, p in score.p.items()]
    sizes = [
        (f"{effect.size:+.2f} sd", f"{effect.null[:1].lower()}{effect.null[1:]} sound more alike")
        for effect in study.assortativity
        if effect.of == study.listening and effect.size is not None
    ]
    return [(f"{score.ami:.3f}", "AMI, 0 is chance and 1 identical"), *tests, *sizes]


def _headline(score: Score) -> str:
    if not score.survives("shuffle"):
        return "No: what there is, chance gives as well."
    explained = [f"{name}s" for name in SHARED_SOURCES if not score.survives(name)]
    if not explained:
        return f"{HEADLINES[strength(score.ami)]}."
    return (
        f"{HEADLINES[strength(score.ami)]}; but nothing shows that it is more than shared "
        f"{_listed(explained)}."
    )


def _without_headline(study: Study) -> str:
    name = f"leiden-sound-{study.listening}"
    return f"The comparison of leiden-{study.network} with {name} could not be made: " + (
        "; ".join(study.refused.values()) or "they share no song."
    )


def _agreement(score: Score) -> str:
    parts = [
        f"{p_said(score.p[null])} against {words}{_movable(score, null)}"
        for null, words in NULLS.items()
        if null in score.p
    ]
    survived = [NULLS[null] for null in score.p if score.survives(null)]
    failed = [NULLS[null] for null in score.p if not score.survives(null)]
    text = (
        f"Communities of the playlists and communities of the sound ({score.playlists} with "
        f"{score.sound}, {score.songs:,} songs; this pair was fixed beforehand) agree with an AMI "
        f"of {score.ami:.3f}, where 0 is chance and 1 is identical: {strength(score.ami)} "
        f"agreement; {', '.join(parts)}."
    )
    if survived:
        text += f" It survives {_listed(survived)}"
        text += f", and does not survive {_listed(failed)}." if failed else "."
    return text


def _movable(score: Score, null: str) -> str:
    share = score.movable.get(null)
    return "" if share is None or share > ALL_BUT else f" (which can move {share:.0%} of the songs)"


def _alike(study: Study) -> list[str]:
    """What assortativity says, of the encoder that listens."""
    found = [effect for effect in study.assortativity if effect.of == study.listening]
    sentences = []
    for effect in found:
        size = "" if effect.size is None else f", {effect.size:+.2f} standard deviations"
        sentences.append(
            f"{effect.null}: their mean similarity to {effect.of} is {effect.observed:.3f}, where "
            f"rewired playlists give {effect.mean:.3f}{size} ({p_said(effect.p)})."
        )
    return sentences


def _others(study: Study) -> str:
    """How the headline stands among all pairs, their number allowed for."""
    usable = [score for score in study.scores if not score.degenerate]
    counts = survivors(study.scores)
    parts = [f"{counts[null]} against {NULLS[null]}" for null in NULLS if null in counts]
    return (
        f"Of all {len(usable)} pairs of a cut of the playlists with a cut of the sound, these "
        f"survive at a false discovery rate of {SIGNIFICANT:.0%}: {', '.join(parts)}."
    )


def survivors(scores: Sequence[Score]) -> dict[str, int]:
    """By null, how many pairs survive it at a false discovery rate of `SIGNIFICANT`.

    Benjamini and Hochberg (1995). A bound on any error at all (Holm) would take more samples of
    each null than there are pairs, a hundredfold.
    """
    from scipy.stats import false_discovery_control

    counts = {}
    for null in NULLS:
        values = [score.p[null] for score in scores if null in score.p and not score.degenerate]
        if values:
            adjusted = false_discovery_control(values, method="bh")
            counts[null] = int((adjusted <= SIGNIFICANT).sum())
    return counts


def p_said(p: float) -> str:
    """``p = 0.010``."""
    return f"p = {p:.3f}" if p >= 0.001 else f"p = {p:.0e}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
