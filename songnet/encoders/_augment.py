"""Other ways to hear the same sound: views of spectrograms for contrastive training.

All on the graph, each spectrogram by its own draw, and every draw by a key of the moment, so that a
training that goes on hears what it would have heard.

Source: D. Niizumi and others, *BYOL for Audio* (2021), for mixing and cropping; D. S. Park and
others, *SpecAugment* (2019), for the masks; A. Saeed, D. Grangier, N. Zeghidour, *Contrastive
Learning of General-Purpose Audio Representations* (2021), for stretches of one clip as a pair.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count
from typing import Any

from songnet.encoders import _keras
from songnet.encoders._data import FRAMES, MELS
from songnet.encoders._listener import HEARD_FRAMES, cropped
from songnet.encoders._network import Moment

STREAMS = 100  # of random numbers, for each view
LEVELS_PER_DECIBEL = 255 / 80
# Natural logarithm of power per level of a pixel: levels are decibels.
POWER_PER_LEVEL = math.log(10) / 10 / LEVELS_PER_DECIBEL


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far views may stray.

    Attributes
    ----------
    mixing
        The most of another sound's power that is mixed in, 0 to 1.
    shortest, narrowest
        The least share of time and of frequency that a view keeps.
    gain
        Decibels up or down, at most.
    mask
        The most of time, and of frequency, that is masked.
    """

    mixing: float = 0.4
    shortest: float = 0.6
    narrowest: float = 0.8
    gain: float = 6.0
    mask: float = 0.25


def view(pixels: Any, moment: Moment, number: int, how: Augmentation) -> Any:
    """One view of each spectrogram.

    Parameters
    ----------
    pixels
        uint8 (b, 96, 216).
    moment
        What the draws depend on.
    number
        Of the view, from 1. Views of other numbers are drawn apart and have another neighbour
        mixed in: were it the same one, it would give the pair away.

    Returns
    -------
    float32 (b, 96, 108, 1), as `_listener.cropped` gives.
    """
    _, tf = _keras.load()
    draw = _Draw(tf, tf.shape(pixels)[0], moment, number * STREAMS)
    levels = tf.cast(pixels, tf.float32)
    levels = _mixed(tf, levels, draw, how.mixing, number)
    levels = _shifted(tf, levels, draw)
    levels = _stretched(tf, levels, draw, how)
    return _masked(tf, levels, draw, how.mask)


class _Draw:
    """Uniform numbers, one per spectrogram, each draw with the next key."""

    def __init__(self, tf: Any, size: Any, moment: Moment, stream: int) -> None:
        self._tf = tf
        self._size = size
        self._keys = map(moment.key, count(stream))

    def __call__(self, low: float = 0.0, high: float = 1.0) -> Any:
        return self._tf.random.stateless_uniform([self._size], next(self._keys), low, high)


def _mixed(tf: Any, levels: Any, draw: _Draw, most: float, neighbour: int) -> Any:
    """Each with up to `most` of another's power: sounds add as power, not as decibels."""
    share = draw(0.0, most)[:, None, None]
    other = tf.roll(levels, neighbour, axis=0)
    power = (1 - share) * tf.exp(POWER_PER_LEVEL * (levels - 255.0))
    power += share * tf.exp(POWER_PER_LEVEL * (other - 255.0))
    return tf.math.log(power) / POWER_PER_LEVEL + 255.0


def _shifted(tf: Any, levels: Any, draw: _Draw) -> Any:
    """Begun elsewhere: what falls off the end comes in at the start."""
    start = tf.cast(draw() * FRAMES, tf.int32)
    frames = (tf.range(FRAMES)[None] + start[:, None]) % FRAMES
    return tf.gather(levels, frames, axis=2, batch_dims=1)


def _stretched(tf: Any, levels: Any, draw: _Draw, how: Augmentation) -> Any:
    """A stretch of time and of frequency, drawn out to the whole, louder or softer."""
    height, width = draw(how.narrowest), draw(how.shortest)
    top, left = draw() * (1 - height), draw() * (1 - width)
    boxes = tf.stack([top, left, top + height, left + width], axis=1)
    gain = draw(-how.gain, how.gain)[:, None, None] * LEVELS_PER_DECIBEL
    return tf.clip_by_value(cropped(levels + gain, boxes), -1.0, 1.0)


def _masked(tf: Any, heard: Any, draw: _Draw, most: float) -> Any:
    """A stretch of bands and one of frames made grey."""
    bands = _stretch(tf, draw, MELS, most)[:, :, None, None]
    frames = _stretch(tf, draw, HEARD_FRAMES, most)[:, None, :, None]
    return heard * bands * frames


def _stretch(tf: Any, draw: _Draw, length: int, most: float) -> Any:
    """0 within a stretch of up to `most` of `length`, 1 around it: float32 (b, length)."""
    size = draw(0.0, most) * length
    start = draw() * (length - size)
    place = tf.range(length, dtype=tf.float32)[None]
    inside = (place >= start[:, None]) & (place < (start + size)[:, None])
    return tf.cast(~inside, tf.float32)
