"""Searches: real trainings, a real kill, and the order of events held by a scripted trainer."""

from __future__ import annotations

import dataclasses
import json
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from encoder_samples import TINY_OPTIONS, spectrograms, untrained

from songnet import encoders
from songnet.encoders import MODELS, search
from songnet.encoders._search_record import JOURNAL, LOCK, writing
from songnet.encoders._training import Epoch, Learner, learn
from songnet.errors import EmptyInputError, FormatError, StateError
from songnet.model import fingerprint

ASTRAY = 1e30
ASKED = {"batch_size": [5], "activation": ["relu"], "learning_rate": [0.001, ASTRAY, 0.01]}
SOUNDS = spectrograms(10)


def make(folder, asked=ASKED, *, sounds=SOUNDS, trials=None, watch=search.NOBODY, **settings):
    settings = {"epochs": 3, **settings}
    chosen = search.space("cae", asked, TINY_OPTIONS)
    plan = search.Plan(chosen, MODELS["cae"].settings(len(sounds.songs), **settings), trials)
    return search.run(sounds, plan, folder, name="tiny", watch=watch)


def timeless(found):
    """What a search says, without what depends on the clock."""
    facts = found.facts()
    for trial in facts["trials"]:
        del trial["seconds"], trial["spectrograms_per_second"]
    return facts


# --- real trainings -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A search of three trainings, of which the second goes astray, and its folder."""
    folder = tmp_path_factory.mktemp("searches") / "tiny"
    return make(folder), folder


def test_trainings_are_those_that_train_makes_by_itself(made):
    found, folder = made
    for trial in (found.trials[0], found.trials[2]):
        alone = encoders.train(
            SOUNDS,
            encoders.cae.design({**TINY_OPTIONS, "activation": "relu"}),
            epochs=3,
            batch_size=5,
            learning_rate=trial.point["learning_rate"],
        )
        assert trial.fingerprint == alone.fingerprint
        losses = [(epoch.loss, epoch.validation_loss) for epoch in alone.history]
        assert [(epoch.loss, epoch.validation_loss) for epoch in trial.history] == losses
        assert trial.value == trial.best.validation_loss == min(loss for _, loss in losses)
    assert search.best_encoder(found, folder).fingerprint == found.best.fingerprint
    assert search.best_encoder(found, folder).name == "tiny"


def test_the_table_is_by_value_and_what_went_astray_stands_last(made):
    found, _ = made
    assert [trial.state.value for trial in found.trials] == ["complete", "failed", "complete"]
    values = [trial.value for trial in found.ranked]
    assert values[:2] == sorted(values[:2])
    assert values[2] is None
    assert found.best is found.ranked[0]
    assert "went astray in epoch" in found.trials[1].error


def test_json_says_all_of_it(made):
    found, _ = made
    facts = json.loads(json.dumps(found.facts()))
    assert facts["schema"] == "songnet.encoders.search/1"
    assert facts["best"] == facts["trials"][0]["trial"] == found.best.number
    assert facts["choices"] == ASKED
    assert facts["fixed"] == {"filters": [4, 2], "pooling": [4, 6]}
    assert facts["settings"]["epochs"] == 3
    first = facts["trials"][0]
    assert first["design"] == {"activation": "relu"}
    assert first["settings"] == {
        "batch_size": 5,
        "learning_rate": found.best.point["learning_rate"],
    }
    assert (
        first["epochs"] == len(first["history"]["loss"]) == len(first["history"]["val_loss"]) == 3
    )
    assert first["history"]["val_loss"][first["best_epoch"] - 1] == first["validation_loss"]
    assert first["seconds"] > 0
    assert first["spectrograms_per_second"] > 0


def test_optunas_own_tools_read_the_journal(made):
    import optuna

    found, folder = made
    backend = optuna.storages.journal.JournalFileBackend(str(folder / JOURNAL))
    study = optuna.load_study(study_name="tiny", storage=optuna.storages.JournalStorage(backend))
    assert study.best_value == found.best.value
    assert study.best_params["learning_rate"] == found.best.point["learning_rate"]
    for ours, theirs in zip(found.trials, study.trials, strict=True):
        losses = {epoch.number: epoch.validation_loss for epoch in ours.history}
        assert theirs.intermediate_values == losses


def test_what_was_made_is_not_made_again(made):
    found, folder = made
    begun = []
    again = make(folder, watch=search.Watch(on_begin=lambda *told: begun.append(told)))
    assert begun == []
    assert again.facts() == found.facts() == search.read(folder).facts()


def test_a_killed_search_ends_as_if_it_had_not_been(made, tmp_path):
    """SIGKILL in the second epoch of the last training."""
    whole, _ = made
    folder = tmp_path / "tiny"
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_search import Path, make, search
def on_batch(past, done, of, loss):
    if number == 3 and past == 1:
        os.kill(os.getpid(), signal.SIGKILL)
