"""An encoder at work: vectors in blocks, and pictures of spectrograms and of vectors."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from encoder_samples import TINY_DESIGN, InMemory, spectrograms, untrained
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet import encoders
from songnet.encoders import MODELS, _apply
from songnet.encoders._weights import initial_weights
from songnet.errors import EmptyInputError, InputError
from songnet.model import object_array

CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def heard(clips, seed=0):
    """Songs of so many clips each."""
    source = spectrograms(sum(clips), seed=seed)
    names = [f"file:{song:03d}.ogg" for song, count in enumerate(clips) for _ in range(count)]
    return InMemory(
        object_array(names), np.concatenate([np.arange(n) for n in clips]), source.pixels
    )


@pytest.fixture(scope="module")
def saved():
    return encoders.train(spectrograms(6), TINY_DESIGN, epochs=1, batch_size=4)


@settings(max_examples=15)
@given(
    clips=st.lists(st.integers(1, 4), min_size=1, max_size=12),
    block_songs=st.integers(1, 14),
    batch_size=st.integers(1, 20),
)
def test_blocks_are_the_whole_cut_between_songs(clips, block_songs, batch_size):
    saved, source, told = untrained(activation="leaky_relu"), heard(clips), []
    blocks = list(
        encoders.encode_blocks(
            saved, source, block_songs=block_songs, batch_size=batch_size,
            on_batch=lambda *now: told.append(now),
        )
    )  # fmt: skip
    whole = encoders.encode(saved, source)
    sizes = [len(block.songs) for block in blocks]
    assert sizes[:-1] == [block_songs] * (len(sizes) - 1)
    names = np.concatenate([block.songs for block in blocks])
    assert names.tolist() == whole.songs.tolist() == sorted(set(source.songs))
    np.testing.assert_allclose(
        np.concatenate([block.values for block in blocks]), whole.values, **CLOSE
    )
    rows = [sum(clips[at : at + block_songs]) for at in range(0, len(clips), block_songs)]
    assert len(told) == sum(math.ceil(count / batch_size) for count in rows)
    assert told == sorted(set(told))
    assert {total for _, total in told} == {sum(clips)}
    ends = np.cumsum(rows).tolist()
    assert told[-1][0] == ends[-1]
    assert set(ends) <= {done for done, _ in told}


def test_blocks_of_chosen_songs(saved):
    source = heard([2, 1, 3, 1, 2])
    some = object_array(["file:004.ogg", "file:002.ogg", "file:001.ogg"])
    told = []
    blocks = list(
        encoders.encode_blocks(
            saved, source, songs=some, block_songs=2, batch_size=2,
            on_batch=lambda *now: told.append(now),
        )
    )  # fmt: skip
    assert [block.songs.tolist() for block in blocks] == [
        ["file:001.ogg", "file:002.ogg"], ["file:004.ogg"],
    ]  # fmt: skip
    assert told == [(2, 6), (4, 6), (6, 6)]
    whole = encoders.encode(saved, source)
    values = np.concatenate([block.values for block in blocks])
    np.testing.assert_allclose(values, whole.values[[1, 2, 4]], **CLOSE)
    assert list(encoders.encode_blocks(saved, source, songs=object_array([]))) == []


def test_blocks_are_made_when_they_are_asked_for(saved):
    source = heard([2] * 6)
    blocks = encoders.encode_blocks(saved, source, block_songs=2, batch_size=3)
    assert not source.reads
    assert len(next(blocks).songs) == 2
    assert np.concatenate(source.reads).tolist() == [0, 1, 2, 3]
    assert len(list(blocks)) == 2


def test_a_block_has_a_bounded_number_of_numbers(saved, monkeypatch):
    monkeypatch.setattr(_apply, "BLOCK_NUMBERS", 3 * 72 + 5)
    sizes = [len(block.songs) for block in encoders.encode_blocks(saved, heard([1] * 7))]
    assert sizes == [3, 3, 1]
    monkeypatch.setattr(_apply, "BLOCK_NUMBERS", 1)
    sizes = [len(block.songs) for block in encoders.encode_blocks(saved, heard([2] * 3))]
    assert sizes == [1, 1, 1]


def test_what_cannot_be_encoded_is_refused(saved):
    nothing = heard([1]).only([])
    with pytest.raises(EmptyInputError, match="there are no spectrograms"):
        next(encoders.encode_blocks(saved, nothing))
    with pytest.raises(InputError, match="sorted by song, then clip"):
        next(encoders.encode_blocks(saved, heard([1, 1]).only([1, 0])))
    with pytest.raises(InputError, match="1 of 1 songs have no spectrogram"):
        next(encoders.encode_blocks(saved, heard([1]), songs=object_array(["nobody"])))


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "leaky_relu"])
def test_a_picture_of_a_vector_is_the_picture_of_its_spectrogram(activation):
    saved, source = untrained(activation=activation, seed=3), spectrograms(songs=70)
    vectors = encoders.encode(saved, source)
    drawn = encoders.decode(saved, vectors.values)
    assert (drawn.dtype.name, drawn.shape) == ("float32", (70, 96, 216))
    assert 0 <= drawn.min() < drawn.max() <= 1
    np.testing.assert_allclose(drawn, encoders.reconstruct(saved, source.pixels), atol=1e-5)


def test_what_cannot_be_drawn_is_refused(saved):
    for vectors in (np.zeros((2, 71), np.float32), np.zeros(72, np.float32)):
        with pytest.raises(InputError, match="have 72 numbers: got an array of shape"):
            encoders.decode(saved, vectors)
    with pytest.raises(EmptyInputError, match="no vectors to decode"):
        encoders.decode(saved, np.zeros((0, 72), np.float32))
    with pytest.raises(InputError, match="must be uint8"):
        encoders.reconstruct(saved, np.zeros((1, 96, 216), np.float32))
    assert encoders.reconstruct(saved, np.zeros((0, 96, 216), np.uint8)).shape == (0, 96, 216)


def test_an_encoder_that_draws_nothing_says_so(saved):
    design = MODELS["contrastive"].asked_design({})
    weights = initial_weights(design.weight_shapes(), seed=0)
    listens = dataclasses.replace(saved, design=design, weights=weights)
    message = r"\(contrastive\) draws no spectrograms: only autoencoders"
    with pytest.raises(InputError, match=message):
        encoders.reconstruct(listens, spectrograms(1).pixels)
    with pytest.raises(InputError, match=message):
        encoders.decode(listens, np.zeros((1, design.size), np.float32))


def test_the_losses_of_what_was_held_back_are_those_of_its_history():
    source = spectrograms(12)
    saved = encoders.train(source, TINY_DESIGN, epochs=3, batch_size=4, learning_rate=0.01)
    held = np.flatnonzero(np.isin(source.songs, saved.holdout.validation_songs))
    found = encoders.losses(saved, source.only(held))
    assert found == {"loss": pytest.approx(saved.best.validation_loss, rel=1e-5)}
    made = encoders.reconstruct(saved, source.pixels[held])
    assert found["loss"] == pytest.approx(
        ((made - source.pixels[held] / 255) ** 2).mean(), rel=0.05
    )
