"""What training is fed: every row once, keyed by seed and epoch, read ahead, in little memory."""

from __future__ import annotations

import threading
import time
from collections import Counter

import numpy as np
import pytest
from encoder_samples import numbered, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from songnet.encoders import _feed
from songnet.encoders._feed import Feed, no_targets
from songnet.errors import FormatError, InputError

MANY = settings(max_examples=15)


def feed(source, batch_size, *, rows=None, targets=None, seed=0, pairs=False):
    count = len(source.songs)
    return Feed(
        source,
        np.arange(count) if rows is None else rows,
        no_targets(count) if targets is None else targets,
        batch_size,
        seed,
        pairs,
    )


def order(batches):
    return np.concatenate([rows_of(pixels) for pixels, _ in batches])


@pytest.fixture
def small_reads(monkeypatch):
    """Buffers of 40 rows, in blocks of 8, cut into chunks of 20."""
    monkeypatch.setattr(_feed, "BUFFER_ROWS", 40)
    monkeypatch.setattr(_feed, "CHUNK_ROWS", 20)
    monkeypatch.setattr("songnet.encoders._data.BLOCK_ROWS", 8)


def test_a_batch_is_pixels_and_targets():
    source = numbered([1] * 10)
    targets = np.arange(20, dtype=np.float32).reshape(10, 2)
    for batches in (
        feed(source, 4, targets=targets).shuffled(0),
        feed(source, 4, targets=targets).in_order(),
    ):
        for pixels, aims in batches:
            assert (pixels.dtype.name, pixels.shape[1:]) == ("uint8", (96, 216))
            assert (aims.dtype.name, aims.shape[1:]) == ("float32", (2,))
            assert np.array_equal(aims, targets[rows_of(pixels)])
    _, none = next(feed(source, 4).in_order())
    assert none.shape == (4, 0)


@MANY
@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_a_pass_gives_every_row_once(count, batch_size, seed, epoch):
    source = numbered([1] * 60)
    rows = np.sort(np.random.default_rng(seed).permutation(60)[:count])
    fed = feed(source, batch_size, rows=rows, seed=seed)
    for batches in (list(fed.shuffled(epoch)), list(fed.in_order())):
        assert np.array_equal(np.sort(order(batches)), rows)
        sizes = [len(pixels) for pixels, _ in batches]
        assert sizes[:-1] == [min(batch_size, count)] * (len(sizes) - 1)
        assert sum(sizes) == fed.spectrograms_per_pass == count
    assert np.array_equal(order(fed.in_order()), rows)


def test_order_is_keyed_by_seed_and_epoch_alone():
    source = numbered([1] * 50)
    seen = {
        (seed, epoch): order(feed(source, 8, seed=seed).shuffled(epoch)).tolist()
        for seed in (0, 7, 2**32 - 1)
        for epoch in (0, 1, 1000)
    }
    assert len({tuple(rows) for rows in seen.values()}) == len(seen)
    fed = feed(source, 8, seed=7)
    for epoch in (1000, 0):  # neither the past nor the direction matters
        assert order(fed.shuffled(epoch)).tolist() == seen[7, epoch]


@pytest.mark.parametrize("pairs", [False, True])
def test_order_does_not_depend_on_how_much_is_handed_over_at_a_time(monkeypatch, pairs):
    source = numbered([2] * 60)
    fed = feed(source, 7, pairs=pairs)
    whole = order(fed.shuffled(3)).tolist(), order(fed.in_order()).tolist()
    for chunk in (1, 14, 40):
        monkeypatch.setattr(_feed, "CHUNK_ROWS", chunk)
        assert (order(fed.shuffled(3)).tolist(), order(fed.in_order()).tolist()) == whole


def test_large_sets_are_read_in_order_a_buffer_at_a_time(small_reads):
    source = numbered([1] * 300)
    batches = list(feed(source, 9).shuffled(0))
    assert np.array_equal(np.sort(order(batches)), np.arange(300))
    assert [len(pixels) for pixels, _ in batches] == [9] * 33 + [3]
    assert max(map(len, source.reads)) == 36
    assert all((np.diff(read) > 0).all() for read in source.reads)
    assert len({row // 8 for row in source.reads[0]}) == 5  # blocks from all over, each whole
    assert source.reads[0].max() - source.reads[0].min() > 40
    source.reads.clear()
    assert np.array_equal(order(feed(source, 9).in_order()), np.arange(300))
    assert max(map(len, source.reads)) == 18


def test_pairs_of_large_sets_are_read_a_buffer_at_a_time(small_reads):
    source = numbered([3] * 100)
    fed = feed(source, 5, pairs=True)
    batches = list(fed.shuffled(0))
    assert len(batches) == 60
    assert sum(len(pixels) for pixels, _ in batches) == fed.spectrograms_per_pass == 600
    assert len(source.reads) == 15  # 20 clips at a time, with their partners
    assert max(map(len, source.reads)) <= 40
    assert all((np.diff(read) > 0).all() for read in source.reads)


@MANY
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=20),
    st.integers(1, 30),
    st.integers(0, 99),
    st.booleans(),
)
def test_partners_are_clips_of_the_same_song(clips, batch_size, seed, in_order):
    source = numbered(clips)
    targets = np.arange(sum(clips), dtype=np.float32)[:, None]
    fed = feed(source, batch_size, targets=targets, seed=seed, pairs=True)
    batches = list(fed.in_order() if in_order else fed.shuffled(seed))
    size = min(batch_size, sum(clips))
    assert {len(pixels) for pixels, _ in batches} == {2 * size}
    assert sum(len(pixels) for pixels, _ in batches) == fed.spectrograms_per_pass
    anchors = []
    for pixels, aims in batches:
        rows = rows_of(pixels)
        assert np.array_equal(aims[:, 0], rows)
        clip, partner = rows[:size], rows[size:]
        assert np.array_equal(source.songs[clip], source.songs[partner])
        alone = np.array([clips[int(name[5:])] == 1 for name in source.songs[clip]])
        assert np.array_equal(clip == partner, alone)
        anchors.extend(clip)
    assert len(set(anchors)) == len(anchors) == sum(clips) // size * size


