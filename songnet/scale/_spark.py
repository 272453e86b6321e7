"""The door to Spark: a session that keeps to itself, and its failures as lines."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from songnet.errors import InputError, SongnetError, StateError, UsageError, WorkerError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER = re.compile(
    r"local(\[(\*|[1-9][0-9]*)(,\s*[1-9][0-9]*)?\])?\Z|spark://\S+\Z|k8s://\S+\Z|yarn\Z"
)
MASTERS = "local[2], local[*], spark://HOST:PORT, yarn or k8s://URL"
LOOPBACK = "127.0.0.1"
CANCEL_SECONDS = 0.2
LOCAL: Final[Mapping[str, str]] = {
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.host": LOOPBACK,
    "spark.ui.enabled": "false",
    # As many as a machine has use for; a cluster's own default is 200.
    "spark.sql.shuffle.partitions": "8",
}
ALWAYS: Final[Mapping[str, str]] = {
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "WARN",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.skewJoin.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # A number that does not fit ends the run, rather than wrap round.
    "spark.sql.ansi.enabled": "true",
}


@contextmanager
def session(master: str, *, conf: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A Spark session, stopped at the end whatever happens.

    On a local master Spark listens on the loopback address alone. What Spark logs goes to a file,
    which is named where Spark fails and removed where it does not.

    Parameters
    ----------
    master
        Where the work is done: ``local[2]``, ``spark://HOST:PORT``, ``yarn``, ``k8s://URL``.
    conf
        Settings of Spark's own, over the ones above.

    Raises
    ------
    StateError
        pyspark or Java is missing.
    UsageError
        `master` is no master's URL.
    WorkerError
        Spark failed.
    """
    if not MASTER.match(master):
        raise UsageError(f"--master must be one of {MASTERS}: got {master!r}")
    _load()
    _check_java()
    with _log() as log:
        try:
            spark = _started(master, dict(conf or {}), log)
            try:
                with _interruptible(spark):
                    yield spark
            finally:
                spark.stop()
        except SongnetError:
            raise
        except Exception as error:
            raise _said(error, log) from error


def _load() -> Any:
    """pyspark, which the extra `spark` installs; `StateError` where it is not."""
    try:
        with quietly():
            return importlib.import_module("pyspark.sql")
    except ImportError as error:
        raise StateError("songnet scale needs pyspark: pip install 'songnet[spark]'") from error


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(f"{home}/bin/java" if home else "java"):
        where = f"in JAVA_HOME ({home})" if home else "on the PATH"
        raise StateError(
            f"Spark needs Java 17 or newer and there is none {where}: install it (Debian: apt "
            "install openjdk-17-jre-headless) or set JAVA_HOME"
        )


@contextmanager
def quietly() -> Iterator[None]:
    """Without Spark's warning of a pandas that is newer than it knows: none of it is used here.

    It comes with the import, and wherever a function is handed to Spark.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        yield


@contextmanager
def _log() -> Iterator[Path]:
    """A file for what Spark says; it stays where Spark fails."""
    handle, name = tempfile.mkstemp(prefix="songnet-spark-", suffix=".log")
    os.close(handle)
    try:
        yield Path(name)
    except WorkerError:
        raise
    except BaseException:
        Path(name).unlink()
        raise
    Path(name).unlink()


def _started(master: str, conf: dict[str, str], log: Path) -> SparkSession:
    local = master.startswith("local")
    settings = {**ALWAYS, **(LOCAL if local else {}), **conf}
    builder: Any = _load().SparkSession.builder
    builder = builder.master(master).appName("songnet")
    for key, value in settings.items():
        builder = builder.config(key, value)
    before = signal.getsignal(signal.SIGINT)
    with quietly(), _stderr_to(log), _workers_python(local=local):
        spark: SparkSession = builder.getOrCreate()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, before)  # Spark has put its own handler in its place.
    return spark


@contextmanager
def _interruptible(spark: SparkSession) -> Iterator[None]:
    """Let Ctrl-C cancel what Spark is doing, and raise `KeyboardInterrupt` when that has ended.

    An exception in the middle of a message to Java would leave nothing that could still stop it.
    A second Ctrl-C does not wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = threading.Event()
    cancelling: list[threading.Thread] = []

    def cancel() -> None:
        while not over.wait(CANCEL_SECONDS):
            spark.sparkContext.cancelAllJobs()

    def interrupt(*_: object) -> None:
        if cancelling:
            raise KeyboardInterrupt
        cancelling.append(threading.Thread(target=cancel, daemon=True))
        cancelling[0].start()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception:
        if cancelling:
            raise KeyboardInterrupt from None
        raise
    finally:
        over.set()
        signal.signal(signal.SIGINT, before)
        for thread in cancelling:
            thread.join()  # What it cancels must not be the next work.
    if cancelling:
        raise KeyboardInterrupt  # It came too late to end anything, and is no less meant.


@contextmanager
def _workers_python(*, local: bool) -> Iterator[None]:
    """On this machine, let Spark's Python be ours; it takes that from the environment alone."""
    name = "PYSPARK_PYTHON"
    if not local or name in os.environ:
        yield
        return
    os.environ[name] = sys.executable
    try:
        yield
    finally:
        del os.environ[name]


@contextmanager
def _stderr_to(log: Path) -> Iterator[None]:
    """Let the processes that are started write to `log` what they would write to stderr.

    Java says things before its log can be told to be quiet.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    handle = os.open(log, os.O_WRONLY | os.O_APPEND)
    try:
        os.dup2(handle, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(handle)


def _said(error: Exception, log: Path) -> SongnetError:
    """What Spark complains of, in a line."""
    reason = _reason(error)
    if "PATH_NOT_FOUND" in reason:
        return InputError(f"there is no such input: {reason}")
    return WorkerError(f"Spark failed: {reason}; its log is {log}")


def _reason(error: Exception) -> str:
    """The line of an error that says most: of Java the deepest cause, of Python the last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [repr(error)]
    causes = [line for line in lines if line.startswith("Caused by: ")]
    if causes:
        return causes[-1].removeprefix("Caused by: ")[:300]
    raised = [line for line in lines if line.startswith(": ")]
    chosen = lines[-1] if "Traceback" in str(error) else (raised or lines)[0]
    return chosen.removeprefix(": ")[:300]
