"""What a projection says it will take, what it refuses, and what very long lists do to it."""

from __future__ import annotations

import numpy as np
import pytest

from songnet.errors import MemoryRefusedError
from songnet.model import Memberships, object_array
from songnet.networks import _estimate, _threads, cooccurrence


def memberships(lists):
    lengths = [len(each) for each in lists]
    song, index = np.unique(np.concatenate(lists), return_inverse=True)
    return Memberships(
        object_array(f"p{number:06}" for number in range(len(lists))),
        object_array(f"s{number:06}" for number in song),
        np.repeat(np.arange(len(lists)), lengths),
        index.astype(np.int64),
    )


def zipf(number, songs, *, seed=0):
    random = np.random.default_rng(seed)
    drawn = (random.pareto(0.9, (number, 40)) * songs / 100).astype(np.int64)
    return [np.unique(np.minimum(each, songs - 1)) for each in drawn]


def with_a_hub_and_a_long_list():
    """A song in every third playlist, and a list of 20,000 songs."""
    lists = [np.union1d(each, [0]) if at % 3 else each for at, each in enumerate(zipf(900, 5000))]
    return [*lists, np.arange(20_000)]


@pytest.mark.parametrize("top", [None, 10])
@pytest.mark.parametrize("weight", ["count", "newman", "pmi"])
def test_the_number_of_edges_is_told_before_the_work(weight, top):
    told = []
    network = cooccurrence(
        memberships(zipf(3000, 3000)),
        weight=weight,
        min_shared=2,
        top=top,
        on_estimate=told.append,
        progress=lambda *_: told.append(None),
    )
    assert told[0].edges == pytest.approx(network.edges, rel=0.25)
    assert told[0].bytes > network.edges * 32
    assert told.count(None) == len(told) - 1


@pytest.mark.parametrize("number", [1, 3, 7])
@pytest.mark.parametrize("options", [{"disparity": 0.3}, {"top": 3}, {"most_connected": 50}])
def test_threads_change_nothing(monkeypatch, number, options):
    held = memberships(zipf(400, 600))
    usual = cooccurrence(held, weight="newman", **options)
    monkeypatch.setattr(_threads, "threads", lambda: number)
    monkeypatch.setattr("songnet.networks._incidence.BLOCK", 3000)
    assert cooccurrence(held, weight="newman", **options).fingerprint == usual.fingerprint


def test_a_long_list_is_named_where_its_edges_are_too_many():
    *short, long = with_a_hub_and_a_long_list()
    with pytest.raises(MemoryRefusedError) as refused:
        cooccurrence(memberships([*short, long]), memory_gib=1)
    assert "the longest playlist has 20,000 songs and makes 100% of the pairs" in str(refused.value)
    assert f"--max-length {max(map(len, short))} leaves" in str(refused.value)


@pytest.mark.parametrize("options", [{"min_shared": 2}, {"max_length": 100}])
def test_a_long_list_and_a_hub_do_no_harm_where_they_are_pruned(options):
    held = memberships(with_a_hub_and_a_long_list())
    alone = cooccurrence(memberships(with_a_hub_and_a_long_list()[:-1]), **options)
    network = cooccurrence(held, memory_gib=1, **options)
    assert network.edges >= alone.edges


def test_too_many_pairs_are_refused_and_the_cap_makes_them_few_enough(monkeypatch):
    monkeypatch.setattr(_estimate, "MOST_PAIRS", 10_000)
    lists = [np.arange(200), np.arange(50), np.arange(120), np.arange(3)]
    with pytest.raises(MemoryRefusedError) as refused:
        cooccurrence(memberships(lists), min_shared=2)
    assert "longest playlist has 200 songs" in str(refused.value)
    assert "--max-length 120 leaves" in str(refused.value)
    assert cooccurrence(memberships(lists), min_shared=2, max_length=120).edges == 50 * 49 // 2


@pytest.mark.parametrize(("lengths", "cap"), [([60, 60, 30], 30), ([60, 60], 2)])
def test_the_cap_is_below_all_lists_of_a_length_that_together_are_too_many(
    monkeypatch, lengths, cap
):
    monkeypatch.setattr(_estimate, "MOST_PAIRS", 3000)
    with pytest.raises(MemoryRefusedError, match=f"--max-length {cap} leaves"):
        cooccurrence(memberships([np.arange(length) for length in lengths]))
