"""Songs by the company they keep: meaning, sameness, and gensim's own training beside it."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playlist_samples import lists, shuffled, two_genres

from songnet.encoders import track2vec
from songnet.encoders._sequences import sequences
from songnet.encoders._skipgram import SkipGram
from songnet.encoders._table import Table
from songnet.encoders.track2vec import Track2VecDesign, train
from songnet.errors import (
    BadNameError,
    EmptyInputError,
    FormatError,
    StateError,
    UsageError,
)

SMALL = Track2VecDesign(dimensions=16, epochs=4)


def cosines(vectors):
    units = vectors.values / np.linalg.norm(vectors.values, axis=1, keepdims=True)
    return units @ units.T


def test_songs_of_a_genre_lie_together():
    learnt = train(two_genres(), Track2VecDesign(dimensions=20, epochs=40))
    genre = np.array([song[0] for song in learnt.vectors.songs])
    same = genre[:, None] == genre[None, :]
    between = cosines(learnt.vectors)
    inside = between[same & ~np.eye(len(genre), dtype=bool)]
    assert inside.mean() > 0.6
    assert inside.min() > between[~same].max() + 0.5
    assert learnt.history[-1].auc > 0.75  # rivals of its own genre cannot be told from it


def test_who_keeps_the_same_company_lies_close():
    # a and b are never in one list, but with the same songs; so are y and z.
    company = ["acd", "bcd", "ywx", "zwx", "dca", "dcb", "xwy", "xwz"]
    memberships = lists(**{f"p{n}": company[n % 8] for n in range(400)})
    learnt = train(memberships, Track2VecDesign(dimensions=8, epochs=60))
    place = {song: row for row, song in enumerate(learnt.vectors.songs)}
    between = cosines(learnt.vectors)
    assert between[place["a"], place["b"]] > 0.9
    assert between[place["y"], place["z"]] > 0.9
    assert max(between[place[one], place[other]] for one in "ab" for other in "yz") < 0


def test_what_comes_out():
    memberships = two_genres()
    learnt = train(memberships, SMALL)
    vectors = learnt.vectors
    assert vectors.encoder == "track2vec_16"
    assert vectors.values.shape == (32, 16)
    assert vectors.values.dtype == np.float32
    assert list(vectors.songs) == sorted(set(memberships["song"].to_pylist()))
    assert np.abs(vectors.values.mean(axis=0)).max() < 1e-6
    assert dict(learnt.facts) == {
        "songs": 32, "playlists": 120, "skipped": 0, "words": 720, "held_back": 36,
    }  # fmt: skip
    assert [epoch.number for epoch in learnt.history] == [1, 2, 3, 4]
    assert all(0 <= epoch.auc <= 1 for epoch in learnt.history)
    assert all(epoch.seconds > 0 and epoch.words_per_second > 0 for epoch in learnt.history)
    params = learnt.params()
    assert params["auc"] == learnt.history[-1].auc
    assert (params["algorithm"], params["playlists"], params["window"]) == ("skip-gram", 120, 50)
    assert {"songnet_version", "gensim_version", "numpy_version"} < set(params)
    assert json.loads(json.dumps(params)) == params


def test_a_song_without_company_gets_no_vector():
    learnt = train(lists(p="abx", q="ba", r="c", s="axb"), dataclasses.replace(SMALL, min_count=3))
    assert list(learnt.vectors.songs) == ["a", "b"]
    assert (learnt.facts["skipped"], learnt.facts["words"]) == (1, 6)
    assert learnt.history[-1].auc is None
    with pytest.raises(EmptyInputError, match="--min-count"):
        train(lists(p="ab", q="cd"), dataclasses.replace(SMALL, min_count=2))


@pytest.mark.parametrize("changed", [{"seed": 1}, {"window": 1}, {"negative": 1}, {"exponent": 0}])
def test_the_design_and_nothing_else_decides(changed):
    memberships = two_genres()
    first, again = train(memberships, SMALL), train(shuffled(memberships), SMALL)
    assert first.vectors.fingerprint == again.vectors.fingerprint
    assert [epoch.auc for epoch in first.history] == [epoch.auc for epoch in again.history]
    other = train(memberships, dataclasses.replace(SMALL, **changed))
    assert other.vectors.fingerprint != first.vectors.fingerprint


SCRIPT = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from playlist_samples import shuffled, two_genres
from songnet.encoders.track2vec import Track2VecDesign, train
assert "gensim" not in sys.modules
memberships = shuffled(two_genres(), int(sys.argv[1]))
print(train(memberships, Track2VecDesign(dimensions=16, epochs=4)).vectors.fingerprint)
"""


def test_another_process_with_another_hash_gives_the_same_in_silence():
    expected = train(two_genres(), SMALL).vectors.fingerprint
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-W", "default", "-c", SCRIPT, seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert (done.stdout.strip(), done.stderr) == (expected, "")


def test_gensims_own_training_gives_the_same():
    """Its threads and its words as strings, against our loop and our numbers, for one pass."""
    from gensim.models import Word2Vec

    found = sequences(two_genres(playlists=2200), min_count=1)  # 13,200 words: two batches
    design = Track2VecDesign(dimensions=12, window=3, negative=4, epochs=1, seed=5)
    ours = SkipGram(found, design)
    ours.run(0)
    order = np.random.default_rng([5, 2, 0]).permutation(found.playlists)
    sentences = [[found.songs[song] for song in found.of(playlist)] for playlist in order]
    theirs = Word2Vec(
        vector_size=12, window=3, negative=4, seed=5, sg=1, min_count=1, sample=0,
        sorted_vocab=0, workers=1,
    )  # fmt: skip
    theirs.build_vocab_from_freq(dict(zip(found.songs, found.counts.tolist(), strict=True)))
    theirs.random.seed([5, 0])
    theirs.train(sentences, total_words=len(found), epochs=1)
    assert theirs.wv.index_to_key == list(found.songs)
    assert np.array_equal(theirs.wv.vectors, ours.vectors)
    assert np.array_equal(theirs.syn1neg, ours.contexts)


