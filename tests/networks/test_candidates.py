"""Nearest neighbours by candidates in single precision against all cosines in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from songnet.networks import _candidates
from songnet.networks._candidates import nearest_by_cosine
from songnet.networks._cosine import Directions, norms
from songnet.networks._ranking import best, joined

few_values = hnp.arrays(
    np.float32,
    st.tuples(st.integers(2, 40), st.integers(1, 4)),
    elements=st.integers(-2, 2).map(float),
)


@pytest.fixture
def always(monkeypatch):
    """Candidates are looked for however few songs there are, in many tiles and small pools."""
    monkeypatch.setattr(_candidates, "WORTH", 0)
    monkeypatch.setattr(_candidates, "TILE", 7)
    monkeypatch.setattr(_candidates, "ROOM", 1)
    monkeypatch.setattr(_candidates, "PAIRS", 10)


def directions(values):
    values = np.asarray(values, np.float32)
    values = values[norms(values) > 0]
    return Directions(values, norms(values))


def table(found, songs):
    """The neighbours of each song by rank, -1 where there is none."""
    near = np.full((songs, found.rank.max()), -1)
    near[found.source, found.rank - 1] = found.target
    assert len(found.rank) == (near >= 0).sum()
    return near.tolist()


def all_cosines(given, k):
    return joined([best(cosine, cosine, k, first=rows.start) for rows, cosine in given.blocks()])


def agree(values, k):
    songs = directions(values)
    if len(songs) < 2:
        return
    k = min(k, len(songs) - 1)
    found, expected = nearest_by_cosine(songs, k), all_cosines(songs, k)
    assert table(found, len(songs)) == table(expected, len(songs))


@pytest.mark.usefixtures("always")
@given(few_values, st.integers(1, 12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_songs_that_tie(values, k):
    agree(values, k)


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape)


HARD = {
    "random": normal(500, 30),
    "longer than a panel": normal(300, 600),
    "clusters": np.repeat(normal(10, 40), 50, axis=0) + normal(500, 40) / 100,
    "copies": np.repeat(normal(20, 40), 25, axis=0),
    "copies of some": np.concatenate([normal(300, 40), normal(300, 40)[:150]]),
    "all nearly one": 1 + normal(400, 50) / 1e4,
    "all one": np.ones((300, 5)),
    "lengths far apart": normal(400, 20) * 10.0 ** np.linspace(-18, 18, 400)[:, None],
    "one dimension": normal(300, 1),
}


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("k", [1, 10])
@pytest.mark.parametrize("kind", HARD)
def test_hard_ones(kind, k):
    agree(HARD[kind], k)


def test_as_large_as_it_is_meant_for():
    agree(np.concatenate([normal(2500, 16), normal(2500, 16)[:300]]), 10)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("number", [1, 2, 5])
def test_threads_change_nothing(monkeypatch, number):
    songs = directions(HARD["clusters"])
    expected = table(nearest_by_cosine(songs, 5), len(songs))
    monkeypatch.setattr("songnet.networks._threads.threads", lambda: number)
    monkeypatch.setattr(_candidates, "threads", lambda: number)
    assert table(nearest_by_cosine(songs, 5), len(songs)) == expected


def test_a_tile_that_fails_keeps_nobody_waiting(monkeypatch):
    tiles = _candidates._Tiles.of(directions(normal(20, 3)), 2, 1e-6)
    spaces = tiles.spaces.qsize()

    def out_of_memory(*_, **__):
        raise MemoryError

    monkeypatch.setattr(np, "matmul", out_of_memory)
    with pytest.raises(MemoryError):
        tiles._offer((0, 0))
    assert tiles.spaces.qsize() == spaces > 0


@pytest.mark.usefixtures("always")
def test_crowds_are_held_against_all_in_double_precision(monkeypatch):
    asked = []
    whole = _candidates._by_all
    monkeypatch.setattr(
        _candidates,
        "_by_all",
        lambda given, songs, k: asked.append(songs.tolist()) or whole(given, songs, k),
    )
    # Songs 0 to 49 are one point; of the others few have them for neighbours, all at once.
    agree(np.concatenate([np.ones((50, 60)), normal(60, 60)]), 3)
    (crowd,) = asked
    assert set(crowd) >= set(range(50))
    assert len(crowd) < 80


@pytest.mark.parametrize("dimensions", [3, 180, 5000])
def test_the_slack_is_more_than_the_error(dimensions):
    songs = directions(np.abs(normal(200, dimensions)) + 1)
    single = songs.single()
    exact = np.concatenate([cosine.copy() for _, cosine in songs.blocks()])
    apart = ~np.eye(len(songs), dtype=bool)
    error = np.abs((single @ single.T).astype(np.float64) - exact)[apart].max()
    assert 0 < 2 * error < _candidates._slack(dimensions) < 1e-4
