"""Loss curves side by side: of a search's trainings, and of encoders whose losses mean the same."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
import report_samples as samples

from songnet.errors import InputError
from songnet.report import Curve, Panel, render, write
from songnet.report._style import COLOURS, GREY, INK
from songnet.report.figures import losses_figure

PANELS = samples.search().panels


def solid(axes):
    return [line for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata())]


def dashed(axes):
    return [line for line in axes.lines if line.get_linestyle() == "--"]


def test_every_training_has_a_dashed_curve_of_training_and_a_solid_one_of_validation():
    left, _ = losses_figure(PANELS).axes
    validation = {tuple(line.get_ydata()): line.get_color() for line in solid(left)}
    training = {tuple(line.get_ydata()): line.get_color() for line in dashed(left)}
    assert validation == {(0.6, 0.02, 0.03): COLOURS[1], (0.8, 0.4): GREY, (1.0,): GREY}
    assert training == {(0.5, 0.1, 0.01): COLOURS[0], (0.7, 0.3): GREY, (0.9,): GREY}
    for line in [*solid(left), *dashed(left)]:
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, len(line.get_ydata()) + 1))


def test_the_best_is_drawn_last_and_its_best_epoch_marked():
    left, right = losses_figure(PANELS).axes
    for axes, place in ((left, (2, 0.02)), (right, (3, 0.01))):
        (mark,) = (line for line in axes.lines if line.get_mec() == INK)
        np.testing.assert_array_equal(mark.get_xydata(), [place])
    assert solid(left)[-1].get_color() == COLOURS[1]


def test_trainings_that_were_given_up_end_in_a_cross():
    left, right = losses_figure(PANELS).axes
    (cross,) = (line for line in left.lines if line.get_marker() == "x")
    np.testing.assert_array_equal(cross.get_xydata(), [(1, 1.0)])
    assert not [line for line in right.lines if line.get_marker() == "x"]


def test_panels_share_one_scale_by_magnitude_where_losses_span_one():
    left, right = losses_figure(PANELS).axes
    assert left.get_ylim() == right.get_ylim()
    assert left.get_xlim() == right.get_xlim()
    assert left.get_yscale() == right.get_yscale() == "log"
    near = losses_figure([Panel("a", [Curve([0.5], [0.4])]), Panel("b", [Curve([0.3], [0.2])])])
    assert [axes.get_yscale() for axes in near.axes] == ["linear", "linear"]


@pytest.mark.parametrize(("panels", "rows"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_two_panels_stand_in_a_row_and_none_is_empty(panels, rows):
    figure = losses_figure([PANELS[0]] * panels)
    assert len(figure.axes) == panels
    assert len({axes.get_subplotspec().rowspan.start for axes in figure.axes}) == rows
    assert all(axes.lines for axes in figure.axes)


def test_the_legend_names_what_there_is():
    def names(panels):
        return [text.get_text() for text in losses_figure(panels).legends[0].get_texts()]

    assert names(PANELS) == ["validation", "training", "other trainings", "given up"]
    assert names(PANELS[1:]) == ["validation", "training"]


def test_a_loss_whose_name_is_too_long_for_the_axis_is_called_so():
    assert losses_figure(PANELS, loss="nats").get_supylabel() == "nats"
    assert losses_figure(PANELS, loss="nats " * 20).get_supylabel() == "loss"


@pytest.mark.parametrize("value", [0.0, -3.0, float("nan"), float("inf"), 1e300])
def test_odd_losses_can_be_drawn(value):
    panel = Panel("odd", [Curve([value, value], [value, value], best=True)])
    assert losses_figure([panel]).axes


@pytest.mark.parametrize("curve", [Curve([], []), Curve([0.1], []), Curve([0.1], [0.1, 0.2])])
def test_curves_of_two_lengths_are_refused(curve):
    with pytest.raises(InputError, match="as many training as validation losses, at least one"):
        Panel("12x15", [curve])


def section(page, name):
    return re.search(rf'<section id="{name}">(.*?)</section>', page, re.DOTALL).group(1)


def test_a_search_has_its_words_its_figure_and_the_best_of_each_latent():
    page = render(samples.content())
    text = section(page, "searches")
    assert "Of 4 trainings: 3 complete, 1 pruned." in text
    assert (
        'alt="Losses of the trainings of search_cae by epoch, side by side: 12x15 · best 0.02, '
        "3 curves, lowest validation loss 0.02; 48x81 · best 0.01, 1 curve, lowest validation "
        'loss 0.01."' in text
    )
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    cells = [re.sub(r"<[^>]*>|\s+", " ", row).split() for row in rows]
    assert cells == [["latent", "batch", "size", "validation", "loss"],
                     ["48x81", "5", "0.01"], ["12x15", "10", "0.02"]]  # fmt: skip


def test_a_page_without_searches_does_not_speak_of_them():
    page = render(samples.bare())
    assert 'id="searches"' not in page
    assert "#searches" not in page


def test_a_search_that_cannot_be_read_is_named_with_the_reason():
    page = render(samples.bare(unread=["The search x cannot be shown: it is damaged."]))
    assert "The search x cannot be shown: it is damaged." in section(page, "searches")
    assert 'href="#searches"' in page


def encoders(*kinds):
    return [
        dataclasses.replace(
            samples.encoder(examples=[]),
            name=f"encoder_{n}",
            params={"kind": kind},
            loss=f"{kind} loss",
        )
        for n, kind in enumerate(kinds)
    ]


def test_encoders_of_one_kind_have_their_losses_side_by_side(tmp_path):
    shown = samples.bare(encoders=encoders("cae", "vae", "cae"))
    files = {path.name for path in write(shown, tmp_path / "page.html", tmp_path)}
    assert {"losses-cae.svg", "loss-encoder_1.svg"} <= files
    assert "losses-vae.svg" not in files
    text = section(render(shown), "encoders")
    assert "Losses of the 2 encoders of kind cae by epoch, on one scale (cae loss)." in text
    assert "encoder_0 · best 0.02, 1 curve" in text


def test_an_encoder_that_stands_alone_or_has_no_history_is_not_compared():
    alone = encoders("cae", "vae")
    without = [alone[0], dataclasses.replace(alone[0], name="other", history={})]
    for some in (alone, without):
        assert "on one scale" not in render(samples.bare(encoders=some))


def test_a_model_that_draws_nothing_is_not_said_to_lack_pictures():
    silent = dataclasses.replace(samples.encoder(examples=[]), draws=False)
    assert "No spectrograms to show" not in render(samples.bare(encoders=[silent]))
