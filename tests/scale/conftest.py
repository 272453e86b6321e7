"""One session of Spark for all of these tests, as small as it can be."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from songnet import scale
from songnet.model import Memberships
from songnet.scale._files import Output, Place

CONF = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # Nothing here runs for long enough to be worth compiling well.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.memory": "700m",
}
LETTERS = "Azé\uff01\U0001f600中ﬁ"


@pytest.fixture(scope="session")
def spark():
    with scale.session("local[2]", conf=CONF) as session:
        yield session


@pytest.fixture
def output(spark, tmp_path):
    """For steps that are tried by themselves."""
    return Output(Place(spark, str(tmp_path / "result")), Place(spark, str(tmp_path / "work")))


@pytest.fixture
def songs():
    """Ids whose order differs between UTF-8, UTF-16 and case-folded text."""
    return [f"file:{LETTERS[number % len(LETTERS)]}{number}" for number in range(120)]


@pytest.fixture
def world(songs):
    """Rows of playlists, some of them repeated, by seed: few songs are in many, many in few."""

    def rows(seed, playlists=60):
        draw = np.random.default_rng(seed)
        for number in range(playlists):
            length = int(draw.integers(1, 25))
            for song in np.minimum(draw.pareto(1, length) * 6, len(songs) - 1).astype(int):
                yield f"mpd:{number}", songs[song]

    return lambda seed: list(rows(seed))


def _memberships(rows):
    return Memberships.from_pairs(*zip(*rows, strict=True))


def _write_rows(path, rows, files=2):
    """Rows of playlists as a folder of Parquet."""
    path.mkdir(parents=True)
    for number in range(files):
        lists, members = zip(*rows[number::files], strict=True)
        pq.write_table(pa.table({"playlist": lists, "song": members}), path / f"{number}.parquet")
    return path


def _write_network(path, edges, files=1, **facts):
    """Edges (source, target, weight) as `scale.project` writes them."""
    path.mkdir(parents=True)
    for number in range(files):
        source, target, weight = zip(*edges[number::files], strict=True)
        table = pa.table(
            {
                "source": source,
                "target": target,
                "weight": pa.array(weight, pa.float64()),
                "playlists": pa.array([1] * len(source), pa.int64()),
            }
        )
        pq.write_table(table, path / f"part-{number}.parquet")
    said = {"schema": "songnet.scale.network/1", "name": "net", "kind": "playlists", "params": {}}
    (path / "network.json").write_text(json.dumps(said | facts))
    return path


@pytest.fixture(scope="session")
def memberships():
    return _memberships


@pytest.fixture(scope="session")
def write_rows():
    return _write_rows


@pytest.fixture(scope="session")
def write_network():
    return _write_network
