"""The whole study: the original's table made anew, and songnet's own answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songnet import encoders
from songnet.agreement import Pair
from songnet.errors import InputError, StateError
from songnet.networks import largest_component
from songnet.partitions import Choice
from songnet.progress import Progress, silent
from songnet.workflows._study_cuts import (
    Clusters,
    Cutter,
    clusters_of,
    communities_of,
    sounds_of,
    targets_of,
)
from songnet.workflows._study_limits import limits
from songnet.workflows._study_measures import by_ear, on_the_sound
from songnet.workflows._study_result import Effect, OwnRow, Score, Study, answer
from songnet.workflows._study_section import study_sections
from songnet.workflows.choosing import choose_communities
from songnet.workflows.compare import compare_partitions
from songnet.workflows.embed import Training, Watching, embed
from songnet.workflows.link import link_largest_component, link_playlists, link_sound
from songnet.workflows.report import Against, write_report
from songnet.workflows.workspace import Workspace, pull, pull_network

LISTENING = "contrastive_128"
# The original study's encoders, and the one that hears most: model and design.
ENCODERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "cae_72x72": ("cae", {"latent": "72x72"}),
    "cae_48x81": ("cae", {"latent": "48x81"}),
    "cae_168x108": ("cae", {"latent": "168x108"}),
    "cae_12x15": ("cae", {"latent": "12x15"}),
    "vae_16": ("vae", {}),
    LISTENING: ("contrastive", {}),
}
NULLS = ("shuffle", "artist", "album", "rewiring")


@dataclass(frozen=True)
class Plan:
    """What a study does.

    Attributes
    ----------
    network
        The playlists' network; made with its defaults where it is not there.
    epochs
        Of every training; default: each model's own. Encoders that exist are taken as they are.
    samples, rewirings
        Of the nulls that shuffle labels, and of the one that rewires playlists.
    """

    network: str = "playlists"
    epochs: int | None = None
    samples: int = 199
    rewirings: int = 39
    seed: int = 0


def run_study(
    workspace: Workspace,
    report: Path,
    plan: Plan,
    *,
    title: str = "Do songs that people put together also sound together?",
    notes: Sequence[str] = (),
    figures: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Progress = silent,
) -> Study:
    """Train, choose, cut, compare under every null, and write the report.

    Whatever is already there (encoders, partitions, nulls, choices of k) is used, so that a study
    that was interrupted goes on where it stopped, and a second one only writes the page.

    Raises
    ------
    StateError
        No playlists, or no song with a spectrogram.
    """
    _check(workspace, plan)
    _link(workspace, plan, tell)
    _listen(workspace, plan, tell, progress)
    cutter = Cutter(workspace, plan.seed, tell)
    study = _found(workspace, plan, cutter, _cut(workspace, plan, cutter, progress), progress)
    write_report(
        workspace,
        report,
        title=title,
        notes=notes,
        figures=figures,
        answer=answer(study),
        sections=study_sections(study),
        against=Against(NULLS, plan.samples, plan.rewirings),
        seed=plan.seed,
        progress=progress,
    )
    tell(f"report written to {report}")
    return study


@dataclass(frozen=True)
class _Cuts:
    """Names of the partitions of a study: of the playlists, of the sound, and the original's."""

    communities: Sequence[str]
    sounds: Sequence[str]
    clusters: Sequence[Clusters]
    targets: Sequence[str]

    @property
    def heard(self) -> list[str]:
        """All that come from sound."""
        return [*self.sounds, *(found.partition for found in self.clusters)]


def _cut(workspace: Workspace, plan: Plan, cutter: Cutter, progress: Progress) -> _Cuts:
    choices = [
        _choice(workspace, name, plan, cutter.tell, progress)
        for name in ENCODERS
        if name != LISTENING
    ]
    clusters = [found for choice in choices for found in clusters_of(cutter, choice)]
    targets = targets_of(cutter, plan.network, _connected(workspace, plan.network))
    communities = [*communities_of(cutter, plan.network), *targets]
    number = workspace.store.partition(f"leiden-{plan.network}").communities
    sounds = sounds_of(cutter, list(ENCODERS), listening=LISTENING, communities=number)
    return _Cuts(communities, sounds, clusters, targets)


def _found(
    workspace: Workspace, plan: Plan, cutter: Cutter, cuts: _Cuts, progress: Progress
) -> Study:
    pairs = _pairs(workspace, plan, [*cuts.communities, *cuts.heard], progress)
    scores = _scores(pairs, cuts.communities, cuts.heard)
    alike = by_ear(
        workspace, list(ENCODERS), samples=plan.samples, seed=plan.seed, progress=progress
    )
    return Study(
        network=plan.network,
        listening=LISTENING,
        seed=plan.seed,
        samples=plan.samples,
        rewirings=plan.rewirings,
        own=list(_own(cuts.clusters, cuts.targets, scores)),
        scores=scores,
        modularity=_modularity(workspace, plan),
        assortativity=list(alike),
        refused=cutter.refused,
        limits=limits(workspace, scores, samples=plan.samples, rewirings=plan.rewirings),
    )


