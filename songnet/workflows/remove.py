"""Playlists, songs, encoders, networks and partitions taken out, with what hangs on them.

A plan says beforehand what goes (`plan_removal`), `remove` carries it out. Each step leaves graph
and files such that nothing dangles: first results that hang on others, then results that lose
songs, then the songs and playlists themselves, in the graph before in the files, because nobody
sees what is in the files alone. So a removal that was killed leaves less, never a half, and the
data folder remembers what it was, so that the same command completes it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from songnet.errors import BadNameError
from songnet.model import Ids, object_array
from songnet.progress import Progress, silent, step
from songnet.sources.archive import SpectrogramArchive
from songnet.store.removals import Begun
from songnet.workflows._removal import Kind, Removal
from songnet.workflows._remove_hanging import Made, Results
from songnet.workflows._remove_plan import plan_removal
from songnet.workflows._remove_songs import (
    drop_songs_from_other_files,
    shrink_networks,
    shrink_partition,
)
from songnet.workflows.workspace import Workspace

__all__ = ["Kind", "Removal", "Results", "plan_removal", "remove"]


def remove(workspace: Workspace, removal: Removal, *, progress: Progress = silent) -> None:
    """Carry out what `plan_removal` found.

    Raises
    ------
    StoreError, InputError
        The store or the disk refuses; the same call completes what was begun.
    """
    workspace.store.check_writable()
    _begin(workspace, removal)
    made = Made.of(workspace.store)
    with step(progress, "removing results"):
        _remove_results(workspace, made, removal.results)
    songs = object_array(removal.songs)
    with step(progress, "taking songs out of results"):
        shrink_networks(workspace, made, removal.networks, songs)
        _shrink_partitions(workspace, made, removal, songs)
    if removal.playlists or removal.songs:
        with step(progress, "removing from graph and files"):
            workspace.store.remove(playlists=removal.playlists, songs=removal.songs)
            _remove_from_files(workspace, songs)
    workspace.data.removals.end(removal.kind, removal.ids)


def _begin(workspace: Workspace, removal: Removal) -> None:
    """Keep in mind what is removed; write whole what it had begun to write when it was killed."""
    removals, store = workspace.data.removals, workspace.store
    before = removals.begun(removal.kind, removal.ids) or Begun()
    there = {info.name: info.created_at for info in store.networks()}
    losing = {**before.losing, **{name: there[name] for name in removal.networks}}
    removals.begin(removal.kind, removal.ids, Begun(removal.with_files, losing))
    hidden = set(store.unfinished())
    for name in before.losing:
        if ("network", name) in hidden:
            store.write_network(workspace.data.network(name), before.losing[name])
    for shrunk in removals.kept(removal.kind, removal.ids):
        if ("partition", shrunk.partition.name) in hidden:
            store.write_partition(shrunk.partition, shrunk.created_at, shrunk.titles)


def _shrink_partitions(workspace: Workspace, made: Made, removal: Removal, songs: Ids) -> None:
    for name in removal.partitions:
        created_at = made.partitions[name].created_at
        shrunk = shrink_partition(workspace.store, name, songs, created_at)
        workspace.data.removals.keep(removal.kind, removal.ids, shrunk)
        workspace.store.write_partition(shrunk.partition, created_at, shrunk.titles)


def _remove_results(workspace: Workspace, made: Made, results: Results) -> None:
    """Partitions, then networks, those with layers first, then encoders."""
    for name in results.partitions:
        _drop(workspace, "partition", name)
    layered = {name for name in results.networks if name in made.networks and made.layers(name)}
    for name in sorted(results.networks, key=lambda name: name not in layered):
        _drop(workspace, "network", name)
        workspace.data.remove(workspace.data.network_files(name))
    for name in results.encoders:
        _drop(workspace, "encoder", name)
        workspace.data.remove(workspace.data.encoder_files(name))


def _drop(
    workspace: Workspace, what: Literal["partition", "network", "encoder"], name: str
) -> None:
    # The graph may have lost it already, to this command when it was killed.
    with suppress(BadNameError):
        workspace.store.drop(what, name)


def _remove_from_files(workspace: Workspace, songs: Ids) -> None:
    if len(songs):
        drop_songs_from_other_files(workspace, songs)
        workspace.data.remove_songs(songs)
        SpectrogramArchive(workspace.data.spectrograms).remove(songs)
