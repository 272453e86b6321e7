"""The data that ships with songnet: real songs, real lists, free licences.

The spectrograms are those of freely licensed game soundtracks; ``ATTRIBUTION.md`` names everybody,
``README.md`` says how the data was made, and ``scripts/build_demo.py`` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TITLE = "Music of free games"

NOTES = (
    (
        "These are the soundtracks of 18 free games, and lists that the games' own files make: "
        "each soundtrack, the songs of each scenario of The Battle for Wesnoth, and sets of "
        "levels that name their music."
    ),
    (
        "Soundtracks hardly overlap, so the communities of the playlists are nearly given before "
        "any algorithm runs: finding them shows that songnet works, not that people agree. Most "
        "lists are Wesnoth's: many lists over few songs, and many that hold the same songs."
    ),
    (
        "Where sound agrees with the lists, it may have found a composer, an instrument or a "
        "studio's mastering rather than what made people put the songs together."
    ),
)


@dataclass(frozen=True, slots=True)
class DemoPaths:
    """Where the demo's files are.

    Attributes
    ----------
    spectrograms
        A zip of 96 x 216 8-bit PNGs, ``PACKAGE/STEM#0.png`` (opening) and ``#1.png`` (middle).
    playlists
        CSV, a row per membership: ``playlist_id, playlist_name, position, track_id, …``.
    songs
        CSV, a row per song: ``song, label, title, artist, copyright, licence, package, …``.
    attribution
        Markdown: who made what, under which licence.
    """

    spectrograms: Path
    playlists: Path
    songs: Path
    attribution: Path


def paths() -> DemoPaths:
    """Where the demo's files are on this machine."""
    folder = Path(__file__).resolve().parent
    return DemoPaths(
        spectrograms=folder / "spectrograms.zip",
        playlists=folder / "playlists.csv",
        songs=folder / "songs.csv",
        attribution=folder / "ATTRIBUTION.md",
    )


__all__ = ["NOTES", "TITLE", "DemoPaths", "paths"]
