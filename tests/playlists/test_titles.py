"""Lists of which only the title is known: by hand, by a plain loop, and without a leak."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from songnet.errors import EmptyInputError, StateError, UsageError
from songnet.model import Memberships, object_array
from songnet.playlists import (
    METHODS,
    TITLE,
    Contender,
    Evidence,
    Facts,
    Recipe,
    Rules,
    evaluate,
    generate,
    hide,
)
from songnet.playlists._rules import plain_name
from songnet.playlists._titles import TitleNeighbors

LISTS = {"p1": "ab", "p2": "abc", "p3": "xy", "p4": "xy"}
TITLES = {"p1": "Rock", "p2": "ROCK!!", "p3": "jazz", "p4": "Jazz"}


def memberships(lists=LISTS):
    pairs = [(name, song) for name, songs in lists.items() for song in songs]
    return Memberships.from_pairs(*zip(*pairs, strict=True))


def evidence(lists=LISTS, titles=TITLES):
    return Evidence.of(memberships(lists), titles=titles)


def scores(known, title):
    row = TitleNeighbors.of(known).titled([title])([np.array([], np.int64)])[0]
    return dict(zip(known.songs, row, strict=True))


def answered(lists=LISTS, titles=TITLES, scenario=TITLE, names=("titles", "popularity")):
    whole = Evidence.of(memberships(lists))

    def contenders(fold):
        known = Evidence.of(fold.training, songs=whole.songs, titles=titles)
        return [Contender(name, METHODS[name], known) for name in names]

    found = evaluate(hide(memberships(lists), scenario, titles=titles), contenders, whole)
    return found, {score.name: score.means for score in found.methods}


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("  80's  Röck & Pop! ", "80 s rock pop"),
        ("🔥 🔥", "🔥 🔥"),
        (" ", ""),
        ("ラテン", "ラテン"),
    ],
)
def test_titles_are_compared_by_their_words(title, plain):
    assert plain_name(title) == plain


def test_songs_of_lists_that_are_called_the_same_come_first():
    # Likeness is 1 or 0 here; a list counts by that and 0.1.
    assert scores(evidence(), "rock") == pytest.approx(
        {"a": 2.2, "b": 2.2, "c": 1.1, "x": 0.2, "y": 0.2}
    )


def test_a_title_that_nothing_is_like_leaves_popularity():
    assert scores(evidence(), "🦆") == pytest.approx(
        {"a": 0.2, "b": 0.2, "c": 0.1, "x": 0.2, "y": 0.2}
    )


def by_loop(titles, asked):
    """Cosines of TF-IDF vectors of pieces of 2 to 4 letters, each word between spaces."""

    def pieces(text):
        words = [f" {word} " for word in text.split()]
        return Counter(
            w[i : i + n] for w in words for n in (2, 3, 4) for i in range(len(w) - n + 1)
        )

    count = [pieces(title) for title in titles]
    held = Counter(piece for each in count for piece in each)
    rarity = {piece: math.log((1 + len(titles)) / (1 + n)) + 1 for piece, n in held.items()}

    def vector(counts):
        raw = {p: (1 + math.log(n)) * rarity[p] for p, n in counts.items() if p in rarity}
        length = math.sqrt(sum(value**2 for value in raw.values())) or 1
        return {piece: value / length for piece, value in raw.items()}

    one = vector(pieces(asked))
    return [sum(one.get(p, 0) * value for p, value in vector(each).items()) for each in count]


def test_likeness_is_as_a_plain_loop_has_it():
    titles = ["running", "summer run run", "winter", "80s rock", "summertime"]
    known = evidence(
        {f"p{n}": "ab" for n in range(5)}, {f"p{n}": title for n, title in enumerate(titles)}
    )
    found = TitleNeighbors.of(known).titled(["Summer RUNNING"]).likeness()[:, 0]
    assert found == pytest.approx(by_loop(titles, "summer running"))
    assert found[0] > found[1] > found[4] > found[2] > found[3]


def test_an_evaluation_by_hand():
    found, means = answered()
    # p1 finds a and b in p2; p2 finds a and b in p1, c is in no other list; p3 and p4 find all.
    assert means["titles"]["r_precision"] == pytest.approx((1 + 2 / 3 + 1 + 1) / 4)
    # Most popular without p1: x and y; without p2: x, y and a; without p3 or p4: a and b.
    assert means["popularity"]["r_precision"] == pytest.approx((0 + 1 / 3 + 0 + 0) / 4)
    asked = found.challenge
    assert (asked.shown_songs, asked.hidden_songs, asked.folds) == (0, 9, 4)
    assert asked.known == 8 / 9
    assert asked.reachable == 0
    assert asked.distinct == 2, "two titles"


def test_its_own_name_tells_a_list_nothing():
    lists = {f"p{n}": [f"s{n}{i}" for i in range(3)] for n in range(6)}
    found, means = answered(lists, {name: f"only {name}" for name in lists})
    assert found.challenge.known == 0
    assert means["titles"]["recall"] == 0


def test_with_songs_shown_titles_still_answer_by_the_title():
    _, means = answered(scenario="1")
    # p1 shows a and p2 has b; p2 shows a, and p1 has b, not c; p3 and p4 show x, y is theirs.
    assert means["titles"]["r_precision"] == pytest.approx((1 + 1 / 2 + 1 + 1) / 4)


def test_who_needs_songs_is_left_out_and_said():
    found, means = answered(names=("titles", "neighbours"))
    assert set(means) == {"titles"}
    assert found.left_out == {"neighbours": "it goes on from songs, and none is shown"}
    with pytest.raises(EmptyInputError, match="none can go on from a title alone"):
        answered(names=("neighbours", "pagerank"))


def test_lists_without_names_cannot_be_gone_by():
    for titles in (None, {}, {"p1": " "}):
        with pytest.raises(StateError, match="the method titles needs titles: load playlists that"):
            METHODS["titles"].make(evidence(titles=titles))


def made(title, seeds=(), known=None, **rules):
    known = known or evidence()
    nothing = object_array([None] * len(known))
    facts = Facts(nothing, nothing, np.full(len(known), -1), nothing)
    recipe = Recipe("titles", order="score")
    return generate(known, facts, seeds, recipe=recipe, rules=Rules(**rules), title=title)


def test_a_playlist_from_a_title_says_which_lists_it_was():
    songs = made("rock", length=4).songs
    assert [(song.id, song.text) for song in songs] == [
        ("a", "in 'Rock' and 'ROCK!!'"),
        ("b", "in 'Rock' and 'ROCK!!'"),
        ("c", "in 'ROCK!!'"),
        ("x", "in 2 playlists, none of a title like this"),
    ]
    assert songs[0].reason.called == ("Rock", "ROCK!!")
    assert not any(song.is_seed for song in songs)


def test_seeds_come_first_and_not_again():
    assert [song.id for song in made("rock", ["b", "y"], length=4).songs] == ["b", "y", "a", "c"]


def test_flow_begins_at_the_best_where_there_is_no_seed():
    known = evidence()
    nothing = object_array([None] * len(known))
    facts = Facts(nothing, nothing, np.full(len(known), -1), nothing)
    for length in (1, 2, 5):
        songs = generate(
            known, facts, [], recipe=Recipe("titles"), rules=Rules(length=length), title="jazz"
        ).songs
        assert [song.id for song in songs][:2] == ["x", "y"][:length]
        assert len({song.id for song in songs}) == length


def test_what_cannot_be_gone_by_is_refused():
    with pytest.raises(EmptyInputError, match="no playlist is called anything like '🦆'"):
        made("🦆")
    with pytest.raises(UsageError, match="the method titles goes by a title"):
        made(None, ["a"])
    with pytest.raises(UsageError, match="--title is for --method titles: pagerank goes on from"):
        nothing = object_array([None] * 5)
        generate(evidence(), Facts(nothing, nothing, np.full(5, -1), nothing), ["a"], title="rock")


def test_random_draws_by_the_title_where_no_song_is_shown():
    none = [np.array([], np.int64)]
    random = METHODS["random"].make(evidence())
    one, two = random.titled(["rock", "jazz"])(none * 2)
    assert not (one == two).all()
    assert (random.titled(["jazz"])(none)[0] == two).all()
    assert (random.titled(["rock"])([np.array([3])]) == random([np.array([3])])).all()
