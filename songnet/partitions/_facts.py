"""Dataclasses from plain data, whose values are held against the annotations."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


def from_facts(kind: type[Kind], facts: Any) -> Kind:
    """The dataclass `kind` of what `dataclasses.asdict` made of one, after a journey as JSON.

    Annotations may be ``int``, ``float``, ``str``, ``bool``, a dataclass, ``tuple[X, ...]``,
    ``Mapping[str, X]`` and ``X | None``; fields that `kind` does not have are passed over.

    Raises
    ------
    ValueError
        A field is missing or its value is of another type, or not finite.
    """
    if not isinstance(facts, Mapping):
        raise ValueError(f"{facts!r:.60} where {kind.__name__} is expected")  # noqa: TRY004
    hints = get_type_hints(kind)
    values = {}
    for each in fields(kind):  # type: ignore[arg-type]
        if each.name in facts:
            values[each.name] = _value(hints[each.name], facts[each.name], each.name)
        elif each.default is MISSING and each.default_factory is MISSING:
            raise ValueError(f"{each.name!r} is missing")
    return kind(**values)


def _value(hint: Any, value: Any, name: str) -> Any:
    if isinstance(hint, UnionType):
        kinds = [each for each in get_args(hint) if each is not type(None)]
        return None if value is None else _value(kinds[0], value, name)
    origin = get_origin(hint)
    if origin is tuple and isinstance(value, list):
        return tuple(_each(get_args(hint)[0], value, name))
    if origin is Mapping and isinstance(value, Mapping):
        found = _each(get_args(hint)[1], value.values(), name)
        return MappingProxyType(dict(zip(value, found, strict=True)))
    if isinstance(hint, type) and is_dataclass(hint):
        return from_facts(hint, value)
    if not _fits(hint, value):
        raise ValueError(f"{name!r} is {value!r:.60}")
    return value


def _each(hint: Any, values: Iterable[Any], name: str) -> Iterable[Any]:
    return [_value(hint, value, name) for value in values]


def _fits(hint: Any, value: Any) -> bool:
    """JSON has one kind of number, in which 1.0 may stand as 1; a bool is none."""
    if hint is float:
        return type(value) in {int, float} and abs(value) <= sys.float_info.max
    return type(value) is hint
