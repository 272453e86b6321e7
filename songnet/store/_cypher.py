"""The statements of ``cypher/schema``: what a database needs before the first load."""

from __future__ import annotations

import re

from songnet.store.library import cypher_folder

COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


def statements(name: str) -> list[str]:
    """The statements of ``cypher/schema/NAME.cypher``, without comments, in order."""
    text = (cypher_folder() / "schema" / f"{name}.cypher").read_text("utf-8")
    return [part.strip() for part in COMMENT.sub("", text).split(";") if part.strip()]
