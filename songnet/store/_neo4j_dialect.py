"""Cypher that one line of the server has and another has not; chosen by what the server reports.

All other statements (`_neo4j_statements`, the schema, the shipped queries) are written in what both
lines understand, as Cypher 5 and as Cypher 25.
"""

from __future__ import annotations

from typing import Final

# SEARCH was a preview in 2026.01; 2026.04 deprecates the procedure in its favour:
# https://neo4j.com/docs/cypher-manual/25/deprecations-additions-removals-compatibility/
SEARCH_SINCE: Final = (2026, 4)

_BY_PROCEDURE: Final = """
CALL db.index.vector.queryNodes($index, $count, $vector) YIELD node
RETURN node.id AS id, node[$encoder] AS vector
"""
# The clause takes the name of an index only as it is written, not as a parameter.
_BY_SEARCH: Final = """
CYPHER 25
MATCH (s:Song)
SEARCH s IN (VECTOR INDEX `{index}` FOR $vector LIMIT $count)
RETURN s.id AS id, s[$encoder] AS vector
"""


def nearest_by_index(version: tuple[int, int], index: str) -> str:
    """The statement that asks a vector index for the songs nearest to a vector.

    Parameters
    ----------
    version
        The release that the server reports, as (5, 26) or (2026, 8).
    index
        The name of the index: letters, digits and underscores.

    Returns
    -------
    A statement with the parameters ``$index`` (on older servers), ``$encoder``, ``$vector`` and
    ``$count``, and the columns ``id`` and ``vector``.
    """
    return _BY_SEARCH.format(index=index) if version >= SEARCH_SINCE else _BY_PROCEDURE
