"""Which packages the demo is made of, how to get them, and what their copyright files leave open.

A song is taken only from the folders named in `PACKAGES`. Everything that a machine-readable
copyright file does not say stands in this table, with the place where it is written.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

SUFFIXES = frozenset(
    {
        *(".ogg", ".mp3", ".music"),
        *(".cfg", ".stl", ".stwm", ".lua", ".txt", ".xml", ".ini", ".grandprix"),
    }
)
VERSION = ".version"


@dataclass(frozen=True, slots=True)
class Override:
    """What a copyright file says in prose: Debian's licence name and the holders."""

    licence: str
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package with music.

    Attributes
    ----------
    name, title
        The package, and what people call the game.
    root
        The folder in which its files are installed.
    source
        What `root` is called in the source tree, where the copyright file's globs apply.
    music
        Globs below `root`.
    override
        Set where the copyright file is not machine-readable; the comment beside it says where the
        licence is written.
    artist
        Who made what has no tag and no credit of its own; default: the copyright holders.
    artists, titles
        By stem, where a credits file or another package knows better than the tag.
    left_out
        Reasons by glob below `root`.
    folder_names_song
        The song is called as its folder is.
    """

    name: str
    title: str
    root: str
    music: tuple[str, ...]
    source: str = ""
    override: Override | None = None
    artist: str = ""
    artists: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    folder_names_song: bool = False

    @property
    def copyright_file(self) -> str:
        """Where the package says what may be done with it."""
        return f"usr/share/doc/{self.name}/copyright"


_STEM_OF_GUITAR = "the guitar's own track of a song that is in; not a song by itself"
_ALBUM = (
    "made by a composer who is thanked (docs/AUTHORS.data.txt) but is no holder in the stanza that"
    " covers the file; whether the licence is theirs is not stated"
)
_NETLABEL = (
    "credited to a netlabel artist (Credits.lua) who is no holder in the stanza that covers the"
    " file; whether the licence is theirs is not stated"
)

PACKAGES = (
    Package("asc-music", "Advanced Strategic Command", "usr/share/games/asc", ("music/*.mp3",)),
    Package(
        "colobot-common-sounds",
        "Colobot",
        "usr/share/games/colobot",
        ("music/*.ogg",),
        source="data",
    ),
    Package(
        "extremetuxracer-data",
        "Extreme Tux Racer",
        "usr/share/games/etr",
        ("music/*.ogg",),
        source="data",
        # credits.lst names the four musicians; the file names end in their initials.
        artists={
            "calmrace-ks": "Karl Schroeder",
            "spunkyrace-ks": "Karl Schroeder",
            "race1-jt": "Joseph Toscano",
            "start1-jt": "Joseph Toscano",
        },
    ),
    Package(
        "fillets-ng-data",
        "Fish Fillets NG",
        "usr/share/games/fillets-ng",
        ("music/*.ogg",),
        # Prose: "This package is free software; ... GNU General Public License ...; version 2
        # dated June, 1991", for all but the fonts.
        override=Override("GPL-2", ("ALTAR interactive", "Ivo Danihelka", "Pavel Danihelka")),
        artist="ALTAR interactive",
    ),
    Package(
        "freedroidrpg-data",
        "FreedroidRPG",
        "usr/share/freedroidrpg/data",
        ("sound/music/*.ogg",),
        source="data",
        artist="FreedroidRPG musicians",
        left_out={
            "sound/music/TheBeginning.ogg": _NETLABEL,
            "sound/music/Bleostrada.ogg": _NETLABEL,
        },
    ),
    Package(
        "fretsonfire-songs-muldjord",
        "Frets on Fire: Muldjord",
        "usr/share/games/fretsonfire/data/songs/muldjord",
        ("*/*.ogg",),
        # Prose: "The songs, performances and fret files are all Copyright (c) 2009 El Senator ...
        # licenced under the terms of the Creative Commons Attribution ShareAlike licence 3.0".
        override=Override("CC-BY-SA-3.0", ("El Senator",)),
        artist="Muldjord",
        titles={"internal_degeneration": "Internal Degeneration"},
        left_out={"*/guitar.ogg": _STEM_OF_GUITAR},
        folder_names_song=True,
    ),
    Package(
        "fretsonfire-songs-sectoid",
        "Frets on Fire: Sectoid",
        "usr/share/games/fretsonfire/data/songs/sectoid",
        ("*/*.ogg",),
        # Prose: "The songs, performances and fret files are all Copyright (c) 2006/2007 Carlos
        # Viola Iborra", followed by the text of the MIT (Expat) licence.
        override=Override("Expat", ("Carlos Viola Iborra",)),
        artist="Sectoid (Carlos Viola Iborra)",
        left_out={"*/guitar.ogg": _STEM_OF_GUITAR},
        folder_names_song=True,
    ),
    Package(
        "hedgewars-data",
        "Hedgewars",
        "usr/share/games/hedgewars/Data",
        ("Music/*.ogg",),
        source="share/hedgewars/Data",
        # Music/credits.txt
        artists={
            "City": "HSR",
            "Compost": "HG",
            "EarthRise": "Jonatan Nilsson",
            "Fruit": "Valentin Kraevskiy",
            "Jungle": "Valentin Kraevskiy",
            "Nature": "John Dum",
            "pirate": "Jonatan Nilsson",
            "Rock": "HSR",
            "olympics_sd": "yd",
            "oriental": "Jonatan Nilsson",
            "snow": "Jonatan Nilsson",
        },
        left_out={
            "Music/sdmusic.ogg": 'an edit of Kevin MacLeod\'s "Hitman" (Music/credits.txt), '
            "whose licence the copyright file does not state"
        },
    ),
    Package(
        "hyperrogue-music",
        "HyperRogue",
        "usr/share/hyperrogue",
        ("music/*.ogg",),
        # Two have no tag, and the tag of the third lists the titles of the whole album.
        titles={
            "hr-domina-hunting": "Hunting",
            "hr-domina-mountain": "Mountain",
            "hr3-desert": "Desert",
        },
    ),
    Package(
        "lincity-ng-data",
        "LinCity-NG",
        "usr/share/games/lincity-ng",
        ("music/default/*.ogg",),
        source="data",
    ),
    Package(
        "megaglest-data",
        "MegaGlest",
        "usr/share/games/megaglest",
        ("data/core/menu/music/*.ogg", "techs/megapack/factions/*/music/*.ogg"),
        left_out={
            f"techs/megapack/factions/{faction}/music/*.ogg": _ALBUM
            for faction in ("egypt", "indian", "norsemen", "persian", "romans")
        },
    ),
    Package(
        "planetblupi-music-ogg",
        "Planet Blupi",
        "usr/share/planetblupi",
        ("music/*.ogg",),
        source="data",
    ),
    Package(
        "plee-the-bear-data",
        "Plee the Bear",
        "usr/share/games/plee-the-bear",
        ("music/**/*.ogg",),
        # Prose: "Most media files (images, sounds, musics, ...) are distributed under the terms of
        # the Creative Commons paternity share alike licence in version 3.0"; the rest is GPL-2+.
        override=Override("CC-BY-SA-3.0", ("Julien Jorge", "Florian Massuyeau")),
        artist="Julien Jorge, Florian Massuyeau",  # credits.txt, "Music"
        left_out={"music/sequencer/*": "a single track of a song that is in; not a song by itself"},
    ),
    Package(
        "singularity-music",
        "Endgame: Singularity",
        "usr/share/games/singularity",
        ("music/**/*.ogg",),
        # Prose: the text of CC BY-SA 3.0 Unported; README and the LICENSE tags name it.
        override=Override("CC-BY-SA-3.0", ("Max McCracken",)),
        artist="Maxstack",
    ),
    Package(
        "supertux-data",
        "SuperTux",
        "usr/share/games/supertux2",
        ("music/**/*.ogg",),
        source="data",
        # Tagged with his address; wesnoth-1.16-data's about.cfg has the name to it.
        artists={
            "ice_music": "Joseph Toscano (zhaymusic.com)",
            "worldmap_old": "Joseph Toscano (zhaymusic.com)",
        },
        left_out={
            "music/forest/greatgigantic.ogg": "an arrangement of Chris Huelsbeck's Giana Sisters "
            "theme; how far his permission goes is not stated"
        },
    ),
    Package(
        "supertuxkart-data",
        "SuperTuxKart",
        "usr/share/games/supertuxkart",
        ("data/music/*.ogg", "data/tracks/*/*.ogg"),
        left_out={
            "data/tracks/ancient_colosseum_labyrinth/Battle_Theme_1.ogg": "its composer (the"
            " .music file beside it) is no holder in the stanza that covers the track's folder",
            "data/tracks/cave/beneath_the_rabbit_hole.ogg": "the song of the same name in "
            "supertux-data, which stands for it",
        },
    ),
    Package(
        "wesnoth-1.16-music",
        "The Battle for Wesnoth",
        "usr/share/games/wesnoth/1.16",
        ("data/core/music/*.ogg",),
        # Prose: all of Wesnoth is GPL-2 or later but for fonts, scripts and utilities that are
        # named; the LICENSE tags of most songs say GPL too.
        override=Override("GPL-2+", ("David White and the Wesnoth contributors",)),
    ),
    Package(
        "xmoto-data",
        "X-Moto",
        "usr/share/games/xmoto",
        ("Textures/Musics/*.ogg",),
        source="bin",
        artist="X-Moto Development Team",
    ),
)

CAMPAIGNS = (
    *("did", "dm", "dw", "ei", "httt", "l", "low", "nr"),
    *("sof", "sota", "sotbe", "thot", "trow", "tsg", "ttb", "utbs"),
)
LISTS_ONLY = ("colobot-common", "wesnoth-1.16-data", *(f"wesnoth-1.16-{c}" for c in CAMPAIGNS))


def unpacked(name: str, cache: Path) -> Path:
    """The folder with a package's files, downloaded and unpacked below `cache` if need be.

    A folder counts as complete when it has its `VERSION` file, which is written last.
    """
    folder = cache / "unpacked" / name
    if not (folder / VERSION).exists():
        archive = _downloaded(name, cache)
        _unpack(archive, folder)
        (folder / VERSION).write_text(_field(archive, "Version") + "\n", "utf-8")
    return folder


def version_of(folder: Path) -> str:
    """The version of an unpacked package."""
    return (folder / VERSION).read_text("utf-8").strip()


def _downloaded(name: str, cache: Path) -> Path:
    if not (found := sorted(cache.glob(f"{name}_*.deb"))):
        subprocess.run(["apt-get", "-q", "download", name], cwd=cache, check=True)
        found = sorted(cache.glob(f"{name}_*.deb"))
    return found[-1]


def _field(archive: Path, name: str) -> str:
    command = ["dpkg-deb", "-f", os.fspath(archive), name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _unpack(archive: Path, folder: Path) -> None:
    """Music, lists and copyright files only: the pictures would be several gigabytes."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["dpkg-deb", "--fsys-tarfile", os.fspath(archive)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as tar,
    ):
        for member in tar:
            if member.isfile() and _wanted(PurePosixPath(member.name)):
                tar.extract(member, folder, filter="data")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def _wanted(path: PurePosixPath) -> bool:
    return path.suffix.lower() in SUFFIXES or path.name == "copyright"
