"""Going on with a training that was interrupted: it ends as if it had never stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from encoder_samples import TINY_DESIGN, InMemory, spectrograms
from safetensors.numpy import load_file, save_file

from songnet import encoders
from songnet.encoders import Checkpoint, Epoch, Watch, _keras
from songnet.encoders._checkpoint import SCHEMA, read_state
from songnet.encoders._data import split
from songnet.encoders._training import Progressed
from songnet.errors import FormatError, InputError, StateError
from songnet.model import object_array

QUICK = {"batch_size": 4, "learning_rate": 0.01, "epochs": 5}
IDENTITY = "of this training"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training" / "cae_tiny.safetensors"


def train(source, *, checkpoint=None, watch=encoders.Watch(), **settings):  # noqa: B008
    return encoders.train(
        source, TINY_DESIGN, checkpoint=checkpoint, watch=watch, **{**QUICK, **settings}
    )


def interrupted(path, source, after, *, resume=False, **settings):
    """A training that is stopped after an epoch, as by Ctrl-C."""

    def stop(epoch):
        if epoch.number == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(
            source,
            checkpoint=Checkpoint(path, resume=resume, seconds_between=0),
            watch=Watch(on_epoch=stop),
            **settings,
        )


def resumed(path, source, watch=encoders.Watch(), **settings):  # noqa: B008
    return train(source, checkpoint=Checkpoint(path, resume=True), watch=watch, **settings)


def losses(saved):
    return [(epoch.number, epoch.loss, epoch.validation_loss) for epoch in saved.history]


def assert_same(saved, whole):
    assert losses(saved) == losses(whole)
    assert saved.fingerprint == whole.fingerprint
    assert all(np.array_equal(saved.weights[name], whole.weights[name]) for name in whole.weights)
    assert saved.best.number == whole.best.number


@pytest.fixture(scope="module")
def whole():
    return train(spectrograms(8))


@pytest.mark.parametrize("after", [1, 3, 5])
def test_it_ends_as_if_it_had_not_been_interrupted(path, whole, after):
    source = spectrograms(8)
    interrupted(path, source, after)
    heard = []
    saved = resumed(path, source, Watch(on_epoch=heard.append))
    assert_same(saved, whole)
    assert [epoch.number for epoch in heard] == list(range(after + 1, 6))


def test_it_can_be_interrupted_in_mid_epoch_and_again(path, whole):
    source, steps = spectrograms(8), []

    def stop(past, done, of, loss):
        steps.append((past, done, of))
        if past == 2:
            raise KeyboardInterrupt

    checkpoint = Checkpoint(path, seconds_between=0)
    with pytest.raises(KeyboardInterrupt):
        train(source, checkpoint=checkpoint, watch=Watch(on_batch=stop))
    assert steps[-1] == (2, 4, 7)  # one of two steps
    interrupted(path, source, 4, resume=True)
    assert_same(resumed(path, source), whole)


def darkness_held_back(seed=0):
    """What is held back is black and the rest is not: learning makes the former worse."""
    source = spectrograms(10)
    held = split(source.songs, None, validation=0.15, seed=seed).validation
    source.pixels[held] = 0
    return source


def test_early_stopping_and_the_best_weights_survive(path):
    source, settings = darkness_held_back(), {"epochs": 30, "patience": 3}
    whole = train(source, **settings)
    assert whole.best.number < len(whole.history) < 30
    for after in (whole.best.number + 1, len(whole.history)):
        interrupted(path, source, after, **settings)
        assert_same(resumed(path, source, **settings), whole)


@pytest.mark.parametrize("settings", [
    {"schedule": "cosine", "weight_decay": 0.1, "seed": 2**32 - 1},
    {"precision": "mixed_float16"},
])  # fmt: skip
def test_schedules_decay_and_precision_survive(path, settings):
    source, settings = spectrograms(6), {"epochs": 3, **settings}
    whole = train(source, **settings)
    interrupted(path, source, 2, **settings)
    assert_same(resumed(path, source, **settings), whole)


RANDOM = {
    "vae": {"latent": 2, "filters": (4, 2), "pooling": (4, 6), "dropout": 0.3, "warmup": 3},
    "contrastive": {"filters": (4, 4), "dimensions": 4},
}


@pytest.mark.parametrize("kind", RANDOM)
def test_dropout_draws_and_augmentation_go_on_where_they_were(path, kind):
    source, design = spectrograms(8, clips=2), encoders.MODELS[kind].asked_design(RANDOM[kind])
    settings = {"epochs": 3, "batch_size": 4}

    def stop(epoch):
        raise KeyboardInterrupt

    whole = encoders.train(source, design, **settings)
    checkpoint = Checkpoint(path, seconds_between=0)
    with pytest.raises(KeyboardInterrupt):
        encoders.train(
            source, design, checkpoint=checkpoint, watch=Watch(on_epoch=stop), **settings
        )
    saved = encoders.train(source, design, checkpoint=Checkpoint(path, resume=True), **settings)
    assert_same(saved, whole)
    assert [epoch.terms for epoch in saved.history] == [epoch.terms for epoch in whole.history]


SCRIPT = """
import json, sys
sys.path.insert(0, {samples!r})
from pathlib import Path
from encoder_samples import TINY_DESIGN, spectrograms
from songnet import encoders

