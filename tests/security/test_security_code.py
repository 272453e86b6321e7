"""What no program of this house does: run a shell, run data as code, trust XML, unpack anywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("songnet", "scripts", "benchmarks", "torture")
# Modules that run what they read, or are known by no other name than an unsafe one.
MODULES = {
    "pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml",
    "h5py", "torch", "pickle5", "telnetlib", "ftplib", "commands", "popen2", "xmlrpc",
    "requests", "httpx", "aiohttp", "urllib3", "urllib.request",
}  # fmt: skip
# Readers of XML that expand entities; writing with `xml.etree` is harmless.
XML_READERS = {
    "xml.dom", "xml.dom.minidom", "xml.dom.pulldom", "xml.sax", "xml.sax.expatreader",
    "xml.parsers.expat", "lxml", "lxml.etree",
}  # fmt: skip
ETREE_WRITERS = {"Element", "SubElement", "ParseError", "indent", "tostring"}
CALLS = {
    "eval", "exec", "compile", "__import__", "input", "os.system", "os.popen", "os.spawnl",
    "os.spawnv", "os.execv", "os.execl", "subprocess.getoutput", "subprocess.getstatusoutput",
    "tempfile.mktemp", "np.fromstring", "numpy.load", "keras.models.load_model", "pd.read_pickle",
    "keras.saving.load_model", "ssl._create_unverified_context",
}  # fmt: skip
METHODS = {"read_pickle", "to_pickle", "load_model", "allow_pickle"}
KEYWORDS = {"shell": True, "allow_pickle": True, "verify": False, "safe_mode": False}


def programs(folder: Path) -> list[Path]:
    """Python's files of a folder, those of scripts without an extension too."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix == ".py" or (path.suffix == "" and path.parent == ROOT / "scripts")
        if path.is_file()
    ]


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{name.name}" for name in node.names)


def faults_of_imports(node: ast.AST) -> Iterator[str]:
    for name in imported(node):
        if name in MODULES or name.partition(".")[0] in MODULES or name in XML_READERS:
            yield f"imports {name}"
    if isinstance(node, ast.ImportFrom) and node.module == "xml.etree.ElementTree":
        names = {name.name for name in node.names} - ETREE_WRITERS
        yield from (f"imports {node.module}.{name}" for name in names)
    elif any(name.startswith("xml.etree") for name in imported(node)):
        yield "imports xml.etree whole"


def faults_of_calls(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    given = {word.arg: getattr(word.value, "value", ...) for word in node.keywords}
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in CALLS or method in METHODS:
        yield f"calls {name}"
    if method in {"extract", "extractall"} and given.get("filter") != "data":
        yield f"calls {name} without filter='data'"
    for keyword, bad in KEYWORDS.items():
        if keyword in given and given[keyword] is not (not bad):
            yield f"calls {name} with {keyword}"
    if name == "np.load" and given.get("allow_pickle", False) is not False:
        yield "calls np.load without allow_pickle=False"


def faults(tree: ast.AST) -> list[str]:
    return [
        fault
        for node in ast.walk(tree)
        for fault in (*faults_of_imports(node), *faults_of_calls(node))
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_program_runs_a_shell_or_data(folder):
    found = {
        str(path): faults(ast.parse(path.read_text("utf-8"))) for path in programs(ROOT / folder)
    }
    assert {place: said for place, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import torch.serialization",
        "from urllib.request import urlopen",
        "from lxml import etree",
        "import xml.etree.ElementTree as ET",
        "from xml.etree import ElementTree",
        "from xml.etree.ElementTree import fromstring",
        "from xml.dom.minidom import parse",
        "eval(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=maybe)",
        "np.load(path, allow_pickle=True)",
        "archive.extractall(folder)",
        "archive.extract(member)",
        "os.system(text)",
        "tempfile.mktemp()",
        "keras.models.load_model(path)",
        "session.get(address, verify=False)",
    ],
)
def test_what_is_looked_for_is_found(code):
    assert faults(ast.parse(code))


def test_all_programs_are_looked_at():
    places = {str(path.relative_to(ROOT)) for each in FOLDERS for path in programs(ROOT / each)}
    assert {"songnet/files.py", "scripts/neo4j", "scripts/provision"} <= places
    assert len(places) > 300
