"""Searching for the best encoder of a kind: many trainings, compared on the same songs held back.

All trainings of a search share the seed, and with it the songs held back, so that they differ in
nothing but their choices. A search that was interrupted goes on where it stood and ends as it would
have: which trainings there are is known before the first, and one that was interrupted goes on from
the last epoch that was kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from songnet.encoders._data import Spectrograms, check_rows, split
from songnet.encoders._saved import Saved
from songnet.encoders._search_plan import Plan
from songnet.encoders._search_record import read, writing
from songnet.encoders._search_results import Search, State, Trial
from songnet.encoders._search_space import SETTINGS, SPACES, Point, Space, Value, space
from songnet.encoders._search_trial import BEST, Sounds, Workbench
from songnet.encoders.saved import load
from songnet.errors import StateError
from songnet.model import Ids, fingerprint
from songnet.names import check_encoder_name

__all__ = [
    "SETTINGS",
    "SPACES",
    "Plan",
    "Point",
    "Search",
    "Space",
    "State",
    "Trial",
    "Value",
    "Watch",
    "best_encoder",
    "read",
    "run",
    "space",
]


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how a search goes.

    Attributes
    ----------
    on_begin
        Called before every training with its number, from 1, and its choices.
    on_batch
        Called after every step of it, as `songnet.encoders.Watch.on_batch` is.
    on_end
        Called after every training with all trainings so far.
    """

    on_begin: Callable[[int, Point], None] | None = None
    on_batch: Callable[[int, int, int, float], None] | None = None
    on_end: Callable[[Search], None] | None = None


NOBODY = Watch()


def run(
    spectrograms: Spectrograms,
    plan: Plan,
    folder: Path,
    *,
    name: str,
    groups: Ids | None = None,
    content: Ids | None = None,
    watch: Watch = NOBODY,
) -> Search:
    """Make all trainings of a plan that were not made before.

    The same spectrograms and plan give the same trainings, also when it was interrupted, on the
    same machine and versions; timings differ.

    Parameters
    ----------
    spectrograms, groups, content
        As `songnet.encoders.train` takes them.
    folder
        Where the search is kept: what goes on where it stood, and the best encoder so far.
    name
        The name that the best encoder bears.

    Raises
    ------
    StateError
        Optuna is missing; another process is making this search; it was begun with other choices,
        settings or spectrograms.
    EmptyInputError
        Fewer than 5 songs, or all of one recording.
    FormatError
        The folder's record is damaged.
    """
    check_encoder_name(name)
    check_rows(spectrograms)
    data = _data(spectrograms, plan, groups, content)
    with writing(folder, name, plan, data) as record:
        bench = Workbench(record, plan, folder, name, Sounds(spectrograms, groups, content))
        finished = {trial.number for trial in record.search().trials if trial.is_finished}
        for number, point in enumerate(plan.points(), 1):
            if number in finished:
                continue
            if watch.on_begin:
                watch.on_begin(number, point)
            bench.make(number, point, watch.on_batch)
            if watch.on_end:
                watch.on_end(record.search())
        return record.search()


def _data(spectrograms: Spectrograms, plan: Plan, groups: Ids | None, content: Ids | None) -> str:
    """SHA-256 of what is learnt from and what is held back."""
    validation, seed = plan.settings.validation, plan.settings.seed
    sides = split(spectrograms.songs, groups, validation=validation, seed=seed)
    return fingerprint(
        spectrograms.songs,
        spectrograms.clips,
        sides.training,
        sides.validation,
        [] if content is None else content,
    )


def best_encoder(search: Search, folder: Path) -> Saved:
    """The encoder of the search's best training.

    Raises
    ------
    StateError
        No training is complete; the encoder is not the one that the record speaks of.
    FormatError
        It is damaged.
    """
    if search.best is None:
        raise StateError(
            f"no training of the search {search.name!r} came to its end: choose lower learning "
            "rates, under another --name"
        )
    saved = load(folder / BEST)
    if saved.fingerprint != search.best.fingerprint:
        raise StateError(
            f"{folder / BEST} does not hold the best encoder of the search {search.name!r}: "
            f"remove {folder} and search anew"
        )
    return saved
