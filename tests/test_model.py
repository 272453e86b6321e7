"""The types that everything speaks: canonical whatever the order, refusing what cannot be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import BadNameError, InputError
from songnet.model import (
    Memberships,
    Partition,
    Skipped,
    SongNetwork,
    Vectors,
    among,
    canonical_labels,
    fingerprint,
    object_array,
    shared_songs,
)
from songnet.names import NAME_LENGTH, SONG_PROPERTIES, check_encoder_name, check_name
from songnet.tables import SONG_SCHEMA

song_ids = st.lists(st.text(max_size=5), unique=True, min_size=1, max_size=12)


@st.composite
def networks(draw):
    """Ids and edges ``(source, target, weight)`` between them, with repeats and loops."""
    ids = draw(song_ids)
    ends = st.integers(0, len(ids) - 1)
    weights = st.integers(0, 8).map(float)
    return ids, draw(st.lists(st.tuples(ends, ends, weights), max_size=25))


def network_of(ids, edges, **options):
    left, right, weight = zip(*edges, strict=True) if edges else ((), (), ())
    return SongNetwork.from_edges(ids, left, right, weight, **options)


def named(network):
    """``{(smaller id, larger id): weight}``"""
    rows = zip(network.sources, network.targets, network.weights, strict=True)
    return {(network.songs[low], network.songs[high]): weight for low, high, weight in rows}


def partition(songs, labels, **options):
    return Partition.from_labels(
        songs, labels, **{"name": "p", "algorithm": "by hand", "on": "nothing", **options}
    )


# --- names


@pytest.mark.parametrize("name", ["a", "playlists", "leiden-cae_12x15", "0.5", "a" * NAME_LENGTH])
def test_good_names(name):
    assert check_name(name, what="network") == name


@pytest.mark.parametrize(
    "name", ["", "A", "-a", ".a", "_a", "a b", "a/b", "a\n", "é", "a" * (NAME_LENGTH + 1), "a`"]
)
def test_bad_names(name):
    with pytest.raises(BadNameError, match="cannot name a network: use lower-case letters"):
        check_name(name, what="network")
    with pytest.raises(BadNameError, match="cannot name an encoder"):
        check_encoder_name(name)


@pytest.mark.parametrize("name", ["cae_12x15", "a", "z9", "a" * NAME_LENGTH])
def test_good_encoder_names(name):
    assert check_encoder_name(name) == name


@pytest.mark.parametrize("name", ["9a", "a-b", "a.b", "title", "id", "label", "sha256"])
def test_names_that_only_encoders_may_not_bear(name):
    with pytest.raises(BadNameError, match=f"'{name}' cannot name an encoder"):
        check_encoder_name(name)


# --- fingerprints


def test_a_fingerprint_is_sha256_of_lengths_and_bytes():
    import hashlib

    expected = hashlib.sha256()
    for data in (b"a\0b", np.array([1, 2], "<i8").tobytes()):
        expected.update(len(data).to_bytes(8, "little") + data)
    assert fingerprint(["a", "b"], np.array([1, 2])) == expected.hexdigest()
    assert fingerprint(["a\nb"]) != fingerprint(["a", "b"])


@given(st.lists(st.integers(-9, 9)))
def test_a_fingerprint_does_not_hang_on_memory_layout(values):
    array = np.array(values, np.int64)
    assert fingerprint(array.astype(">i8")) == fingerprint(array)
    assert fingerprint(np.repeat(array, 2)[::2]) == fingerprint(array)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((["a"], ["b"]), (["a", "b"], [])),
        ((np.array([1, 2]),), (np.array([1]), np.array([2]))),
        ((["a", "b"],), (["b", "a"],)),
        ((["\ud800"],), (["\udfff"],)),
    ],
)
def test_different_things_have_different_fingerprints(one, other):
    assert fingerprint(*one) != fingerprint(*other)


# --- memberships


@given(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("abcd"))), st.randoms())
def test_memberships_are_the_distinct_pairs_in_order(pairs, random):
    found = Memberships.from_pairs([p for p, _ in pairs], [s for _, s in pairs])
    spelled = list(zip(found.playlists[found.playlist], found.songs[found.song], strict=True))
    assert spelled == sorted(set(pairs))
    assert len(found) == len(set(pairs))
    assert set(found.songs) == {song for _, song in pairs}
    assert found.playlist.dtype == found.song.dtype == np.int64
    shuffled = random.sample(pairs, len(pairs))
    again = Memberships.from_pairs([p for p, _ in shuffled], [s for _, s in shuffled])
    assert (again.song.tolist(), again.playlist.tolist()) == (
        found.song.tolist(),
        found.playlist.tolist(),
    )


def test_memberships_need_a_song_per_playlist():
    with pytest.raises(InputError, match="got 2 and 1"):
        Memberships.from_pairs(["p", "q"], ["a"])


# --- networks


@given(networks())
def test_a_network_is_canonical(example):
    ids, edges = example
    network = network_of(ids, edges)
    expected = {}
    for source, target, weight in edges:
        if source != target:
            pair = tuple(sorted((ids[source], ids[target])))
            expected[pair] = expected.get(pair, 0) + weight
    assert named(network) == expected
    assert network.songs.tolist() == sorted(ids)
    assert (network.sources < network.targets).all()
    code = network.sources * len(ids) + network.targets
    assert (np.diff(code) > 0).all()
    assert network.edges == len(expected)


@given(networks(), st.randoms())
def test_a_network_is_the_same_in_any_order_and_direction(example, random):
    ids, edges = example
    order = random.sample(range(len(ids)), len(ids))
    place = {old: new for new, old in enumerate(order)}
    turned = [
        (*random.sample([place[source], place[target]], 2), weight)
        for source, target, weight in random.sample(edges, len(edges))
    ]
    there, again = network_of(ids, edges), network_of([ids[i] for i in order], turned)
    assert again.fingerprint == there.fingerprint
    assert again.songs.tolist() == there.songs.tolist()


def test_weights_default_to_one():
    assert SongNetwork.from_edges("ab", [0], [1]).weights.tolist() == [1.0]


def test_attributes_follow_their_edges():
    network = SongNetwork.from_edges(
        ["c", "a", "b"], [0, 1, 2, 0], [1, 2, 2, 2], [1, 2, 3, 4],
        attributes={"mark": ["ca", "ab", "bb", "cb"]},
    )  # fmt: skip
    assert named(network) == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 4}
    assert network.attributes["mark"].tolist() == ["ab", "ca", "cb"]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("ab", [0], [2]), {}, "indices into the 2 ids, 0 to 1"),
        (("ab", [-1], [1]), {}, "indices into the 2 ids"),
        (("aa", [0], [1]), {}, "must not repeat: 2 given, 1 distinct"),
        (("ab", [0, 1], [1]), {}, "one length: got 2, 1, 2"),
        (("ab", [0], [1], [1.0, 2.0]), {}, "one length: got 1, 1, 2"),
        (("ab", [0], [1], [-1.0]), {}, "finite and not negative"),
        (("ab", [0], [1], [float("nan")]), {}, "finite and not negative"),
        (("ab", [0], [1]), {"name": "No"}, "'No' cannot name a network"),
        (("ab", [0], [1]), {"attributes": {"x": [1, 2]}}, "'x' has 2 rows, not 1"),
        (("ab", [0, 1], [1, 0]), {"attributes": {"x": [1, 2]}}, "attributes must not repeat"),
    ],
)
def test_bad_networks_are_refused(arguments, options, message):
    with pytest.raises(InputError, match=message):
        SongNetwork.from_edges(*arguments, **options)


def test_a_networks_fingerprint_tells_weights_edges_and_songs_apart():
    prints = {
        SongNetwork.from_edges("abc", [0], [1]).fingerprint,
        SongNetwork.from_edges("abc", [0], [1], [2.0]).fingerprint,
        SongNetwork.from_edges("abc", [0], [2]).fingerprint,
        SongNetwork.from_edges("abd", [0], [1]).fingerprint,
        SongNetwork.from_edges("ab", [0], [1]).fingerprint,
    }
    assert len(prints) == 5
    same = SongNetwork.from_edges("abc", [0], [1], name="other", params={"k": 1})
    assert same.fingerprint in prints


# --- vectors


def test_vectors_are_sorted_by_song():
    vectors = Vectors.from_rows("enc", ["b", "a"], [[1, 2], [3, 4]])
    assert vectors.songs.tolist() == ["a", "b"]
    assert vectors.values.tolist() == [[3, 4], [1, 2]]
    assert vectors.values.dtype == np.float32
    assert vectors.dimensions == 2
    assert vectors.fingerprint == Vectors.from_rows("e", "ab", [[3, 4], [1, 2]]).fingerprint
    assert vectors.fingerprint != Vectors.from_rows("e", "ab", [[1, 2], [3, 4]]).fingerprint


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("enc", "aa", [[1], [2]]), "must not repeat"),
        (("enc", "ab", [1, 2]), r"shape \(2, d\): got \(2,\)"),
        (("enc", "ab", [[1, 2]]), r"shape \(2, d\): got \(1, 2\)"),
        (("enc", "ab", [[1], [float("nan")]]), "found NaN or infinity"),
        (("enc", "ab", [[1], [float("inf")]]), "found NaN or infinity"),
        (("en-c", "ab", [[1], [2]]), "'en-c' cannot name an encoder"),
    ],
)
def test_bad_vectors_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Vectors.from_rows(*arguments)


# --- partitions


@given(st.lists(st.integers(-3, 5), max_size=30))
def test_communities_are_numbered_by_size_then_by_first_song(labels):
    found = canonical_labels(np.array(labels, np.int64))
    groups = {}
    for song, label in enumerate(labels):
        groups.setdefault(label, []).append(song)
    ordered = sorted(groups.values(), key=lambda songs: (-len(songs), songs[0]))
    expected = {song: number for number, songs in enumerate(ordered) for song in songs}
    assert found.tolist() == [expected[song] for song in range(len(labels))]


@given(song_ids, st.data())
def test_a_partition_is_the_same_in_any_order_under_any_names(songs, data):
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(songs), max_size=len(songs)))
    order = data.draw(st.permutations(range(len(songs))))
    there = partition(songs, labels)
    again = partition([songs[i] for i in order], [f"x{9 - labels[i]}" for i in order])
    assert again.fingerprint == there.fingerprint
    assert again.songs.tolist() == there.songs.tolist() == sorted(songs)
    assert again.labels.tolist() == there.labels.tolist()
    together = dict(zip(songs, labels, strict=True))
    for song, label in zip(there.songs, there.labels, strict=True):
        same = {other for other in songs if together[other] == together[song]}
        assert set(there.songs[there.labels == label]) == same
    assert there.sizes.tolist() == sorted(there.sizes, reverse=True)
    assert there.communities == len(set(labels))


def test_ties_go_to_the_smallest_song():
    assert partition(["d", "c", "b", "a"], [1, 1, 2, 2]).labels.tolist() == [0, 0, 1, 1]


def test_dominance():
    ten = partition("abcdefghij", [0] * 9 + [1])
    assert (ten.dominance, ten.degenerate) == (0.9, False)
    eleven = partition("abcdefghijk", [0] * 10 + [1])
    assert eleven.degenerate
    assert eleven.dominance == pytest.approx(10 / 11)
    empty = partition([], [])
    assert (empty.dominance, empty.degenerate, empty.communities) == (0.0, False, 0)


@pytest.mark.parametrize(
    ("songs", "labels", "options", "message"),
    [
        ("ab", [0], {}, "a label per song: 1 for 2"),
        ("aa", [0, 1], {}, "must not repeat"),
        ("ab", [0, 1], {"name": "My Partition"}, "'My Partition' cannot name a partition"),
    ],
)
def test_bad_partitions_are_refused(songs, labels, options, message):
    with pytest.raises(InputError, match=message):
        partition(songs, labels, **options)


def test_what_a_partition_records_cannot_be_changed():
    found = partition("ab", [0, 1], params={"k": 1}, quality={"modularity": 0.5})
    with pytest.raises(TypeError, match="does not support item assignment"):
        found.params["k"] = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "other"


# --- the rest


def test_types_show_what_they_hold():
    network = SongNetwork.from_edges("abc", [0], [1], name="net")
    assert repr(network) == "SongNetwork('net', 3 songs, 1 edges)"
    assert repr(partition("abc", [0, 0, 1])) == "Partition('p', 3 songs, 2 communities)"
    assert repr(Vectors.from_rows("enc", "a", [[1, 2]])) == "Vectors('enc', 1 songs x 2)"
    assert str(Skipped("a.zip/b.json", "is empty")) == "a.zip/b.json: is empty"
    assert str(Skipped("a.csv", "no song", "line 3")) == "a.csv, line 3: no song"


def test_object_array_keeps_strings_whole():
    assert object_array(iter(["ab", "c"])).tolist() == ["ab", "c"]
    assert object_array([]).shape == (0,)


def test_shared_songs_by_hand():
    left, right = shared_songs(object_array("abce"), object_array("bcd"))
    assert left.tolist() == [1, 2]
    assert right.tolist() == [0, 1]
    assert [side.tolist() for side in shared_songs(object_array(""), object_array("a"))] == [[], []]


def test_no_encoder_can_bear_the_name_of_a_column_of_songs():
    assert tuple(SONG_SCHEMA.names) == SONG_PROPERTIES


def test_which_ids_are_among_others():
    ids = object_array(["b", "a", "b", "c"])
    assert among(ids, object_array(["b", "x"])).tolist() == [True, False, True, False]
    assert among(ids, []).dtype == np.bool_
    assert among(object_array([]), ids).shape == (0,)
