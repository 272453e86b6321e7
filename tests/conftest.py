"""Fixtures for everybody: a real Neo4j server for the whole run, an empty store on it, Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from songnet.store.neo4j import Neo4jStore

# How long an example takes says more of the machine than of the code.
settings.register_profile("songnet", deadline=None)
settings.load_profile("songnet")

NEO4J_SCRIPT = Path(__file__).parent.parent / "scripts" / "neo4j"
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update",
                  "--disable-sync"]  # fmt: skip
MISSING = 3  # the script's exit code where Java, Maven or the jars cannot be had
# Where single files take minutes: begun first, none of them is left for one process at the end.
LONGEST_FIRST = ["cli", "torture", "store", "faults", "security", "contracts", "scripts", "browser",
                 "encoders"]  # fmt: skip
# Whoever draws a report first waits for UMAP to be compiled: these files wait once, in one process.
REPORTS = {
    f"tests/{file}.py"
    for file in (
        "cli/test_engines", "cli/test_readme", "cli/test_search_cli", "cli/test_spine",
        "cli/test_study_cli", "report/test_report_projections", "workflows/test_report_workflow",
    )
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests; otherwise the order stays as it is drawn."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.parent.name
    if item.nodeid.partition("::")[0] in REPORTS:
        return -1
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files, and those of `REPORTS` to one process."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return "reports" if file in REPORTS else file

    return ByFile(config, log)


def neo4j_script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run scripts/neo4j with this interpreter."""
    command = [sys.executable, str(NEO4J_SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def lines_to_environment(text: str) -> dict[str, str]:
    """The NEO4J_… lines that `start` prints."""
    return dict(line.split("=", 1) for line in text.splitlines())


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD, NEO4J_BROWSER of a server of our own."""
    home = tmp_path_factory.mktemp("neo4j") / "home"
    started = neo4j_script("start", "--home", home, "--wait", "240")
    if started.returncode == MISSING and os.environ.get("CI") != "true":
        pytest.skip(f"no Neo4j server: {started.stderr.strip().splitlines()[-1]}")
    if started.returncode:
        pytest.fail(f"Neo4j did not start: {started.stderr}")
    yield lines_to_environment(started.stdout)
    stopped = neo4j_script("stop", "--home", home)
    assert stopped.returncode == 0, stopped.stderr


def wipe(environment: Mapping[str, str]) -> None:
    """Empty the server's database: nodes, edges and vector indexes; constraints stay."""
    import neo4j

    auth = (environment["NEO4J_USERNAME"], environment["NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(environment["NEO4J_URI"], auth=auth) as driver:
        with driver.session() as session:
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS").consume()
        for record in driver.execute_query("SHOW VECTOR INDEXES YIELD name").records:
            driver.execute_query(f"DROP INDEX `{record['name']}` IF EXISTS")


@pytest.fixture(scope="session")
def wipe_neo4j(neo4j_server: dict[str, str]) -> Callable[[], None]:
    """Empties the server, whatever it holds."""
    return lambda: wipe(neo4j_server)


@pytest.fixture
def neo4j_store(
    neo4j_server: dict[str, str], wipe_neo4j: Callable[[], None]
) -> Iterator[Neo4jStore]:
    """An empty store on the server."""
    from songnet.store.neo4j import Neo4jStore

    wipe_neo4j()
    with Neo4jStore(neo4j_server["NEO4J_URI"], environment=neo4j_server) as store:
        yield store


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, one for all: playwright bears but one of its kind in a process."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "no Chromium: install it (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield running
        running.close()
