"""Ctrl-C, and what Spark says of failures."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from songnet.scale import _spark


def interrupt_once_it_works(spark):
    """Send the main thread a SIGINT as soon as Spark has a job to do, or after a minute."""
    deadline = time.monotonic() + 60
    while not spark.sparkContext.statusTracker().getActiveJobsIds():
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_cancels_the_work_and_leaves_spark_usable(spark):
    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=interrupt_once_it_works, args=(spark,))
    with pytest.raises(KeyboardInterrupt), _spark._interruptible(spark):
        thread.start()
        # Days of work: nothing but doing it tells what the sum is.
        spark.range(10**13).selectExpr("sum(cast(hash(id) as double))").collect()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before
    assert spark.range(3).count() == 3


def test_ctrl_c_that_comes_when_the_work_is_done_is_heard_all_the_same(spark):
    with pytest.raises(KeyboardInterrupt), _spark._interruptible(spark):
        assert spark.range(3).count() == 3
        os.kill(os.getpid(), signal.SIGINT)
    assert spark.range(3).count() == 3


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("An error occurred.\n: java.io.X: Aborted\nCaused by: a.B: full", "a.B: full"),
        ("An error occurred.\n: java.io.X: Aborted\n\tat a.b", "java.io.X: Aborted"),
        ("It was:\nTraceback (most recent call last):\n x\nValueError: no", "ValueError: no"),
        ("[COLUMN] no column", "[COLUMN] no column"),
    ],
)  # fmt: skip
def test_the_line_that_says_most_is_said(error, line):
    assert _spark._reason(Exception(error)) == line
