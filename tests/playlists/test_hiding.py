"""What is hidden is nowhere to be learnt from, and what is shown is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, InputError, UsageError
from songnet.model import Memberships
from songnet.playlists import SCENARIOS, TITLE, hide

LISTS = st.dictionaries(
    st.sampled_from([f"p{n:02d}" for n in range(12)]),
    st.lists(st.sampled_from([f"s{n:02d}" for n in range(30)]), unique=True, min_size=1),
    min_size=3,
)

TITLES = {f"p{n:02d}": f"Title {n}" for n in range(12)}


def ordered(lists):
    """Memberships, and where each song stands in its list."""
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    made = Memberships.from_pairs(*zip(*pairs, strict=True))
    rows = zip(made.playlist, made.song, strict=True)
    places = [lists[made.playlists[p]].index(made.songs[s]) for p, s in rows]
    return made, np.array(places, np.int64)


def pairs_of(memberships):
    rows = zip(memberships.playlist, memberships.song, strict=True)
    return {(memberships.playlists[p], memberships.songs[s]) for p, s in rows}


@given(LISTS, st.sampled_from(SCENARIOS), st.integers(2, 9), st.integers(0, 5))
def test_nothing_leaks(lists, scenario, most, seed):
    memberships, places = ordered(lists)
    try:
        folds = hide(
            memberships, scenario, positions=places, playlists=most, seed=seed, titles=TITLES
        )
    except EmptyInputError:
        return
    everything = pairs_of(memberships)
    for fold in folds:
        left = pairs_of(fold.training)
        hidden = {(asked.playlist, song) for asked in fold.questions for song in asked.hidden}
        shown = {(asked.playlist, song) for asked in fold.questions for song in asked.shown}
        assert not hidden & left
        assert shown <= left
        assert left <= everything
        rows = zip(memberships.playlist[fold.kept], memberships.song[fold.kept], strict=True)
        assert {(memberships.playlists[p], memberships.songs[s]) for p, s in rows} == left
        for asked in fold.questions:
            assert bool(len(asked.shown)) != (scenario == TITLE)
            assert asked.title == TITLES[asked.playlist]
            assert len(asked.hidden)
            assert {*asked.shown, *asked.hidden} == set(lists[asked.playlist])
            assert [*asked.shown] == [s for s in lists[asked.playlist] if s in {*asked.shown}]
        if scenario == "cold":
            assert {song for _, song in hidden} <= set(fold.candidates)
            assert not set(fold.candidates) & {song for _, song in left}
        else:
            assert fold.candidates is None
            assert everything - left == hidden
    held = [asked.playlist for fold in folds for asked in fold.questions]
    assert len(held) == len(set(held)) <= most


@given(LISTS, st.sampled_from(SCENARIOS))
def test_the_order_of_rows_is_of_no_account(lists, scenario):
    turned = dict(reversed(lists.items()))
    try:
        one, two = (
            hide(*ordered(each)[:1], scenario, seed=3, titles=TITLES) for each in (lists, turned)
        )
    except EmptyInputError:
        return
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert [q.playlist for q in a.questions] == [q.playlist for q in b.questions]
        assert (a.kept == b.kept).all()


def test_the_first_songs_are_shown():
    lists = {name: list("edcba") for name in ("one", "two")} | {"short": ["z"]}
    memberships, places = ordered(lists)
    half = hide(memberships, positions=places)
    assert [len(fold.questions) for fold in half] == [1, 1]
    asked = half[0].questions[0]
    assert "".join(asked.shown) == "edc", "of five songs three are the first half"
    assert "".join(asked.hidden) == "ba"
    assert "".join(hide(memberships, "1", positions=places)[0].questions[0].shown) == "e"
    assert "".join(hide(memberships)[0].questions[0].shown) == "abc", "by id without positions"


def test_equal_positions_go_by_id():
    memberships, places = ordered({"one": list("dcba"), "two": list("dcba")})
    asked = hide(memberships, positions=np.zeros_like(places))[0].questions[0]
    assert "".join(asked.shown) == "ab"


@pytest.mark.parametrize("count", [5, 12, 23])
def test_every_playlist_is_asked_once_and_a_fifth_at_a_time(count):
    memberships, _ = ordered({f"p{n:02d}": ["a", "b", f"c{n}"] for n in range(count)})
    folds = hide(memberships)
    assert max(len(fold.questions) for fold in folds) <= count / 5
    assert sorted(q.playlist for fold in folds for q in fold.questions) == list(
        memberships.playlists
    )
    assert [q.playlist for f in hide(memberships, seed=1) for q in f.questions] != [
        q.playlist for f in folds for q in f.questions
    ]


def test_few_of_many_are_one_fold():
    memberships, _ = ordered({f"p{n:02d}": ["a", "b"] for n in range(40)})
    folds = hide(memberships, playlists=8)
    assert [len(fold.questions) for fold in folds] == [8]


def test_only_some_songs_go_cold():
    memberships, _ = ordered({f"p{n}": list("abcdef") for n in range(4)})
    folds = hide(memberships, "cold", songs=["a", "b", "of no list"])
    assert {song for fold in folds for song in fold.candidates} <= {"a", "b"}
    assert all({*q.shown} >= set("cdef") for fold in folds for q in fold.questions)


def test_bad_requests_are_refused():
    memberships, places = ordered({"one": ["a", "b"], "two": ["a", "b", "c"], "three": ["a"]})
    with pytest.raises(UsageError, match=r"no scenario '7': use one of half, 1, 5, 10, 25, 100"):
        hide(memberships, "7")
    with pytest.raises(UsageError, match="--playlists must be at least 2: got 1"):
        hide(memberships, playlists=1)
    with pytest.raises(InputError, match="2 for 6"):
        hide(memberships, positions=places[:2])
    with pytest.raises(
        EmptyInputError,
        match=r"--scenario 5 needs 2 playlists of more than 5 songs: there are 0, the longest .* 3",
    ):
        hide(memberships, "5")
    with pytest.raises(EmptyInputError, match="--scenario cold needs 2 playlists"):
        hide(memberships, "cold", songs=[])


def test_lists_without_a_name_are_not_asked_for_by_title():
    memberships, _ = ordered({"p1": ["a"], "p2": ["b", "c"], "p3": ["a"], "p4": ["a"]})
    titles = {"p1": "One", "p2": "Two", "p3": " ", "elsewhere": "x"}
    folds = hide(memberships, TITLE, titles=titles)
    asked = {question.playlist: question for fold in folds for question in fold.questions}
    assert {name: question.title for name, question in asked.items()} == {"p1": "One", "p2": "Two"}
    assert [*asked["p2"].hidden] == ["b", "c"]
    with pytest.raises(EmptyInputError, match="needs 2 playlists that have a name: there are 0"):
        hide(memberships, TITLE)
