"""How many communities: of an encoder's vectors, and of a network at every resolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from songnet.errors import BadNameError, InputError
from songnet.files import replacing
from songnet.model import Partition, SongNetwork, Vectors
from songnet.names import check_name
from songnet.partitions import Choice, Sweep, choose, consensus, sweep
from songnet.progress import Progress, silent
from songnet.report._choice_figures import choice_figure, sweep_figure
from songnet.report._style import to_svg
from songnet.workflows.partition import keep
from songnet.workflows.workspace import Workspace, pull


def choose_communities(
    workspace: Workspace,
    encoder: str,
    *,
    first: int = 2,
    last: int = 12,
    samples: int = 20,
    seed: int = 0,
    figure: Path | None = None,
    progress: Progress = silent,
) -> Choice:
    """Judge every number of communities of an encoder's vectors, and keep what was found.

    Options are those of `songnet.partitions.choose`; `figure` is an SVG file to draw it to. What
    was kept of the same encoder is replaced.

    Raises
    ------
    BadNameError
        There is no such encoder.
    InputError
        As `songnet.partitions.choose`; `figure` cannot be written.
    """
    vectors = pull(workspace, encoder)
    if not isinstance(vectors, Vectors):
        raise BadNameError(
            f"{encoder!r} is a network, and choose-k looks at an encoder's vectors: "
            f"use songnet partitions sweep {encoder}"
        )
    _check_figure(figure)
    found = choose(vectors, first=first, last=last, samples=samples, seed=seed, tell=progress)
    workspace.data.write_choice(found)
    if figure is not None:
        _write(figure, to_svg(choice_figure(found), title=f"How many communities: {encoder}"))
    return found


@dataclass(frozen=True)
class Swept:
    """A resolution profile, and the consensus partition where one was asked for."""

    sweep: Sweep
    consensus: Partition | None


def sweep_resolutions(
    workspace: Workspace,
    network: str,
    *,
    algorithm: str = "leiden",
    objective: str | None = None,
    low: float | None = None,
    high: float | None = None,
    steps: int = 20,
    seeds: int = 5,
    seed: int = 0,
    with_consensus: bool = False,
    name: str | None = None,
    figure: Path | None = None,
    progress: Progress = silent,
) -> Swept:
    """Cut a network at every resolution with several seeds, and keep the profile.

    Options are those of `songnet.partitions.sweep`. `with_consensus` also keeps, as `name`
    (default ``consensus-ALGORITHM-NETWORK``), what the seeds agree on at the chosen resolution.

    Raises
    ------
    BadNameError
        There is no such network, or `name` cannot name a partition.
    InputError
        No resolution could be chosen for the consensus; `figure` cannot be written.
    """
    whole = pull(workspace, network)
    if not isinstance(whole, SongNetwork):
        raise BadNameError(
            f"{network!r} is an encoder, and sweep looks at a network: use songnet partitions "
            f"choose-k {network}, or link its songs with songnet link sound"
        )
    _check_figure(figure)
    if name is not None:
        check_name(name, what="partition")
    if with_consensus:
        workspace.store.check_writable()
    found = sweep(
        whole,
        algorithm=algorithm,
        objective=objective,
        low=low,
        high=high,
        steps=steps,
        seeds=seeds,
        seed=seed,
        tell=progress,
    )
    agreed = None
    if with_consensus:
        progress("consensus", 0)
        agreed = _keep_consensus(workspace, whole, found, name)
    found = replace(found, consensus=None if agreed is None else agreed.name)
    workspace.data.write_sweep(found)
    if figure is not None:
        _write(figure, to_svg(sweep_figure(found), title=f"Resolutions: {algorithm} on {network}"))
    return Swept(found, agreed)


def _keep_consensus(
    workspace: Workspace, network: SongNetwork, found: Sweep, name: str | None
) -> Partition:
    if found.chosen is None:
        raise InputError(
            f"at every resolution the partitions of {network.name!r} are degenerate, so there is "
            "nothing to agree on: sweep other resolutions with --from and --to"
        )
    agreed = consensus(
        network,
        resolution=found.chosen,
        seeds=found.seeds,
        algorithm=found.algorithm,
        objective=found.objective,
        name=name,
    )
    agreed = replace(agreed, params={**agreed.params, "input": network.fingerprint})
    keep(workspace, agreed)
    return agreed


def _check_figure(path: Path | None) -> None:
    """Refuse before the work what could not be written after it."""
    if path is not None and path.suffix.lower() != ".svg":
        raise InputError(f"{path} is no SVG file: give --figure a name that ends in .svg")
    if path is not None and not path.resolve().parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}")


def _write(path: Path, svg: str) -> None:
    with replacing(path) as file:
        file.write(svg.encode())
