"""Seeded inputs of any size, with planted taste and popularity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songnet.model import Memberships, Vectors

TASTES = 20


def playlists(count: int, *, songs: int, mean_length: int = 50, seed: int = 0) -> Memberships:
    """Playlists of one taste each, a fifth of their songs from anywhere, popularity like 1/rank."""
    random = np.random.default_rng(seed)
    lengths = np.clip(random.geometric(1 / mean_length, count), 5, 250)
    rows = np.repeat(np.arange(count), lengths)
    popular = np.minimum(songs - 1, random.pareto(0.8, len(rows)) * songs / 200).astype(np.int64)
    taste = (rows % TASTES) if songs > TASTES else np.zeros_like(rows)
    own = popular // TASTES * TASTES + taste
    song = np.where(random.random(len(rows)) < 0.8, np.minimum(own, songs - 1), popular)
    return Memberships.from_pairs([f"p{row:08}" for row in rows], [f"s{item:08}" for item in song])


def labels(songs: int, communities: int, *, agree: float, seed: int = 0) -> list[NDArray[np.int64]]:
    """Two labelings of the same songs, alike for a share `agree` of them."""
    random = np.random.default_rng(seed)
    first = random.integers(0, communities, songs)
    other = random.integers(0, communities, songs)
    return [first, np.where(random.random(songs) < agree, first, other)]


def vectors(songs: int, dimensions: int, *, seed: int = 0) -> Vectors:
    """Clustered float32 vectors."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(50, dimensions))
    values = centres[random.integers(0, 50, songs)] + random.normal(size=(songs, dimensions))
    return Vectors.from_rows("random", [f"s{song:08}" for song in range(songs)], values)
