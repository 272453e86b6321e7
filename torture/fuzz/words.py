"""Hostile words: Cypher, its parameters, and names."""

from __future__ import annotations

import json

from torture.fuzz.items import Item, one
from torture.fuzz.texts import NUMBERS, PATHS, STRINGS, cuts

MATCH = (
    "MATCH (p:Playlist)-[c:CONTAINS]->(s:Song) "
    "RETURN s.id AS song, count(*) AS n ORDER BY n LIMIT 5"
)
READING = (
    *r"""
MATCH (n) RETURN n
MATCH (n)-[r]->(m) RETURN n, r, m
MATCH p = (a)-[*1..2]->(b) RETURN p
RETURN 1
UNWIND [1, 2] AS x RETURN x
RETURN {a: [1, {b: null}]} AS x
RETURN [[], [1]]
CALL show_tables() RETURN *
CALL table_info('Song') RETURN *
CALL db_version() RETURN *
RETURN date('2020-01-01')
RETURN interval('1 year')
RETURN blob('\\xAA')
RETURN uuid()
RETURN 9223372036854775807 + 1
RETURN 1 / 0
RETURN -9223372036854775808
RETURN 1e400
RETURN cast('x', 'INT64')
RETURN map([1], [2])
RETURN 'a' =~ '(a+)+$'
RETURN ''[5]
EXPLAIN MATCH (n) RETURN n
PROFILE MATCH (n) RETURN n
WITH 1 AS x RETURN x
OPTIONAL MATCH (n:X) RETURN n
MATCH (s:Song) WHERE s.title STARTS WITH $x RETURN s
RETURN $x
RETURN $x, $y
MATCH (s:Song) RETURN s.nothing
MATCH (a), (b) RETURN count(*)
RETURN list_sum(['a'])
find-songs
find-playlists
no-such-query
RETURN '\u0000'
RETURN substring('é', 1, 99)
""".strip().splitlines(),
)
WRITING = (
    *"""
CREATE (:Song {id: 'x'})
MATCH (s:Song) SET s.title = 'x'
MATCH (n) DETACH DELETE n
MERGE (s:Song {id: 'x'})
DROP TABLE Song
ALTER TABLE Song ADD x INT64
BEGIN TRANSACTION
MATCH (s:Song) SET s.title = 'x' RETURN s
RETURN 1; MATCH (n) DETACH DELETE n
COMMIT
UNWIND [1] AS x CREATE (:Song {id: 'y'})
WITH 1 AS x MERGE (:Song {id: 'z'})
ROLLBACK
CREATE NODE TABLE X(id STRING, PRIMARY KEY(id))
CREATE SEQUENCE s
RETURN nextval('s')
CREATE MACRO f(x) AS x
COMMENT ON TABLE Song IS 'x'
CHECKPOINT
CALL checkpoint()
EXPLAIN CREATE (:Song {id: 'x'})
PROFILE MATCH (n) DETACH DELETE n
EXPLAIN PROFILE DROP TABLE Song
/* a */ CREATE (:Song {id: 'x'})
CALL x=1
CALL threads=1
""".strip().splitlines(),
    "// a\nMATCH (n) DETACH DELETE n",
)
OUTSIDE = (
    *"""
COPY (MATCH (s:Song) RETURN s.id) TO 'outside.csv'
EXPORT DATABASE 'outside'
COPY Song FROM 'x.csv'
LOAD FROM '/etc/passwd' (FORMAT='csv') RETURN *
IMPORT DATABASE '/tmp'
MATCH (s:Song) LOAD FROM '/etc/passwd' (FORMAT='csv') RETURN *
INSTALL httpfs
LOAD EXTENSION fts
EXPLAIN COPY (MATCH (s:Song) RETURN s.id) TO 'outside.csv'
ATTACH 'outside.db' AS o (dbtype lbug)
PROFILE COPY (MATCH (s:Song) RETURN s.id) TO 'outside.csv'
CREATE DATABASE outside
PROFILE EXPORT DATABASE 'outside'
RETURN 1; COPY (RETURN 1) TO 'outside.csv'
USE outside
UNWIND [1] AS x COPY (RETURN 1) TO 'outside.parquet'
CALL project_graph('g', [], [])
CALL log_file='outside.log'
CALL home_directory='/tmp'
CALL spill_to_disk='outside'
CALL create_vector_index('Song', 'i', 'x')
CALL clear_warnings()
CALL extension_path='/tmp'
""".strip().splitlines(),
)
DEEP = {
    "deep brackets": "RETURN " + "[" * 3_000 + "]" * 3_000,
    "deep parentheses": "RETURN " + "(" * 3_000 + "1" + ")" * 3_000,
    "many nots": "RETURN " + "NOT " * 3_000 + "true",
    "many sums": "RETURN 1" + " + 1" * 3_000,
    "many minuses": "RETURN " + "- " * 3_000 + "1",
    "deep maps": "RETURN " + "{a: " * 1_000 + "1" + "}" * 1_000,
    "many columns": "RETURN " + ", ".join(f"1 AS c{i}" for i in range(2_000)),
    "many patterns": "MATCH " + ", ".join(f"(n{i}:Song)" for i in range(40)) + " RETURN count(*)",
    "a long text": f"RETURN '{'x' * 500_000}'",
    "a long name": f"RETURN 1 AS `{'x' * 100_000}`",
    "a long comment": f"/*{'*' * 300_000}*/ RETURN 1",
    "comments without end": "/*" * 100_000,
    "many EXPLAINs": "EXPLAIN " * 3_000 + "RETURN 1",
    "deep CASEs": "RETURN " + "CASE WHEN true THEN " * 30 + "1" + " END" * 30,
    "brackets after an open quote": "RETURN '" + "(" * 3_000,
    "brackets after an odd quote": "RETURN '\\" + "'" + "(" * 3_000 + ")" * 3_000 + "'",
    "open comments": "RETURN 1 " + "/*" * 100_000,
    "open quotes": "RETURN 1 " + "'\"`" * 50_000,
    "slashes": "//" * 100_000,
    "spaces": " " * 500_000,
}


