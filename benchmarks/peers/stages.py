"""All stages by name, in the order of the work."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.peers.child import find
from benchmarks.peers.stage import Stage

REFERENCES: Mapping[str, str] = {
    "load": "benchmarks.peers.load:STAGE",
    "project": "benchmarks.peers.project:STAGE",
    "project-small": "benchmarks.peers.project:SMALL",
    "communities": "benchmarks.peers.communities:STAGE",
    "communities-small": "benchmarks.peers.communities:SMALL",
    "compare": "benchmarks.peers.compare:STAGE",
    "compare-small": "benchmarks.peers.compare:SMALL",
    "neighbors": "benchmarks.peers.neighbors:STAGE",
}


def stage(name: str) -> Stage:
    """The stage of that name."""
    return find(REFERENCES[name])