def _check(workspace: Workspace, plan: Plan) -> None:
    if not workspace.store.counts().playlists:
        raise StateError("there are no playlists: load some with 'songnet load-playlists'")
    for info in workspace.store.networks():
        if info.name == plan.network and info.kind != "playlists":
            raise InputError(
                f"{plan.network!r} is a network of kind {info.kind}, a study takes one of "
                "playlists: make one with 'songnet link playlists'"
            )


def _link(workspace: Workspace, plan: Plan, tell: Callable[[str], None]) -> None:
    if plan.network in {info.name for info in workspace.store.networks()}:
        return
    network, _ = link_playlists(workspace, name=plan.network)
    tell(f"linked {len(network.songs):,} songs by shared playlists: {network.edges:,} edges")


def _listen(
    workspace: Workspace, plan: Plan, tell: Callable[[str], None], progress: Progress
) -> None:
    """Every encoder, trained where it is not there, and its sound network."""
    watching = Watching(progress=progress, tell=tell)
    for name, (model, design) in ENCODERS.items():
        asked = Training()
        if not encoders.exists(workspace.data.encoder(name)):
            epochs = {} if plan.epochs is None else {"epochs": plan.epochs}
            asked = Training(design, {"seed": plan.seed, **epochs})
        done = embed(
            workspace, model=model, name=name, training=asked, resume=True, watching=watching
        )
        if done.trained:
            tell(f"trained {name}")
        _link_sound(workspace, name)


def _connected(workspace: Workspace, network: str) -> str:
    """The largest component of the playlists' network, as the original study took it."""
    info = next(info for info in workspace.store.networks() if info.name == network)
    if len(largest_component(pull_network(workspace, info)).songs) == info.songs:
        return network
    return link_largest_component(workspace, info).name


def _link_sound(workspace: Workspace, encoder: str) -> None:
    """Always anew: it is quick, and the vectors may have changed."""
    link_sound(workspace, encoder=encoder)


def _choice(
    workspace: Workspace, encoder: str, plan: Plan, tell: Callable[[str], None], progress: Progress
) -> Choice:
    vectors = pull(workspace, encoder)
    for kept in workspace.data.choices():
        if (kept.on, kept.fingerprint, kept.seed) == (encoder, vectors.fingerprint, plan.seed):
            return kept
    choice = choose_communities(workspace, encoder, seed=plan.seed, progress=progress)
    chosen = ", ".join(f"{rule} {k or 'none'}" for rule, k in choice.chosen.items())
    tell(f"chose the number of clusters of {encoder}: {chosen}")
    return choice


def _modularity(workspace: Workspace, plan: Plan) -> list[Effect]:
    cut = workspace.store.partition(f"leiden-{plan.network}")
    found = on_the_sound(workspace, cut, list(ENCODERS), samples=plan.samples, seed=plan.seed)
    return list(found)


def _pairs(
    workspace: Workspace, plan: Plan, names: Sequence[str], progress: Progress
) -> Sequence[Pair]:
    comparison = compare_partitions(
        workspace,
        names,
        nulls=NULLS,
        samples=plan.samples,
        rewirings=plan.rewirings,
        seed=plan.seed,
        progress=progress,
    )
    return comparison.pairs


def _scores(
    pairs: Sequence[Pair], communities: Sequence[str], sounds: Sequence[str]
) -> list[Score]:
    """The pairs that set playlists against sound."""
    found = []
    for pair in pairs:
        if pair.a in communities and pair.b in sounds:
            found.append(_score(pair, playlists=pair.a, sound=pair.b))
        elif pair.b in communities and pair.a in sounds:
            found.append(_score(pair, playlists=pair.b, sound=pair.a))
    return found


def _score(pair: Pair, *, playlists: str, sound: str) -> Score:
    sizes = {pair.a: len(pair.table.row_sizes), pair.b: len(pair.table.column_sizes)}
    return Score(
        sound=sound,
        playlists=playlists,
        clusters=sizes[sound],
        communities=sizes[playlists],
        songs=pair.songs,
        nmi=pair.scores.nmi,
        chance=pair.chance.nmi,
        ami=pair.scores.ami,
        ari=pair.scores.ari,
        element_centric=pair.scores.element_centric,
        p={name: null.scores["ami"].p for name, null in pair.nulls.items()},
        movable={name: null.movable for name, null in pair.nulls.items()},
        degenerate=bool(pair.degenerate),
    )


def _own(
    clusters: Sequence[Clusters], targets: Sequence[str], scores: Sequence[Score]
) -> Iterator[OwnRow]:
    by_names = {(score.sound, score.playlists): score for score in scores}
    for found in clusters:
        for target in targets:
            score = by_names.get((found.partition, target))
            if score:
                yield OwnRow(found.encoder, found.rules, score)
