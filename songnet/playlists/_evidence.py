"""What is known of songs: who is put with whom, what each sounds like, which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songnet.errors import EmptyInputError, InputError
from songnet.model import Ids, Ints, Memberships, Partition, SongNetwork, Vectors, object_array
from songnet.playlists._rules import plain_name


@dataclass(frozen=True)
class Evidence:
    """Everything that songs are recommended by, over one list of songs.

    Attributes
    ----------
    songs
        Ids, sorted, shape (n,): all that can be recommended.
    members
        scipy CSR (playlists, n), float64 ones: which song is in which playlist. No rows where
        there are no playlists.
    directions
        float32 (n, d): vectors of length 1, zeros where a song has none. None without vectors.
    links
        scipy CSR (n, n), float64, symmetric: the weights of a network's edges. None without.
    communities
        int64 (n,): a partition's communities, -1 for songs that it does not cover. None without.
    titles
        Texts, object (playlists,): what each row of `members` is called, empty where it has no
        name. None where names are not known.
    """

    songs: Ids
    members: Any
    directions: NDArray[np.float32] | None = None
    links: Any | None = None
    communities: Ints | None = None
    titles: Ids | None = None

    @classmethod
    def of(
        cls,
        memberships: Memberships | None = None,
        *,
        vectors: Vectors | None = None,
        network: SongNetwork | None = None,
        partition: Partition | None = None,
        songs: Iterable[str] = (),
        titles: Mapping[str, str] | None = None,
    ) -> Evidence:
        """From what there is, at least one of `memberships`, `vectors` and `network`.

        Parameters
        ----------
        songs
            Further songs that there are, such as those that nothing is known of yet.
        titles
            What playlists are called, by id.

        Raises
        ------
        EmptyInputError
            Nothing is known of any song.
        """
        parts = [each.songs for each in (memberships, vectors, network) if each is not None]
        known = [*parts, object_array(songs)]
        every = np.unique(np.concatenate(known))
        if not len(every):
            raise EmptyInputError(
                "there is nothing to recommend by: load playlists with 'songnet load-playlists', "
                "or sound with 'songnet load-audio' and 'songnet embed'"
            )
        return cls(
            songs=every,
            members=_members(memberships, every),
            directions=None if vectors is None else _directions(vectors, every),
            links=None if network is None else _links(network, every),
            communities=None if partition is None else _communities(partition, every),
            titles=None if titles is None else _titles(memberships, titles),
        )

    def places(self, ids: Iterable[str]) -> Ints:
        """Where songs stand in `songs`, int64; `InputError` names the first that is not there."""
        wanted = object_array(ids)
        place = np.minimum(np.searchsorted(self.songs, wanted), len(self.songs) - 1)
        absent = wanted[self.songs[place] != wanted]
        if len(absent):
            raise InputError(
                f"there is no song {absent[0]!r} in a playlist, a network or with a vector"
            )
        return place.astype(np.int64)

    @cached_property
    def popularity(self) -> Ints:
        """int64 (n,): how many playlists each song is in."""
        return np.asarray(np.bincount(self.members.indices, minlength=len(self.songs)), np.int64)

    @cached_property
    def lengths(self) -> Ints:
        """int64 (playlists,): how many songs each playlist has."""
        return np.asarray(np.diff(self.members.indptr), np.int64)

    @cached_property
    def plain_names(self) -> list[str]:
        """The titles as they are compared, see `plain_name`; none where they are not known."""
        return [] if self.titles is None else [plain_name(title) for title in self.titles]

    @cached_property
    def heard(self) -> NDArray[np.bool_]:
        """Bool (n,): which songs have a vector that points somewhere."""
        if self.directions is None:
            return np.zeros(len(self.songs), np.bool_)
        return np.asarray(self.directions.any(axis=1), np.bool_)

    def __len__(self) -> int:
        return len(self.songs)


def _members(memberships: Memberships | None, songs: Ids) -> Any:
    from scipy import sparse

    if memberships is None or not len(memberships):
        return sparse.csr_array((0, len(songs)), dtype=np.float64)
    place = np.searchsorted(songs, memberships.songs)
    shape = (len(memberships.playlists), len(songs))
    pairs = (memberships.playlist, place[memberships.song])
    return sparse.csr_array((np.ones(len(memberships)), pairs), shape=shape)


def _titles(memberships: Memberships | None, titles: Mapping[str, str]) -> Ids:
    lists = () if memberships is None else memberships.playlists
    return object_array(titles.get(each, "") for each in lists)


def _directions(vectors: Vectors, songs: Ids) -> NDArray[np.float32]:
    values = vectors.values.astype(np.float64)
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    units = np.divide(values, lengths, out=np.zeros_like(values), where=lengths > 0)
    directions = np.zeros((len(songs), vectors.dimensions), np.float32)
    directions[np.searchsorted(songs, vectors.songs)] = units
    return directions


def _links(network: SongNetwork, songs: Ids) -> Any:
    from scipy import sparse

    place = np.searchsorted(songs, network.songs)
    source, target = place[network.sources], place[network.targets]
    both = (np.concatenate([source, target]), np.concatenate([target, source]))
    weights = np.concatenate([network.weights, network.weights])
    return sparse.csr_array((weights, both), shape=(len(songs), len(songs)))


def _communities(partition: Partition, songs: Ids) -> Ints:
    place = np.minimum(np.searchsorted(songs, partition.songs), len(songs) - 1)
    known = songs[place] == partition.songs
    communities = np.full(len(songs), -1, np.int64)
    communities[place[known]] = partition.labels[known]
    return communities
