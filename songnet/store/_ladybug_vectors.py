"""Encoders and their vectors in the embedded store: a column of `Song` per encoder.

Ladybug 0.22 merges what was set since the last checkpoint into a column once per 2,048 rows, each
time writing all of the column anew: 30,000 vectors of 180 dimensions in one transaction took two
minutes, 90,000 in batches with a checkpoint after each eleven seconds. A checkpoint ends a
transaction, though. So many vectors are first written to a column of their own, which then takes
the encoder's name in one transaction: whole or not at all.

A batch must also lie close together in the file: 4,096 songs from all over it touch every 2,048
rows, and each of those writes the column anew. Blocks come in any order, so they are laid down
beside the graph first and taken up in the order of the file, together with the vectors that stay.
In memory are a block, a batch and the songs' ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from songnet.errors import StoreError
from songnet.info import EncoderInfo
from songnet.model import Ids, Ints, Vectors, object_array
from songnet.store._ladybug_engine import Engine, Session
from songnet.store._ladybug_results import put_named
from songnet.store._ladybug_schema import UNFINISHED, quoted
from songnet.store._ladybug_spool import Spool
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
    with Spool(engine.path.parent, encoder.dimensions) as spool:
        for block in blocks:
            with engine.session() as session:
                spool.add(*_changed(session, encoder, block))
        if len(spool) > BATCH:
            _put_many(engine, encoder, spool)
            return
        with engine.transaction() as session:
            _set(session, encoder.name, *spool.read(np.arange(len(spool))))


def _put_many(engine: Engine, encoder: EncoderInfo, spool: Spool) -> None:
    """Write to a column of its own, which then takes the place of the encoder's."""
    engine.drop_unfinished()
    try:
        with engine.session() as session:
            _add_column(session, UNFINISHED, encoder.dimensions)
            kept = _kept(session, encoder, spool)
        _fill(engine, encoder, spool, kept)
        with engine.transaction() as session:
            drop_vectors(session, encoder.name)
            session.run(f"ALTER TABLE Song RENAME {quoted(UNFINISHED)} TO {quoted(encoder.name)}")
    except BaseException:
        with suppress(StoreError):
            engine.drop_unfinished()
        raise


def _kept(session: Session, encoder: EncoderInfo, spool: Spool) -> pa.Table:
    """``row_id`` and ``place`` of songs whose vector stays."""
    found = session.table(
        f"MATCH (s:Song) WHERE s.{quoted(encoder.name)} IS NOT NULL "
        "RETURN s.id AS row_id, offset(id(s)) AS place"
    )
    return found.filter(~np.isin(found["place"].to_numpy(), spool.places))


def _fill(engine: Engine, encoder: EncoderInfo, spool: Spool, kept: pa.Table) -> None:
    """Set new vectors and kept ones in the order of the file.

    A batch then touches one stretch of the column.
    """
    order = np.argsort(np.concatenate([spool.places, kept["place"].to_numpy()]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        old = kept.select(["row_id"]).take(np.sort(rows[rows >= len(spool)]) - len(spool))
        with engine.session() as session:
            _set(session, UNFINISHED, *spool.read(rows[rows < len(spool)]))
            _copy(session, encoder, old)
        engine.checkpoint()


def _copy(session: Session, encoder: EncoderInfo, songs: pa.Table) -> None:
    if songs.num_rows:
        session.run(
            "LOAD FROM $rows MATCH (s:Song {id: row_id}) "
            f"SET s.{quoted(UNFINISHED)} = s.{quoted(encoder.name)}",
            rows=songs,
        )


def _changed(session: Session, encoder: EncoderInfo, block: Vectors) -> tuple[Vectors, Ints]:
    """Vectors that are not there bit by bit (0.0 is not -0.0), and their songs' places."""
    what = f"vectors of {block.encoder!r}"
    found = _look_up(session, block.songs, f"s.{quoted(encoder.name)} AS vector", what=what)
    there = found.filter(pc.is_valid(found["vector"]))
    rows = there["row"].to_numpy()
    same = (_bits(block.values[rows]) == _bits(matrix(there, encoder))).all(axis=1)
    found = found.filter(~np.isin(found["row"].to_numpy(), rows[same])).sort_by("row")
    rows = found["row"].to_numpy()
    changed = Vectors(block.encoder, block.songs[rows], block.values[rows])
    return changed, found["place"].to_numpy()


def _look_up(session: Session, songs: Ids, returned: str, *, what: str) -> pa.Table:
    """Something of songs, their ``row`` among those given, and their ``place`` in the file."""
    rows = pa.table({"row_id": pa.array(songs, pa.string()), "row": np.arange(len(songs))})
    found = session.table(
        "LOAD FROM $rows MATCH (s:Song {id: row_id}) "
        f"RETURN row AS row, offset(id(s)) AS place, {returned}",
        rows=rows,
    )
    if found.num_rows < len(songs):
        check_in_graph(songs, songs[found["row"].to_numpy()], what=what)
    return found


def _bits(values: NDArray[np.float32]) -> NDArray[np.int32]:
    return np.ascontiguousarray(values).view(np.int32)


def _set(session: Session, column: str, songs: Ids, values: NDArray[np.float32]) -> None:
    if not len(songs):
        return
    lists = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    session.run(
        f"LOAD FROM $rows MATCH (s:Song {{id: row_id}}) SET s.{quoted(column)} = row_vector",
        rows=pa.table({"row_id": pa.array(songs, pa.string()), "row_vector": lists}),
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
