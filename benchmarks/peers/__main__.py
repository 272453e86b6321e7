"""`python -m benchmarks peers`: race songnet against its peers, stage by stage.

    python -m benchmarks peers                      # all stages, about 25 minutes on two cores
    python -m benchmarks peers project --quick      # one, on a small input
    python -m benchmarks peers --report-only        # the pages anew from what was measured

Needs the libraries of benchmarks/requirements.lock; a peer whose library is missing is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from benchmarks._measure import machine, versions
from benchmarks.peers import neighbors
from benchmarks.peers.report import Result, chart, page, summary
from benchmarks.peers.runner import ROUNDS, Course, Limits, race
from benchmarks.peers.stage import Stage
from benchmarks.peers.stages import REFERENCES, stage

RESULTS = Path(__file__).parents[1] / "results" / "peers"
PACKAGES = (
    "songnet", "numpy", "scipy", "scikit-learn", "igraph", "leidenalg", "infomap", "networkit",
    "networkx", "cdlib", "clusim", "duckdb", "polars", "sparse-dot-topn", "faiss-cpu", "usearch",
    "pynndescent", "ladybug", "pyarrow",
)  # fmt: skip


def run(
    reference: str,
    chosen: Stage,
    size: int,
    *,
    rounds: int = ROUNDS,
    limits: Limits,
    load_before: float = 0.0,
) -> Result:
    """Prepare a stage's input, race its contenders and judge them."""
    with tempfile.TemporaryDirectory(prefix="songnet-peers-") as folder:
        source, tiny = Path(folder) / "input", Path(folder) / "tiny"
        for place in (source, tiny):
            place.mkdir()
        chosen.prepare(tiny, chosen.sizes.tiny)
        said = chosen.prepare(source, size)
        print(f"{chosen.name}: {said}", file=sys.stderr, flush=True)
        course = Course(reference, source, tiny, Path(folder) / "out", limits)
        outcomes = race(chosen, course, rounds=rounds)
    return Result(
        stage=chosen.name,
        title=chosen.title,
        source=said,
        threads=chosen.threads,
        rounds=rounds,
        limits=asdict(limits),
        machine=machine() | {"load_before": load_before},
        versions=versions(PACKAGES),
        outcomes=outcomes,
        notes=chosen.notes,
    )


def keep(result: Result, folder: Path) -> None:
    """A stage's figures, page and chart."""
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(asdict(result), indent=1) + "\n"
    (folder / f"{result.stage}.json").write_text(told, "utf-8")
    (folder / f"{result.stage}.md").write_text("\n".join(page(result)), "utf-8")
    chart(result, folder / f"{result.stage}.png")


def kept(folder: Path) -> list[Result]:
    """All results of a folder, in the order of the work."""
    files = [folder / f"{name}.json" for name in REFERENCES]
    return [
        Result.from_json(json.loads(file.read_text("utf-8"))) for file in files if file.exists()
    ]


def main(given: Sequence[str] | None = None) -> None:
    """Race the stages that are asked for."""
    asked = _arguments(given)
    asked.load_before = round(os.getloadavg()[0], 1)
    for name in [] if asked.report_only else asked.stages or REFERENCES:
        _race(name, asked)
    results = kept(asked.out)
    for result in results:
        keep(result, asked.out)
    (asked.out / "README.md").write_text("\n".join(summary(results)), "utf-8")


def _race(name: str, asked: argparse.Namespace) -> None:
    began, chosen = time.perf_counter(), stage(name)
    if chosen.prepare is neighbors.prepare:
        chosen = replace(chosen, prepare=partial(neighbors.prepare, demo=asked.data))
    size = chosen.sizes.quick if asked.quick else chosen.sizes.full
    limits = Limits(asked.limit or chosen.limit, asked.memory_gib)
    options = {"rounds": asked.rounds, "limits": limits, "load_before": asked.load_before}
    keep(run(REFERENCES[name], chosen, size, **options), asked.out)
    print(f"{name}: {time.perf_counter() - began:.0f} s in all", file=sys.stderr, flush=True)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(REFERENCES))
    parser.add_argument("--quick", action="store_true", help="small inputs")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--limit", type=float, help="seconds for a contender, for all stages")
    parser.add_argument("--memory-gib", type=float, default=8.0, help="for a contender")
    parser.add_argument(
        "--data", type=Path, default=neighbors.DEMO, help="a data folder with embeddings"
    )
    parser.add_argument("--report-only", action="store_true", help="race nobody")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args(given)
    if unknown := [name for name in asked.stages if name not in REFERENCES]:
        parser.error(f"no stage {', '.join(unknown)}: there is {', '.join(REFERENCES)}")
    return asked


if __name__ == "__main__":
    main()
