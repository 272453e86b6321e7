#!/usr/bin/env python3
"""Write docs/queries.md from the library of Cypher in cypher/queries.

    .venv/bin/python scripts/write_query_docs.py [--store URI]...

Each store holds the demo; what runs on the first that can answer becomes the example, so give the
embedded one and a server with Graph Data Science (`songnet copy`, `scripts/neo4j start --plugin
gds`). Without a store the examples of the page are kept, and only headers and Cypher are renewed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from songnet.cli.common import print_table
from songnet.store import GraphStore, open_store
from songnet.store.labels import prefixed
from songnet.store.library import Query, library

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "queries.md"
ROWS: Final = 6
WIDTH: Final = 40
OUTPUT: Final = re.compile(r"^## `([a-z0-9-]+)`$.*?^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOP: Final = """\
# The library of Cypher

{count} ready questions to the graph, in `cypher/queries`. {embedded} also run on the embedded
store; the others need a Neo4j server, and {gds} of those its plugin Graph Data Science (songnet's
own server: `scripts/neo4j start --plugin gds`).

    songnet query --list
    songnet query sound-alikes --param song=file:wesnoth-1.16-music/knolls.png --param limit=5
    songnet query gds-leiden --store bolt://localhost:7687 --json

The defaults of the parameters fit `songnet demo`; `find-songs` and `find-playlists` find the ids
that others ask for. Numbers are read as numbers, lists as JSON (`--param 'songs=["a", "b"]'`). All
only read. Of a network of more than a million edges the graph holds the strongest 20 of each song,
and these count. In Neo4j Browser set the parameters (`:param network => 'playlists'`), then paste
the Cypher.

The examples are from the demo, at most {rows} rows each. `scripts/write_query_docs.py` makes this
page.
"""


def page(queries: Sequence[Query], examples: Mapping[str, str]) -> str:
    """The whole page; `examples` are outputs by name of query."""
    top = TOP.format(
        count=len(queries),
        embedded=sum(query.embedded for query in queries),
        gds=sum(query.gds for query in queries),
        rows=ROWS,
    )
    index = "\n".join(f"- [`{query.name}`](#{query.name}): {query.question}" for query in queries)
    sections = [section(query, examples.get(query.name, "")) for query in queries]
    return "\n".join([top, index, "", *sections])


def section(query: Query, example: str) -> str:
    """What the page says of one query."""
    parts = [f"## `{query.name}`", "", f"**{query.title}.** {query.question}", ""]
    if query.parameters:
        parts += ["| parameter | default | |", "|---|---|---|"]
        parts += [f"| `{p.name}` | `{p.shown}` | {p.meaning} |" for p in query.parameters]
        parts.append("")
    columns = ", ".join(f"`{name}`" for name in query.columns)
    parts += [f"Gives {columns}; {query.runs}.", ""]
    parts += ["```cypher", query.cypher, "```", "", "```text"]
    return "\n".join(parts) + f"\n{example}```\n"


def examples_of(text: str) -> dict[str, str]:
    """The outputs that a page shows, by name of query."""
    return dict(OUTPUT.findall(text))


def example(stores: Sequence[GraphStore], query: Query) -> str | None:
    """The first rows of a query as the command line prints them; None where no store can run it."""
    for store in stores:
        if query.embedded or store.engine == "neo4j":
            cypher = prefixed(query.cypher, store.label_prefix)
            table = store.query(cypher, query.bind({}))
            return _printed(table.slice(0, ROWS).to_pylist(), query, table.num_rows)
    return None


def _printed(rows: Sequence[Mapping[str, Any]], query: Query, count: int) -> str:
    shortened = [{name: _short(value) for name, value in row.items()} for row in rows]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_table(shortened, query.columns)
    return f"{printed.getvalue()}{count} rows\n"


def _short(value: Any) -> Any:
    """A text that fits a page: its end tells ids apart, so the middle goes."""
    if not isinstance(value, str) or len(value) <= WIDTH:
        return value
    half = (WIDTH - 1) // 2
    return f"{value[:half]}…{value[-half:]}"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="append", default=[], help="a store with the demo")
    given = parser.parse_args()
    queries = library()
    examples = examples_of(PAGE.read_text("utf-8")) if PAGE.exists() else {}
    with contextlib.ExitStack() as stack:
        stores = [stack.enter_context(open_store(uri)) for uri in given.store]
        for query in queries:
            if (output := example(stores, query)) is not None:
                examples[query.name] = output
    PAGE.write_text(page(queries, examples), "utf-8")
    print(f"wrote {PAGE}: {len(queries)} queries")


if __name__ == "__main__":
    main()
