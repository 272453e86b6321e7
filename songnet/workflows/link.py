"""Networks of songs: from shared playlists, and from sound."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from songnet.errors import BadNameError, InputError, UsageError
from songnet.info import NetworkInfo
from songnet.model import Memberships, Scalar, SongNetwork, Vectors
from songnet.names import check_name
from songnet.networks import (
    OnEstimate,
    ProjectionEstimate,
    Scaling,
    Selection,
    Weight,
    cooccurrence,
    nearest,
)
from songnet.progress import Progress, silent, step
from songnet.store.protocol import MAX_EDGES, STRONGEST_PER_SONG
from songnet.workflows._keeping import check_free, keep_network
from songnet.workflows.selection import select_memberships
from songnet.workflows.workspace import Workspace, pull

PLAYLISTS: Final = "playlists"
# What `params` record of a network of playlists: options of `cooccurrence`, and the conditions.
OPTIONS: Final = (
    "weight",
    "max_length",
    "min_shared",
    "most_connected",
    "disparity",
    "top",
    "k_core",
    "largest_component",
)
WHERE: Final = "where"
# In `params` of any network or partition: how many songs were taken out of it since it was made.
REMOVED: Final = "songs_removed"
# Measured: what an edge takes in arrays, and on its way into the graph with its songs' ids; and how
# many of the strongest edges of all songs there are for each that a song has.
BYTES_PER_EDGE: Final = 32
BYTES_PER_ROW: Final = 330
SHARED_ALIKE: Final = 0.65


def link_playlists(
    workspace: Workspace,
    *,
    name: str | None = None,
    where: Sequence[str] | Selection = (),
    weight: Weight = "count",
    min_shared: int = 1,
    most_connected: int | None = None,
    top: int | None = None,
    max_length: int | None = None,
    disparity: float | None = None,
    k_core: int | None = None,
    largest_component: bool = False,
    memory_gib: float = 8.0,
    on_estimate: OnEstimate | None = None,
    progress: Progress = silent,
) -> tuple[SongNetwork, int]:
    """Link songs that share playlists; the network, and how many of its edges the graph holds.

    Parameters
    ----------
    name
        What to keep it as; default ``playlists``. With conditions there is no default: the network
        of a part shall not silently take the place of the whole.
    where
        Conditions that the playlists and songs satisfy, or what
        `songnet.workflows.selection.select_memberships` chose by them. Whatever the other options,
        those of `songnet.networks.cooccurrence`, count, they count among these.

    Raises
    ------
    UsageError
        Conditions without a name, and what `cooccurrence` refuses.
    """
    called = playlists_name(name, where.conditions if isinstance(where, Selection) else where)
    check_free(workspace, called)
    chosen = where if isinstance(where, Selection) else select_memberships(workspace, where)
    network = cooccurrence(
        chosen.memberships,
        name=called,
        weight=weight,
        min_shared=min_shared,
        most_connected=most_connected,
        top=top,
        max_length=max_length,
        disparity=disparity,
        k_core=k_core,
        largest_component=largest_component,
        memory_gib=memory_gib,
        on_estimate=None if on_estimate is None else partial(_with_keeping, on_estimate),
        progress=progress,
    )
    network = _recorded(network, chosen)
    with step(progress, "keeping the network"):
        return network, keep_network(workspace, network)


def _with_keeping(on_estimate: OnEstimate, expected: ProjectionEstimate) -> None:
    """Tell what linking takes together with what keeping the network takes."""
    rows = expected.edges
    if rows > MAX_EDGES:
        rows = min(rows, round(expected.songs * STRONGEST_PER_SONG * SHARED_ALIKE))
    keeping = expected.edges * BYTES_PER_EDGE + rows * BYTES_PER_ROW
    on_estimate(replace(expected, bytes=max(expected.bytes, keeping)))


def playlists_name(name: str | None, where: Sequence[object]) -> str:
    """What to keep a network of playlists as: `name`, or ``playlists`` where all are taken.

    Raises
    ------
    UsageError
        There are conditions and no name.
    """
    if where and name is None:
        raise UsageError(
            "--where links a part of the playlists: give its network a name of its own with "
            "--name, such as --name playlists-2017"
        )
    return PLAYLISTS if name is None else name


def link_largest_component(workspace: Workspace, info: NetworkInfo) -> SongNetwork:
    """The largest connected component of a network of playlists, kept as ``NAME-largest``."""
    name = check_name(f"{info.name}-largest", what="network")
    check_free(workspace, name)
    params = {**info.params, "largest_component": True}
    network = replace(rebuild(workspace, params), name=name)
    keep_network(workspace, network)
    return network


def rebuild(
    workspace: Workspace,
    made: NetworkInfo | Mapping[str, Scalar],
    *,
    memberships: Memberships | None = None,
    memory_gib: float = 8.0,
) -> SongNetwork:
    """A network of playlists, made again as its parameters say and not kept.

    With other memberships it is what they would have given. For a null model that keeps the
    playlists and songs which the network's conditions chose, that is
    ``rebuild(workspace, info, memberships=rewired(conditioned(workspace, info), seed=...))``.

    Parameters
    ----------
    made
        What the graph says of the network, or its `params`.
    memberships
        Default: those of the graph. The network's conditions choose among them.

    Raises
    ------
    InputError
        A network of another kind, or parameters that a network of playlists does not have.
    """
    name, params = _made_by(made)
    chosen = select_memberships(workspace, _conditions(params), memberships=memberships)
    options: dict[str, Any] = {key: value for key, value in params.items() if key in OPTIONS}
    network = cooccurrence(chosen.memberships, name=name, memory_gib=memory_gib, **options)
    return _recorded(network, chosen)


def conditioned(workspace: Workspace, made: NetworkInfo | Mapping[str, Scalar]) -> Memberships:
    """The memberships that a network of playlists was made of; arguments as of `rebuild`."""
    return select_memberships(workspace, _conditions(_made_by(made)[1])).memberships


def link_sound(
    workspace: Workspace,
    *,
    encoder: str,
    k: int = 10,
    name: str | None = None,
    scaling: Scaling = "none",
) -> tuple[SongNetwork, int]:
    """Link every song to the `k` most similar by cosine, scaled or not; as `link_playlists`."""
    chosen = name or f"sound-{encoder}"
    check_free(workspace, chosen)
    vectors = pull(workspace, encoder)
    if not isinstance(vectors, Vectors):
        raise BadNameError(f"{encoder!r} is a network, not an encoder: see 'songnet encoders list'")
    network = nearest(vectors, k=k, name=chosen, scaling=scaling)
    return network, keep_network(workspace, network)


def _recorded(network: SongNetwork, chosen: Selection) -> SongNetwork:
    """The network, its conditions among its parameters."""
    if not chosen.conditions:
        return network
    where = json.dumps([str(each) for each in chosen.conditions], ensure_ascii=False)
    return replace(network, params=MappingProxyType({**network.params, WHERE: where}))


def _made_by(made: NetworkInfo | Mapping[str, Scalar]) -> tuple[str, Mapping[str, Scalar]]:
    """Name and parameters of a network of playlists."""
    if isinstance(made, NetworkInfo):
        if made.kind != PLAYLISTS:
            raise InputError(f"{made.name!r} is no network of playlists but of kind {made.kind!r}")
        name, params = made.name, made.params
    else:
        name, params = PLAYLISTS, made
    unknown = sorted(params.keys() - {*OPTIONS, WHERE, REMOVED})
    if unknown:
        raise InputError(
            f"{name!r} was made with {', '.join(unknown)}, which songnet does not know: "
            "make it again with 'songnet link playlists'"
        )
    return name, params


def _conditions(params: Mapping[str, Scalar]) -> list[str]:
    return [str(each) for each in json.loads(str(params.get(WHERE, "[]")))]
