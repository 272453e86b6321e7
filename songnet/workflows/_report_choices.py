"""What was found when numbers of communities and resolutions were looked for, if it still holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from songnet.errors import FormatError
from songnet.partitions import Choice, Sweep
from songnet.report import Loaded
from songnet.workflows._report_maps import pull_if_there
from songnet.workflows.workspace import Workspace

Kept = TypeVar("Kept", Choice, Sweep)


def kept_choices(
    workspace: Workspace, loaded: Loaded
) -> tuple[list[Choice], list[Sweep], list[str]]:
    """Choices and sweeps of the vectors and networks as they are, and why others are left out."""
    said: list[str] = []
    choices = _read(workspace.data.choices, said)
    sweeps = _read(workspace.data.sweeps, said)
    vectors = {choice.on: _vectors_print(workspace, loaded, choice.on) for choice in choices}
    networks = {info.name: info.fingerprint for info in loaded.networks}
    return (
        [each for each in choices if _holds(each, vectors.get(each.on), said)],
        [each for each in sweeps if _holds(each, networks.get(each.on), said)],
        said,
    )


def _read(read: Callable[[], Sequence[Kept]], said: list[str]) -> Sequence[Kept]:
    try:
        return read()
    except FormatError as error:
        said.append(f"A choice or a sweep cannot be shown: {error}.")
        return []


def _vectors_print(workspace: Workspace, loaded: Loaded, encoder: str) -> str | None:
    for info in loaded.encoders:
        if info.name == encoder:
            vectors = pull_if_there(workspace, info)
            return None if vectors is None else vectors.fingerprint
    return None


def _holds(kept: Choice | Sweep, fingerprint: str | None, said: list[str]) -> bool:
    if kept.fingerprint == fingerprint:
        return True
    if isinstance(kept, Choice):
        what, command = f"number of communities of {kept.on}", f"choose-k {kept.on}"
    else:
        what = f"profile of {kept.algorithm} on {kept.on}"
        command = f"sweep {kept.on} --algorithm {kept.algorithm}"
    said.append(
        f"The {what} is not shown: {kept.on} has changed since, or is gone. Make it again with "
        f"'songnet partitions {command}'."
    )
    return False