def on_begin(begun, point):
    global number
    number = begun
make(Path({str(folder)!r}), watch=search.Watch(on_begin, on_batch))
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = search.read(folder)
    assert [trial.state.value for trial in left.trials] == ["complete", "failed", "unfinished"]
    past_epochs, begun = [], []
    watch = search.Watch(
        on_begin=lambda number, _: begun.append(number),
        on_batch=lambda past, *_: past_epochs.append(past),
    )
    assert timeless(make(folder, watch=watch)) == timeless(whole)
    assert begun == [3]
    assert min(past_epochs) == 1  # the first epoch was kept
    assert {path.name for path in folder.iterdir()} == {JOURNAL, LOCK, "best"}


def test_variational_trainings_are_compared_by_what_beta_does_not_change(tmp_path):
    asked = {"latent": ["2"], "beta": [0.5, 4.0], "dropout": [0.0], "batch_size": [5],
             "learning_rate": [0.001]}  # fmt: skip
    plan = search.Plan(
        search.space("vae", asked, TINY_OPTIONS), MODELS["vae"].settings(10, epochs=1)
    )
    found = search.run(SOUNDS, plan, tmp_path / "v", name="v")
    for trial in found.trials:
        terms = trial.best.validation_terms
        assert trial.value == pytest.approx(terms["nll"] + terms["kl"], rel=1e-12)
        assert trial.value != trial.best.validation_loss
    assert found.space.criterion == "nll + kl"
    assert list(found.by_latent()) == ["2"]


# --- the order of events, with a trainer made of numbers ------------------------------------------


def losses_of(rate, epochs):
    """Falls to a floor that the rate decides: 0.01 is best."""
    floor = 1 + abs(np.log10(rate) + 2)
    return [float(floor + 2.0 / epoch) for epoch in range(1, epochs + 1)]


def scripted(sounds, design, *, name, checkpoint, watch, groups=None, content=None, **settings):
    """`train`, with the real loop and checkpoints around a script of losses."""
    hyper = encoders.Hyperparameters(**settings)
    state = {"epoch": 0}
    losses = losses_of(hyper.learning_rate, hyper.epochs)

    def step(batch, epoch, number, rate):
        state["epoch"] = epoch
        return {"loss": losses[epoch] + 1}

    learner = Learner(
        step=step,
        evaluate=lambda: {"loss": losses[state["epoch"]]},
        weights=lambda: untrained().weights,
        snapshot=lambda: {"epoch": np.array([state["epoch"]])},
        restore=lambda kept: state.update(epoch=int(kept["epoch"][0])),
        batches=lambda _: iter([(np.zeros((2, 1)), None)]),
        spectrograms=2,
    )
    identity = fingerprint([str(design.facts()), str(hyper.facts())])
    start = checkpoint.start(identity)
    checkpoint.seconds_between = 0.0
    watch = dataclasses.replace(watch, on_progress=lambda told: checkpoint.keep(identity, told))
    history, weights = learn(learner, hyper, watch=watch, start=start)
    return dataclasses.replace(
        untrained(weights=weights), name=name, design=design, hyperparameters=hyper, history=history
    )


@pytest.fixture
def trainer(monkeypatch):
    monkeypatch.setattr("songnet.encoders._search_trial.train", scripted)


RATES = {"batch_size": [5], "activation": ["relu"], "learning_rate": [1e-5, 0.1]}


def test_a_random_search_gives_up_what_is_above_the_median(trainer, tmp_path):
    found = make(tmp_path / "s", RATES, trials=30, epochs=20)
    complete = []
    for trial in found.trials:
        losses = losses_of(trial.point["learning_rate"], 20)
        pruned_at = None
        if len(complete) >= 4:  # judged from the second epoch on, a tenth of twenty
            for epoch in range(2, 20):
                median = np.median([others[epoch - 1] for others in complete])
                if min(losses[:epoch]) > median:
                    pruned_at = epoch
                    break
        if pruned_at is None:
            complete.append(losses)
            assert trial.state.value == "complete"
        else:
            assert trial.state.value == "pruned"
            assert len(trial.history) == pruned_at
        assert [epoch.validation_loss for epoch in trial.history] == losses[:pruned_at]
    states = [trial.state.value for trial in found.trials]
    assert states.count("pruned") >= 5
    assert states.count("complete") >= 5
    assert found.best.value == min(losses[-1] for losses in complete)


def test_a_grid_gives_nothing_up(trainer, tmp_path):
    rates = {**RATES, "learning_rate": [0.01] * 1 + [10.0**-n for n in range(3, 12)]}
    found = make(tmp_path / "s", rates, epochs=12)
    assert {trial.state.value for trial in found.trials} == {"complete"}


