"""What was found when the number of communities was looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from songnet.errors import InputError
from songnet.partitions._facts import from_facts

CHOICE_SCHEMA: Final = "songnet.partitions.choose-k/1"
# Kaufman & Rousseeuw (1990): at most this, no substantial structure.
NO_STRUCTURE: Final = 0.25


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """What each criterion says of one number of communities.

    Attributes
    ----------
    communities
        The number, from 1.
    inertia
        Summed squared distance of the vectors to the mean of their community.
    silhouette
        Mean silhouette, -1 to 1; None of a single community.
    gap, gap_error
        The gap statistic and its standard error; None where it was not asked for or has none.
    bic
        Of the best mixture of so many components; lower is better; None where none could be fitted.
    largest
        The share of songs in the largest community, 0 to 1.
    degenerate
        Over 90 % of the songs are in one community though more were asked for.
    """

    communities: int
    inertia: float
    silhouette: float | None
    gap: float | None
    gap_error: float | None
    bic: float | None
    largest: float
    degenerate: bool


@dataclass(frozen=True)
class Choice:
    """How many communities the vectors of an encoder hold, by several criteria.

    Attributes
    ----------
    on
        The encoder.
    songs
        How many have a vector.
    seed
        Of every random step.
    fingerprint
        Of the vectors.
    rows
        By rising number; the first is of one community, which the gap statistic and BIC compare
        with.
    chosen
        For ``silhouette``, ``elbow``, ``gap`` and ``bic`` the number each chooses; None where it
        chooses none.
    rules
        For each of these, its rule in words.
    """

    on: str
    songs: int
    seed: int
    fingerprint: str
    rows: tuple[ChoiceRow, ...]
    chosen: Mapping[str, int | None]
    rules: Mapping[str, str]

    @property
    def findings(self) -> tuple[str, ...]:
        """What a reader must not overlook, a sentence each: weak structure, degenerate numbers."""
        return (*_weakness(self), *_degenerate(self.rows))

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain data; `findings` are added for readers."""
        return {
            "schema": CHOICE_SCHEMA,
            "on": self.on,
            "songs": self.songs,
            "seed": self.seed,
            "fingerprint": self.fingerprint,
            "rows": [asdict(row) for row in self.rows],
            "chosen": dict(self.chosen),
            "rules": dict(self.rules),
            "findings": list(self.findings),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` gave.

        Raises
        ------
        InputError
            It is of another schema, or something is missing or of another type.
        """
        if data.get("schema") != CHOICE_SCHEMA:
            raise InputError(
                f"has schema {data.get('schema')!r}, this version reads {CHOICE_SCHEMA!r}"
            )
        try:
            return from_facts(cls, data)
        except ValueError as error:
            raise InputError(f"is not a choice of the number of communities: {error}") from error


def _weakness(choice: Choice) -> list[str]:
    silhouettes = [
        row.silhouette for row in choice.rows if row.silhouette is not None and not row.degenerate
    ]
    weak = bool(silhouettes) and max(silhouettes) <= NO_STRUCTURE
    found = []
    if weak:
        found.append(
            f"no silhouette is above {NO_STRUCTURE} (the best is {max(silhouettes):.3f}): by "
            "Kaufman & Rousseeuw (1990) there is no substantial structure"
        )
    if choice.chosen.get("gap") == 1:
        found.append(f"the gap statistic chooses 1: {_gap_curve(choice.rows)}")
    if choice.chosen.get("bic") == 1:
        found.append("BIC chooses 1: no mixture describes them better than one Gaussian")
    if weak and choice.chosen.get("gap") in {1, None} and choice.chosen.get("bic") in {1, None}:
        found.append("nothing points to clusters")
    return found


def _gap_curve(rows: tuple[ChoiceRow, ...]) -> str:
    """What a gap that is first of all falling or level does later."""
    gaps = [(row.gap, row.gap_error or 0.0, row.communities) for row in rows if row.gap is not None]
    first, (largest, error, number) = gaps[0][0], max(gaps)
    if largest - error <= first:
        return "k-means cuts the vectors no better than a uniform cloud"
    return (
        f"two communities are no better than one, but the gap is larger at {number} "
        f"({largest:.3f} against {first:.3f}), as with small communities inside large ones"
    )


def _degenerate(rows: tuple[ChoiceRow, ...]) -> list[str]:
    return [
        f"degenerate: of {row.communities} communities one holds {row.largest:.0%} of the songs"
        for row in rows
        if row.degenerate
    ]
