"""An import loaded by the real neo4j-admin gives the graph that bolt gives, to the last bit."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_cases import (
    HOSTILE,
    contents,
    encoder,
    membership_rows,
    multiplex_network,
    partition,
    shared_network,
    sound_network,
)

from songnet.errors import BadNameError, EmptyInputError, InputError, StateError
from songnet.model import SongNetwork, Vectors, object_array
from songnet.store import GraphStore, open_store
from songnet.store import _rows as rows_of
from songnet.store.neo4j import Neo4jStore
from songnet.store.neo4j_import import Written, write_import
from songnet.store.neo4j_import._vectors import SpooledVectors, with_vectors
from songnet.store.neo4j_import._writer import ImportWriter

SCRIPT = Path(__file__).parents[2] / "scripts" / "neo4j"
WHEN = "2024-05-06T07:08:09+00:00"
ODD_FOLDER = "an im(port), of [songs]"
LETTERS = list("abcd")
AWKWARD = [
    *HOSTILE, "", " ", '""', 'a"b', '"quoted"', "a,b", "a;b", "\\n", '\\"', "\r", "\n", "\r\n",
    "a\r\nb\rc\nd\n", "\t", "\u2028\u2029\x85", "\ufeff", "\x01\x1a\x7f", "\uffff", "1", "true",
    "NaN", "-", "#", "=1+1", "|", "x" * 5000,
]  # fmt: skip
NUMBERS = [0, 1, -1, 2**63 - 1, -(2**63), None]
WEIGHTS = [1 / 3, 1e-310, 1.7e308]
VALUES = np.array(
    [[1 / 3, -0.0, 1e-45], [3.4e38, -3.4e38, 1e-7], [16777216.0, 0.1, -2.5]], np.float32
)

NODES = """
MATCH (n) WHERE NOT n:SongnetStore
RETURN labels(n) AS labels, properties(n) AS properties,
       [key IN keys(n) | [key, valueType(n[key])]] AS types
"""
EDGES = """
MATCH (a)-[e]->(b)
RETURN type(e) AS type, labels(a) + coalesce(a.id, a.name) AS a, labels(b) + coalesce(b.id, b.name)
       AS b, properties(e) AS properties, [key IN keys(e) | [key, valueType(e[key])]] AS types
