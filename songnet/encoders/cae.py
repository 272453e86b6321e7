"""The study's convolutional autoencoder.

An encoder of 3x3 convolutions, each followed by max pooling; a decoder that is its mirror image,
each convolution followed by upsampling; a last, linear convolution gives the picture back. It
learns to make the mean squared error of the pixels small, by Adam. A song's vector is the
flattened latent map between the two.

Source: T. Farnan, A. Dantuluri, S. Bose, *SongNet* (2020); D. P. Kingma, J. Ba, *Adam* (2015);
X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*
(2010), for the first weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._architecture import Architecture
from songnet.encoders._cae_model import (
    build,
    compile_pixels,
    get_weights,
    initial_weights,
    scaled,
    set_weights,
)
from songnet.encoders._data import (
    Pixels,
    Spectrograms,
    Split,
    cached,
    check_rows,
    checked_pixels,
    in_order,
    read_pixels,
    shuffled,
    split,
)
from songnet.encoders._saved import Holdout, Saved, default_name
from songnet.encoders._settings import EPOCHS, Hyperparameters, check_activation
from songnet.encoders._training import Epoch, Learner, learn
from songnet.errors import InputError
from songnet.model import Ids, Ints, Vectors
from songnet.names import check_encoder_name

KIND = "cae"
APPLY_BATCH = 64


def train(
    spectrograms: Spectrograms,
    *,
    architecture: Architecture,
    activation: str = "relu",
    epochs: int = EPOCHS,
    batch_size: int = 10,
    learning_rate: float = 0.0005,
    validation: float = 0.15,
    patience: int = 10,
    seed: int = 0,
    groups: Ids | None = None,
    name: str | None = None,
    on_epoch: Callable[[Epoch], None] | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> Saved:
    """Train an autoencoder on spectrograms.

    The same spectrograms and seed give the same weights on the same machine and versions.

    Parameters
    ----------
    spectrograms
        Of at least 5 songs.
    architecture, activation
        See `build`.
    epochs, batch_size, learning_rate, patience, seed
        See `Hyperparameters`.
    validation
        The share of songs that is held back to see when to stop.
    groups
        The recording each row was cut from, object (n,), None or empty where unknown; clips of one
        recording, like those of one song, are all learnt from or all held back.
    name
        The encoder's name; default ``cae_`` and the latent's.
    on_epoch
        Called after every epoch.
    on_batch
        Called after every step with the epoch's spectrograms done and in total.

    Raises
    ------
    UsageError
        A setting out of range.
    EmptyInputError
        Fewer than 5 songs, or all of one recording.
    StateError
        The loss is not finite: the learning rate is too high.
    """
    check_activation(activation)
    name = check_encoder_name(name or default_name(KIND, architecture))
    settings = Hyperparameters(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        validation=validation,
        patience=patience,
        seed=seed,
    )
    check_rows(spectrograms)
    sides = split(spectrograms.songs, groups, validation=validation, seed=seed)
    learner = _learner(cached(spectrograms), sides, architecture, activation, settings)
    history, weights = learn(learner, settings, on_epoch=on_epoch, on_batch=on_batch)
    return Saved(
        name=name,
        kind=KIND,
        architecture=architecture,
        activation=activation,
        weights=weights,
        hyperparameters=settings,
        holdout=_holdout(spectrograms.songs, sides),
        history=history,
        versions=_keras.versions(),
    )


def _holdout(songs: Ids, sides: Split) -> Holdout:
    return Holdout(
        by=sides.by,
        training_spectrograms=len(sides.training),
        validation_spectrograms=len(sides.validation),
        training_songs=len(np.unique(songs[sides.training])),
        validation_songs=tuple(np.unique(songs[sides.validation])),
    )


def _learner(
    spectrograms: Spectrograms,
    sides: Split,
    architecture: Architecture,
    activation: str,
    settings: Hyperparameters,
) -> Learner:
    model, _ = build(architecture, activation)
    set_weights(model, initial_weights(architecture, seed=settings.seed))
    error = _error(model)
    random = np.random.default_rng([settings.seed, 2])

    def batches() -> Iterator[Pixels]:
        return shuffled(spectrograms, sides.training, settings.batch_size, random)

    return Learner(
        step=_step(model, settings.learning_rate),
        evaluate=lambda: _mean_error(error, spectrograms, sides.validation),
        weights=lambda: get_weights(model),
        batches=batches,
        spectrograms=len(sides.training),
    )


def _step(model: Any, learning_rate: float) -> Callable[[Pixels], float]:
    """One step of Adam down the gradient of the mean squared error."""
    keras, tf = _keras.load()
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)

    def step(pixels: Any) -> Any:
        picture = scaled(tf, pixels)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(picture, training=True) - picture))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    compiled = compile_pixels(tf, step)
    return lambda pixels: float(compiled(pixels))


def _error(model: Any) -> Callable[[Pixels], float]:
    """The mean squared error of a batch, without learning."""
    _, tf = _keras.load()

    def error(pixels: Any) -> Any:
        picture = scaled(tf, pixels)
        return tf.reduce_mean(tf.square(model(picture, training=False) - picture))

    compiled = compile_pixels(tf, error)
    return lambda pixels: float(compiled(pixels))


def _mean_error(error: Callable[[Pixels], float], spectrograms: Spectrograms, rows: Ints) -> float:
    batches = (read_pixels(spectrograms, batch) for batch in in_order(rows, APPLY_BATCH))
    return sum(error(pixels) * len(pixels) for pixels in batches) / len(rows)


def encode(
    saved: Saved,
    spectrograms: Spectrograms,
    *,
    batch_size: int = APPLY_BATCH,
    songs: Ids | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> Vectors:
    """The latent of every song: the mean over its clips.

    Parameters
    ----------
    saved
        A trained encoder.
    spectrograms
        Read in order, a batch at a time.
    songs
        Only these; default: all.
    on_batch
        Called after every batch with the spectrograms done and in total.

    Returns
    -------
    Vectors
        float32 (songs, latent size), under the encoder's name.

    Raises
    ------
    EmptyInputError
        No spectrograms.
    InputError
        `songs` without a spectrogram; a latent that is not finite.
    """
    check_rows(spectrograms)
    rows = _rows_of(spectrograms, songs)
    names, owner, clips = np.unique(
        spectrograms.songs[rows], return_inverse=True, return_counts=True
    )
    values = np.zeros((len(names), saved.architecture.latent_size), np.float32)
    latents = _latents(saved)
    for batch in in_order(np.arange(len(rows)), batch_size):
        np.add.at(values, owner[batch], latents(read_pixels(spectrograms, rows[batch])))
        if on_batch:
            on_batch(int(batch[-1]) + 1, len(rows))
    values /= clips[:, None]
    return Vectors.from_rows(saved.name, names, values)


def _rows_of(spectrograms: Spectrograms, songs: Ids | None) -> Ints:
    if songs is None:
        return np.arange(len(spectrograms.songs))
    missing = np.setdiff1d(songs, spectrograms.songs)
    if len(missing):
        raise InputError(
            f"{len(missing)} of {len(songs)} songs have no spectrogram, the first is "
            f"{missing[0]!r}: load their audio first (songnet load-audio)"
        )
    return np.flatnonzero(np.isin(spectrograms.songs, songs))


def _latents(saved: Saved) -> Callable[[Pixels], NDArray[np.float32]]:
    """A function from pixels to flattened latents, float32 (b, latent size)."""
    _, tf = _keras.load()
    _, encoder = _rebuild(saved)
    compiled = compile_pixels(tf, lambda pixels: encoder(scaled(tf, pixels), training=False))

    def latents(pixels: Pixels) -> NDArray[np.float32]:
        values: NDArray[np.float32] = compiled(pixels).numpy()
        _refuse_nan(saved, values)
        return values

    return latents


def _refuse_nan(saved: Saved, values: NDArray[np.float32]) -> None:
    if not np.isfinite(values).all():
        raise InputError(
            f"encoder {saved.name!r} gives a number that is not finite: "
            "train it anew (songnet embed --retrain)"
        )


def _rebuild(saved: Saved) -> tuple[Any, Any]:
    """The models of a trained encoder, with its weights."""
    for values in saved.weights.values():
        # Pooling and ReLU may swallow a NaN, so that the latents alone would not show it.
        _refuse_nan(saved, values)
    autoencoder, encoder = build(saved.architecture, saved.activation)
    set_weights(autoencoder, saved.weights)
    return autoencoder, encoder


def reconstruct(saved: Saved, pixels: Pixels) -> NDArray[np.float32]:
    """What the autoencoder makes of spectrograms.

    Parameters
    ----------
    pixels
        uint8 (b, 96, 216).

    Returns
    -------
    float32 (b, 96, 216), clipped to [0, 1].

    Raises
    ------
    InputError
        Pixels of another type or shape.
    """
    _, tf = _keras.load()
    checked_pixels(pixels)
    autoencoder, _ = _rebuild(saved)
    compiled = compile_pixels(tf, lambda batch: autoencoder(scaled(tf, batch), training=False))
    restored = np.empty(pixels.shape, np.float32)
    for rows in in_order(np.arange(len(pixels)), APPLY_BATCH):
        restored[rows] = compiled(pixels[rows]).numpy()[..., 0]
    return np.clip(restored, 0.0, 1.0)
