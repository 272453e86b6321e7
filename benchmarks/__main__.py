"""`python -m benchmarks WORD ...`: one benchmark, or what makes its data; `analysis` by default."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

MODULES = {
    "analysis": "benchmarks.analysis",
    "generate": "benchmarks.mpd",
    "growth": "benchmarks.growth",
    "peers": "benchmarks.peers.__main__",
    "profiles": "benchmarks.profiles",
    "spark": "benchmarks.spark",
    "whole": "benchmarks.whole",
}


def main(given: Sequence[str] | None = None) -> None:
    """Hand over to the `main` of the word's module; options belong to it."""
    arguments = list(sys.argv[1:] if given is None else given)
    named = bool(arguments) and not arguments[0].startswith("-")
    word = arguments.pop(0) if named else "analysis"
    if word not in MODULES:
        print(f"{word!r} is no benchmark: give one of {', '.join(MODULES)}", file=sys.stderr)
        sys.exit(2)
    import_module(MODULES[word]).main(arguments)


if __name__ == "__main__":
    main()