"""


@cache
def hostile_texts() -> list[str]:
    """What a hypothesis test would draw: one import takes seconds, so all of it goes into one."""
    found: list[str] = []
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    dangerous = st.sampled_from([*"\",;\\\r\n\t '|", '""', "\r\n"])

    @settings(max_examples=300, database=None, derandomize=True)
    @given(st.text(characters), st.lists(dangerous | characters).map("".join))
    def collect(text: str, worse: str) -> None:
        found.extend((text, worse))

    collect()
    return [*AWKWARD, *found]


# --- a graph with every kind of thing -------------------------------------------------------------


def fill(store: GraphStore) -> None:
    """All that a graph can hold, with the texts and numbers that a format could lose."""
    texts = hostile_texts()
    ids = [f"{place:04}{text}"[:1000] for place, text in enumerate(texts)]
    songs = songs_with(texts, ids)
    lists = playlists_with(texts, ids)
    members = [
        (name, song, place, 1 + place)
        for name, word in (("one", "abca"), ("two", "dcb"))
        for place, song in enumerate(dict.fromkeys(word))
    ]
    members += [(song, song, 0, 2) for song in ids]
    store.add_playlists(lists, songs, membership_rows(members))
    for network in networks().values():
        store.write_network(network, WHEN)
    fill_vectors(store)
    fill_partitions(store, texts)


def songs_with(texts: list[str], ids: list[str]) -> pa.Table:
    """Songs with a hostile text in every place, and some without any property."""
    names = ["title", "artist", "album", "released", "uri", "path", "sha256", "recording", "label"]
    bare = [None] * len(LETTERS)
    columns = {
        name: pa.array([*bare, *texts[place:], *texts[:place]]) for place, name in enumerate(names)
    }
    durations = [NUMBERS[place % len(NUMBERS)] for place in range(len(ids) + len(LETTERS))]
    return pa.table(
        {"id": [*LETTERS, *ids], "duration_ms": pa.array(durations, pa.int64()), **columns}
    )


def playlists_with(texts: list[str], ids: list[str]) -> pa.Table:
    numbers = [NUMBERS[place % len(NUMBERS)] for place in range(len(ids) + 3)]
    return pa.table(
        {
            "id": ["one", "two", "empty", *ids],
            "name": [None, None, "", *texts],
            "description": ["", None, None, *reversed(texts)],
            "followers": pa.array(numbers, pa.int64()),
            "source": [None, "a\nb", "", *texts],
        }
    )


def networks() -> dict[str, SongNetwork]:
    """One of every kind, and one whose weights are hard to write down."""
    odd = SongNetwork.from_edges(
        "abcd", [0, 1, 2], [1, 2, 3], WEIGHTS, name="0.5-x_y", kind="playlists",
        params={"text": 'a"b\n,', "none": None},
    )  # fmt: skip
    made = [shared_network(), odd, sound_network(), multiplex_network()]
    return {network.name: network for network in made}


def fill_vectors(store: GraphStore) -> None:
    store.write_encoder(encoder(note='"ü"\r\n'))
    store.write_vectors(Vectors("cae_12x15", object_array("acd"), VALUES))
    store.write_encoder(encoder("one", 1))
    store.write_vectors(Vectors("one", object_array("bd"), VALUES[:2, :1]))
    store.write_encoder(encoder("without", 7))


def fill_partitions(store: GraphStore, texts: list[str]) -> None:
    songs = store.songs()["id"].to_pylist()[: len(texts)]
    many = partition("many", songs=songs, labels=range(len(songs)))
    bare = partition("on-vectors", "cae_12x15", seed=None, params={}, quality={})
    odd = {"modularity": float("nan"), "codelength": float("inf"), "inertia": 1e-300}
    loose = partition("on-nothing", "gone", quality=odd, versions={"x": "\n"})
    store.write_partition(partition(), WHEN, titles=['say "a,b"\r\n', ""])
    store.write_partition(many, WHEN, titles=texts)
    store.write_partition(bare, WHEN)
    store.write_partition(loose, WHEN)


# --- the server -----------------------------------------------------------------------------------


def script(*arguments: str | Path) -> dict[str, str]:
    """Run scripts/neo4j; the NEO4J_… lines that it prints."""
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode == 3 and os.environ.get("CI") != "true":
        pytest.skip(f"no Neo4j server: {run.stderr.strip().splitlines()[-1]}")
    assert run.returncode == 0, run.stderr
    return dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)


def admin_program(home: Path) -> Path:
    """A neo4j-admin for the server of `home`."""
    program = home.parent / "bin" / "neo4j-admin"
    program.parent.mkdir()
    words = [sys.executable, str(SCRIPT), "admin", "--home", str(home)]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    program.chmod(0o755)
    return program


def dump(environment: dict[str, str]) -> tuple[list[str], list[str]]:
    """Every node and relationship with its properties and their types, as comparable text."""
    import neo4j

    auth = (environment["NEO4J_USERNAME"], environment["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(environment["NEO4J_URI"], auth=auth) as driver:
        found = [driver.execute_query(text).records for text in (NODES, EDGES)]
    nodes, edges = ([canonical(record.data()) for record in records] for records in found)
    return sorted(nodes), sorted(edges)


def canonical(record: dict[str, Any]) -> str:
    # repr tells -0.0 from 0.0 and knows NaN.
    plain = {**record, "properties": sorted(record["properties"].items()),
             "types": sorted(record["types"])}  # fmt: skip
    return repr(plain)


def answers(store: GraphStore) -> str:
    """What every verb that reads says."""
    more = [
        store.nearest("cae_12x15", np.array([1, 2, 3], np.float32), 3),
        list(store.embedded("one")),
        store.community_titles("many"),
        store.memberships(),
    ]
    return repr((contents(store), more))


@dataclass(frozen=True)
class Known:
    """All there is to know of a graph on a server."""

    nodes: list[str]
    edges: list[str]
    answers: str


@dataclass(frozen=True)
class Loaded:
    """A server whose graph came by import; what is known of it, and of the one it came from."""

    store: Neo4jStore
    folder: Path
    written: Written
    by_bolt: Known
    by_import: Known


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The same graph by bolt, then in its place by import."""
    base = tmp_path_factory.mktemp("import")
    home, folder = base / "home", base / ODD_FOLDER
    environment = script("start", "--home", home, "--wait", "240")
    try:
        with opened(environment) as store:
            fill(store)
            written = write_import(store, folder)
            by_bolt = known(store, environment)
        script("stop", "--home", home)
        load(folder, admin_program(home))
        environment = script("start", "--home", home, "--wait", "240")
        with opened(environment) as store:
            yield Loaded(store, folder, written, by_bolt, known(store, environment))
    finally:
        script("stop", "--home", home)