def test_a_list_longer_than_a_batch_is_learnt_to_its_end():
    names = [f"{n:05d}" for n in range(10_050)]
    model = SkipGram(
        sequences(lists(p=names), min_count=1), Track2VecDesign(dimensions=2, window=2)
    )
    seen = []
    model.run(0, lambda done, total: seen.append((done, total)))
    assert seen == [(10_000, 10_050), (10_050, 10_050)]
    assert model.contexts.any(axis=1).all()  # all of them were zero


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("passes", [1, 3, 4])
def test_an_interrupted_training_ends_as_if_it_had_not_been(passes):
    memberships, kept, numbers = two_genres(), [], []

    def stop(state):
        kept.append(state())
        if len(kept) == passes:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(memberships, SMALL, on_state=stop)
    whole = train(memberships, SMALL)
    resumed = train(
        shuffled(memberships),
        SMALL,
        state=kept[-1],
        on_epoch=lambda epoch: numbers.append(epoch.number),
    )
    assert numbers == list(range(passes + 1, 5))
    assert resumed.vectors.fingerprint == whole.vectors.fingerprint
    assert [epoch.auc for epoch in resumed.history] == [epoch.auc for epoch in whole.history]


@pytest.mark.parametrize("other", ["playlists", "settings"])
def test_the_state_of_another_training_is_refused(other):
    kept = []
    train(two_genres(), SMALL, on_state=lambda state: kept.append(state()))
    memberships = two_genres(seed=1) if other == "playlists" else two_genres()
    changed = dataclasses.replace(SMALL, window=3) if other == "settings" else SMALL
    with pytest.raises(StateError, match="other playlists, settings or versions.*--resume"):
        train(memberships, changed, state=kept[0])


def test_progress_is_told():
    epochs, batches = [], []
    learnt = train(
        two_genres(), SMALL, on_epoch=epochs.append, on_batch=lambda *of: batches.append(of)
    )
    assert tuple(epochs) == learnt.history
    assert batches == [(684, 684)] * 4


def test_gensim_is_not_heard(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    train(two_genres(), SMALL)
    assert not [record for record in caplog.records if record.name.startswith("gensim")]
    assert capfd.readouterr() == ("", "")


def test_names():
    assert train(two_genres(), SMALL, name="mine").vectors.encoder == "mine"
    with pytest.raises(BadNameError, match="cannot name an encoder"):
        train(two_genres(), SMALL, name="My vectors")


def test_the_default_design():
    design = track2vec.design({})
    assert (design.kind, design.latent, design.size) == ("track2vec", "100", 100)
    assert design.weight_shapes() == {}
    assert {"dimensions", "window", "min_count", "epochs", "negative", "seed"} < track2vec.OPTIONS


DESIGNS = [
    {},
    {"dimensions": 7, "window": 5, "min_count": 10, "epochs": 3, "negative": 20, "seed": 2**32 - 1},
    {"exponent": -0.5},
    {"dimensions": np.int64(9), "exponent": 1},
]


@pytest.mark.parametrize("options", DESIGNS)
def test_a_design_goes_through_json_and_back(options):
    design = track2vec.design(options)
    content = json.loads(json.dumps(design.facts()))
    assert track2vec.parse(Table(Path("config.json"), content, "")) == design


@pytest.mark.parametrize(
    ("key", "value", "error", "message"),
    [
        ("window", "wide", FormatError, "window must be a whole number"),
        ("epochs", None, FormatError, "epochs must be"),
        ("exponent", float("nan"), FormatError, "exponent must be a finite number"),
        ("dimensions", 0, UsageError, "dimensions of track2vec must be a whole number, 1 to 4096"),
    ],
)
def test_a_damaged_design_is_refused(key, value, error, message):
    content = {**track2vec.design({}).facts(), key: value}
    with pytest.raises(error, match=message):
        track2vec.parse(Table(Path("config.json"), content, ""))
    del content[key]
    with pytest.raises(FormatError, match=f"{key} is missing"):
        track2vec.parse(Table(Path("config.json"), content, ""))


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("dimensions", 0, "1 to 4096, got 0"),
        ("dimensions", 4097, "1 to 4096"),
        ("dimensions", 10.0, "a whole number"),
        ("dimensions", True, "a whole number"),
        ("window", 0, "1 to 10000"),
        ("window", 10_001, "1 to 10000"),
        ("min_count", 0, "1 to 1000000"),
        ("epochs", -1, "1 to 1000000"),
        ("negative", 0, "1 to 1000"),
        ("seed", 2**32, "0 to 4294967295"),
        ("seed", None, "got None"),
        ("exponent", 2.1, "-2 to 2, got 2.1"),
        ("exponent", float("nan"), "-2 to 2, got nan"),
        ("exponent", "1", "a number"),
    ],
)
def test_what_is_out_of_range_is_refused(option, value, allowed):
    with pytest.raises(UsageError, match=f"^{option} of track2vec must be .*{allowed}"):
        track2vec.design({option: value})
