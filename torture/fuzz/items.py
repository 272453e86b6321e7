"""Hostile inputs: files, links and pipes that a reader is given, kept for replay."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, to a place relative to where it lies or anywhere."""

    target: str


@dataclass(frozen=True, slots=True)
class Pipe:
    """A named pipe that nobody writes to."""


Entry: TypeAlias = bytes | Link | Pipe


@dataclass(frozen=True)
class Item:
    """An input.

    Attributes
    ----------
    given
        What the reader is given: a file or folder among `files`, relative.
    files
        Relative path to what lies there, in the order in which they are made.
    """

    given: str
    files: Mapping[str, Entry]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(len(entry) for entry in self.files.values() if isinstance(entry, bytes))

    def write(self, folder: Path) -> Path:
        """Make it in an empty folder; the path of what the reader is given."""
        for name, entry in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(entry, bytes):
                path.write_bytes(entry)
            elif isinstance(entry, Link):
                path.symlink_to(entry.target)
            else:
                os.mkfifo(path)
        return folder / self.given


def one(name: str, content: bytes | str) -> Item:
    """An input of one file."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return Item(name, {name: data})


def odd_files(name: str, sound: bytes) -> dict[str, Item]:
    """What any reader of a file called `name` may meet in its place."""
    inside = f"inside/{Path(name).name}"
    return {
        "empty": one(name, b""),
        "a folder": Item(name, {f"{name}/x": b""}),
        "a loop of links": Item(name, {name: Link(name)}),
        "two links that loop": Item(name, {name: Link("other"), "other": Link(name)}),
        "a link to nothing": Item(name, {name: Link("nowhere")}),
        "a link to /dev/zero": Item(name, {name: Link("/dev/zero")}),
        "a link to /dev/full": Item(name, {name: Link("/dev/full")}),
        "a link to /proc/self/mem": Item(name, {name: Link("/proc/self/mem")}),
        "a link to /proc/kmsg": Item(name, {name: Link("/proc/kmsg")}),
        "a link to a sound file": Item(name, {inside: sound, name: Link(inside)}),
        "a pipe": Item(name, {name: Pipe()}),
        "zeros": one(name, bytes(70_000)),
        "ff": one(name, b"\xff" * 70_000),
    }


def kept(reader: str, item: Item) -> str:
    """An input as JSON; `from_kept` reads it back."""
    files = {name: _as_json(entry) for name, entry in item.files.items()}
    return json.dumps({"reader": reader, "given": item.given, "files": files}, indent=1) + "\n"


def from_kept(text: str) -> tuple[str, Item]:
    """The reader and the input that `kept` was given."""
    data = json.loads(text)
    files = {name: _from_json(entry) for name, entry in data["files"].items()}
    return data["reader"], Item(data["given"], files)


def _as_json(entry: Entry) -> dict[str, str]:
    if isinstance(entry, Link):
        return {"link": entry.target}
    if isinstance(entry, Pipe):
        return {"pipe": ""}
    return {"base64": base64.b64encode(entry).decode("ascii")}


def _from_json(entry: Mapping[str, Any]) -> Entry:
    if "link" in entry:
        return Link(entry["link"])
    return Pipe() if "pipe" in entry else base64.b64decode(entry["base64"])
