"""Encoders and their vectors in the embedded store: a column of `Song` per encoder.

Ladybug 0.22 merges what was set since the last checkpoint into a column once per 2,048 rows, each
time writing all of the column anew: 30,000 vectors of 180 dimensions in one transaction took two
minutes, 90,000 in batches with a checkpoint after each eleven seconds. A checkpoint ends a
transaction, though. So many vectors are first written to a column of their own, which then takes
the encoder's name in one transaction: whole or not at all.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songnet.errors import StoreError
from songnet.info import EncoderInfo
from songnet.model import Ids, Vectors
from songnet.store._ladybug_engine import Engine, Session
from songnet.store._ladybug_results import check_songs, put_named
from songnet.store._ladybug_schema import UNFINISHED, quoted
from songnet.store._properties import closest, encoder_properties

CANDIDATES: Final = 100
BATCH: Final = 4096


def put_encoder(session: Session, encoder: EncoderInfo, before: EncoderInfo | None) -> None:
    """Write an encoder and make room for its vectors, empty where the model is another."""
    properties = encoder_properties(encoder)
    same = before is not None and _model(before) == _model(encoder)
    if before is not None and not same:
        drop_vectors(session, encoder.name)
    if not same:
        _add_column(session, encoder.name, encoder.dimensions)
    put_named(session, "Encoder", properties)


def _model(encoder: EncoderInfo) -> tuple[str, int]:
    return encoder.fingerprint, encoder.dimensions


def _add_column(session: Session, name: str, dimensions: int) -> None:
    session.run(f"ALTER TABLE Song ADD {quoted(name)} FLOAT[{dimensions}]")


def drop_vectors(session: Session, encoder: str) -> None:
    """Take away the vectors of an encoder."""
    session.run(f"ALTER TABLE Song DROP {quoted(encoder)}")


def put_vectors(engine: Engine, encoder: EncoderInfo, vectors: Vectors) -> None:
    """Write those vectors that differ from what is there."""
    with engine.transaction() as session:
        check_songs(session, vectors.songs, what=f"vectors of {vectors.encoder!r}")
        before = get_vectors(session, encoder)
        rows = _changed(vectors, before)
        if len(rows) <= BATCH:
            _set(session, encoder.name, vectors.songs[rows], vectors.values[rows])
            return
    try:
        _put_many(engine, encoder, _merged(before, vectors))
    except BaseException:
        with suppress(StoreError):
            engine.drop_unfinished()
        raise


def _put_many(engine: Engine, encoder: EncoderInfo, vectors: Vectors) -> None:
    engine.drop_unfinished()
    with engine.session() as session:
        _add_column(session, UNFINISHED, encoder.dimensions)
        order = _places(session, vectors)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        with engine.session() as session:
            _set(session, UNFINISHED, vectors.songs[rows], vectors.values[rows])
        engine.checkpoint()
    with engine.transaction() as session:
        drop_vectors(session, encoder.name)
        session.run(f"ALTER TABLE Song RENAME {quoted(UNFINISHED)} TO {quoted(encoder.name)}")


def _places(session: Session, vectors: Vectors) -> NDArray[np.intp]:
    """The order of the songs in the file: a batch then touches one stretch of the column."""
    found = session.table("MATCH (s:Song) RETURN s.id AS id, offset(id(s)) AS place")
    place = dict(zip(found["id"].to_pylist(), found["place"].to_pylist(), strict=True))
    return np.argsort([place[song] for song in vectors.songs])


def _set(session: Session, column: str, songs: Ids, values: NDArray[np.float32]) -> None:
    if not len(songs):
        return
    lists = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    session.run(
        f"LOAD FROM $rows MATCH (s:Song {{id: row_id}}) SET s.{quoted(column)} = row_vector",
        rows=pa.table({"row_id": pa.array(songs, pa.string()), "row_vector": lists}),
    )


def _merged(before: Vectors, vectors: Vectors) -> Vectors:
    """What is there after writing `vectors`."""
    given = set(vectors.songs)
    kept = np.array([song not in given for song in before.songs], np.bool_)
    return Vectors.from_rows(
        vectors.encoder,
        [*before.songs[kept], *vectors.songs],
        np.concatenate([before.values[kept], vectors.values]),
    )


def _changed(vectors: Vectors, before: Vectors) -> NDArray[np.intp]:
    """Rows of `vectors` that are not there bit by bit (0.0 equals -0.0)."""
    _, here, there = np.intersect1d(
        vectors.songs, before.songs, assume_unique=True, return_indices=True
    )
    same = np.zeros(len(vectors.songs), np.bool_)
    same[here] = (_bits(vectors, here) == _bits(before, there)).all(axis=1)
    return np.flatnonzero(~same)


def _bits(vectors: Vectors, rows: NDArray[np.intp]) -> NDArray[np.int32]:
    return np.ascontiguousarray(vectors.values[rows]).view(np.int32)


def get_vectors(session: Session, encoder: EncoderInfo) -> Vectors:
    """All vectors of an encoder, sorted by song."""
    column = quoted(encoder.name)
    found = session.table(
        f"MATCH (s:Song) WHERE s.{column} IS NOT NULL RETURN s.id AS id, s.{column} AS vector"
    )
    return Vectors.from_rows(encoder.name, found["id"].to_pylist(), matrix(found, encoder))


def matrix(found: pa.Table, encoder: EncoderInfo) -> NDArray[np.float32]:
    """The column ``vector`` as float32 (n, d)."""
    flat = pc.list_flatten(found["vector"]).to_numpy()
    return np.asarray(flat, np.float32).reshape(found.num_rows, encoder.dimensions)


def nearest(
    session: Session, encoder: EncoderInfo, sought: NDArray[np.float32], k: int
) -> list[tuple[str, float]]:
    """The `k` songs of largest cosine; the engine chooses candidates in single precision."""
    column, size = quoted(encoder.name), encoder.dimensions
    double = f"CAST(s.{column}, 'DOUBLE[{size}]')"
    found = session.table(
        f"MATCH (s:Song) WHERE s.{column} IS NOT NULL "
        f"AND array_inner_product({double}, {double}) > 0.0 "
        f"RETURN s.id AS id, s.{column} AS vector, "
        f"array_cosine_similarity(s.{column}, CAST($sought, 'FLOAT[{size}]')) AS near "
        f"ORDER BY near DESC, id LIMIT {max(2 * k, CANDIDATES)}",
        sought=sought.tolist(),
    )
    return closest(found["id"].to_pylist(), matrix(found, encoder), sought, k)
