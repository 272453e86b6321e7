"""What communities are called."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from songnet.model import Partition
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows import partition as workflow
from songnet.workflows.workspace import Workspace

SONGS = [f"s{number:02}" for number in range(40)]
LABELS = [["folk", "jazz", None][number % 3] for number in range(40)]
ARTISTS = [f"artist {number // 4}" if number < 30 else None for number in range(40)]
NAMES = ["run", "Run", None, "jazz", "gym", "run"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Six lists of twelve songs, two of one name, one of none; and the pairs of name and song."""
    random = np.random.default_rng(4)
    folder = tmp_path_factory.mktemp("world")
    rows = [
        (f"p{number}", SONGS[song], place, 1)
        for number in range(len(NAMES))
        for place, song in enumerate(random.choice(40, 12, replace=False))
    ]
    members = dict(
        zip(["playlist", "song", "position", "times"], zip(*rows, strict=True), strict=True)
    )
    with open_store(f"ladybug:{folder / 'graph.lbug'}") as store:
        store.add_playlists(
            pa.table({"id": [f"p{number}" for number in range(len(NAMES))], "name": NAMES}),
            pa.table({"id": SONGS, "label": LABELS, "artist": ARTISTS}),
            pa.table({key: list(column) for key, column in members.items()}),
        )
        lists = [(song, NAMES[int(name[1:])]) for name, song, _, _ in rows]
        yield Workspace(store, DataFolder(folder)), lists


def expected(lists, found):
    """The same by counting, a community after the other."""
    named = []
    for label in range(found.communities):
        own = set(found.songs[found.labels == label])
        facts = [zip(SONGS, LABELS, strict=True), zip(SONGS, ARTISTS, strict=True), lists]
        counts = [Counter(value for song, value in fact if song in own and value) for fact in facts]
        best = [min((-times, value) for value, times in count.items()) for count in counts if count]
        titled = min(best, key=lambda one: one[0])[1] if best else f"community {label}"
        times = Counter(each[0] for each in named)[titled] + 1
        named.append((titled, titled if times == 1 else f"{titled} ({times})"))
    return [title for _, title in named]


@pytest.mark.parametrize("block", [1, 7, 1000])
@pytest.mark.parametrize("communities", [1, 4, 25])
def test_titles_are_what_the_most_songs_share(world, monkeypatch, communities, block):
    workspace, lists = world
    monkeypatch.setattr(workflow, "BLOCK", block)
    random = np.random.default_rng(communities)
    songs = random.choice(SONGS, 33, replace=False)
    found = Partition.from_labels(
        songs, random.integers(0, communities, 33), name="cut", algorithm="kmeans", on="sound"
    )
    assert workflow.titles(workspace, found) == expected(lists, found)
