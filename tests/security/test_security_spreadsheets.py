"""No cell of a CSV that songnet writes for people is a formula, and all come back as they were.

What `export --neo4j-import` writes is for `neo4j-admin` alone, and holds texts as they are.
"""

from __future__ import annotations

import csv

import hostile_texts
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from songnet.model import Partition
from songnet.sources._formulas import guarded, unguarded
from songnet.sources.partitions import read_partition, write_partition

# OWASP, "CSV Injection": the signs that spreadsheets begin a formula at.
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
cells = st.text(st.sampled_from("'=+-@\t\r\n＝＋－＠,;\"a1 "), max_size=8) | st.text(max_size=8)
ids = cells.filter(lambda text: text.strip() == text != "")


@given(cells)
@example("''=1")
@example("'a")
def test_a_guarded_cell_is_no_formula_and_comes_back(cell):
    assert not guarded(cell).startswith(SIGNS)
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_is_guarded(sign):
    assert guarded(f"{sign}1") == f"'{sign}1"


@given(st.lists(ids, min_size=1, max_size=6, unique=True))
@example(["'=1", "=1", "''=1", "'", "'1"])
def test_partitions_hold_no_formula_and_come_back(tmp_path_factory, songs):
    path = tmp_path_factory.mktemp("formulas") / "p.csv"
    partition = Partition.from_labels(
        songs, list(range(len(songs))), name="cut", algorithm="leiden", on="playlists"
    )
    write_partition(path, partition)
    with path.open(newline="", encoding="utf-8") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(SIGNS)]
    read, labels, _ = read_partition(path)
    assert dict(zip(read, map(int, labels), strict=True)) == dict(
        zip(partition.songs.tolist(), partition.labels.tolist(), strict=True)
    )


def test_what_the_command_line_writes_is_safe_and_comes_back(hostile_world, tmp_path):
    exported = tmp_path / "cut.csv"
    hostile_world("partitions", "export", "leiden-playlists", exported)
    playlist = tmp_path / "list.csv"
    seed = "=cmd|'/C calc'!A00"
    hostile_world("playlist", "generate", seed, "--length", "4", "--out", playlist)
    written = {}
    for path in (exported, playlist):
        with path.open(newline="", encoding="utf-8") as file:
            written[path] = list(csv.reader(file))
        assert not [cell for row in written[path] for cell in row if cell.startswith(SIGNS)]
    assert f"'{seed}" in {row[0] for row in written[exported]}
    hostile_world("partitions", "import", exported, "--name", "again")
    found = hostile_world("partitions", "show", "again", "--json").out
    assert '"songs": 16' in found
    said = hostile_world("load-playlists", playlist, "--store", tmp_path / "other.lbug")
    assert "4 songs" in said.out
    asked = ("query", "MATCH (s:Song) RETURN s.id AS id", "--store", tmp_path / "other.lbug")
    assert seed in hostile_world(*asked).out
    assert hostile_texts.FORMULA not in said.out
