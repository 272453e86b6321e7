"""Every engine: playlists and songs taken out with what is theirs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from store_cases import (
    HOSTILE,
    add_lists,
    ask,
    contents,
    encoder,
    membership_rows,
    partition,
    shared_network,
    songs_table,
    sound_network,
)

from songnet.model import Vectors
from songnet.store import GraphStore
from songnet.store import _neo4j_steps as steps

NODES = "MATCH (n:{label}) RETURN count(n) AS n"
EDGES = "MATCH (:{a})-[e:{kind}]->(:{b}) RETURN count(e) AS n"


def count(store: GraphStore, text: str) -> int:
    return int(ask(store, text)["n"][0].as_py())


def fill(store: GraphStore) -> None:
    """Four songs in three lists, with vectors, a network of either kind and a partition."""
    add_lists(store, p1="abc", p2="bcd", p3="d")
    store.write_encoder(encoder("tiny", dimensions=2))
    store.write_vectors(Vectors.from_rows("tiny", list("abcd"), [[1, 0], [0, 1], [1, 1], [2, 1]]))
    store.write_network(shared_network())
    store.write_network(sound_network())
    store.write_partition(partition())


@pytest.fixture
def store(store: GraphStore) -> GraphStore:
    fill(store)
    return store


def test_a_playlist_goes_with_its_memberships_alone(store: GraphStore) -> None:
    before = contents(store)
    store.remove(playlists=["p2"])
    after = contents(store)
    assert [row["id"] for row in after["playlists"]] == ["p1", "p3"]
    assert after["memberships"] == [row for row in before["memberships"] if row["playlist"] != "p2"]
    assert (after["counts"].playlists, after["counts"].memberships) == (2, 4)
    untouched = before.keys() - {"playlists", "memberships", "counts"}
    assert all(after[key] == before[key] for key in untouched)


def test_a_song_goes_from_everywhere(store: GraphStore) -> None:
    store.remove(songs=["b"])
    after = contents(store)
    assert [row["id"] for row in after["songs"]] == ["a", "c", "d"]
    assert [(row["playlist"], row["song"], row["position"]) for row in after["memberships"]] == [
        ("p1", "a", 0),
        ("p1", "c", 2),
        ("p2", "c", 1),
        ("p2", "d", 2),
        ("p3", "d", 0),
    ]
    assert after["vectors"]["tiny"] == (["a", "c", "d"], [[1, 0], [1, 1], [2, 1]])
    assert after["labels"]["leiden-playlists"][0] == ["a", "c", "d"]
    ends = [{row["source"], row["target"]} for rows in after["edges"] for row in rows]
    assert ends == [{"c", "d"}, {"c", "d"}]
    assert "b" not in [song for song, _ in store.nearest("tiny", [0, 1], 4)]
    assert after["counts"].songs == 3


def test_ids_that_are_not_there_are_passed_over_so_again_changes_nothing(
    store: GraphStore,
) -> None:
    store.remove(playlists=["p1"], songs=["a", "d"])
    before = contents(store)
    store.remove(playlists=["p1", "nobody's"], songs=["a", "d", "p2"])
    store.remove()
    assert contents(store) == before


def test_the_last_can_go_and_all_of_it_can_come_back(
    store: GraphStore, reopen: Callable[[], GraphStore]
) -> None:
    before = contents(store)
    store.remove(playlists=["p1", "p2", "p3"], songs=list("abcd"))
    assert count(store, NODES.format(label="Song")) == 0
    assert count(store, EDGES.format(a="Playlist", kind="CONTAINS", b="Song")) == 0
    assert count(store, EDGES.format(a="Song", kind="IN_COMMUNITY", b="Community")) == 0
    again = reopen()
    assert again.counts().songs == 0
    assert len(again.embedded("tiny")) == 0
    fill(again)
    times = {"networks", "partitions"}
    after = contents(reopen())
    assert {key: after[key] for key in after.keys() - times} == {
        key: before[key] for key in before.keys() - times
    }


def test_what_a_transaction_does_not_bear_goes_in_several(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "WHOLE", 2)
    monkeypatch.setattr(steps, "BATCH", 2)
    store.remove(playlists=["p1", "p2"], songs=list("abc"))
    assert store.counts().memberships == 1
    assert store.songs()["id"].to_pylist() == ["d"]
    assert contents(store)["edges"] == [[], []]


def test_hostile_ids_are_ids(store: GraphStore) -> None:
    songs = [f"{text}{place}" for place, text in enumerate(HOSTILE)]
    rows = [(f"list {song}", song, 0, 1) for song in songs]
    before = contents(store)
    lists = songs_table(*(row[0] for row in rows))
    store.add_playlists(lists, songs_table(*songs), membership_rows(rows))
    store.remove(playlists=lists["id"].to_pylist(), songs=songs)
    assert contents(store) == before


def test_what_was_not_finished_is_told_and_can_be_dropped(store: GraphStore) -> None:
    assert store.unfinished() == []
    if store.engine == "ladybug":
        return  # one transaction each: there is no such thing
    prefix = store.label_prefix
    store.query(f"MATCH (p:{prefix}Partition) SET p.unfinished = true", write=True)
    store.query(f"CREATE (:{prefix}Network {{name: 'half', unfinished: true}})", write=True)
    assert store.unfinished() == [("network", "half"), ("partition", "leiden-playlists")]
    store.drop("network", "half")
    store.drop("partition", "leiden-playlists")
    assert store.unfinished() == []
