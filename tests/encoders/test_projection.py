"""Long vectors made short: against the singular value decomposition."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from encoder_samples import untrained

from songnet import encoders
from songnet.encoders import Projection, architecture
from songnet.errors import EmptyInputError, InputError
from songnet.model import Vectors


def vectors(count, dimensions, *, rank=None, seed=0):
    random = np.random.default_rng(seed)
    rank = rank or dimensions
    strength = np.linspace(3, 1, rank)
    values = (random.normal(size=(count, rank)) * strength) @ random.normal(size=(rank, dimensions))
    names = [f"s{song:04d}" for song in range(count)]
    return Vectors.from_rows("cae_long", names, values + 5)


def test_it_is_the_principal_components():
    given = vectors(60, 12)
    short, fitted = encoders.projection(given, dimensions=4)
    centred = given.values.astype(np.float64) - given.values.mean(0, dtype=np.float64)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(fitted.mean, given.values.mean(0), rtol=1e-5)
    np.testing.assert_allclose(np.abs(fitted.components), np.abs(axes[:4]), atol=1e-4)
    assert fitted.kept_variance == pytest.approx((singular[:4] ** 2).sum() / (singular**2).sum())
    np.testing.assert_allclose(np.abs(short.values), np.abs(centred @ axes[:4].T), atol=1e-3)
    assert (short.encoder, short.dimensions, fitted.dimensions) == ("cae_long", 4, 4)
    assert short.values.dtype == np.float32


def test_cosines_of_low_rank_vectors_are_kept():
    given = vectors(40, 500, rank=8)
    short, fitted = encoders.projection(given)
    assert fitted.dimensions == 39  # no more than n - 1
    assert fitted.kept_variance == pytest.approx(1, abs=1e-5)
    centred = given.values - given.values.mean(0)
    np.testing.assert_allclose(
        short.values @ short.values.T, centred @ centred.T, rtol=1e-2, atol=1
    )


def test_at_most_256_and_repeatable():
    given = vectors(340, 300)
    short, fitted = encoders.projection(given, seed=3)
    again, _ = encoders.projection(given, seed=3)
    assert short.dimensions == fitted.dimensions == 256
    assert np.array_equal(short.values, again.values)
    assert 0 < fitted.kept_variance < 1


def test_later_songs_get_the_same_projection():
    given = vectors(30, 20)
    short, fitted = encoders.projection(given, dimensions=5)
    later = Vectors(given.encoder, given.songs[7:9], given.values[7:9])
    np.testing.assert_allclose(fitted.apply(later).values, short.values[7:9], atol=1e-4)


def test_vectors_that_do_not_vary_lose_nothing():
    same = Vectors.from_rows("cae_long", ["a", "b", "c"], np.ones((3, 4), np.float32))
    short, fitted = encoders.projection(same)
    assert fitted.kept_variance == 1
    assert not short.values.any()


def test_what_does_not_fit_is_refused():
    with pytest.raises(EmptyInputError, match="at least 2 songs"):
        encoders.projection(vectors(1, 4))
    _, fitted = encoders.projection(vectors(5, 4))
    with pytest.raises(InputError, match="have 3 dimensions, their projection expects 4"):
        fitted.apply(vectors(5, 3))


def test_the_graph_gets_short_vectors_and_the_encoder_remembers_how():
    saved, short = untrained(), vectors(9, 72)
    assert encoders.with_projection(saved, short) is saved
    assert encoders.graph_vectors(saved, short) is short
    limit = vectors(9, 4096)
    assert encoders.with_projection(saved, limit) is saved
    big = untrained(architecture(None, (16,), (8,)))
    assert big.design.size == 12 * 27 * 16 == 5184
    first = vectors(9, 5184)
    fitted = encoders.with_projection(big, first)
    projected = encoders.graph_vectors(fitted, first)
    assert fitted.projection is not None
    assert projected.dimensions == fitted.dimensions == 8
    assert fitted.fingerprint != big.fingerprint
    info = encoders.info(fitted, "now")
    assert (info.dimensions, info.params["latent_size"]) == (8, 5184)
    assert info.params["kept_variance"] == fitted.projection.kept_variance
    later = vectors(4, 5184, seed=1)
    assert encoders.with_projection(fitted, later) is fitted
    other = encoders.graph_vectors(fitted, later)
    assert np.array_equal(other.values, fitted.projection.apply(later).values)


def test_any_kept_variance_survives_saving(tmp_path):
    odd = Projection(np.zeros(72, np.float32), np.eye(2, 72, dtype=np.float32), 0.1 + 0.2)
    saved = dataclasses.replace(untrained(), projection=odd)
    encoders.save(saved, tmp_path / "odd")
    assert encoders.load(tmp_path / "odd").projection.kept_variance == 0.1 + 0.2
