#!/usr/bin/env python3
"""Score the original study's four tables beyond chance, and write docs/what-the-study-missed.md.

    .venv/bin/python scripts/rescore_study.py [FILE.md]

A table holds counts and no songs, so of songnet's null hypotheses only the shuffle of labels can be
tried on it. Everything is computed here from the counts; nothing is typed in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from songnet.agreement import (
    Contingency,
    best_matches,
    contingency,
    expected,
    nmi_by,
    residuals,
    scores,
    shuffled,
    subsampled,
)
from songnet.demo.original_study import TABLES, ConfusionTable

PAGE = Path(__file__).parent.parent / "docs" / "what-the-study-missed.md"
SAMPLES = 9_999
SUBSAMPLES = 999
SEED = 0
INTRO = """\
# What the study missed

The original study (T. Farnan, A. Dantuluri, S. Bose, "SongNet: making a machine listen to music",
2020) set k-means clusters of what autoencoders hear against communities of playlists, in four
confusion matrices over the same 2,763 songs. It read them by eye and concluded that no correlated
structure emerges. This page scores the four matrices. `scripts/rescore_study.py` made it from the
counts alone.

**In short.** Three of the four cannot show anything: their four communities are one community of
98 % of the songs, and crumbs. The one with eleven communities agrees with sound far beyond chance:
a weak agreement, and a certain one.
"""
LIMITS = """\
## What this cannot show

- **Which null.** Labels were shuffled among all songs. The tables do not name their songs, so
  labels cannot be shuffled within artists or albums, and no playlist can be rewired: whether the
  agreement is more than artists who sound like themselves and share playlists with themselves, the
  study's figures cannot say. `songnet study` can, on data of your own.
- **One table is one table.** It is one encoder, one number of clusters (4, the silhouette's choice)
  and one cut of one network (asked for 10 communities, the method gave 11).
- **Size.** An AMI of 0.12 is far from chance and far from agreement. Most of what playlists know of
  these songs is not in four clusters of sound.
"""


def main() -> None:
    """Write the page."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    path.write_text(page(), encoding="utf-8")
    print(f"wrote {path}", file=sys.stderr)


def page() -> str:
    """The page, as Markdown."""
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield INTRO
    yield "## Agreement, and what chance gives\n"
    yield from _agreement()
    yield "## Normalised mutual information, by what it is normalised\n"
    yield from _normalised()
    yield "## Where the table with eleven communities departs from chance\n"
    yield from _departures(TABLES[0])
    yield LIMITS


def _agreement() -> Iterator[str]:
    rows = []
    for table in TABLES:
        cells = contingency(*table.labels())
        found, chance = scores(cells), expected(cells)
        null = shuffled(*table.labels(), samples=SAMPLES, seed=SEED).scores
        ends = subsampled(*table.labels(), samples=SUBSAMPLES, seed=SEED).scores["ami"]
        rows.append(
            [
                table.title,
                f"{cells.column_sizes.max() / cells.songs:.0%}",
                f"{found.nmi:.4f} ({chance.nmi:.4f})",
                f"{found.ami:.4f} ({ends[0]:.4f} to {ends[1]:.4f})",
                f"{found.ari:.4f}",
                f"{found.vi:.3f} ({chance.vi:.3f})",
                f"{found.element_centric:.4f} ({chance.element_centric:.4f})",
                f"{null['ami'].z:.1f}",
                f"{null['ami'].p:.4f}",
                _chi_square(table),
            ]
        )
    head = ["table", "largest community", "NMI (chance)", "AMI (95 %)", "ARI", "VI, nats (chance)"]
    head += ["element-centric (chance)", "z of AMI", "p, shuffled labels", "p, chi-square"]
    yield from _markdown(head, rows)
    yield (
        "\nAMI and ARI are 0 by chance. The values by chance are exact expectations under shuffled "
        f"labels; z and p come from {SAMPLES:,} shuffles (seed {SEED}; the smallest p there can be "
        f"is {1 / (SAMPLES + 1):.4f}); intervals from {SUBSAMPLES} subsamples of half the songs "
        "without replacement. Chi-square: Pearson's test of independence (scipy), whose p is only "
        "rough where cells are small, as in the tables with four communities.\n"
    )


def _chi_square(table: ConfusionTable) -> str:
    from scipy.stats import chi2_contingency

    return f"{chi2_contingency(table.cells).pvalue:.2g}"


def _normalised() -> Iterator[str]:
    found = [nmi_by(contingency(*table.labels())) for table in TABLES]
    rows = [
        [table.title, *(f"{value:.4f}" for value in each.values())]
        for table, each in zip(TABLES, found, strict=True)
    ]
    yield from _markdown(["table", *found[0]], rows)
    yield ""


def _departures(table: ConfusionTable) -> Iterator[str]:
    cells = contingency(*table.labels())
    yield (
        f"{table.title}. Pearson residuals, (observed - expected) / sqrt(expected): beyond 2 in "
        "either direction is more than chance would have it in one cell of twenty.\n"
    )
    found = residuals(cells)
    grid = np.full(table.cells.shape, np.nan)
    grid[found.rows, found.columns] = found.values
    head = ["cluster", *(f"community {i}" for i in range(table.cells.shape[1]))]
    rows = [
        [str(row), *("" if np.isnan(value) else f"{value:+.1f}" for value in values)]
        for row, values in enumerate(grid)
    ]
    yield from _markdown(head, rows)
    yield "\nAn empty field is an empty cell that chance would leave empty as often.\n"
    yield from _matched(cells)


def _matched(cells: Contingency) -> Iterator[str]:
    matches = best_matches(cells)[0]
    yield "The community that is most like each cluster, by Jaccard index:\n"
    columns = zip(
        matches.community, matches.match, matches.songs, matches.shared,
        matches.precision, matches.recall, matches.jaccard, strict=True,
    )  # fmt: skip
    rows = [
        [*(str(value) for value in counts), *(f"{value:.2f}" for value in shares)]
        for *counts, shares in ((*row[:4], row[4:]) for row in columns)
    ]
    head = ["cluster", "community", "songs of the cluster", "shared", "precision", "recall"]
    yield from _markdown([*head, "Jaccard"], rows)
    yield ""


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    main()
