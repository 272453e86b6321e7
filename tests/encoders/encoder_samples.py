"""Small spectrograms in memory, a small architecture, and an encoder without training."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from songnet.encoders import Architecture, Epoch, Holdout, Hyperparameters, Saved, architecture
from songnet.encoders._cae_model import initial_weights
from songnet.model import object_array

TINY = architecture(None, (4, 2), (4, 6))


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


def untrained(
    shape: Architecture = TINY, *, activation="relu", name="cae_tiny", seed=0, weights=None
) -> Saved:
    """An encoder with its first weights and a made-up history."""
    return Saved(
        name=name,
        kind="cae",
        architecture=shape,
        activation=activation,
        weights=initial_weights(shape, seed=seed) if weights is None else weights,
        hyperparameters=Hyperparameters(
            epochs=5, batch_size=4, learning_rate=0.01, validation=0.2, patience=2, seed=seed
        ),
        holdout=Holdout("song", 19, 5, 19, ("file:a.ogg", "file:ü.ogg")),
        history=(Epoch(1, 0.5, 0.4, 120.5, 0.25), Epoch(2, 0.4, 0.45, 130.0, 0.25)),
        versions={"songnet": "0.1.0", "keras": "3.15.1"},
    )
