"""What can still be read of a damaged store, written to a new one.

Run as a program by `songnet.workflows.recover`, on a copy: the engine may die of what it reads. It
tells on stdout what it begins and what came of it, a JSON object per line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from songnet.errors import SongnetError
from songnet.info import EncoderInfo, NetworkInfo, PartitionInfo
from songnet.store import GraphStore, open_store

PLAYLISTS_PER_BATCH = 10_000
Piece = tuple[str, Callable[[], int]]
Named = EncoderInfo | NetworkInfo | PartitionInfo


def salvage(source: str, target: str, skip: set[str]) -> None:
    """Carry over piece by piece what can be read, but for the pieces in `skip`.

    Parameters
    ----------
    source, target
        Paths of the copy and of the new store.
    skip
        Pieces of which the engine has died before.
    """
    with open_store(target) as new:
        _tell(began="opening")
        with open_store(source) as old:
            _tell(done="opening", count=0)
            for name, carry in _pieces(old, new):
                if name not in skip:
                    _carry(name, carry)


def _carry(name: str, carry: Callable[[], int]) -> None:
    _tell(began=name)
    try:
        count = carry()
    except (SongnetError, ValueError, KeyError, IndexError, OSError) as error:
        _tell(failed=name, why=" ".join(str(error).split())[:300])
    else:
        _tell(done=name, count=count)


def _tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


def _pieces(old: GraphStore, new: GraphStore) -> Iterator[Piece]:
    yield "songs", lambda: _songs(old, new)
    yield "playlists", lambda: _playlists(old, new)
    yield from _named(old, "encoder", lambda name: _encoder(old, new, name))
    yield from _named(old, "network", lambda name: _network(old, new, name))
    yield from _named(old, "partition", lambda name: _partition(old, new, name))


def _named(old: GraphStore, what: str, carry: Callable[[str], int]) -> Iterator[Piece]:
    """A piece for each thing of a kind, once their list has been read."""
    names: list[str] = []

    def read() -> int:
        infos: Mapping[str, Callable[[], Sequence[Named]]] = {
            "encoder": old.encoders,
            "network": old.networks,
            "partition": old.partitions,
        }
        found: Sequence[Named] = infos[what]()
        names.extend(info.name for info in found)
        return len(names)

    yield f"list of {what}s", read
    for name in names:
        yield f"{what} {name}", lambda name=name: carry(name)  # type: ignore[misc]


def _songs(old: GraphStore, new: GraphStore) -> int:
    songs = old.songs()
    new.add_songs(songs)
    return int(songs.num_rows)


def _playlists(old: GraphStore, new: GraphStore) -> int:
    lists, songs, members = old.playlists(), old.songs().select(["id"]), old.membership_table()
    new.add_playlists(lists, songs, members)
    return int(lists.num_rows)


def _encoder(old: GraphStore, new: GraphStore, name: str) -> int:
    info = next(info for info in old.encoders() if info.name == name)
    vectors = old.vectors(name)
    new.write_encoder(info)
    if len(vectors.songs):
        new.write_vectors(vectors)
    return len(vectors.songs)


def _network(old: GraphStore, new: GraphStore, name: str) -> int:
    """From its edges, if they are what its fingerprint says; else the data folder has it."""
    from songnet.workflows.workspace import network_from_graph

    info = next(info for info in old.networks() if info.name == name)
    network = network_from_graph(old, info)
    if network.fingerprint != info.fingerprint:
        raise SongnetError("the graph holds only a part of it, or it is damaged")
    new.write_network(network, info.created_at)
    return network.edges


def _partition(old: GraphStore, new: GraphStore, name: str) -> int:
    info = next(info for info in old.partitions() if info.name == name)
    partition = old.partition(name)
    if partition.fingerprint != info.fingerprint:
        raise SongnetError("its labels are not those that were written")
    new.write_partition(partition, info.created_at, old.community_titles(name))
    return len(partition.songs)


if __name__ == "__main__":
    salvage(sys.argv[1], sys.argv[2], set(sys.argv[3:]))
