"""What a load is said to take, beside what it takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from songnet.workflows._load_memory import STANDING, load_estimate

GIB = 1 << 30
PROGRAM = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, done.stderr)
"""


@pytest.mark.parametrize(
    ("memberships", "took"),
    # docs/scale.md: 10,000 to a million playlists, into the embedded store.
    [(649_575, 0.819e9), (1_954_821, 1.606e9), (6_561_421, 3.057e9), (65_600_000, 4.9 * GIB)],
)
def test_it_says_what_was_measured(memberships, took):
    said = load_estimate({".json": memberships * 516}, 3_000_000)
    assert said.memberships == memberships
    assert said.bytes == pytest.approx(took, rel=0.1)


def test_a_store_that_takes_little_at_once_needs_little():
    sizes = {".json": 10**9, ".json.gz": 10**8}
    assert load_estimate(sizes, 100_000).bytes < load_estimate(sizes, 3_000_000).bytes


@pytest.mark.parametrize("sizes", [{}, {".csv": 10**9}, {".json": 1, ".zip": 1}])
def test_of_other_files_nothing_is_said(sizes):
    assert load_estimate(sizes, 1000) is None


def test_next_to_nothing_takes_what_stands_there_anyway():
    assert load_estimate({".json": 0}, 1000).bytes == STANDING


def slices(folder, playlists, tracks):
    """Lists of `tracks` songs, as many again as there are lists, as the dataset writes them."""
    folder.mkdir()
    for first in range(0, playlists, 1000):
        told = [
            {
                "name": "a list",
                "collaborative": "false",
                "pid": pid,
                "modified_at": 1493424000,
                "num_followers": 1,
                "tracks": [
                    {
                        "pos": position,
                        "artist_name": "An artist of some name",
                        "track_uri": f"spotify:track:{(pid * 37 + position * 11) % 150_000:022d}",
                        "artist_uri": "spotify:artist:2wIVse2owClT7go1WT98tk",
                        "track_name": f"A song whose title is {position}",
                        "album_uri": "spotify:album:6vV5UrXcfyQD1wu4Qo2I9K",
                        "duration_ms": 226863,
                        "album_name": "An album with a title too",
                    }
                    for position in range(tracks)
                ],
            }
            for pid in range(first, first + 1000)
        ]
        (folder / f"mpd.slice.{first}-{first + 999}.json").write_text(
            json.dumps({"info": {}, "playlists": told}, indent=4)
        )


def test_what_the_command_says_is_within_a_quarter_of_the_truth(tmp_path):
    slices(tmp_path / "in", 4_000, 65)
    songnet = Path(sys.executable).with_name("songnet")
    command = [songnet, "--data", tmp_path / "out", "load-playlists"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command, tmp_path / "in"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    took, said = done.stdout.split(" ", 1)
    gib = re.search(r"about [\d,]+ memberships, (\d+\.\d) GiB of memory at the peak", said)
    assert float(gib[1]) == pytest.approx(int(took) / GIB, rel=0.25, abs=0.1)
