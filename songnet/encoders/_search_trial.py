"""One training of a search: told to Optuna by the epoch; given up, failed, or kept as the best."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from songnet.encoders import _search_optuna
from songnet.encoders._checkpoint import Checkpoint
from songnet.encoders._data import Spectrograms
from songnet.encoders._fit import train
from songnet.encoders._saved import Saved
from songnet.encoders._search_plan import Plan
from songnet.encoders._search_record import Record
from songnet.encoders._search_space import Point
from songnet.encoders._training import Epoch, Progressed, Watch
from songnet.encoders.saved import save
from songnet.errors import DivergedError, FormatError, StateError
from songnet.model import Ids

if TYPE_CHECKING:
    import optuna

CHECKPOINT = "training.safetensors"
BEST = "best"


@dataclass(frozen=True)
class Sounds:
    """What every training of a search learns from, as `songnet.encoders.train` takes it."""

    spectrograms: Spectrograms
    groups: Ids | None = None
    content: Ids | None = None


OnStep = Callable[[int, int, int, float], None]


@dataclass(frozen=True)
class Workbench:
    """Where trainings are made.

    Attributes
    ----------
    record
        What is told of them.
    plan
        Which they are.
    folder
        The search's.
    name
        The name that the best encoder will bear.
    sounds
        What they learn from.
    """

    record: Record
    plan: Plan
    folder: Path
    name: str
    sounds: Sounds

    def make(self, number: int, point: Point, on_step: OnStep | None) -> None:
        """Make one training, or go on with it, to whatever end it comes.

        The best encoder is on disk before Optuna is told of its training, so that the two never
        disagree but by a training that is then made again.
        """
        trial = self.record.begin(number, point)
        told = _Told(trial, self.plan)
        checkpoint = _Retold(self.folder / CHECKPOINT, resume=True, tell=told)
        try:
            saved = self._trained(point, checkpoint, Watch(told, on_step))
        except _search_optuna.load().TrialPruned:
            self.record.prune(trial, told.history)
        except DivergedError as error:
            self.record.fail(trial, told.history, str(error))
        else:
            self._keep(trial, saved)
        checkpoint.remove()

    def _trained(self, point: Point, checkpoint: Checkpoint, watch: Watch) -> Saved:
        sounds = self.sounds
        return train(
            sounds.spectrograms,
            self.plan.space.design(point),
            name=self.name,
            groups=sounds.groups,
            content=sounds.content,
            checkpoint=checkpoint,
            watch=watch,
            **dataclasses.asdict(self.plan.hyperparameters(point)),
        )

    def _keep(self, trial: optuna.Trial, saved: Saved) -> None:
        value = self.plan.space.judge(saved.best)
        best = self.record.search().best
        if best is None or best.value is None or value < best.value:
            save(saved, self.folder / BEST)
        self.record.complete(trial, saved.history, value, saved.fingerprint)


@dataclass
class _Retold(Checkpoint):
    """A checkpoint whose epochs are told once more when a training goes on from it.

    One that does not fit is passed over, and the training made from its beginning: it is of another
    training, or of versions that were other.
    """

    tell: Callable[[Epoch], None] = lambda _: None

    def start(self, identity: str) -> Progressed | None:
        """As `Checkpoint.start`; None where the state does not fit."""
        try:
            progressed = super().start(identity)
        except (FormatError, StateError):
            return None
        for epoch in progressed.history if progressed else ():
            self.tell(epoch)
        return progressed


class _Told:
    """Tells Optuna of every epoch, and stops the training when Optuna gives it up."""

    def __init__(self, trial: optuna.Trial, plan: Plan) -> None:
        self.history: tuple[Epoch, ...] = ()
        self._trial = trial
        self._plan = plan
        self._last = plan.settings.epochs

    def __call__(self, epoch: Epoch) -> None:
        self.history = (*self.history, epoch)
        self._trial.report(self._plan.space.judge(epoch), epoch.number)
        if epoch.number < self._last and self._trial.should_prune():
            raise _search_optuna.load().TrialPruned
