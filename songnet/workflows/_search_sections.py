"""What a report says of searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from songnet import encoders
from songnet.encoders.search import Search, State, Trial, read
from songnet.errors import FormatError, StateError
from songnet.model import Scalar
from songnet.report import Curve, Panel, SearchSection
from songnet.workflows.search import search_folder, searches
from songnet.workflows.workspace import Workspace


def search_sections(workspace: Workspace) -> tuple[list[SearchSection], list[str]]:
    """A section for each search of the data folder, and why some cannot be shown."""
    sections, unread = [], []
    for name in searches(workspace):
        try:
            search = read(search_folder(workspace, name))
        except (FormatError, StateError) as error:
            unread.append(f"The search {name} cannot be shown: {error}.")
            continue
        if search is not None and any(trial.history for trial in search.trials):
            sections.append(_section(search))
    return sections, unread


def _section(search: Search) -> SearchSection:
    shown = {
        latent: [trial for trial in trials if trial.history]
        for latent, trials in search.by_latent().items()
    }
    bests = {latent: _best(trials) for latent, trials in shown.items()}
    ranked = sorted(
        ((latent, best) for latent, best in bests.items() if best),
        key=lambda pair: search.ranked.index(pair[1]),
    )
    return SearchSection(
        name=search.name,
        summary=_summary(search),
        loss=encoders.MODELS[search.space.model].loss,
        panels=[
            _panel(latent, trials, bests[latent]) for latent, trials in shown.items() if trials
        ],
        bests=[_row(search, latent, best) for latent, best in ranked],
    )


def _best(trials: Sequence[Trial]) -> Trial | None:
    complete = [trial for trial in trials if trial.state is State.complete]
    return min(complete, key=lambda trial: trial.value or 0.0, default=None)


def _panel(latent: str, trials: Sequence[Trial], best: Trial | None) -> Panel:
    found = f" · best {best.best.validation_loss:.4g}" if best and best.best else ""
    return Panel(f"{latent}{found}", [_curve(trial, best=trial is best) for trial in trials])


def _curve(trial: Trial, *, best: bool) -> Curve:
    return Curve(
        [epoch.loss for epoch in trial.history],
        [epoch.validation_loss for epoch in trial.history],
        best=best,
        given_up=trial.state is State.pruned,
    )


def _summary(search: Search) -> str:
    title = encoders.MODELS[search.space.model].title
    choices = "; ".join(
        f"{name.replace('_', ' ')} {', '.join(map(str, values))}"
        for name, values in search.space.choices.items()
    )
    how = "Every combination" if search.sampling == "grid" else "Random points"
    states = Counter(trial.state.value for trial in search.trials)
    ends = ", ".join(f"{number} {state}" for state, number in states.items())
    return (
        f"{how} of a {title}’s {choices}. Of {search.planned} trainings: {ends}. At most "
        f"{search.settings['epochs']} epochs each, seed {search.settings['seed']}."
    )


def _row(search: Search, latent: str, trial: Trial) -> dict[str, Scalar]:
    facts = trial.facts()
    chosen = {name: value for name, value in trial.point.items() if str(value) != latent}
    compared = {search.space.criterion: trial.value} if search.space.judged_by else {}
    speed = trial.spectrograms_per_second
    return {
        "latent": latent,
        **{name.replace("_", " "): value for name, value in chosen.items()},
        "epochs": facts["epochs"],
        "best epoch": facts["best_epoch"],
        "loss": facts["loss"],
        "validation loss": facts["validation_loss"],
        **compared,
        "spectrograms/s": round(speed) if speed else None,
    }
