"""Playlists as Spark reads them: slices of the Million Playlist Dataset, or Parquet.

A playlist is a row of its id and its songs, each once. What the single-machine readers would make
of the same files is what comes out here, but for what is counted in `LeftOut`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from songnet.errors import EmptyInputError, InputError
from songnet.names import GENERATED
from songnet.scale._files import Output, Place
from songnet.scale._ids import PATTERNS, song_id

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, DataFrameReader, SparkSession

Format: TypeAlias = Literal["auto", "mpd", "parquet"]

# Everything that is one value is read as text: a value of another type then spoils itself alone.
SLICE: Final = (
    "playlists ARRAY<STRUCT<pid STRING, generated STRING, tracks ARRAY<STRUCT<track_uri STRING>>>>,"
    " broken STRING"
)
USABLE: Final = "there AND NOT generated AND pid IS NOT NULL AND size(songs) > 0"
NAMED: Final = 5
JSON_FILES: Final = "*.{json,json.gz,JSON,JSON.GZ}"


@dataclass(frozen=True)
class LeftOut:
    """What was in the input and is not in the playlists.

    Attributes
    ----------
    tracks
        Without an id that can be one. (The single machine makes ids of artist and title for tracks
        that have no id at all; that takes Unicode's case folding, which SQL lacks.)
    playlists
        Without a usable pid, or without a single track.
    repeated
        Whose pid came before: the first counts, by the path of the file, then by its place in it.
    files
        That are not, or not in all, JSON of a slice; of those that are cut short nothing is read.
    generated
        Playlists that songnet made itself.
    named
        The paths of the first of `files`.
    """

    tracks: int = 0
    playlists: int = 0
    repeated: int = 0
    files: int = 0
    generated: int = 0
    named: tuple[str, ...] = ()


def read(
    spark: SparkSession, path: str, output: Output, *, kind: Format = "auto"
) -> tuple[DataFrame, LeftOut]:
    """Playlists, columns ``id`` and ``songs`` (distinct, in no order), and what was left out.

    Raises
    ------
    EmptyInputError
        There is not one playlist.
    InputError
        There is no such path, or it holds nothing of the format.
    """
    place = Place(spark, path)
    if not place.exists():
        raise InputError(f"there is no input {path}: give a file, a folder or a URL of one")
    reader = _from_parquet if _kind(place, kind) == "parquet" else _from_slices
    playlists, left_out = reader(place, output)
    if not playlists.take(1):
        raise EmptyInputError(f"{path} holds no playlists that can be used")
    return playlists, left_out


def _kind(place: Place, kind: Format) -> str:
    if kind != "auto":
        return kind
    for name in place.names():
        plain = name.lower().removesuffix(".gz")
        if plain.endswith((".json", ".parquet")):
            return "parquet" if plain.endswith(".parquet") else "mpd"
    raise InputError(
        f"{place.path} holds no .json, .json.gz or .parquet file: say what it is with --format"
    )


# --- slices ---------------------------------------------------------------------------------------


def _from_slices(place: Place, output: Output) -> tuple[DataFrame, LeftOut]:
    spark = place.spark
    slices = (
        _files(place)
        .schema(SLICE)
        .options(multiLine=True, mode="PERMISSIVE", columnNameOfCorruptRecord="broken")
        .json(place.path)
        .selectExpr(
            "_metadata.file_path AS file",
            "broken IS NOT NULL OR playlists IS NULL AS broken",
            "posexplode_outer(playlists) AS (place, list)",
        )
    )
    ids = f"transform(list.tracks, track -> {song_id('track.track_uri')})"
    found = spark.sql(
        f"""
        SELECT file, place, broken, list IS NOT NULL AS there,
          CASE WHEN list.pid RLIKE :whole THEN try_cast(split_part(list.pid, '.', 1) AS BIGINT) END
            AS pid,
          coalesce(list.generated = 'true', false) AS generated,
          {ids} AS ids
        FROM {{slices}}
        """,  # noqa: S608  # an expression of our own
        {**PATTERNS, "whole": r"\A\s*\+?[0-9]{1,19}(\.0*)?\s*\z"},
        slices=slices,
    ).selectExpr(
        "file", "place", "broken", "there", "pid", "generated", "size(ids) AS tracks",
        "array_distinct(array_compact(ids)) AS songs",
        "size(ids) - size(array_compact(ids)) AS lost",
    )  # fmt: skip
    found = output.staged(found, "slices")
    usable = found.where(USABLE)
    counted, named = _counts(spark, found), _broken(found)
    first = _first(spark, usable) if counted["repeated"] else usable
    playlists = first.selectExpr("concat('mpd:', pid) AS id", "songs")
    return playlists, LeftOut(**counted, named=named)


def _files(place: Place) -> DataFrameReader:
    reader = place.spark.read
    if not place.is_folder():
        return reader
    return reader.options(recursiveFileLookup=True, pathGlobFilter=JSON_FILES)


def _counts(spark: SparkSession, found: DataFrame) -> dict[str, int]:
    """What `LeftOut` counts."""
    row = spark.sql(
        f"""
        SELECT coalesce(sum(lost), 0) AS tracks,
          count_if(there AND NOT generated AND NOT coalesce({USABLE}, false)) AS playlists,
          count_if({USABLE}) - count(DISTINCT CASE WHEN {USABLE} THEN pid END) AS repeated,
          count(DISTINCT CASE WHEN broken THEN file END) AS files,
          count_if(there AND generated) AS generated
        FROM {{found}}
        """,  # noqa: S608  # conditions of our own
        found=found,
    ).take(1)[0]
    return {name: int(value) for name, value in row.asDict().items()}


def _broken(found: DataFrame) -> tuple[str, ...]:
    rows = found.where("broken").select("file").distinct().orderBy("file").take(NAMED)
    return tuple(str(row.file).removeprefix("file://") for row in rows)


def _first(spark: SparkSession, usable: DataFrame) -> DataFrame:
    """Of several playlists with one pid, the first."""
    return spark.sql(
        """
        SELECT each.pid, each.songs FROM {usable} AS each JOIN (
          SELECT pid, min(struct(file, place)) AS place FROM {usable} GROUP BY pid
        ) AS first ON each.pid = first.pid AND struct(each.file, each.place) = first.place
        """,
        usable=usable,
    )


# --- Parquet --------------------------------------------------------------------------------------


def _from_parquet(place: Place, output: Output) -> tuple[DataFrame, LeftOut]:
    spark = place.spark
    reader = spark.read
    if place.is_folder():
        reader = reader.options(recursiveFileLookup=True, pathGlobFilter="*.parquet")
    rows = reader.parquet(place.path)
    missing = {"playlist", "song"} - set(rows.columns)
    if missing:
        raise InputError(
            f"{place.path} has no column {min(missing)!r}: songs and playlists are read from "
            f"the columns 'playlist' and 'song'; there are {', '.join(rows.columns)}"
        )
    playlists = spark.sql(
        f"""
        SELECT playlist AS id, collect_set(song) AS songs, count_if(song IS NULL) AS lost
        FROM (SELECT CAST(playlist AS STRING) AS playlist, {song_id("CAST(song AS STRING)")} AS song
              FROM {{rows}})
        WHERE playlist IS NOT NULL GROUP BY playlist
        """,  # noqa: S608  # an expression of our own
        PATTERNS,
        rows=rows,
    )
    playlists = output.staged(playlists, "lists")
    made = f"startswith(id, '{GENERATED}')"
    row = playlists.selectExpr(
        "coalesce(sum(lost), 0) AS tracks",
        f"count_if(NOT {made} AND size(songs) = 0) AS playlists",
        f"count_if({made}) AS generated",
    ).take(1)[0]
    left_out = LeftOut(int(row.tracks), int(row.playlists), generated=int(row.generated))
    return playlists.where(f"NOT {made} AND size(songs) > 0").select("id", "songs"), left_out