def cypher() -> dict[str, Item]:
    """Queries, without parameters and with one."""
    texts = [*READING, *WRITING, *OUTSIDE, MATCH]
    items = {f"query {place}": _query(text) for place, text in enumerate(texts)}
    items |= {key: _query(text) for key, text in DEEP.items()}
    for place, text in enumerate(STRINGS):
        items[f"text {place}"] = _query(text)
        items[f"quoted {place}"] = _query(f"RETURN '{text}' AS `{text}`, '\x1b' + $x", text)
        items[f"with {place}"] = _query("RETURN $x AS x", text)
        items[f"called {place}"] = Item("q", {"q": b"RETURN $x AS x", "p": _json({text: "1"})})
        items[f"words {place}"] = Item("q", {"q": b"find-songs", "p": _json({"words": text})})
        items[f"name {place}"] = Item("q", {"q": b"find-songs", "p": _json({text: "1"})})
    for number in NUMBERS:
        items[f"number {number[:24]}"] = _query(f"RETURN {number} AS x, $x", number)
        items[f"limit {number[:24]}"] = Item(
            "q", {"q": b"find-songs", "p": _json({"words": "a", "limit": number})}
        )
        items[f"matched {number[:24]}"] = _query(f"MATCH (s:Song) RETURN s SKIP {number}", number)
    for key, item in cuts("q", MATCH.encode()).items():
        items[key] = Item("q", {**item.files, "p": b"{}"})
    return items


def parameters() -> dict[str, Item]:
    """Values of ``--param``, as the shell gives them."""
    values = [
        *("1", "[1, 2]", '{"a": 1}', '{"a": {"b": [null]}}', "[1, 'x']", '[1, "x"]', "[[1], []]"),
        *("[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 100_000, "[null]", "{}", "[]"),
        *('[{"a": 1}, {"b": 2}]', "[1, 1.5, true]", '{"a": NaN}', '"\\ud800"', '["\\ud800"]'),
        *('{"\\ud800": 1}', "[" + "1," * 50_000 + "1]", '"' + "x" * 500_000 + '"', '{"": 1}'),
        *("[9223372036854775808, -1]", "1e999", '{"a": 1, "a": 2}', '"\\u0000"'),
        "[9223372036854775807, 9223372036854775808, 1e308]",
    ]
    items = {f"value {place}": one("v", text) for place, text in enumerate(values)}
    items |= {f"text {place}": one("v", text) for place, text in enumerate(STRINGS)}
    items |= {f"JSON text {place}": one("v", json.dumps([t])) for place, t in enumerate(STRINGS)}
    items |= {f"number {number[:24]}": one("v", number) for number in NUMBERS}
    return items | {f"list of {n[:24]}": one("v", f"[{n}, {n}]") for n in NUMBERS}


def names() -> dict[str, Item]:
    """What partitions, networks and encoders may be called."""
    more = ("a", "a.b", "a-b", "a_b", "a\n", "a\r", "Ａ", "ⅰ", "ı", "a" * 128, "a" * 129, "id",
            "a/b", "a\\b", ".a", "-a", "_a", "a..b", "0", "٣", "a\u0000", "a\u200b", "con", "nul.x",
            "title")  # fmt: skip
    return {f"name {place}": one("v", text) for place, text in enumerate((*more, *STRINGS, *PATHS))}


def _query(text: str, parameter: str | None = None) -> Item:
    given = {} if parameter is None else {"x": parameter}
    return Item("q", {"q": text.encode("utf-8", "surrogatepass"), "p": _json(given)})


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
