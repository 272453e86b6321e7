r"""Graphs for other programs: GraphML (igraph, networkx, Cytoscape) and GEXF 1.3 (Gephi).

Nodes are songs and, where they are given, playlists; the node's id is the song's or playlist's.
Node columns: ``kind`` (song, playlist), the songs' properties, and ``partition:NAME`` per
partition. Edges are undirected; their columns are ``network`` (its name, or ``contains`` for a
playlist's membership), ``weight`` and the network's own (``playlists``, ``similarity``), and
``position`` and ``times`` of memberships. In GEXF the songs' ``label`` is called ``song_label``:
a node's label there is what a person would call it.

What XML cannot hold (control characters) is written U+FFFD in texts and ``\uXXXX`` in ids.

Formats: Brandes et al., "GraphML Progress Report", Graph Drawing 2001; gexf.net, version 1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from numpy.typing import NDArray

from songnet.errors import InputError
from songnet.files import replacing
from songnet.model import Partition, SongNetwork
from songnet.sources._graph_formats import Columns, Edge, Format, Gexf, GraphML, Node, xml_id

EXTENSIONS = (".graphml", ".gexf")
ROWS = 10_000
IDS = ("id", "playlist", "song")

_Row: TypeAlias = dict[str, Any]


def write_graph(
    path: Path,
    *,
    songs: pa.Table,
    networks: Sequence[SongNetwork] = (),
    partitions: Sequence[Partition] = (),
    playlists: pa.Table | None = None,
    memberships: pa.Table | None = None,
) -> None:
    """Write songs, networks and partitions (and playlists) as one graph file, whole or not at all.

    Parameters
    ----------
    path
        ``.graphml`` or ``.gexf``.
    songs
        A row per song, `id` among the columns; columns of text, whole and other numbers are
        written, others are not. Songs that only networks or partitions name become nodes too.
    playlists, memberships
        Nodes, and the edges (columns `playlist`, `song`, `position`, `times`) that tie them to
        songs. Memberships without playlists are left out.

    Raises
    ------
    InputError
        Another extension; an id that is given to two nodes, or that an edge names but no node
        bears; the file cannot be written.
    """
    formats: dict[str, Callable[[Columns, Columns], Format]] = {
        ".graphml": GraphML,
        ".gexf": Gexf,
    }
    path = Path(path)
    if path.suffix.lower() not in formats:
        raise InputError(f"{path} is no graph file; allowed are {', '.join(EXTENSIONS)}")
    graph = _Graph(songs, networks, partitions, playlists, memberships)
    written = formats[path.suffix.lower()](graph.node_columns(), graph.edge_columns())
    with replacing(path) as file:
        for piece in _pieces(graph, written):
            file.write(piece.encode("utf-8"))


def _pieces(graph: _Graph, written: Format) -> Iterator[str]:
    yield written.head()
    for node in graph.nodes():
        yield written.node(node)
    yield written.between()
    for number, edge in enumerate(graph.edges()):
        yield written.edge(edge, number)
    yield written.foot()


class _Graph:
    """The nodes and edges to write, in their order; `nodes` is exhausted before `edges`."""

    def __init__(
        self,
        songs: pa.Table,
        networks: Sequence[SongNetwork],
        partitions: Sequence[Partition],
        playlists: pa.Table | None,
        memberships: pa.Table | None,
    ) -> None:
        self._songs, self._networks, self._partitions = songs, networks, partitions
        self._playlists = playlists
        self._memberships = memberships if playlists is not None else None
        self._written: set[str] = set()

    def node_columns(self) -> Columns:
        columns = {"kind": "string", **_scalar_columns(self._songs)}
        columns |= _scalar_columns(self._playlists)
        return columns | {_column_of(each): "long" for each in self._partitions}

    def edge_columns(self) -> Columns:
        columns = {"network": "string", "weight": "double"}
        for network in self._networks:
            columns |= {key: _numpy_type(value) for key, value in network.attributes.items()}
        return columns | ({} if self._memberships is None else _scalar_columns(self._memberships))

    def nodes(self) -> Iterator[Node]:
        """Songs by id, then those that only networks and partitions name, then playlists."""
        labels = {
            _column_of(each): dict(zip(each.songs.tolist(), each.labels.tolist(), strict=True))
            for each in self._partitions
        }
        for row in self._song_rows():
            member = {name: of[row["id"]] for name, of in labels.items() if row["id"] in of}
            yield self._node("song", row, _label(row), member)
        for row in _rows(self._playlists):
            yield self._node("playlist", row, row.get("name") or row["id"], {})

    def _song_rows(self) -> Iterator[_Row]:
        yield from _rows(self._songs)
        bearers = [each.songs for each in self._networks] + [
            each.songs for each in self._partitions
        ]
        named = {song for songs in bearers for song in songs.tolist()}
        for song in sorted(named.difference(self._songs["id"].to_pylist())):
            yield {"id": song}

    def _node(self, kind: str, row: _Row, label: str, more: _Row) -> Node:
        identity = xml_id(row["id"])
        if identity in self._written:
            raise InputError(f"two nodes have the id {identity!r}; ids must be unique")
        self._written.add(identity)
        values = {name: value for name, value in row.items() if name != "id"}
        return Node(identity, label, {"kind": kind, **values, **more})

    def edges(self) -> Iterator[Edge]:
        """The networks' edges, then the playlists' memberships."""
        for network in self._networks:
            yield from _network_edges(network)
        for row in _rows(self._memberships):
            ends = xml_id(row.pop("playlist")), xml_id(row.pop("song"))
            for end in ends:
                if end not in self._written:
                    raise InputError(f"a membership names {end!r}, which is not among the nodes")
            yield Edge(*ends, float(row.get("times") or 1), {"network": "contains", **row})


def _network_edges(network: SongNetwork) -> Iterator[Edge]:
    ids = [xml_id(song) for song in network.songs.tolist()]
    columns = [network.sources, network.targets, network.weights, *network.attributes.values()]
    for start in range(0, network.edges, ROWS):
        part = (column[start : start + ROWS].tolist() for column in columns)
        for source, target, weight, *values in zip(*part, strict=True):
            more = dict(zip(network.attributes, values, strict=True))
            yield Edge(ids[source], ids[target], weight, {"network": network.name, **more})


def _rows(table: pa.Table | None) -> Iterator[_Row]:
    """The rows of a table, sorted by id or place; columns of other types and nulls are left out."""
    if table is None:
        return
    wanted = ("id", "playlist", "position", "song")
    keys = [name for name in wanted if name in table.schema.names]
    ordered = table.sort_by([(name, "ascending") for name in keys])
    kept = [name for name in table.schema.names if name in {*IDS, *_scalar_columns(table)}]
    for batch in ordered.select(kept).to_batches(max_chunksize=ROWS):
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


def _scalar_columns(table: pa.Table | None) -> Columns:
    """The columns that a graph file can hold, without ids, which nodes and edges have anyway."""
    columns = {}
    for column in () if table is None else table.schema:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            columns[column.name] = "string"
        elif pa.types.is_integer(column.type):
            columns[column.name] = "long"
        elif pa.types.is_floating(column.type):
            columns[column.name] = "double"
    return {name: kind for name, kind in columns.items() if name not in IDS}


def _column_of(partition: Partition) -> str:
    return f"partition:{partition.name}"


def _numpy_type(values: NDArray[Any]) -> str:
    return {"i": "long", "u": "long", "f": "double"}.get(values.dtype.kind, "string")


def _label(song: _Row) -> str:
    """What a person would call a song: artist and title, as far as they are known."""
    said = [song[key] for key in ("artist", "title") if song.get(key)]
    return " - ".join(said) or str(song["id"])
