"""What a search has of Optuna: its journal, its pruner, its trials.

Source: T. Akiba and others, *Optuna: A Next-generation Hyperparameter Optimization Framework*
(2019).
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songnet.encoders._search_plan import Plan
from songnet.errors import FormatError, StateError

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner

# From the fifth complete training on, and after a tenth of its epochs, one is judged by the others.
STARTUP_TRIALS = 4
WARMUP_PARTS = 10


def load() -> Any:
    """The module, which the extra `search` installs; `StateError` where it is not."""
    try:
        return importlib.import_module("optuna")
    except ImportError as error:
        raise StateError("a search needs Optuna: pip install 'songnet[search]'") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna's log to errors for a while."""
    logging = load().logging
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)


class _Held:
    """The journal's lock where the whole search is under one already."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass


def new_study(journal: Path, name: str, pruner: BasePruner) -> Study:
    """The study of a journal, made where there is none.

    What a killed process has left of a line is cut off. The caller holds a lock.

    Raises
    ------
    FormatError
        The journal is damaged.
    """
    _mend(journal)
    with damage_said(journal):
        # It draws nothing: all points are planned.
        sampler = load().samplers.RandomSampler(seed=0)
        storage = _storage(journal)
        there = load().get_all_study_names(storage)
        make = load().load_study if there else load().create_study
        study: Study = make(study_name=name, storage=storage, sampler=sampler, pruner=pruner)
    return study


def kept_study(journal: Path) -> Study | None:
    """The study of a journal to be read, perhaps while another process writes it; None: not yet."""
    with damage_said(journal):
        storage = _storage(journal)
        names = load().get_all_study_names(storage)
        return load().load_study(study_name=names[0], storage=storage) if names else None


def _storage(journal: Path) -> Any:
    storages = load().storages
    return storages.JournalStorage(
        storages.journal.JournalFileBackend(str(journal), lock_obj=_Held())
    )


def _mend(journal: Path) -> None:
    if not journal.exists():
        return
    with journal.open("r+b") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)
            os.fsync(file.fileno())


@contextmanager
def damage_said(journal: Path) -> Iterator[None]:
    """Say in a sentence that a journal does not hold what it should."""
    try:
        yield
    except OSError as error:
        raise StateError(f"{journal}: cannot be used: {error.strerror or error}") from error
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise FormatError(
            journal, f"is a damaged record of a search: remove {journal.parent} to begin anew"
        ) from error


def pruner(plan: Plan) -> BasePruner:
    """A grid is made whole; a random search gives up what falls behind, by the median rule.

    A training is given up when its lowest loss so far is above the median of the others' losses in
    the same epoch. The rule decides from losses alone, so that a search that was interrupted
    decides the same, and works from a handful of trainings on. Hyperband is for searches of
    hundreds: it deals trainings out to brackets, and each has to fill before it can prune.

    Source: D. Golovin and others, *Google Vizier* (2017), for the rule; L. Li and others,
    *Hyperband* (2018).
    """
    pruners = load().pruners
    if plan.trials is None:
        nothing: BasePruner = pruners.NopPruner()
        return nothing
    median: BasePruner = pruners.MedianPruner(
        n_startup_trials=STARTUP_TRIALS, n_warmup_steps=-(-plan.settings.epochs // WARMUP_PARTS)
    )
    return median


def distributions(plan: Plan) -> dict[str, BaseDistribution]:
    """The space in Optuna's words, so that its own tools can read the journal."""
    kinds = load().distributions
    found: dict[str, BaseDistribution] = {
        name: kinds.CategoricalDistribution(values) for name, values in plan.space.choices.items()
    }
    if plan.free_rate:
        low, high = plan.space.rates
        found["learning_rate"] = kinds.FloatDistribution(low, high, log=True)
    return found
