"""Encoders as things: pictures of what they make, files to carry about."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from songnet import encoders
from songnet.encoders import Saved
from songnet.errors import BadNameError, StateError
from songnet.info import EncoderInfo
from songnet.names import check_encoder_name
from songnet.workflows.evaluate import saved_encoder
from songnet.workflows.workspace import Workspace

ZIP = ".zip"


def export_encoder(workspace: Workspace, name: str, path: Path) -> Saved:
    """Write a trained encoder to a zip archive, or to a folder where `path` does not end in .zip.

    Raises
    ------
    BadNameError
        There is no such encoder.
    StateError
        Its model is not in the data folder.
    """
    saved = _trained(workspace, name)
    if path.suffix.lower() == ZIP:
        encoders.save_zip(saved, path)
    else:
        encoders.save(saved, path)
    return saved


def import_encoder(workspace: Workspace, path: Path, *, name: str | None = None) -> Saved:
    """Take an encoder from a folder or zip archive into the data folder and the graph.

    It has no vectors yet: `embed` applies it.

    Parameters
    ----------
    name
        What to call it here; default: its own name.

    Raises
    ------
    FormatError
        Not an encoder, of a newer songnet, or damaged.
    BadNameError
        Another encoder bears the name.
    """
    if not path.exists():
        raise StateError(f"{path}: there is no such file or folder")
    saved = encoders.load(path)
    if name is not None:
        saved = dataclasses.replace(saved, name=check_encoder_name(name))
    _check_free(workspace, saved)
    folder = workspace.data.encoder(saved.name)
    encoders.save(saved, folder)
    return saved


def _check_free(workspace: Workspace, saved: Saved) -> None:
    folder = workspace.data.encoder(saved.name)
    there = {info.name: info.fingerprint for info in workspace.store.encoders()}
    if encoders.exists(folder):
        there.setdefault(saved.name, encoders.load(folder).fingerprint)
    networks = {network.name for network in workspace.store.networks()}
    if saved.name in networks or there.get(saved.name, saved.fingerprint) != saved.fingerprint:
        raise BadNameError(
            f"{saved.name!r} is the name of something else here: give this encoder another "
            "with --name"
        )


def info_of(workspace: Workspace, name: str) -> EncoderInfo:
    """What the graph says of an encoder; `BadNameError` if there is none of that name."""
    found = {info.name: info for info in workspace.store.encoders()}
    if name not in found:
        there = ", ".join(found) or "none yet: make one with 'songnet embed'"
        raise BadNameError(f"there is no encoder {name!r}; there is: {there}")
    return found[name]


def _trained(workspace: Workspace, name: str) -> Saved:
    saved = saved_encoder(workspace, info_of(workspace, name))
    if saved is None:
        raise StateError(
            f"the model of {name!r} is not in {workspace.data.root}: make it again with "
            f"'songnet embed --encoder {name} --retrain', or bring it with 'encoders import'"
        )
    return saved
