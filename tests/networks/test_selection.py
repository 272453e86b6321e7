"""Choosing memberships by conditions on their playlists and songs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import EmptyInputError, InputError
from songnet.model import Memberships
from songnet.networks import conditions, cooccurrence, restricted, select

LISTS = {"p1": "abc", "p2": "ab", "p3": "cd", "p4": "d"}
FOLLOWERS = {"followers": [100, 5, None, 200]}
RELEASED = {"released": ["1989", None, "1991-05", "1995"]}


def memberships(lists):
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def chosen(*texts, playlists=FOLLOWERS, songs=RELEASED):
    return select(memberships(LISTS), conditions(texts), playlists=playlists, songs=songs)


def lists_of(kept):
    return {
        name: "".join(kept.songs[kept.song[kept.playlist == place]])
        for place, name in enumerate(kept.playlists)
    }


def test_without_conditions_all_is_chosen():
    found = chosen()
    assert lists_of(found.memberships) == LISTS
    assert (found.playlists, found.songs, dict(found.lacking)) == (4, 4, {})


def test_playlists_are_chosen_and_what_lacks_the_property_is_counted():
    found = chosen("followers>=50")
    assert lists_of(found.memberships) == {"p1": "abc", "p4": "d"}
    assert {str(each): count for each, count in found.lacking.items()} == {"followers>=50": 1}


def test_songs_are_chosen_and_lists_without_any_go():
    found = chosen("released<1995")
    assert lists_of(found.memberships) == {"p1": "ac", "p2": "a", "p3": "c"}
    assert list(found.lacking.values()) == [1]


def test_all_conditions_must_hold():
    found = chosen("followers>=5", "followers<200", "released>=1990")
    assert lists_of(found.memberships) == {"p1": "c"}


def test_the_length_is_that_before_songs_are_chosen():
    found = chosen("length=3", "released>=1990")
    assert lists_of(found.memberships) == {"p1": "c"}


def test_nothing_left_says_what_was_lacking():
    message = (
        r"nothing satisfies followers>500 and released>2000; 'followers' is missing or too vague "
        r"in 1 of 4 playlists; 'released' is missing or too vague in 1 of 4 songs: loosen --where"
    )
    with pytest.raises(EmptyInputError, match=message):
        chosen("followers>500", "released>2000")


def test_columns_must_be_there_and_fit():
    with pytest.raises(InputError, match="name~x needs the name of every playlist"):
        chosen("name~x")
    with pytest.raises(InputError, match="followers needs a value per playlist: 1 for 4"):
        chosen("followers>1", playlists={"followers": [1]})


@given(
    st.dictionaries(
        st.integers(0, 9), st.sets(st.sampled_from("abcdefgh"), min_size=1), min_size=1
    ),
    st.data(),
)
def test_restricting_is_filtering_pairs(lists, data):
    whole = memberships({f"p{key}": songs for key, songs in lists.items()})
    masks = [
        np.array(data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids))), bool)
        for ids in (whole.playlists, whole.songs)
    ]
    kept = restricted(whole, playlists=masks[0], songs=masks[1])
    names = {name for name, keep in zip(whole.playlists, masks[0], strict=True) if keep}
    heard = {song for song, keep in zip(whole.songs, masks[1], strict=True) if keep}
    pairs = [
        (f"p{key}", song)
        for key, songs in lists.items()
        for song in songs
        if f"p{key}" in names and song in heard
    ]
    expected = Memberships.from_pairs([one for one, _ in pairs], [two for _, two in pairs])
    for field in ("playlists", "songs", "playlist", "song"):
        assert getattr(kept, field).tolist() == getattr(expected, field).tolist()


def test_slices_of_time_give_networks_that_can_be_compared():
    modified = {"modified": [1_483_228_800, 1_500_000_000, 1_514_764_800, 1_530_000_000]}
    whole = memberships({"p1": "abc", "p2": "bc", "p3": "bcd", "p4": "ad"})
    early, late = (
        cooccurrence(
            select(whole, conditions([text]), playlists=modified, songs={}).memberships, name=name
        )
        for text, name in (("modified<2018", "y2017"), ("modified>=2018-01-01", "y2018"))
    )
    assert (early.songs.tolist(), late.songs.tolist()) == (list("abc"), list("abcd"))
    assert (early.edges, late.edges) == (3, 4)
