"""Assortativity of playlists in sound, against cosines taken pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Memberships, Vectors
from songnet.networks import _assortativity, assortativity, rewired


def memberships(lists):
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def standardised(rows):
    """Features of mean 0 and standard deviation 1; features that do not vary are 0."""
    deviation = rows.std(axis=0)
    return (rows - rows.mean(axis=0)) / np.where(deviation > 1e-12, deviation, np.inf)


def cosine(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / lengths) if lengths else 0.0


def pair_by_pair(lists, rows, group=None):
    """By playlist, by pair, playlists, pairs."""
    known = sorted({song for songs in lists.values() for song in songs} & rows.keys())
    if group is not None:
        known = [song for song in known if group[song] is not None]
    unit = dict(zip(known, standardised(np.array([rows[song] for song in known])), strict=True))
    found = [
        [
            cosine(unit[a], unit[b])
            for a, b in combinations(sorted(set(songs) & unit.keys()), 2)
            if group is None or group[a] != group[b]
        ]
        for songs in lists.values()
    ]
    found = [cosines for cosines in found if cosines]
    every = [each for cosines in found for each in cosines]
    means = [np.mean(cosines) for cosines in found]
    return np.mean(means), np.mean(every), len(found), len(every)


SONGS = "abcdefgh"
lists_of_songs = st.dictionaries(
    st.sampled_from([f"p{i}" for i in range(6)]), st.sets(st.sampled_from(SONGS), min_size=1),
    min_size=1,
)  # fmt: skip


@given(
    lists_of_songs,
    st.sets(st.sampled_from(SONGS), min_size=2),
    st.none() | st.lists(st.sampled_from(["x", "y", "z", None]), min_size=8, max_size=8),
    st.integers(0, 1000),
)
def test_the_closed_form_is_the_mean_over_pairs(lists, heard, artists, seed):
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(len(heard), 3)).astype(np.float32)
    values[:, 2] = 5
    rows = dict(zip(sorted(heard), values.astype(float), strict=True))
    vectors = Vectors.from_rows("tiny", sorted(heard), values)
    whole = memberships(lists)
    group = None if artists is None else dict(zip(SONGS, artists, strict=True))
    groups = None if group is None else [group[song] for song in whole.songs]
    try:
        found = assortativity(whole, vectors, groups=groups, samples=1)
    except EmptyInputError:
        counted = [
            pair
            for songs in lists.values()
            for pair in combinations([s for s in songs if s in heard], 2)
            if group is None
            or (None not in {group[pair[0]], group[pair[1]]} and group[pair[0]] != group[pair[1]])
        ]
        assert not counted
        return
    by_playlist, by_pair, playlists, pairs = pair_by_pair(lists, rows, group)
    assert found.by_playlist.observed == pytest.approx(by_playlist, abs=1e-9)
    assert found.by_pair.observed == pytest.approx(by_pair, abs=1e-9)
    assert (found.playlists, found.pairs) == (playlists, pairs)


def world(*, songs=120, lists=60, length=8, dimensions=6, pull=0.0, seed=0):
    """Playlists that take songs of their own taste `pull` more often, and vectors by taste."""
    draw = np.random.default_rng(seed)
    taste = np.arange(songs) % 2
    centre = draw.normal(size=(2, dimensions)) * 2
    values = centre[taste] + draw.normal(size=(songs, dimensions))
    names = np.array([f"s{i:03d}" for i in range(songs)])
    chosen = {}
    for row in range(lists):
        odds = np.where(taste == row % 2, 1 + pull, 1.0)
        picked = draw.choice(songs, length, replace=False, p=odds / odds.sum())
        chosen[f"p{row:02d}"] = names[picked].tolist()
    return memberships(chosen), Vectors.from_rows("tiny", names.tolist(), values)


def test_a_planted_taste_is_found():
    whole, vectors = world(pull=4.0)
    found = assortativity(whole, vectors)
    for test in (found.by_playlist, found.by_pair):
        assert (test.p, test.null) == (0.01, "rewiring")
        assert test.z > 5
    assert found.effects[0] == pytest.approx(found.by_playlist.effect / found.spread)
    assert found.effects[0] > 0.2
    assert (found.songs, found.playlists, found.pairs) == (len(whole.songs), 60, 60 * 28)


def test_the_null_is_that_of_the_rewired_memberships_of_songs_that_count():
    whole, vectors = world(pull=1.0, songs=40, lists=15)
    part = Vectors("tiny", vectors.songs[::2], vectors.values[::2])
    found = assortativity(whole, part, samples=3, seed=5)
    kept = [song in set(part.songs) for song in whole.songs]
    pairs = [
        (whole.playlists[p], whole.songs[s])
        for p, s in zip(whole.playlist, whole.song, strict=True)
        if kept[s]
    ]
    counted = Memberships.from_pairs(*zip(*pairs, strict=True))
    rows = dict(zip(part.songs, part.values.astype(float), strict=True))
    for number in range(3):
        chance = rewired(counted, seed=[5, number])
        lists = {
            name: chance.songs[chance.song[chance.playlist == place]].tolist()
            for place, name in enumerate(chance.playlists)
        }
        used = {song: rows[song] for song in counted.songs}
        by_playlist, by_pair, *_ = pair_by_pair(lists, used)
        assert found.by_playlist.values[number] == pytest.approx(by_playlist)
        assert found.by_pair.values[number] == pytest.approx(by_pair)


def test_mean_and_spread_are_those_of_all_pairs():
    whole, vectors = world(songs=30, lists=20)
    found = assortativity(whole, vectors, samples=1)
    unit = standardised(vectors.values[np.isin(vectors.songs.astype(str), whole.songs.astype(str))])
    every = [cosine(a, b) for a, b in combinations(unit.astype(float), 2)]
    assert found.cosine == pytest.approx(np.mean(every))
    assert found.spread == pytest.approx(np.std(every), rel=1e-5)
    wide = Vectors("tiny", vectors.songs, np.tile(vectors.values, 10))
    assert assortativity(whole, wide, samples=1).spread == pytest.approx(found.spread, rel=1e-5)


def test_blocks_change_nothing(monkeypatch):
    whole, vectors = world(pull=1.0)
    groups = [int(song[1:]) // 7 for song in whole.songs]
    first = assortativity(whole, vectors, samples=3, groups=groups)
    monkeypatch.setattr(_assortativity, "BLOCK", 20)
    second = assortativity(whole, vectors, samples=3, groups=groups)
    assert second.by_pair.values == pytest.approx(first.by_pair.values)
    assert second.spread == pytest.approx(first.spread)


def test_under_the_null_p_is_about_uniform():
    found = [
        assortativity(*world(songs=40, lists=15, seed=seed), samples=19, seed=seed).by_playlist.p
        for seed in range(120)
    ]
    assert 0.42 < np.mean(found) < 0.62
    assert 0.03 < np.mean(np.array(found) <= 0.1) < 0.19


def test_shared_artists_cannot_pass_for_assortativity():
    """Lists are of two artists drawn at random; songs sound like their artist, and no more."""
    draw = np.random.default_rng(3)
    artist = np.repeat(np.arange(40), 5)
    values = (draw.normal(size=(40, 8)) * 3)[artist] + draw.normal(size=(200, 8))
    names = [f"s{i:03d}" for i in range(200)]
    lists = {
        f"p{row:02d}": [names[song] for one in draw.choice(40, 2, replace=False)
                        for song in np.flatnonzero(artist == one)]
        for row in range(60)
    }  # fmt: skip
    whole, vectors = memberships(lists), Vectors.from_rows("tiny", names, values)
    groups = [f"artist {int(song[1:]) // 5}" for song in whole.songs]
    assert assortativity(whole, vectors).by_playlist.p == 0.01
    beyond = assortativity(whole, vectors, groups=groups)
    assert beyond.groups
    assert beyond.pairs == 60 * 25
    assert beyond.by_playlist.p > 0.05
    assert abs(beyond.effects[0]) < 0.2


def test_the_result_is_plain_data():
    whole, vectors = world(songs=30, lists=10)
    told = []
    found = assortativity(
        whole, vectors, samples=5, seed=2, progress=lambda *each: told.append(each)
    )
    facts = found.to_json()
    assert facts["schema"] == "songnet.networks.assortativity/1"
    assert facts["encoder"] == "tiny"
    assert facts["by_pair"]["samples"] == len(facts["by_pair"]["values"]) == 5
    assert facts["by_pair"]["effect_in_sd"] == found.effects[1]
    assert facts["by_playlist"]["seed"] == facts["by_pair"]["seed"] == 2
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5]
    again = assortativity(whole, vectors, samples=5, seed=2)
    assert again == found


def test_equal_vectors_say_nothing():
    whole, vectors = world(songs=20, lists=5)
    same = Vectors("tiny", vectors.songs, np.ones_like(vectors.values))
    found = assortativity(whole, same, samples=3)
    assert (found.by_pair.observed, found.by_pair.p, found.by_pair.z) == (0, 1.0, None)
    assert found.effects == (None, None)


def test_bad_input_is_refused():
    whole, vectors = world(songs=20, lists=5)
    with pytest.raises(InputError, match=r"groups must be one per song, shape \(20,\): got \(1,\)"):
        assortativity(whole, vectors, groups=["x"])
    with pytest.raises(UsageError, match="samples must be at least 1"):
        assortativity(whole, vectors, samples=0)
    strangers = Vectors.from_rows("tiny", ["x", "y"], [[1.0], [2.0]])
    with pytest.raises(EmptyInputError, match="no playlist has two songs with a vector of 'tiny'"):
        assortativity(whole, strangers)
    with pytest.raises(EmptyInputError, match="two songs of different groups"):
        assortativity(whole, vectors, groups=["x"] * len(whole.songs))