def opened(environment: dict[str, str]) -> Neo4jStore:
    return Neo4jStore(environment["NEO4J_URI"], environment=environment)


def known(store: Neo4jStore, environment: dict[str, str]) -> Known:
    return Known(*dump(environment), answers(store))


def load(folder: Path, admin: Path) -> None:
    """Run the script of an import, first without leave to replace what is there."""
    environment = os.environ | {"NEO4J_ADMIN": f"bin/{admin.name}"}
    command = ["sh", str(folder / "import.sh")]
    where = admin.parent.parent
    refused = subprocess.run(command, env=environment, cwd=where, capture_output=True, check=False)
    assert refused.returncode != 0
    command += ["neo4j", "--overwrite-destination", "--max-off-heap-memory=1g"]
    run = subprocess.run(
        command, env=environment, cwd=where, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.neo4j
def test_an_import_gives_every_node_and_relationship_that_bolt_gives(loaded: Loaded) -> None:
    nodes, edges = loaded.by_import.nodes, loaded.by_import.edges
    assert nodes == loaded.by_bolt.nodes
    assert edges == loaded.by_bolt.edges
    assert len(nodes) == sum(part.rows for part in loaded.written.nodes) - 1
    assert len(edges) == sum(part.rows for part in loaded.written.relationships)
    texts = len(hostile_texts())
    kinds = [eval(edge)["type"] for edge in edges]  # noqa: S307 (our own repr)
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "CONTAINS": 6 + texts, "SHARES_PLAYLISTS": 6, "SOUNDS_LIKE": 4, "OF": 3,
        "IN_COMMUNITY": 12 + texts, "PART_OF": 6 + texts,
    }  # fmt: skip


@pytest.mark.neo4j
def test_every_verb_says_the_same_after_an_import(loaded: Loaded) -> None:
    assert loaded.by_import.answers == loaded.by_bolt.answers


@pytest.mark.neo4j
def test_an_import_can_be_written_to_and_gets_its_constraints_and_indexes(loaded: Loaded) -> None:
    assert loaded.store.query("MATCH (s:SongnetStore) RETURN s").to_pylist() == [
        {"s": {"_label": "SongnetStore", "schema": 2, "indexes": False}}
    ]
    loaded.store.add_songs(pa.table({"id": ["a", "new"], "title": ["A title", "Another"]}))
    songs = {song["id"]: song["title"] for song in loaded.store.songs().to_pylist()}
    assert (songs["a"], songs["new"]) == ("A title", "Another")
    made = loaded.store.query("SHOW INDEXES YIELD name, state").to_pylist()
    names = {row["name"] for row in made}
    assert {"song_id", "playlist_id", "community_id", "song_text", "vectors_one"} <= names
    assert "indexes" not in loaded.store.query("MATCH (s:SongnetStore) RETURN s")["s"][0].as_py()


