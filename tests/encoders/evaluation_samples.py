"""Songs with labels and recordings for the tests of evaluation."""

from __future__ import annotations

import numpy as np

from songnet.model import Vectors


class Labelled:
    """`per_class` songs of each of `classes`, two to a recording; ids do not follow the labels."""

    def __init__(self, classes=4, per_class=16, *, seed=0):
        random = np.random.default_rng(seed)
        count = classes * per_class
        order = random.permutation(count)
        self.songs = [f"s{number:04d}" for number in range(count)]
        self.numbers = order // per_class
        self.labels = [f"class {number}" for number in self.numbers]
        self.groups = [f"r{place // 2:04d}" for place in order]
        self.random = random

    def vectors(self, name="near", *, dimensions=12, spread=1.0):
        """Gaussian clouds around a centre per class."""
        centres = np.random.default_rng(9).normal(size=(self.numbers.max() + 1, dimensions))
        noise = self.random.normal(size=(len(self.songs), dimensions))
        return Vectors.from_rows(name, self.songs, centres[self.numbers] + spread * noise)

    def noise(self, name="noise", *, dimensions=12):
        """Vectors that have nothing to do with the labels."""
        values = self.random.normal(size=(len(self.songs), dimensions))
        return Vectors.from_rows(name, self.songs, values)

    def mel(self):
        """What could be mel statistics that tell a little of the labels."""
        return self.vectors(dimensions=192, spread=3.0).values
