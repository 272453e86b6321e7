"""The shape of vectors: against singular values, scipy and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from songnet.encoders import _blocks
from songnet.encoders.evaluation import (
    dead_dimensions,
    effective_rank,
    examples,
    geometry,
    hubness,
)
from songnet.errors import EmptyInputError
from songnet.model import Vectors


def vectors(values, name="some"):
    return Vectors.from_rows(name, [f"s{row:04d}" for row in range(len(values))], values)


def gaussian(songs, dimensions, *, seed=0):
    random = np.random.default_rng(seed)
    values = random.normal(size=(songs, dimensions)) * np.linspace(3, 0.1, dimensions) + 2
    return values.astype(np.float32)


def entropy_rank(values):
    singular = np.linalg.svd(values - values.mean(0, dtype=np.float64), compute_uv=False)
    return np.exp(stats.entropy(singular))


def crosses(lengths):
    """Songs at plus and minus each length along their own axis: singular values sqrt(2) x it."""
    return np.concatenate([np.diag(lengths), -np.diag(lengths)]).astype(np.float32)


def test_equal_directions_count_fully():
    assert effective_rank(crosses([3, 3, 3, 3])) == pytest.approx(4)


def test_unequal_directions_count_by_their_entropy():
    # p = 1/2, 1/4, 1/4: the entropy is 1.5 ln 2.
    assert effective_rank(crosses([2, 1, 1]) + 5) == pytest.approx(2**1.5, rel=1e-6)


def test_a_line_is_one_direction_and_a_point_none():
    line = np.outer(np.arange(9), [1, 2, 3]).astype(np.float32)
    assert effective_rank(line) == pytest.approx(1)
    assert effective_rank(np.full((9, 3), 0.1, np.float32)) == 0
    assert effective_rank(np.ones((1, 3), np.float32)) == 0


@pytest.mark.parametrize("shape", [(60, 12), (12, 60), (20, 20)])
def test_the_effective_rank_is_that_of_the_singular_values(shape, monkeypatch):
    values = gaussian(*shape)
    assert effective_rank(values) == pytest.approx(entropy_rank(values), rel=1e-6)
    monkeypatch.setattr(_blocks, "BLOCK", 50)
    assert effective_rank(values) == pytest.approx(entropy_rank(values), rel=1e-6)


def test_rounding_is_no_direction():
    random = np.random.default_rng(0)
    values = (random.normal(size=(300, 2)) @ random.normal(size=(2, 200))).astype(np.float32)
    assert effective_rank(values) < 2.001


def test_dimensions_that_never_vary_are_dead(monkeypatch):
    values = gaussian(50, 6)
    assert dead_dimensions(values) == 0
    values[:, 1] = 0
    values[:, 4] = 0.1
    assert dead_dimensions(values) == 2
    monkeypatch.setattr(_blocks, "BLOCK", 20)
    assert dead_dimensions(values) == 2


def test_a_dimension_that_varies_by_rounding_is_dead_and_a_faint_one_is_not():
    values = gaussian(50, 4)
    values[:, 0] = 100 + np.where(np.arange(50) % 2, np.spacing(np.float32(100)), 0)
    values[:, 1] = 1e-4 * values[:, 2]
    assert dead_dimensions(values) == 1


def test_vectors_that_are_all_equal_are_dead_throughout():
    assert dead_dimensions(np.full((7, 3), 2.5, np.float32)) == 3
    assert dead_dimensions(np.zeros((7, 3), np.float32)) == 3


def occurrences(values, k):
    """N_k by brute force."""
    wide = values.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    cosines = wide @ wide.T
    np.fill_diagonal(cosines, -np.inf)
    return np.bincount(np.argsort(-cosines, axis=1)[:, :k].ravel(), minlength=len(values))


@pytest.mark.parametrize(("songs", "dimensions", "k"), [(80, 3, 10), (150, 60, 10), (60, 8, 1)])
def test_hubness_is_the_skewness_of_the_k_occurrence(songs, dimensions, k):
    values = gaussian(songs, dimensions)
    expected = stats.skew(occurrences(values, k))
    assert hubness(vectors(values), k=k) == pytest.approx(expected, rel=1e-9)


def test_a_song_that_all_others_choose_is_a_hub():
    # One song in the middle, the others each along an axis of its own.
    values = np.eye(30, dtype=np.float32)
    values[0] = 1
    expected = np.array([29] + [1] + [0] * 28)  # the hub itself chooses the smallest id
    assert hubness(vectors(values), k=1) == pytest.approx(stats.skew(expected))


def test_where_all_are_chosen_alike_nothing_is_a_hub():
    assert hubness(vectors(gaussian(8, 5))) == 0.0  # everyone chooses all the others


def test_without_directions_there_are_no_hubs():
    assert hubness(vectors(np.zeros((6, 4), np.float32))) is None


def test_songs_without_direction_choose_nobody():
    values = gaussian(40, 5)
    assert hubness(vectors(np.concatenate([values, np.zeros((3, 5))]))) == hubness(vectors(values))


def test_above_the_sample_all_but_the_dead_dimensions_is_of_a_sample():
    values = gaussian(200, 6)
    values[:, 2] = 1
    everything, part = geometry(vectors(values)), geometry(vectors(values), sample=120)
    assert (everything.songs, everything.sampled) == (200, 200)
    assert (part.songs, part.sampled, part.dead_dimensions) == (200, 120, 1)
    assert part.effective_rank == pytest.approx(everything.effective_rank, rel=0.1)
    assert part.effective_rank != everything.effective_rank
    assert geometry(vectors(values), sample=120) == part
    assert geometry(vectors(values), sample=120, seed=1) != part


def test_a_dimension_that_a_single_song_uses_is_not_dead_whatever_the_sample():
    values = np.concatenate([gaussian(100, 3), np.eye(100, 40)], axis=1)
    assert dead_dimensions(values[50:]) == 40
    assert geometry(vectors(values), sample=10).dead_dimensions == 0


def test_geometry_puts_the_measures_together():
    values = gaussian(90, 7)
    found = geometry(vectors(values))
    assert found.effective_rank == effective_rank(values)
    assert found.dead_dimensions == 0
    assert found.hubness == hubness(vectors(values))


def test_no_vectors_have_no_shape():
    with pytest.raises(EmptyInputError, match="'some' has no vectors"):
        geometry(vectors(np.empty((0, 3), np.float32)))


def test_examples_are_the_nearest_by_brute_force(monkeypatch):
    values = gaussian(70, 9)
    found = examples(vectors(values), count=6)
    wide = values.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    assert len({example.song for example in found}) == 6
    for example in found:
        own = int(example.song[1:])
        cosines = wide @ wide[own]
        order = [row for row in np.argsort(-cosines) if row != own][:5]
        assert [song for song, _ in example.similar] == [f"s{row:04d}" for row in order]
        expected = pytest.approx(cosines[order], abs=1e-8)
        assert [cosine for _, cosine in example.similar] == expected
    monkeypatch.setattr(_blocks, "BLOCK", 100)
    assert examples(vectors(values), count=6) == found


def test_encoders_of_the_same_songs_show_the_same_examples():
    one, two = vectors(gaussian(40, 9)), vectors(gaussian(40, 3, seed=1), "other")
    shown = [[example.song for example in examples(given)] for given in (one, two)]
    assert shown[0] == shown[1] == sorted(shown[0])
    assert [example.song for example in examples(one, seed=1)] != shown[0]


def test_equally_similar_songs_come_by_id_and_silence_never():
    values = np.array([[1, 0], [0, 1], [0, 2], [0, 3], [0, 0]], np.float32)
    by_song = {example.song: example.similar for example in examples(vectors(values))}
    assert by_song["s0002"] == (("s0001", 1.0), ("s0003", 1.0), ("s0000", 0.0))
    assert by_song["s0000"] == (("s0001", 0.0), ("s0002", 0.0), ("s0003", 0.0))
    assert by_song["s0004"] == ()
