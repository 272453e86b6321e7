"""The whole job on the shipped songs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from songnet import demo
from songnet.agreement import Comparison
from songnet.progress import Progress, silent
from songnet.workflows.choosing import choose_communities, sweep_resolutions
from songnet.workflows.compare import compare_partitions
from songnet.workflows.embed import Training, Watching, embed
from songnet.workflows.link import link_playlists, link_sound
from songnet.workflows.load import load_audio, load_playlists
from songnet.workflows.partition import run_partition
from songnet.workflows.report import Against, write_report
from songnet.workflows.workspace import Workspace

# The study's smallest autoencoder, and an encoder that hears more; both trained briefly.
STUDIED, LISTENING = "cae_12x15", "contrastive_128"
MODELS: dict[str, tuple[str, dict[str, float]]] = {
    STUDIED: ("cae", {"epochs": 20, "batch_size": 4, "learning_rate": 0.001}),
    LISTENING: ("contrastive", {"epochs": 40}),
}
NULLS = ("shuffle", "artist", "rewiring")


@dataclass(frozen=True)
class Demo:
    """What the demo found."""

    comparison: Comparison
    titles: dict[str, list[str]]


def run_demo(
    workspace: Workspace,
    report: Path,
    *,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _: None,
    progress: Progress = silent,
) -> Demo:
    """Load the shipped songs and lists, link, embed, cut, compare, and write the report.

    Running it again on the same workspace changes nothing but the report.

    Parameters
    ----------
    tell
        Told, in a sentence, what each step did.
    """
    _load(workspace, tell, progress)
    _embed(workspace, seed, tell, progress)
    names = _cut(workspace, seed, tell)
    _choose(workspace, seed, tell)
    comparison = compare_partitions(workspace, names, nulls=NULLS, seed=seed, progress=progress)
    write_report(
        workspace,
        report,
        title=demo.TITLE,
        notes=demo.NOTES,
        against=Against(NULLS),
        seed=seed,
        progress=progress,
    )
    tell(f"report written to {report}")
    titles = {name: workspace.store.community_titles(name) for name in names}
    return Demo(comparison, titles)


def _load(workspace: Workspace, tell: Callable[[str], None], progress: Progress) -> None:
    files = demo.paths()
    lists = load_playlists(workspace, [files.playlists], progress=progress)
    tell(
        f"loaded {lists.playlists:,} playlists, {lists.songs:,} songs, "
        f"{lists.memberships:,} memberships"
    )
    sound = load_audio(workspace, [files.spectrograms], labels=files.songs, progress=progress)
    tell(f"loaded {sound.clips:,} spectrograms of {sound.songs:,} songs")
    network, _ = link_playlists(workspace)
    tell(f"linked {len(network.songs):,} songs by shared playlists: {network.edges:,} edges")


def _embed(
    workspace: Workspace, seed: int, tell: Callable[[str], None], progress: Progress
) -> None:
    for name, (model, settings) in MODELS.items():
        done = embed(
            workspace,
            model=model,
            name=name,
            training=Training(settings=settings | {"seed": seed}),
            watching=Watching(progress=progress),
        )
        how = "trained" if done.trained else "found"
        loss = done.info.params["validation_loss"]
        tell(
            f"{how} the encoder {name} (validation loss {loss:.4f}), {done.songs:,} songs embedded"
        )
        network, _ = link_sound(workspace, encoder=name)
        tell(f"linked {len(network.songs):,} songs by {name}: {network.edges:,} edges")


def _cut(workspace: Workspace, seed: int, tell: Callable[[str], None]) -> list[str]:
    """The partitions of playlists, of sound, and as many clusters of vectors as communities."""
    cuts = [
        run_partition(workspace, algorithm, on=network, seed=seed)
        for algorithm, network in (
            ("leiden", "playlists"),
            ("louvain", "playlists"),
            ("infomap", "playlists"),
            *(("leiden", f"sound-{name}") for name in MODELS),
        )
    ]
    cuts += [
        run_partition(workspace, "kmeans", on=name, communities=cuts[0].communities, seed=seed)
        for name in MODELS
    ]
    for cut in cuts:
        tell(f"partition {cut.name}: {cut.communities:,} communities of {len(cut.songs):,} songs")
    return [cut.name for cut in cuts]


def _choose(workspace: Workspace, seed: int, tell: Callable[[str], None]) -> None:
    """How many clusters each encoder's vectors hold, and where cutting the playlists is stable."""
    for name in MODELS:
        found = choose_communities(workspace, name, seed=seed)
        chosen = ", ".join(f"{rule} {k or 'none'}" for rule, k in found.chosen.items())
        tell(f"how many clusters {name} holds: {chosen}")
    swept = sweep_resolutions(workspace, "playlists", seed=seed).sweep
    tell(f"swept the resolution of leiden on playlists: {len(swept.plateaus)} plateaus")
