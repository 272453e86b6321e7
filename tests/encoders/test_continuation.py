"""Songs held back and found again: what is taken, and the measure against loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playlist_samples import lists, table, two_genres

from songnet.encoders._continuation import CHANCE, Continuation, hold_back
from songnet.encoders._sequences import sequences


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def naive(held, vectors):
    """The definition, a pair at a time."""
    units = [vector / np.linalg.norm(vector) for vector in vectors]
    won = met = 0.0
    for i, kept in enumerate(held.kept):
        centre = np.mean([units[song] for song in kept], axis=0)
        own = cosine(centre, units[held.song[i]])
        for j, other in enumerate(held.song):
            there, here = {*held.kept[j], other}, {*kept, held.song[i]}
            if held.song[i] in there or other in here:
                continue
            met += 1
            score = cosine(centre, units[other])
            won += 1.0 if own > score else 0.5 if own == score else 0.0
    return won / met


@pytest.mark.parametrize("seed", range(3))
def test_the_measure_is_its_definition(seed):
    found = sequences(two_genres(seed=seed), min_count=1)
    _, held = hold_back(found, min_count=1, seed=seed)
    vectors = np.random.default_rng(seed).standard_normal((len(found.songs), 5))
    assert held.auc(vectors) == pytest.approx(naive(held, vectors), abs=1e-9)


def by_hand(rivals):
    """Two lists: songs 0, 1 without 2; songs 3, 4 without 5."""
    kept = (np.array([0, 1]), np.array([3, 4]))
    return Continuation(np.array([2, 5]), kept, np.array(rivals, bool))


def test_by_hand():
    held = by_hand([[0, 1], [1, 0]])
    east, north = [1.0, 0.0], [0.0, 1.0]
    assert held.auc(np.array([east, east, east, north, north, north])) == 1.0
    assert held.auc(np.array([east, east, north, north, north, east])) == 0.0
    assert held.auc(np.array([east, east, east, north, north, east])) == 0.5  # ties on both sides
    # The second list's own song is nearer to it; of the first list both are equally near.
    assert held.auc(np.array([east, north, east, north, north, north])) == 0.75
    # Lengths do not count; a song without direction is as far from all.
    assert held.auc(np.array([east, east, [9.0, 0.0], north, north, [0.0, 0.0]])) == 0.75


@given(st.integers(2, 12), st.integers(0, 1000))
def test_popularity_alone_is_chance(lists, seed):
    random = np.random.default_rng(seed)
    angle = random.choice([0.1, 0.2, 0.3, 0.4], lists)
    vectors = np.concatenate([np.stack([np.cos(angle), np.sin(angle)], 1), [[1.0, 0.0]] * 2])
    apart = np.triu(random.random((lists, lists)) < 0.6, 1)
    apart[0, 1] = True
    kept = (np.array([lists, lists + 1]),) * lists  # all lists look east
    held = Continuation(np.arange(lists), kept, apart | apart.T)
    assert held.auc(vectors) == pytest.approx(CHANCE)


def test_vectors_that_know_nothing_are_at_chance():
    found = sequences(two_genres(playlists=600, songs=200), min_count=1)
    _, held = hold_back(found, min_count=1, seed=0)
    vectors = np.random.default_rng(0).standard_normal((len(found.songs), 50))
    assert held.auc(vectors) == pytest.approx(CHANCE, abs=0.05)


ROWS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 12), st.integers(0, 9)), min_size=30, max_size=90
)


@given(ROWS, st.integers(1, 2), st.integers(0, 20))
def test_every_song_and_every_playlist_keeps_enough(rows, min_count, seed):
    memberships = table(
        [(f"list {p}", f"song {s}", i) for p, s, i in [*rows, (90, 0, 0), (90, 1, 1)]]
    )
    found = sequences(memberships, min_count=1)
    if found.counts.min() < min_count:
        return
    left, held = hold_back(found, min_count=min_count, seed=seed)
    assert left.counts.min() >= min_count
    lost = np.diff(found.bounds) - np.diff(left.bounds)
    assert set(lost) <= {0, 1}
    assert np.diff(left.bounds).min() >= 2
    assert lost.sum() <= 0.05 * len(found)
    if held is None:
        assert lost.sum() == 0
        return
    for row, playlist in enumerate(np.flatnonzero(lost)):
        assert np.array_equal(held.kept[row], left.of(playlist))
        assert {*found.of(playlist)} == {*held.kept[row], held.song[row]}
        assert held.song[row] not in held.kept[row]


def test_the_seed_decides_what_is_held_back():
    found = sequences(two_genres(), min_count=1)
    taken = [hold_back(found, min_count=1, seed=seed)[1].song.tolist() for seed in (0, 0, 1)]
    assert taken[0] == taken[1] != taken[2]
    assert len(taken[0]) == 0.05 * len(found)


@pytest.mark.parametrize(
    "memberships",
    [
        lists(p="abc", q="def"),  # no song in two lists
        lists(p="ab", q="ba", r="ab"),  # no list of three
        lists(**{f"p{n}": "abcdef" for n in range(9)}),  # every list holds every song
    ],
    ids=["once", "short", "alike"],
)
def test_where_nothing_can_be_compared_nothing_is_held_back(memberships):
    found = sequences(memberships, min_count=1)
    assert hold_back(found, min_count=1, seed=0) == (found, None)


def test_no_more_than_2000_are_held_back():
    random = np.random.default_rng(0)
    rows = [(f"{p}", f"{s}", 0) for p in range(2500) for s in random.permutation(400)[:20]]
    found = sequences(table(rows), min_count=1)
    left, held = hold_back(found, min_count=1, seed=0)
    assert len(held.song) == len(found) - len(left) == 2000
