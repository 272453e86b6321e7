"""The files and folders that an encoder has in the data folder, found and removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from songnet.errors import InputError
from songnet.files import flush_folder, remove_file
from songnet.names import ENCODER_NAME

# Where an encoder's parts lie, and what follows its name there.
FILES: Final = {"latents": ".parquet", "choices": ".json", "training": ".safetensors"}
FOLDERS: Final = ("searches", "encoders")
# What a folder is called between the moment it is gone and that when it is empty; what the old one
# is called while `songnet.encoders.save` puts another into its place.
ASIDE: Final = ("removed", "previous")


def encoders_with_parts(root: Path) -> set[str]:
    """The names of the encoders that anything is there of."""
    files = [path.name.removesuffix(end) for name, end in FILES.items()
             for path in (root / name).glob(f"*{end}")]  # fmt: skip
    folders = [_bearer(path) for name in FOLDERS for path in (root / name).glob("*")]
    return {name for name in (*files, *folders) if ENCODER_NAME.match(name)}


def _bearer(folder: Path) -> str:
    hidden, _, end = folder.name.removeprefix(".").partition(".")
    return hidden if end in ASIDE else folder.name


def parts_of_encoder(root: Path, name: str) -> list[Path]:
    """What is there of an encoder."""
    folders = [root / folder for folder in FOLDERS]
    places = [
        *(root / folder / f"{name}{end}" for folder, end in FILES.items()),
        *(folder / name for folder in folders),
        *(folder / f".{name}.{end}" for folder in folders for end in ASIDE),
    ]
    return [path for path in places if path.exists()]


def remove_path(path: Path) -> None:
    """Remove a file, or a folder at one stroke; `InputError` where that is refused."""
    with _refusals_said(path):
        if path.is_dir():
            _remove_folder(path)
        else:
            remove_file(path)


def remove_piecemeal(folder: Path) -> None:
    """Remove a folder of which any part may be gone, if it is there; `InputError` if refused."""
    with _refusals_said(folder):
        if folder.exists():
            shutil.rmtree(folder)
            flush_folder(folder.parent)


@contextmanager
def _refusals_said(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be removed: {error.strerror or error}") from error


def _remove_folder(folder: Path) -> None:
    """Out of sight first: emptied in its place it would be a damaged encoder for a while."""
    if not folder.name.startswith("."):
        aside = folder.with_name(f".{folder.name}.removed")
        shutil.rmtree(aside, ignore_errors=True)
        folder = folder.rename(aside)
        flush_folder(folder.parent)
    shutil.rmtree(folder)
    flush_folder(folder.parent)
