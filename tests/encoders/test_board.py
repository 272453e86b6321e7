"""TensorBoard's event files, read back with TensorBoard."""

from __future__ import annotations

import importlib.util

import pytest
from encoder_samples import TINY_DESIGN, spectrograms

from songnet import encoders
from songnet.encoders import Epoch, Watch
from songnet.errors import StateError


def read(folder):
    """Tags, and the steps and values of each."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    from tensorboard.util.tensor_util import make_ndarray

    return {
        tag: {event.step: float(make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)}
        for tag in events.Tags()["tensors"]
    }


def test_a_trainings_losses_are_there(tmp_path):
    folder = tmp_path / "logs" / "cae_tiny"
    watch = Watch(on_epoch=encoders.board(folder))
    saved = encoders.train(spectrograms(6), TINY_DESIGN, epochs=3, batch_size=4, watch=watch)
    found = read(folder)
    assert set(found) == {"loss/training", "loss/validation", "spectrograms_per_second"}
    for epoch in saved.history:
        at = {tag: values[epoch.number] for tag, values in found.items()}
        assert at["loss/training"] == pytest.approx(epoch.loss, rel=1e-6)
        assert at["loss/validation"] == pytest.approx(epoch.validation_loss, rel=1e-6)
        speed = epoch.spectrograms_per_second
        assert at["spectrograms_per_second"] == pytest.approx(speed, rel=1e-6)
    assert {tuple(values) for values in found.values()} == {(1, 2, 3)}


def test_what_the_loss_is_made_of_has_curves_of_its_own(tmp_path):
    write = encoders.board(tmp_path)
    for number in (1, 2):
        write(Epoch(number, 5.0, 6.0, 7.0, 8.0, {"kl": number * 0.5}, {"kl": number * 0.25}))
    found = read(tmp_path)
    assert found["kl/training"] == {1: 0.5, 2: 1.0}
    assert found["kl/validation"] == {1: 0.25, 2: 0.5}


def test_where_tensorboard_is_missing_it_says_what_to_install(monkeypatch, tmp_path):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorboard" else there(name)
    )
    with pytest.raises(StateError, match=r"pip install 'songnet\[tensorboard\]'"):
        encoders.board(tmp_path / "logs")
    assert not (tmp_path / "logs").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "logs").write_bytes(b"")
    with pytest.raises(StateError, match="--log-dir .*logs/cae: cannot be written"):
        encoders.board(tmp_path / "logs" / "cae")
