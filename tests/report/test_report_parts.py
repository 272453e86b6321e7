"""The parts of a page that may be missing: nulls, the grid of all, sections, choices, sweeps."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_samples as samples
from report_html import Page

from songnet.errors import InputError
from songnet.partitions import Choice, ChoiceRow, Plateau, Sweep, SweepRow
from songnet.report import Songs, Table, render, write


@pytest.fixture(scope="module")
def page():
    return Page(render(samples.bare()))


def held():
    """A comparison with nulls, intervals and orders, and one pair that has none of them."""
    first, second, third = samples.bare().comparison["pairs"]
    return samples.comparison(
        samples.tested(first, shuffle=samples.null(0.01), artist=samples.null(0.37, movable=0.6)),
        samples.tested(second, shuffle=samples.null(0.81)),
        third,
    )


def test_the_table_shows_nulls_chance_and_intervals():
    parsed = Page(render(samples.bare(comparison=held(), comparison_note="No album null.")))
    for part in (
        "labels shuffled AMI of the null", "within artists AMI of the null",
        "p = 0.01 survives 0.001 ± 0.004, z 7.5", "p = 0.37 does not survive",
        "chance 0.021", "0.260 to 0.350", "0.456", "leiden-playlists alone covers 3 songs",
        "Whoever beats it agrees about more than who made the songs.", "No album null.",
    ):  # fmt: skip
        assert part in parsed.text


def test_columns_that_no_pair_has_are_left_out(page):
    assert "ECS" not in page.text.split("What the scores say")[0]
    assert "AMI of the null" not in page.text


def test_all_partitions_stand_against_all_in_the_comparisons_order():
    names = ["leiden-playlists", "kmeans-cae_12x15", "leiden-sound"]
    values = [[1, 0.31, 0.12], [0.31, 1, None], [0.12, None, 1]]
    matrix = {"score": "ami", "names": names, "values": values, "order": [2, 0, 1]}
    given = {**held(), "matrix": matrix}
    parsed = Page(render(samples.bare(comparison=given)))
    assert "1 leiden-sound 1.00 0.12 – 2 leiden-playlists 0.12 1.00 0.31 3" in parsed.text
    assert "Partitions that agree stand side by side." in parsed.text


def test_an_old_comparison_has_a_grid_of_its_pairs(page):
    assert "1 leiden-playlists 1.00 0.31 0.12 2 kmeans-cae_12x15 0.31 1.00 0.66 3" in page.text


def test_a_bad_matrix_is_refused():
    bad = {**held(), "matrix": {"names": ["a"], "values": [[1, 2], [3, 4]]}}
    with pytest.raises(InputError, match=r"songnet\.partitions\.compare/1"):
        render(samples.bare(comparison=bad))


def test_sections_bring_their_own_text_tables_and_figures(tmp_path):
    own = samples.bare(sections=[samples.section()])
    files = write(own, tmp_path / "page.html", tmp_path)
    parsed = Page((tmp_path / "page.html").read_text("utf-8"))
    for part in ("The study", "A paragraph of its own.", "Scores by latent", "0.117", "first",
                 "A caption of its own"):  # fmt: skip
        assert part in parsed.text
    assert parsed.text.index("The answer") < parsed.text.index("A paragraph of its own.")
    assert tmp_path / "own.svg" in files
    assert (tmp_path / "own.svg").read_text("utf-8") == samples.SVG
    (own,) = [image for image in parsed.all("img") if image["alt"] == "What it shows"]
    assert own["width"] == "400"  # 300 points


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (lambda: samples.section(figures=[("x", "<svg></svg>", "c", "a")]), "viewBox"),
        (lambda: Table("T", ["a", "b"], [[1]]), "2 columns"),
        (lambda: Songs(["one"], []), "as many titles as artists"),
        (lambda: samples.content(labels={"x": [1, 2]}), "one per song"),
        (lambda: samples.projection(rows=[1, 2]), "a song for each"),
        (lambda: samples.content(projections=[samples.projection(rows=[200] * 200)]), "beyond"),
    ],
)
def test_what_does_not_fit_is_refused(bad, reason):
    with pytest.raises(InputError, match=reason):
        render(samples.bare(sections=[bad()]))


def test_choices_sweeps_and_why_some_are_not_shown():
    row = ChoiceRow(2, 5.0, 0.3, 0.4, 0.1, 9.0, 0.6, degenerate=False)
    choice = Choice("cae_12x15", 200, 0, "ab", (row, replace(row, communities=3)),
                    {"silhouette": 2, "elbow": None}, {"silhouette": "the largest"})  # fmt: skip
    rows = (SweepRow(0.5, 2, 0.4, 0.9, 0.5, degenerate=False, plateau=0),
            SweepRow(1.0, 2, 0.5, 0.8, 0.5, degenerate=False, plateau=0))  # fmt: skip
    sweep = Sweep("playlists", "leiden", "cd", (0, 1), rows, (Plateau(0.5, 1.0, 2, 0.85),), None)
    given = samples.bare(choices=[choice], sweeps=[sweep], stale=["Another is stale."])
    parsed = Page(render(given))
    assert "How many communities" in parsed.text
    assert "cae_12x15, 200 songs, seed 0: chosen by silhouette 2." in parsed.text
    assert "much the same from 0.5 to 1 (2)" in parsed.text
    assert "Another is stale." in parsed.text
