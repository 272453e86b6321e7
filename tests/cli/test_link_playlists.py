"""`link playlists`: conditions, weights, and what is said of them."""

from __future__ import annotations

import json
import math

import pytest

from songnet.networks import FIELDS, WEIGHTS

YEAR = 365 * 86_400
JANUARY_2017 = 1_483_228_800


def track(song):
    return {
        "pos": 0,
        "track_uri": f"spotify:track:{song * 22}",
        "track_name": f"Song {song}",
        "artist_name": f"Artist {'ABC'[ord(song) % 3]}",
        "album_name": "Album",
        "duration_ms": 1000,
    }


LISTS = [
    # Name, followers, when, songs
    ("Running 2016", 10, JANUARY_2017 - 1, "abc"),
    ("Gym & run", 200, JANUARY_2017, "bcde"),
    ("Sleep", 150, JANUARY_2017 + YEAR - 1, "ade"),
    ("Sleep well", None, JANUARY_2017 + YEAR, "aef"),
    ("Party", 100, None, "abcdef"),
]


@pytest.fixture
def world(songnet, tmp_path):
    playlists = [
        {
            "pid": number,
            "name": name,
            "tracks": [track(song) for song in songs],
            **({} if followers is None else {"num_followers": followers}),
            **({} if when is None else {"modified_at": when}),
        }
        for number, (name, followers, when, songs) in enumerate(LISTS)
    ]
    path = tmp_path / "mpd.slice.0-4.json"
    path.write_text(json.dumps({"info": {}, "playlists": playlists}))
    songnet("load-playlists", path)
    return songnet


def link(world, *arguments, name="part", **options):
    return world("link", "playlists", "--name", name, "--json", *arguments, **options).json()


def kept(facts):
    return (
        [name.removeprefix("mpd:") for name in facts["where"]["playlists"]["kept"]],
        "".join(sorted(song[-1] for song in facts["where"]["songs"]["kept"])),
    )


CHOSEN = [
    (["name~run|gym"], "01", "abcde"),
    (["followers>=100"], "124", "abcdef"),
    (["modified>=2017", "modified<2018"], "12", "abcde"),
    (["length<=3"], "023", "abcdef"),
    (["artist=artist a"], "0134", "cf"),
    (["artist in Artist A,Artist B", "name!=party"], "0123", "acdf"),
]


def test_conditions_choose_playlists_and_songs(world):
    for where, lists, songs in CHOSEN:
        facts = link(world, *(each for text in where for each in ("--where", text)))
        assert kept(facts) == (list(lists), songs)
        assert facts["where"]["playlists"]["of"] == 5
        assert facts["where"]["songs"]["of"] == 6
        assert [each["condition"] for each in facts["where"]["conditions"]] == where


def test_what_lacks_the_property_is_left_out_and_said(world):
    result = world("link", "playlists", "--name", "much", "--where", "followers>=100", "--json")
    assert (
        "--where followers>=100: 'followers' is missing or too vague in 1 of 5 playlists, which "
        "are left out"
    ) in result.err
    assert "chose 3 of 5 playlists, 6 of 6 songs" in result.err
    assert result.json()["where"]["conditions"] == [
        {"condition": "followers>=100", "of": "playlist", "lacking": 1}
    ]


def test_without_conditions_nothing_is_said_of_them(world):
    result = world("link", "playlists", "--json")
    assert result.json()["where"] is None
    assert result.json()["name"] == "playlists"
    assert result.err == ""


def test_a_part_needs_a_name_of_its_own(world):
    world("link", "playlists")
    before = world("info", "--json").json()["networks"]
    refused = world("link", "playlists", "--where", "length<=3", fails=2)
    assert "give its network a name of its own with --name" in refused.err
    assert world("info", "--json").json()["networks"] == before
    # Who insists gets it.
    link(world, "--where", "length<=3", name="playlists")
    assert world("info", "--json").json()["networks"] != before


MISTAKES = [
    (["--where", "tempo>120"], 2, "there is no 'tempo'"),
    (["--where", "name~("], 2, "no regular expression of RE2: missing )"),
    (
        ["--where", "followers>=1000"],
        1,
        "nothing satisfies followers>=1000; 'followers' is",
    ),
    (["--weight", "jaccard"], 2, "jaccard"),
    (["--disparity", "0"], 2, "--disparity must be above 0 and at most 1: got 0"),
    (["--k-core", "9"], 1, "--k-core can be at most 5 here"),
    (["--min-shared", "9"], 1, "no two songs share enough playlists"),
]


def test_mistakes_are_one_line(world):
    for arguments, code, message in MISTAKES:
        refused = world("link", "playlists", "--name", "part", *arguments, fails=code)
        assert message in refused.err
    assert world("info", "--json").json()["networks"] == {}


def edges(world, name):
    rows = world(
        "query",
        "MATCH (a:Song)-[e:SHARES_PLAYLISTS]->(b:Song) WHERE e.network = $name "
        "RETURN a.id, b.id, e.playlists, e.weight ORDER BY a.id, b.id",
        "--param", f"name={name}", "--json",
    ).json()  # fmt: skip
    return {
        (row["a.id"][-1], row["b.id"][-1]): (row["e.playlists"], row["e.weight"]) for row in rows
    }


def test_weights(world):
    expected = {
        "count": 3,
        "newman": 1 / 2 + 1 / 3 + 1 / 5,
        "cosine": 1,
        "pmi": math.log(3 * 5 / (3 * 3)),
    }
    for weight, value in expected.items():
        link(world, "--weight", weight, name=weight)
        assert edges(world, weight)["b", "c"] == (3, pytest.approx(value))


def test_the_weights_and_fields_are_those_of_the_library(songnet):
    shown = " ".join(songnet("link", "playlists", "--help").out.split())
    assert f"--weight <{'|'.join(WEIGHTS)}>" in shown
    assert all(field in shown for field in FIELDS)


def test_filter_and_core_reach_the_network(world):
    facts = link(world, "--min-shared", "2", "--k-core", "2", name="core")
    ends = [end for pair in edges(world, "core") for end in pair]
    assert min(ends.count(song) for song in set(ends)) >= 2
    assert facts["songs"] == len(set(ends))
    assert link(world, "--disparity", "0.5", name="back")["edges"] < link(world)["edges"]


def test_two_slices_of_time_are_two_networks_whose_partitions_are_compared(world):
    for year in ("2016", "2017"):
        link(world, "--where", f"modified={year}", name=f"y{year}")
        world("partitions", "run", "louvain", "--on", f"y{year}")
    networks = world("info", "--json").json()["networks"]
    assert networks == {"y2016": 3, "y2017": 8}
    (pair,) = world("partitions", "compare", "louvain-y2016", "louvain-y2017", "--json").json()[
        "pairs"
    ]
    assert pair["songs"] == 3
