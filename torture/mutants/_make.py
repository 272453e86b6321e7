"""A copy of the project in which one package holds all its mutants, switched on by name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

COPIED = ("songnet", "tests", "cypher", "scripts", "torture", "benchmarks")
FILES = ("pyproject.toml", "README.md", "LICENSE")


def make(root: Path, package: str, work: Path) -> list[str]:
    """Copy the project from `root`, put mutants into ``songnet/package``; their names, sorted.

    The copy is ``mutants`` in `work`, as mutmut wants it. Decorated functions and module constants
    are left alone: mutmut does not touch them.
    """
    from mutmut.mutation.trampoline import set_mutant_under_test

    shutil.rmtree(work, ignore_errors=True)
    target = work / "mutants"
    skip = shutil.ignore_patterns("__pycache__")
    for place in (work, target):
        for name in COPIED:
            shutil.copytree(root / name, place / name, ignore=skip)
        for name in FILES:
            shutil.copy(root / name, place / name)
    (work / "pyproject.toml").write_text('[tool.mutmut]\nsource_paths = ["songnet/"]\n')
    os.chdir(work)
    set_mutant_under_test("mutant_generation")
    return sorted(_mutate(Path("songnet") / package))


def _mutate(folder: Path) -> list[str]:
    from mutmut.__main__ import create_file_mutants
    from mutmut.mutation.data import SourceFileMutationData

    names: list[str] = []
    for path in sorted(folder.glob("*.py")):
        made = create_file_mutants(path)
        if made.error is not None:
            raise made.error
        data = SourceFileMutationData(path=path)
        data.load()
        names += data.exit_code_by_key
    return names
