"""The real lists: soundtracks, Wesnoth's scenarios, and level sets whose levels name their music.

A list holds each song once, in the order in which it is first named. Only songs that ship count,
and a list has at least two of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _demo_songs import Song
from _demo_wml import musical_macros, scenario_title, songs_named

Find = Callable[[str], Song | None]

SHORTEST = 2
# The same file, byte for byte, is in both packages; it ships once, under the older name.
BORROWED = {"supertuxkart-data": ("supertux-data/beneath_the_rabbit_hole",)}

_SUPERTUX_SONG = re.compile(r'"([^"\n]+\.(?:music|ogg))"')
_SUPERTUX_NAME = re.compile(r'\(name\s+(?:\(_\s+)?"([^"]+)"')
_SUPERTUX_FILE = re.compile(r'\(file\s+"([^"]+)"')
_FILLETS_BRANCH = re.compile(r"^-- (.+)$", re.MULTILINE)
_FILLETS_LEVEL = re.compile(r'^branch_addNode\("[^"]*",\s*"([^"]+)"', re.MULTILINE)
_FILLETS_SONG = re.compile(r'sound_playMusic\("music/(\w+)\.ogg"\)')
_COLOBOT_SONG = re.compile(r'^\s*Audio\w*\s[^\n]*?filename="([^"]+)"', re.MULTILINE)
_COLOBOT_TITLE = re.compile(r'^\s*Title\.E\s+text="([^"]+)"', re.MULTILINE)
_KART_NAME = re.compile(r'<supertuxkart_grand_prix name="([^"]+)"')
_KART_TRACK = re.compile(r'<track id="([^"]+)"')
_KART_MUSIC = re.compile(r'\bmusic\s*=\s*"([^"]+)"')
_KART_FILE = re.compile(r'\bfile\s*=\s*"([^"]+)"')
_HEDGEWARS_SCRIPT = re.compile(r"^Script\s*=\s*(\S+)", re.MULTILINE)
_HEDGEWARS_THEME = re.compile(r'^\s*Theme\s*=\s*"(\w+)"', re.MULTILINE)
_HEDGEWARS_MUSIC = re.compile(r"^music\s*=\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SongList:
    """A list that somebody made: its id, its name and its songs, none twice."""

    id: str
    name: str
    songs: tuple[Song, ...]


def all_lists(songs: Sequence[Song], folders: Mapping[str, Path]) -> list[SongList]:
    """Every list of the unpacked packages, sorted by id.

    Parameters
    ----------
    songs
        What ships.
    folders
        Unpacked packages by name; lists of a package that is not there are left out.
    """
    found = [*soundtracks(songs)]
    finders = {name: finder([s for s in songs if s.package == name]) for name in folders}
    if "wesnoth-1.16-music" in folders:
        wesnoth = [f for name, f in folders.items() if name.startswith("wesnoth-1.16-")]
        found += wesnoth_scenarios(sorted(wesnoth), finders["wesnoth-1.16-music"])
    for name, music, read in _LEVEL_SETS:
        if name in folders and music in folders:
            found += read(folders[name], finders[music])
    return sorted((item for item in found if len(item.songs) >= SHORTEST), key=lambda x: x.id)


def finder(songs: Iterable[Song]) -> Find:
    """A look-up of songs by file name, with or without folders and extension."""
    by_stem = {Path(song.file).stem: song for song in songs}

    def find(name: str) -> Song | None:
        base = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
        return by_stem.get(base.removesuffix(".ogg"))

    return find


def song_list(identity: str, name: str, named: Iterable[str], find: Find) -> SongList:
    """The list of those named songs that ship, each once."""
    songs = [song for song in map(find, named) if song]
    return SongList(identity, " ".join(name.split()), tuple(dict.fromkeys(songs)))


def soundtracks(songs: Sequence[Song]) -> Iterator[SongList]:
    """One list per package, in the order of the files, what it took from another game last."""
    for package in sorted({song.package for song in songs}):
        own = sorted((song for song in songs if song.package == package), key=lambda s: s.file)
        taken = [song for song in songs if song.name in BORROWED.get(package, ())]
        title = f"{own[0].label} soundtrack"
        yield SongList(f"soundtrack/{package}", title, (*own, *taken))


def wesnoth_scenarios(folders: Sequence[Path], find: Find) -> Iterator[SongList]:
    """The songs that each scenario names, for its story and its turns; macros are expanded."""
    roots = [folder / "usr/share/games/wesnoth/1.16/data" for folder in folders]
    core = [path for root in roots for path in sorted((root / "core/macros").glob("*.cfg"))]
    for root in roots:
        campaigns = [*sorted((root / "campaigns").glob("*/")), root / "multiplayer"]
        for campaign in campaigns:
            yield from _campaign(campaign, core, find)


def _campaign(campaign: Path, core: Sequence[Path], find: Find) -> Iterator[SongList]:
    scenarios = sorted((campaign / "scenarios").rglob("*.cfg"))
    if not scenarios:
        return
    texts = [_text(path) for path in (*core, *sorted(campaign.rglob("*.cfg")))]
    macros = musical_macros(texts)
    set_name = campaign.name.replace("_", " ")
    for path in scenarios:
        text = _text(path)
        key = path.relative_to(campaign / "scenarios").with_suffix("").as_posix()
        name = f"{set_name.capitalize() if set_name.islower() else set_name}: "
        name += scenario_title(text) or path.stem.replace("_", " ")
        yield song_list(f"wesnoth/{campaign.name}/{key}", name, songs_named(text, macros), find)


def supertux_worlds(folder: Path, find: Find) -> Iterator[SongList]:
    """A list per folder of levels: the songs that its levels and its map name."""
    root = folder / "usr/share/games/supertux2"
    files = _supertux_files(root / "music")
    for world in sorted((root / "levels").glob("*/")):
        levels = sorted([*world.glob("*.stl"), *world.glob("*.stwm")])
        if world.name in {"misc", "test"}:  # the menu's and the developers', no sets to play
            continue
        named = [match for level in levels for match in _SUPERTUX_SONG.findall(_text(level))]
        plain = [files.get(re.split(r"[/\\]", name)[-1], name) for name in named]
        title = _first(_SUPERTUX_NAME, _text(world / "worldmap.stwm")) or world.name
        yield song_list(f"supertux/{world.name}", f"SuperTux: {title}", plain, find)


def _supertux_files(music: Path) -> dict[str, str]:
    """``NAME.music`` to the audio file that it plays."""
    texts = {path.name: _text(path) for path in sorted(music.rglob("*.music"))}
    return {name: _first(_SUPERTUX_FILE, text) for name, text in texts.items()}


def fillets_branches(folder: Path, find: Find) -> Iterator[SongList]:
    """A list per branch of the map of Fish Fillets: its levels' songs, in the map's order."""
    scripts = folder / "usr/share/games/fillets-ng/script"
    titles_and_texts = _FILLETS_BRANCH.split(_text(scripts / "worldmap.lua"))[1:]
    for title, text in zip(titles_and_texts[::2], titles_and_texts[1::2], strict=True):
        codes = [scripts / level / "code.lua" for level in _FILLETS_LEVEL.findall(text)]
        named = [song for code in codes for song in _FILLETS_SONG.findall(_text(code))]
        key = re.sub(r"\W+", "-", title.lower()).strip("-")
        yield song_list(f"fillets-ng/{key}", f"Fish Fillets NG: {title}", named, find)


def colobot_chapters(folder: Path, find: Find) -> Iterator[SongList]:
    """A list per chapter of Colobot: the songs that its scenes play."""
    levels = folder / "usr/share/games/colobot/levels"
    for chapter in sorted(levels.glob("*/chapter*/")):
        scenes = sorted(chapter.glob("*/scene.txt"))
        named = [song for scene in scenes for song in _COLOBOT_SONG.findall(_text(scene))]
        kind = chapter.parent.name
        title = _first(_COLOBOT_TITLE, _text(chapter / "chaptertitle.txt")) or chapter.name
        name = f"Colobot {kind}: {title}"
        yield song_list(f"colobot/{kind}/{chapter.name}", name, named, find)


def kart_grands_prix(folder: Path, find: Find) -> Iterator[SongList]:
    """A list per grand prix of SuperTuxKart: the songs of its tracks, in the order of the races."""
    data = folder / "usr/share/games/supertuxkart/data"
    files = {path.name: _first(_KART_FILE, _text(path)) for path in data.rglob("*.music")}
    for path in sorted((data / "grandprix").glob("*.grandprix")):
        tracks = _KART_TRACK.findall(_text(path))
        music = [_first(_KART_MUSIC, _text(data / f"tracks/{name}/track.xml")) for name in tracks]
        name = f"SuperTuxKart: {_first(_KART_NAME, _text(path)) or path.stem}"
        plain = [files.get(song, song) for song in music]
        yield song_list(f"supertuxkart/{path.stem}", name, plain, find)


def hedgewars_campaigns(folder: Path, find: Find) -> Iterator[SongList]:
    """A list per campaign of Hedgewars: the songs of its missions' themes, in their order."""
    data = folder / "usr/share/games/hedgewars/Data"
    for index in sorted(data.glob("Missions/Campaign/*/campaign.ini")):
        missions = [
            _text(index.parent / script) for script in _HEDGEWARS_SCRIPT.findall(_text(index))
        ]
        themes = [theme for text in missions for theme in _HEDGEWARS_THEME.findall(text)]
        music = [
            _first(_HEDGEWARS_MUSIC, _text(data / f"Themes/{name}/theme.cfg")) for name in themes
        ]
        name = index.parent.name
        yield song_list(f"hedgewars/{name}", f"Hedgewars: {name.replace('_', ' ')}", music, find)


def _text(path: Path) -> str:
    """A file's text, empty where there is none: a list may name what is not in its package."""
    return path.read_text("utf-8", errors="replace") if path.is_file() else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


# The package with the lists, the package with their songs, and the reader.
_LEVEL_SETS = (
    ("supertux-data", "supertux-data", supertux_worlds),
    ("fillets-ng-data", "fillets-ng-data", fillets_branches),
    ("colobot-common", "colobot-common-sounds", colobot_chapters),
    ("supertuxkart-data", "supertuxkart-data", kart_grands_prix),
    ("hedgewars-data", "hedgewars-data", hedgewars_campaigns),
)
