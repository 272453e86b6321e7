"""The shipped Cypher: queries with a title, a question, parameters and columns.

Each is a file in ``cypher/queries`` whose leading comment lines say what it is::

    // title: Sound-alikes apart
    // question: Which songs sound alike although no playlist holds both?
    // param network = "sound-cae_12x15": the sound network
    // columns: song, other, similarity
    // embedded: yes

Values after ``=`` are JSON; ``embedded`` says whether it also runs on the embedded store, and
``// needs: gds`` that the server must have Graph Data Science. An empty line ends the header; what
follows is the query, with comments of its own where it needs them. Labels are written ``:Song`` and
so on, never quoted and never read with ``labels()``, so that a prefix can be put before them.

Ladybug 0.22 and Neo4j differ silently; what runs on both keeps away from where they do: logarithms
only as ratios, ``count(CASE … END)`` instead of sums of whole numbers, ``1.0 *`` before a division,
no slices of lists, and ``WITH DISTINCT`` before a pattern returns to a label that it had before.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from songnet.errors import BadNameError, FormatError, UsageError

_PACKAGE = Path(__file__).resolve().parents[1]
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_FACT: Final = re.compile(r"// (title|question|columns|embedded|needs): (\S.*)")
_PARAM: Final = re.compile(r"// param (\w+) = (.+)")
_ALLOWED: Final = (
    "allowed are // title:, question:, columns:, embedded:, needs: and // param NAME = JSON: "
    "MEANING, then an empty line"
)
_REQUIRED: Final = ("title", "question", "columns", "embedded")
# What is no code: comments and quoted texts, in which a $ is no parameter.
_NO_CODE: Final = re.compile(r"//[^\n]*|'[^'\n]*'|\"[^\"\n]*\"")
_USED: Final = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Parameter:
    """A query's parameter with the value it has when nothing is said."""

    name: str
    default: Any
    meaning: str

    @property
    def shown(self) -> str:
        """The default as `Query.bind` reads it: text as it is, all else as JSON."""
        if isinstance(self.default, str):
            return self.default
        return json.dumps(self.default, ensure_ascii=False)


