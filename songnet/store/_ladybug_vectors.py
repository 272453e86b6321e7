"""Encoders and their vectors in the embedded store: a column of `Song` per encoder.

Ladybug 0.22 merges what was set since the last checkpoint into a column once per 2,048 rows, each
time writing all of the column anew: 30,000 vectors of 180 dimensions in one transaction took two
minutes, 90,000 in batches with a checkpoint after each eleven seconds. A checkpoint ends a
transaction, though. So many vectors are first written to a column of their own, which then takes
the encoder's name in one transaction: whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songnet.errors import StoreError
from songnet.info import EncoderInfo
from songnet.model import Ids, Vectors, object_array
from songnet.store._ladybug_engine import Engine, Session
from songnet.store._ladybug_results import put_named
from songnet.store._ladybug_schema import UNFINISHED, quoted
from songnet.store._properties import closest, encoder_properties
from songnet.store._rows import check_in_graph

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


def put_vectors(engine: Engine, encoder: EncoderInfo, blocks: Iterable[Vectors]) -> None:
    """Write those vectors that differ from what is there, all of them or none."""
    blocks, changed, count = iter(blocks), [], 0
    for block in blocks:
        with engine.session() as session:
            changed.append(_changed(session, encoder, block))
        count += len(changed[-1].songs)
        if count > BATCH:
            _put_many(engine, encoder, chain(changed, blocks))
            return
    with engine.transaction() as session:
        for block in changed:
            _set(session, encoder.name, block)


def _put_many(engine: Engine, encoder: EncoderInfo, blocks: Iterable[Vectors]) -> None:
    """Write to a column of its own, which then takes the place of the encoder's."""
    engine.drop_unfinished()
    try:
        with engine.session() as session:
            _add_column(session, UNFINISHED, encoder.dimensions)
        for block in blocks:
            _put_block(engine, block)
        _carry_over(engine, encoder)
        with engine.transaction() as session:
            drop_vectors(session, encoder.name)
            session.run(f"ALTER TABLE Song RENAME {quoted(UNFINISHED)} TO {quoted(encoder.name)}")
    except BaseException:
        with suppress(StoreError):
            engine.drop_unfinished()
        raise


def _put_block(engine: Engine, block: Vectors) -> None:
    """Set a block in the order of the file: a batch then touches one stretch of the column."""
    with engine.session() as session:
        found = _looked_up(session, block, "offset(id(s)) AS place")
    order = np.argsort(found["place"].to_numpy())
    for start in range(0, len(order), BATCH):
        rows = found["row"].to_numpy()[order[start : start + BATCH]]
        with engine.session() as session:
            _set(session, UNFINISHED, _of(block, rows))
        engine.checkpoint()


def _carry_over(engine: Engine, encoder: EncoderInfo) -> None:
    """Take over the vectors of songs that were not given another."""
    new, old = quoted(UNFINISHED), quoted(encoder.name)
    with engine.session() as session:
        found = session.table(
            f"MATCH (s:Song) WHERE s.{old} IS NOT NULL AND s.{new} IS NULL "
            "RETURN s.id AS row_id, offset(id(s)) AS place"
        )
    songs = found.sort_by("place").select(["row_id"])
    for start in range(0, songs.num_rows, BATCH):
        with engine.session() as session:
            session.run(
                f"LOAD FROM $rows MATCH (s:Song {{id: row_id}}) SET s.{new} = s.{old}",
                rows=songs.slice(start, BATCH),
            )
        engine.checkpoint()


def _looked_up(session: Session, block: Vectors, returned: str) -> pa.Table:
    """Something of the songs of a block, in any order, and their ``row`` in it.

    Raises
    ------
    InputError
        Some of them are not in the graph.
    """
    rows = pa.table(
        {"row_id": pa.array(block.songs, pa.string()), "row": np.arange(len(block.songs))}
    )
    found = session.table(
        f"LOAD FROM $rows MATCH (s:Song {{id: row_id}}) RETURN row AS row, {returned}", rows=rows
    )
    if found.num_rows < len(block.songs):
        known = block.songs[found["row"].to_numpy()]
        check_in_graph(block.songs, known, what=f"vectors of {block.encoder!r}")
    return found


def _changed(session: Session, encoder: EncoderInfo, block: Vectors) -> Vectors:
    """Those vectors of a block that are not there bit by bit (0.0 does not equal -0.0)."""
    found = _looked_up(session, block, f"s.{quoted(encoder.name)} AS vector")
    there = found.filter(pc.is_valid(found["vector"]))
    rows = there["row"].to_numpy()
    same = (_bits(block.values[rows]) == _bits(matrix(there, encoder))).all(axis=1)
    return _of(block, np.setdiff1d(np.arange(len(block.songs)), rows[same]))


def _bits(values: NDArray[np.float32]) -> NDArray[np.int32]:
    return np.ascontiguousarray(values).view(np.int32)


def _of(vectors: Vectors, rows: NDArray[np.intp]) -> Vectors:
    return Vectors(vectors.encoder, vectors.songs[rows], vectors.values[rows])


def _set(session: Session, column: str, vectors: Vectors) -> None:
    if not len(vectors.songs):
        return
    flat = pa.array(vectors.values.ravel())
    lists = pa.FixedSizeListArray.from_arrays(flat, vectors.dimensions)
    session.run(
        f"LOAD FROM $rows MATCH (s:Song {{id: row_id}}) SET s.{quoted(column)} = row_vector",
        rows=pa.table({"row_id": pa.array(vectors.songs, pa.string()), "row_vector": lists}),
    )


def embedded(session: Session, encoder: EncoderInfo) -> Ids:
    """The songs that have a vector, sorted."""
    found = session.table(
        f"MATCH (s:Song) WHERE s.{quoted(encoder.name)} IS NOT NULL RETURN s.id AS id"
    )
    return np.sort(object_array(found["id"].to_pylist()))


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
