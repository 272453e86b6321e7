"""What was found when the resolution was swept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from songnet.errors import InputError
from songnet.partitions._facts import from_facts

SWEEP_SCHEMA: Final = "songnet.partitions.sweep/1"


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What several seeds found at one resolution.

    Attributes
    ----------
    resolution
        Above 0.
    communities
        The median over the seeds.
    modularity
        The mean over the seeds, at resolution 1, so that rows can be compared.
    stability
        The mean AMI of all pairs of seeds; 1 where there is one seed.
    largest
        The share of songs in the largest community, the mean over the seeds.
    degenerate
        Over 90 % of the songs are in one community, or there are more communities than half the
        songs.
    plateau
        The place among the plateaus of the one that it belongs to; None where it belongs to none.
    """

    resolution: float
    communities: int
    modularity: float
    stability: float
    largest: float
    degenerate: bool
    plateau: int | None


@dataclass(frozen=True, slots=True)
class Plateau:
    """Neighbouring resolutions that give much the same partition.

    Attributes
    ----------
    low, high
        The first and the last resolution.
    communities
        The median over its rows.
    stability
        The mean over its rows.
    """

    low: float
    high: float
    communities: int
    stability: float


@dataclass(frozen=True)
class Sweep:
    """The resolution profile of a network.

    Attributes
    ----------
    on
        The network.
    algorithm
        ``leiden`` or ``louvain``.
    fingerprint
        Of the network.
    seeds
        The seeds that every resolution was cut with.
    rows
        By rising resolution.
    plateaus
        By rising resolution.
    consensus
        The name of the consensus partition that was kept; None where none was.
    objective
        What was maximised; None where the algorithm leaves no choice.
    chosen
        The resolution that the rule chooses; None where every row is degenerate.
    rules
        For ``plateau``, ``chosen``, ``stability`` and ``consensus`` the rule in words.
    """

    on: str
    algorithm: str
    fingerprint: str
    seeds: tuple[int, ...]
    rows: tuple[SweepRow, ...]
    plateaus: tuple[Plateau, ...]
    consensus: str | None = None
    objective: str | None = None
    chosen: float | None = None
    rules: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain data."""
        return {
            "schema": SWEEP_SCHEMA,
            "on": self.on,
            "algorithm": self.algorithm,
            "fingerprint": self.fingerprint,
            "seeds": list(self.seeds),
            "rows": [asdict(row) for row in self.rows],
            "plateaus": [asdict(plateau) for plateau in self.plateaus],
            "consensus": self.consensus,
            "objective": self.objective,
            "chosen": self.chosen,
            "rules": dict(self.rules),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` gave.

        Raises
        ------
        InputError
            It is of another schema, or something is missing or of another type.
        """
        if data.get("schema") != SWEEP_SCHEMA:
            raise InputError(
                f"has schema {data.get('schema')!r}, this version reads {SWEEP_SCHEMA!r}"
            )
        try:
            return from_facts(cls, data)
        except ValueError as error:
            raise InputError(f"is not a sweep of resolutions: {error}") from error
