"""Songs that are no part of the graph, such as a file that was just heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.errors import InputError
from songnet.model import Ids, Ints, object_array
from songnet.playlists._evidence import Evidence


def with_heard(evidence: Evidence, heard: Mapping[str, NDArray[np.float32]]) -> Evidence:
    """The evidence with further songs of which nothing but a vector is known.

    Parameters
    ----------
    heard
        Vectors by id, float32 (d,), of the encoder whose directions `evidence` has.

    Raises
    ------
    InputError
        An id is in `evidence`, a vector has no length or another size, or there are no directions.
    """
    if not heard:
        return evidence
    songs, place = _merged(evidence.songs, object_array(heard))
    return replace(
        evidence,
        songs=songs,
        members=_widened(evidence.members, place, len(songs)),
        directions=_directions(evidence, songs, place, heard),
        links=None if evidence.links is None else _both_widened(evidence.links, place, len(songs)),
        communities=_communities(evidence, place, len(songs)),
    )


def _merged(songs: Ids, others: Ids) -> tuple[Ids, Ints]:
    """All ids, sorted, and where the first ones stand among them."""
    every = np.unique(np.concatenate([songs, others]))
    if len(every) != len(songs) + len(others):
        raise InputError("a song that was heard bears the id of a song that is known")
    return every, np.searchsorted(every, songs).astype(np.int64)


def _directions(
    evidence: Evidence, songs: Ids, place: Ints, heard: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    if evidence.directions is None:
        raise InputError("a sound can only be compared with vectors, and the songs have none")
    size = evidence.directions.shape[1]
    directions = np.zeros((len(songs), size), np.float32)
    directions[place] = evidence.directions
    for name, vector in heard.items():
        length = float(np.linalg.norm(vector.astype(np.float64)))
        if vector.shape != (size,) or not 0 < length < np.inf:
            raise InputError(f"the vector of {name!r} must have {size} numbers and a length")
        directions[np.searchsorted(songs, name)] = vector / length
    return directions


def _communities(evidence: Evidence, place: Ints, size: int) -> Ints | None:
    if evidence.communities is None:
        return None
    communities = np.full(size, -1, np.int64)
    communities[place] = evidence.communities
    return communities


def _widened(matrix: Any, place: Ints, width: int) -> Any:
    """A CSR matrix with its columns at `place` of more; their order stays as it was."""
    parts = (matrix.data, place[matrix.indices], matrix.indptr)
    return type(matrix)(parts, shape=(matrix.shape[0], width))


def _both_widened(links: Any, place: Ints, size: int) -> Any:
    counts = np.zeros(size, np.int64)
    counts[place] = np.diff(links.indptr)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return type(links)((links.data, place[links.indices], starts), shape=(size, size))
