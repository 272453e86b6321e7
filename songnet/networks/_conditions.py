"""Conditions on playlists and songs, as a person writes them.

    CONDITION  =  FIELD OPERATOR VALUE, spaces around the operator do not matter

| field | of | is | operators |
|---|---|---|---|
| ``name``, ``description``, ``source`` | playlist | text | ``=`` ``!=`` ``~`` ``in`` |
| ``followers``, ``length`` (songs) | playlist | number | ``=`` ``!=`` ``<`` ``<=`` ``>`` ``>=`` |
| ``modified`` | playlist | date, UTC | ``=`` ``!=`` ``<`` ``<=`` ``>`` ``>=`` |
| ``title``, ``artist``, ``album``, ``label`` | song | text | ``=`` ``!=`` ``~`` ``in`` |
| ``released`` | song | date | ``=`` ``!=`` ``<`` ``<=`` ``>`` ``>=`` |

Text is compared whole and without regard to case; ``in`` takes several values, parted by commas;
``~`` finds a regular expression of RE2 anywhere in the text, in time linear in it, so that no
pattern can hang.

A date is a year, a month or a day (``2017``, ``2017-05``, ``2017-05-31``) and means all of it:
``modified<=2017`` is true of the last second of 2017, ``modified>2017`` of no second of it. What is
known of a release may be as vague: a condition holds if it does for every day that the date may
mean.

What is missing, is no date, or is too vague to say satisfies no condition, not even ``!=``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from songnet.errors import UsageError

Of: TypeAlias = Literal["playlist", "song"]
Kind: TypeAlias = Literal["text", "number", "date"]
# Seconds since 1970: the first, and the first that is no longer part.
Period: TypeAlias = tuple[int, int]

FIELDS: Final[MappingProxyType[str, tuple[Of, Kind]]] = MappingProxyType(
    {
        "name": ("playlist", "text"),
        "description": ("playlist", "text"),
        "source": ("playlist", "text"),
        "followers": ("playlist", "number"),
        "length": ("playlist", "number"),
        "modified": ("playlist", "date"),
        "title": ("song", "text"),
        "artist": ("song", "text"),
        "album": ("song", "text"),
        "label": ("song", "text"),
        "released": ("song", "date"),
    }
)
ORDERED: Final = ("=", "!=", "<", "<=", ">", ">=")
OPERATORS: Final[MappingProxyType[Kind, tuple[str, ...]]] = MappingProxyType(
    {"text": ("=", "!=", "~", "in"), "number": ORDERED, "date": ORDERED}
)
LONGEST: Final = 500
DAY: Final = 86_400
EPOCH: Final = date(1970, 1, 1).toordinal()

_CONDITION = re.compile(r"\s*([a-z_]+)\s*(<=|>=|!=|=|<|>|~|\bin\b)\s*(.*?)\s*\Z", re.DOTALL)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ].*)?)?)?\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}\Z", re.ASCII)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; `str` of it is what `condition` reads.

    Attributes
    ----------
    field
        A key of `FIELDS`, which says what it is of and of what kind it is.
    operator
        One of `OPERATORS` for that kind.
    value
        As it was written.

    Raises
    ------
    UsageError
        There is no such field, it does not have that operator, or the value is no number, date or
        regular expression.
    """

    field: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        if self.field not in FIELDS:
            raise _refused(str(self), f"there is no {self.field!r}; there are {', '.join(FIELDS)}")
        if self.operator not in OPERATORS[self.kind]:
            allowed = " ".join(OPERATORS[self.kind])
            raise _refused(str(self), f"{self.field} is a {self.kind}, which has {allowed}")
        _JUDGES[self.kind](self, [])

    @property
    def of(self) -> Of:
        """What it is a condition on."""
        return FIELDS[self.field][0]

    @property
    def kind(self) -> Kind:
        """How values are compared."""
        return FIELDS[self.field][1]

    def __str__(self) -> str:
        space = " " if self.operator == "in" else ""
        return f"{self.field}{space}{self.operator}{space}{self.value}"

    def verdicts(self, values: Sequence[Any]) -> list[bool | None]:
        """Whether the condition holds for each value; None where the value does not say.

        Parameters
        ----------
        values
            Texts, or for ``number`` whole numbers; for ``date`` texts or seconds since 1970; None
            where there is none.
        """
        distinct = [value for value in set(values) if value is not None]
        judged = _JUDGES[self.kind](self, distinct)
        known: dict[Any, bool | None] = dict(zip(distinct, judged, strict=True))
        return [known.get(value) for value in values]


