"""`python -m torture mutants`: the options, the sample, and the page."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from torture.mutants._make import make

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "torture" / "results"
PACKAGES = ("agreement", "networks", "partitions")
FATES = ("killed", "does not end", "survived", "no test")
# Pools and hidden files of pytest's own would see the mutants' forks.
PLUGINS = ("randomly", "cacheprovider", "xdist", "cov")

Fate = tuple[str, str, str]


def main(arguments: Sequence[str]) -> None:
    """Make mutants of a package, let its tests meet a sample of them, and write the page."""
    options = _options(arguments)
    work = ROOT / "build" / "mutants" / options.package
    names = make(ROOT, options.package, work)
    chosen = sampled(names, options.sample, options.seed)
    fates = _met(work, chosen, options.tests or [f"tests/{options.package}"])
    page = "\n".join(page_of(options.package, names, fates, options.seed)) + "\n"
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"mutants-{options.package}.md").write_text(page, "utf-8")
    print(page.splitlines()[2])


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture mutants", description=__doc__)
    parser.add_argument("--package", choices=PACKAGES, required=True)
    parser.add_argument("--sample", type=int, default=500, help="how many [default: 500]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--tests", action="append", help="files or folders instead of tests/PACKAGE"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page goes")
    return parser.parse_args(arguments)


def sampled(names: Sequence[str], size: int, seed: int) -> list[str]:
    """At most `size` of `names`, drawn by `seed`, whatever their order."""
    ordered = sorted(names)
    return random.Random(seed).sample(ordered, min(size, len(ordered)))


def _met(work: Path, chosen: Sequence[str], tests: Sequence[str]) -> list[Fate]:
    """The fates of mutants; compiled loops run as plain Python, for they cannot be mutated."""
    given, out = work / "chosen.json", work / "fates.jsonl"
    given.write_text(json.dumps(list(chosen)))
    copy = work / "mutants"
    plain = [word for name in PLUGINS for word in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "torture.mutants._plugin", *plain]
    environment = {
        **os.environ, "NUMBA_DISABLE_JIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([str(copy), os.environ.get("PYTHONPATH", "")]),
        "SONGNET_MUTANTS": str(given), "SONGNET_MUTANTS_OUT": str(out),
    }  # fmt: skip
    subprocess.run([*command, *tests], cwd=copy, env=environment, check=True)
    (_, fate, by), *fates = map(json.loads, out.read_text().splitlines())
    if fate != "survived":
        raise RuntimeError(f"a mutant that changes nothing was {fate} {by}")
    return [(name, fate, by) for name, fate, by in fates]


def page_of(package: str, names: Sequence[str], fates: Sequence[Fate], seed: int) -> Iterator[str]:
    """The page: per file how many there are, were tried, and what became of them; who survived."""
    count = Counter(fate for _, fate, _ in fates)
    told = ", ".join(f"{count[fate]:,} {fate}" for fate in FATES if count[fate])
    yield f"# Mutants of songnet/{package}\n"
    yield f"{len(fates):,} of {len(names):,} mutants tried (seed {seed}): {told}.\n"
    yield f"| file | mutants | tried | {' | '.join(FATES)} |"
    yield "|---|" + "---:|" * (2 + len(FATES))
    every = Counter(map(_file, names))
    for file in sorted(every):
        here = Counter(fate for name, fate, _ in fates if _file(name) == file)
        numbers = (every[file], here.total(), *(here[fate] for fate in FATES))
        yield f"| {file} | {' | '.join(map(str, numbers))} |"
    for name, fate, _ in sorted(fates):
        if fate in {"survived", "no test"}:
            yield f"\n- {fate}: `{name}`"
    yield f"\nAgain: `make mutants`. One mutant: `mutmut show NAME` in `build/mutants/{package}`."


def _file(name: str) -> str:
    """The module of a mutant: ``songnet.agreement._nulls.x_shuffled__mutmut_3`` has ``_nulls``."""
    return name.split(".")[2]
