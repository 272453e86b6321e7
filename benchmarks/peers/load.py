"""Loading: slices of the Million Playlist Dataset into something that can be asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.stage import OURS, Arrays, Contender, Facts, Sizes, Stage
from benchmarks.peers.world import write_slices

COLUMNS = ("playlist", "song", "position", "times")


@dataclass(frozen=True)
class Slices:
    """Files to load, and a folder to load them into."""

    files: list[Path]
    into: Path


def read(source: Path, into: Path) -> Slices:
    """The files of a folder, read once so that the disk's cache holds them."""
    files = sorted(source.glob("*.json"))
    for file in files:
        file.read_bytes()
    return Slices(files, into)


def canonical(playlist: Any, song: Any, position: Any, times: Any) -> Arrays:
    """Memberships as integers, sorted; songs as their place among the sorted ids."""
    numbers = [np.asarray(column, np.int64) for column in (playlist, position, times)]
    songs, place = np.unique(np.asarray(song, dtype="U"), return_inverse=True)
    order = np.lexsort((place, numbers[0]))
    columns = (numbers[0], place.astype(np.int64), numbers[1], numbers[2])
    arrays = {name: column[order] for name, column in zip(COLUMNS, columns, strict=True)}
    return arrays | {"songs": np.array([len(songs)])}


# --- songnet --------------------------------------------------------------------------------------


def songnet(slices: Slices) -> Path:
    """As `songnet load-playlists` does it, into the embedded store."""
    from songnet.config import Settings
    from songnet.workflows.load import load_playlists
    from songnet.workflows.workspace import open_workspace

    store = slices.into / "graph.lbug"
    with open_workspace(Settings(store=str(store), data=slices.into)) as workspace:
        load_playlists(workspace, slices.files)
    return store


def _from_store(store: Path, _: Slices) -> Arrays:
    from songnet.store import open_store

    with open_store(str(store)) as opened:
        table = opened.membership_table()
    pids = [int(name.partition(":")[2]) for name in table["playlist"].to_pylist()]
    return canonical(pids, table["song"].to_pylist(), table["position"], table["times"])


# --- plain Python ---------------------------------------------------------------------------------


@dataclass
class Plain:
    """Dictionaries of playlists and songs, and lists of memberships."""

    playlists: dict[int, dict[str, Any]]
    songs: dict[str, dict[str, Any]]
    rows: list[tuple[int, str, int, int]]


def plain(slices: Slices) -> Plain:
    """`json` and dictionaries."""
    found = Plain({}, {}, [])
    for file in slices.files:
        with file.open(encoding="utf-8") as stream:
            for playlist in json.load(stream)["playlists"]:
                _add(found, playlist)
    return found


def _add(found: Plain, playlist: dict[str, Any]) -> None:
    tracks = playlist.pop("tracks")
    found.playlists[playlist["pid"]] = playlist
    first: dict[str, int] = {}
    times: dict[str, int] = {}
    for track in tracks:
        uri = track["track_uri"]
        found.songs.setdefault(uri, track)
        first.setdefault(uri, track["pos"])
        times[uri] = times.get(uri, 0) + 1
    found.rows += [(playlist["pid"], uri, pos, times[uri]) for uri, pos in first.items()]


# --- DuckDB ---------------------------------------------------------------------------------------

DUCKDB = """
CREATE TABLE raw AS SELECT unnest(playlists, max_depth := 2)
  FROM read_json($files, maximum_object_size = 64000000,
    columns = {playlists: 'STRUCT(pid BIGINT, "name" VARCHAR, description VARCHAR,
      num_followers BIGINT, modified_at BIGINT, tracks STRUCT(pos BIGINT, track_uri VARCHAR,
      track_name VARCHAR, artist_name VARCHAR, album_name VARCHAR, duration_ms BIGINT)[])[]'});
CREATE TABLE playlists AS SELECT * EXCLUDE tracks FROM raw;
CREATE TABLE entries AS SELECT pid, unnest(tracks, max_depth := 2) FROM raw;
CREATE TABLE songs AS SELECT DISTINCT ON (track_uri) * EXCLUDE (pid, pos) FROM entries;
CREATE TABLE memberships AS SELECT pid, track_uri, min(pos) AS position, count(*) AS times
  FROM entries GROUP BY ALL;
DROP TABLE entries; DROP TABLE raw; CHECKPOINT
"""


