"""What Neo4j Browser takes from songnet: a style for our labels, and favourites.

Both lie ready in ``cypher/browser``; these functions make them for a label prefix. What the formats
are was found out on Browser 5.24, which a Neo4j 5.26 server carries.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from songnet.store.labels import LABELS, check_prefix, prefixed
from songnet.store.library import Query, cypher_folder, library

PICTURES: Final = "songnet pictures"
QUERIES: Final = "songnet queries"

_NODE_RULE: Final = re.compile(rf"^node\.({'|'.join(LABELS)})\b", re.MULTILINE)
_PARAMETER: Final = re.compile(r"\$(\w+)")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the same favourites make the same bytes


def style(prefix: str = "") -> str:
    """The style for Neo4j Browser, in its GraSS format, for a graph whose labels bear `prefix`.

    Raises
    ------
    BadNameError
        A prefix that no label may have.
    """
    text = (_folder() / "songnet.grass").read_text("utf-8")
    return _NODE_RULE.sub(rf"node.{check_prefix(prefix)}\1", text)


def favourites(prefix: str = "") -> dict[str, str]:
    """Cypher by the place that Browser shows it in: ``FOLDER/NAME.cypher``.

    First what draws (the files of ``cypher/browser/pictures``), then the library. Each is one
    statement that runs as it stands: Browser shows the result of several as a list, not as a graph,
    so parameters are written out instead of set before. The first line is its name in Browser.

    Raises
    ------
    BadNameError
        A prefix that no label may have.
    """
    check_prefix(prefix)
    pictures = {
        f"{PICTURES}/{path.name}": path.read_text("utf-8").strip()
        for path in sorted((_folder() / "pictures").glob("*.cypher"))
    }
    queries = {f"{QUERIES}/{query.name}.cypher": _as_pasted(query) for query in library()}
    return {name: prefixed(text, prefix) + "\n" for name, text in (pictures | queries).items()}


def favourites_zip(prefix: str = "") -> bytes:
    """The favourites as the zip file that Browser takes when it is dropped on its window.

    The files are stored, not deflated: the bytes are the same whatever zlib is at hand.

    Raises
    ------
    BadNameError
        A prefix that no label may have.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, text in favourites(prefix).items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text)
    return content.getvalue()


def _folder() -> Path:
    return cypher_folder() / "browser"


def _as_pasted(query: Query) -> str:
    notes = [query.title, query.question]
    notes += [f"{_literal(p.default)} is {p.meaning}" for p in query.parameters]
    values = {parameter.name: parameter.default for parameter in query.parameters}
    return "\n".join([*(f"// {note}" for note in notes), _written_out(query.cypher, values)])


def _written_out(cypher: str, values: Mapping[str, Any]) -> str:
    return _PARAMETER.sub(lambda found: _literal(values[found[1]]), cypher)


def _literal(value: Any) -> str:
    # A JSON text or number is one in Cypher too.
    return json.dumps(value, ensure_ascii=False)
