"""A search over a graph's songs: its best encoder in use, by name, everywhere."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest

from songnet import encoders
from songnet.encoders import search
from songnet.errors import BadNameError, StateError
from songnet.model import SongNetwork
from songnet.sources.spectrograms import write_png
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows._clips import clips_of_graph
from songnet.workflows._search_sections import search_sections
from songnet.workflows.embed import Training, Watching, embed
from songnet.workflows.load import load_audio
from songnet.workflows.search import Asked, search_encoders, search_folder, searches
from songnet.workflows.workspace import Workspace, pull

SHAPE = {"filters": (4, 2), "pooling": (4, 6)}
CHOICES = {"batch_size": [5], "activation": ["relu"], "learning_rate": [0.001, 0.01]}
ASKED = Asked(CHOICES, SHAPE, settings={"epochs": 1})
ASTRAY = dataclasses.replace(ASKED, choices={**CHOICES, "learning_rate": [1e30]})


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    random = np.random.default_rng(0)
    for song in range(8):
        pixels = random.integers(0, 60 + 20 * song, (96, 216), dtype=np.uint8)
        write_png(folder / f"{song}.png", pixels)
    return folder


@pytest.fixture
def workspace(tmp_path, sounds):
    with open_store(str(tmp_path / "graph.lbug")) as store:
        workspace = Workspace(store, DataFolder(tmp_path))
        load_audio(workspace, [sounds], workers=1)
        yield workspace


def encoder_files(workspace, name):
    folder = workspace.data.encoder(name)
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_the_best_encoder_bears_the_searchs_name_and_every_song_its_vector(workspace):
    told, steps = [], []
    watching = Watching(lambda *step: steps.append(step), told.append)
    done = search_encoders(workspace, asked=ASKED, watching=watching)
    saved = encoders.load(workspace.data.encoder("search_cae"))
    best = search.best_encoder(done.search, search_folder(workspace, "search_cae"))
    assert saved.fingerprint == best.fingerprint == done.search.best.fingerprint
    (info,) = workspace.store.encoders()
    assert (info.name, info.fingerprint) == ("search_cae", best.fingerprint)
    assert info.params["learning_rate"] == done.search.best.point["learning_rate"]
    expected = encoders.encode(best, clips_of_graph(workspace))
    np.testing.assert_allclose(pull(workspace, "search_cae").values, expected.values, atol=1e-6)
    assert (done.embedded.songs, done.embedded.new) == (8, 8)
    assert searches(workspace) == ["search_cae"]
    assert told == []
    done_so_far = [done for what, done, *_ in steps if what == "trainings"]
    assert done_so_far == sorted(done_so_far)
    assert done_so_far[-1] == 2
    assert "best so far" in steps[len(done_so_far) - 1][3]

    files = encoder_files(workspace, "search_cae")
    again = search_encoders(workspace, asked=ASKED, watching=watching)
    assert again.search.facts() == done.search.facts()
    assert again.embedded.new == 0
    assert told == []
    assert encoder_files(workspace, "search_cae") == files

    sections, unread = search_sections(workspace)
    assert unread == []
    (section,) = sections
    assert section.loss == "mean squared error per pixel"
    assert "learning rate 0.001, 0.01" in section.summary
    assert "Of 2 trainings: 2 complete. At most 1 epochs each, seed 0." in section.summary
    (panel,) = section.panels
    assert panel.title == f"4x9x2 · best {done.search.best.value:.4g}"
    values = {curve.val_loss[-1]: curve.best for curve in panel.curves}
    assert values == {trial.value: trial is done.search.best for trial in done.search.trials}
    (row,) = section.bests
    assert row["validation loss"] == done.search.best.value
    assert row["latent"] == "4x9x2"


def test_a_better_one_that_is_found_later_takes_the_name(workspace):
    some = dataclasses.replace(ASKED, choices={**CHOICES, "learning_rate": [1e-6, 0.05]}, trials=1)
    first = search_encoders(workspace, name="found", asked=some)
    told = []
    more = search_encoders(
        workspace,
        name="found",
        asked=dataclasses.replace(some, trials=4),
        watching=Watching(tell=told.append),
    )
    assert told == ["going on: 1 of 4 trainings are made"]
    assert len(more.search.trials) == 4
    assert more.search.best.value < first.search.best.value
    (info,) = workspace.store.encoders()
    assert info.fingerprint == more.search.best.fingerprint != first.search.best.fingerprint
    assert more.embedded.new == 8


def test_long_vectors_are_projected_and_the_encoder_still_known(workspace):
    long = dataclasses.replace(
        ASKED,
        fixed={"filters": (1,), "pooling": (2,)},
        choices={**CHOICES, "learning_rate": [0.01]},
    )
    done = search_encoders(workspace, name="long", asked=long)
    saved = encoders.load(workspace.data.encoder("long"))
    assert saved.design.size == 5184
    assert saved.projection is not None
    assert saved.fingerprint != done.search.best.fingerprint
    files = encoder_files(workspace, "long")
    assert search_encoders(workspace, name="long", asked=long).embedded.new == 0
    assert encoder_files(workspace, "long") == files


def test_where_every_training_went_astray_there_is_no_encoder(workspace):
    done = search_encoders(workspace, asked=ASTRAY)
    assert [trial.state.value for trial in done.search.trials] == ["failed"]
    assert done.embedded is None
    assert list(workspace.store.encoders()) == []
    with pytest.raises(StateError, match="no training of the search 'search_cae' came to its end"):
        search.best_encoder(done.search, search_folder(workspace, "search_cae"))


def test_a_name_that_stands_for_something_else_is_refused(workspace):
    embed(workspace, name="mine", training=Training(SHAPE, {"epochs": 1}))
    network = SongNetwork.from_edges(
        ["file:0.png", "file:1.png"], [0], [1], [1.0], name="friends", kind="playlists",
        attributes={"playlists": np.array([1])},
    )  # fmt: skip
    workspace.store.write_network(network)
    other = Workspace(workspace.store, DataFolder(workspace.data.root / "other"))
    for place, name, said in (
        (workspace, "mine", "an encoder 'mine' that was not made by this search: choose another"),
        (other, "mine", "an encoder 'mine' that was not made by this search: choose another"),
        (workspace, "friends", "'friends' is the name of a network: choose another --name"),
        (workspace, "Best", "use lower-case letters, digits and '_'"),
        (workspace, "title", "songs already have a property of that name"),
    ):
        with pytest.raises(BadNameError, match=said):
            search_encoders(place, name=name, asked=ASKED)
        assert searches(place) == []


def test_an_encoder_trained_anew_under_the_searchs_name_is_not_overwritten(workspace):
    search_encoders(workspace, name="best", asked=ASKED)
    training = Training(SHAPE, {"epochs": 1, "seed": 5})
    embed(workspace, name="best", training=training, retrain=True)
    with pytest.raises(BadNameError, match="was not made by this search"):
        search_encoders(workspace, name="best", asked=ASKED)


def test_without_spectrograms_nothing_is_searched(tmp_path):
    with open_store(str(tmp_path / "graph.lbug")) as store:
        workspace = Workspace(store, DataFolder(tmp_path))
        with pytest.raises(StateError, match="songnet load-audio"):
            search_encoders(workspace, asked=ASKED)
        assert search_sections(workspace) == ([], [])


def test_a_search_that_cannot_be_read_is_named_on_the_page(workspace, monkeypatch):
    search_encoders(workspace, asked=ASTRAY)
    assert search_sections(workspace) == ([], [])  # no curve to show
    journal = search_folder(workspace, "search_cae") / "trials.jsonl"
    journal.write_bytes(b"nonsense\n" + journal.read_bytes())
    sections, (said,) = search_sections(workspace)
    assert sections == []
    assert said.startswith("The search search_cae cannot be shown: ")
    assert "is a damaged record of a search" in said
    monkeypatch.setitem(sys.modules, "optuna", None)
    _, (said,) = search_sections(workspace)
    assert "pip install 'songnet[search]'" in said
