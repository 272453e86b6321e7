"""Build the demo data in songnet/demo from Debian's packages of freely licensed game music.

    python scripts/build_demo.py [--cache DIR] [--out DIR]

Packages are fetched with apt-get (after ``apt-get update``) and unpacked below ``--cache``; those
that are there already are taken as they are. The same packages give the same files, byte for
byte. What is left out is printed with the reason.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from _demo_lists import SongList, all_lists
from _demo_packages import LISTS_ONLY, PACKAGES, Package, unpacked
from _demo_songs import LeftOut, Song, songs_of
from _demo_texts import attribution, playlists_csv, songs_csv
from numpy.typing import NDArray

from songnet.errors import FormatError
from songnet.sources._mel import CLIP_SECONDS, mel_spectrogram
from songnet.sources.audio import decode
from songnet.sources.spectrograms import write_zip

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "demo-packages"
OUT = ROOT / "songnet" / "demo"
WORKERS = 2
SILENCE = 1e-3  # -60 dBFS: a song that fades in from nothing has no first clip
LEAST_FRAMES = 43  # one second of 216 frames in 5.02 s

Pixels = NDArray[np.uint8]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch, select, listen, write, and say what was done."""
    options = _options(arguments)
    options.cache.mkdir(parents=True, exist_ok=True)
    names = [*(package.name for package in PACKAGES), *LISTS_ONLY]
    build({name: unpacked(name, options.cache) for name in names}, options.out)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages are kept")
    parser.add_argument("--out", type=Path, default=OUT, help="where the demo data goes")
    return parser.parse_args(arguments)


def build(
    folders: Mapping[str, Path], out: Path, *, packages: Iterable[Package] = PACKAGES
) -> None:
    """Write the demo data of the unpacked packages in `folders` into the folder `out`."""
    judged = [item for package in packages for item in songs_of(package, folders[package.name])]
    candidates = [item for item in judged if isinstance(item, Song)]
    pictures, silent = listen(candidates, folders)
    heard = {name.split("#")[0] for name in pictures}
    songs = sorted((song for song in candidates if song.name in heard), key=lambda song: song.id)
    lists = all_lists(songs, folders)
    out.mkdir(parents=True, exist_ok=True)
    write_zip(out / "spectrograms.zip", pictures)
    (out / "songs.csv").write_text(songs_csv(songs), "utf-8", newline="")
    (out / "playlists.csv").write_text(playlists_csv(lists), "utf-8", newline="")
    (out / "ATTRIBUTION.md").write_text(attribution(songs, pictures=len(pictures)), "utf-8")
    _report(songs, pictures, lists, [*(x for x in judged if isinstance(x, LeftOut)), *silent])


def listen(
    songs: Sequence[Song], folders: Mapping[str, Path]
) -> tuple[dict[str, Pixels], list[LeftOut]]:
    """The pictures of all songs by member name, and the clips and songs that have none."""
    if len({song.name for song in songs}) < len(songs):
        raise ValueError("two songs have one name")
    files = [folders[song.package] / song.file for song in songs]
    with ThreadPoolExecutor(WORKERS) as pool:
        heard = list(pool.map(clips, files, [song.seconds for song in songs]))
    pictures: dict[str, Pixels] = {}
    missing: list[LeftOut] = []
    for song, found in zip(songs, heard, strict=True):
        for number, clip in enumerate(found):
            if isinstance(clip, str):
                missing.append(LeftOut(song.package, f"{song.file} (clip {number})", clip))
            else:
                pictures[f"{song.name}#{number}.png"] = clip
    return pictures, missing


def clips(path: Path, seconds: float) -> list[Pixels | str]:
    """The spectrograms of the opening and of the middle, or why there is none."""
    return [clip(path, start) for start in (0.0, (seconds - CLIP_SECONDS) / 2)]


def clip(path: Path, start: float) -> Pixels | str:
    """The spectrogram of five seconds from `start`, uint8 (96, 216), or why there is none."""
    try:
        samples = decode(path, start=start)
    except FormatError as error:
        return f"cannot be decoded: {error.reason}"
    if not len(samples) or np.abs(samples).max() < SILENCE:
        return "silent (peak below -60 dBFS)"
    pixels = mel_spectrogram(samples)
    sounding = int((pixels.max(axis=0) > 0).sum())
    return pixels if sounding >= LEAST_FRAMES else "silent but for less than a second"


def _report(
    songs: Sequence[Song],
    pictures: Mapping[str, Pixels],
    lists: Sequence[SongList],
    left_out: Iterable[LeftOut],
) -> None:
    for item in left_out:
        print(f"left out: {item.package}: {item.file}: {item.reason}")
    distinct = len({frozenset(song.id for song in item.songs) for item in lists})
    memberships = sum(len(item.songs) for item in lists)
    print(
        f"{len(songs)} songs, {len(pictures)} spectrograms, {len(lists)} lists"
        f" ({distinct} distinct), {memberships} memberships"
    )


if __name__ == "__main__":
    sys.exit(main())
