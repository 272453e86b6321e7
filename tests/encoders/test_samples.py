"""Redrawn songs, ways and draws of a small model, and the sheet they are drawn on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from songnet.encoders import _keras, vae
from songnet.encoders._contact_sheet import (
    COLUMN_WIDTH,
    GAP,
    LABEL_HEIGHT,
    ROW_HEIGHT,
    contact_sheet,
    write_sheet,
)
from songnet.encoders._network import Network
from songnet.encoders._samples import interpolated, random_latents, samples
from songnet.encoders._vae_network import network
from songnet.errors import EmptyInputError, InputError

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 96, 216), dtype=np.uint8)
NAMES = ["Für Elise", "two", "three", "four", "five"]


@pytest.fixture(scope="module")
def variational():
    return network(vae.design({"filters": (4, 3), "pooling": (4, 6), "latent": 3}), seed=0)


@pytest.fixture(scope="module")
def quarters():
    """An autoencoder by hand: the means of the four quarters of the time, drawn as they are."""
    _, tf = _keras.load()

    def vectors(pixels):
        return tf.reduce_mean(
            tf.reshape(tf.cast(pixels, tf.float32) / 255, (-1, 96, 4, 54)), (1, 3)
        )

    def decode(latents):
        return tf.repeat(tf.repeat(latents[:, None], 96, axis=1), 54, axis=2)

    return Network(
        variables={},
        trainable=[],
        terms=lambda *_: {},
        vectors=vectors,
        reconstruct=lambda pixels: decode(vectors(pixels)),
        decode=decode,
    )


def test_everything_is_there_in_its_size(variational):
    found = samples(variational, PIXELS, draws=6, steps=4)
    np.testing.assert_array_equal(found.originals, PIXELS.astype(np.float32) / 255)
    np.testing.assert_allclose(found.reconstructions, variational.reconstruct(PIXELS), atol=1e-6)
    assert found.interpolations.shape == (2, 4, 96, 216)  # the fifth song has no partner
    assert found.draws.shape == (6, 96, 216)
    assert found.prior
    for pictures in (found.originals, found.reconstructions, found.interpolations, found.draws):
        assert pictures.dtype == np.float32
        assert pictures.min() >= 0
        assert pictures.max() <= 1


def test_ways_begin_and_end_at_their_songs(variational, quarters):
    vectors = quarters.vectors(PIXELS).numpy()
    for found in (samples(variational, PIXELS), samples(quarters, PIXELS, vectors=vectors)):
        ends = found.interpolations[:, [0, -1]].reshape(4, 96, 216)
        np.testing.assert_allclose(ends, found.reconstructions[:4], atol=1e-5)


def test_without_a_prior_ways_are_straight(quarters):
    found = samples(quarters, PIXELS, vectors=quarters.vectors(PIXELS).numpy(), steps=3)
    halfway = (found.reconstructions[0] + found.reconstructions[1]) / 2
    np.testing.assert_allclose(found.interpolations[0, 1], halfway, atol=1e-6)
    assert not found.prior


def test_one_song_has_nowhere_to_go(variational):
    found = samples(variational, PIXELS[:1], draws=2, steps=3)
    assert found.interpolations.shape == (0, 3, 96, 216)
    assert contact_sheet(found, ["one"]).shape == (GAP + 3 * ROW_HEIGHT, GAP + 2 * COLUMN_WIDTH)


def test_more_pictures_than_a_batch_are_all_drawn(variational):
    found = samples(variational, PIXELS, draws=35)
    again = variational.decode(random_latents(3, 35)).numpy()
    np.testing.assert_allclose(found.draws, again, atol=1e-6)


def test_a_seed_gives_the_same_and_another_others(variational):
    first, again, other = (samples(variational, PIXELS, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.draws, again.draws)
    np.testing.assert_array_equal(first.interpolations, again.interpolations)
    np.testing.assert_array_equal(first.interpolations, other.interpolations)
    assert not np.array_equal(first.draws, other.draws)


def test_what_cannot_be_drawn_is_refused(variational, quarters):
    blind = Network({}, [], lambda *_: {}, quarters.vectors)
    with pytest.raises(InputError, match="draws no spectrograms"):
        samples(blind, PIXELS)
    with pytest.raises(EmptyInputError, match="no spectrograms to redraw"):
        samples(variational, PIXELS[:0])
    with pytest.raises(InputError, match="must be uint8"):
        samples(variational, PIXELS.astype(np.float32))
    for wrong in (np.zeros((1, 4)), np.zeros((9, 3)), np.zeros(4)):
        with pytest.raises(InputError, match="at least 2 songs, 4 numbers each: got .* shape"):
            samples(quarters, PIXELS, vectors=wrong.astype(np.float32))


def test_draws_of_a_prior_are_standard_normal():
    drawn = random_latents(4, 40_000, seed=1).astype(float)
    assert np.abs(drawn.mean(0)).max() < 5.5 / math.sqrt(40_000)
    assert np.abs(np.cov(drawn.T) - np.eye(4)).max() < 5.5 * math.sqrt(2 / 40_000)


def test_draws_without_a_prior_have_the_songs_mean_and_covariance():
    random = np.random.default_rng(2)
    songs = 5 + random.normal(size=(60, 4)) @ random.normal(size=(4, 4))
    drawn = random_latents(4, 40_000, vectors=songs.astype(np.float32), seed=3)
    expected = np.cov(songs.T)
    variances = np.diag(expected)
    assert (np.abs(drawn.mean(0) - songs.mean(0)) < 5.5 * np.sqrt(variances / 40_000)).all()
    error = np.sqrt((np.outer(variances, variances) + expected**2) / 40_000)
    assert (np.abs(np.cov(drawn.T.astype(float)) - expected) < 5.5 * error).all()


def test_draws_stay_where_the_songs_are():
    songs = np.outer(np.arange(3), np.ones(500)).astype(np.float32)  # a line in 500 dimensions
    drawn = random_latents(500, 20, vectors=songs)
    np.testing.assert_allclose(drawn, drawn[:, :1].repeat(500, axis=1), atol=1e-5)
    assert drawn[:, 0].std() > 0.3


def test_a_way_on_a_circle_by_hand():
    found = interpolated(np.array([2.0, 0.0]), np.array([0.0, 2.0]), 3, spherical=True)
    half = math.sqrt(2)
    np.testing.assert_allclose(found, [[2, 0], [half, half], [0, 2]], atol=1e-6)
    growing = interpolated(np.array([1.0, 0.0]), np.array([0.0, 3.0]), 5, spherical=True)
    np.testing.assert_allclose(np.linalg.norm(growing, axis=1), [1, 1.5, 2, 2.5, 3], rtol=1e-6)


@pytest.mark.parametrize(
    ("start", "end"), [([0, 0], [1, 2]), ([1, 2], [0, 0]), ([1, 1], [3, 3]), ([1, 0], [-2, 0])]
)
def test_where_there_is_no_turn_the_way_is_straight(start, end):
    start, end = np.array(start, float), np.array(end, float)
    found = interpolated(start, end, 5, spherical=True)
    np.testing.assert_allclose(found, np.linspace(start, end, 5), atol=1e-6)


@given(
    arrays(np.float64, (2, 3), elements=st.floats(-50, 50).map(lambda x: round(x, 3))),
    st.integers(2, 9),
    st.booleans(),
)
@settings(deadline=None)
def test_a_way_keeps_its_ends_and_its_length_between(ends, steps, spherical):
    found = interpolated(*ends, steps, spherical=spherical)
    assert found.shape == (steps, 3)
    np.testing.assert_allclose(found[[0, -1]], ends, atol=1e-4)
    lengths = np.linalg.norm(ends, axis=1)
    assert (np.linalg.norm(found, axis=1) <= lengths.max() + 1e-4).all()


def test_a_sheet_shows_every_picture_low_bands_down(variational):
    found = samples(variational, PIXELS, draws=3, steps=7)
    sheet = contact_sheet(found, NAMES)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (GAP + 5 * ROW_HEIGHT, GAP + 7 * COLUMN_WIDTH)

    def tile(row, column):
        top, left = GAP + LABEL_HEIGHT + row * ROW_HEIGHT, GAP + column * COLUMN_WIDTH
        return sheet[top : top + 96, left : left + 216]

    for column in range(5):
        np.testing.assert_array_equal(tile(0, column), PIXELS[column, ::-1])
    assert (tile(0, 5) == 255).all()  # paper
    way = np.rint(found.interpolations[1, 6, ::-1] * 255)
    np.testing.assert_array_equal(tile(3, 6), way)
    np.testing.assert_array_equal(tile(4, 2), np.rint(found.draws[2, ::-1] * 255))


def test_every_row_has_its_label(variational):
    sheet = contact_sheet(samples(variational, PIXELS, draws=3), NAMES)
    for row in range(5):
        top = GAP + row * ROW_HEIGHT
        assert (sheet[top : top + LABEL_HEIGHT] < 128).any()
    other = contact_sheet(samples(variational, PIXELS, draws=3), ["other", *NAMES[1:]])
    changed = np.flatnonzero((sheet != other).any(axis=1))
    labels = {row * ROW_HEIGHT + GAP + line for row in (0, 2) for line in range(LABEL_HEIGHT)}
    assert set(changed) <= labels
    assert len(changed)


@pytest.mark.parametrize("name", ["x" * 100_000, "", "a\nb\tc\0", "\udcff.ogg", "Дом → 夢 😀"])
def test_any_name_fits_above_its_picture(variational, name):
    found = samples(variational, PIXELS[:2], draws=2, steps=2)
    sheet, plain = contact_sheet(found, [name, "b"]), contact_sheet(found, ["", "b"])
    right = GAP + COLUMN_WIDTH
    np.testing.assert_array_equal(sheet[:ROW_HEIGHT, right:], plain[:ROW_HEIGHT, right:])
    assert sheet.shape == plain.shape


def test_songs_need_their_names(variational):
    with pytest.raises(InputError, match="5 songs need as many names, got 1"):
        contact_sheet(samples(variational, PIXELS), ["one"])


def test_a_sheet_is_written_as_a_png(variational, tmp_path):
    sheet = contact_sheet(samples(variational, PIXELS), NAMES)
    path = tmp_path / "samples.png"
    write_sheet(path, sheet)
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        np.testing.assert_array_equal(np.asarray(image), sheet)
    assert [file.name for file in tmp_path.iterdir()] == ["samples.png"]
    first = path.read_bytes()
    write_sheet(str(path), contact_sheet(samples(variational, PIXELS), NAMES))
    assert path.read_bytes() == first


def test_a_sheet_that_cannot_be_written_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_sheet(tmp_path / "missing" / "x.png", np.zeros((3, 3), np.uint8))
