"""A number against what it is when chance makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# Equal up to the order of summation counts as equal, so that rounding is never significant.
TOLERANCE = 1e-12


@dataclass(frozen=True)
class NullTest:
    """An observed number and those of samples in which chance did it; more is better.

    Attributes
    ----------
    null
        What was left to chance: ``rewiring``, ``shuffle``, ``shuffle within groups``.
    observed
        The number.
    values
        What it is in the samples, in their order.
    seed
        Of the samples.
    movable
        The share of what chance could change at all, 0 to 1; where it is small, the null is hardly
        another than the observed.
    """

    null: str
    observed: float
    values: tuple[float, ...]
    seed: int
    movable: float = 1.0

    @property
    def mean(self) -> float:
        """The mean of the samples."""
        return float(np.mean(self.values))

    @property
    def sd(self) -> float:
        """The standard deviation of the samples (with n - 1; 0 for one sample)."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else 0.0

    @property
    def effect(self) -> float:
        """How much more than chance: observed - mean."""
        return self.observed - self.mean

    @property
    def z(self) -> float | None:
        """The effect in standard deviations of the samples; None where they do not differ."""
        return self.effect / self.sd if self.sd > TOLERANCE else None

    @property
    def p(self) -> float:
        """(1 + samples at least as good as observed) / (1 + samples), one-sided.

        Never 0: see Phipson & Smyth, "Permutation p-values should never be zero", 2010.
        """
        reach = self.observed - TOLERANCE * max(1.0, abs(self.observed))
        return (1 + sum(value >= reach for value in self.values)) / (1 + len(self.values))

    def to_json(self) -> dict[str, Any]:
        """As plain data; ``low`` and ``high`` are the 2.5 and 97.5 percentiles of the samples."""
        low, high = (float(each) for each in np.percentile(self.values, [2.5, 97.5]))
        return {
            "null": self.null,
            "samples": len(self.values),
            "seed": self.seed,
            "movable": self.movable,
            "observed": self.observed,
            "mean": self.mean,
            "sd": self.sd,
            "low": low,
            "high": high,
            "effect": self.effect,
            "z": self.z,
            "p": self.p,
            "values": list(self.values),
        }
