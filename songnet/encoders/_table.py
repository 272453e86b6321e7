"""JSON objects that refuse wrong types by name."""

from __future__ import annotations

import math
from pathlib import Path

from songnet.errors import FormatError


class Table:
    """A JSON object that refuses wrong types by name."""

    def __init__(self, path: Path, content: object, place: str) -> None:
        self.path = path
        self.place = place
        if not isinstance(content, dict):
            raise FormatError(path, f"{place or 'the whole'} must be a JSON object")
        self.content: dict[str, object] = content

    def wrong(self, key: str, allowed: str) -> FormatError:
        return FormatError(self.path, f"{self.place}{key} must be {allowed}")

    def value(self, key: str) -> object:
        if key not in self.content:
            raise FormatError(self.path, f"{self.place}{key} is missing")
        return self.content[key]

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self.content:
            return default
        value = self.value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a string")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.wrong(key, f"one of {', '.join(allowed)}, not {value[:40]!r}")
        return value

    def integer(self, key: str) -> int:
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, "a whole number, 0 or more")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        if default is not None and key not in self.content:
            return default
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "a number")
        if not abs(value) <= 1e300 or not math.isfinite(value):
            raise self.wrong(key, "a finite number")
        return float(value)

    def integers(self, key: str) -> tuple[int, ...]:
        values = self._list(key)
        numbers = tuple(value for value in values if type(value) is int)
        if len(numbers) != len(values):
            raise self.wrong(key, "a list of whole numbers")
        return numbers

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) != len(values):
            raise self.wrong(key, "a list of strings")
        return texts

    def table(self, key: str) -> Table:
        return Table(self.path, self.value(key), f"{self.place}{key}.")

    def tables(self, key: str) -> list[Table]:
        return [
            Table(self.path, value, f"{self.place}{key}[{index}].")
            for index, value in enumerate(self._list(key))
        ]

    def _list(self, key: str) -> list[object]:
        value = self.value(key)
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        return value
