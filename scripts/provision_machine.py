"""The work of scripts/provision."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from neo4j_java import LINES, MissingError, ensure_jars, find_java

LINE = LINES["5.26"]
PACKAGES = {
    "java": "openjdk-17-jre-headless",
    "mvn": "maven",
    "chromium": "chromium",
}
GRAPH_TOOL = "python3-graph-tool"
# The Python that Debian's packages are for.
SYSTEM_PYTHON = "/usr/bin/python3"


def missing() -> list[str]:
    """The Debian packages of what is not there: commands, and graph-tool."""
    packages = [package for command, package in PACKAGES.items() if not shutil.which(command)]
    try:
        find_java(LINE)
    except MissingError:
        packages.append(PACKAGES["java"])
    if not has_graph_tool():
        packages.append(GRAPH_TOOL)
    return sorted(set(packages))


def has_graph_tool() -> bool:
    """Whether Debian's Python, or the one that songnet is told to use, can import graph-tool."""
    python = os.environ.get("SONGNET_GRAPH_TOOL_PYTHON") or SYSTEM_PYTHON
    command = [python, "-I", "-W", "ignore", "-c", "import graph_tool.inference"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install(packages: list[str]) -> bool:
    """Install Debian packages; False where that is not ours to do."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing {' '.join(packages)}")
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        # apt's own words go to stderr: stdout is for results.
        run = subprocess.run([apt, "-q", *command], env=environment, stdout=sys.stderr, check=False)
        if run.returncode:
            say(f"apt-get {command[0]} failed with exit code {run.returncode}")
    return not missing()


def fetch() -> None:
    """The Neo4j server's jars, ahead of the first start."""
    try:
        folder, fetched = ensure_jars(LINE)
    except MissingError as error:
        say(str(error))
    else:
        if fetched:
            say(f"fetched Neo4j {LINE.version} into {folder}")


def say(text: str) -> None:
    """Progress, on stderr."""
    print(f"scripts/provision: {text}", file=sys.stderr)


def main() -> int:
    """The script. What cannot be had is said; the tests that need it then say so too."""
    packages = missing()
    if packages and not install(packages):
        say(f"install these yourself, the tests that need them are skipped: {' '.join(packages)}")
    fetch()
    return 0
