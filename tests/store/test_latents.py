"""Full latents in a file: blocks in, blocks out, and damage found where it is."""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songnet.errors import BadNameError, EmptyInputError, FormatError, InputError
from songnet.model import Vectors
from songnet.store import latents as module
from songnet.store.folder import DataFolder
from songnet.store.latents import LatentsFile

Block = tuple[Vectors, np.ndarray]


@pytest.fixture
def folder(tmp_path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups of three songs of two dimensions."""
    monkeypatch.setattr(module, "GROUP_BYTES", 3 * 2 * 4)


def block(songs: Iterable[str], start: int = 0, encoder: str = "cae") -> Block:
    """Vectors that count from `start`, and a hash that names each song."""
    ids = list(songs)
    rows = np.arange(start, start + 2 * len(ids)).reshape(-1, 2)
    vectors = Vectors.from_rows(encoder, ids, rows)
    return vectors, np.array([f"hash of {song}" for song in vectors.songs], object)


def content(file: LatentsFile) -> dict[str, tuple[str, list[float]]]:
    """Hash and vector of every song, from the blocks."""
    return {
        song: (heard, values.tolist())
        for vectors, hashes in file.blocks()
        for song, heard, values in zip(vectors.songs, hashes, vectors.values, strict=True)
    }


def expected(blocks: Iterable[Block]) -> dict[str, tuple[str, list[float]]]:
    return {
        song: (heard, values.tolist())
        for vectors, hashes in blocks
        for song, heard, values in zip(vectors.songs, hashes, vectors.values, strict=True)
    }


def kept(folder: DataFolder, made_by: str = "f") -> LatentsFile:
    found = folder.latents("cae", made_by=made_by)
    assert found is not None
    return found


def path_of(folder: DataFolder):
    return folder.root / "latents" / "cae.parquet"


def test_latents_come_back_bit_for_bit(folder):
    values = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    values[0, :3] = [-0.0, 1e-45, 3.4028235e38]
    vectors = Vectors.from_rows("cae", [f"söng {i}" for i in range(5)], values)
    hashes = np.array([f"{i:064x}" for i in range(5)], object)
    folder.write_latents("cae", [(vectors, hashes)], made_by="f")
    file = kept(folder)
    assert (file.encoder, file.dimensions) == ("cae", 7)
    assert file.songs.tolist() == vectors.songs.tolist()
    assert file.heard.tolist() == hashes.tolist()
    assert file.read().values.tobytes() == values.tobytes()
    assert file.read().fingerprint == vectors.fingerprint


@pytest.mark.usefixtures("small_groups")
def test_blocks_of_any_size_come_back_in_groups_of_one_size(folder):
    given = [block("b"), block("za", 10), block(""), block("ponmlkjihgf", 20), block("c", 90)]
    folder.write_latents("cae", given, made_by="f")
    file = kept(folder)
    assert content(file) == expected(given)
    assert [len(hashes) for _, hashes in file.blocks()] == [3, 3, 3, 3, 3]
    for vectors, _ in file.blocks():
        assert vectors.songs.tolist() == sorted(vectors.songs)
    assert list(content(file)) == file.songs.tolist()
    assert [heard for heard, _ in content(file).values()] == file.heard.tolist()


@pytest.mark.usefixtures("small_groups")
def test_all_that_is_read_is_sorted_and_may_be_only_some_songs(folder):
    given = [block("hgf"), block("eb", 10), block("ca", 20)]
    folder.write_latents("cae", given, made_by="f")
    said = expected(given)
    for wanted, songs in [(None, "abcefgh"), (list("hbax?"), "abh"), ([], "")]:
        found = kept(folder).read(None if wanted is None else np.array(wanted, object))
        assert found.songs.tolist() == list(songs)
        assert found.values.shape == (len(songs), 2)
        assert found.values.tolist() == [said[song][1] for song in songs]


@pytest.mark.usefixtures("small_groups")
def test_a_file_may_be_read_while_the_next_is_written_from_it(folder):
    folder.write_latents("cae", [block("abcdefgh")], made_by="f")
    old = kept(folder)

    def merged() -> Iterator[Block]:
        for vectors, hashes in old.blocks():
            keep = vectors.songs != "d"
            yield Vectors("cae", vectors.songs[keep], vectors.values[keep]), hashes[keep]
        yield block("dz", 70)

    folder.write_latents("cae", merged(), made_by="f")
    said = expected([block("abcdefgh")]) | expected([block("dz", 70)])
    assert content(kept(folder)) == said
    with pytest.raises(FormatError, match="run again"):
        next(old.blocks())


@pytest.mark.usefixtures("small_groups")
def test_an_error_on_the_way_leaves_the_old_file_alone(folder):
    folder.write_latents("cae", [block("abc")], made_by="f")
    before = path_of(folder).read_bytes()

    def broken() -> Iterator[Block]:
        yield block("defghij")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.write_latents("cae", broken(), made_by="f")
    assert path_of(folder).read_bytes() == before
    assert [path.name for path in path_of(folder).parent.iterdir()] == ["cae.parquet"]


@pytest.mark.usefixtures("small_groups")
def test_no_more_is_held_than_a_block_and_the_one_before(folder):
    alive: list[weakref.ref[np.ndarray]] = []

    def blocks() -> Iterator[Block]:
        for start in range(0, 60, 6):
            assert sum(ref() is not None for ref in alive) <= 2
            vectors, hashes = block([f"{start + n:02d}" for n in range(6)])
            alive.append(weakref.ref(vectors.values))
            yield vectors, hashes
            del vectors, hashes

    folder.write_latents("cae", blocks(), made_by="f")
    assert len(kept(folder).songs) == 60


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([block("ab"), block("bc")], "twice"),
        ([block("ab"), block("c", encoder="vae")], "'vae'"),
        ([block("a"), (Vectors.from_rows("cae", ["b"], [[1]]), ["h"])], "2 dimensions.*got 1"),
        ([(block("ab")[0], ["h"])], "2 songs need as many hashes: got 1"),
        ([(Vectors("cae", np.array(["a"], object), np.array([[np.nan]])), ["h"])], "finite"),
    ],
)
def test_blocks_that_do_not_go_together_are_refused(folder, given, message):
    with pytest.raises(InputError, match=message):
        folder.write_latents("cae", given, made_by="f")
    assert not path_of(folder).exists()


def test_no_vectors_are_refused_but_no_songs_are_a_file_of_their_dimensions(folder):
    with pytest.raises(EmptyInputError, match="no vectors of 'cae'"):
        folder.write_latents("cae", [], made_by="f")
    assert not folder.root.exists()
    folder.write_latents("cae", [block("")], made_by="f")
    file = kept(folder)
    assert (file.dimensions, len(file.songs), len(file.heard)) == (2, 0, 0)
    assert file.read().values.shape == (0, 2)


def test_no_latents_is_none(folder):
    assert folder.latents("cae", made_by="f") is None


def test_latents_of_another_encoder_under_the_same_name_do_not_count(folder):
    folder.write_latents("cae", [block("a")], made_by="old")
    assert folder.latents("cae", made_by="new") is None


def test_latents_of_the_older_schema_do_not_count(folder):
    facts = {"schema": "songnet.latents/1", "encoder": "cae", "made_by": "f", "fingerprint": "x"}
    table = pa.table({"song": ["a"], "heard": ["h"], "vector": [[1.0]]})
    path_of(folder).parent.mkdir(parents=True)
    pq.write_table(table.replace_schema_metadata({"songnet": json.dumps(facts)}), path_of(folder))
    assert folder.latents("cae", made_by="f") is None
    folder.write_latents("cae", [block("a")], made_by="f")
    assert kept(folder).songs.tolist() == ["a"]


@pytest.mark.parametrize("name", ["../escape", "A", "", "a/b"])
def test_names_cannot_leave_the_folder(folder, name):
    with pytest.raises(BadNameError):
        folder.latents(name, made_by="f")
    with pytest.raises(BadNameError):
        folder.write_latents(name, [], made_by="f")


# --- damage -----------------------------------------------------------------------------------


def rewritten(folder: DataFolder, *, facts=lambda facts: facts, table=lambda table: table) -> None:
    """The file with other facts or another table, otherwise a good Parquet file."""
    with pq.ParquetFile(path_of(folder)) as file:
        told = json.loads(file.metadata.metadata[b"songnet"])
        groups = [table(file.read_row_group(number)) for number in range(file.num_row_groups)]
    with pq.ParquetWriter(path_of(folder), groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group)
        writer.add_key_value_metadata({"songnet": json.dumps(facts(told))})


def swapped(table: pa.Table, column: str) -> pa.Table:
    """The values of a column in reverse."""
    place = table.schema.get_field_index(column)
    return table.set_column(place, column, table[column].take(list(range(len(table)))[::-1]))


@pytest.mark.parametrize(
    ("column", "seen_by"),
    [
        ("song", lambda file: file.songs),
        ("heard", lambda file: file.heard),
        ("song", lambda file: list(file.blocks())),
        ("heard", lambda file: list(file.blocks())),
        ("vector", lambda file: list(file.blocks())),
        ("vector", lambda file: file.read()),
    ],
)
def test_changed_values_are_found_when_they_are_read(folder, column, seen_by):
    folder.write_latents("cae", [block("abc")], made_by="f")
    rewritten(folder, table=lambda table: swapped(table, column))
    file = kept(folder)
    with pytest.raises(FormatError, match=r"cae\.parquet.*damaged") as caught:
        seen_by(file)
    assert "\n" not in str(caught.value)


def test_vectors_that_are_not_read_are_not_looked_at(folder):
    folder.write_latents("cae", [block("abc")], made_by="f")
    rewritten(folder, table=lambda table: swapped(table, "vector"))
    assert kept(folder).songs.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts | {"dimensions": 1},
        lambda facts: facts | {"encoder": "vae"},
        lambda facts: facts | {"ids": facts["ids"][::-1]},
        lambda facts: facts | {"vectors": facts["vectors"][:1]},
        lambda facts: {key: value for key, value in facts.items() if key != "ids"},
        lambda facts: {key: value for key, value in facts.items() if key != "fingerprint"},
        lambda facts: {key: value for key, value in facts.items() if key != "schema"},
        lambda facts: facts | {"schema": "songnet.latents/3"},
        lambda _: [],
    ],
)
@pytest.mark.usefixtures("small_groups")
def test_changed_facts_are_found_at_once(folder, change):
    folder.write_latents("cae", [block("abcdef")], made_by="f")
    rewritten(folder, facts=change)
    with pytest.raises(FormatError, match=r"cae\.parquet.*remove it"):
        folder.latents("cae", made_by="f")


def test_row_groups_that_are_missing_are_found(folder):
    folder.write_latents("cae", [block("abc")], made_by="f")
    rewritten(folder, table=lambda table: table.slice(0, 0))
    with pytest.raises(FormatError, match="damaged"):
        _ = kept(folder).songs


@pytest.mark.parametrize("content", [b"", b"PAR1 nonsense PAR1", b"\x00" * 100])
def test_what_is_no_file_of_latents_is_said_in_one_line(folder, content):
    folder.write_latents("cae", [block("a")], made_by="f")
    path_of(folder).write_bytes(content)
    with pytest.raises(FormatError, match=r"cae\.parquet") as caught:
        folder.latents("cae", made_by="f")
    assert "\n" not in str(caught.value)


def test_no_byte_of_the_file_may_change_unseen(folder):
    folder.write_latents("cae", [block("ab")], made_by="f")
    good = path_of(folder).read_bytes()
    said = content(kept(folder))
    for place in range(0, len(good), 7):
        bad = bytearray(good)
        bad[place] ^= 0x10
        path_of(folder).write_bytes(bad)
        try:
            found = folder.latents("cae", made_by="f")
            assert found is None or content(found) == said
        except FormatError:
            pass


@given(st.data())
def test_it_is_a_dictionary_of_songs(tmp_path_factory, data):
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    songs = data.draw(st.lists(st.text(min_size=1, max_size=3), unique=True, max_size=12))
    songs = [song for song in songs if song.isprintable()]
    sizes = data.draw(st.lists(st.integers(0, 5), max_size=6))
    cuts = [*np.cumsum([0, *sizes]).tolist(), len(songs)]
    parts = [songs[a:b] for a, b in pairwise(cuts)]
    given = [block(part, 100 * number) for number, part in enumerate(parts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "GROUP_BYTES", data.draw(st.integers(1, 64)))
        folder.write_latents("cae", given, made_by="f")
    assert content(kept(folder)) == expected(given)
    whole = kept(folder).read()
    assert whole.songs.tolist() == sorted(expected(given))
    assert whole.values.tolist() == [expected(given)[song][1] for song in whole.songs]
