"""Networks and partitions in the embedded store, and all nodes that bear a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from songnet.model import (
    Ids,
    Partition,
    SongNetwork,
    object_array,
)
from songnet.store._ladybug_engine import Session
from songnet.store._ladybug_load import copy
from songnet.store._ladybug_schema import NODES, quoted, returned
from songnet.store._properties import (
    network_properties,
    partition_properties,
)
from songnet.store._rows import (
    EDGE_SCHEMAS,
    check_in_graph,
    community_rows,
    edge_rows,
    in_community_rows,
    relationship,
)

LABELS = {"network": "Network", "encoder": "Encoder", "partition": "Partition"}
EDGES = ("SHARES_PLAYLISTS", "SOUNDS_LIKE")


# --- nodes that bear a name ---------------------------------------------------------------------


def named(session: Session, label: str, name: str) -> dict[str, Any] | None:
    """The properties of one node, None where there is none of that name."""
    text = f"MATCH (n:{quoted(label)} {{name: $name}}) RETURN {returned('n', list(NODES[label]))}"
    found = session.rows(text, name=name)
    return found[0] if found else None


def all_named(session: Session, label: str) -> list[dict[str, Any]]:
    """The properties of all nodes of a label, sorted by name."""
    found = session.rows(f"MATCH (n:{quoted(label)}) RETURN {returned('n', list(NODES[label]))}")
    return sorted(found, key=lambda properties: str(properties["name"]))


def put_named(session: Session, label: str, properties: Mapping[str, Any]) -> None:
    """Write a node or replace all its properties; its edges stay."""
    columns = [name for name in NODES[label] if name != "name"]
    settings = ", ".join(f"n.{quoted(name)} = ${name}_value" for name in columns)
    values = {f"{name}_value": properties[name] for name in columns}
    session.run(
        f"MERGE (n:{quoted(label)} {{name: $name}}) SET {settings}",
        name=properties["name"],
        **values,
    )


def check_songs(session: Session, songs: Ids, *, what: str) -> None:
    """`InputError` unless all songs are in the graph."""
    if not len(songs):
        return
    found = session.table(
        "LOAD FROM $rows MATCH (s:Song {id: row_id}) RETURN s.id AS id",
        rows=pa.table({"row_id": pa.array(songs, pa.string())}),
    )
    check_in_graph(songs, object_array(found["id"].to_pylist()), what=what)


# --- networks -----------------------------------------------------------------------------------


def edges(session: Session, network: str, kind: str) -> pa.Table:
    """The edges of a network, columns as the network's kind has them."""
    name = relationship(kind)
    if name is None:
        return pa.table({})
    columns = EDGE_SCHEMAS[kind]
    listed = ", ".join(f"e.{column} AS {column}" for column in columns.names[2:])
    found = session.table(
        f"MATCH (a:Song)-[e:{name}]->(b:Song) WHERE e.network = $network "
        f"RETURN a.id AS source, b.id AS target, {listed}",
        network=network,
    )
    return found.cast(columns)


def put_network(session: Session, network: SongNetwork, created_at: str | None) -> int:
    """Write a network in place of the one of that name; how many edges went in."""
    rows = edge_rows(network)
    check_songs(session, network.songs, what=f"network {network.name!r}")
    drop_edges(session, network.name)
    put_named(session, "Network", network_properties(network, created_at))
    kind = relationship(network.kind)
    if kind is not None:
        name = pa.array([network.name] * rows.num_rows, pa.string())
        copy(session, kind, rows.add_column(2, "network", name))
    return int(rows.num_rows)


def drop_edges(session: Session, network: str) -> None:
    """Take away the edges of a network."""
    for kind in EDGES:
        session.run(
            f"MATCH (:Song)-[e:{kind}]->(:Song) WHERE e.network = $name DELETE e", name=network
        )


# --- partitions ---------------------------------------------------------------------------------


def put_partition(
    session: Session, partition: Partition, created_at: str | None, titles: Sequence[str] | None
) -> None:
    """Write a partition in place of the one of that name."""
    communities = community_rows(partition, titles)
    check_songs(session, partition.songs, what=f"partition {partition.name!r}")
    drop_communities(session, partition.name)
    put_named(session, "Partition", partition_properties(partition, created_at))
    copy(session, "Community", communities)
    copy(session, "IN_COMMUNITY", in_community_rows(partition))
    copy(session, "PART_OF", communities.select(["id", "partition"]).rename_columns(["c", "p"]))
    _link(session, partition)


def _link(session: Session, partition: Partition) -> None:
    """`OF` to the network of the name, else to the encoder of the name, if there is one."""
    session.run("MATCH (p:`Partition` {name: $name})-[o:`OF`]->() DELETE o", name=partition.name)
    for label in ("Network", "Encoder"):
        if named(session, label, partition.on):
            session.run(
                f"MATCH (p:`Partition` {{name: $name}}) MATCH (n:{label} {{name: $target}}) "
                "CREATE (p)-[:`OF`]->(n)",
                name=partition.name,
                target=partition.on,
            )
            return


def drop_communities(session: Session, partition: str) -> None:
    """Take away the communities of a partition and who is in them."""
    session.run("MATCH (c:Community) WHERE c.`partition` = $name DETACH DELETE c", name=partition)


def titles(session: Session, partition: str) -> list[str]:
    """Titles of a partition's communities, by label."""
    found = session.rows(
        "MATCH (c:Community) WHERE c.`partition` = $name "
        "RETURN c.title AS title, c.label AS label ORDER BY label",
        name=partition,
    )
    return [row["title"] for row in found]


# --- dropping -----------------------------------------------------------------------------------


def users(session: Session, label: str, name: str) -> list[str]:
    """Names of partitions that are of this network or encoder, sorted."""
    if label == "Partition":
        return []
    found = session.rows(
        f"MATCH (p:`Partition`)-[:`OF`]->(n:{label} {{name: $name}}) RETURN p.name AS name",
        name=name,
    )
    return sorted(row["name"] for row in found)


def drop_named(session: Session, label: str, name: str) -> None:
    """Take away a node, with its edges or communities."""
    if label == "Network":
        drop_edges(session, name)
    elif label == "Partition":
        drop_communities(session, name)
    session.run(f"MATCH (n:{quoted(label)} {{name: $name}}) DETACH DELETE n", name=name)
