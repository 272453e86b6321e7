"""The trainings of a search on disk.

    NAME/
      trials.jsonl                 choices, losses of every epoch, how each training ended
      best/                        the best encoder so far
      training.safetensors         the state of the training that runs
      lock                         held by the process that searches

``trials.jsonl`` is Optuna's journal and says everything; the rest are arrays. A journal rather than
SQLite, because its lines are appended and never changed: a process that is killed can spoil no more
than the last one, which the next process cuts off. The lock is the system's, so that it ends with
its process.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

from songnet.encoders import _search_optuna
from songnet.encoders._search_plan import Plan
from songnet.encoders._search_results import Search, State, Trial
from songnet.encoders._search_space import SETTINGS, SPACES, Point
from songnet.encoders._settings import Hyperparameters
from songnet.encoders._training import Epoch, best_epoch
from songnet.errors import FormatError, StateError
from songnet.files import flush_folder, lock, make_folder

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

SCHEMA = "songnet.search/1"
JOURNAL = "trials.jsonl"
LOCK = "lock"
# Attributes of Optuna's study: what was asked for when it began, and how many trainings last.
BEGUN = "search"
PLANNED = "planned"


class Record:
    """The trainings of one search, for the process that makes them.

    Parameters
    ----------
    study
        Optuna's.
    plan
        What is searched.
    journal
        Where the study is kept.
    """

    def __init__(self, study: optuna.Study, plan: Plan, journal: Path) -> None:
        self._study = study
        self._journal = journal
        self._distributions = _search_optuna.distributions(plan)
        self._states = _search_optuna.load().trial.TrialState

    def search(self) -> Search:
        """All trainings so far."""
        return _search(self._study, self._journal)

    def begin(self, number: int, point: Point) -> optuna.Trial:
        """The training of a number, to be told of every epoch.

        One of that number that was interrupted is closed: pruners do not count it.
        """
        found = _by_number(self._study).get(number)
        if found is not None and found.state == self._states.RUNNING:
            self._study.tell(found.number, state=self._states.FAIL)
        if found is None or found.state != self._states.WAITING:
            self._study.enqueue_trial(
                dict(point), user_attrs={"number": number, "point": dict(point)}
            )
        return self._study.ask(self._distributions)

    def complete(
        self, trial: optuna.Trial, history: tuple[Epoch, ...], value: float, fingerprint: str
    ) -> None:
        """Close a training that gave an encoder."""
        _describe(trial, history, fingerprint=fingerprint)
        self._study.tell(trial, value, self._states.COMPLETE)

    def prune(self, trial: optuna.Trial, history: tuple[Epoch, ...]) -> None:
        """Close a training that was given up."""
        _describe(trial, history)
        self._study.tell(trial, state=self._states.PRUNED)

    def fail(self, trial: optuna.Trial, history: tuple[Epoch, ...], error: str) -> None:
        """Close a training that went astray."""
        _describe(trial, history, error=error)
        self._study.tell(trial, state=self._states.FAIL)


def _describe(trial: optuna.Trial, history: tuple[Epoch, ...], **more: str) -> None:
    trial.set_user_attr("history", [epoch.facts() for epoch in history])
    for name, value in more.items():
        trial.set_user_attr(name, value)


@contextmanager
def writing(folder: Path, name: str, plan: Plan, data: str) -> Iterator[Record]:
    """The record of a search, to go on with or new.

    Parameters
    ----------
    folder
        The search's; made when it is not there.
    data
        A fingerprint of what is learnt from.

    Raises
    ------
    StateError
        Optuna is missing; another process is searching; the search was begun with other choices,
        settings or songs.
    FormatError
        The journal is damaged, or of another songnet.
    """
    asked = {"schema": SCHEMA, **plan.facts(), "data": data}
    with _locked(folder, name), _search_optuna.quiet():
        _sweep(folder)
        study = _search_optuna.new_study(folder / JOURNAL, name, _search_optuna.pruner(plan))
        if BEGUN not in study.user_attrs:
            study.set_user_attr(BEGUN, asked)
        _check_schema(folder, study.user_attrs[BEGUN])
        with _search_optuna.damage_said(folder / JOURNAL):
            _check_same(folder, name, study.user_attrs[BEGUN], asked)
        if study.user_attrs.get(PLANNED) != len(plan.points()):
            study.set_user_attr(PLANNED, len(plan.points()))
        flush_folder(folder)  # Optuna flushes what it writes, but not the name of a new file
        yield Record(study, plan, folder / JOURNAL)


@contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    """Make the folder and keep other processes from searching in it."""
    _search_optuna.load()  # nothing is made where it is missing
    try:
        make_folder(folder)
        with (folder / LOCK).open("wb") as file:
            _hold(file, name)
            yield
    except OSError as error:
        raise StateError(
            f"{folder}: cannot be written: {error.strerror or error}; what was finished is kept"
        ) from error


def _hold(file: BinaryIO, name: str) -> None:
    try:
        lock(file.fileno())
    except BlockingIOError as error:
        raise StateError(
            f"another process is making the search {name!r}: wait until it is done, or choose "
            "another --name"
        ) from error


def _sweep(folder: Path) -> None:
    """Remove what a killed process was about to rename."""
    for path in folder.glob(".*.part"):
        path.unlink()
    for path in folder.glob(".*.new-*"):
        shutil.rmtree(path)


def read(folder: Path) -> Search | None:
    """The search in `folder`, also while it runs; None where none was begun.

    Raises
    ------
    StateError
        Optuna is missing.
    FormatError
        The journal is damaged, or of another songnet.
    """
    journal = folder / JOURNAL
    _search_optuna.load()
    if not journal.is_file():
        return None
    with _search_optuna.quiet():
        study = _search_optuna.kept_study(journal)
        if study is None or BEGUN not in study.user_attrs:
            return None
        _check_schema(folder, study.user_attrs[BEGUN])
        return _search(study, journal)


def _check_schema(folder: Path, begun: Mapping[str, Any]) -> None:
    if begun.get("schema") != SCHEMA or begun.get("model") not in SPACES:
        raise FormatError(
            folder / JOURNAL,
            f"is of schema {begun.get('schema')!r} and model {begun.get('model')!r}, which this "
            f"songnet does not read: use the songnet that wrote it, or remove {folder}",
        )


def _check_same(
    folder: Path, name: str, begun: Mapping[str, Any], asked: Mapping[str, Any]
) -> None:
    """Refuse to go on with a search that is another."""
    old, new = _flat(begun), _flat(asked)
    for key in dict.fromkeys([*new, *old]):
        if old.get(key) != new.get(key):
            raise StateError(
                f"the search {name!r} was begun with {_difference(key, old, new)}: choose another "
                f"--name, or remove {folder} to begin anew"
            )


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """All of it on one level; the songs last, because they depend on the seed."""
    plain = {key: facts[key] for key in ("model", "sampling")}
    nested = {**facts["fixed"], **facts["choices"], **facts["settings"]}
    return {**plain, **nested, "data": facts["data"]}


def _difference(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if key == "data":
        return "other songs, so that losses would not compare"
    return f"{key} {_said(old.get(key))}, not {_said(new.get(key))}"


def _said(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "unset" if value is None else str(value)


def _by_number(study: optuna.Study) -> dict[int, FrozenTrial]:
    """Optuna's last trial for each number of ours; any before it were interrupted."""
    trials = study.get_trials(deepcopy=False)
    return {trial.user_attrs["number"]: trial for trial in trials}


