"""Every shipped query on every engine, on a graph small enough to answer by hand."""

from __future__ import annotations

import pytest
from library_cases import ANSWERS, TEXTS, answer
from store_cases import contents

from songnet.errors import InputError
from songnet.store.library import find, library

# Answered on servers alone: a search engine's scores, and what Graph Data Science computes.
ELSEWHERE = {"search-songs", "gds-leiden", "gds-pagerank", "gds-nearest-pairs"}
PLAIN = [query for query in library() if not query.gds]


def runs_on(store, query) -> bool:
    return query.embedded or (store.engine == "neo4j" and not query.gds)


def test_every_shipped_query_has_an_answer():
    assert {query.name for query in library()} == set(ANSWERS) | ELSEWHERE


def test_shipped_queries_give_the_answers_found_by_hand(filled):
    for name, (given, expected) in ANSWERS.items():
        if not runs_on(filled, find(name)):
            continue
        table = answer(filled, name, given)
        assert tuple(table.column_names) == find(name).columns, name
        rows = [tuple(row.values()) for row in table.to_pylist()]
        assert len(rows) == len(expected), name
        for row, right in zip(rows, expected, strict=True):
            assert row == pytest.approx(right, abs=6e-5), name
            assert [type(value) for value in row] == [type(value) for value in right], name


def test_shipped_queries_run_as_they_come(filled):
    for query in PLAIN:
        if runs_on(filled, query):
            table = answer(filled, query.name)
            assert tuple(table.column_names) == query.columns, query.name


def test_a_limit_is_kept(filled):
    for query in PLAIN:
        given, expected = ANSWERS.get(query.name, ({}, []))
        if "limit" in query.bind({}) and runs_on(filled, query) and len(expected) > 1:
            assert answer(filled, query.name, given | {"limit": "1"}).num_rows == 1, query.name


def test_a_path_goes_over_sound_where_that_is_shorter(filled):
    if filled.engine == "ladybug":
        pytest.skip("the embedded store finds no shortest paths")
    given = {"song": "a", "other": "d", "network": "sound-e"}
    found = answer(filled, "path", given).to_pylist()
    assert [(row["by"], row["id"]) for row in found] == [(None, "a"), ("SOUNDS_LIKE", "d")]
    assert not answer(filled, "path", {"song": "e", "other": "c", "network": "none"}).num_rows
    assert not answer(filled, "path", {"song": "e", "other": "e"}).num_rows


def test_a_search_engine_finds_words_and_near_spellings(filled):
    if filled.engine == "ladybug":
        pytest.skip("the embedded store has no full-text index")
    filled.query("CALL db.awaitIndexes(60)")
    for words, songs in (("bob", ["c"]), ("cidd~", ["d"]), ("an*", ["a", "b", "e"])):
        found = answer(filled, "search-songs", {"words": words}).to_pylist()
        assert {row["song"] for row in found} == set(songs), words
        assert [row["score"] for row in found] == sorted((r["score"] for r in found), reverse=True)
    with pytest.raises(InputError) as refused:
        answer(filled, "search-songs", {"words": 'title:"'})
    assert "\n" not in str(refused.value)


def test_whatever_a_parameter_holds_is_only_a_value(filled):
    before = contents(filled)
    for query in PLAIN:
        names = [parameter.name for parameter in query.parameters]
        texts = [name for name in names if isinstance(query.bind({})[name], str)]
        if not texts or not runs_on(filled, query):
            continue
        for text in TEXTS:
            try:
                table = answer(filled, query.name, dict.fromkeys(texts, text))
            except InputError:
                # Words to search are in the syntax of a search engine, which most of these break.
                assert query.name == "search-songs"
                continue
            assert tuple(table.column_names) == query.columns
    assert contents(filled) == before


def test_both_directions_of_an_edge_count_once(filled):
    found = answer(filled, "community-neighbours", {"partition": "two", "community": "0"})
    assert found.to_pylist() == [{"community": 1, "title": "first", "edges": 2, "weight": 3.0}]
