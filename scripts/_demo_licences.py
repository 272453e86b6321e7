"""Who owns a file of a Debian package, and under which licence.

Machine-readable ``debian/copyright`` files (Debian's "copyright format 1.0", DEP-5) have stanzas
with ``Files:`` globs; of the stanzas that match a file the **last** one counts. Licence names are
turned into SPDX identifiers; what is not in `SPDX` is not known to be free and stays out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FORMAT = re.compile(r"^Format(?:-Specification)?:", re.IGNORECASE)
HOLDERS_SHOWN = 4

# Debian's short names, in lower case. Left side: what the copyright files say.
SPDX = {
    "artistic": "Artistic-1.0",
    "cc-by-3.0": "CC-BY-3.0",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-sa-3.0": "CC-BY-SA-3.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc0": "CC0-1.0",
    "cc0-1.0": "CC0-1.0",
    "expat": "MIT",
    # Section 9 of GPL-2: where no version is named, any version ever published may be chosen.
    "gpl": "GPL-1.0-or-later",
    "gpl-2": "GPL-2.0-only",
    "gpl-2+": "GPL-2.0-or-later",
    "gpl-3": "GPL-3.0-only",
    "gpl-3+": "GPL-3.0-or-later",
    "mit": "MIT",
    "public-domain": "LicenseRef-public-domain",
    "zlib": "Zlib",
}
ALLOWED = frozenset(SPDX.values())

_YEARS = re.compile(r"^(?:\(c\)|©|[\s,]|\d{4}(?:\s*[-/]\s*\d{2,4})?(?=[\s,]))+", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*(?:<[^>]*>|\(https?://[^)]*\))")
_TOKEN = re.compile(r"\\[\\*?]|[*?]|[^*?\\]+|\\")
_WILD = {"*": ".*", "?": "."}


@dataclass(frozen=True, slots=True)
class Stanza:
    """One ``Files:`` stanza: globs, copyright lines, and the licence's short name."""

    globs: tuple[str, ...]
    holders: tuple[str, ...]
    licence: str


def is_machine_readable(text: str) -> bool:
    """Whether a copyright file declares the format that `stanzas` reads."""
    return bool(FORMAT.match(text))


def stanzas(text: str) -> list[Stanza]:
    """The ``Files:`` stanzas in the order of the file."""
    tables = map(_fields, re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    return [_stanza(fields) for fields in tables if "files" in fields]


def _fields(paragraph: str) -> dict[str, str]:
    """Lower-case field names and their values, continuation lines included."""
    values: dict[str, str] = {}
    name = ""
    for line in paragraph.strip("\n").splitlines():
        if line[:1] in {" ", "\t"}:
            values[name] = f"{values.get(name, '')}\n{line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            values[name] = value.strip()
    return values


def _stanza(fields: dict[str, str]) -> Stanza:
    owners = [clean_holder(line) for line in fields.get("copyright", "").splitlines()]
    licence = fields.get("license", "").splitlines()
    return Stanza(
        globs=tuple(fields["files"].split()),
        holders=tuple(owner for owner in owners if owner),
        licence=licence[0].strip() if licence else "",
    )


def clean_holder(line: str) -> str:
    """A copyright line without years and addresses.

    >>> clean_holder("2004-2006, Bartosz Fenski <fenio@debian.org>")
    'Bartosz Fenski'
    """
    return _ADDRESS.sub("", _YEARS.sub("", line)).strip(" ,")


def last_match(found: Iterable[Stanza], path: str) -> Stanza | None:
    """The stanza that counts for a file of the source tree: the last with a glob that matches."""
    matching = [item for item in found if any(matches(glob, path) for glob in item.globs)]
    return matching[-1] if matching else None


def matches(glob: str, path: str) -> bool:
    r"""Whether a DEP-5 glob covers a path.

    ``*`` stands for any text, ``/`` too; ``?`` for one character; ``\*``, ``\?`` and ``\\`` for
    themselves.

    >>> matches("data/music/*", "data/music/forest/forest.ogg")
    True
    """
    pattern = "".join(_regex(token) for token in _TOKEN.findall(glob.removeprefix("./")))
    return re.fullmatch(pattern, path, re.DOTALL) is not None


def _regex(token: str) -> str:
    return _WILD.get(token) or re.escape(
        token[1:] if len(token) == 2 and token[0] == "\\" else token
    )


def spdx(expression: str) -> str | None:
    """The SPDX expression of the free alternatives of a licence line; None if there are none.

    ``or`` offers a choice, of which the alternatives that are known to be free are kept; of parts
    joined by ``and`` every one must be free. A comma changes how the two bind (DEP-5, "License
    syntax"): such lines are not taken apart, only a comma before the last ``or`` of a list is.

    >>> spdx("GPL-2+ or CC-BY-NC-3.0")
    'GPL-2.0-or-later'
    """
    if re.search(r",\s+and\s", expression, re.IGNORECASE):
        return None
    kept = [name for name in _alternatives(expression) if name]
    return " OR ".join(dict.fromkeys(kept)) or None


def _alternatives(expression: str) -> Iterator[str | None]:
    for choice in re.split(r",?\s+or\s+", expression.strip(), flags=re.IGNORECASE):
        names = [
            SPDX.get(part.lower()) for part in re.split(r"\s+and\s+", choice, flags=re.IGNORECASE)
        ]
        known = [name for name in names if name]
        yield " AND ".join(dict.fromkeys(known)) if len(known) == len(names) else None


def licence_names(expression: str) -> list[str]:
    """The identifiers in an SPDX expression that `spdx` made."""
    return re.split(r" (?:OR|AND) ", expression)


def holders_text(holders: tuple[str, ...]) -> str:
    """The holders in one line; of a long list the first, "and others"."""
    if len(holders) > HOLDERS_SHOWN:
        return f"{holders[0]} and others"
    return ", ".join(holders)
