"""A prefix before our labels: where it goes, where it does not, what it may be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import BadNameError
from songnet.store import _neo4j_statements
from songnet.store._cypher import statements
from songnet.store.labels import LABELS, check_prefix, named, prefixed


def test_labels_and_names_of_indexes_get_the_prefix_and_nothing_else() -> None:
    text = "MATCH (s:Song {id: $Song})-[:CONTAINS]-(p:Playlist) WHERE s.title = ':Songs' RETURN s"
    assert prefixed(text, "Acme") == (
        "MATCH (s:AcmeSong {id: $Song})-[:CONTAINS]-(p:AcmePlaylist) "
        "WHERE s.title = ':Songs' RETURN s"
    )
    assert prefixed("MATCH (:SongnetStore)", "A") == "MATCH (:ASongnetStore)"
    assert prefixed("CREATE CONSTRAINT song_id IF NOT EXISTS FOR (s:Song)", "A") == (
        "CREATE CONSTRAINT A_song_id IF NOT EXISTS FOR (s:ASong)"
    )
    assert prefixed("DROP INDEX `vectors_x` IF EXISTS", "A") == "DROP INDEX `A_vectors_x` IF EXISTS"
    asked = "CALL db.index.fulltext.queryNodes('song_text', $words)"
    assert prefixed(asked, "A") == asked.replace("song_text", "A_song_text")
    assert named("song_text", "A") == "A_song_text"


def test_without_a_prefix_everything_stays() -> None:
    assert prefixed("MATCH (s:Song)", "") == "MATCH (s:Song)"
    assert named("song_id", "") == "song_id"


def texts() -> list[str]:
    """All that songnet itself says to a server."""
    kept = [value for name, value in vars(_neo4j_statements).items() if name.isupper()]
    said = [
        each for value in kept for each in (value.values() if hasattr(value, "values") else [value])
    ]
    return [*said, *statements("neo4j"), *statements("neo4j-encoder")]


def test_no_statement_of_ours_touches_a_node_or_an_edge_that_is_not_ours() -> None:
    """Every label is prefixed, and every edge is reached from or to a label."""
    ours = rf"\b({'|'.join(LABELS)})\b"
    for text in texts():
        said = prefixed(text, "Acme")
        assert not re.search(rf":{ours}", said), said
        for pattern in re.findall(r"\(\)-\[[^\]]*\]-?>?\(\)", said):
            pytest.fail(f"an edge between anything: {pattern}")


@given(st.text(max_size=8))
def test_a_prefix_that_could_end_a_label_is_refused(prefix: str) -> None:
    if re.fullmatch(r"(?a:[A-Z][A-Za-z0-9]*)?", prefix):
        assert check_prefix(prefix) == prefix
    else:
        with pytest.raises(BadNameError, match="must be a capital letter"):
            check_prefix(prefix)
