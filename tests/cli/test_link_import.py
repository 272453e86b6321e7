"""`link import`: networks that were made elsewhere."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest


@pytest.fixture
def kept(loaded, tmp_path):
    """The file that the data folder keeps of the network ``playlists``."""
    return tmp_path / "songnet.data" / "networks" / "playlists.parquet"


def test_a_network_of_another_data_folder_is_kept(loaded, kept, playlists):
    expected = loaded("link", "playlists", "--json").json()
    other = ("--data", "other.data")
    loaded("load-playlists", playlists, *other)
    said = loaded("link", "import", kept, "--name", "theirs", *other)
    assert said.out == f"network theirs: {expected['songs']} songs, {expected['edges']} edges\n"
    again = loaded("link", "import", kept, "--json", *other).json()
    assert again["fingerprint"] == expected["fingerprint"]
    assert again["name"] == "playlists"
    loaded("partitions", "run", "leiden", "--on", "theirs", *other)


def test_songs_that_the_graph_lacks_are_refused(loaded, kept, tmp_path):
    few = tmp_path / "few.csv"
    few.write_text("playlist_id,track_id\na,file:x\na,file:y\n")
    other = ("--data", "other.data")
    loaded("load-playlists", few, *other)
    said = loaded("link", "import", kept, *other, fails=1).err
    assert "24 of 24 songs are not in the graph, 'file:taste0/00.png' the first" in said


def test_the_name_of_an_encoder_is_refused(embedded, kept):
    assert "encoder" in embedded("link", "import", kept, "--name", "tiny", fails=1).err


def test_what_is_no_network_is_refused(loaded, kept, tmp_path):
    assert "there is no network" in loaded("link", "import", "nothing", fails=1).err
    (tmp_path / "dir").mkdir()
    assert "network.json" in loaded("link", "import", "dir", fails=1).err
    (tmp_path / "bad.parquet").write_bytes(b"PAR1nothing")
    assert "damaged" in loaded("link", "import", "bad.parquet", fails=1).err
    table = pq.read_table(kept)
    pq.write_table(table.slice(1), tmp_path / "cut.parquet")
    assert "not whole" in loaded("link", "import", "cut.parquet", fails=1).err
    facts = json.loads(table.schema.metadata[b"songnet"]) | {"kind": "sound"}
    pq.write_table(
        table.replace_schema_metadata({"songnet": json.dumps(facts)}), tmp_path / "sound.parquet"
    )
    assert "kind 'sound'" in loaded("link", "import", "sound.parquet", fails=1).err
