"""The corpus of hostile inputs, made by script: ``python -m torture.corpus FOLDER``.

Nothing binary is kept in the repository: an item is bytes, links and pipes in memory
(`torture.fuzz.items`), the same every time, and is written where it is needed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from torture.fuzz import archives, kept, playlists, sounds, tables, words
from torture.fuzz.items import Item, Pipe
from torture.fuzz.items import kept as as_text

MAKERS: Mapping[str, Callable[[], dict[str, Item]]] = {
    "mpd": playlists.mpd,
    "mpd-quick": playlists.slices,
    "csv": playlists.csv,
    "m3u": playlists.m3u,
    "xspf": playlists.xspf,
    "archives": archives.archives,
    "pictures": sounds.pictures,
    "picture-zips": sounds.picture_zips,
    "audio": sounds.audio,
    "partitions": tables.partitions,
    "networks": tables.networks,
    "labels": tables.labels,
    "settings": tables.settings,
    "encoders": kept.encoders,
    "cypher": words.cypher,
    "parameters": words.parameters,
    "names": words.names,
    **{
        f"folder-{part}": partial(kept.folders, part)
        for part in ("networks", "latents", "spectrograms", "choices", "sweeps", "nulls")
    },
}


def corpus(reader: str) -> dict[str, Item]:
    """The inputs for one reader, by what is odd about them."""
    return MAKERS[reader]()


def main(folder: Path) -> None:
    """Write every input as JSON that ``python -m torture fuzz --replay`` takes."""
    for reader in MAKERS:
        place = folder / reader
        place.mkdir(parents=True, exist_ok=True)
        for number, (what, item) in enumerate(corpus(reader).items()):
            (place / f"{number:04d}.json").write_text(as_text(reader, item), "utf-8")
            pipes = sum(isinstance(entry, Pipe) for entry in item.files.values())
            print(f"{place / f'{number:04d}.json'}\t{what!a}\t{item.size:,} bytes, {pipes} pipes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
