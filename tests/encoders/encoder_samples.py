"""Small spectrograms in memory, a small architecture, and an encoder without training."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from songnet.encoders import Architecture, Epoch, Holdout, Hyperparameters, Saved, architecture, cae
from songnet.encoders._architecture import weight_shapes
from songnet.encoders._weights import initial_weights
from songnet.model import object_array

TINY = architecture(None, (4, 2), (4, 6))
TINY_OPTIONS = {"filters": (4, 2), "pooling": (4, 6)}
TINY_DESIGN = cae.design(TINY_OPTIONS)


@dataclass
class InMemory:
    """The protocol over an array; remembers what was read."""

    songs: np.ndarray
    clips: np.ndarray
    pixels: np.ndarray
    reads: list[np.ndarray] = field(default_factory=list)

    def read(self, rows):
        self.reads.append(rows)
        return self.pixels[rows]

    def only(self, rows):
        return InMemory(self.songs[rows], self.clips[rows], self.pixels[rows])


def spectrograms(songs=24, clips=1, seed=0):
    """Stripes and slopes of random strength: structured, so that there is something to learn."""
    random = np.random.default_rng(seed)
    rows = songs * clips
    low = np.linspace(1, 0, 96)[None, :, None]
    time = np.sin(np.linspace(0, 6, 216))[None, None, :]
    level, slope, wave = random.uniform(0, 1, (3, rows, 1, 1))
    picture = 0.5 * level + 0.3 * slope * low + 0.2 * wave * (0.5 + 0.5 * time)
    pixels = (255 * picture + random.uniform(0, 4, (rows, 96, 216))).clip(0, 255)
    names = [f"file:{song:03d}.ogg" for song in range(songs) for _ in range(clips)]
    return InMemory(object_array(names), np.tile(np.arange(clips), songs), pixels.astype(np.uint8))


def numbered(clips):
    """Songs of so many clips each; pixels hold their row number, so that order can be seen."""
    rows = sum(clips)
    pixels = np.zeros((rows, 96, 216), np.uint8)
    pixels[:, 0, 0], pixels[:, 0, 1] = np.arange(rows) % 256, np.arange(rows) // 256
    names = object_array(
        f"file:{song:05d}" for song, count in enumerate(clips) for _ in range(count)
    )
    numbers = np.concatenate([np.arange(count) for count in clips])
    return InMemory(object_array(names), numbers, pixels)


def rows_of(pixels):
    """The row numbers in pixels that `numbered` made."""
    pixels = np.asarray(pixels)
    return pixels[:, 0, 0] + 256 * pixels[:, 0, 1].astype(int)


def untrained(
    shape: Architecture = TINY, *, activation="relu", name="cae_tiny", seed=0, weights=None
) -> Saved:
    """An encoder with its first weights and a made-up history."""
    first = initial_weights(weight_shapes(shape), seed=seed)
    return Saved(
        name=name,
        design=cae.CaeDesign(shape, activation),
        weights=first if weights is None else weights,
        hyperparameters=Hyperparameters(
            epochs=5, batch_size=4, learning_rate=0.01, validation=0.2, patience=2, seed=seed
        ),
        holdout=Holdout("song", 19, 5, 19, ("file:a.ogg", "file:ü.ogg")),
        history=(Epoch(1, 0.5, 0.4, 120.5, 0.25), Epoch(2, 0.4, 0.45, 130.0, 0.25)),
        versions={"songnet": "0.1.0", "keras": "3.15.1"},
    )
