"""Loading and reading a server in batches: the same graph as a plain loop makes, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from songnet.errors import StoreError
from songnet.info import EncoderInfo
from songnet.model import Partition, SongNetwork, Vectors
from songnet.store import _neo4j_answers, _neo4j_steps
from songnet.store import neo4j as engine
from songnet.store._rows import edge_rows
from songnet.store.neo4j import Neo4jStore
from songnet.tables import MEMBERSHIP_SCHEMA, PLAYLIST_SCHEMA, SONG_SCHEMA

pytestmark = pytest.mark.neo4j

IDS = [f"song:{number:02d}" for number in range(30)]
LISTS = [f"list:{number}" for number in range(7)]

PLAIN_SONGS = "UNWIND $rows AS row MERGE (s:Song {id: row.id}) SET s += row"
PLAIN_LISTS = "UNWIND $rows AS row MERGE (p:Playlist {id: row.id}) SET p += row"
PLAIN_MEMBERS = """
UNWIND $rows AS row
MERGE (p:Playlist {id: row.playlist}) MERGE (s:Song {id: row.song}) MERGE (p)-[c:CONTAINS]->(s)
SET c.position = row.position, c.times = row.times
"""
PLAIN_EDGES = """
UNWIND $rows AS row
MATCH (a:Song {{id: row.source}}) MATCH (b:Song {{id: row.target}})
MERGE (a)-[e:{type} {{network: $name}}]->(b) SET e += row SET e.source = null, e.target = null
"""
PLAIN_COMMUNITIES = """
UNWIND $rows AS row
MATCH (s:Song {id: row.song})
MATCH (c:Community {id: row.community})
MERGE (s)-[:IN_COMMUNITY]->(c)
"""

Admin = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def admin(neo4j_server: dict[str, str]) -> Iterator[Admin]:
    """Run Cypher behind the store's back."""
    import neo4j

    auth = (neo4j_server["NEO4J_USERNAME"], neo4j_server["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(neo4j_server["NEO4J_URI"], auth=auth) as driver:
        yield lambda text, **parameters: [
            record.data() for record in driver.execute_query(text, parameters).records
        ]


def graph(admin: Admin, *types: str) -> tuple[list[Any], list[Any]]:
    """Songs, playlists and communities, and the relationships of these types, as sorted rows."""
    nodes = admin(
        "MATCH (n:Song|Playlist|Community) RETURN labels(n) AS labels, properties(n) AS p, "
        "[key IN keys(n) | valueType(n[key])] AS types ORDER BY n.id"
    )
    edges = admin(
        "MATCH (a)-[e]->(b) WHERE type(e) IN $types RETURN a.id AS a, type(e) AS type, b.id AS b, "
        "properties(e) AS p, [key IN keys(e) | valueType(e[key])] AS types ORDER BY a, type, b, "
        "p.network",
        types=list(types),
    )
    for row in nodes + edges:
        row["types"].sort()
    return nodes, edges


def given_lists(seed: int = 0) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Playlists of songs that some say more of than others; one playlist is empty."""
    random = np.random.default_rng(seed)
    songs = pa.table(
        {
            "id": IDS,
            "title": [f"Title {number}" if number % 3 else None for number in range(30)],
            "artist": [f"Artist {number // 4}" for number in range(30)],
            "duration_ms": [number * 1000 if number % 4 else None for number in range(30)],
        }
    )
    playlists = pa.table(
        {
            "id": LISTS,
            "name": [f"List {n}" for n in range(7)],
            "followers": [3, None, 1, 2, 4, 5, 6],
        }
    )
    rows = [
        (name, IDS[song], position, int(random.integers(1, 4)))
        for name in LISTS[:-1]
        for position, song in enumerate(random.choice(30, random.integers(1, 20), replace=False))
    ]
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    return playlists, songs, pa.table(columns, names=MEMBERSHIP_SCHEMA.names)


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Without what is missing, as a plain loop would send them."""
    return [{k: v for k, v in row.items() if v is not None} for row in table.to_pylist()]


def plain_lists(admin: Admin, playlists: pa.Table, songs: pa.Table, members: pa.Table) -> None:
    admin(PLAIN_SONGS, rows=rows_of(songs))
    admin(PLAIN_LISTS, rows=rows_of(playlists))
    admin(PLAIN_MEMBERS, rows=rows_of(members))


def shared(name: str = "shared", *, counts: bool = True, seed: int = 0) -> SongNetwork:
    """A network in which the first song has an edge to every other."""
    random = np.random.default_rng(seed)
    pairs = {(0, other) for other in range(1, 30)}
    pairs |= {(int(a), int(b)) for a, b in np.sort(random.integers(1, 30, (60, 2))) if a < b}
    low, high = np.array(sorted(pairs)).T
    attributes = {"playlists": random.integers(1, 9, len(low))} if counts else {}
    weights = random.random(len(low))
    return SongNetwork.from_edges(
        IDS, low, high, weights, name=name, kind="playlists", attributes=attributes
    )


def sound(name: str = "sound") -> SongNetwork:
    """A chain of songs; every third edge goes one way only."""
    low = np.arange(29)
    attributes = {
        "similarity": np.linspace(0.1, 0.9, 29),
        "rank_source": np.full(29, 1),
        "rank_target": np.where(low % 3, 2, 0),
    }
    weights = attributes["similarity"]
    return SongNetwork.from_edges(
        IDS, low, low + 1, weights, name=name, kind="sound", attributes=attributes
    )


def thirds(name: str = "thirds") -> Partition:
    labels = [min(number // 4, 2) for number in range(30)]
    return Partition.from_labels(IDS, labels, name=name, algorithm="leiden", on="shared")


@pytest.fixture(params=[1, 4, 50_000])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Rows to a statement: one, some, more than there are."""
    monkeypatch.setattr(_neo4j_steps, "BATCH", request.param)
    return int(request.param)


@pytest.fixture(params=[1, 2, 500])
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Nodes to a record of an answer: one, two, more than there are."""
    monkeypatch.setattr(_neo4j_answers, "NODES", request.param)
    return int(request.param)


# --- writing --------------------------------------------------------------------------------------


def test_playlists_are_those_of_a_plain_loop_whatever_their_order(
    neo4j_store: Neo4jStore, admin: Admin, batch: int
) -> None:
    neo4j_store.prepare()
    plain_lists(admin, *given_lists())
    expected = graph(admin, "CONTAINS")
    admin("MATCH (n:Song|Playlist) DETACH DELETE n")
    neo4j_store.add_playlists(*(shuffled(table, batch) for table in given_lists()))
    assert graph(admin, "CONTAINS") == expected
    neo4j_store.add_playlists(*given_lists())
    assert graph(admin, "CONTAINS") == expected


def test_playlists_that_changed_are_those_of_a_plain_loop_on_an_empty_server(
    neo4j_store: Neo4jStore, admin: Admin, batch: int
) -> None:
    neo4j_store.prepare()
    plain_lists(admin, *given_lists(seed=1))
    expected = graph(admin, "CONTAINS")
    admin("MATCH (n:Song|Playlist) DETACH DELETE n")
    neo4j_store.add_playlists(*given_lists(seed=0))
    assert graph(admin, "CONTAINS") != expected
    neo4j_store.add_playlists(*given_lists(seed=1))
    assert graph(admin, "CONTAINS") == expected


def test_songs_gain_properties_and_lose_none(neo4j_store: Neo4jStore, admin: Admin) -> None:
    first = pa.table({"id": ["a", "b"], "title": ["A", None], "duration_ms": [1, None]})
    second = pa.table({"id": ["c", "b", "a"], "title": ["C", "B", None], "duration_ms": [3, 0, 2]})
    neo4j_store.add_songs(first)
    neo4j_store.add_songs(second)
    neo4j_store.add_songs(pa.table({"id": ["d", "a"]}))
    held = admin("MATCH (s:Song) RETURN properties(s) AS p ORDER BY s.id")
    assert [row["p"] for row in held] == [
        {"id": "a", "title": "A", "duration_ms": 2},
        {"id": "b", "title": "B", "duration_ms": 0},
        {"id": "c", "title": "C", "duration_ms": 3},
        {"id": "d"},
    ]


@pytest.mark.parametrize(
    ("network", "relationship"),
    [
        (shared(), "SHARES_PLAYLISTS"),
        (shared(counts=False), "SHARES_PLAYLISTS"),
        (sound(), "SOUNDS_LIKE"),
    ],
    ids=["playlists", "without counts", "sound"],
)
def test_edges_are_those_of_a_plain_loop(
    neo4j_store: Neo4jStore, admin: Admin, network: SongNetwork, relationship: str, batch: int
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    admin(
        PLAIN_EDGES.format(type=relationship), rows=rows_of(edge_rows(network)), name=network.name
    )
    expected = graph(admin, relationship)
    admin("MATCH (:Song)-[e]->() DELETE e")
    neo4j_store.write_network(network)
    assert graph(admin, relationship) == expected
    neo4j_store.write_network(network)
    assert graph(admin, relationship) == expected
    assert len(expected[1]) == edge_rows(network).num_rows


def test_members_are_those_of_a_plain_loop(
    neo4j_store: Neo4jStore, admin: Admin, batch: int
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_partition(thirds())
    written = graph(admin, "IN_COMMUNITY")
    admin("MATCH ()-[e:IN_COMMUNITY]->() DELETE e")
    rows = [
        {"song": song, "community": f"thirds/{label}"}
        for song, label in zip(thirds().songs, thirds().labels.tolist(), strict=True)
    ]
    admin(PLAIN_COMMUNITIES, rows=rows)
    assert graph(admin, "IN_COMMUNITY") == written
    assert len(written[1]) == 30


# A partition in one transaction has no moment between being looked up and being written.
@pytest.mark.parametrize(
    ("what", "whole"),
    [(shared(), 4), (shared(), 200_000), (thirds(), 4)],
    ids=["network in parts", "network", "partition in parts"],
)
def test_a_song_that_goes_while_its_edges_are_written_is_said(
    neo4j_store: Neo4jStore,
    admin: Admin,
    monkeypatch: pytest.MonkeyPatch,
    what: SongNetwork | Partition,
    whole: int,
) -> None:
    def someone_deletes(*_: Any, **__: Any) -> None:
        admin("MATCH (s:Song {id: $id}) DETACH DELETE s", id=IDS[17])

    monkeypatch.setattr(_neo4j_steps, "WHOLE", whole)
    monkeypatch.setattr(engine, "check_in_graph", someone_deletes)
    neo4j_store.add_songs(pa.table({"id": IDS}))
    with pytest.raises(StoreError, match="edges could be written: .*run the command again"):
        if isinstance(what, SongNetwork):
            neo4j_store.write_network(what)
        else:
            neo4j_store.write_partition(what)
    assert graph(admin, "SHARES_PLAYLISTS", "IN_COMMUNITY")[1] == []
    assert neo4j_store.networks() == neo4j_store.partitions() == []


# --- reading --------------------------------------------------------------------------------------


def plain_read(admin: Admin, statement: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for row in admin(statement))


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for row in table.to_pylist())


def test_songs_and_playlists_are_those_of_a_plain_reading(
    neo4j_store: Neo4jStore, admin: Admin, part: int
) -> None:
    neo4j_store.add_playlists(*given_lists())
    members = "MATCH (p:Playlist)-[c:CONTAINS]->(s) RETURN p.id, s.id, c.position, c.times"
    assert rows(neo4j_store.membership_table()) == plain_read(admin, members)
    assert len(neo4j_store.membership_table()) == neo4j_store.counts().memberships > 20
    playlists, songs, held = given_lists()
    assert neo4j_store.songs().select(songs.column_names).equals(songs)
    assert neo4j_store.playlists().select(playlists.column_names).equals(playlists)
    found = neo4j_store.memberships()
    pairs = zip(found.playlists[found.playlist], found.songs[found.song], strict=True)
    assert sorted(pairs) == sorted((row[0], row[1]) for row in rows(held))


@pytest.mark.parametrize(
    "network", [shared(), shared(counts=False), sound()], ids=["playlists", "no counts", "sound"]
)
def test_edges_come_back_as_they_were_written(
    neo4j_store: Neo4jStore, network: SongNetwork, part: int
) -> None:
    neo4j_store.add_songs(pa.table({"id": [*IDS, "lonely"]}))
    neo4j_store.write_network(shared("another", seed=5))
    neo4j_store.write_network(network)
    order = [("source", "ascending"), ("target", "ascending")]
    assert neo4j_store.edges(network.name).sort_by(order).equals(edge_rows(network))


def test_partitions_and_vectors_come_back_as_they_were_written(
    neo4j_store: Neo4jStore, part: int
) -> None:
    vectors = Vectors.from_rows("cae", IDS[:20], np.random.default_rng(0).normal(size=(20, 3)))
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_partition(thirds())
    neo4j_store.write_partition(thirds("others"))
    neo4j_store.write_encoder(EncoderInfo("cae", "cae", "3", 3, "f", "2026-11-23"))
    assert neo4j_store.vectors("cae").values.shape == (0, 3)
    assert len(neo4j_store.embedded("cae")) == 0
    neo4j_store.write_vectors(vectors)
    assert neo4j_store.partition("thirds").fingerprint == thirds().fingerprint
    assert neo4j_store.vectors("cae").fingerprint == vectors.fingerprint
    assert neo4j_store.embedded("cae").tolist() == IDS[:20]


def test_an_empty_graph_is_empty_tables(neo4j_store: Neo4jStore, part: int) -> None:
    assert neo4j_store.songs().equals(SONG_SCHEMA.empty_table())
    assert neo4j_store.playlists().equals(PLAYLIST_SCHEMA.empty_table())
    assert neo4j_store.membership_table().equals(MEMBERSHIP_SCHEMA.empty_table())
    assert len(neo4j_store.memberships()) == 0
    neo4j_store.add_songs(pa.table({"id": IDS}))
    nothing = SongNetwork.from_edges(IDS, [], [], name="none", kind="playlists")
    neo4j_store.write_network(nothing)
    assert neo4j_store.edges("none").num_rows == 0
    assert neo4j_store.edges("none").column_names == ["source", "target", "playlists", "weight"]


def test_an_edge_with_a_property_of_another_type_is_named(
    neo4j_store: Neo4jStore, admin: Admin
) -> None:
    neo4j_store.add_songs(pa.table({"id": IDS}))
    neo4j_store.write_network(shared())
    admin("MATCH (:Song)-[e:SHARES_PLAYLISTS]->(:Song {id: $id}) SET e.weight = 'much'", id=IDS[9])
    with pytest.raises(StoreError, match="'weight' is not double everywhere"):
        neo4j_store.edges("shared")