def test_partners_are_of_the_rows_that_were_given():
    """The other clips of a song that is held back in part are not learnt from."""
    source, rows = numbered([3] * 8), np.array([0, 2, 3, 7, 8, 20, 22, 23])
    fed = feed(source, 4, rows=rows, pairs=True)
    seen = {row for epoch in range(6) for row in order(fed.shuffled(epoch))}
    assert seen == set(rows.tolist())


def test_all_other_clips_are_partners_equally_often():
    source = numbered([1, 4] * 100)
    fed = feed(source, 500, pairs=True)
    drawn = Counter()
    for epoch in range(5):
        rows = order(fed.shuffled(epoch))
        song, clip = np.divmod(rows.reshape(2, 500), 5)
        assert np.array_equal(*song)
        drawn.update(zip(*clip.tolist(), strict=True))
    assert drawn.pop((0, 0)) == 500
    assert sorted(drawn) == [(a, b) for a in range(1, 5) for b in range(1, 5) if a != b]
    assert min(drawn.values()) > 110  # 167 each; 110 is five standard deviations below


def test_clips_too_few_for_a_batch_sit_a_pass_out_and_others_the_next():
    fed = feed(numbered([2] * 5), 4, pairs=True)
    anchors = [order(fed.shuffled(epoch)).reshape(2, 2, 4)[:, 0] for epoch in range(20)]
    left = {frozenset(range(10)) - frozenset(seen.ravel().tolist()) for seen in anchors}
    assert len(left) > 5
    assert {len(rows) for rows in left} == {2}
    assert fed.spectrograms_per_pass == 16
    only = feed(numbered([2, 1]), 4, pairs=True)
    assert [len(pixels) for pixels, _ in only.shuffled(0)] == [6]


class Stuck:
    """Says when a read begins and waits until it may go on."""

    def __init__(self, source):
        self.songs, self.clips, self.source = source.songs, source.clips, source
        self.begun, self.may_go_on, self.threads = [], threading.Event(), set()

    def read(self, rows):
        self.begun.append(len(rows))
        self.threads.add(threading.current_thread())
        if len(self.begun) > 1:
            self.may_go_on.wait(30)
        return self.source.read(rows)


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_next_chunk_is_read_while_the_model_works(small_reads):
    source = Stuck(numbered([1] * 60))
    batches = feed(source, 10).in_order()
    first = rows_of(next(batches)[0])
    until(lambda: len(source.begun) == 2)  # nobody asked for its batches yet
    source.may_go_on.set()
    assert np.array_equal(np.concatenate([first, order(batches)]), np.arange(60))
    assert threading.main_thread() not in source.threads


def test_reading_ahead_has_an_end(small_reads):
    source = Stuck(numbered([1] * 300))
    source.may_go_on.set()
    batches = feed(source, 10).in_order()
    next(batches)
    until(lambda: len(source.begun) == 1 + _feed.CHUNKS_AHEAD)
    for _ in range(3):
        next(batches)
    until(lambda: len(source.begun) == 2 + _feed.CHUNKS_AHEAD)
    batches.close()
    assert max(source.begun) == 20
    assert len(source.begun) <= 2 + _feed.CHUNKS_AHEAD


def test_a_pass_that_is_left_early_leaves_no_thread(small_reads):
    before = threading.active_count()
    source = numbered([1] * 200)
    for batches in (feed(source, 5).shuffled(0), feed(source, 5, pairs=True).in_order()):
        next(batches)
        batches.close()
        assert threading.active_count() == before

    def stops():
        for _ in feed(source, 5).shuffled(0):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stops()
    assert threading.active_count() == before


class Vanishing:
    """Fails at the third read."""

    def __init__(self, source, error):
        self.songs, self.clips, self.source, self.error = source.songs, source.clips, source, error

    def read(self, rows):
        if len(self.source.reads) == 2:
            raise self.error
        return self.source.read(rows)


@pytest.mark.parametrize(
    "error", [FormatError("shard-000002.arrow", "is missing"), MemoryError(), ZeroDivisionError()]
)
def test_what_goes_wrong_in_reading_is_said_as_it_is(small_reads, error):
    source = Vanishing(numbered([1] * 80), error)
    seen = []
    before = threading.active_count()
    with pytest.raises(type(error)) as failed:
        seen.extend(feed(source, 10).in_order())
    assert failed.value is error
    assert threading.active_count() == before


def test_batches_before_the_one_that_fails_are_given(small_reads):
    fed = feed(Vanishing(numbered([1] * 80), InputError("no")), 10)
    seen = []
    with pytest.raises(InputError):
        seen.extend(len(pixels) for pixels, _ in fed.in_order())
    assert seen == [10] * 4


def test_a_reader_that_gives_another_kind_of_pixels_is_refused():
    source = numbered([1] * 6)
    source.pixels = source.pixels.astype(np.float32)
    with pytest.raises(InputError, match="must be uint8 of shape"):
        next(feed(source, 2).shuffled(0))
