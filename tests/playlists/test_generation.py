"""Playlists from seeds keep to what was asked, whatever the method."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, InputError, StateError, UsageError
from songnet.model import Memberships, Partition, SongNetwork, Vectors, object_array
from songnet.playlists import (
    BY_TITLE,
    METHODS,
    CommunityNames,
    Evidence,
    Facts,
    Options,
    Recipe,
    Rules,
    generate,
    with_heard,
)

SONGS = [f"s{n:02}" for n in range(48)]
DRAWN = np.random.default_rng(0)
TASTE = np.arange(48) // 16


def lists():
    for number in range(24):
        taste = number % 3
        own = DRAWN.choice(np.flatnonzero(taste == TASTE), 8, replace=False)
        for song in {*own, DRAWN.integers(48)}:
            yield f"p{number:02}", SONGS[song]


MEMBERSHIPS = Memberships.from_pairs(*zip(*lists(), strict=True))
TITLES = {name: f"Taste {int(name[1:]) % 3}" for name in MEMBERSHIPS.playlists}
VALUES = np.eye(3)[TASTE] + 0.3 * DRAWN.normal(size=(48, 3))
PARTITION = Partition.from_labels(SONGS, TASTE, name="cut", algorithm="none", on="playlists")
NETWORK = SongNetwork.from_edges(
    SONGS, *zip(*[(i, j) for i in range(48) for j in range(i) if (i * j + i + j) % 5 == 0],
                strict=True)
)  # fmt: skip
EVIDENCE = Evidence.of(
    MEMBERSHIPS, vectors=Vectors.from_rows("ear", SONGS, VALUES), network=NETWORK,
    partition=PARTITION, titles=TITLES,
)  # fmt: skip


def title(method):
    """What the lists of the first taste are called, where the method goes by that."""
    return "taste 0" if method == BY_TITLE else None


def facts(evidence=EVIDENCE, artists=12, titles=40):
    count = len(evidence)
    return Facts(
        object_array(f"Title {n % titles}" for n in range(count)),
        object_array(f"Artist {n % artists}" for n in range(count)),
        np.arange(count, dtype=np.int64) * 1000 + 100_000,
        object_array(f"r{n}" if n % 9 else "r" for n in range(count)),
    )


FACTS = facts()


def made(seeds, method, **options):
    recipe = {key: options.pop(key) for key in ("order", "with_seeds", "noise") if key in options}
    seed = options.pop("seed", 0)
    return generate(
        EVIDENCE, FACTS, seeds, recipe=Recipe(method, Options(seed=seed), **recipe),
        rules=Rules(**options), title=title(method),
    )  # fmt: skip


def check(songs, rules):
    places = [SONGS.index(song.id) for song in songs]
    assert len(set(places)) == len(places)
    assert len({(FACTS.title[i], FACTS.artist[i]) for i in places}) == len(places)
    assert len({FACTS.recording[i] for i in places}) == len(places)
    artists = [FACTS.artist[i] for i in places]
    assert max(map(artists.count, artists)) <= (rules.per_artist or 99)
    assert not {song.id for song in songs} & rules.avoided
    if rules.minutes:
        assert sum(FACTS.duration_ms[i] for i in places) <= rules.minutes * 60_000
    else:
        assert len(places) <= rules.most


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(METHODS)),
    st.lists(st.sampled_from(SONGS), min_size=2, max_size=4, unique=True),
    st.one_of(
        st.builds(Rules, length=st.integers(6, 60), per_artist=st.none() | st.integers(1, 3),
                  avoided=st.frozensets(st.sampled_from(SONGS), max_size=9)),
        st.builds(Rules, minutes=st.floats(15, 60), per_artist=st.none() | st.integers(1, 3)),
    ),
    st.sampled_from(["flow", "score"]),
    st.booleans(),
)  # fmt: skip
def test_rules_hold_for_every_method(method, seeds, rules, order, with_seeds):
    recipe = Recipe(method, order=order, with_seeds=with_seeds, noise=0.1)
    try:
        found = generate(EVIDENCE, FACTS, seeds, recipe=recipe, rules=rules, title=title(method))
    except EmptyInputError:
        return
    check(found.songs, rules)
    given_ = [song.id for song in found.songs if song.is_seed]
    assert given_ == [seed for seed in seeds if seed in given_]
    if not with_seeds:
        assert not {song.id for song in found.songs} & set(seeds)
    elif method != "path":
        assert [song.id for song in found.songs][: len(given_)] == given_
    assert all((song.score is None) == song.is_seed for song in found.songs)
    assert all(song.text for song in found.songs)
    again = generate(EVIDENCE, FACTS, seeds, recipe=recipe, rules=rules, title=title(method))
    assert again == found


@pytest.mark.parametrize(
    "method", [name for name in METHODS if name not in ("random", "popularity")]
)
def test_the_songs_are_of_the_taste_of_the_seeds(method):
    found = made(["s01", "s02"], method, length=10)
    own = [TASTE[SONGS.index(song.id)] == 0 for song in found.songs]
    if "network" not in METHODS[method].needs:
        assert np.mean(own) >= 0.8
    assert [song.text for song in found.songs].count("seed") == 2


def test_the_order_of_scores_falls_and_flow_brings_likes_together():
    by_score = made(["s01"], "pagerank", length=20, order="score")
    scores = [song.score for song in by_score.songs[1:]]
    assert scores == sorted(scores, reverse=True)
    flowing = made(["s01"], "pagerank", length=20)
    assert {song.id for song in flowing.songs} == {song.id for song in by_score.songs}

    def beside(found):
        rows = EVIDENCE.directions[[SONGS.index(song.id) for song in found.songs]]
        return (rows[1:] * rows[:-1]).sum()

    assert beside(flowing) > beside(by_score)


def test_a_path_has_its_seeds_where_they_belong():
    found = made(["s01", "s20", "s40"], "path", length=13)
    ids = [song.id for song in found.songs]
    assert (ids[0], ids[6], ids[-1]) == ("s01", "s20", "s40")
    assert {song.reason.between.start for song in found.songs[1:6]} == {"s01"}
    assert found.songs[7].reason.between.end == "s40"


def test_seeds_that_the_rules_forbid_are_left_out_and_said():
    found = made(["s00", "s12", "s01"], "pagerank", length=10, per_artist=1)
    assert [song.id for song in found.songs if song.is_seed] == ["s00", "s01"]
    assert found.notes[0] == "1 of 3 seeds are not in the playlist: the rules forbid it"


def test_fewer_songs_than_asked_for_are_said():
    found = made(["s01"], "sound", length=47, per_artist=1)
    said = f"only {len(found.songs)} songs, 47 were asked for: nothing speaks for more"
    assert found.notes == (f"{said} that the rules allow",)
    assert not made(["s01"], "sound", length=5).notes
    (note,) = made(["s01"], "sound", minutes=500, per_artist=1).notes
    assert "the minutes are not filled" in note


def test_repeated_seeds_count_once():
    assert made(["s01", "s01"], "pagerank", length=5) == made(["s01"], "pagerank", length=5)


def test_a_song_that_was_only_heard_leads_but_is_not_listed():
    known = with_heard(EVIDENCE, {"heard:a.ogg": np.array([0, 5, 0], np.float32)})
    recipe = Recipe("blend")
    found = generate(
        known, facts(known), ["heard:a.ogg"], recipe=recipe, rules=Rules(length=8),
        unlisted=["heard:a.ogg"], names=CommunityNames("cut", ["one", "two", "three"]),
    )  # fmt: skip
    assert len(found.songs) == 8
    assert not found.notes
    assert all(TASTE[SONGS.index(song.id)] == 1 for song in found.songs)
    assert {song.reason.similar[0] for song in found.songs} == {"heard:a.ogg"}
    assert not any(song.reason.community.has_seed for song in found.songs)


def test_what_was_heard_changes_nothing_else():
    known = with_heard(EVIDENCE, {"a": np.ones(3, np.float32), "z": np.ones(3, np.float32)})
    assert [*known.songs] == ["a", *SONGS, "z"]
    inner = slice(1, -1)
    assert (known.directions[inner] == EVIDENCE.directions).all()
    assert (known.communities[inner] == EVIDENCE.communities).all()
    assert known.communities[[0, -1]].tolist() == [-1, -1]
    assert (known.members.toarray()[:, inner] == EVIDENCE.members.toarray()).all()
    assert (known.links.toarray()[inner, inner] == EVIDENCE.links.toarray()).all()
    assert known.links.sum() == EVIDENCE.links.sum()
    assert known.popularity[[0, -1]].tolist() == [0, 0]
    assert with_heard(EVIDENCE, {}) is EVIDENCE


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ({"s01": np.ones(3)}, "bears the id of a song that is known"),
        ({"a": np.zeros(3)}, "must have 3 numbers and a length"),
        ({"a": np.ones(4)}, "must have 3 numbers and a length"),
        ({"a": np.full(3, np.nan)}, "must have 3 numbers and a length"),
    ],
)
def test_what_cannot_have_been_heard_is_refused(heard, said):
    with pytest.raises(InputError, match=said):
        with_heard(EVIDENCE, heard)
    with pytest.raises(InputError, match="the songs have none"):
        with_heard(Evidence.of(MEMBERSHIPS), {"a": np.ones(3)})


def test_what_cannot_be_made_is_refused_in_a_line():
    with pytest.raises(UsageError, match="there is no method 'magic'"):
        Recipe("magic")
    with pytest.raises(UsageError, match="--order must be flow or score: got 'up'"):
        Recipe(order="up")
    with pytest.raises(UsageError, match="--lookback must be 1 or more: got 0"):
        Recipe(lookback=0)
    with pytest.raises(UsageError, match="--noise must be 0 or more: got -1"):
        Recipe(noise=-1)
    with pytest.raises(UsageError, match="give a seed"):
        made([], "pagerank")
    with pytest.raises(InputError, match="there is no song 'nobody'"):
        made(["nobody"], "pagerank")
    with pytest.raises(UsageError, match="the 2 seeds leave no room for other songs"):
        made(["s01", "s02"], "pagerank", length=2)
    with pytest.raises(UsageError, match="the seed leaves no room"):
        made(["s01"], "pagerank", length=1)
    with pytest.raises(UsageError, match="leave no room"):
        made(["s01", "s02"], "pagerank", minutes=3)
    with pytest.raises(EmptyInputError, match="or none that the rules allow"):
        made(["s01"], "pagerank", avoided=frozenset(SONGS) - {"s01"})
    with pytest.raises(StateError, match="the method sound needs sound"):
        generate(Evidence.of(MEMBERSHIPS), FACTS, ["s01"], recipe=Recipe("sound"))


def test_a_song_that_nothing_joins_with_others_is_told():
    alone = Evidence.of(MEMBERSHIPS, songs=[*SONGS, "s99"])
    with pytest.raises(EmptyInputError, match="no song goes with these seeds by the method"):
        generate(alone, facts(alone), ["s99"])
