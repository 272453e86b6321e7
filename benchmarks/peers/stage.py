"""What a stage and a contender are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from numpy.typing import NDArray

OURS = "songnet"
Arrays: TypeAlias = Mapping[str, NDArray[Any]]
# What is said of a contender's result in the table, by column.
Facts: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Contender:
    """Someone's way to do the work of a stage.

    Attributes
    ----------
    name
        As the tables have it.
    run
        The work, by the clock: from what the stage's `read` gave to a result of the library's own.
    arrays
        That result as arrays that can be compared, after the clock; it is given the input too.
    needs
        Modules without which the contender is left out.
    note
        What it does not do, or does otherwise.
    rival
        The contender it is a ratio to.
    """

    name: str
    run: Callable[[Any], Any]
    arrays: Callable[[Any, Any], Arrays]
    needs: tuple[str, ...] = ()
    note: str = ""
    rival: str = OURS

    def missing(self) -> list[str]:
        """The modules that cannot be had."""
        return [name for name in self.needs if find_spec(name) is None]


@dataclass(frozen=True)
class Sizes:
    """How large a stage's input is: in a full run, in a quick one, and to warm up."""

    full: int
    quick: int
    tiny: int


@dataclass(frozen=True)
class Stage:
    """An input and those who work on it.

    Attributes
    ----------
    name, title
        Of the files, and of the page.
    prepare
        Writes the input of some size into an empty folder, and says in a sentence what it is.
    read
        The input from that folder, and an empty folder to write in, before the clock.
    judge
        For each contender, by name, facts of its result; it is given the folder of the input.
    sizes
        See `Sizes`.
    limit
        Seconds that a contender may take.
    threads
        Whether results are compared with those of one thread as well.
    notes
        What stands under the table.
    """

    name: str
    title: str
    prepare: Callable[[Path, int], str]
    read: Callable[[Path, Path], Any]
    contenders: Sequence[Contender]
    judge: Callable[[Path, Mapping[str, Arrays]], Mapping[str, Facts]]
    sizes: Sizes
    limit: float = 60.0
    threads: bool = False
    notes: str = ""

    def contender(self, name: str) -> Contender:
        """The one of that name."""
        return next(one for one in self.contenders if one.name == name)
