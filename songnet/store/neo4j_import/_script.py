"""``import.sh``, which loads an import, and ``README.txt``, which says how."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from songnet.files import umask
from songnet.store.neo4j_import._writer import Part, Written

SCRIPT: Final = "import.sh"
README: Final = "README.txt"

SCRIPT_TEXT: Final = """\
#!/bin/sh
# Loads the files of this folder into a Neo4j database; the server must be stopped. See README.txt.
#
#     sh import.sh [DATABASE] [OPTION...]
#
# DATABASE is neo4j by default. Options go to neo4j-admin as they are; --overwrite-destination
# replaces a database that is there. NEO4J_ADMIN names the program: neo4j-admin by default.
set -eu

admin=${{NEO4J_ADMIN:-neo4j-admin}}
case $admin in
    /*) ;;
    */*) admin=$PWD/$admin ;;
esac

database=neo4j
case ${{1:--}} in
    -*) ;;
    *) database=$1; shift ;;
esac

CDPATH='' cd -- "$(dirname -- "$0")"
exec "$admin" database import full "$database" \\
{options} \\
    "$@"
"""

README_TEXT: Final = """\
A graph of songnet, for Neo4j's offline import
==============================================

{contents}

Needed: Neo4j 5.26 or newer, its program neo4j-admin, and the rights of the user that the server
runs as.

1. Stop the server:

       neo4j stop

   On Enterprise it may run on: import into a new database, then make it known with
   CREATE DATABASE in place of step 3.

2. Load the files. DATABASE is neo4j by default, and the only one on Community:

       sh import.sh [DATABASE] [--overwrite-destination] [OPTION...]

   --overwrite-destination replaces all that the database held; without it neo4j-admin refuses a
   database that is there. Further options go to neo4j-admin. Where it is not on the PATH:

       NEO4J_ADMIN=/opt/neo4j/bin/neo4j-admin sh import.sh

   What it did stands in import.report, in this folder.

3. Start the server:

       neo4j start

4. Make constraints and indexes, which an import leaves out (songnet would before its first write):

       export NEO4J_USERNAME=neo4j NEO4J_PASSWORD=...
       songnet store init --store bolt://127.0.0.1:7687{prefix}

Users and passwords stay as they were. What lies in the data folder (networks, latents, encoders,
spectrograms) stays there: name it with --data as before.
"""


def write_script(folder: Path, written: Written, *, label_prefix: str) -> None:
    """Write ``import.sh`` and ``README.txt`` beside the files."""
    options = " \\\n".join(f"    {option}" for option in import_options(written, label_prefix))
    script = folder / SCRIPT
    script.write_text(SCRIPT_TEXT.format(options=options), "utf-8")
    script.chmod(0o777 & ~umask())
    prefix = f" --label-prefix {label_prefix}" if label_prefix else ""
    text = README_TEXT.format(contents=_contents(written), prefix=prefix)
    (folder / README).write_text(text, "utf-8")


def import_options(written: Written, label_prefix: str) -> list[str]:
    """What ``neo4j-admin database import full`` is told of the files, relative to their folder."""
    options = ["--id-type=integer"]
    if lines := [_here(part.file) for part in written.nodes if part.lines]:
        options += [f"--multiline-fields={','.join(lines)}", "--multiline-fields-format=v2"]
    options += [f"--nodes={label_prefix}{part.name}={_files(part)}" for part in written.nodes]
    options += [f"--relationships={part.name}={_files(part)}" for part in written.relationships]
    return options


def _files(part: Part) -> str:
    return f"{_here(part.header)},{_here(part.file)}"


def _here(name: str) -> str:
    # The 2026 line does not find a file without a folder before it.
    return f"./{name}"


def _contents(written: Written) -> str:
    parts = [*written.nodes, *written.relationships]
    return "\n".join(f"    {part.file:<40} {part.rows:>12,}" for part in parts)
