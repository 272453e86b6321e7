"""How graphs are written as GraphML and as GEXF, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from xml.sax.saxutils import escape, quoteattr

# The columns of nodes or edges: name to type (``string``, ``long``, ``double``).
Columns: TypeAlias = dict[str, str]

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its id, what a person would call it, and its columns."""

    id: str
    label: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """An undirected edge between the ids of two nodes, and its columns."""

    source: str
    target: str
    weight: float
    values: Mapping[str, Any]


def xml_id(identity: str) -> str:
    r"""An id with what XML cannot hold written as ``\uXXXX``."""
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", identity)


def _text(value: object) -> str:
    """The content of an element."""
    # A carriage return that is not written as a reference is read back as a newline.
    return escape(_ILLEGAL.sub("\ufffd", str(value)), {"\r": "&#13;"})


def _attribute(value: object) -> str:
    """An attribute's value in its quotes."""
    return quoteattr(_ILLEGAL.sub("\ufffd", str(value)))


class Format(Protocol):
    """How a graph is written, piece by piece: the head, nodes, what is between, edges, the foot."""

    def head(self) -> str:
        """What comes before the nodes."""

    def node(self, node: Node) -> str:
        """One node."""

    def between(self) -> str:
        """What stands between nodes and edges."""

    def edge(self, edge: Edge, number: int) -> str:
        """One edge; edges are numbered from 0."""

    def foot(self) -> str:
        """What comes after the edges."""


class GraphML:
    """GraphML: columns are keys, ``n0`` … of nodes and ``e0`` … of edges."""

    def __init__(self, nodes: Columns, edges: Columns) -> None:
        self._nodes = {name: f"n{place}" for place, name in enumerate(nodes)}
        self._edges = {name: f"e{place}" for place, name in enumerate(edges)}
        self._types = {"node": nodes, "edge": edges}

    def head(self) -> str:
        """See `Format`."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
            + self._keys("node", self._nodes)
            + self._keys("edge", self._edges)
            + '<graph id="songnet" edgedefault="undirected">\n'
        )

    def _keys(self, what: str, keys: Mapping[str, str]) -> str:
        return "".join(
            f'<key id="{key}" for="{what}" attr.name={_attribute(name)} '
            f'attr.type="{self._types[what][name]}"/>\n'
            for name, key in keys.items()
        )

    def node(self, node: Node) -> str:
        """See `Format`."""
        return f"<node id={_attribute(node.id)}>{_data(node.values, self._nodes)}</node>\n"

    def between(self) -> str:
        """See `Format`."""
        return ""

    def edge(self, edge: Edge, number: int) -> str:
        """See `Format`."""
        data = _data({"weight": edge.weight, **edge.values}, self._edges)
        ends = f"source={_attribute(edge.source)} target={_attribute(edge.target)}"
        return f'<edge id="e{number}" {ends}>{data}</edge>\n'

    def foot(self) -> str:
        """See `Format`."""
        return "</graph>\n</graphml>\n"


def _data(values: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    return "".join(
        f'<data key="{keys[name]}">{_text(value)}</data>' for name, value in values.items()
    )


# A node of GEXF has a label of its own, which readers put in the place of a column so called.
_GEXF_TITLES = {"label": "song_label"}


class Gexf:
    """GEXF: columns are attributes, numbered; a node's label is what a person would call it."""

    def __init__(self, nodes: Columns, edges: Columns) -> None:
        self._nodes = {name: place for place, name in enumerate(nodes)}
        self._edges = {
            name: place for place, name in enumerate(name for name in edges if name != "weight")
        }
        self._types = {"node": nodes, "edge": edges}

    def head(self) -> str:
        """See `Format`."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
            "<meta><creator>songnet</creator></meta>\n"
            '<graph mode="static" defaultedgetype="undirected">\n'
            + self._attributes("node", self._nodes)
            + self._attributes("edge", self._edges)
            + "<nodes>\n"
        )

    def _attributes(self, what: str, places: Mapping[str, int]) -> str:
        listed = "".join(
            f'<attribute id="{place}" title={_attribute(_GEXF_TITLES.get(name, name))} '
            f'type="{self._types[what][name]}"/>\n'
            for name, place in places.items()
        )
        return f'<attributes class="{what}">\n{listed}</attributes>\n'

    def node(self, node: Node) -> str:
        """See `Format`."""
        values = _attvalues(node.values, self._nodes)
        return f"<node id={_attribute(node.id)} label={_attribute(node.label)}>{values}</node>\n"

    def between(self) -> str:
        """See `Format`."""
        return "</nodes>\n<edges>\n"

    def edge(self, edge: Edge, number: int) -> str:
        """See `Format`."""
        ends = f"source={_attribute(edge.source)} target={_attribute(edge.target)}"
        values = _attvalues(edge.values, self._edges)
        return f'<edge id="{number}" {ends} weight="{edge.weight}">{values}</edge>\n'

    def foot(self) -> str:
        """See `Format`."""
        return "</edges>\n</graph>\n</gexf>\n"


def _attvalues(values: Mapping[str, Any], places: Mapping[str, int]) -> str:
    listed = "".join(
        f'<attvalue for="{places[name]}" value={_attribute(value)}/>'
        for name, value in values.items()
    )
    return f"<attvalues>{listed}</attvalues>"