@dataclass(frozen=True)
class Query:
    """A shipped query.

    Parameters
    ----------
    name
        The name of its file.
    title, question
        What a person would call it, and what it answers.
    columns
        What it returns, in order.
    embedded
        Whether it also runs on the embedded store; all run on a Neo4j server.
    cypher
        The statement, with its comments.
    parameters
        In the order of the file.
    gds
        Whether the server must have Graph Data Science.
    """

    name: str
    title: str
    question: str
    columns: tuple[str, ...]
    embedded: bool
    cypher: str
    parameters: tuple[Parameter, ...] = field(default=())
    gds: bool = False

    @property
    def needs(self) -> list[str]:
        """What it does not run without: nothing, ``neo4j``, or also ``gds``."""
        if self.embedded:
            return []
        return ["neo4j", "gds"] if self.gds else ["neo4j"]

    @property
    def runs(self) -> str:
        """Where it runs, in words."""
        if self.embedded:
            return "runs embedded and on Neo4j"
        return "needs Neo4j with Graph Data Science" if self.gds else "needs Neo4j"

    def bind(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Parameters for the store: the texts `given`, each read as its default's type.

        Raises
        ------
        UsageError
            An unknown parameter, a number that is none, a list that is no JSON list.
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
    files = (cypher_folder() / "queries").glob("*.cypher")
    return [parse(path) for path in sorted(files, key=lambda path: path.stem)]


def find(name: str) -> Query:
    """The shipped query called `name`.

    Raises
    ------
    BadNameError
        There is none; names those that are spelt nearly so, else all.
    """
    queries = {query.name: query for query in library()}
    if name in queries:
        return queries[name]
    if close := difflib.get_close_matches(name, queries, n=3):
        meant = " or ".join(close)
        raise BadNameError(f"there is no query {name!r}: did you mean {meant}? --list shows all")
    raise BadNameError(f"there is no query {name!r}; there are: {', '.join(queries)}")


def read_value(text: str) -> Any:
    """A parameter of a query that is not of the library: JSON if it is, else the text itself."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


# --- reading a file -----------------------------------------------------------------------------


def parse(path: Path) -> Query:
    """The query in a file.

    Raises
    ------
    FormatError
        A header line that is missing, doubled or of no known form, a default that is no JSON, a
        parameter that is declared but not used or used but not declared.
    """
    if not _NAME.match(path.stem):
        raise FormatError(path, "a query's file is named in lower case: letters, digits, hyphens")
    header, _, body = path.read_text("utf-8").partition("\n\n")
    facts, parameters = _header(path, header.splitlines())
    _check_facts(path, facts)
    cypher = body.strip()
    _check_parameters(path, cypher, [parameter.name for parameter in parameters])
    return Query(
        name=path.stem,
        title=facts["title"],
        question=facts["question"],
        columns=tuple(facts["columns"].split(", ")),
        embedded=facts["embedded"] == "yes",
        cypher=cypher,
        parameters=tuple(parameters),
        gds="needs" in facts,
    )


def _header(path: Path, lines: Sequence[str]) -> tuple[dict[str, str], list[Parameter]]:
    """What the header's lines say."""
    facts: dict[str, str] = {}
    parameters: list[Parameter] = []
    for number, line in enumerate(lines, 1):
        where = f"line {number}"
        if found := _FACT.fullmatch(line):
            if found[1] in facts:
                raise FormatError(path, f"a second {found[1]}: a query has one", where=where)
            facts[found[1]] = found[2].strip()
        elif found := _PARAM.fullmatch(line):
            parameters.append(_parameter(path, found[1], found[2], where))
        else:
            raise FormatError(path, f"not a header line: {_ALLOWED}", where=where)
    return facts, parameters


def _parameter(path: Path, name: str, text: str, where: str) -> Parameter:
    """From ``JSON: MEANING``; the JSON may hold colons."""
    try:
        default, end = json.JSONDecoder().raw_decode(text)
    except ValueError as error:
        raise FormatError(path, f"the default of {name} is no JSON", where=where) from error
    colon, _, meaning = text[end:].partition(" ")
    if colon != ":" or not meaning:
        raise FormatError(path, f"{name} lacks its meaning: {_ALLOWED}", where=where)
    return Parameter(name, default, meaning)


def _check_facts(path: Path, facts: Mapping[str, str]) -> None:
    if missing := [name for name in _REQUIRED if name not in facts]:
        raise FormatError(path, f"the header lacks // {missing[0]}:")
    if facts["embedded"] not in {"yes", "no"}:
        raise FormatError(path, f"embedded must be yes or no: got {facts['embedded']}")
    if facts.get("needs", "gds") != "gds":
        raise FormatError(path, f"needs can only be gds: got {facts['needs']}")
    if "needs" in facts and facts["embedded"] == "yes":
        raise FormatError(path, "what needs gds does not run embedded: write // embedded: no")


def _check_parameters(path: Path, cypher: str, declared: Sequence[str]) -> None:
    if not cypher:
        raise FormatError(path, "no query follows the header: put an empty line between them")
    if twice := [name for name in declared if declared.count(name) > 1]:
        raise FormatError(path, f"the parameter {twice[0]} is declared twice")
    used = set(_USED.findall(_NO_CODE.sub("", cypher)))
    if unknown := sorted(used - set(declared)):
        raise FormatError(path, f"the query uses ${unknown[0]}, which no // param line declares")
    if idle := [name for name in declared if name not in used]:
        raise FormatError(path, f"the parameter {idle[0]} is declared, but not used")


# --- reading a value ----------------------------------------------------------------------------


def _read(name: str, text: str, default: Any) -> Any:
    if isinstance(default, str):
        return text
    if isinstance(default, list):
        return _read_list(name, text, default)
    return _read_number(name, text, default)


def _read_number(name: str, text: str, default: float) -> float:
    kind = "a whole number" if isinstance(default, int) else "a number"
    try:
        value = type(default)(text)
    except ValueError as error:
        raise UsageError(f"parameter {name} must be {kind}: got {text!r}") from error
    if not (abs(value) < 2**63 if isinstance(value, int) else math.isfinite(value)):
        raise UsageError(f"parameter {name} must be {kind}: got {text!r}")
    return value


def _read_list(name: str, text: str, default: Sequence[Any]) -> list[Any]:
    """A JSON list whose values are of the type of the default's."""
    example = json.dumps(default, ensure_ascii=False)
    kinds = {type(value) for value in default}
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or not {type(value) for value in values} <= kinds:
        raise UsageError(f"parameter {name} must be a JSON list like {example}: got {text!r}")
    return values
