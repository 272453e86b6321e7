"""The shipped Cypher: queries with a title, a question, parameters and columns.

Each is a file in ``cypher/queries`` whose leading comment lines say what it is::

    // title: Sound-alikes apart
    // question: Which songs sound alike although no playlist holds both?
    // param network = "sound-cae_12x15": the sound network
    // columns: song, other, similarity
    // embedded: yes

Values after ``=`` are JSON; ``embedded`` says whether it also runs on the embedded store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songnet.errors import BadNameError, UsageError

_PACKAGE = Path(__file__).resolve().parents[1]
_LINE = re.compile(r"// (title|question|columns|embedded): (.+)")
_PARAM = re.compile(r"// param (\w+) = (.+?): (.+)")


@dataclass(frozen=True)
class Parameter:
    """A query's parameter with the value it has when nothing is said."""

    name: str
    default: Any
    meaning: str


@dataclass(frozen=True)
class Query:
    """A shipped query; `embedded`: it also runs on the embedded store."""

    name: str
    title: str
    question: str
    columns: tuple[str, ...]
    embedded: bool
    cypher: str
    parameters: tuple[Parameter, ...] = field(default=())

    def bind(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Parameters for the store: the texts `given`, each read as its default's type.

        Raises
        ------
        UsageError
            An unknown parameter, or a number that is none.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(given.keys() - known.keys()):
            allowed = ", ".join(known) or "none"
            raise UsageError(
                f"query {self.name} has no parameter {unknown[0]!r}; it has: {allowed}"
            )
        values = {name: parameter.default for name, parameter in known.items()}
        return values | {
            name: _read(name, text, known[name].default) for name, text in given.items()
        }


def cypher_folder() -> Path:
    """Where the shipped Cypher lies: in the installed package, else beside it in a checkout."""
    installed = _PACKAGE / "_cypher"
    return installed if installed.is_dir() else _PACKAGE.parent / "cypher"


def library() -> list[Query]:
    """All shipped queries, sorted by name."""
    return [_parse(path) for path in sorted((cypher_folder() / "queries").glob("*.cypher"))]


def find(name: str) -> Query:
    """The shipped query called `name`; `BadNameError` lists them if there is none."""
    queries = {query.name: query for query in library()}
    if name not in queries:
        raise BadNameError(f"there is no query {name!r}; there are: {', '.join(queries)}")
    return queries[name]


def read_value(text: str) -> Any:
    """A parameter of a query that is not of the library: JSON if it is, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _parse(path: Path) -> Query:
    text = path.read_text("utf-8")
    facts = dict(_LINE.findall(text))
    return Query(
        name=path.stem,
        title=facts["title"],
        question=facts["question"],
        columns=tuple(facts["columns"].split(", ")),
        embedded=facts["embedded"] == "yes",
        cypher="\n".join(line for line in text.splitlines() if not line.startswith("//")).strip(),
        parameters=tuple(
            Parameter(name, json.loads(default), meaning)
            for name, default, meaning in _PARAM.findall(text)
        ),
    )


def _read(name: str, text: str, default: Any) -> Any:
    if isinstance(default, str):
        return text
    try:
        return type(default)(text)
    except ValueError as error:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise UsageError(f"parameter {name} must be {kind}: got {text!r}") from error
