"""Planted taste is what it says, the raced walks are the same, pages tell what was found."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from songnet.model import Memberships
from songnet.playlists import Contender, Evidence, evaluate, find, hide
from songnet.sources.playlists import read_playlists

NAMES = ("taste", "walks", "continuation")


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The benchmarks' modules by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in NAMES}


def test_a_list_is_of_few_genres_and_songs_are_heard_by_their_rank(bench):
    taste = bench["taste"]
    known = taste.catalogue(4_000, seed=3)
    lists = taste.playlists(known, 400, seed=3)
    own = [np.bincount(known.genre[songs]).max() / len(songs) for songs in lists]
    assert np.mean(own) > 0.5 > np.bincount(known.genre).max() / 4_000
    assert all(len(np.unique(songs)) == len(songs) <= 250 for songs in lists)
    times = np.bincount(np.concatenate(lists), minlength=4_000)
    assert np.corrcoef(times, known.heard)[0, 1] > 0.5
    again = taste.playlists(taste.catalogue(4_000, seed=3), 400, seed=3)
    assert all(map(np.array_equal, lists, again))


def test_what_is_written_is_read_as_what_was_made(bench, tmp_path, capsys):
    taste = bench["taste"]
    taste.main(["--playlists", "1200", "--songs", "600", "--seed", "5", "--out", str(tmp_path)])
    assert "1,200 playlists" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 2
    rows = [
        (record.id, track.id) for record in read_playlists([tmp_path]) for track in record.tracks
    ]
    found = Memberships.from_pairs(*zip(*rows, strict=True))
    lists = taste.playlists(taste.catalogue(600, seed=5), 1200, seed=5)
    made = taste.memberships(lists)
    assert found.songs.tolist() == made.songs.tolist()
    assert found.playlists.tolist() == made.playlists.tolist()
    assert np.array_equal(found.song, made.song)


def test_every_way_gives_the_same_walk(bench):
    walks = bench["walks"]
    network = walks.network(300, 900)
    start = np.zeros(300)
    start[[4, 200]] = 1
    found = {name: ask() for name, ask in walks.questions(network, start).items()}
    assert len(found) == 4
    for name, chances in found.items():
        assert np.abs(chances - found["igraph (PRPACK)"]).sum() < 2e-6, name


def test_an_evaluation_becomes_a_page(bench, tmp_path, capsys):
    taste = bench["taste"]
    made = taste.memberships(taste.playlists(taste.catalogue(300), 60))
    folds, whole = hide(made, playlists=20), Evidence.of(made)
    names = ("neighbours", "popularity")
    result = evaluate(
        folds,
        lambda fold: [
            Contender(name, find(name), Evidence.of(fold.training, songs=whole.songs))
            for name in names
        ],
        whole,
    )
    scenario = {"name": "half", **result.challenge.to_json()}
    (tmp_path / "found.json").write_text(json.dumps({"scenario": scenario, **result.to_json()}))
    out = tmp_path / "page.md"
    bench["continuation"].main([f"Sixty lists={tmp_path / 'found.json'}", f"--out={out}"])
    page = out.read_text("utf-8")
    assert page.strip() == capsys.readouterr().out.strip()
    assert "## Sixty lists" in page
    assert f"| neighbours | {result.methods[0].means['r_precision']:.4f} (" in page
