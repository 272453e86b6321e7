"""Figures show the numbers they were given: read back from the drawn objects."""

from __future__ import annotations

import re

import librosa
import matplotlib as mpl
import numpy as np
import pytest
import report_samples as samples
from defusedxml import ElementTree

from songnet.errors import InputError
from songnet.report import EncoderSection
from songnet.report._compared import Matrix, pairs
from songnet.report._grid import Grid
from songnet.report._style import GREY, SERIES, to_svg
from songnet.report.figures import (
    confusion_figure,
    effects_figure,
    flow_figure,
    grid_figure,
    loss_figure,
    scatter_figure,
    spectrogram_figure,
)

COUNTS = np.array([[30, 10, 0], [1, 1, 2]])


def small(counts=COUNTS, title="Band"):
    rows, columns = counts.shape
    return Matrix(
        counts,
        [f"{title} {n}" for n in range(rows)],
        [f"List {n}" for n in range(columns)],
        np.arange(rows),
        np.arange(columns),
    )


def drawn(figure, title="A figure"):
    svg = to_svg(figure, title=title)
    return svg, ElementTree.fromstring(svg)


def texts(figure):
    _, root = drawn(figure)
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_loss_curves_hold_the_values_by_epoch():
    history = {"loss": [0.5, 0.3, 0.2], "val_loss": [0.6, 0.25, 0.4]}
    training, validation, best = loss_figure(history).axes[0].lines
    np.testing.assert_array_equal(training.get_xydata(), [(1, 0.5), (2, 0.3), (3, 0.2)])
    np.testing.assert_array_equal(validation.get_xydata(), [(1, 0.6), (2, 0.25), (3, 0.4)])
    np.testing.assert_array_equal(best.get_xydata(), [(2, 0.25)])
    assert best.get_label() == "lowest validation loss: 0.25 in epoch 2"


def test_the_epoch_whose_weights_were_kept_is_marked_where_it_is_not_the_lowest():
    history = {"loss": [0.5, 0.3, 0.2], "val_loss": [0.6, 0.25, 0.4]}
    *_, kept = loss_figure(history, kept=3).axes[0].lines
    np.testing.assert_array_equal(kept.get_xydata(), [(3, 0.4)])
    assert kept.get_label() == "weights kept, validation loss: 0.4 in epoch 3"


@pytest.mark.parametrize(
    "history",
    [
        {"loss": [0.5]},
        {"val_loss": [0.5, 0.4]},
        {"loss": [0.0, 0.0]},
        {"loss": [3.0, float("nan"), 0.001], "val_loss": [float("nan")] * 3},
        {"loss": [1e4, 1e-4]},
        {"loss": [-3.0, 2.0]},
    ],
)
def test_odd_histories_can_be_drawn(history):
    assert "epoch" in texts(loss_figure(history))


def test_a_wide_range_of_losses_is_drawn_by_magnitude():
    assert loss_figure({"loss": [1.0, 0.01]}).axes[0].get_yscale() == "log"
    assert loss_figure({"loss": [1.0, 0.5]}).axes[0].get_yscale() == "linear"


@pytest.mark.parametrize("losses", [[0.5, 0.02], [1.0, 1e-6], [1e7, 2.0], [0.03, 0.02]])
def test_ticks_are_plain_numbers(losses):
    numbers = [text for text in texts(loss_figure({"loss": losses})) if re.search(r"\d", text)]
    assert len(numbers) >= 4
    for text in numbers:
        float(text)


def test_spectrograms_have_low_mel_at_the_bottom_and_one_scale():
    example = samples.example()
    left, right, _ = spectrogram_figure(example).axes
    for axes, picture in ((left, example.original / 255), (right, example.reconstruction)):
        image = axes.images[0]
        np.testing.assert_allclose(image.get_array(), picture, atol=1e-7)
        assert image.origin == "lower"
        assert image.get_clim() == (0, 1)
        assert image.get_cmap().name == "magma"
    assert left.get_ylim() == right.get_ylim() == (-0.5, 95.5)
    assert [left.get_title("left"), right.get_title("left")] == ["original", "reconstruction"]


def test_frequencies_stand_at_their_mel_band():
    centres = librosa.mel_frequencies(n_mels=98, fmax=11_025)[1:-1]
    ticks = spectrogram_figure(samples.example()).axes[0].get_yticks()
    np.testing.assert_allclose(
        ticks, np.interp([250, 1000, 4000, 10_000], centres, np.arange(96)), atol=0.02
    )


