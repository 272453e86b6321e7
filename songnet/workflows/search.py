"""Searches for the best encoder of a kind: made, kept, and the best one put to use."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songnet import encoders
from songnet.encoders import Saved
from songnet.encoders.search import (
    Plan,
    Point,
    Search,
    Space,
    Value,
    Watch,
    best_encoder,
    read,
    run,
    space,
)
from songnet.errors import BadNameError
from songnet.names import check_encoder_name
from songnet.workflows._clips import Clips, clips_of_graph
from songnet.workflows._vectors import projected
from songnet.workflows.embed import NOBODY, Embedded, Watching, embed
from songnet.workflows.workspace import Workspace

FOLDER = "searches"


@dataclass(frozen=True)
class Asked:
    """What `songnet encoders search` is asked for; what is not said is left out.

    Attributes
    ----------
    choices
        Instead of the model's own: ``{"latent": ["12x15"], "learning_rate": [0.001, 0.0005]}``.
    fixed
        Of the model's design, the same for all: ``{"covariance": "diagonal"}``.
    trials
        So many random trainings; None for every combination.
    settings
        Of `songnet.encoders.Hyperparameters`, the same for all: ``{"epochs": 20}``.
    """

    choices: Mapping[str, Iterable[Value]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    trials: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Searched:
    """What a search found, and what became of its best encoder; None where no training ended."""

    search: Search
    embedded: Embedded | None


NOTHING_ASKED = Asked()


def search_encoders(
    workspace: Workspace,
    *,
    model: str = "cae",
    name: str | None = None,
    asked: Asked = NOTHING_ASKED,
    watching: Watching = NOBODY,
) -> Searched:
    """Make all trainings of a search that were not made before, and use the best encoder.

    It becomes the encoder `name`: saved in the data folder, every song of the graph with its
    vector.

    Parameters
    ----------
    model
        What is searched: a key of `songnet.encoders.search.SPACES`.
    name
        The search's and the encoder's; default: ``search_MODEL``.

    Raises
    ------
    StateError
        No song of the graph has a spectrogram; Optuna is missing; a search of that name was begun
        with other choices, settings or songs.
    UsageError
        Choices that are not to be had.
    BadNameError
        A network, or an encoder that this search did not make, bears the name.
    """
    chosen = check_encoder_name(name or f"search_{model}")
    choices = space(model, asked.choices, asked.fixed)
    folder = search_folder(workspace, chosen)
    before = read(folder)
    _check_free(workspace, chosen, before)
    clips = clips_of_graph(workspace)
    plan = _plan(choices, asked, len(clips.songs))
    search = run(
        clips,
        plan,
        folder,
        name=chosen,
        groups=clips.recordings,
        content=clips.hashes,
        watch=_Teller(plan, before, watching).watch(),
    )
    if search.best is None:
        return Searched(search, None)
    _use(workspace, chosen, best_encoder(search, folder), clips)
    return Searched(search, embed(workspace, name=chosen, watching=watching))


def searches(workspace: Workspace) -> list[str]:
    """The names of all searches in the data folder, sorted."""
    return sorted(path.name for path in (workspace.data.root / FOLDER).glob("[!.]*"))


def search_folder(workspace: Workspace, name: str) -> Path:
    """Where the search `name` is kept."""
    return workspace.data.root / FOLDER / check_encoder_name(name)


def _plan(choices: Space, asked: Asked, spectrograms: int) -> Plan:
    model = encoders.MODELS[choices.model]
    common = {"precision": encoders.default_precision(), **asked.settings}
    return Plan(choices, model.settings(spectrograms, **common), asked.trials)


def _check_free(workspace: Workspace, name: str, search: Search | None) -> None:
    """Refuse a name that stands for something which this search did not make, before searching."""
    workspace.store.check_writable()
    if name in {network.name for network in workspace.store.networks()}:
        raise BadNameError(f"{name!r} is the name of a network: choose another --name")
    made = {trial.fingerprint for trial in search.trials} if search else set()
    if (there := _bearer(workspace, name)) and there not in made:
        raise BadNameError(
            f"there is an encoder {name!r} that was not made by this search: choose another --name"
        )


def _bearer(workspace: Workspace, name: str) -> str | None:
    """The fingerprint of the encoder that bears a name, without projection where that is known."""
    if encoders.exists(workspace.data.encoder(name)):
        return _unprojected(workspace, name)
    return {info.name: info.fingerprint for info in workspace.store.encoders()}.get(name)


def _unprojected(workspace: Workspace, name: str) -> str:
    saved = encoders.load(workspace.data.encoder(name))
    return dataclasses.replace(saved, projection=None).fingerprint


def _use(workspace: Workspace, name: str, best: Saved, clips: Clips) -> None:
    """Put the best encoder where `embed` finds it, unless it is there already."""
    folder = workspace.data.encoder(name)
    if not encoders.exists(folder) or _unprojected(workspace, name) != best.fingerprint:
        encoders.save(projected(best, clips), folder)


class _Teller:
    """Progress in trainings, with the loss of the one that runs and the best so far."""

    def __init__(self, plan: Plan, before: Search | None, watching: Watching) -> None:
        self._planned = len(plan.points())
        self._epochs = plan.settings.epochs
        self._watching = watching
        self._made = sum(
            trial.is_finished and trial.number <= self._planned
            for trial in (before.trials if before else ())
        )
        self._goes_on = self._made > 0
        self._best = _best_note(before)
        self._point = ""

    def watch(self) -> Watch:
        """To be told by a search."""
        return Watch(on_begin=self._begin, on_batch=self._batch, on_end=self._end)

    def _begin(self, _: int, point: Point) -> None:
        if self._goes_on:
            self._goes_on = False
            self._watching.tell(f"going on: {self._made} of {self._planned} trainings are made")
        self._point = ", ".join(map(str, point.values()))

    def _batch(self, past: int, done: int, of: int, loss: float) -> None:
        now = self._made + (past + done / of) / self._epochs
        note = f"{self._point}: loss {loss:.5g}{self._best}"
        self._watching.progress("trainings", now, self._planned, note)

    def _end(self, search: Search) -> None:
        self._made += 1
        self._best = _best_note(search)


def _best_note(search: Search | None) -> str:
    best = search and search.best
    return f", best so far {best.value:.5g}" if best else ""
