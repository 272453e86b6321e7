"""`python -m torture WORD ...`: one kind of trial, with options of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

MODULES = {name: f"torture.{name}" for name in ("crash", "power", "fuzz", "mutants")}


def main(given: Sequence[str] | None = None) -> None:
    """Hand over to the `main` of the word's module."""
    word, *arguments = [*(sys.argv[1:] if given is None else given), ""]
    if word not in MODULES:
        print(f"{word!r} is no kind of trial: give one of {', '.join(MODULES)}", file=sys.stderr)
        sys.exit(2)
    import_module(MODULES[word]).main(arguments[:-1])


if __name__ == "__main__":
    main()