@pytest.mark.parametrize("shape", [(95, 216), (216, 96), (96, 216, 1)])
def test_pictures_of_another_shape_are_refused(shape):
    picture = np.zeros(shape, np.uint8)
    with pytest.raises(InputError, match="96 x 216"):
        EncoderSection("cae", examples=[("song", picture, picture / 255)])


def test_heat_map_colours_are_shares_of_rows_and_texts_are_counts():
    figure = confusion_figure(small(), rows="a", columns="b")
    axes = figure.axes[0]
    np.testing.assert_allclose(
        axes.collections[0].get_array(), [[0.75, 0.25, 0], [0.25, 0.25, 0.5]]
    )
    assert axes.collections[0].get_clim() == (0, 1)
    written = {tuple(text.get_position()): text.get_text() for text in axes.texts}
    assert written == {
        (0.5, 0.5): "30", (1.5, 0.5): "10", (0.5, 1.5): "1", (1.5, 1.5): "1", (2.5, 1.5): "2",
    }  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Band 0 · 40", "Band 1 · 4"]
    assert axes.get_xticklabels()[2].get_text() == "List 2 · 2"
    assert axes.yaxis_inverted()


def test_counts_too_wide_for_their_cells_are_left_out():
    wide = np.full((20, 20), 12_345)
    assert not confusion_figure(small(wide), rows="a", columns="b").axes[0].texts
    assert len(confusion_figure(small(wide % 100), rows="a", columns="b").axes[0].texts) == 400


def test_a_heat_map_of_nothing_can_be_drawn():
    assert "a" in texts(confusion_figure(small(np.zeros((1, 1), int)), rows="a", columns="b"))


@pytest.mark.parametrize("communities", [1, 12, 13, 40])
def test_at_most_twelve_communities_have_colours(communities):
    projection = samples.projection(400, communities)
    axes = scatter_figure(projection).axes[0]
    labels = [each.get_label() for each in axes.collections]
    coloured = min(communities, 12)
    assert sum(len(each.get_offsets()) for each in axes.collections) == 400
    assert len(labels) == coloured + (communities > 12)
    if communities > 12:
        assert labels[-1].startswith(f"other ({communities - 12} communit")
        assert mpl.colors.to_hex(axes.collections[-1].get_facecolor()[0]) == GREY


def test_looks_of_communities_differ_in_colour_or_shape():
    assert len(set(SERIES)) == 12


def test_points_of_a_community_stand_where_they_were_given():
    projection = samples.projection(60, 3)
    for each in scatter_figure(projection).axes[0].collections:
        label = int(re.match(r"Band (\d)", each.get_label())[1])
        np.testing.assert_array_equal(
            each.get_offsets(), projection.points[projection.labels == label]
        )


def test_songs_in_no_community_are_shown_apart():
    labels = np.array([0, 0, -1])
    projection = samples.projection(3, 1, points=np.eye(3, 2), labels=labels)
    names = [each.get_label() for each in scatter_figure(projection).axes[0].collections]
    assert names == ["Band 0 · 2", "in no community · 1"]


def test_axes_say_how_much_they_keep():
    axes = scatter_figure(samples.projection()).axes[0]
    assert axes.get_xlabel() == "principal component 1 · 61 % of the variance"
    neighbours = scatter_figure(samples.projection(method="t-SNE")).axes[0]
    assert neighbours.get_ylabel() == "t-SNE 2 (no unit)"


def test_many_points_become_one_picture():
    few, _ = drawn(scatter_figure(samples.projection(2000)))
    many, _ = drawn(scatter_figure(samples.projection(20_000)))
    assert "<image" not in few
    assert "<image" in many
    assert len(many) < len(few)


@pytest.mark.parametrize("songs", [0, 1])
def test_hardly_any_songs_can_be_drawn(songs):
    projection = samples.projection(1, 1, points=np.zeros((songs, 2)), labels=np.zeros(songs, int))
    assert "principal component 1" in " ".join(texts(scatter_figure(projection)))


@pytest.mark.parametrize(
    ("points", "labels"),
    [
        (np.zeros((3, 3)), np.zeros(3, int)),
        (np.zeros((3, 2)), np.zeros(2, int)),
        (np.zeros(3), np.zeros(3, int)),
        (np.full((3, 2), np.nan), np.zeros(3, int)),
    ],
)
def test_points_that_cannot_be_drawn_are_refused(points, labels):
    with pytest.raises(InputError, match="Where the clusters lie"):
        samples.projection(points=points, labels=labels)