def duckdb(slices: Slices) -> Path:
    """`read_json` and `unnest` into tables of a database file."""
    import duckdb as library

    path = slices.into / "lists.duckdb"
    files = [str(file) for file in slices.files]
    with library.connect(str(path)) as connection:
        first, *others = DUCKDB.split(";")
        connection.execute(first, {"files": files})
        for statement in others:
            connection.execute(statement)
    return path


def _from_duckdb(path: Path, _: Slices) -> Arrays:
    import duckdb as library

    with library.connect(str(path), read_only=True) as connection:
        rows = connection.execute("SELECT pid, track_uri, position, times FROM memberships")
        columns = rows.fetchnumpy()
    return canonical(*(columns[name] for name in ("pid", "track_uri", "position", "times")))


# --- Polars ---------------------------------------------------------------------------------------


def polars(slices: Slices) -> Path:
    """`read_json` and `explode`, slice by slice, into Parquet files."""
    import polars as pl

    lists, entries = [], []
    for file in slices.files:
        frame = pl.read_json(file).select(pl.col("playlists").explode()).unnest("playlists")
        lists.append(frame.drop("tracks"))
        entries.append(frame.select("pid", "tracks").explode("tracks").unnest("tracks"))
    pl.concat(lists, how="diagonal_relaxed").write_parquet(slices.into / "playlists.parquet")
    entry = pl.concat(entries, how="diagonal_relaxed")
    songs = entry.drop("pid", "pos").unique("track_uri", keep="any")
    songs.write_parquet(slices.into / "songs.parquet")
    grouped = entry.group_by("pid", "track_uri").agg(
        pl.col("pos").min().alias("position"), pl.len().alias("times")
    )
    grouped.write_parquet(slices.into / "memberships.parquet")
    return slices.into / "memberships.parquet"


def _from_parquet(path: Path, _: Slices) -> Arrays:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return canonical(
        table["pid"], table["track_uri"].to_pylist(), table["position"], table["times"]
    )


# --- the stage ------------------------------------------------------------------------------------


def judge(_: Path, found: Mapping[str, Arrays]) -> dict[str, Facts]:
    """How many of each, and whether the memberships are songnet's."""
    return {name: _facts(arrays, found.get(OURS)) for name, arrays in found.items()}


def _facts(arrays: Arrays, ours: Arrays | None) -> Facts:
    facts = {
        "songs": f"{int(arrays['songs'][0]):,}",
        "memberships": f"{len(arrays['playlist']):,}",
    }
    if ours is not None:
        same = all(np.array_equal(arrays[name], ours[name]) for name in arrays)
        facts["same memberships"] = "yes" if same else "no"
    return facts


def _from_lists(found: Plain, _: Slices) -> Arrays:
    return canonical(*zip(*found.rows, strict=True))


STAGE = Stage(
    name="load",
    title="Loading slices of the Million Playlist Dataset",
    prepare=write_slices,
    read=read,
    contenders=(
        Contender(OURS, songnet, _from_store, note="checks every row; transactions; a graph"),
        Contender(
            "Python, json",
            plain,
            _from_lists,
            note="in memory only: lost at the end; no check of what it reads",
        ),
        Contender(
            "DuckDB",
            duckdb,
            _from_duckdb,
            ("duckdb",),
            note="tables on disk; one bad file ends it; no keys, no checks",
        ),
        Contender(
            "Polars",
            polars,
            _from_parquet,
            ("polars",),
            note="Parquet files; one bad file ends it; no checks; cannot be added to",
        ),
    ),
    judge=judge,
    sizes=Sizes(full=10_000, quick=1_000, tiny=20),
    limit=120.0,
    notes=(
        "All leave out repeats of a song within a playlist and keep its first place and how often "
        "it is there. songnet also turns ids into one form, skips what is damaged and says where, "
        "goes on where it was interrupted, replaces a playlist that comes again, and leaves a "
        "graph that can be asked in Cypher. Plain `UNWIND` into a Neo4j server beside songnet into "
        "the same server: [loading.md](../loading.md)."
    ),
)
