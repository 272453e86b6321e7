"""A disk of our own, an image file with a loop device, that can be cut off from power.

What the kernel has of the disk in memory is in neither the image nor, therefore, a copy of it; what
the disk was given is in both, whether it was flushed or not.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from torture.crash._sites import make_file_older, within

MEBIBYTES: Final = 256
# Ext4 gives writers that forget to flush a second chance at some renames, and everybody one every
# five seconds: neither here. "writeback" lets sizes and names reach the disk before the data.
JOURNALS: Final = ("ordered", "writeback")
OPTIONS: Final = "loop,noauto_da_alloc,commit=300,noinit_itable"
TOOLS: Final = ("mkfs.ext4", "mount", "umount", "cp")
TRIES: Final = 100
NEW_NAMESPACE: Final = 0x0002_0000  # CLONE_NEWNS


class NoDiskError(Exception):
    """Here is no disk to be had; the message says why."""


def check_machine() -> None:
    """`NoDiskError` where disks cannot be had at all."""
    if sys.platform != "linux":
        raise NoDiskError("needs Linux: loop devices and ext4")
    if os.geteuid():
        raise NoDiskError("needs root, to mount a disk of its own: run it as root")
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        raise NoDiskError(f"needs {', '.join(missing)} (Debian: apt-get install e2fsprogs mount)")


def keep_mounts_to_ourselves() -> None:
    """Mounts of this process are seen by no other, and end with it, however it ends.

    Raises
    ------
    NoDiskError
        The system refuses.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NAMESPACE):
        raise NoDiskError(f"may not mount disks here: {os.strerror(ctypes.get_errno())}")
    _system("mount", "--make-rprivate", "/")


class Disk:
    """An ext4 of its own for a store and its data folder: a `torture.crash._sites.Site`.

    Parameters
    ----------
    kept
        Where images are kept.
    journal
        Of `JOURNALS`, what ext4 does with data before it notes what it did with names and sizes.
    """

    def __init__(self, kept: Path, journal: str) -> None:
        self.engine = journal
        self._kept = kept / journal
        self._image = self._kept / "disk"
        self._left = self._kept / "left"
        self._place: Path | None = None

    def begin(self, data: Path) -> None:
        """An empty disk with an empty folder."""
        self.release()
        self._kept.mkdir(parents=True, exist_ok=True)
        self._image.unlink(missing_ok=True)
        with self._image.open("wb") as file:
            file.truncate(MEBIBYTES << 20)
        laid_out = "lazy_itable_init=0,lazy_journal_init=0,nodiscard"
        _system("mkfs.ext4", "-q", "-F", "-N", "4096", "-J", "size=16", "-E", laid_out, self._image)
        self._mount(data.parent)
        (data.parent / "lost+found").rmdir()
        data.mkdir()

    def keep(self, data: Path, name: str) -> None:
        """A copy of the disk, with all that it was to hold."""
        self.release()
        _copy(self._image, self._kept / f"{name}.kept")
        self._mount(data.parent)

    def put_back(self, name: str, data: Path) -> None:
        """The copy, copied."""
        self.release()
        _copy(self._kept / f"{name}.kept", self._image)
        self._mount(data.parent)

    def cut(self) -> None:
        """Take down what a power cut would leave at this moment."""
        for _ in range(TRIES):
            written = self._written()
            _copy(self._image, self._left)
            if self._written() == written:
                return
        raise RuntimeError("the disk is written to without end")

    def settle(self) -> None:
        """Power is back: what was left at the cut is all there is."""
        place = self.release()
        self._left.replace(self._image)
        self._mount(place)

    def environment(self, data: Path) -> Mapping[str, str]:
        """The folder alone: the graph is in it."""
        return within(data)

    def make_older(self, data: Path) -> None:
        """Another number on the node that bears it."""
        make_file_older(data)

    def release(self) -> Path:
        """Unmount the disk, if it is mounted; where it was."""
        place, self._place = self._place, None
        if place is None:
            return Path()
        for _ in range(TRIES):
            done = subprocess.run(["umount", place], capture_output=True, text=True, check=False)
            if not done.returncode:
                return place
            time.sleep(0.05)  # a process that was killed may take a moment to go
        raise RuntimeError(done.stderr.strip())

    def _mount(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        _system("mount", "-t", "ext4", "-o", f"{OPTIONS},data={self.engine}", self._image, place)
        self._place = place

    def _written(self) -> tuple[str, ...]:
        """How much the disk was given so far: writes, sectors, flushes; and what is on its way."""
        assert self._place is not None  # noqa: S101 - it is mounted
        number = self._place.stat().st_dev
        device = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}/stat")
        fields = device.read_text().split()
        return (*fields[4:7:2], *fields[8:9], *fields[15:16])


def _copy(image: Path, target: Path) -> None:
    _system("cp", "--sparse=always", image, target)


def _system(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[0]
        raise NoDiskError(f"cannot make a disk of its own: {command[0]}: {said}")
