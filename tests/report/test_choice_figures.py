"""The figures of choose-k and sweep say what was found."""

import re

import numpy as np
import pytest

from songnet.partitions import Choice, ChoiceRow, Plateau, Sweep, SweepRow
from songnet.report._choice_figures import choice_figure, sweep_figure
from songnet.report._style import to_svg


def choice(*, gap=True, silhouette=True, chosen_gap=1):
    rows = [
        ChoiceRow(
            communities=k,
            inertia=100.0 / k,
            silhouette=0.3 / k if silhouette and k > 1 else None,
            gap=0.5 + 0.1 * k if gap else None,
            gap_error=0.05 if gap else None,
            bic=500.0 + k,
            largest=0.95 if k == 3 else 0.5,
            degenerate=k == 3,
        )
        for k in range(1, 7)
    ]
    chosen = {"silhouette": 2, "elbow": 3, "gap": chosen_gap, "bic": 1}
    return Choice("enc", 50, 0, "f", tuple(rows), chosen, dict.fromkeys(chosen, "a rule"))


def sweep(*, rows=12, chosen=1.0, plateaus=True):
    resolutions = np.geomspace(0.1, 10, rows)
    return Sweep(
        on="playlists",
        algorithm="leiden",
        fingerprint="f",
        seeds=(0, 1, 2),
        rows=tuple(
            SweepRow(float(each), 2 + 9 * place, 0.4, 0.9, 0.3, place == 0, None)
            for place, each in enumerate(resolutions)
        ),
        plateaus=(Plateau(0.5, 2.0, 12, 0.95),) if plateaus else (),
        chosen=chosen,
    )


def words(figure):
    return re.findall(r"<text[^>]*>([^<]*)</text>", to_svg(figure, title="t"))


def offsets(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker and len(line.get_xdata())]


def test_every_criterion_has_a_panel_and_names_its_choice():
    figure = choice_figure(choice())
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["silhouette: 2", "elbow: 3", "gap statistic: 1", "BIC: 1"]
    shown = words(figure)
    assert {"mean silhouette", "inertia", "communities", "BIC (lower is better)"} <= set(shown)


def test_the_choice_is_ringed_and_degenerate_numbers_are_crossed():
    figure = choice_figure(choice())
    for axes, chosen in zip(figure.axes, (2, 3, 1, 1), strict=True):
        rings = [line for line in offsets(axes, "o") if line.get_markersize() == 8]
        assert [line.get_xdata().tolist() for line in rings] == [[chosen]]
        assert [line.get_xdata().tolist() for line in offsets(axes, "x")] == [[3]]


def test_errors_of_the_gap_are_drawn():
    gap = choice_figure(choice()).axes[2]
    (bars,) = gap.collections
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    assert np.allclose(ends[:, 1] - ends[:, 0], 0.1)


@pytest.mark.parametrize(("options", "panels"), [({"gap": False}, 3), ({"silhouette": False}, 3)])
def test_a_criterion_without_values_has_no_panel(options, panels):
    assert len(choice_figure(choice(**options)).axes) == panels


def test_a_criterion_that_chooses_none_says_so():
    assert "gap statistic: chooses none" in words(choice_figure(choice(chosen_gap=None)))


def test_a_profile_shows_communities_stability_and_modularity():
    figure = sweep_figure(sweep())
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "communities", "stability (AMI)", "modularity",
    ]  # fmt: skip
    assert "leiden, 3 seeds: 1 plateau, chosen resolution 1" in words(figure)
    for axes in figure.axes:
        assert axes.get_xscale() == "log"
        assert [patch.get_x() for patch in axes.patches] == [0.5]
        assert [len(line.get_xdata()) for line in offsets(axes, "x")] == [1]
    assert figure.axes[0].get_yscale() == "log"


@pytest.mark.parametrize("options", [{"chosen": None}, {"plateaus": False}, {"rows": 1}])
def test_a_profile_may_lack_things(options):
    shown = " ".join(words(sweep_figure(sweep(**options))))
    assert ("chosen" in shown) == (options.get("chosen", 1.0) is not None)
    assert re.search(r"\b0 plateaus" if "plateaus" in options else r"\b1 plateau\b", shown)


@pytest.mark.parametrize("draw", [lambda: choice_figure(choice()), lambda: sweep_figure(sweep())])
def test_the_same_figure_is_the_same_text(draw):
    assert to_svg(draw(), title="t") == to_svg(draw(), title="t")
