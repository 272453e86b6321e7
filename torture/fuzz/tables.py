"""Hostile partitions, networks, labels and settings."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from torture.fuzz.items import Item, Link, odd_files, one
from torture.fuzz.texts import NUMBERS, STRINGS, cuts, encodings

CUT_CSV = "song,community\na,0\nb,0\nc,1\n"
CUT_CLU = '# songnet.partition/1 p\n# songnet-song 1 "a"\n# songnet-song 2 "b"\n1 1\n2 2\n'
CUT_TREE = '# songnet.partition/1 p\n1:1 0.5 "a" 1\n2:1 0.5 "b" 2\n'
CUT = {
    "schema": "songnet.partition/1",
    "name": "p",
    "algorithm": "leiden",
    "on": "playlists",
    "seed": 0,
    "params": {"resolution": 1.0},
    "quality": {"modularity": 0.5},
    "versions": {"igraph": "1"},
    "fingerprint": "x",
    "communities": {"a": 0, "b": 0, "c": 1},
}


def parquet(columns: Mapping[str, Any], facts: Any = None) -> bytes:
    """A file of Parquet, with what it says of itself."""
    table = pa.table(dict(columns))
    if facts is not None:
        said = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
        table = table.replace_schema_metadata({b"songnet": said})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _odd() -> tuple[Any, ...]:
    return (None, 1, 1e308, "x", [], {}, [[1]], {"a": {}}, True)


def partitions() -> dict[str, Item]:
    """Partition files of every format, and folders as Spark leaves them."""
    whole = json.dumps(CUT)
    sound = {"p.csv": CUT_CSV, "p.json": whole, "p.clu": CUT_CLU, "p.tree": CUT_TREE}
    items = {f"sound {name}": one(name, text) for name, text in sound.items()}
    items["plain JSON"] = one("p.json", json.dumps(CUT["communities"]))
    for name, text in sound.items():
        for more in (cuts(name, text.encode(), 12), encodings(name, text),
                     odd_files(name, text.encode())):  # fmt: skip
            items |= {f"{name} {key}": item for key, item in more.items()}
        for place, odd in enumerate(STRINGS):
            items[f"{name} text {place}"] = one(name, text.replace("a", odd, 3))
        for number in NUMBERS:
            items[f"{name} number {number[:24]}"] = one(name, text.replace("0", number))
    deep = "[" * 100_000 + "]" * 100_000
    items |= {
        "deep JSON": one("p.json", deep),
        "a deep community": one("p.json", f'{{"a": {deep}}}'),
        "deep objects": one("p.json", '{"a":' * 100_000),
        "doubled songs": one("p.json", '{"a": 0, "a": 1}'),
        "doubled communities": one("p.json", whole[:-1] + ', "communities": {}}'),
        "doubled columns": one("p.csv", "song,song,community\na,b,0\n"),
        "a million columns": one("p.csv", "song,community" + "," * 1_000_000 + "\na,0\n"),
        "a cell over 128 KiB": one("p.csv", f"song,community\n{'x' * 140_000},0\n"),
        "an open quote": one("p.csv", f'song,community\n"a,0\n{"b,0" * 50_000}'),
        "nodes that match slowly": one("p.tree", "1:" + "1:" * 50_000 + "\n"),
        "names that match slowly": one("p.tree", '1:1 0.5 "' + '" 1' * 30_000 + "x\n"),
        "a tree of spaces": one("p.tree", "1:1" + " " * 100_000 + "x\n"),
        "a clu of spaces": one("p.clu", "1" + " " * 100_000 + "x y z\n"),
        "songs without end": one("p.clu", '# songnet-song 1 "' + "\\" * 100_001 + '"\n1 1\n'),
        "a surrogate": one("p.clu", '# songnet-song 1 "\\ud800"\n1 1\n'),
        **{
            f"{key} as {place}": one("p.json", json.dumps({**CUT, key: value}))
            for key in CUT
            for place, value in enumerate(_odd())
        },
        **_partition_parquet(),
    }
    return items


def _partition_parquet() -> dict[str, Item]:
    columns = {"song": ["a", "b", "c"], "community": [0, 0, 1]}
    data = parquet(columns)
    facts = {**CUT, "schema": "songnet.scale.partition/1", "songs": 3, "communities": 2}
    odd = {
        "nulls": parquet({"song": ["a", None], "community": [0, None]}),
        "of floats": parquet({"song": [1.5, np.nan], "community": [np.inf, 2.0]}),
        "of lists": parquet({"song": [["a"], ["b"]], "community": [[1], [2]]}),
        "of structs": parquet({"song": [{"a": 1}], "community": [{"a": 1}]}),
        "of bytes": parquet({"song": [b"\xff\xfe", b"x"], "community": [b"\xff", b"y"]}),
        "of times": parquet({"song": [0], "community": pa.array([0], pa.timestamp("ns"))}),
        "other columns": parquet({"x": [1]}),
        "no rows": parquet(
            {"song": pa.array([], pa.string()), "community": pa.array([], pa.int64())}
        ),
        "nothing": parquet({}),
        **{
            f"text {i}": parquet({"song": [_storable(t)], "community": [_storable(t)]})
            for i, t in enumerate(STRINGS)
        },
    }
    said = json.dumps(facts)
    folder = {
        "part/part-0.parquet": data,
        "part/_SUCCESS": b"",
        "part/partition.json": said.encode(),
    }
    return {
        "sound Parquet": one("p.parquet", data),
        "sound folder": Item("part", folder),
        "a folder without facts": Item("part", {"part/part-0.parquet": data}),
        "a folder without parts": Item("part", {"part/partition.json": said.encode()}),
        "a folder of traps": Item("part", {**folder, "part/x.parquet": Link("/dev/zero")}),
        "a folder that loops": Item(
            "part", {**folder, "part/partition.json": Link("partition.json")}
        ),
        "a folder that counts wrong": Item(
            "part",
            {**folder, "part/partition.json": said.replace('"songs": 3', '"songs": 9').encode()},
        ),
        **{f"Parquet {key}": one("p.parquet", value) for key, value in odd.items()},
        **{f"Parquet {key}": item for key, item in cuts("p.parquet", data).items()},
        **{f"Parquet {key}": item for key, item in odd_files("p.parquet", data).items()},
        **{
            f"facts {key}": Item("part", {**folder, "part/partition.json": item.files["f"]})
            for key, item in cuts("f", said.encode()).items()
        },
    }


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


# --- networks ------------------------------------------------------------------------------------

EDGES = {
    "source": ["a", "a", "b"],
    "target": ["b", "c", "c"],
    "weight": [1.0, 2.0, 3.0],
    "playlists": [1, 2, 3],
}
FACTS = {"schema": "songnet.network/1", "name": "n", "kind": "playlists", "params": {}}
SCALE = {**FACTS, "schema": "songnet.scale.network/1", "songs": 3, "edges": 3, "versions": {}}


def networks() -> dict[str, Item]:
    """Networks of songs: files of a data folder, and what Spark writes."""
    data, part = parquet(EDGES, FACTS), parquet(EDGES)
    said = json.dumps(SCALE)
    folder = {"net/part-0.parquet": part, "net/_SUCCESS": b"", "net/network.json": said.encode()}
    odd: dict[str, Any] = {
        "a loop": {**EDGES, "target": ["a", "c", "c"]},
        "both ways": {**EDGES, "source": ["a", "b", "b"], "target": ["b", "a", "c"]},
        "an edge twice": {**EDGES, "target": ["b", "b", "c"]},
        "NaN": {**EDGES, "weight": [np.nan, 1.0, 1.0]},
        "infinity": {**EDGES, "weight": [np.inf, 1.0, -np.inf]},
        "negative": {**EDGES, "weight": [-1.0, 0.0, 1.0], "playlists": [-1, 0, 2**62]},
        "nulls": {**EDGES, "source": ["a", None, "b"]},
        "no weights": {key: EDGES[key] for key in ("source", "target")},
        "ids of numbers": {**EDGES, "source": [1, 2, 3], "target": [2, 3, 1]},
        "ids of lists": {**EDGES, "source": [["a"], ["b"], ["c"]]},
        "ids of bytes": {**EDGES, "source": [b"\xff", b"a", b"b"]},
        "ids empty": {**EDGES, "source": ["", "", ""]},
        "weights of text": {**EDGES, "weight": ["1", "x", "3"]},
        "weights of lists": {**EDGES, "weight": [[1.0], [2.0], [3.0]]},
        "counts of halves": {**EDGES, "playlists": [0.5, 1.5, np.nan]},
        "more columns": {**EDGES, "x": ["a", "b", "c"], "y": [[1], [2], [3]]},
        "no rows": {key: pa.array(values)[:0] for key, values in EDGES.items()},
        **{
            f"text {i}": {**EDGES, "source": [_storable(t), "d", "e"]}
            for i, t in enumerate(STRINGS)
        },
    }
    facts = {
        f"{key} as {place}": {**FACTS, key: value}
        for key in (*FACTS, "fingerprint", "edges", "songs")
        for place, value in enumerate((*_odd(), "../x", "\x1b[2J", "x" * 5_000))
    }  # fmt: skip
    return {
        "sound": one("n.parquet", data),
        "sound folder": Item("net", folder),
        "no facts": one("n.parquet", part),
        "facts that are no JSON": one("n.parquet", parquet(EDGES, b"{")),
        "facts that are deep": one("n.parquet", parquet(EDGES, b"[" * 100_000)),
        "facts that are no object": one("n.parquet", parquet(EDGES, [])),
        "a folder without facts": Item("net", {"net/part-0.parquet": part}),
        "a folder without parts": Item("net", {"net/network.json": said.encode()}),
        "a folder of traps": Item("net", {**folder, "net/x.parquet": Link("/dev/zero")}),
        "a folder that loops": Item("net", {**folder, "net/network.json": Link("network.json")}),
        "deep facts": Item("net", {**folder, "net/network.json": b"[" * 100_000}),
        "facts in UTF-16": Item("net", {**folder, "net/network.json": said.encode("utf-16")}),
        "facts from /dev/zero": Item("net", {**folder, "net/network.json": Link("/dev/zero")}),
        **{f"edges: {key}": one("n.parquet", parquet(value, FACTS)) for key, value in odd.items()},
        **{
            f"folder, edges: {key}": Item("net", {**folder, "net/part-0.parquet": parquet(value)})
            for key, value in odd.items()
        },
        **{key: one("n.parquet", parquet(EDGES, value)) for key, value in facts.items()},
        **{
            f"folder, {key}": Item(
                "net",
                {
                    **folder,
                    "net/network.json": json.dumps(
                        {**SCALE, **{k: v for k, v in value.items() if v != FACTS.get(k)}}
                    ).encode(),
                },
            )
            for key, value in facts.items()
        },
        **cuts("n.parquet", data),
        **{
            f"folder {key}": Item("net", {**folder, "net/part-0.parquet": item.files["p"]})
            for key, item in cuts("p", part, 12).items()
        },
        **odd_files("n.parquet", data),
    }


# --- labels, settings ----------------------------------------------------------------------------

LABELS = "song,label\na.ogg,rock\nspotify:track:6f807x0ima9a1j3VPbc7VN,jazz\nb,\n"
SETTINGS = 'data = "songnet.data"\nstore = "bolt://127.0.0.1:7687"\nlabel-prefix = "Acme"\n'


def labels() -> dict[str, Item]:
    """Labels of songs."""
    name = "labels.csv"
    return {
        "sound": one(name, LABELS),
        "two labels": one(name, LABELS + "a.ogg,pop\n"),
        "no song": one(name, LABELS + ",pop\n"),
        "short": one(name, LABELS + "x\n"),
        "doubled columns": one(name, "song,song,label\na,b,c\n"),
        "a million columns": one(name, "song,label" + "," * 1_000_000 + "\na,b\n"),
        "many unknown columns": one(name, ",".join(f"c{i}" for i in range(50_000)) + "\n"),
        "a cell over 128 KiB": one(name, LABELS + f"{'x' * 140_000},y\n"),
        "an open quote": one(name, LABELS + '"a,b\n' * 20_000),
        **{
            f"text {i}": one(
                name, f'{LABELS}"{t.replace(chr(34), "")}","{t.replace(chr(34), "")}"\n'
            )
            for i, t in enumerate(STRINGS)
        },
        **{f"header {i}": one(name, f"{t},song\na,b\n") for i, t in enumerate(STRINGS)},
        **cuts(name, LABELS.encode()),
        **encodings(name, LABELS),
        **odd_files(name, LABELS.encode()),
    }


def settings() -> dict[str, Item]:
    """``songnet.toml``."""
    name = "songnet.toml"
    odd = ("1", "true", "[]", "{}", "1e999", "nan", "2020-01-01", "'''", '"\\ud800"', '"\\u0000"',
           '"\\u001b[2J"', '"""\nx\n"""', f'"{"x" * 200_000}"', "0x" + "f" * 5_000,
           "9" * 5_000)  # fmt: skip
    return {
        "sound": one(name, SETTINGS),
        "unknown keys": one(name, SETTINGS + 'password = "x"\n'),
        "doubled": one(name, SETTINGS * 2),
        "a table": one(name, "[data]\nx = 1\n"),
        "deep lists": one(name, "data = " + "[" * 50_000),
        "deep whole lists": one(name, "data = " + "[" * 5_000 + "]" * 5_000),
        "deep tables": one(name, "data = " + "{a = " * 50_000),
        "deep keys": one(name, "data" + ".a" * 50_000 + " = 1\n"),
        "many tables": one(name, "".join(f"[a{i}]\n" for i in range(20_000))),
        "a long comment": one(name, "#" * 2**20),
        "zeros at length": one(name, bytes(20 * 2**20)),
        **{
            f"value {i}": one(name, f"{key} = {value}\n")
            for i, (key, value) in enumerate((k, v) for k in ("data", "store") for v in odd)
        },
        **{f"text {i}": one(name, f'data = "{t}"\n') for i, t in enumerate(STRINGS)},
        **{
            f"store {i}": one(name, f"store = {json.dumps(_storable(t))}\n")
            for i, t in enumerate(STRINGS)
        },
        **{
            f"key {i}": one(name, f"{json.dumps(_storable(t))} = 1\n")
            for i, t in enumerate(STRINGS)
        },
        **cuts(name, SETTINGS.encode()),
        **encodings(name, SETTINGS),
        **odd_files(name, SETTINGS.encode()),
    }
