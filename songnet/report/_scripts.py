"""The page's own scripts as one text, and the policy that lets these and nothing else run."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

# In the order in which they build on each other.
SCRIPTS = (
    "data", "state", "tip", "tables", "cloud", "view", "paint", "map", "legend", "search",
    "toolbar", "pair", "matrix", "flow", "chooser", "main",
)  # fmt: skip


@cache
def script() -> str:
    """All scripts, one after the other."""
    folder = files("songnet.report") / "scripts"
    return "\n" + "\n".join((folder / f"{name}.js").read_text("utf-8") for name in SCRIPTS)


@cache
def policy() -> str:
    """A content security policy: no request, no frame, no form, and only `script` may run."""
    digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; img-src data:; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
