"""Whatever the scores, what is picked keeps to the rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import InputError, UsageError
from songnet.model import object_array
from songnet.playlists import NOTHING, Facts, Picking, Rules, folded, plain_title

MAYBE = st.none() | st.sampled_from(["Ä", "a", "B", "b ", "C"])
SONG = st.tuples(MAYBE, MAYBE, st.integers(-1, 400_000), MAYBE)


def facts_of(rows):
    title, artist, duration, recording = zip(*rows, strict=True)
    return Facts(
        object_array(title), object_array(artist), np.array(duration, np.int64),
        object_array(recording),
    )  # fmt: skip


def ids(count):
    return object_array(f"s{n:03}" for n in range(count))


def picked(rules, rows, scores):
    picking = Picking(rules, facts_of(rows), ids(len(rows)))
    picking.take_all(np.array(scores, np.float64))
    return picking.chosen


@given(st.data(), st.lists(SONG, min_size=1, max_size=40), st.integers(1, 12), st.integers(1, 3))
def test_no_song_title_or_recording_twice_and_no_artist_too_often(data, rows, length, most):
    scores = data.draw(
        st.lists(st.sampled_from([NOTHING, 0.0, 1.0, 2.5]), min_size=len(rows), max_size=len(rows))
    )
    avoided = frozenset(data.draw(st.lists(st.sampled_from([*ids(len(rows))]), max_size=4)))
    rules = Rules(length, None, most, avoided, frozenset({"c"}))
    chosen = picked(rules, rows, scores)
    assert len(chosen) <= length
    assert len(set(chosen)) == len(chosen)
    names = [(folded(rows[i][0]), folded(rows[i][1])) for i in chosen if rows[i][0] and rows[i][1]]
    assert len(set(names)) == len(names)
    recordings = [rows[i][3] for i in chosen if rows[i][3]]
    assert len(set(recordings)) == len(recordings)
    artists = [folded(rows[i][1]) for i in chosen if rows[i][1]]
    assert all(artists.count(each) <= most for each in artists)
    assert "c" not in artists
    assert not {f"s{i:03}" for i in chosen} & avoided
    taken = [scores[i] for i in chosen]
    assert taken == sorted(taken, reverse=True)
    assert NOTHING not in taken


@given(st.lists(st.integers(-1, 400_000), min_size=1, max_size=30), st.floats(0.01, 60))
def test_the_list_ends_before_the_song_that_would_pass_the_minutes(durations, minutes):
    rows = [(f"Title {n}", None, duration, None) for n, duration in enumerate(durations)]
    known = [duration for duration in durations if duration >= 0]
    rules = Rules(minutes=minutes)
    scores = -np.arange(len(rows), dtype=np.float64)
    if not known:
        with pytest.raises(InputError, match="of no song one is known: use --length"):
            picked(rules, rows, scores)
        return
    lengths = [each if each >= 0 else int(np.median(known)) for each in durations]
    fitting = int(np.sum(np.cumsum(lengths) <= minutes * 60_000))
    assert picked(rules, rows, scores) == list(range(fitting))


def test_what_is_shunned_takes_its_likes_with_it_but_does_not_count():
    rows = [("One", "A", -1, None), ("one", "a", -1, None), ("Two", "A", -1, "r"),
            ("Three", "B", -1, "r"), ("Four", "A", -1, None)]  # fmt: skip
    picking = Picking(Rules(length=9, per_artist=1), facts_of(rows), ids(5))
    picking.shun(0)
    picking.take_all(np.arange(5.0)[::-1])
    assert picking.chosen == [2]


def test_ties_go_to_the_smaller_id_and_a_long_list_of_refused_is_searched_to_its_end():
    rows = [("One", "A", -1, None)] * 900 + [("Two", "A", -1, None)]
    assert picked(Rules(), rows, np.ones(901)) == [0, 900]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bohemian Rhapsody - Remastered 2011", "bohemian rhapsody"),
        ("Bohemian Rhapsody - 2011 Mix", "Bohemian Rhapsody (Remastered)"),
        ("Paint It, Black - Mono", "Paint It, Black"),
        ("Déjà  vu", "deja vu"),
    ],
)
def test_issues_of_a_recording_are_one_title(one, other):
    assert plain_title(one) == plain_title(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Song 2", "Song"), ("Remix", "Mix"), ("One - Live", "One"), ("Mono", "Stereo"), ("Ж", "З")],
)
def test_other_titles_stay_apart(one, other):
    assert plain_title(one) != plain_title(other)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"length": 0}, "--length must be from 1 to 1,000: got 0"),
        ({"length": 1001}, "--length must be from 1 to 1,000: got 1001"),
        ({"minutes": 0}, "--minutes must be above 0: got 0"),
        ({"minutes": np.inf}, "--minutes must be above 0"),
        ({"per_artist": 0}, "--per-artist must be 1 or more: got 0"),
        ({"length": 3, "minutes": 9}, "a length or minutes, not both"),
    ],
)
def test_bad_rules_are_refused(given_, said):
    with pytest.raises(UsageError, match=said):
        Rules(**given_)
