"""What a file of the library must say, and how values given as text are read."""

from __future__ import annotations

import re

import pytest

from songnet.errors import BadNameError, FormatError, UsageError
from songnet.store.library import Parameter, Query, cypher_folder, find, library, parse

GOOD = """\
// title: Some songs
// question: Which songs?
// param name = "x: y": the name: of whom
// param limit = 2: how many
// columns: song, title
// embedded: no
// needs: gds

// Of $nobody.
MATCH (s:Song {id: $name}) WHERE s.title <> 'costs $5'
RETURN s.id AS song, s.title AS title LIMIT $limit
"""
BAD = {
    "no title": ("// title: Some songs\n", "", "the header lacks // title:"),
    "no question": ("// question: Which songs?\n", "", "the header lacks // question:"),
    "no columns": ("// columns: song, title\n", "", "the header lacks // columns:"),
    "no embedded": ("// embedded: no\n", "", "the header lacks // embedded:"),
    "an empty title": ("// title: Some songs", "// title: ", "line 1: not a header line"),
    "two titles": ("// embedded: no\n", "// title: B\n// embedded: no\n", "line 6: a second title"),
    "something else": ("// needs: gds", "// author: me", "line 7: not a header line"),
    "a mistyped parameter": ("// param limit =", "// param limit:", "line 4: not a header line"),
    "no JSON": ("limit = 2", "limit = two", "line 4: the default of limit is no JSON"),
    "no meaning": ("limit = 2: how many", "limit = 2", "line 4: limit lacks its meaning"),
    "embedded, perhaps": ("embedded: no", "embedded: maybe", "must be yes or no: got maybe"),
    "another need": ("needs: gds", "needs: apoc", "needs can only be gds: got apoc"),
    "gds embedded": ("embedded: no", "embedded: yes", "what needs gds does not run embedded"),
    "undeclared": ("LIMIT $limit", "LIMIT $limit + $more", "uses $more, which no"),
    "unused": ("LIMIT $limit", "LIMIT 3", "limit is declared, but not used"),
    "declared twice": (
        "// param limit",
        "// param name = 1: x\n// param limit",
        "name is declared",
    ),
    "no empty line": ("gds\n\n// Of", "gds\n// Of", "line 8: not a header line"),
}


@pytest.fixture
def written(tmp_path):
    def write(text, name="some-songs.cypher"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_file_says_what_it_is(written):
    cypher = GOOD.partition("\n\n")[2].strip()
    assert parse(written(GOOD)) == Query(
        name="some-songs",
        title="Some songs",
        question="Which songs?",
        columns=("song", "title"),
        embedded=False,
        cypher=cypher,
        parameters=(
            Parameter("name", "x: y", "the name: of whom"),
            Parameter("limit", 2, "how many"),
        ),
        gds=True,
    )


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_says_too_little_is_refused_with_its_name(written, case):
    old, new, said = BAD[case]
    assert old in GOOD
    path = written(GOOD.replace(old, new, 1))
    with pytest.raises(FormatError, match=re.escape(said)) as refused:
        parse(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_file_without_a_query_or_a_plain_name_is_refused(written):
    with pytest.raises(FormatError, match="no query follows"):
        parse(written(GOOD.partition("\n\n")[0] + "\n\n"))
    with pytest.raises(FormatError, match="no query follows"):
        parse(written(GOOD.partition("\n\n")[0] + "\n"))
    with pytest.raises(FormatError, match="named in lower case"):
        parse(written(GOOD, "Some songs.cypher"))


def test_all_shipped_files_can_be_read_and_write_labels_so_that_a_prefix_fits():
    queries = library()
    assert len(queries) >= 20
    assert [query.name for query in queries] == sorted(query.name for query in queries)
    assert len({query.title for query in queries}) == len(queries)
    for query in queries:
        assert query.question.endswith("?"), query.name
        assert not re.search(r"\blabels\(|:\s*`|\bn:\w+\|", query.cypher), query.name
        assert not re.search(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|LOAD)\b", query.cypher), query.name
        assert max(map(len, query.cypher.splitlines())) <= 100, query.name
        assert "ORDER BY" in query.cypher or query.name == "song-card"


def test_three_queries_need_graph_data_science():
    assert [query.name for query in library() if query.gds] == [
        "gds-leiden",
        "gds-nearest-pairs",
        "gds-pagerank",
    ]
    assert (find("gds-leiden").needs, find("path").needs, find("bridges").needs) == (
        ["neo4j", "gds"],
        ["neo4j"],
        [],
    )


def test_where_a_query_runs_is_said_in_words():
    assert find("bridges").runs == "runs embedded and on Neo4j"
    assert find("path").runs == "needs Neo4j"
    assert find("gds-leiden").runs == "needs Neo4j with Graph Data Science"


def test_the_folder_holds_only_queries():
    assert {path.suffix for path in (cypher_folder() / "queries").iterdir()} == {".cypher"}


def test_a_mistyped_name_is_answered_with_the_nearest():
    with pytest.raises(BadNameError, match=r"no query 'popular-song': did you mean popular-songs"):
        find("popular-song")
    with pytest.raises(BadNameError, match="there are: artists-across-communities, .*, where-part"):
        find("zzzz")


def query_with(default) -> Query:
    return Query("q", "Q", "Q?", ("x",), True, "RETURN $x AS x", (Parameter("x", default, "x"),))


@pytest.mark.parametrize(
    ("default", "text", "value"),
    [
        ("leiden", "12", "12"),
        ("leiden", '["a"]', '["a"]'),
        (20, "7", 7),
        (20, "-7", -7),
        (0.5, "2", 2.0),
        (0.5, "1e-3", 0.001),
        (["a"], '["b", "ß\\"`}"]', ["b", 'ß"`}']),
        (["a"], "[]", []),
        ([1], "[2, 3]", [2, 3]),
    ],
)
def test_a_text_is_read_as_the_type_of_the_default(default, text, value):
    bound = query_with(default).bind({"x": text})["x"]
    assert (bound, type(bound)) == (value, type(value))


@pytest.mark.parametrize(
    ("default", "text", "said"),
    [
        (20, "many", "must be a whole number: got 'many'"),
        (20, "2.5", "must be a whole number: got '2.5'"),
        (0.5, "half", "must be a number: got 'half'"),
        (0.5, "nan", "must be a number: got 'nan'"),
        (0.5, "inf", "must be a number: got 'inf'"),
        (["a"], "b", """must be a JSON list like ["a"]: got 'b'"""),
        (["a"], '"b"', """must be a JSON list like ["a"]"""),
        (["a"], "[1]", """must be a JSON list like ["a"]: got '[1]'"""),
        (["a"], '{"a": 1}', """must be a JSON list like ["a"]"""),
    ],
)
def test_a_text_of_another_type_is_refused(default, text, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        query_with(default).bind({"x": text})


def test_an_unknown_parameter_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="no parameter 'genre'; it has: limit"):
        find("popular-songs").bind({"genre": "pop"})
    with pytest.raises(UsageError, match="no parameter 'limit'; it has: none"):
        find("coverage").bind({"limit": "3"})


def test_a_default_is_shown_as_it_could_be_given():
    for query in library():
        shown = {parameter.name: parameter.shown for parameter in query.parameters}
        assert query.bind(shown) == query.bind({})
