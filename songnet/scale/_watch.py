"""How far Spark is, told to whoever watches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from songnet.progress import Progress, silent

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SECONDS = 0.5


@contextmanager
def watched(spark: SparkSession, what: str, progress: Progress) -> Iterator[None]:
    """Tell of the tasks that are done, of those known so far, while the block runs.

    Spark's own pages and logs call the jobs by `what` too.
    """
    spark.sparkContext.setJobDescription(what)
    if progress is silent:
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(spark, what, progress, over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(spark: SparkSession, what: str, progress: Progress, over: threading.Event) -> None:
    """Each stage is counted when it is first seen: its tasks, and those of them that are done."""
    tracker = spark.sparkContext.statusTracker()
    tasks: dict[int, tuple[int, int]] = {}
    while not over.wait(SECONDS):
        active = list(tracker.getActiveStageIds())
        for stage in tasks.keys() - set(active):
            tasks[stage] = (tasks[stage][1], tasks[stage][1])
        for stage in active:
            info = tracker.getStageInfo(stage)
            if info is not None:
                tasks[stage] = (info.numCompletedTasks, info.numTasks)
        if tasks:
            done, known = (sum(column) for column in zip(*tasks.values(), strict=True))
            progress(what, done, known, "tasks")