def conditions(texts: Iterable[str]) -> tuple[Condition, ...]:
    """Every text as the condition that it is; see `condition`."""
    return tuple(condition(text) for text in texts)


def condition(text: str) -> Condition:
    """A text as the condition that it is.

    Raises
    ------
    UsageError
        It is none, or one that `Condition` refuses.
    """
    found = _CONDITION.match(text)
    if len(text) > LONGEST:
        raise _refused(text[:40] + "…", f"it has {len(text)} characters, over {LONGEST}")
    if not found or not found[3]:
        raise _refused(text, "write FIELD OPERATOR VALUE, such as followers>=100")
    if not text.isprintable():
        raise _refused(text, "it has a character that cannot be printed")
    field, sign, value = found.groups()
    return Condition(field, sign, value)


def _refused(text: str, reason: str) -> UsageError:
    return UsageError(f"--where {text!r} is no condition: {reason}")


# --- what values say --------------------------------------------------------------------------


def _texts(given: Condition, values: list[str]) -> list[bool]:
    if given.operator == "~":
        return _search(given, values)
    several = given.value.split(",") if given.operator == "in" else [given.value]
    wanted = {each.strip().casefold() for each in several}
    return [(value.strip().casefold() in wanted) != (given.operator == "!=") for value in values]


def _search(given: Condition, values: list[str]) -> list[bool]:
    """RE2's, which pyarrow brings: Python's own takes time exponential in some patterns."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        # A pattern that meets no text is not even read.
        texts = pa.array(["", *values], pa.large_string())
        found = pc.match_substring_regex(texts, given.value, ignore_case=True)[1:]
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise _refused(str(given), f"it is no regular expression of RE2: {reason}") from error
    return [bool(each) for each in found.to_pylist()]


def _numbers(given: Condition, values: list[int]) -> list[bool]:
    if not _NUMBER.match(given.value):
        raise _refused(str(given), f"{given.value!r} is no whole number")
    compare, bound = _COMPARE[given.operator], int(given.value)
    return [compare(value, bound) for value in values]


def _dates(given: Condition, values: list[str | int]) -> list[bool | None]:
    bound = _period(given.value)
    if bound is None:
        raise _refused(
            str(given), f"{given.value!r} is no year, month (2017-05) or day (2017-05-31)"
        )
    return [_surely(given.operator, _period(value), bound) for value in values]


_JUDGES: Final[dict[Kind, Callable[[Condition, list[Any]], Sequence[bool | None]]]] = {
    "text": _texts,
    "number": _numbers,
    "date": _dates,
}


def _surely(sign: str, when: Period | None, bound: Period) -> bool | None:
    """Whether all of `when` is so, or none of it; None if a part is."""
    if when is None:
        return None
    before, after = when[1] <= bound[0], when[0] >= bound[1]
    within = bound[0] <= when[0] and when[1] <= bound[1]
    not_before, not_after = when[0] >= bound[0], when[1] <= bound[1]
    yes, no = {
        "=": (within, before or after),
        "!=": (before or after, within),
        "<": (before, not_before),
        ">=": (not_before, before),
        ">": (after, not_after),
        "<=": (not_after, after),
    }[sign]
    return yes if yes or no else None


def _period(when: str | int) -> Period | None:
    """The seconds that a date means; of seconds since 1970 that one."""
    if isinstance(when, int):
        return when, when + 1
    found = _DATE.match(when.strip())
    if not found:
        return None
    year, month, day = (int(piece) if piece else None for piece in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return (first.toordinal() - EPOCH) * DAY, (_after(first, month, day) - EPOCH) * DAY


def _after(first: date, month: int | None, day: int | None) -> int:
    """The ordinal of the first day after the year, month or day that begins so."""
    if day:
        return first.toordinal() + 1
    if not month:
        return date(first.year, 12, 31).toordinal() + 1
    # Day 28 is in every month, and four days later is the next one.
    return date.fromordinal(first.replace(day=28).toordinal() + 4).replace(day=1).toordinal()
