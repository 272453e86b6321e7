"""What learnt from playlists, made again from a part of them and kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

import pyarrow as pa

from songnet import encoders
from songnet.encoders import track2vec
from songnet.errors import InputError, StateError
from songnet.info import EncoderInfo, NetworkInfo
from songnet.model import Memberships, Partition, SongNetwork, Vectors
from songnet.networks import multiplex, nearest
from songnet.partitions import ALGORITHMS, run
from songnet.workflows._clips import clips_of_graph
from songnet.workflows._rewiring import recorded_options
from songnet.workflows.embed import targets_of
from songnet.workflows.link import rebuild
from songnet.workflows.saved import info_of, trained_encoder
from songnet.workflows.workspace import Workspace, pull_network, pull_vectors


class Rebuilt:
    """Networks, vectors and partitions as they would be if the graph held fewer memberships.

    What learnt from no playlist is taken as it is. The rest is made again by its recorded
    parameters, each thing once.

    Parameters
    ----------
    workspace
        Where they are recorded.
    memberships
        Those that there would be.
    table
        The same, with columns ``playlist``, ``song`` and ``position``.
    """

    def __init__(self, workspace: Workspace, memberships: Memberships, table: pa.Table) -> None:
        self._workspace = workspace
        self._memberships = memberships
        self._table = table
        self._linked: dict[str, SongNetwork] = {}
        self._heard: dict[str, Vectors] = {}

    def network(self, name: str) -> SongNetwork:
        """A network; `StateError` or `InputError` says why it cannot be made again."""
        if name not in self._linked:
            self._linked[name] = self._network(self._network_info(name))
        return self._linked[name]

    def vectors(self, name: str) -> Vectors:
        """An encoder's vectors; errors as of `network`."""
        if name not in self._heard:
            self._heard[name] = self._vectors(info_of(self._workspace, name))
        return self._heard[name]

    def partition(self, name: str) -> Partition:
        """A partition; errors as of `network`."""
        cut = self._workspace.store.partition(name)
        if cut.algorithm not in ALGORITHMS or not self._is_known(cut.on):
            raise InputError(
                f"the partition {name!r} cannot be made again without the hidden songs: songnet "
                f"has no algorithm {cut.algorithm!r} or nothing called {cut.on!r} to cut"
            )
        if not self.hangs_on_playlists(cut.on):
            return cut
        data = self.vectors(cut.on) if cut.on in self._encoders else self.network(cut.on)
        return run(cut.algorithm, data, seed=cut.seed, **recorded_options(cut))

    def hangs_on_playlists(self, name: str) -> bool:
        """Whether a network or an encoder would be another with other playlists."""
        encoder = self._encoders.get(name)
        if encoder is not None:
            model = encoders.MODELS[encoder.kind]
            aim = str(encoder.params["like"]) if model.aims else None
            # What it aimed at and is no more may have been anything.
            gone = aim is not None and aim not in self._encoders
            return not model.hears or gone or (aim is not None and self.hangs_on_playlists(aim))
        info = self._network_info(name)
        if info.kind == "sound":
            return self.hangs_on_playlists(str(info.params["encoder"]))
        if info.kind == "multiplex":
            return any(self.hangs_on_playlists(layer) for layer in _layers(info))
        return True

    def _network(self, info: NetworkInfo) -> SongNetwork:
        if not self.hangs_on_playlists(info.name):
            return pull_network(self._workspace, info)
        if info.kind == "sound":
            return nearest(self.vectors(str(info.params["encoder"])), **_nearness(info))
        if info.kind == "multiplex":
            layers = [self.network(layer) for layer in _layers(info)]
            return multiplex(layers, name=info.name)
        return rebuild(self._workspace, info, memberships=self._memberships)

    def _vectors(self, info: EncoderInfo) -> Vectors:
        if not self.hangs_on_playlists(info.name):
            return pull_vectors(self._workspace, info)
        if encoders.MODELS[info.kind].aims:
            return self._aimed(info)
        design = {key: value for key, value in info.params.items() if key in track2vec.OPTIONS}
        return track2vec.train(self._table, track2vec.design(design), name=info.name).vectors

    def _aimed(self, info: EncoderInfo) -> Vectors:
        """Of an encoder that listens and is taught by another one's vectors."""
        like = str(info.params["like"])
        if like not in self._encoders:
            raise StateError(
                f"{info.name!r} cannot be trained again without the hidden songs: it aimed at "
                f"{like!r}, which is no more"
            )
        saved, aim = trained_encoder(self._workspace, info), self.vectors(like)
        clips = clips_of_graph(self._workspace)
        again = encoders.train(
            clips,
            saved.design,
            name=info.name,
            groups=clips.recordings,
            targets=targets_of(clips, aim),
            **asdict(saved.hyperparameters),
        )
        return encoders.encode(again, clips)

    def _is_known(self, name: str) -> bool:
        return name in self._encoders or name in self._networks

    def _network_info(self, name: str) -> NetworkInfo:
        if name not in self._networks:
            there = ", ".join(self._networks) or "none yet: make one with 'songnet link'"
            raise InputError(f"there is no network {name!r}; there is: {there}")
        return self._networks[name]

    @cached_property
    def _encoders(self) -> dict[str, EncoderInfo]:
        return {info.name: info for info in self._workspace.store.encoders()}

    @cached_property
    def _networks(self) -> dict[str, NetworkInfo]:
        return {info.name: info for info in self._workspace.store.networks()}


def _layers(info: NetworkInfo) -> list[str]:
    return str(info.params["layers"]).split(",")


def _nearness(info: NetworkInfo) -> Mapping[str, Any]:
    """The options of `nearest` that a sound network was made with."""
    return {"name": info.name} | {name: info.params[name] for name in ("k", "scaling")}
