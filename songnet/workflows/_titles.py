"""What a person would call a song."""

from __future__ import annotations

from songnet.workflows.workspace import Workspace


def song_titles(workspace: Workspace) -> dict[str, str]:
    """Title and artist of every song of the graph, by id; the id where neither is known."""
    table = workspace.store.songs().select(["id", "title", "artist"]).to_pylist()
    return {
        row["id"]: " – ".join(part for part in (row["title"], row["artist"]) if part) or row["id"]
        for row in table
    }