def _search(study: optuna.Study, journal: Path) -> Search:
    begun = study.user_attrs[BEGUN]
    with _search_optuna.damage_said(journal):
        plan = _plan(begun)
        found = sorted(_by_number(study).items())
        trials = tuple(_trial(plan, number, trial) for number, trial in found)
    return Search(
        name=study.study_name,
        space=plan.space,
        sampling=begun["sampling"],
        settings=MappingProxyType(begun["settings"]),
        planned=study.user_attrs.get(PLANNED, len(found)),
        trials=trials,
    )


def _plan(begun: Mapping[str, Any]) -> Plan:
    choices = {name: tuple(values) for name, values in begun["choices"].items()}
    space = dataclasses.replace(
        SPACES[begun["model"]], choices=MappingProxyType(choices), fixed=begun["fixed"]
    )
    some = {name: choices[name][0] for name in SETTINGS}
    return Plan(space, Hyperparameters(**begun["settings"], **some))


def _trial(plan: Plan, number: int, trial: FrozenTrial) -> Trial:
    attributes = trial.user_attrs
    point = MappingProxyType(attributes["point"])
    state = _state(trial)
    if state is State.unfinished:
        return Trial(number, point, state)
    history = tuple(Epoch(**facts) for facts in attributes["history"])
    best = best_epoch(history, plan.hyperparameters(point)) if history else None
    return Trial(
        number,
        point,
        state,
        history=history,
        best=best,
        value=plan.space.judge(best) if best else None,
        fingerprint=attributes.get("fingerprint"),
        error=attributes.get("error"),
    )


def _state(trial: FrozenTrial) -> State:
    states = _search_optuna.load().trial.TrialState
    if trial.state == states.FAIL:
        return State.failed if "error" in trial.user_attrs else State.unfinished
    ended = {states.COMPLETE: State.complete, states.PRUNED: State.pruned}
    return ended.get(trial.state, State.unfinished)