def test_titles_are_shown_as_they_are():
    odd = ["A$AP $ and $x^2$", "<b>&\"'", "🎷", "日本", "\ud800\x00"]
    shown = texts(scatter_figure(samples.projection(100, 5, legend=odd)))
    for title in ("A$AP $ and $x^2$", "<b>&\"'", "🎷", "日本", "\ufffd\ufffd"):
        assert any(line.startswith(title) for line in shown), title


def test_right_to_left_titles_do_not_turn_their_counts():
    shown = texts(scatter_figure(samples.projection(10, 1, legend=["مرحبا"])))
    assert "\u2068مرحبا\u2069 · 10" in shown


def test_long_titles_are_cut():
    shown = texts(confusion_figure(small(title="long " * 50), rows="a" * 500, columns="b"))
    assert max(map(len, shown)) <= 52
    assert any("…" in line for line in shown)


def test_svg_says_its_title_and_no_date():
    svg, root = drawn(loss_figure({"loss": [1, 2]}), title="Loss & <more>")
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Loss & <more>"
    assert "metadata" not in svg
    assert "DOCTYPE" not in svg
    assert not re.search(r"20\d\d-\d\d-\d\d", svg)


def test_the_same_figure_gives_the_same_svg():
    first, second = (drawn(scatter_figure(samples.projection(3000)))[0] for _ in range(2))
    assert first == second


def test_the_callers_settings_neither_matter_nor_change():
    with mpl.rc_context({"font.size": 31, "axes.facecolor": "red"}):
        before = dict(mpl.rcParams)
        svg, _ = drawn(loss_figure({"loss": [1, 2]}))
        assert dict(mpl.rcParams) == before
    assert svg == drawn(loss_figure({"loss": [1, 2]}))[0]


def test_bands_of_a_flow_are_as_wide_as_their_songs():
    axes = flow_figure(small(), rows="left", columns="right").axes[0]
    bands, bars = axes.patches[:5], axes.patches[5:]
    widths = [np.ptp([y for x, y in band.get_path().vertices if x < 0.1]) for band in bands]
    np.testing.assert_allclose(widths, np.array([30, 10, 1, 1, 2]) / 44)
    heights = [bar.get_height() for bar in bars]
    np.testing.assert_allclose(heights, np.array([40, 4, 31, 11, 2]) / 44)
    assert {"Band 0", "Band 1", "List 0", "List 2"} <= {text.get_text() for text in axes.texts}


def test_a_flow_of_nothing_can_be_drawn():
    assert "a" in texts(flow_figure(small(np.zeros((1, 1), int)), rows="a", columns="b"))


def test_the_grid_shows_every_value_and_no_score_as_blank():
    values = np.array([[1, 0.25, np.nan], [0.25, 1, -0.01], [np.nan, -0.01, 1]])
    axes = grid_figure(Grid(["a", "b", "c"], values, clustered=True)).axes[0]
    written = {tuple(text.get_position()): text.get_text() for text in axes.texts}
    assert written[1.5, 0.5] == written[0.5, 1.5] == "0.25"
    assert written[2.5, 1.5] == "−0.01"
    assert (2.5, 0.5) not in written
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    assert axes.collections[0].get_array().mask.sum() == 2


def test_large_grids_have_no_numbers_in_their_cells():
    names = [f"p{n}" for n in range(17)]
    assert not grid_figure(Grid(names, np.eye(17), clustered=False)).axes[0].texts


def test_effects_stand_beside_their_nulls_and_interval():
    table = samples.TABLE
    held = samples.tested(
        samples.pair("x", "y", table, 0.31), shuffle=samples.null(0.01), odd=samples.null(0.5)
    )
    plain = samples.pair("x", "z", table, 0.12)
    given = pairs(samples.content(comparison=samples.comparison(held, plain)))
    figure = effects_figure(given)
    lines = [line.get_xydata().tolist() for line in figure.axes[0].lines[1:]]
    assert [[pytest.approx(0.26), 0], [pytest.approx(0.35), 0]] in lines
    assert [[0.31, 0]] in lines
    assert [[0.12, 1]] in lines
    assert len([line for line in lines if len(line) == 1 and line[0][0] == 0.001]) == 2
    assert {"null: labels shuffled", "null: odd", "0.310"} <= set(texts(figure))
