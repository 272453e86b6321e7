"""Files where Spark has them: on this machine, on HDFS, in an object store.

All by Hadoop's own file systems, so that a path means here what it means to the executors.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from songnet.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MOST_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Place:
    """A path on a file system of Hadoop's.

    Attributes
    ----------
    spark
        The session that reaches it.
    path
        As it was given: a local path, or a URL such as ``hdfs://`` or ``s3a://``.
    """

    spark: SparkSession
    path: str

    @property
    def _java(self) -> Any:
        gateway: Any = self.spark._jvm  # Spark has no other door to its files
        return gateway.org.apache.hadoop.fs.Path(self.path)

    @property
    def _system(self) -> Any:
        session: Any = self.spark._jsparkSession  # as above
        system = self._java.getFileSystem(session.sessionState().newHadoopConf())
        system.setWriteChecksum(False)
        return system

    def __truediv__(self, name: str) -> Place:
        return Place(self.spark, f"{self.path.rstrip('/')}/{name}")

    def exists(self) -> bool:
        """Whether anything is there."""
        return bool(self._system.exists(self._java))

    def is_folder(self) -> bool:
        """Whether a folder is there."""
        return self.exists() and bool(self._system.getFileStatus(self._java).isDirectory())

    def names(self) -> Iterator[str]:
        """The names of the files in a folder and below it; of a file, its own."""
        files = self._system.listFiles(self._java, True)
        for _ in range(MOST_LOOKED_AT):
            if not files.hasNext():
                return
            yield str(files.next().getPath().getName())

    def remove(self) -> None:
        """Remove what is there, with all that is in it."""
        self._system.delete(self._java, True)

    def rename(self, other: Place) -> None:
        """Give what is here another name; `InputError` where the file system does not."""
        if not self._system.rename(self._java, other._java):
            raise InputError(f"{self.path} cannot be renamed to {other.path}")

    def write_json(self, value: object) -> None:
        """Write a file of JSON."""
        data = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        stream = self._system.create(self._java, True)
        try:
            stream.write(bytearray(data))
        finally:
            stream.close()

    def read_json(self) -> Any:
        """What a file of JSON holds; `InputError` where it is none."""
        rows = self.spark.read.text(self.path, wholetext=True).take(1)
        try:
            return json.loads(rows[0][0])
        except (ValueError, IndexError) as error:
            raise InputError(f"{self.path} is not JSON: it is damaged") from error


@dataclass(frozen=True)
class Output:
    """A folder in the making.

    Attributes
    ----------
    result
        What becomes the folder at the end.
    work
        For tables between two steps. They are written rather than cached: so the plan of a step
        stays short however many there were, and a machine that is lost takes none along.
    """

    result: Place
    work: Place

    def staged(self, table: DataFrame, name: str) -> DataFrame:
        """The same table, computed and read from a file."""
        place = self.work / name
        table.write.mode("overwrite").parquet(place.path)
        return place.spark.read.schema(table.schema).parquet(place.path)

    def drop(self, name: str) -> None:
        """Remove a table that `staged` made, or would have made."""
        (self.work / name).remove()


@contextmanager
def folder(spark: SparkSession, path: str, *, overwrite: bool) -> Iterator[Output]:
    """A folder that is there whole or not at all.

    It and the steps to it lie beside `path` under a hidden name until the block ends without an
    error.

    Raises
    ------
    InputError
        Something is at `path` and is not to be overwritten.
    """
    target = Place(spark, path.rstrip("/") or "/")
    there = target.exists()
    if there and not overwrite:
        raise InputError(f"{path} is there already: choose another --out, or say --overwrite")
    head, _, name = target.path.rpartition("/")
    hidden = f".{name}.{uuid.uuid4().hex[:8]}.part"
    part = Place(spark, f"{head}/{hidden}" if "/" in target.path else hidden)
    try:
        yield Output(part / "result", part / "work")
        if target.exists():
            target.rename(part / "replaced")
        (part / "result").rename(target)
    finally:
        part.remove()
