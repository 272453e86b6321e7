"""What goes with what is removed, found before anything is touched."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from songnet.errors import BadNameError
from songnet.model import Ids, among, object_array
from songnet.names import GENERATED
from songnet.sources.archive import SpectrogramArchive
from songnet.workflows._removal import NOTHING, Kind, Removal
from songnet.workflows._remove_hanging import Made, Results
from songnet.workflows._remove_songs import network_without
from songnet.workflows.workspace import Workspace, pull_network

# Beyond so many ids, looking for those that are spelt nearly so takes seconds.
LOOKED_THROUGH: Final = 50_000


def plan_removal(
    workspace: Workspace,
    kind: Kind,
    ids: Iterable[str],
    *,
    with_songs: bool = False,
    with_results: bool = False,
) -> Removal:
    """What has to go if these go; nothing is touched.

    Parameters
    ----------
    ids
        Of playlists or songs, or names. Of a removal that was killed, all count as being there, as
        do networks and encoders that only the data folder holds.
    with_songs
        With playlists, also the songs that are then in no playlist and have no sound.
    with_results
        Instead of leaving networks and partitions that were made with these playlists, or hold
        these songs, remove them (and encoders that learnt from these playlists).

    Raises
    ------
    BadNameError
        One of them is not there.
    StateError
        A network cannot be read whole, so that nobody knows whether it holds these songs.
    """
    asked = tuple(dict.fromkeys(ids))
    made = Made.of(workspace.store)
    if kind == "playlist":
        plan = _playlists(workspace, asked, with_songs=with_songs)
    elif kind == "song":
        plan = _songs(workspace, asked)
    else:
        return _complete(workspace, made, _named(workspace, made, kind, asked))
    of_playlists = made.of_playlists() if _is_evidence(plan) else NOTHING
    if with_results and kind == "playlist":
        plan = replace(plan, results=of_playlists)
    plan = _without_songs(workspace, made, plan, with_results=with_results)
    touched = made.hanging_on(plan.networks, plan.partitions)
    outdated = _union(of_playlists, touched).without(plan.results)
    return _complete(workspace, made, replace(plan, outdated=outdated))


def _is_evidence(plan: Removal) -> bool:
    """Whether anything that learns from playlists, or measures them, can have seen what goes."""
    real = [id_ for id_ in plan.playlists if not id_.startswith(GENERATED)]
    return plan.memberships > 0 and (plan.kind == "song" or bool(real))


# --- playlists and songs --------------------------------------------------------------------------


def _playlists(workspace: Workspace, ids: tuple[str, ...], *, with_songs: bool) -> Removal:
    _check_there(workspace, "playlist", ids, workspace.store.playlists()["id"].to_pylist())
    members = workspace.store.membership_table()
    theirs = pc.is_in(members["playlist"], value_set=pa.array(ids, pa.string()))
    held, others = members.filter(theirs)["song"], members.filter(pc.invert(theirs))["song"]
    alone = np.setdiff1d(_ids(held), _ids(others))
    gone = _silent(workspace, alone) if with_songs else alone[:0]
    return Removal(
        "playlist",
        ids,
        playlists=ids,
        songs=tuple(gone),
        memberships=len(held),
        alone=len(alone) - len(gone),
    )


def _ids(column: pa.ChunkedArray) -> Ids:
    return object_array(sorted(pc.unique(column).to_pylist()))


def _silent(workspace: Workspace, songs: Ids) -> Ids:
    """Those of `songs` that no file was ever heard of."""
    table = workspace.store.songs().select(["id", "sha256"])
    return songs[among(songs, table.filter(pc.is_null(table["sha256"]))["id"].to_pylist())]


def _songs(workspace: Workspace, ids: tuple[str, ...]) -> Removal:
    _check_there(workspace, "song", ids, workspace.store.songs()["id"].to_pylist())
    members = workspace.store.membership_table()
    theirs = pc.is_in(members["song"], value_set=pa.array(ids, pa.string()))
    held, others = members.filter(theirs)["playlist"], members.filter(pc.invert(theirs))["playlist"]
    emptied = np.setdiff1d(_ids(held), _ids(others))
    return Removal("song", ids, songs=ids, memberships=len(held), emptied=len(emptied))


def _without_songs(
    workspace: Workspace, made: Made, plan: Removal, *, with_results: bool
) -> Removal:
    """With what the songs that go take along: edges, places in communities, vectors, clips."""
    if not plan.songs:
        return plan
    songs = object_array(plan.songs)
    going = plan.results
    networks, bare = _losing_edges(workspace, made, songs, set(going.networks))
    partitions, empty = _losing_songs(workspace, made, songs, set(going.partitions))
    doomed = made.hanging_on([*networks] if with_results else bare)
    cuts = [*partitions] if with_results else empty
    going = _union(going, Results(doomed.networks, (), tuple(sorted({*doomed.partitions, *cuts}))))
    return replace(
        plan,
        results=going,
        networks=_left(networks, going.networks),
        partitions=_left(partitions, going.partitions),
        vectors=_vectors(workspace, made, songs, set(going.encoders)),
        clips=_clips(workspace, songs),
    )


def _losing_edges(
    workspace: Workspace, made: Made, songs: Ids, going: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """How many edges networks lose with these songs; and those that lose all."""
    lost, bare = {}, []
    for info in made.networks.values():
        network = pull_network(workspace, info) if info.name not in going else None
        if network is not None and among(network.songs, songs).any():
            left = network_without(network, songs)
            lost[info.name] = network.edges - left.edges
            bare += [info.name] * (not left.edges)
    return lost, bare


def _losing_songs(
    workspace: Workspace, made: Made, songs: Ids, going: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """How many songs partitions lose; and those that lose all."""
    held = {
        name: among(workspace.store.partition(name).songs, songs)
        for name in made.partitions
        if name not in going
    }
    lost = {name: int(gone.sum()) for name, gone in held.items() if gone.any()}
    return lost, [name for name in lost if held[name].all()]


def _vectors(
    workspace: Workspace, made: Made, songs: Ids, going: Collection[str]
) -> dict[str, int]:
    counts = {
        name: int(among(workspace.store.embedded(name), songs).sum())
        for name in made.encoders
        if name not in going
    }
    return {name: count for name, count in counts.items() if count}


def _clips(workspace: Workspace, songs: Ids) -> int:
    archive = SpectrogramArchive(workspace.data.spectrograms)
    return int(among(archive.songs, songs).sum())


def _left(counts: Mapping[str, int], going: Collection[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if name not in going}


def _union(one: Results, other: Results) -> Results:
    return Results(
        tuple(sorted({*one.networks, *other.networks})),
        tuple(sorted({*one.encoders, *other.encoders})),
        tuple(sorted({*one.partitions, *other.partitions})),
    )


# --- what bears a name ----------------------------------------------------------------------------


def _named(workspace: Workspace, made: Made, kind: Kind, names: tuple[str, ...]) -> Removal:
    """Encoders, networks or partitions and what cannot be without them."""
    hidden = {name for what, name in workspace.store.unfinished() if what == kind}
    if kind == "partition":
        _check_there(workspace, kind, names, hidden | made.partitions.keys())
        return Removal(kind, names, results=Results(partitions=tuple(sorted(names))))
    if kind == "network":
        there = {*hidden, *made.networks, *workspace.data.networks()}
        _check_there(workspace, kind, names, there)
        found = made.hanging_on(names)
        results = replace(found, networks=tuple(sorted({*found.networks, *names})))
    else:
        there = {*hidden, *made.encoders, *workspace.data.encoders()}
        _check_there(workspace, kind, names, there)
        found = made.hanging_on(names)
        results = replace(found, encoders=tuple(sorted({*found.encoders, *names})))
    outdated = made.hanging_on(names, learnt=True).without(results)
    return Removal(kind, names, results=results, outdated=outdated)


def _complete(workspace: Workspace, made: Made, plan: Removal) -> Removal:
    """With what a removal that was killed left in files; the sizes and files of what goes."""
    plan = _with_left_over(workspace, made, plan)
    going, data = plan.results, workspace.data
    vectors = {
        name: len(workspace.store.embedded(name))
        for name in going.encoders
        if name in made.encoders
    }
    files = [path for name in going.networks for path in data.network_files(name)]
    files += [path for name in going.encoders for path in data.encoder_files(name)]
    edges = [made.networks[name].edges for name in going.networks if name in made.networks]
    return replace(
        plan,
        edges=sum(edges),
        vectors={**plan.vectors, **vectors},
        files=tuple(path.relative_to(data.root) for path in files),
    )


def _with_left_over(workspace: Workspace, made: Made, plan: Removal) -> Removal:
    """With what this removal, when it was killed, had taken from the graph but not from files."""
    begun = workspace.data.removals.begun(plan.kind, plan.ids)
    if begun is None:
        return plan
    songs = set(begun.going["songs"]) - set(workspace.store.songs()["id"].to_pylist())
    networks = tuple(sorted(set(begun.going["networks"]) - made.networks.keys()))
    encoders = tuple(sorted(set(begun.going["encoders"]) - made.encoders.keys()))
    return replace(
        plan,
        songs=tuple(dict.fromkeys([*plan.songs, *sorted(songs)])),
        results=_union(plan.results, Results(networks, encoders)),
    )


# --- what is not there ----------------------------------------------------------------------------


def _check_there(
    workspace: Workspace, kind: Kind, ids: Sequence[str], there: Iterable[str]
) -> None:
    """`BadNameError` unless all are there: the first that is not, and those spelt nearly so.

    Of a removal that was killed some are gone already.
    """
    known = set(there)
    unknown = [id_ for id_ in ids if id_ not in known]
    if not unknown or workspace.data.removals.begun(kind, ids) is not None:
        return
    first = unknown[0]
    count = f"{len(unknown):,} of {len(ids):,} are not there, " if len(ids) > 1 else ""
    near = difflib.get_close_matches(first, known, n=3) if len(known) <= LOOKED_THROUGH else []
    raise BadNameError(
        f"{count}there is no {kind} {first!r}{_advice(kind, near, known)}; nothing was removed"
    )


def _advice(kind: Kind, near: Sequence[str], known: Collection[str]) -> str:
    if near:
        return f": did you mean {' or '.join(sorted(near))}?"
    if kind in {"playlist", "song"}:
        return f": songnet query find-{kind}s --param words=… finds ids"
    return f"; there are: {', '.join(sorted(known)) or 'none'}"
