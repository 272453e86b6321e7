"""Every engine: networks and partitions, their edges and links, and taking them away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from store_cases import (
    COMMUNITIES,
    SHARED_EDGES,
    SOUND_EDGES,
    ask,
    contents,
    encoder,
    links,
    multiplex_network,
    partition,
    plain,
    shared_network,
    songs_table,
    sound_network,
)

from songnet.errors import BadNameError, InputError
from songnet.info import now
from songnet.model import Partition, SongNetwork, Vectors
from songnet.store import GraphStore, _rows

NOW, LATER = "2024-05-06T07:08:09Z", "2025-01-01T00:00:00Z"


@pytest.fixture
def store(store: GraphStore) -> GraphStore:
    """A store of four songs, a to d."""
    store.add_songs(songs_table(*"abcd"))
    return store


def rows(store: GraphStore, text: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in ask(store, text).to_pylist()]


# --- networks -----------------------------------------------------------------------------------


def test_a_playlist_network_becomes_edges_from_the_smaller_id(store: GraphStore) -> None:
    network = shared_network()
    assert store.write_network(network, NOW) == 3
    assert rows(store, SHARED_EDGES) == [
        ("playlists", "a", "b", 1, 1 / 7),
        ("playlists", "b", "c", 2, 2 / 7),
        ("playlists", "c", "d", 3, 3 / 7),
    ]
    [info] = store.networks()
    assert plain(info) == {
        "name": "playlists",
        "kind": "playlists",
        "songs": 4,
        "edges": 3,
        "fingerprint": network.fingerprint,
        "created_at": NOW,
        "params": dict(network.params),
    }


def test_what_is_written_without_a_time_is_written_now(store: GraphStore) -> None:
    before = now()
    store.write_network(shared_network())
    store.write_partition(partition())
    after = now()
    assert before <= store.networks()[0].created_at <= after
    assert before <= store.partitions()[0].created_at <= after


def test_the_network_can_be_made_again_from_its_edges(store: GraphStore) -> None:
    network = shared_network()
    store.write_network(network, NOW)
    found = ask(store, SHARED_EDGES)
    place = {song: index for index, song in enumerate(network.songs)}
    again = SongNetwork.from_edges(
        network.songs,
        [place[song] for song in found["source"].to_pylist()],
        [place[song] for song in found["target"].to_pylist()],
        found["weight"].to_numpy(),
    )
    assert again.fingerprint == network.fingerprint


def test_a_sound_network_becomes_an_edge_per_neighbour(store: GraphStore) -> None:
    assert store.write_network(sound_network(), NOW) == 4
    assert rows(store, SOUND_EDGES) == [
        ("sound-cae", "a", "b", 2, 0.5),
        ("sound-cae", "b", "c", 1, 0.25),
        ("sound-cae", "c", "b", 1, 0.25),
        ("sound-cae", "d", "c", 1, -0.125),
    ]
    assert rows(store, SHARED_EDGES) == []


def test_networks_stand_side_by_side_sorted_by_name(store: GraphStore) -> None:
    for network in (sound_network(), shared_network("z"), shared_network("a.1", "abc")):
        store.write_network(network, NOW)
    assert [info.name for info in store.networks()] == ["a.1", "sound-cae", "z"]
    assert [row[0] for row in rows(store, SHARED_EDGES)] == ["a.1"] * 2 + ["z"] * 3


def test_writing_a_network_again_replaces_its_edges(store: GraphStore) -> None:
    store.write_network(shared_network("other"), NOW)
    store.write_network(shared_network(), NOW)
    assert store.write_network(shared_network(ids="ab"), LATER) == 1
    assert [(i.name, i.songs, i.edges, i.created_at) for i in store.networks()] == [
        ("other", 4, 3, NOW),
        ("playlists", 2, 1, LATER),
    ]
    assert [row[:3] for row in rows(store, SHARED_EDGES)][3:] == [("playlists", "a", "b")]


def test_a_network_may_become_one_of_another_kind(store: GraphStore) -> None:
    store.write_network(shared_network("net"), NOW)
    store.write_network(sound_network("net"), NOW)
    assert [info.kind for info in store.networks()] == ["sound"]
    assert rows(store, SHARED_EDGES) == []
    assert len(rows(store, SOUND_EDGES)) == 4


def test_a_network_without_edges_is_a_node(store: GraphStore) -> None:
    empty = SongNetwork.from_edges("ab", [], [], name="empty", kind="playlists")
    assert store.write_network(empty, NOW) == 0
    assert [(info.songs, info.edges) for info in store.networks()] == [(2, 0)]


def test_counts_of_shared_playlists_may_be_missing(store: GraphStore) -> None:
    network = SongNetwork.from_edges("ab", [0], [1], [0.5], name="x", kind="playlists")
    store.write_network(network, NOW)
    assert rows(store, SHARED_EDGES) == [("x", "a", "b", None, 0.5)]


def test_of_a_large_network_the_strongest_edges_of_each_song_go_in(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rows, "MAX_EDGES", 50)
    monkeypatch.setattr(_rows, "STRONGEST_PER_SONG", 3)
    ids = [f"s{number:02d}" for number in range(20)]
    store.add_songs(songs_table(*ids))
    source, target = np.triu_indices(20, 1)
    weight = np.random.default_rng(0).integers(1, 5, len(source)).astype(float)  # many ties
    network = SongNetwork.from_edges(ids, source, target, weight, name="large", kind="playlists")
    expected = set()
    for song in range(20):
        of_song = [
            (-w, ids[s + t - song], s, t)
            for s, t, w in zip(source, target, weight, strict=True)
            if song in (s, t)
        ]
        expected |= {(ids[s], ids[t]) for _, _, s, t in sorted(of_song)[:3]}
    assert len(expected) < 50 < network.edges
    assert store.write_network(network, NOW) == len(expected)
    assert {row[1:3] for row in rows(store, SHARED_EDGES)} == expected
    assert [info.edges for info in store.networks()] == [190]


def test_a_network_at_the_limit_goes_in_whole(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rows, "MAX_EDGES", 3)
    monkeypatch.setattr(_rows, "STRONGEST_PER_SONG", 1)
    assert store.write_network(shared_network(), NOW) == 3


def test_networks_that_do_not_fit_are_refused_whole(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    before = contents(store)
    stranger = shared_network(ids="abz")
    custom = replace(shared_network(), kind="custom")
    bare = replace(sound_network("playlists"), attributes={})
    for network, said in ((stranger, "'z'"), (custom, "'custom'"), (bare, "rank_source")):
        with pytest.raises(InputError, match=said):
            store.write_network(network, LATER)
    assert contents(store) == before


def test_a_multiplex_network_is_a_node_and_its_layers_have_the_edges(store: GraphStore) -> None:
    layers = shared_network(), sound_network()
    for network in layers:
        store.write_network(network, NOW)
    before = contents(store)["edges"]
    both = multiplex_network()
    assert store.write_network(both, NOW) == 0
    assert contents(store)["edges"] == before
    [info] = [info for info in store.networks() if info.name == "both"]
    assert plain(info) == {
        "name": "both",
        "kind": "multiplex",
        "songs": 4,
        "edges": 3,
        "fingerprint": both.fingerprint,
        "created_at": NOW,
        "params": {
            "layers": "playlists,sound-cae",
            "fingerprint_1": layers[0].fingerprint,
            "fingerprint_2": layers[1].fingerprint,
        },
    }


def test_a_multiplex_network_is_replaced_and_dropped_as_others_are(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    before = contents(store)
    store.write_network(shared_network("net"), NOW)
    store.write_network(multiplex_network("net"), LATER)
    assert [row[0] for row in rows(store, SHARED_EDGES)] == ["playlists"] * 3
    store.write_partition(partition("cut", on="net"), NOW)
    assert ("cut", "Network", "net") in links(store)
    with pytest.raises(InputError, match="cut"):
        store.drop("network", "net")
    store.drop("partition", "cut")
    store.drop("network", "net")
    assert contents(store) == before
    stranger = replace(multiplex_network(), songs=np.array(list("abcz"), object))
    with pytest.raises(InputError, match="'z'"):
        store.write_network(stranger, NOW)
    assert contents(store) == before


# --- partitions ---------------------------------------------------------------------------------


def test_a_partition_comes_back_as_it_was_written(store: GraphStore) -> None:
    written = partition()
    store.write_partition(written, NOW)
    found = store.partition(written.name)
    assert list(found.songs) == list("abcd")
    assert found.labels.tolist() == [0, 0, 1, 0]
    assert found.labels.dtype == np.int64
    assert found.fingerprint == written.fingerprint
    for name in ("name", "algorithm", "on", "seed"):
        assert getattr(found, name) == getattr(written, name)
    for name in ("params", "quality", "versions"):
        assert dict(getattr(found, name)) == dict(getattr(written, name))


def test_the_list_of_partitions_says_how_they_were_made(store: GraphStore) -> None:
    written = partition()
    store.write_partition(partition("b", seed=None), NOW)
    store.write_partition(written, NOW)
    assert [info.name for info in store.partitions()] == ["b", "leiden-playlists"]
    assert store.partitions()[0].seed is None
    assert plain(store.partitions()[1]) == {
        "name": "leiden-playlists",
        "algorithm": "leiden",
        "on": "playlists",
        "songs": 4,
        "communities": 2,
        "seed": 0,
        "quality": {"modularity": 1 / 3, "inertia": 12.0},
        "fingerprint": written.fingerprint,
        "created_at": NOW,
        "params": {"resolution": 1.5, "note": "ü"},
        "versions": {"songnet": "0.1.0", "igraph": "1.0.0"},
    }


def test_the_main_qualities_can_be_asked_for(store: GraphStore) -> None:
    store.write_partition(partition("one", quality={"modularity": 0.25}), NOW)
    store.write_partition(partition("two", quality={"codelength": 6.5, "modularity": 0.5}), NOW)
    text = """
    MATCH (p:Partition) WHERE p.modularity > $least
    RETURN p.name AS name, p.modularity AS modularity, p.codelength AS codelength,
           p.description_length AS description_length, p.resolution AS resolution, p.seed AS seed
    """
    found = ask(store, text, {"least": 0.3}).to_pylist()
    assert [tuple(row.values()) for row in found] == [("two", 0.5, 6.5, None, 1.5, 0)]


def test_communities_have_sizes_titles_and_members(store: GraphStore) -> None:
    store.write_partition(partition(), NOW, titles=["O'Brien", "日本"])
    assert rows(store, COMMUNITIES) == [
        ("leiden-playlists", "leiden-playlists/0", "leiden-playlists", 0, 3, "O'Brien"),
        ("leiden-playlists", "leiden-playlists/1", "leiden-playlists", 1, 1, "日本"),
    ]
    assert store.community_titles("leiden-playlists") == ["O'Brien", "日本"]
    text = """
    MATCH (s:Song)-[:IN_COMMUNITY]->(c:Community {id: $id}) RETURN s.id AS song ORDER BY song
    """
    found = ask(store, text, {"id": "leiden-playlists/0"})
    assert found["song"].to_pylist() == ["a", "b", "d"]


def test_titles_are_numbers_where_none_are_given_and_in_order(store: GraphStore) -> None:
    ids = [f"s{number:02d}" for number in range(12)]
    store.add_songs(songs_table(*ids))
    each = Partition.from_labels(ids, range(12), name="each", algorithm="louvain", on="x")
    store.write_partition(each, NOW)
    assert store.community_titles("each") == [str(label) for label in range(12)]
    assert store.partition("each").labels.tolist() == list(range(12))


def test_a_partition_hangs_on_its_network_or_encoder(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    store.write_encoder(encoder("cae"))
    store.write_partition(partition("p1"), NOW)
    store.write_partition(partition("p2", on="cae"), NOW)
    store.write_partition(partition("p3", on="not there"), NOW)
    assert links(store) == [
        ("p1", "Network", "playlists"),
        ("p2", "Encoder", "cae"),
    ]
    assert store.partition("p3").on == "not there"


def test_writing_a_partition_again_replaces_everything(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    store.write_encoder(encoder("cae"))
    store.write_partition(partition(labels=[0, 1, 2, 3]), NOW)
    store.write_partition(partition("other"), NOW)
    changed = partition(songs=["a", "c"], labels=[0, 0], on="cae", quality={}, params={}, seed=None)
    store.write_partition(changed, LATER, titles=["both"])
    assert store.partition(changed.name).fingerprint == changed.fingerprint
    assert [row[1] for row in rows(store, COMMUNITIES)] == [
        "leiden-playlists/0", "other/0", "other/1",
    ]  # fmt: skip
    assert links(store)[0] == (changed.name, "Encoder", "cae")
    text = "MATCH (p:Partition {name: $name}) RETURN p.modularity AS m, p.resolution AS r"
    assert ask(store, text, {"name": changed.name}).to_pylist() == [{"m": None, "r": None}]
    assert store.partition("other").fingerprint == partition("other").fingerprint


def test_a_network_that_is_replaced_keeps_its_partitions(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    store.write_partition(partition(), NOW)
    store.write_network(shared_network(ids="abc"), LATER)
    assert links(store) == [("leiden-playlists", "Network", "playlists")]


def test_writing_results_twice_leaves_what_once_leaves(store: GraphStore) -> None:
    def write() -> None:
        store.write_network(shared_network(), NOW)
        store.write_network(sound_network(), NOW)
        store.write_partition(partition(), NOW, titles=["x", "y"])

    write()
    once = contents(store)
    write()
    assert contents(store) == once


def test_an_empty_partition_survives(store: GraphStore) -> None:
    empty = partition("empty", songs=[], labels=[])
    store.write_partition(empty, NOW)
    assert store.partition("empty").fingerprint == empty.fingerprint
    assert store.community_titles("empty") == []
    assert store.partitions()[0].communities == 0


@pytest.mark.parametrize("seed", [2**63 - 1, -(2**63) + 1])
def test_seeds_of_64_bits_survive(store: GraphStore, seed: int) -> None:
    store.write_partition(partition(seed=seed), NOW)
    assert store.partition("leiden-playlists").seed == seed


def test_partitions_that_do_not_fit_are_refused_whole(store: GraphStore) -> None:
    store.write_partition(partition(), NOW)
    before = contents(store)
    cases: list[tuple[Partition, list[str] | None, str]] = [
        (partition(songs=["a", "zz"], labels=[0, 1]), None, "'zz'"),
        (partition(), ["only one"], "2 communities: got 1 titles"),
        (partition(seed=2**63), None, "64 bits"),
        (partition(params={"x": {1}}), None, "set"),
    ]
    for bad, titles, said in cases:
        with pytest.raises(InputError, match=said):
            store.write_partition(bad, LATER, titles)
    assert contents(store) == before


def test_a_partition_that_is_not_there_is_named_with_those_that_are(store: GraphStore) -> None:
    with pytest.raises(BadNameError, match="'nope'.*none"):
        store.partition("nope")
    store.write_partition(partition(), NOW)
    for look in (store.partition, store.community_titles, lambda n: store.drop("partition", n)):
        with pytest.raises(BadNameError, match="'nope'.*leiden-playlists"):
            look("nope")


# --- dropping -----------------------------------------------------------------------------------


def test_dropping_a_partition_takes_its_communities_only(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    store.write_partition(partition("keep"), NOW)
    before = contents(store)
    store.write_partition(partition("gone", labels=[0, 1, 2, 3]), NOW)
    store.drop("partition", "gone")
    assert contents(store) == before


def test_dropping_a_network_takes_its_edges_only(store: GraphStore) -> None:
    store.write_network(shared_network("keep"), NOW)
    store.write_network(sound_network("keep-too"), NOW)
    before = contents(store)
    for network in (shared_network("gone"), sound_network("gone")):
        store.write_network(network, NOW)
        store.drop("network", "gone")
        assert contents(store) == before
    with pytest.raises(BadNameError, match="'gone'.*keep, keep-too"):
        store.drop("network", "gone")


def test_dropping_an_encoder_takes_its_vectors_only(store: GraphStore) -> None:
    store.write_encoder(encoder("keep"))
    store.write_vectors(Vectors.from_rows("keep", ["a"], [[1, 2, 3]]))
    before = contents(store)
    store.write_encoder(encoder("gone", 2))
    store.write_vectors(Vectors.from_rows("gone", ["a", "b"], [[1, 2], [3, 4]]))
    store.drop("encoder", "gone")
    assert contents(store) == before


def test_what_partitions_are_of_cannot_be_dropped_before_them(store: GraphStore) -> None:
    store.write_network(shared_network(), NOW)
    store.write_encoder(encoder("cae"))
    for name, on in (("p2", "playlists"), ("p1", "playlists"), ("p3", "cae")):
        store.write_partition(partition(name, on), NOW)
    before = contents(store)
    with pytest.raises(InputError, match="'playlists'.*p1, p2"):
        store.drop("network", "playlists")
    with pytest.raises(InputError, match="'cae'.*p3"):
        store.drop("encoder", "cae")
    assert contents(store) == before
    for name in ("p1", "p2", "p3"):
        store.drop("partition", name)
    store.drop("network", "playlists")
    store.drop("encoder", "cae")
    assert (store.networks(), store.encoders(), store.partitions()) == ([], [], [])
    assert store.counts().songs == 4