@pytest.mark.neo4j
def test_an_embedded_copy_gives_the_same_files(loaded: Loaded, tmp_path: Path) -> None:
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        fill(store)
        again = write_import(store, tmp_path / "files")
    assert again == loaded.written
    for path in sorted((tmp_path / "files").iterdir()):
        # A store gives edges in any order.
        here, there = (
            sorted(folder.joinpath(path.name).read_bytes().splitlines(keepends=True))
            for folder in (path.parent, loaded.folder)
        )
        assert here == there, path.name


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        store.add_songs(pa.table({"id": ["a", "b", "c", "d"], "title": ["x", "", None, 'y"']}))
        yield store


def test_missing_values_are_empty_and_empty_text_is_quoted(
    small: GraphStore, tmp_path: Path
) -> None:
    write_import(small, tmp_path / "files")
    header = (tmp_path / "files" / "Song-header.csv").read_text()
    assert header.startswith(":ID(Song),id:string,title:string,artist:string,album:string,")
    assert "duration_ms:long" in header
    lines = (tmp_path / "files" / "Song.csv").read_text().splitlines()
    assert lines == [
        '0,"a","x",,,,,,,,,',
        '1,"b","",,,,,,,,,',
        '2,"c",,,,,,,,,,',
        '3,"d","y""",,,,,,,,,',
    ]
    script_text = (tmp_path / "files" / "import.sh").read_text()
    assert "--multiline-fields" not in script_text
    assert "Playlist" not in script_text


def test_only_files_that_hold_line_ends_are_listed_as_such(
    small: GraphStore, tmp_path: Path
) -> None:
    small.add_songs(pa.table({"id": ["e"], "album": ["two\rlines"]}))
    write_import(small, tmp_path / "files")
    assert "--multiline-fields=./Song.csv " in (tmp_path / "files" / "import.sh").read_text()


def test_a_prefix_stands_before_labels_alone(small: GraphStore, tmp_path: Path) -> None:
    small.write_network(shared_network())
    written = write_import(small, tmp_path / "files", label_prefix="Acme")
    text = (tmp_path / "files" / "import.sh").read_text()
    assert "--nodes=AcmeSong=./Song-header.csv,./Song.csv " in text
    assert "--nodes=AcmeSongnetStore=" in text
    assert "--relationships=SHARES_PLAYLISTS=" in text
    assert {part.name for part in written.nodes} == {"SongnetStore", "Song", "Network"}
    assert "--label-prefix Acme" in (tmp_path / "files" / "README.txt").read_text()


def test_of_a_large_network_the_strongest_edges_go_in(
    small: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_of, "MAX_EDGES", 2)
    monkeypatch.setattr(rows_of, "STRONGEST_PER_SONG", 1)
    star = SongNetwork.from_edges(
        "abcd", [0, 0, 0, 1, 1], [1, 2, 3, 2, 3], [5.0, 4.0, 3.0, 1.0, 2.0], kind="playlists"
    )
    held = small.write_network(star)
    assert held == 3
    written = write_import(small, tmp_path / "files")
    assert written.relationships[0].rows == 3
    lines = (tmp_path / "files" / written.relationships[0].file).read_text().splitlines()
    assert sorted(lines) == ['0,1,"custom",,5', '0,2,"custom",,4', '0,3,"custom",,3']


