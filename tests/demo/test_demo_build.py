"""The build on a small tree of our own: what goes in, what stays out, and the same bytes again."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import build_demo
import numpy as np
import pytest
import soundfile
from _demo_packages import VERSION, Override, Package, unpacked
from _demo_songs import Credit, LeftOut, Song, music_credits, named, songs_of
from numpy.typing import NDArray

from songnet.sources.spectrograms import read_zip

RATE = 8_000
COPYRIGHT = """\
Format: x

Files: *
Copyright: 2001 Ada
License: GPL-2+

Files: src/music/free.ogg
       src/music/fade.ogg
Copyright: 2002 Ben <ben@example.org>
License: CC-BY-SA-3.0

Files: src/music/sold.ogg
Copyright: Carl
License: CC-BY-NC-4.0
"""
GAME = Package(
    "tiny-game",
    "Tiny Game",
    "usr/share/tiny",
    ("music/*.ogg",),
    source="src",
    left_out={"music/known.ogg": "known to be someone else's"},
)


def tone(seconds: float) -> NDArray[np.float32]:
    times = np.arange(int(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)


def write(path: Path, samples: NDArray[np.float32], *, title: str = "", artist: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", RATE, 1, format="OGG", subtype="VORBIS") as file:
        for name, value in (("title", title), ("artist", artist)):
            if value:
                setattr(file, name, value)
        file.write(samples)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("unpacked") / "tiny-game"
    music = root / "usr/share/tiny/music"
    write(music / "free.ogg", tone(21), title="Free Song", artist="Ben B. <b@example.org>")
    fade = tone(24)
    fade[: 6 * RATE] = 0
    write(music / "fade.ogg", fade)
    write(music / "plain_song.ogg", tone(20.5))
    write(music / "silent.ogg", np.zeros(21 * RATE, np.float32))
    for name in ("sold", "known"):
        write(music / f"{name}.ogg", tone(21))
    write(music / "jingle.ogg", tone(19))
    (music / "broken.ogg").write_bytes(b"OggS" + bytes(100))
    (root / "usr/share/doc/tiny-game").mkdir(parents=True)
    (root / "usr/share/doc/tiny-game/copyright").write_text(COPYRIGHT, "utf-8")
    (root / VERSION).write_text("1.2-3\n", "utf-8")
    return root


def test_songs_and_the_reasons_of_what_stays_out(folder: Path) -> None:
    judged = list(songs_of(GAME, folder))
    found = {item.stem: item for item in judged if isinstance(item, Song)}
    reasons = {Path(item.file).stem: item.reason for item in judged if isinstance(item, LeftOut)}
    assert set(found) == {"free", "fade", "plain_song", "silent"}
    assert "CC-BY-NC-4.0" in reasons["sold"]
    assert reasons["known"] == "known to be someone else's"
    assert "19.0 s" in reasons["jingle"]
    assert "decoded" in reasons["broken"]
    free = found["free"]
    assert (free.title, free.artist) == ("Free Song", "Ben B.")
    assert (free.licence, free.holders) == ("CC-BY-SA-3.0", ("Ben",))
    assert (free.version, free.label) == ("1.2-3", "Tiny Game")
    assert free.id == "file:tiny-game/free.png"
    plain = found["plain_song"]
    assert (plain.title, plain.artist) == ("Plain song", "Ada")
    assert plain.licence == "GPL-2.0-or-later"


def test_the_same_packages_give_the_same_bytes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "elsewhere" / "tiny-game"
    shutil.copytree(folder, moved)
    for where, source in (("one", folder), ("two", moved)):
        build_demo.build({"tiny-game": source}, tmp_path / where, packages=(GAME,))
    names = ["ATTRIBUTION.md", "playlists.csv", "songs.csv", "spectrograms.zip"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    check_output(tmp_path / "one", capsys.readouterr().out)


def check_output(out: Path, printed: str) -> None:
    """The silent song is out, the one that fades in keeps its middle."""
    pictures = [item for item in read_zip(out / "spectrograms.zip") if isinstance(item, tuple)]
    assert [name for name, _ in pictures] == [
        "tiny-game/fade#1.png",
        *("tiny-game/free#0.png", "tiny-game/free#1.png"),
        *("tiny-game/plain_song#0.png", "tiny-game/plain_song#1.png"),
    ]
    with (out / "songs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["song"] for row in rows] == [
        f"file:tiny-game/{stem}.png" for stem in ("fade", "free", "plain_song")
    ]
    with (out / "playlists.csv").open(encoding="utf-8", newline="") as file:
        memberships = list(csv.DictReader(file))
    assert [row["track_id"] for row in memberships] == [row["song"] for row in rows]
    assert [row["position"] for row in memberships] == ["0", "1", "2"]
    page = (out / "ATTRIBUTION.md").read_text("utf-8")
    assert "| Free Song | Ben B. | Ben | CC-BY-SA-3.0 | free |" in page
    assert "music/silent.ogg (clip 0): silent" in printed
    assert "3 songs, 5 spectrograms, 1 lists (1 distinct), 3 memberships" in printed


def test_a_package_in_prose_needs_an_override(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "tiny-game"
    shutil.copytree(folder, root)
    (root / GAME.copyright_file).write_text("All of this is free. Copyright Ada.\n", "utf-8")
    assert all(isinstance(item, LeftOut) for item in songs_of(GAME, root))
    prose = Package(
        GAME.name, GAME.title, GAME.root, ("music/free.ogg",), override=Override("GPL-2", ("Ada",))
    )
    (song,) = songs_of(prose, root)
    assert isinstance(song, Song)
    assert (song.licence, song.holders) == ("GPL-2.0-only", ("Ada",))


def test_clip_is_refused_where_almost_all_of_it_is_silent(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros(int(4.5 * RATE), np.float32), tone(20)])
    write(tmp_path / "late.ogg", samples)
    assert build_demo.clip(tmp_path / "late.ogg", 0.0) == "silent but for less than a second"
    pixels = build_demo.clip(tmp_path / "late.ogg", 4.0)
    assert not isinstance(pixels, str)
    assert pixels.shape == (96, 216)


def test_credits_of_music_files_name_songs(tmp_path: Path) -> None:
    (tmp_path / "a.music").write_text(
        '<?xml version="1.0"?>\n<music title = "T &amp; U"\n composer="C <https://x>"'
        ' file="a.ogg" fast-filename="b.ogg"/>\n',
        "utf-8",
    )
    (tmp_path / "other.music").write_text('(supertux-music (file "c.ogg"))', "utf-8")
    assert music_credits(tmp_path) == {tmp_path / "a.ogg": Credit("T & U", "C <https://x>")}


@pytest.mark.parametrize(
    ("stem", "credit", "tagged", "expected"),
    [
        ("a_b-c", Credit(), Credit(), Credit("A b c", "Fallback")),
        ("a", Credit("T", "C"), Credit("tag", "tagger"), Credit("T", "C")),
        ("a", Credit(), Credit("tag", "tagger"), Credit("tag", "tagger")),
        ("02 - X Y - City Blues", Credit(), Credit(), Credit("City Blues", "X Y")),
        ("known", Credit("T", "C"), Credit("tag", "tagger"), Credit("Own", "Table")),
    ],
)
def test_names_come_from_table_credits_tags_and_file_name(
    stem: str, credit: Credit, tagged: Credit, expected: Credit
) -> None:
    package = Package(
        "p", "P", "r", (), artist="Fallback", artists={"known": "Table"}, titles={"known": "Own"}
    )
    assert named(package, Path(f"music/{stem}.ogg"), credit, tagged) == expected


def test_two_songs_of_one_name_are_refused(folder: Path) -> None:
    songs = [item for item in songs_of(GAME, folder) if isinstance(item, Song)][:1] * 2
    with pytest.raises(ValueError, match="one name"):
        build_demo.listen(songs, {"tiny-game": folder})


def test_an_unpacked_package_is_taken_as_it_is(tmp_path: Path) -> None:
    done = tmp_path / "unpacked" / "any"
    done.mkdir(parents=True)
    (done / VERSION).write_text("1\n", "utf-8")
    assert unpacked("any", tmp_path) == done