class StoppedError(Exception):
    """Stands for whatever ends a process."""


def stopping(after):
    """A watch that stops the search at a step."""
    steps = []

    def on_batch(*_):
        steps.append(1)
        if len(steps) == after:
            raise StoppedError

    return search.Watch(on_batch=on_batch)


def test_a_random_search_may_be_interrupted_anywhere(trainer, tmp_path):
    """Stopped every few steps until it is through, in every rhythm."""
    whole = timeless(make(tmp_path / "whole", RATES, trials=9, epochs=4))
    assert "pruned" in {trial["state"] for trial in whole["trials"]}
    for rhythm in (2, 3, 7):
        folder = tmp_path / f"stopped{rhythm}"
        for _ in range(60):
            try:
                found = make(folder, RATES, trials=9, epochs=4, watch=stopping(rhythm))
                break
            except StoppedError:
                continue
        assert timeless(found) == whole
        assert search.best_encoder(found, folder).fingerprint == found.best.fingerprint


@pytest.mark.parametrize("event", ["begin", "complete", "prune"])
def test_a_search_may_end_between_any_two_writes(trainer, tmp_path, monkeypatch, event):
    """Nothing that is kept in two places disagrees for good."""
    whole = timeless(make(tmp_path / "whole", RATES, trials=9, epochs=4))
    from songnet.encoders._search_record import Record

    real = getattr(Record, event)
    for when in ("before", "after"):
        folder = tmp_path / when
        fails = {2, 4} if event != "prune" else {1, 2}
        calls = []

        def broken(self, *given, calls=calls, fails=fails, when=when):
            calls.append(1)
            if len(calls) in fails and when == "before":
                raise StoppedError
            result = real(self, *given)
            if len(calls) in fails:
                raise StoppedError
            return result

        monkeypatch.setattr(Record, event, broken)
        for _ in range(3):
            try:
                found = make(folder, RATES, trials=9, epochs=4)
            except StoppedError:
                continue
        assert len(calls) >= max(fails)
        assert timeless(found) == whole
        assert search.best_encoder(found, folder).fingerprint == found.best.fingerprint


def test_more_random_trainings_go_on_with_those_that_were_made(trainer, tmp_path):
    make(tmp_path / "s", RATES, trials=3)
    begun = []
    found = make(tmp_path / "s", RATES, trials=6,
                 watch=search.Watch(on_begin=lambda number, _: begun.append(number)))  # fmt: skip
    assert begun == [4, 5, 6]
    assert timeless(found) == timeless(make(tmp_path / "whole", RATES, trials=6))
    assert len(make(tmp_path / "s", RATES, trials=2).trials) == 6


def test_the_best_so_far_is_kept_while_the_search_runs(trainer, tmp_path):
    rates = {**RATES, "learning_rate": [0.1, 0.01, 0.001]}
    kept = []
    watch = search.Watch(
        on_end=lambda found: kept.append(search.best_encoder(found, tmp_path / "s"))
    )
    make(tmp_path / "s", rates, watch=watch)
    assert [saved.hyperparameters.learning_rate for saved in kept] == [0.1, 0.01, 0.01]


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture
def small(trainer, tmp_path):
    make(tmp_path / "s", RATES)
    return tmp_path / "s"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"asked": {**RATES, "batch_size": [5, 10]}}, "begun with batch_size 5, not 5,10"),
        ({"asked": {**RATES, "learning_rate": [0.1]}}, "learning_rate 1e-05,0.1, not 0.1"),
        ({"epochs": 4}, "begun with epochs 3, not 4"),
        ({"seed": 1}, "begun with seed 0, not 1"),
        ({"trials": 3}, "begun with sampling grid, not random"),
        ({"sounds": spectrograms(11)}, "begun with other songs, so that losses would not compare"),
        ({"precision": "mixed_bfloat16"}, "begun with precision unset, not mixed_bfloat16"),
    ],
)
def test_another_search_of_the_same_name_is_refused(small, changes, said):
    before = (small / JOURNAL).read_bytes()
    with pytest.raises(StateError, match=said) as refused:
        make(small, **{"asked": RATES, **changes})
    assert "choose another --name, or remove" in str(refused.value)
    assert (small / JOURNAL).read_bytes() == before


def test_two_processes_do_not_make_one_search(small):
    chosen = search.space("cae", RATES, TINY_OPTIONS)
    plan = search.Plan(chosen, MODELS["cae"].settings(10, epochs=3))
    with (small / LOCK).open("wb") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        with (
            pytest.raises(StateError, match="another process is making the search 'tiny'"),
            writing(small, "tiny", plan, "data"),
        ):
            pass
    make(small, RATES)


