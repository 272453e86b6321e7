"""Texts that look like Cypher stay texts; names that may not be names are refused first."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from songnet.config import Settings
from songnet.errors import BadNameError, InputError, SongnetError
from songnet.info import EncoderInfo
from songnet.model import Partition, SongNetwork, Vectors
from songnet.names import check_encoder_name, check_name
from songnet.store.labels import check_prefix
from songnet.store.neo4j import Neo4jStore
from songnet.workflows.query import ask
from songnet.workflows.workspace import Workspace, open_workspace

pytestmark = pytest.mark.neo4j

NASTY = [
    "'}) DETACH DELETE n //",
    '"}) DETACH DELETE n //',
    "`) DETACH DELETE (n) //",
    "``}) MATCH (n) DETACH DELETE n //",
    "\\u0060}) MATCH (n) DETACH DELETE n //",
    "\\u0027 OR 1=1 //",
    "a\nb\r\nMATCH (n) DETACH DELETE n",
    "$rows $name {name} {{name}} %s {0}",
    "\0",
    "a\0b",
    "\u2028\u2029\u202e\ufeff",
    "\\",
    "// /* */ ;",
    "🎵 ü ∞",
    ":Song :Playlist song_text",
]
NAMES = [text for text in NASTY if text.strip()]


def test_texts_of_songs_and_playlists_come_back_as_they_were(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore
) -> None:
    count = len(NASTY)
    ids = [text.replace("\0", "") + str(place) for place, text in enumerate(NASTY)]
    texts = ("title", "artist", "album", "uri", "path", "label", "recording")
    songs = pa.table({"id": ids} | {name: [f"{name} {text}" for text in NASTY] for name in texts})
    playlists = pa.table({"id": ids, "name": NASTY, "description": NASTY})
    memberships = pa.table(
        {
            "playlist": playlists["id"],
            "song": songs["id"],
            "position": range(count),
            "times": [1] * count,
        }
    )
    for prefix in ("", "Acme"):
        with Neo4jStore(
            neo4j_server["NEO4J_URI"], environment=neo4j_server, label_prefix=prefix
        ) as store:
            for _ in range(2):
                store.add_playlists(playlists, songs, memberships)
            assert store.counts().songs == store.counts().playlists == count
            assert store.counts().memberships == count
            read = {row["id"]: row for row in store.songs().to_pylist()}
            for row in songs.to_pylist():
                assert read[row["id"]].items() >= row.items()
            read = {row["id"]: row for row in store.playlists().to_pylist()}
            for row in playlists.to_pylist():
                assert read[row["id"]].items() >= row.items()
            pairs = store.membership_table().select(["playlist", "song"]).to_pylist()
            assert sorted(pair["playlist"] for pair in pairs) == sorted(playlists["id"].to_pylist())


def test_titles_of_communities_and_parameters_of_networks_are_texts(
    neo4j_store: Neo4jStore,
) -> None:
    ids = [f"s{number:02}" for number in range(len(NASTY))]
    neo4j_store.add_songs(pa.table({"id": ids}))
    count = len(ids)
    ring = SongNetwork.from_edges(
        ids, np.arange(count), (np.arange(count) + 1) % count, np.ones(count),
        name="playlists", kind="playlists", params={"where": NASTY[2]},
    )  # fmt: skip
    neo4j_store.write_network(ring)
    cut = Partition.from_labels(
        ids, list(range(count)), name="cut", algorithm=NASTY[3], on="playlists", seed=0,
        params={"input": NASTY[4]},
    )  # fmt: skip
    neo4j_store.write_partition(cut, titles=NASTY)
    assert neo4j_store.community_titles("cut") == NASTY
    assert neo4j_store.networks()[0].params["where"] == NASTY[2]
    assert neo4j_store.partition("cut").algorithm == NASTY[3]
    assert neo4j_store.counts().songs == count


@pytest.mark.parametrize("text", NASTY)
def test_parameters_of_queries_are_values(neo4j_store: Neo4jStore, text: str) -> None:
    assert neo4j_store.query("RETURN $x AS x", {"x": text})["x"].to_pylist() == [text]
    assert neo4j_store.query("RETURN $x AS x", {"x": [text]})["x"].to_pylist() == [[text]]


def test_names_of_parameters_are_no_cypher(
    neo4j_server: dict[str, str], neo4j_store: Neo4jStore, graph_of: Callable[..., list[str]]
) -> None:
    neo4j_store.add_songs(pa.table({"id": ["a"]}))
    before = graph_of(neo4j_server)
    for text in NASTY:
        assert neo4j_store.query("RETURN 1 AS x", {text: 1})["x"].to_pylist() == [1]
    with pytest.raises(InputError, match="cannot travel"):
        neo4j_store.query("RETURN $x", {"x": "\udcff"})
    assert graph_of(neo4j_server) == before


@pytest.mark.parametrize("text", NAMES)
def test_a_name_that_is_none_is_refused_and_nothing_is_written(
    neo4j_server: dict[str, str],
    neo4j_store: Neo4jStore,
    graph_of: Callable[..., list[str]],
    text: str,
) -> None:
    neo4j_store.add_songs(pa.table({"id": ["a", "b"]}))
    before = graph_of(neo4j_server)
    attempts: list[Callable[[], object]] = [
        lambda: neo4j_store.write_encoder(EncoderInfo(text, "cae", "1x1", 2, "f", "2026")),
        lambda: neo4j_store.write_vectors(Vectors.from_rows(text, ["a"], np.ones((1, 2)))),
        lambda: neo4j_store.write_network(
            SongNetwork.from_edges(["a", "b"], [0], [1], [1.0], name=text, kind="playlists")
        ),
        lambda: neo4j_store.write_partition(
            Partition.from_labels(["a"], [0], name=text, algorithm="x", on="y", seed=0)
        ),
        lambda: neo4j_store.partition(text),
        lambda: neo4j_store.vectors(text),
        lambda: neo4j_store.edges(text),
        lambda: neo4j_store.drop("network", text),
        lambda: neo4j_store.drop("partition", text),
        lambda: neo4j_store.drop("encoder", text),
        lambda: Neo4jStore(neo4j_server["NEO4J_URI"], environment=neo4j_server, label_prefix=text),
    ]
    for attempt in attempts:
        with pytest.raises(SongnetError):
            attempt()
    assert graph_of(neo4j_server) == before


@given(st.text() | st.sampled_from(NASTY))
@example("a\n")
@example("A\n")
@example("é")
@example("１")
def test_what_becomes_part_of_a_statement_holds_ascii_letters_digits_and_underscores(
    text: str,
) -> None:
    for check, allowed in (
        (lambda: check_encoder_name(text), "_"),
        (lambda: check_name(text, what="network"), "_.-"),
        (lambda: check_prefix(text), ""),
    ):
        if accepted(check):
            assert text.isascii()
            assert all(letter.isalnum() or letter in allowed for letter in text)


def accepted(check: Callable[[], object]) -> bool:
    try:
        check()
    except BadNameError:
        return False
    return True


@pytest.mark.parametrize("text", [NASTY[0], NASTY[4], NASTY[6], NASTY[8]])
def test_parameters_of_shipped_queries_are_values(
    neo4j_server: dict[str, str],
    neo4j_store: Neo4jStore,
    graph_of: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str,
) -> None:
    from songnet.store.library import library

    for name in ("NEO4J_USERNAME", "NEO4J_PASSWORD"):
        monkeypatch.setenv(name, neo4j_server[name])
    neo4j_store.add_songs(pa.table({"id": ["a"], "title": ["love"]}))
    before = graph_of(neo4j_server)
    settings = Settings(data=tmp_path, store=neo4j_server["NEO4J_URI"])
    with open_workspace(settings) as workspace:
        for shipped in library():
            for parameter in shipped.parameters:
                try_to_ask(workspace, shipped.name, {parameter.name: text})
    assert graph_of(neo4j_server) == before


def try_to_ask(workspace: Workspace, name: str, parameters: dict[str, str]) -> None:
    with suppress(SongnetError):
        ask(workspace, name, parameters, write=False)


def test_a_file_of_nasty_texts_is_loaded_by_a_process(
    neo4j_server: dict[str, str],
    neo4j_store: Neo4jStore,
    songnet_run: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
) -> None:
    texts = [text for text in NASTY if "\0" not in text and "\n" not in text]
    path = tmp_path / "}) DETACH DELETE n `$x'.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["playlist_id", "playlist_name", "track_id", "track_name", "artist_name"])
        writer.writerows([f"p{text}", text, f"s{text}", text, text] for text in texts)
    code, out, err = songnet_run(neo4j_server, "load-playlists", path)
    assert (code, err) == (0, "")
    assert out.startswith(f"loaded {len(texts)} playlists, {len(texts)} songs")
    assert neo4j_store.counts().memberships == len(texts)


def test_an_encoder_that_somebody_put_there_does_not_become_a_statement(
    neo4j_store: Neo4jStore,
) -> None:
    neo4j_store.add_songs(pa.table({"id": ["a"]}))
    name = "x` IF EXISTS // `"
    neo4j_store.query("CREATE (:Encoder {name: $name})", {"name": name}, write=True)
    before = neo4j_store.query("SHOW INDEXES YIELD name RETURN name ORDER BY name")
    with pytest.raises(BadNameError, match="cannot name an encoder"):
        neo4j_store.drop("encoder", name)
    assert neo4j_store.query("SHOW INDEXES YIELD name RETURN name ORDER BY name") == before
