"""A study as parts of a report."""

from __future__ import annotations

from collections.abc import Iterable

from songnet.agreement import contingency, expected, scores, shuffled
from songnet.demo.original_study import AUTOENCODERS, TABLES, ConfusionTable
from songnet.model import Scalar
from songnet.report import Section, Table
from songnet.workflows._study_result import NULLS, Effect, Score, Study

SHOWN = 20
DIGITS = 4
OWN = (
    "K-means clusters of each encoder, their number chosen by silhouette and by elbow as in the "
    "original study, against 4 and 10 leading-eigenvector communities of the largest connected "
    "component of the playlists’ network (or, where the method cannot give these numbers, what it "
    "gives unasked)."
)
ORIGINAL = (
    "Its four confusion matrices (2,763 songs, other songs than these), scored with the same "
    "functions. It read them by eye and saw nothing. A table does not name its songs, so only "
    "labels can be shuffled."
)
BEYOND = (
    "Every cut of the playlists against every cut of the sound, under every null; whether the "
    "playlists’ communities are communities of the sound too; and whether songs of one playlist "
    "sound more alike than rewired playlists of the same lengths and popularities would have it."
)


def study_sections(study: Study) -> list[Section]:
    """The evidence: the original study's table made anew, its own tables, and what goes beyond."""
    return [_own(study), _original(study), _beyond(study)]


def _own(study: Study) -> Section:
    columns = ["encoder", "k", "chosen by", "communities", "songs", "NMI", "NMI by chance", "AMI"]
    columns += ["ARI", *_headings(study)]
    rows = [
        [
            row.encoder,
            row.score.clusters,
            " and ".join(row.rules),
            row.score.communities,
            *_scores(row.score, _nulls(study)),
        ]
        for row in study.own
    ]
    return Section(
        title="The original study’s table, made anew",
        paragraphs=[OWN],
        tables=[Table("Clusters of sound against communities of playlists", columns, rows)],
    )


def _scores(score: Score, nulls: Iterable[str]) -> list[Scalar]:
    values = [score.nmi, score.chance, score.ami, score.ari, *(score.p.get(each) for each in nulls)]
    return [score.songs, *(_rounded(value) for value in values)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _headings(study: Study) -> list[str]:
    return [f"p, {null}" for null in _nulls(study)]


def _nulls(study: Study) -> dict[str, str]:
    done = {null for score in study.scores for null in score.p}
    return {null: words for null, words in NULLS.items() if null in done}


def _original(study: Study) -> Section:
    columns = ["table", "NMI", "NMI by chance", "AMI", "ARI", "p, shuffled labels"]
    columns += ["largest community"]
    rows = [_original_row(table, study) for table in TABLES]
    chosen: list[list[Scalar]] = [
        [name, facts.validation_mse, facts.silhouette, facts.elbow]
        for name, facts in AUTOENCODERS.items()
    ]
    return Section(
        title="What the original study showed",
        paragraphs=[ORIGINAL],
        tables=[
            Table("The original’s confusion matrices, scored", columns, rows),
            Table(
                "The original’s autoencoders",
                ["latent", "validation MSE", "k by silhouette", "k by elbow"],
                chosen,
            ),
        ],
    )


def _original_row(table: ConfusionTable, study: Study) -> list[Scalar]:
    a, b = table.labels()
    cells = contingency(a, b)
    found, chance = scores(cells), expected(cells)
    null = shuffled(a, b, samples=study.samples, seed=study.seed)
    largest = float(cells.column_sizes.max() / cells.songs)
    p = null.scores["ami"].p
    values = [found.nmi, chance.nmi, found.ami, found.ari, p, largest]
    return [table.title, *(_rounded(value) for value in values)]


def _beyond(study: Study) -> Section:
    tables = [_all_pairs(study)]
    effects = ["encoder", "null", "observed", "null’s mean", "sd", "z", "p"]
    if study.modularity:
        rows = [_effect(effect) for effect in study.modularity]
        caption = "Modularity of the playlists’ Leiden communities on each network of sound"
        tables.append(Table(caption, effects, rows))
    if study.assortativity:
        rows = [[*_effect(effect), _rounded(effect.size)] for effect in study.assortativity]
        caption = "Mean similarity (cosine) of songs of one playlist, against rewired playlists"
        columns = ["encoder", "pairs", *effects[2:], "effect, in sd of pairs"]
        tables.append(Table(caption, columns, rows))
    return Section(
        title="Beyond the original",
        paragraphs=[
            BEYOND,
            f"p is under each null: {'; '.join(f'{n}: {w}' for n, w in _nulls(study).items())}.",
            *(f"Left out: {name}: {why}" for name, why in study.refused.items()),
        ],
        tables=tables,
    )


def _all_pairs(study: Study) -> Table:
    nulls = _nulls(study)
    columns = ["playlists", "sound", "songs", "NMI", "NMI by chance", "AMI", "ARI"]
    columns += _headings(study)
    best = sorted(study.scores, key=lambda score: -score.ami)[:SHOWN]
    rows = [[score.playlists, score.sound, *_scores(score, nulls)] for score in best]
    more = len(study.scores) - len(best)
    caption = "Pairs by falling AMI" + (f"; {more} more are not shown" if more else "")
    return Table(caption, columns, rows)


def _effect(effect: Effect) -> list[Scalar]:
    values = [effect.observed, effect.mean, effect.sd, effect.z, effect.p]
    return [effect.of, effect.null, *(_rounded(value) for value in values)]