def test_blocks_of_vectors_are_those_of_their_songs(tmp_path: Path) -> None:
    ids = [f"s{number:04}" for number in range(1000)]
    random = np.random.default_rng(0)
    have = np.sort(random.choice(1000, 600, replace=False))
    values = random.standard_normal((600, 4000)).astype(np.float32)
    spooled = SpooledVectors(
        Vectors("cae", object_array(ids)[have], values), pa.array(ids), tmp_path
    )
    assert list(tmp_path.iterdir()) == []
    blocks = list(with_vectors(pa.table({"id": ids}), [spooled]))
    assert [block.num_rows for block in blocks] == [250] * 4
    rows = [row for block in blocks for row in block["cae"].to_pylist()]
    assert [place for place, row in enumerate(rows) if row is not None] == have.tolist()
    given_back = np.array([row for row in rows if row is not None], np.float32)
    assert given_back.tobytes() == values.tobytes()


def test_rows_may_come_in_any_pieces(tmp_path: Path) -> None:
    pieces = [[], ["a"], [], [], ["b", "c"], []]
    ids = pa.chunked_array([pa.array(piece, pa.string()) for piece in pieces])
    with ImportWriter(tmp_path) as writer:
        writer.nodes("Song", pa.table({"id": ids, "title": ["x", None, "z"]}), key="id")
        edges = pa.table({"source": ids, "weight": [1.0, 2.0, float("-inf")], "target": ids})
        writer.relationships("E", edges, start=("Song", "source"), end=("Song", "target"))
    assert (tmp_path / "Song.csv").read_text() == '0,"a","x"\n1,"b",\n2,"c","z"\n'
    assert (tmp_path / "Song-E-Song.csv").read_text() == ('0,0,"1"\n1,1,"2"\n2,2,"-Infinity"\n')


def test_a_relationship_to_a_node_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with ImportWriter(tmp_path) as writer:
        writer.nodes("Song", pa.table({"id": ["a"]}), key="id")
        edges = pa.table({"source": ["a"], "target": ["late"]})
        with pytest.raises(StateError, match="changed while it was read"):
            writer.relationships("E", edges, start=("Song", "source"), end=("Song", "target"))


# --- what cannot be done --------------------------------------------------------------------------


def test_an_empty_graph_is_refused(tmp_path: Path) -> None:
    with (
        open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store,
        pytest.raises(EmptyInputError, match="load songs first"),
    ):
        write_import(store, tmp_path / "files")
    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize("prefix", ["acme", "A-b", "A b", "A'", "Ä", "A" * 40])
def test_a_prefix_that_may_not_be_one_is_refused(
    small: GraphStore, tmp_path: Path, prefix: str
) -> None:
    with pytest.raises(BadNameError):
        write_import(small, tmp_path / "files", label_prefix=prefix)


def test_a_folder_that_holds_something_is_left_alone(small: GraphStore, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="is not empty: name a new folder or an empty one"):
        write_import(small, folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    with pytest.raises(InputError, match="is a file"):
        write_import(small, folder / "mine.txt")


@pytest.mark.parametrize("where", ["/proc/import", "no/such/place", "graph.lbug/import", "a\0b"])
def test_a_place_that_cannot_be_written_is_said_in_one_line(
    small: GraphStore, tmp_path: Path, where: str
) -> None:
    with pytest.raises(InputError, match="cannot be written") as refused:
        write_import(small, tmp_path / where)
    assert "\n" not in str(refused.value)


def test_an_error_leaves_nothing_behind(small: GraphStore, tmp_path: Path) -> None:
    small.write_network(shared_network())
    before = sorted(tmp_path.iterdir())

    def fails(what: str, done: float, total: float | None = None, note: str = "") -> None:
        if what == "networks":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_import(small, tmp_path / "files", progress=fails)
    assert sorted(tmp_path.iterdir()) == before


def test_an_empty_folder_is_filled_and_others_may_read_it(
    small: GraphStore, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir(0o700)
    seen: list[str] = []
    write_import(small, folder, progress=lambda what, *_, **__: seen.append(what))
    mask = os.umask(0o077)
    os.umask(mask)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask
    assert (folder / "import.sh").stat().st_mode & 0o111
    assert "songs" in seen
    syntax = subprocess.run(["sh", "-n", str(folder / "import.sh")], check=False)
    assert syntax.returncode == 0
