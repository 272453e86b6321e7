"""Encoders that the graph speaks of, and their models in the data folder."""

from __future__ import annotations

from songnet import encoders
from songnet.encoders import Saved
from songnet.errors import BadNameError, FormatError, StateError
from songnet.info import EncoderInfo
from songnet.workflows.workspace import Workspace


def info_of(workspace: Workspace, name: str) -> EncoderInfo:
    """What the graph says of an encoder; `BadNameError` if there is none of that name."""
    found = {info.name: info for info in workspace.store.encoders()}
    if name not in found:
        there = ", ".join(found) or "none yet: make one with 'songnet embed'"
        raise BadNameError(f"there is no encoder {name!r}; there is: {there}")
    return found[name]


def saved_encoder(workspace: Workspace, info: EncoderInfo) -> Saved | None:
    """The trained encoder, if the data folder holds the one that the graph speaks of."""
    try:
        saved = encoders.load(workspace.data.encoder(info.name))
    except (FormatError, StateError):
        return None
    return saved if saved.fingerprint == info.fingerprint else None


def trained_encoder(workspace: Workspace, info: EncoderInfo) -> Saved:
    """The same; `StateError`, saying how to come by it, where it is missing."""
    saved = saved_encoder(workspace, info)
    if saved is None:
        raise StateError(
            f"the model of {info.name!r} is not in {workspace.data.root}: make it again with "
            f"'songnet embed --encoder {info.name} --retrain', or bring it with 'encoders import'"
        )
    return saved
