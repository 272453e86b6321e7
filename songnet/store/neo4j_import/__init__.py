"""A graph as files for ``neo4j-admin database import full``: the fast door for a first load.

`write_import` writes a folder of CSV files and the script that loads them; docs/neo4j-import.md
says how they are used.
"""

from __future__ import annotations

from songnet.store.neo4j_import._graph import write_import
from songnet.store.neo4j_import._writer import Written

__all__ = ["Written", "write_import"]
