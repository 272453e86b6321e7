"""TensorBoard: the losses of every epoch as event files."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from songnet.encoders import _keras
from songnet.encoders._training import Epoch
from songnet.errors import StateError


def board(folder: Path) -> Callable[[Epoch], None]:
    """A function that writes an epoch's losses and speed to event files in `folder`.

    Raises
    ------
    StateError
        TensorBoard is not installed; the folder cannot be written.
    """
    if importlib.util.find_spec("tensorboard") is None:
        raise StateError("--log-dir needs TensorBoard: pip install 'songnet[tensorboard]'")
    _, tf = _keras.load()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writer = tf.summary.create_file_writer(str(folder))
    except (OSError, tf.errors.OpError) as error:
        raise StateError(f"--log-dir {folder}: cannot be written") from error

    def write(epoch: Epoch) -> None:
        with writer.as_default(step=epoch.number):
            for name, value in _scalars(epoch).items():
                tf.summary.scalar(name, value)
        writer.flush()

    return write


def _scalars(epoch: Epoch) -> dict[str, float]:
    return {
        "loss/training": epoch.loss,
        "loss/validation": epoch.validation_loss,
        "spectrograms_per_second": epoch.spectrograms_per_second,
        **{f"{name}/training": value for name, value in epoch.terms.items()},
        **{f"{name}/validation": value for name, value in epoch.validation_terms.items()},
    }
