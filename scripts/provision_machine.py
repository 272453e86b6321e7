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


def missing() -> list[str]:
    """The Debian packages of the commands that are not there."""
    packages = [package for command, package in PACKAGES.items() if not shutil.which(command)]
    try:
        find_java(LINE)
    except MissingError:
        packages.append(PACKAGES["java"])
    return sorted(set(packages))


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