def test_a_line_that_was_not_written_whole_is_cut_off(small):
    whole = (small / JOURNAL).read_bytes()
    lines = whole.splitlines(keepends=True)
    before = search.read(small).facts()
    for cut in range(1, len(lines[-1]) + len(lines[-2]), 17):
        (small / JOURNAL).write_bytes(whole[:-cut])
        assert len(search.read(small).trials) == len(before["trials"])  # read while it is written
        found = make(small, RATES)
        assert timeless(found)["trials"] == [
            {key: value for key, value in trial.items() if "second" not in key}
            for trial in before["trials"]
        ]
        assert (small / JOURNAL).read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"nonsense\n" + data,
        lambda data: data.replace(b'"op_code":4', b'"op_code":99', 1),
        lambda data: b"".join(
            line for line in data.splitlines(keepends=True) if b'"history"' not in line
        ),
        lambda data: data.replace(b'"point"', b'"paint"'),
        lambda data: data.replace(b'"fixed"', b'"fixes"'),
        lambda data: data.replace(b'"validation_loss":', b'"validation":', 1),
        lambda data: data.replace(b"{", b"[", 3),
        lambda data: b"\x00" * 100 + b"\n" + data,
    ],
)
def test_a_damaged_record_is_called_so(small, damage):
    (small / JOURNAL).write_bytes(damage((small / JOURNAL).read_bytes()))
    for use in (lambda: search.read(small), lambda: make(small, RATES)):
        with pytest.raises(FormatError, match="is a damaged record of a search: remove") as refused:
            use()
        assert "\n" not in str(refused.value)


def test_a_record_of_another_schema_is_refused(small):
    data = (small / JOURNAL).read_bytes()
    (small / JOURNAL).write_bytes(data.replace(b"songnet.search/1", b"songnet.search/9"))
    for use in (lambda: search.read(small), lambda: make(small, RATES)):
        with pytest.raises(FormatError, match="use the songnet that wrote it"):
            use()


def test_an_encoder_that_is_not_the_records_is_not_given(small):
    found = search.read(small)
    encoders.save(untrained(seed=5), small / "best")
    with pytest.raises(StateError, match="does not hold the best encoder of the search 'tiny'"):
        search.best_encoder(found, small)
    shutil.rmtree(small / "best")
    with pytest.raises(StateError, match="there is no such encoder"):
        search.best_encoder(found, small)


def test_a_search_that_never_began_is_none(tmp_path):
    assert search.read(tmp_path / "nothing") is None


def test_too_few_songs_are_refused_before_anything_is_made(tmp_path):
    with pytest.raises(EmptyInputError, match="at least 5 songs"):
        make(tmp_path / "s", sounds=spectrograms(4))
    assert not (tmp_path / "s").exists()


def test_without_optuna_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    for use in (lambda: make(tmp_path / "s"), lambda: search.read(tmp_path)):
        with pytest.raises(StateError, match=r"pip install 'songnet\[search\]'"):
            use()
    assert not (tmp_path / "s").exists()


def test_optuna_is_silent_and_its_log_as_before(trainer, tmp_path, capfd):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.INFO)
    make(tmp_path / "s", RATES)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == optuna.logging.INFO


def test_a_folder_that_cannot_be_written_is_one_line(trainer, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be written"):
        make(tmp_path / "file" / "s", RATES)


def test_a_full_disk_is_one_line_and_the_search_goes_on_when_there_is_room(trainer, tmp_path):
    """The journal reaches a limit in the middle of a line."""
    whole = timeless(make(tmp_path / "whole", RATES))
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(number, _):
        if number == 2:
            size = (tmp_path / "s" / JOURNAL).stat().st_size + 30
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))

    try:
        with pytest.raises(StateError, match="cannot be written: File too large; what was fin"):
            make(tmp_path / "s", RATES, watch=search.Watch(on_begin=limit))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert not (tmp_path / "s" / JOURNAL).read_bytes().endswith(b"\n")
    assert timeless(make(tmp_path / "s", RATES)) == whole


def test_what_a_killed_process_was_about_to_rename_goes(small):
    (small / ".training.safetensors.abc.part").write_bytes(b"half")
    (small / ".best.new-abc").mkdir()
    make(small, RATES)
    assert sorted(path.name for path in small.iterdir()) == ["best", LOCK, JOURNAL]


def test_an_epoch_is_judged_by_its_terms_or_its_loss():
    epoch = Epoch(1, 5.0, 4.0, 1.0, 1.0, {}, {"nll": 3.0, "kl": 0.5})
    assert search.SPACES["cae"].judge(epoch) == 4.0
    assert search.SPACES["vae"].judge(epoch) == 3.5
