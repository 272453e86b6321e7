"""Networks of playlists are made again from what the graph says of them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from songnet.errors import InputError, UsageError
from songnet.model import SongNetwork
from songnet.networks import WEIGHTS, largest_component, rewired
from songnet.store import open_store
from songnet.store.folder import DataFolder
from songnet.workflows.link import conditioned, link_largest_component, link_playlists, rebuild
from songnet.workflows.selection import select_memberships
from songnet.workflows.workspace import Workspace

SONGS = [f"s{i:02d}" for i in range(20)]
LISTS = {f"p{row:02d}": [SONGS[(row * 3 + step * step) % 20] for step in range(4 + row % 3)]
         for row in range(12)}  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    with open_store(f"ladybug:{tmp_path / 'graph.lbug'}") as store:
        rows = [
            (name, song, songs.index(song), songs.count(song))
            for name, songs in LISTS.items()
            for song in dict.fromkeys(songs)
        ]
        released = [f"{1980 + place}" if place % 5 else None for place in range(20)]
        names = list(LISTS)
        store.add_playlists(
            pa.table({"id": names, "name": [f'List "{name}"' for name in names],
                      "followers": list(range(12))}),
            pa.table({"id": SONGS, "released": released}),
            pa.table(dict(zip(["playlist", "song", "position", "times"],
                              map(list, zip(*rows, strict=True)), strict=True))),
        )  # fmt: skip
        yield Workspace(store, DataFolder(tmp_path))


def info(workspace, name):
    return next(each for each in workspace.store.networks() if each.name == name)


WHERE = ["followers>=2", r'name~"p\d+"', "released<1998", "length<=5"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        *({"weight": weight} for weight in WEIGHTS),
        {"name": "part", "where": WHERE},
        {"name": "part", "where": WHERE[:2], "min_shared": 2, "top": 3, "max_length": 6},
        {"most_connected": 12, "disparity": 0.9, "k_core": 2, "weight": "cosine"},
        {"min_shared": 2, "largest_component": True},
    ],
    ids=str,
)
def test_a_network_is_made_again_from_its_parameters(workspace, options):
    network, _ = link_playlists(workspace, **options)
    kept = info(workspace, network.name)
    assert dict(kept.params) == dict(network.params)
    for made in (kept, network.params):
        again = rebuild(workspace, made)
        assert again.fingerprint == network.fingerprint
        assert dict(again.params) == dict(network.params)
    assert rebuild(workspace, kept).name == network.name


def test_the_largest_component_is_kept_beside_the_whole(workspace):
    whole, _ = link_playlists(workspace, min_shared=3)
    found = link_largest_component(workspace, info(workspace, "playlists"))
    assert found.name == "playlists-largest"
    assert found.fingerprint == largest_component(whole).fingerprint
    kept = info(workspace, "playlists-largest")
    assert rebuild(workspace, kept).fingerprint == found.fingerprint == kept.fingerprint
    assert info(workspace, "playlists").fingerprint == whole.fingerprint


def test_it_is_not_kept(workspace):
    network, _ = link_playlists(workspace, name="part", where=WHERE)
    before = info(workspace, "part")
    rebuild(workspace, before, memberships=rewired(conditioned(workspace, before), seed=1))
    assert info(workspace, "part") == before
    assert workspace.data.network("part").fingerprint == network.fingerprint


def test_rewired_memberships_give_the_null_of_the_part(workspace):
    link_playlists(workspace, name="part", where=WHERE)
    made = info(workspace, "part")
    part = conditioned(workspace, made)
    assert len(part) < len(workspace.store.memberships())
    chance = rewired(part, seed=[0, 1])
    null = rebuild(workspace, made, memberships=chance)
    assert set(null.songs) <= set(part.songs)
    assert null.fingerprint != rebuild(workspace, made).fingerprint
    # The conditions choose the same playlists and songs again, so nothing was lost on the way.
    again = select_memberships(workspace, WHERE, memberships=chance).memberships
    assert again.playlists.tolist() == part.playlists.tolist()
    assert again.playlist.tolist() == chance.playlist.tolist()


def test_the_length_is_the_graphs_whatever_the_memberships(workspace):
    short = select_memberships(workspace, ["released<1985"]).memberships
    chosen = select_memberships(workspace, ["length>=5"]).memberships.playlists.tolist()
    found = select_memberships(workspace, ["length>=5"], memberships=short).memberships
    assert set(found.playlists) <= set(chosen)
    assert len(found)


def test_what_was_chosen_before_is_taken_as_it_is(workspace):
    chosen = select_memberships(workspace, WHERE)
    first, _ = link_playlists(workspace, name="one", where=chosen)
    second, _ = link_playlists(workspace, name="two", where=WHERE)
    assert first.fingerprint == second.fingerprint
    assert first.params == second.params


def test_a_part_without_a_name_is_refused(workspace):
    with pytest.raises(UsageError, match="give its network a name of its own with --name"):
        link_playlists(workspace, where=["length<=5"])


def test_other_networks_cannot_be_made_again(workspace):
    sound = SongNetwork.from_edges(
        SONGS[:2], [0], [1], [0.5], name="sound-x", kind="sound",
        attributes={"similarity": [0.5], "rank_source": [1], "rank_target": [1]},
    )  # fmt: skip
    workspace.store.write_network(sound)
    with pytest.raises(InputError, match="'sound-x' is no network of playlists but of kind 'sound"):
        rebuild(workspace, info(workspace, "sound-x"))
    with pytest.raises(InputError, match="was made with decay, which songnet does not know"):
        rebuild(workspace, {"min_shared": 1, "decay": 3})


def test_parameters_of_before_there_were_weights_mean_counts(workspace):
    network, _ = link_playlists(workspace, min_shared=2)
    assert rebuild(workspace, {"min_shared": 2}).fingerprint == network.fingerprint
