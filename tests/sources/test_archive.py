"""The archive of spectrograms: what was added is there, once, whatever happens in between."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.errors import FormatError, InputError
from songnet.sources.archive import SHARD_ROWS, SpectrogramArchive
from songnet.sources.audio import SongSound


def song(name: str, *shades: int, sha256: str = "0", asked: int | None = None) -> SongSound:
    """A song with a clip per shade of grey."""
    return SongSound(
        id=name,
        path=name,
        sha256=sha256,
        recording=None,
        label=None,
        title=None,
        artist=None,
        album=None,
        duration_ms=None,
        pixels=np.stack([np.full((96, 216), shade, np.uint8) for shade in shades]),
        asked=asked or len(shades),
    )


def content(archive: SpectrogramArchive) -> list[tuple[str, int, int]]:
    """Song, clip and shade of every row."""
    pixels = archive.read(np.arange(len(archive)))
    assert pixels.shape == (len(archive), 96, 216)
    assert pixels.dtype == np.uint8
    assert (pixels == pixels[:, :1, :1]).all()
    shades = pixels[:, 0, 0].tolist()
    return list(zip(archive.songs.tolist(), archive.clips.tolist(), shades, strict=True))


def shards(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.arrow"))


def test_an_archive_that_is_not_there_is_empty_and_leaves_no_trace(tmp_path):
    archive = SpectrogramArchive(tmp_path / "new")
    assert len(archive) == 0
    assert archive.songs.shape == archive.clips.shape == (0,)
    assert archive.clips.dtype == np.int64
    assert archive.read(np.arange(0)).shape == (0, 96, 216)
    assert archive.add([]) == 0
    assert not (tmp_path / "new").exists()


def test_rows_are_sorted_by_song_then_clip(tmp_path):
    archive = SpectrogramArchive(tmp_path / "a" / "b")
    assert archive.add([song("c", 1, 2, 3), song("a", 4)]) == 4
    assert archive.add([song("b", 5, 6)]) == 2
    expected = [("a", 0, 4), ("b", 0, 5), ("b", 1, 6), ("c", 0, 1), ("c", 1, 2), ("c", 2, 3)]
    assert content(archive) == expected
    assert content(SpectrogramArchive(tmp_path / "a" / "b")) == expected


def test_rows_come_in_the_order_asked_for_and_may_repeat(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, 2), song("b", 3)])
    assert archive.read(np.array([2, 0, 2]))[:, 0, 0].tolist() == [3, 1, 3]


@pytest.mark.parametrize("row", [-1, 3])
def test_rows_that_are_not_there(tmp_path, row):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, 2), song("b", 3)])
    with pytest.raises(InputError, match="from 0 to 2"):
        archive.read(np.array([0, row]))


def test_a_song_added_again_replaces_all_its_clips(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, 2, 3), song("b", 4)])
    archive.add([song("a", 9, sha256="1")])
    assert content(archive) == [("a", 0, 9), ("b", 0, 4)]
    assert content(SpectrogramArchive(tmp_path)) == [("a", 0, 9), ("b", 0, 4)]
    archive.add([song("a", 5, 6, sha256="2")])
    assert content(archive) == [("a", 0, 5), ("a", 1, 6), ("b", 0, 4)]


def test_holds_what_was_asked_of_this_file(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, sha256="x", asked=3)])
    for opened in (archive, SpectrogramArchive(tmp_path)):
        assert opened.holds("a", "x", 3)
        assert not opened.holds("a", "x", 1)
        assert not opened.holds("a", "y", 3)
        assert not opened.holds("b", "x", 3)
    archive.add([song("a", 1, sha256="y")])
    assert archive.holds("a", "y", 1)
    assert not archive.holds("a", "x", 3)


def test_by_song(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, 2), song("b", 3), song("c", 4, 5)])
    rows = archive.by_song(["c", "a", "c"])
    assert rows.dtype == np.int64
    assert rows.tolist() == [0, 1, 3, 4]
    assert archive.by_song([]).tolist() == []
    with pytest.raises(InputError, match=r"1 songs have no spectrogram, 'd' .*load-audio"):
        archive.by_song(["a", "d"])


def test_count_is_of_the_clips_that_count(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, 2, 3), song("b", 3), song("c", 4, 5)])
    archive.add([song("a", 1, 2, sha256="1")])
    for opened in (archive, SpectrogramArchive(tmp_path)):
        assert opened.count(["c", "a", "c"]) == 4
        assert opened.count([]) == 0
        with pytest.raises(InputError, match=r"1 songs have no spectrogram, 'd' .*load-audio"):
            opened.count(["a", "d"])


def test_shards_fill_up_and_no_song_is_cut_in_two(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    songs = [song(f"{number:04d}", *[number % 256] * 3) for number in range(200)]
    for start in range(0, 200, 20):
        archive.add(songs[start : start + 20])
    assert archive.songs.tolist() == [one.id for one in songs for _ in range(3)]
    assert shards(tmp_path) == ["shard-000000.arrow", "shard-000001.arrow"]
    for name in shards(tmp_path):
        with pa.ipc.open_file(tmp_path / name) as reader:
            assert reader.num_record_batches == 1
            clips = reader.read_all()["clip"].to_pylist()
            assert len(clips) <= SHARD_ROWS
            assert clips == [0, 1, 2] * (len(clips) // 3)


def test_a_long_stream_is_written_shard_by_shard(tmp_path):
    seen = []

    def stream():
        for number in range(1200):
            seen.append(len(shards(tmp_path)))
            yield song(f"{number:04d}", number % 256)

    archive = SpectrogramArchive(tmp_path)
    assert archive.add(stream()) == 1200
    assert (seen[SHARD_ROWS - 1], seen[SHARD_ROWS], seen[-1]) == (0, 1, 2)
    assert [row[2] for row in content(archive)] == [number % 256 for number in range(1200)]


def test_shards_in_which_nothing_counts_are_removed(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add(song(f"{number:03d}", 1) for number in range(SHARD_ROWS))
    archive.add(song(f"{number:03d}", 2) for number in range(SHARD_ROWS))
    assert shards(tmp_path) == ["shard-000001.arrow"]
    assert {row[2] for row in content(archive)} == {2}
    archive.add([song("new", 3)])
    assert len(SpectrogramArchive(tmp_path)) == SHARD_ROWS + 1


def test_what_was_added_before_an_error_stays(tmp_path):
    def stream():
        for number in range(SHARD_ROWS + 5):
            yield song(f"{number:04d}", 1)
        raise KeyboardInterrupt

    archive = SpectrogramArchive(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        archive.add(stream())
    assert len(SpectrogramArchive(tmp_path)) == SHARD_ROWS
    archive.add([song("z", 2)])
    assert len(archive) == SHARD_ROWS + 1


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((0, 96, 216), np.uint8),
        np.zeros((96, 216), np.uint8),
        np.zeros((1, 216, 96), np.uint8),
        np.zeros((1, 96, 216)),
    ],
)
def test_pixels_of_another_shape_are_refused(tmp_path, pixels):
    bad = SongSound("x", "x", "0", *[None] * 6, pixels)
    with pytest.raises(InputError, match="x: spectrograms are uint8"):
        SpectrogramArchive(tmp_path).add([bad])
    assert not shards(tmp_path)


def test_the_fingerprint_is_of_the_content_not_of_its_history(tmp_path):
    one, two = SpectrogramArchive(tmp_path / "1"), SpectrogramArchive(tmp_path / "2")
    one.add([song("a", 1), song("b", 2)])
    two.add([song("b", 7, 8, sha256="old")])
    two.add([song("b", 2)])
    two.add([song("a", 1)])
    assert one.fingerprint == two.fingerprint
    two.add([song("a", 1, sha256="other")])
    assert one.fingerprint != two.fingerprint


def test_a_reader_sees_what_it_opened_while_another_adds(tmp_path):
    writer = SpectrogramArchive(tmp_path)
    writer.add([song("b", 2)])
    reader = SpectrogramArchive(tmp_path)
    assert content(reader) == [("b", 0, 2)]
    SpectrogramArchive(tmp_path).add([song("a", 1)])
    assert content(reader) == [("b", 0, 2)]
    writer.add([song("c", 3)])
    assert [row[0] for row in content(writer)] == ["a", "b", "c"]


def _add_twenty(folder: Path, prefix: str) -> None:
    archive = SpectrogramArchive(folder)
    for number in range(20):
        archive.add([song(f"{prefix}{number:02d}", number)])


def test_two_processes_may_add_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_add_twenty, args=(tmp_path, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    expected = [(f"{name}{number:02d}", 0, number) for name in "ab" for number in range(20)]
    assert content(SpectrogramArchive(tmp_path)) == expected


KILLED = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_archive import song
from songnet.sources.archive import SpectrogramArchive
archive = SpectrogramArchive(Path(sys.argv[1]))
for number in range(100000):
    archive.add([song(f"{number:06d}", number % 256)])
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path):
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        acknowledged = [int(process.stdout.readline()) for _ in range(25)][-1]
        process.send_signal(signal.SIGKILL)
        acknowledged += sum(1 for _ in process.stdout)
    archive = SpectrogramArchive(tmp_path)
    rows = content(archive)
    assert acknowledged + 1 <= len(rows) <= acknowledged + 2
    assert rows == [(f"{number:06d}", 0, number % 256) for number in range(len(rows))]


def bad_shard(folder: Path, change) -> str:
    archive = SpectrogramArchive(folder)
    archive.add([song("a", 1), song("b", 2)])
    change(folder / "shard-000000.arrow")
    with pytest.raises(FormatError) as caught:
        SpectrogramArchive(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert "remove the file" in text
    return text


def rewritten(path: Path, change_table) -> None:
    with pa.ipc.open_file(path) as reader:
        table = change_table(reader.read_all())
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"hello" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: rewritten(path, lambda table: table.replace_schema_metadata({})),
        lambda path: rewritten(path, lambda table: table.drop(["pixels"])),
        lambda path: rewritten(
            path, lambda table: table.replace_schema_metadata({"schema": "songnet.spectrograms/2"})
        ),
        lambda path: path.rename(path.with_name("other.arrow")),
    ],
    ids=["empty", "text", "cut", "cut short", "foreign", "no pixels", "version 2", "other name"],
)
def test_a_shard_that_cannot_be_used_is_named(tmp_path, change):
    text = bad_shard(tmp_path, change)
    assert text.startswith(str(tmp_path))
    assert ".arrow" in text


def test_a_shard_that_shrinks_or_goes_while_it_is_in_use(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1), song("b", 2)])
    assert len(archive) == 2
    rewritten(tmp_path / "shard-000000.arrow", lambda table: table.slice(0, 1))
    with pytest.raises(FormatError, match="run again"):
        archive.read(np.array([0]))
    (tmp_path / "shard-000000.arrow").unlink()
    with pytest.raises(FormatError, match="damaged"):
        archive.read(np.array([0]))


def test_a_shard_that_grows_while_it_is_in_use(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1), song("b", 2)])
    assert archive.read(np.array([1]))[0, 0, 0] == 2
    # The pixels of the longer file begin elsewhere in it.
    SpectrogramArchive(tmp_path).add(song(f"c{number}", 3) for number in range(400))
    assert archive.read(np.array([1, 0]))[:, 0, 0].tolist() == [2, 1]
    assert len(archive) == 2


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what is mapped")
def test_a_song_that_is_removed_is_in_no_shard_and_all_others_are(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1, 2), song("b", 3)])
    archive.add([song(f"many{n:03}", 9) for n in range(SHARD_ROWS)])
    archive.add([song("a", 4), song("c", 5)])
    assert archive.remove(["a", "nobody"]) == 1
    expected = [row for row in content(SpectrogramArchive(tmp_path)) if row[2] != 9]
    assert expected == [("b", 0, 3), ("c", 0, 5)]
    assert content(archive) == content(SpectrogramArchive(tmp_path))
    rows = [pa.ipc.open_file(path).read_all() for path in tmp_path.glob("*.arrow")]
    assert "a" not in pa.concat_tables(rows)["song"].to_pylist()
    assert archive.remove(["a"]) == 0
    archive.add([song("a", 7)])
    assert content(archive)[0] == ("a", 0, 7)


def test_the_last_song_leaves_no_shard(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1), song("b", 2)])
    assert archive.remove(["b", "a"]) == 2
    assert shards(tmp_path) == []
    assert len(archive) == 0


def test_a_reader_never_takes_one_song_for_another_after_a_removal(tmp_path):
    writer = SpectrogramArchive(tmp_path)
    writer.add([song("a", 1), song("b", 2)])
    reader = SpectrogramArchive(tmp_path)
    writer.remove(["a"])
    writer.add([song("c", 3), song("d", 4)])
    with pytest.raises(FormatError, match="is no longer the same: another process has changed it"):
        reader.read(np.arange(2))
    assert content(SpectrogramArchive(tmp_path)) == [("b", 0, 2), ("c", 0, 3), ("d", 0, 4)]


def test_nothing_of_the_archive_stays_mapped(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add(song(f"{number:04d}", number % 256) for number in range(3 * SHARD_ROWS))
    assert archive.read(np.arange(len(archive)))[:, 0, 0].tolist() == [
        number % 256 for number in range(3 * SHARD_ROWS)
    ]
    assert str(tmp_path) not in Path("/proc/self/maps").read_text("utf-8")


def test_threads_may_read_at_once(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add(song(f"{number:04d}", number % 256) for number in range(2 * SHARD_ROWS))
    orders = [np.random.default_rng(seed).permutation(len(archive)) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for rows, pixels in zip(orders, pool.map(archive.read, orders), strict=True):
            assert (pixels[:, 50, 100] == rows % 256).all()


def test_left_over_temporary_files_are_of_no_concern(tmp_path):
    archive = SpectrogramArchive(tmp_path)
    archive.add([song("a", 1)])
    (tmp_path / ".shard-000001.arrow.x.part").write_bytes(b"half")
    assert len(SpectrogramArchive(tmp_path)) == 1


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be written"):
        SpectrogramArchive(tmp_path / "file" / "a").add([song("a", 1)])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from("abcd"), st.lists(st.integers(0, 255), min_size=1, max_size=3)
            ),
            max_size=4,
            unique_by=lambda pair: pair[0],
        ),
        max_size=6,
    )
)
def test_it_is_a_dictionary_of_songs(tmp_path_factory, additions):
    folder = tmp_path_factory.mktemp("archive")
    archive, model = SpectrogramArchive(folder), {}
    for addition in additions:
        archive.add(song(name, *shades) for name, shades in addition)
        model.update(addition)
    expected = [
        (name, clip, shade) for name in sorted(model) for clip, shade in enumerate(model[name])
    ]
    assert content(archive) == content(SpectrogramArchive(folder)) == expected
