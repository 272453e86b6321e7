"""The shape of the house: which way imports go, what is documented, what is loaded when."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import songnet

PACKAGE = Path(songnet.__file__).parent
ORDER = [
    "errors",
    "files",
    "config",
    "progress",
    "names",
    "model",
    "info",
    "tables",
    "agreement",
    "networks",
    "partitions",
    "diversity",
    "playlists",
    "sources",
    "encoders",
    "store",
    "demo",
    "report",
    "scale",
    "workflows",
    "cli",
]
FILES = sorted(PACKAGE.rglob("*.py"))
HEAVY = [
    "tensorflow",
    "keras",
    "librosa",
    "sklearn",
    "igraph",
    "matplotlib",
    "pandas",
    "numpy",
    "pyarrow",
    "neo4j",
    "ladybug",
    "av",
    "rich",
    "scipy",
    "gensim",
    "optuna",
    "msgspec",
    "numba",
    "pyspark",
    "tensorboard",
    "leidenalg",
    "umap",
    "graph_tool",
]
PURE = {"agreement", "networks", "partitions", "diversity", "playlists"}
DATABASES_AND_FILES = {"neo4j", "ladybug", "pathlib", "sqlite3", "shutil", "tempfile"}


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    if path.parent == PACKAGE and path.name == "__init__.py":
        return
    here = ORDER.index(part(path))
    for name in imports(path):
        pieces = name.split(".")
        if pieces[0] == "songnet" and pieces[1] in ORDER:
            assert ORDER.index(pieces[1]) <= here, f"{part(path)} may not import {name}"


@pytest.mark.parametrize(
    "path", [path for path in FILES if part(path) in PURE], ids=lambda path: path.name
)
def test_analysis_touches_no_database_and_no_file(path):
    assert not {name.split(".")[0] for name in imports(path)} & DATABASES_AND_FILES
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]  # fmt: skip
    assert "open" not in {call.func.id for call in calls}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_public_is_documented(path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree) or not tree.body, f"{path} says nothing of itself"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}: {node.name} has no docstring"


def test_the_public_names_are_sorted_and_there():
    names = songnet.__all__
    assert names == sorted(names)
    for name in names:
        assert getattr(songnet, name) is not None
    with pytest.raises(AttributeError, match="nothing_of_the_sort"):
        _ = songnet.nothing_of_the_sort


def test_every_package_of_arrays_and_pages_is_within_reach():
    for name in ("agreement", "diversity", "networks", "partitions", "playlists", "report"):
        assert name in songnet.__all__
        assert getattr(songnet, name).__name__ == f"songnet.{name}"


@pytest.mark.parametrize("name", ["agreement", "networks", "partitions"])
def test_a_function_that_bears_its_modules_name_is_the_function(name):
    package = importlib.import_module(f"songnet.{name}")
    for public in package.__all__:
        value = getattr(package, public)
        assert getattr(value, "__name__", public) != f"songnet.{name}.{public}"


@pytest.mark.parametrize("module", ["songnet", "songnet.cli.main"])
def test_importing_loads_nothing_heavy(module):
    script = f"import sys, {module}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(HEAVY) & set(loaded)
