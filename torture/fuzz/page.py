"""What became of the inputs, counted and written down."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torture.fuzz.judge import Outcome

SCHEMA = "songnet.torture.fuzz/1"
INTRODUCTION = (
    "{total:,} inputs to {readers} readers, {failed:,} failures: a corpus made by script "
    "(`torture/corpus.py`) and mutations of it. An input passes if it is read or refused in one "
    "line of under 1,000 printable characters, within 10 s of the processor's time (or of waiting "
    "for nothing), with at most 1 GiB of memory above what the process held, and no file is made "
    "or changed outside the target. Queries that ask for much work by what they say, such as a "
    "list of a billion numbers, are not among the inputs: songnet runs what it is asked. Made by "
    "`python -m torture fuzz`."
)


@dataclass
class Tally:
    """One reader's count."""

    reader: str
    corpus: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[int, Outcome]] = field(default_factory=list)
    slowest: float = 0.0
    peak: int = 0

    def add(self, number: int, outcome: Outcome) -> None:
        """Count an input."""
        self.kinds[outcome.kind] += 1
        self.slowest = max(self.slowest, outcome.seconds)
        self.peak = max(self.peak, outcome.peak)
        if not outcome.passed:
            self.failed.append((number, outcome))

    @property
    def failures(self) -> dict[str, int]:
        """How many failed, by kind."""
        return {k: n for k, n in sorted(self.kinds.items()) if k not in {"accepted", "refused"}}

    def facts(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "reader": self.reader,
            "inputs": self.kinds.total(),
            "corpus": self.corpus,
            "accepted": self.kinds["accepted"],
            "refused": self.kinds["refused"],
            "failures": self.failures,
            "slowest_seconds": round(self.slowest, 2),
            "peak_mib": round(self.peak / 2**20, 1),
            "seconds": round(self.seconds, 1),
        }

    def line(self) -> str:
        """In a line, for a person who waits."""
        return ", ".join(f"{key} {value}" for key, value in self.facts().items())


def write(folder: Path, tallies: Sequence[Tally], seed: int) -> None:
    """Write ``fuzz.json`` and ``fuzz.md``; readers that did not run keep their older lines."""
    data = _read(folder)
    for tally in tallies:
        data["readers"][tally.reader] = {**tally.facts(), "seed": seed}
    _write(folder, data)


def write_commands(folder: Path, commands: Sequence[dict[str, Any]]) -> None:
    """Write what the command line made of one input each."""
    _write(folder, {**_read(folder), "commands": list(commands)})


def _read(folder: Path) -> dict[str, Any]:
    path = folder / "fuzz.json"
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return found
    return {"schema": SCHEMA, "readers": {}, "commands": []}


def _write(folder: Path, data: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data["readers"] = dict(sorted(data["readers"].items()))
    (folder / "fuzz.json").write_text(json.dumps(data, indent=1, ensure_ascii=True) + "\n", "utf-8")
    (folder / "fuzz.md").write_text("\n".join(_lines(data)) + "\n", "utf-8")


def _lines(data: dict[str, Any]) -> list[str]:
    readers = list(data["readers"].values())
    total = sum(reader["inputs"] for reader in readers)
    failed = sum(sum(reader["failures"].values()) for reader in readers)
    return [
        "# Hostile input",
        "",
        INTRODUCTION.format(total=total, readers=len(readers), failed=failed),
        "",
        "| reader | inputs | in the corpus | read | refused | failures | slowest, s | peak, MiB |",
        "|---|---:|---:|---:|---:|---|---:|---:|",
        *(_row(reader) for reader in readers),
        *_commands(data["commands"]),
    ]


def _row(reader: dict[str, Any]) -> str:
    failures = ", ".join(f"{kind} {count}" for kind, count in reader["failures"].items()) or "none"
    return (
        f"| {reader['reader']} | {reader['inputs']:,} | {reader['corpus']:,} | "
        f"{reader['accepted']:,} | {reader['refused']:,} | {failures} | "
        f"{reader['slowest_seconds']:.2f} | {reader['peak_mib']:,.0f} |"
    )


def _cell(text: str) -> str:
    return text.replace("|", "/")


def _commands(commands: Sequence[dict[str, Any]]) -> list[str]:
    if not commands:
        return []
    rows = [
        f"| `{each['command']}` | {each['input']} | {each['code']} | {_cell(each['said'])} |"
        for each in commands
    ]
    return [
        "",
        "## By the command line",
        "",
        "Each in a process of its own: the exit code, and the line that says why.",
        "",
        "| command | input | exit code | said |",
        "|---|---|---:|---|",
        *rows,
    ]