def tell(past, done, of, loss):
    if (past, done) == (2, 4) and {blocks}:
        print("in mid-epoch", flush=True)
        sys.stdin.read()

saved = encoders.train(
    spectrograms(8), TINY_DESIGN, epochs=5, batch_size=4, learning_rate=0.01,
    checkpoint=encoders.Checkpoint(Path({path!r}), resume={resume}, seconds_between=0),
    watch=encoders.Watch(on_batch=tell),
)
print(json.dumps([saved.fingerprint, *[[e.loss, e.validation_loss] for e in saved.history]]))
"""


def process(path, *, blocks=False, resume=False):
    samples = str(Path(__file__).parent)
    script = SCRIPT.format(samples=samples, path=str(path), blocks=blocks, resume=resume)
    return subprocess.Popen(
        [sys.executable, "-c", script], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def test_a_killed_process_is_taken_up_by_another(path, tmp_path):
    victim, undisturbed = process(path, blocks=True), process(tmp_path / "undisturbed.safetensors")
    with victim, undisturbed:
        assert victim.stdout.readline() == "in mid-epoch\n"
        victim.send_signal(signal.SIGKILL)
        assert victim.wait() == -signal.SIGKILL
        expected, _ = undisturbed.communicate()
    _, state = read_state(path)
    assert len(state.history) == 2
    with process(path, resume=True) as survivor:
        found, _ = survivor.communicate()
    assert json.loads(found) == json.loads(expected)
    assert len(json.loads(found)) == 1 + 5


@pytest.fixture(scope="module")
def halfway(tmp_path_factory):
    """The state of a training after its first epoch."""
    path = tmp_path_factory.mktemp("halfway") / "state.safetensors"
    interrupted(path, spectrograms(8), 1, content=object_array("abcdefgh"))
    return path


@pytest.mark.parametrize("change", [
    {"batch_size": 3}, {"epochs": 6}, {"learning_rate": 0.011}, {"patience": 9}, {"seed": 1},
    {"validation": 0.3}, {"schedule": "cosine"}, {"precision": "mixed_bfloat16"},
    {"content": object_array("abcdefgX")}, {"content": None},
    {"groups": object_array("aabbccdd")},
])  # fmt: skip
def test_a_training_of_other_settings_is_refused(halfway, change):
    changed = {"content": object_array("abcdefgh"), **change}
    with pytest.raises(
        StateError, match="was of other songs, settings or versions.*--resume"
    ) as no:
        resumed(halfway, spectrograms(8), **changed)
    assert "\n" not in str(no.value)


def test_a_training_of_other_songs_is_refused(halfway):
    source = spectrograms(8)
    names = source.songs.copy()
    names[-1] = "file:zzz.ogg"
    for other in (
        InMemory(names, source.clips, source.pixels),
        InMemory(source.songs, source.clips + 1, source.pixels),
        spectrograms(5, clips=2),
    ):
        with pytest.raises(StateError, match="other songs"):
            resumed(halfway, other, content=object_array("abcdefgh"))


def test_a_training_of_another_design_or_version_is_refused(halfway, monkeypatch):
    content = object_array("abcdefgh")
    other = encoders.cae.design({"filters": (4, 2), "pooling": (4, 6), "activation": "sigmoid"})
    checkpoint = Checkpoint(halfway, resume=True)
    with pytest.raises(StateError, match="other songs, settings"):
        encoders.train(spectrograms(8), other, checkpoint=checkpoint, content=content, **QUICK)
    versions = {**_keras.versions(), "keras": "99"}
    monkeypatch.setattr(_keras, "versions", lambda: versions)
    with pytest.raises(StateError, match="versions"):
        resumed(halfway, spectrograms(8), content=content)


def progressed(**state):
    history = (
        Epoch(1, 0.5, 0.25, 10.0, 1.0, {"nll": 0.1}, {"nll": 0.2}),
        Epoch(2, 1 / 3, 0.1 + 0.2, 10.0, 1.0, {"nll": 0.1}, {"nll": 0.2}),
    )
    kept = {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}
    return Progressed(history, kept, {"scale": np.array(3, np.float32), **state})


def test_what_is_kept_is_read_back_as_it_was(path):
    big = np.arange(12, dtype=np.int64).reshape(3, 4)
    given = progressed(turned=big.T, count=np.array(2**40), none=np.empty((0, 2)))
    Checkpoint(path).keep(IDENTITY, lambda: given)
    identity, found = read_state(path)
    assert identity == IDENTITY
    assert found.history == given.history
    for before, after in ((given.kept, found.kept), (given.state, found.state)):
        assert before.keys() == after.keys()
        for name, value in before.items():
            assert (after[name].dtype, after[name].shape) == (value.dtype, value.shape)
            assert np.array_equal(after[name], value)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_it_is_not_written_more_often_than_is_wanted(path):
    asked = []

    def state():
        asked.append(1)
        return progressed()

    for seconds, times in ((1e6, 1), (0, 3)):
        asked.clear()
        checkpoint = Checkpoint(path, seconds_between=seconds)
        for _ in range(3):
            checkpoint.keep(IDENTITY, state)
        assert len(asked) == times  # else the weights are not even copied


def test_where_there_is_nothing_to_go_on_from_it_begins(path, whole):
    assert Checkpoint(path, resume=True).start(IDENTITY) is None
    assert_same(resumed(path, spectrograms(8)), whole)


def test_without_resume_the_file_is_ignored_and_replaced(path, whole):
    path.parent.mkdir()
    path.write_bytes(b"of another time")
    saved = train(spectrograms(8), checkpoint=Checkpoint(path, seconds_between=0))
    assert_same(saved, whole)
    assert read_state(path)[1].history == saved.history
    interrupted(path, spectrograms(8), 1, seed=3)  # of another training, no complaint
    assert len(read_state(path)[1].history) == 1


def test_it_is_forgotten_when_all_is_done(path):
    checkpoint = Checkpoint(path)
    checkpoint.keep(IDENTITY, progressed)
    checkpoint.remove()
    assert not path.exists()
    checkpoint.remove()


def damaged(path):
    """What can be done to a file of a training's state, by name."""
    data = path.read_bytes()
    tensors = load_file(path)
    sound = {"schema": SCHEMA, "identity": IDENTITY, "history": "[]"}

    def flipped(place):
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    def with_metadata(metadata):
        save_file(tensors, path, metadata=metadata)
        return path.read_bytes()

    return {
        "empty": b"",
        "short": data[:7],
        "half": data[: len(data) // 2],
        "one byte less": data[:-1],
        "a bit of the last number": flipped(len(data) - 1),
        "a bit of the header's length": flipped(1),
        "a bit of the history": flipped(data.index(b"validation_loss") + 20),
        "a bit of the identity": flipped(data.index(IDENTITY.encode())),
        "text": b"not a training\n" * 50,
        "pickle": b"\x80\x04K\x01." * 50,
        "no metadata": with_metadata(None),
        "another schema": with_metadata({**sound, "schema": "songnet.training/2"}),
        "an encoder": with_metadata({"schema": "songnet.encoder/1"}),
        "no fingerprint": with_metadata(sound),
        "no identity": with_metadata({"schema": SCHEMA, "history": "[]"}),
    }


@pytest.fixture
def written(path):
    Checkpoint(path).keep(IDENTITY, progressed)
    return path


@pytest.mark.parametrize("damage", [
    "empty", "short", "half", "one byte less", "a bit of the last number",
    "a bit of the header's length", "a bit of the history", "a bit of the identity", "text",
    "pickle", "no metadata", "another schema", "an encoder", "no fingerprint", "no identity",
])  # fmt: skip
def test_a_damaged_or_foreign_file_is_refused_in_one_line(written, damage):
    written.write_bytes(damaged(written)[damage])
    with pytest.raises(FormatError, match="training state.*remove the file") as refused:
        Checkpoint(written, resume=True).start(IDENTITY)
    assert "\n" not in str(refused.value)
    assert str(written) in str(refused.value)


def test_a_folder_in_its_place_is_refused(path):
    path.mkdir(parents=True)
    with pytest.raises(FormatError, match="remove the file"):
        Checkpoint(path, resume=True).start(IDENTITY)


def test_a_file_in_the_folders_place_is_said(tmp_path):
    (tmp_path / "training").write_bytes(b"")
    with pytest.raises(StateError, match="cannot make the folder .*training: File exists"):
        Checkpoint(tmp_path / "training" / "state").keep(IDENTITY, progressed)


def test_a_full_disk_leaves_the_older_state(written, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("songnet.files.os.fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        Checkpoint(written).keep("newer", progressed)
    assert read_state(written)[0] == IDENTITY
