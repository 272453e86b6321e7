"""What an autoencoder has learnt, to look at: songs redrawn, ways between them, and draws.

A draw is what the decoder makes of a random vector. A variational autoencoder has a prior to take
it from, the standard normal. An autoencoder has none; there it comes from the normal distribution
with the mean and covariance of the songs' vectors, which is the usual stand-in (P. Ghosh and
others, *From Variational to Deterministic Autoencoders*, 2020) and says how far its vectors are
from being normal: where they are not, draws look like no song.

Between two songs a variational autoencoder goes along a great circle, not a straight line: under a
normal prior in n dimensions nearly all vectors are about √n long, and the middle of a straight line
is shorter than any song's (T. White, *Sampling Generative Networks*, 2016). Without a prior there
is no such sphere, and the way is straight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from songnet.encoders import _keras
from songnet.encoders._data import FRAMES, MELS, Pixels, checked_pixels, in_order
from songnet.encoders._network import Network
from songnet.errors import EmptyInputError, InputError
from songnet.model import Floats

BATCH = 16

Pictures: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Samples:
    """Pictures in [0, 1], row 0 the lowest band.

    Attributes
    ----------
    originals, reconstructions
        float32 (m, 96, 216): spectrograms, and what the decoder makes of their vectors.
    interpolations
        float32 (m // 2, steps, 96, 216): from the first to the second, from the third to the
        fourth, and so on, ends included.
    draws
        float32 (n, 96, 216).
    prior
        Whether `draws` come from the model's own prior.
    """

    originals: Pictures
    reconstructions: Pictures
    interpolations: Pictures
    draws: Pictures
    prior: bool


def samples(
    network: Network,
    pixels: Pixels,
    *,
    vectors: NDArray[np.float32] | None = None,
    draws: int = 8,
    steps: int = 8,
    seed: int = 0,
) -> Samples:
    """Pictures of what an autoencoder does.

    Parameters
    ----------
    network
        With its trained weights.
    pixels
        uint8 (m, 96, 216): the spectrograms to redraw and to go between.
    vectors
        Of songs, float32 (n, size), n at least 2, where the model has no prior; None where it has
        the standard normal.
    draws
        How many.
    steps
        Pictures on each way, ends included.
    seed
        Of the draws.

    Raises
    ------
    InputError
        A model that draws no pictures; pixels of another type or shape; vectors of another shape.
    EmptyInputError
        No pixels.
    """
    if network.reconstruct is None or network.decode is None:
        raise InputError("this encoder draws no spectrograms: only autoencoders (cae, vae) do")
    if not len(checked_pixels(pixels)):
        raise EmptyInputError("there are no spectrograms to redraw: load audio first")
    ends = _batched(network.vectors, pixels)
    ways = [
        interpolated(start, end, steps, spherical=vectors is None)
        for start, end in zip(ends[0::2], ends[1::2], strict=False)
    ]
    between = _batched(network.decode, np.concatenate(ways)) if ways else np.empty(0, np.float32)
    latents = random_latents(ends.shape[1], draws, vectors=vectors, seed=seed)
    return Samples(
        originals=(pixels / 255).astype(np.float32),
        reconstructions=_batched(network.reconstruct, pixels),
        interpolations=between.reshape(len(ways), steps, MELS, FRAMES),
        draws=_batched(network.decode, latents),
        prior=vectors is None,
    )


def _batched(function: Callable[[Any], Any], rows: NDArray[Any]) -> NDArray[np.float32]:
    """A tensor function over rows, a few at a time: pictures need much memory on their way."""
    _, tf = _keras.load()
    batches = in_order(np.arange(len(rows)), BATCH)
    made = [function(tf.constant(rows[batch])).numpy() for batch in batches]
    return np.concatenate(made).astype(np.float32)


def random_latents(
    size: int, count: int, *, vectors: NDArray[np.float32] | None = None, seed: int = 0
) -> NDArray[np.float32]:
    """Vectors to decode, float32 (count, size).

    Parameters
    ----------
    size, count
        The length of a vector, and how many.
    vectors
        Of songs, float32 (n, size): draws have their mean and covariance. None: the standard
        normal.
    seed
        Of the draws.

    Raises
    ------
    InputError
        Vectors of another length, or of fewer than two songs.
    """
    random = np.random.default_rng([seed, 3])
    if vectors is None:
        return random.standard_normal((count, size)).astype(np.float32)
    if vectors.ndim != 2 or vectors.shape[1] != size or len(vectors) < 2:
        raise InputError(
            f"draws need the vectors of at least 2 songs, {size} numbers each: "
            f"got an array of shape {vectors.shape}"
        )
    # Centred vectors, mixed by standard normal weights, have the songs' covariance; no matrix of
    # size x size is ever made. Centring the mixture spares a copy of the vectors.
    weights = random.standard_normal((count, len(vectors))).astype(np.float32)
    mean = vectors.mean(axis=0)
    mixed = weights @ vectors - weights.sum(axis=1, keepdims=True) * mean
    drawn: NDArray[np.float32] = mean + mixed / np.float32(np.sqrt(len(vectors) - 1))
    return drawn


def interpolated(
    start: NDArray[Any], end: NDArray[Any], steps: int, *, spherical: bool
) -> NDArray[np.float32]:
    """Vectors from `start` to `end`, ends included, evenly spaced.

    Parameters
    ----------
    start, end
        Shape (d,).
    steps
        How many, at least 2.
    spherical
        Turn at an even pace from one direction to the other while the length goes from one to the
        other; a straight line where there is no such turn (a zero vector, directions alike or
        opposite).

    Returns
    -------
    float32 (steps, d).
    """
    one, two = start.astype(np.float64), end.astype(np.float64)
    shares = np.linspace(0, 1, steps)[:, None]
    turned = _turned(one, two, shares) if spherical else None
    straight = (1 - shares) * one + shares * two
    return (straight if turned is None else turned).astype(np.float32)


def _turned(one: Floats, two: Floats, shares: Floats) -> Floats | None:
    lengths = float(np.linalg.norm(one)), float(np.linalg.norm(two))
    if not all(lengths):
        return None
    first, second = one / lengths[0], two / lengths[1]
    angle = np.arccos(np.clip(first @ second, -1, 1))
    if np.sin(angle) < 1e-6:
        return None
    directions = np.sin((1 - shares) * angle) * first + np.sin(shares * angle) * second
    turned: Floats = directions / np.sin(angle)
    return turned * ((1 - shares) * lengths[0] + shares * lengths[1])
