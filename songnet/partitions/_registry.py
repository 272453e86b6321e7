"""The algorithms by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from songnet.errors import UsageError
from songnet.model import Partition, SongNetwork, Vectors
from songnet.partitions._blockmodel import blockmodel
from songnet.partitions._hdbscan import hdbscan
from songnet.partitions._infomap import infomap
from songnet.partitions._kmeans import kmeans
from songnet.partitions._label_propagation import label_propagation
from songnet.partitions._leading_eigenvector import leading_eigenvector
from songnet.partitions._leiden import leiden
from songnet.partitions._louvain import louvain
from songnet.partitions._mixture import mixture
from songnet.partitions._spectral import spectral


class Algorithm(NamedTuple):
    """What an algorithm works on, the function that runs it, and whether it takes two layers."""

    input: Literal["network", "vectors"]
    function: Callable[..., Partition]
    layers: bool = False

    @property
    def options(self) -> Mapping[str, bool]:
        """Its options, and whether each must be given."""
        parameters = signature(self.function).parameters.values()
        return {
            parameter.name: parameter.default is Parameter.empty
            for parameter in parameters
            if parameter.kind is Parameter.KEYWORD_ONLY
        }


ADVICE: Mapping[str, str] = MappingProxyType(
    {"communities": ": 'songnet partitions choose-k' tells how many there may be"}
)
ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "blockmodel": Algorithm("network", blockmodel),
        "hdbscan": Algorithm("vectors", hdbscan),
        "infomap": Algorithm("network", infomap, layers=True),
        "kmeans": Algorithm("vectors", kmeans),
        "label-propagation": Algorithm("network", label_propagation),
        "leading-eigenvector": Algorithm("network", leading_eigenvector),
        "leiden": Algorithm("network", leiden, layers=True),
        "louvain": Algorithm("network", louvain),
        "mixture": Algorithm("vectors", mixture),
        "spectral": Algorithm("vectors", spectral),
    }
)


def find(algorithm: str) -> Algorithm:
    """The algorithm of that name, else `UsageError` with those there are."""
    try:
        return ALGORITHMS[algorithm]
    except KeyError:
        raise UsageError(
            f"there is no algorithm {algorithm!r}: on a network use {_named('network')}; "
            f"on an encoder's vectors {_named('vectors')}"
        ) from None


def run(algorithm: str, data: SongNetwork | Vectors, **options: Any) -> Partition:
    """Call an algorithm by name; an option that is None counts as not given.

    Raises
    ------
    UsageError
        No such algorithm; one that works on something else than `data`; an option that it does not
        take or cannot do without.
    """
    found = find(algorithm)
    given = {option: value for option, value in options.items() if value is not None}
    _check_input(algorithm, found, data)
    _check_options(algorithm, found, given)
    return found.function(data, **given)


def _check_input(name: str, algorithm: Algorithm, data: SongNetwork | Vectors) -> None:
    if isinstance(data, SongNetwork) and algorithm.input != "network":
        raise UsageError(
            f"{name} works on an encoder's vectors, and {data.name!r} is a network: "
            f"use {_named('network')}"
        )
    if isinstance(data, SongNetwork) and data.kind == "multiplex" and not algorithm.layers:
        able = " or ".join(name for name, other in ALGORITHMS.items() if other.layers)
        raise UsageError(
            f"{name} cuts one layer, and {data.name!r} is a multiplex network: use {able}, or one "
            f"of its layers, {str(data.params.get('layers')).replace(',', ' or ')}"
        )
    if isinstance(data, Vectors) and algorithm.input != "vectors":
        raise UsageError(
            f"{name} works on a network, and {data.encoder!r} is an encoder: "
            f"use {_named('vectors')}, or link its songs with songnet link sound"
        )


def _check_options(name: str, algorithm: Algorithm, given: Mapping[str, Any]) -> None:
    for option in given:
        if option not in algorithm.options:
            raise UsageError(f"{name} does not take {_flag(option)}: {_takers(option)}")
    for option, needed in algorithm.options.items():
        if needed and option not in given:
            raise UsageError(f"{name} needs {_flag(option)}{ADVICE.get(option, '')}")


def _takers(option: str) -> str:
    takers = [name for name, algorithm in ALGORITHMS.items() if option in algorithm.options]
    return f"it is an option of {', '.join(takers)}" if takers else "no algorithm does"


def _named(kind: str) -> str:
    names = [name for name, algorithm in ALGORITHMS.items() if algorithm.input == kind]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _flag(option: str) -> str:
    return "--" + option.replace("_", "-")
