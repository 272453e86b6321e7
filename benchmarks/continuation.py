"""`python -m benchmarks.continuation NAME=FILE.json...`: evaluations of playlists as one page.

The files are what `songnet playlist evaluate --json` printed; how each graph came about is told in
docs/playlists.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.timing import publish

RESULTS = Path(__file__).parent / "results" / "continuation.md"


def report(found: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """The page, line by line."""
    yield "# Playlists continued\n"
    yield (
        "Made by `python -m benchmarks.continuation` from `songnet playlist evaluate --json`. In "
        "brackets are 95 % intervals over playlists; gains are over the better of `neighbours` and "
        "`popularity` (over chance where neither can be asked), playlist by playlist."
    )
    for name, evaluation in found:
        yield from _section(name, evaluation)


def _section(name: str, evaluation: dict[str, Any]) -> Iterator[str]:
    asked = evaluation["scenario"]
    yield f"\n## {name}\n"
    yield (
        f"Scenario {asked['name']}: {asked['playlists']:,} playlists ({asked['distinct']:,} "
        f"distinct) in {asked['folds']} turns, {asked['hidden_songs']:,} songs hidden, known "
        f"{asked['known']:.1%}, reachable {asked['reachable']:.1%}; by chance R-precision "
        f"{asked['chance']['r_precision']:.4f}.\n"
    )
    yield "| method | R-precision | gain | with artists | NDCG | gain | clicks | coverage | ms |"
    yield "|---|---|---|---|---|---|---|---|---|"
    gains = {each["name"]: each for each in evaluation["differences"]}
    for method in evaluation["methods"]:
        yield _row(method, gains.get(method["name"]))
    for each in evaluation["left_out"]:
        yield f"\nLeft out: {each['name']} ({each['why']})."


def _row(method: dict[str, Any], gain: dict[str, Any] | None) -> str:
    cells = [
        method["name"],
        f"{method['r_precision']:.4f} {_ends(method['ci']['r_precision'])}",
        _gain(gain, "r_precision"),
        _artists(method["r_precision_artist"]),
        f"{method['ndcg']:.4f} {_ends(method['ci']['ndcg'])}",
        _gain(gain, "ndcg"),
        f"{method['clicks']:.1f}",
        f"{method['coverage']:.1%}",
        f"{1000 * method['seconds_per_playlist']:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _gain(gain: dict[str, Any] | None, of: str) -> str:
    return "" if gain is None else f"{gain[of]:+.4f} {_ends(gain['ci'][of])}"


def _artists(mean: float | None) -> str:
    return "" if mean is None else f"{mean:.4f}"


def _ends(pair: Sequence[float]) -> str:
    return f"({pair[0]:.4f}, {pair[1]:.4f})"


def main(given: Sequence[str] | None = None) -> None:
    """Read, and keep the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.continuation")
    parser.add_argument("found", metavar="NAME=FILE", nargs="+")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(given)
    pairs = [each.partition("=")[::2] for each in options.found]
    found = [(name, json.loads(Path(file).read_text("utf-8"))) for name, file in pairs]
    publish(report(found), options.out)


if __name__ == "__main__":
    main()
