"""Which songs the games' own files name, on small files written for the purpose."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import _demo_lists as lists
import pytest
from _demo_songs import Song
from _demo_wml import musical_macros, scenario_title, songs_named

MACROS = """\
#define SCENARIO_MUSIC MUSIC
    # played even if the story [music] name=never.ogg [/music] was changed
    [music]
        name="story.ogg"
    [/music]
    [event]
        name=prestart
        [music]
            name={MUSIC}
        [/music]
    [/event]
#enddef

#define TWO FIRST SECOND
    {SCENARIO_MUSIC {FIRST}}
    {APPEND {SECOND}}
#enddef
#define APPEND MUSIC
    [+music]
        name={MUSIC}
        append=yes
    [/music]
#enddef

#define SOUND_LIST:HIT
hit-[1~3].ogg #enddef

#define LOUD
    [sound]
        name=bang.ogg
    [/sound]
#enddef
#define LOOP
    {LOOP}
    {APPEND loop.ogg}
#enddef
"""


NESTED = ["a.ogg", "story.ogg", "b.ogg", "c.ogg", "d.ogg"]


def named(text: str) -> list[str]:
    return songs_named(text, musical_macros([MACROS]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[music]\n name=a.ogg\n[/music]\n", ["a.ogg"]),
        ('[music]\n  name = "a.ogg,b.ogg"  # both\n[/music]\n', ["a.ogg", "b.ogg"]),
        ("[part]\n  music=a.ogg\n[/part]\n", ["a.ogg"]),
        ("[endlevel]\n  victory_music=a.ogg\n[/endlevel]\n", ["a.ogg"]),
        ("[sound]\n name=a.ogg\n[/sound]\n{LOUD}\n{SOUND_LIST:HIT}\n", []),
        ("# [music]\n#  name=a.ogg\n# [/music]\n", []),
        ("  #{APPEND a.ogg}\n", []),
        ("{APPEND a.ogg}\n", ["a.ogg"]),
        ('{APPEND "a.ogg"}\n', ["a.ogg"]),
        ("{SCENARIO_MUSIC a.ogg}\n{UNKNOWN b.ogg}\n", ["story.ogg", "a.ogg"]),
        ("{TWO a.ogg b.ogg}\n", ["story.ogg", "a.ogg", "b.ogg"]),
        ("{TWO (a.ogg) (b.ogg)}\n", ["story.ogg", "a.ogg", "b.ogg"]),
        ("{UNKNOWN x (\n  {APPEND a.ogg}\n  {TWO b.ogg c.ogg}\n)}\n{APPEND d.ogg}", NESTED),
        ("{APPEND a.ogg", ["a.ogg"]),
        ("{APPEND a.ogg}{APPEND a.ogg}\n", ["a.ogg", "a.ogg"]),
    ],
)
def test_songs_that_a_scenario_names(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_what_a_scenario_only_defines_is_not_named() -> None:
    text = "#define OWN\n{APPEND a.ogg}\n#enddef\n[scenario]\n[/scenario]\n"
    assert named(text) == []
    assert songs_named(text + "{OWN}\n", musical_macros([MACROS, text])) == ["a.ogg"]


def test_a_macro_that_calls_itself_ends() -> None:
    assert set(named("{LOOP}")) == {"loop.ogg"}


def test_only_macros_with_music_are_kept() -> None:
    assert set(musical_macros([MACROS])) == {"SCENARIO_MUSIC", "TWO", "APPEND", "LOOP"}


def test_the_later_definition_of_a_macro_counts() -> None:
    campaign = "#define APPEND MUSIC\n[music]\nname=own.ogg\n[/music]\n#enddef\n"
    assert songs_named("{APPEND a.ogg}", musical_macros([MACROS, campaign])) == ["own.ogg"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('# name="no"\n[scenario]\n  id=1\n  name= _ "The Flight"\n', "The Flight"),
        ('[multiplayer]\n  name= _ "2p Plain"\n', "2p Plain"),
        ("[scenario]\n id=x\n", ""),
    ],
)
def test_scenario_titles(text: str, title: str) -> None:
    assert scenario_title(text) == title


def song(package: str, stem: str, label: str = "Game") -> Song:
    return Song(
        package=package,
        version="1",
        label=label,
        stem=stem,
        file=f"usr/music/{stem}.ogg",
        title=stem,
        artist="A",
        holders=("A",),
        licence="CC0-1.0",
        seconds=60.0,
    )


def songs(package: str, stems: str) -> list[Song]:
    return [song(package, stem) for stem in stems.split()]


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def contents(found: Iterable[lists.SongList]) -> dict[str, list[str]]:
    return {item.id: [song.stem for song in item.songs] for item in found}


def test_lists_hold_each_song_once_in_the_order_in_which_it_is_named() -> None:
    find = lists.finder(songs("p", "a b c"))
    made = lists.song_list("x", "A  \n name", ["b.ogg", "music/a", "sound.wav", "b", "none"], find)
    assert [found.stem for found in made.songs] == ["b", "a"]
    assert made.name == "A name"


def test_wesnoth_scenarios(tmp_path: Path) -> None:
    core, campaign = tmp_path / "wesnoth-1.16-data", tmp_path / "wesnoth-1.16-xy"
    data = "usr/share/games/wesnoth/1.16/data"
    put(core / data / "core/macros/sound-utils.cfg", MACROS)
    put(
        core / data / "multiplayer/scenarios/2p_A.cfg",
        '[multiplayer]\n name= _ "A"\n{TWO a.ogg b.ogg}\n',
    )
    put(
        campaign / data / "campaigns/Dark_Sea/utils/own.cfg",
        "#define OWN\n{APPEND b.ogg}\n#enddef\n",
    )
    put(
        campaign / data / "campaigns/Dark_Sea/scenarios/one/01_Sail.cfg",
        '[scenario]\nname=_ "Sail"\n[/scenario]\n{OWN}\n{APPEND c.ogg}\n',
    )
    put(campaign / data / "campaigns/Dark_Sea/scenarios/02_End.cfg", "{APPEND c.ogg}\n")
    folders = {path.name: path for path in (campaign, core)}
    folders["wesnoth-1.16-music"] = tmp_path / "wesnoth-1.16-music"
    found = lists.all_lists(songs("wesnoth-1.16-music", "a b c story"), folders)
    assert contents(found) == {
        "soundtrack/wesnoth-1.16-music": ["a", "b", "c", "story"],
        "wesnoth/Dark_Sea/one/01_Sail": ["b", "c"],
        "wesnoth/multiplayer/2p_A": ["story", "a", "b"],
    }
    assert [item.name for item in found] == [
        "Game soundtrack",
        "Dark Sea: Sail",
        "Multiplayer: A",
    ]


def test_supertux_worlds(tmp_path: Path) -> None:
    root = tmp_path / "usr/share/games/supertux2"
    put(root / "music/ice/cave-2.music", '(supertux-music\n  (file "cave.ogg")\n)\n')
    put(root / "levels/w/a.stl", '(music "/music/ice/cave-2.music")\n(file "x/hill.ogg")')
    put(root / "levels/w/b.stl", '(music\n(file "music\\\\ice\\\\cave.ogg"))\n"sounds/bang.ogg"')
    put(root / "levels/w/worldmap.stwm", '(supertux-level (name (_ "Icy Isle")))')
    put(root / "levels/test/a.stl", '(music "cave.ogg") (music "hill.ogg")')
    found = list(lists.supertux_worlds(tmp_path, lists.finder(songs("p", "hill cave"))))
    assert contents(found) == {"supertux/w": ["cave", "hill"]}
    assert found[0].name == "SuperTux: Icy Isle"


def test_fillets_branches(tmp_path: Path) -> None:
    script = tmp_path / "usr/share/games/fillets-ng/script"
    put(
        script / "worldmap.lua",
        '-- Fish House\nbranch_addNode("", "start", "s/init.lua", 1, 2)\n'
        'branch_addNode("start", "wc", "w/init.lua", 1, 2)\n'
        '-- Silver\'s Ship\nbranch_addNode("wc", "start", "s/init.lua", 1, 2)\n',
    )
    put(script / "start/code.lua", '  sound_playMusic("music/b.ogg")\n')
    put(script / "wc/code.lua", 'sound_playMusic("music/a.ogg")\nsound_playMusic("music/"..n)\n')
    found = lists.fillets_branches(tmp_path, lists.finder(songs("p", "a b")))
    assert contents(found) == {
        "fillets-ng/fish-house": ["b", "a"],
        "fillets-ng/silver-s-ship": ["b"],
    }


def test_colobot_chapters(tmp_path: Path) -> None:
    chapter = tmp_path / "usr/share/games/colobot/levels/missions/chapter003"
    put(chapter / "chaptertitle.txt", 'Title.E text="On Sea"\n')
    put(chapter / "level001/scene.txt", 'Audio filename="a.ogg"\n// Audio filename="c.ogg"\n')
    put(chapter / "level002/scene.txt", 'AudioChange pos=0;0 tool=X filename="b.ogg" repeat=0\n')
    (made,) = lists.colobot_chapters(tmp_path, lists.finder(songs("p", "a b c")))
    assert contents([made]) == {"colobot/missions/chapter003": ["a", "b"]}
    assert made.name == "Colobot missions: On Sea"


def test_kart_grands_prix(tmp_path: Path) -> None:
    data = tmp_path / "usr/share/games/supertuxkart/data"
    put(
        data / "grandprix/1_x.grandprix",
        '<supertuxkart_grand_prix name="X Cup">\n<track id="u" laps="3"/>\n<track id="t"/>',
    )
    put(data / "tracks/t/track.xml", '<track name="T"\n music = "tee.music"/>')
    put(data / "tracks/u/track.xml", '<track music="you.music"/>')
    put(data / "music/tee.music", '<music title="T" file = "a.ogg"/>')
    put(data / "tracks/u/you.music", '<music file="b.ogg" fast-filename="b_fast.ogg"/>')
    (made,) = lists.kart_grands_prix(tmp_path, lists.finder(songs("p", "a b b_fast")))
    assert contents([made]) == {"supertuxkart/1_x": ["b", "a"]}
    assert made.name == "SuperTuxKart: X Cup"


def test_hedgewars_campaigns(tmp_path: Path) -> None:
    data = tmp_path / "usr/share/games/hedgewars/Data"
    campaign = data / "Missions/Campaign/A_Trip"
    put(campaign / "campaign.ini", "MissionNum=2\n[Mission 1]\nScript=z.lua\n[M 2]\nScript=a.lua\n")
    put(campaign / "z.lua", '\tTheme = "Sea"\n')
    put(campaign / "a.lua", 'Theme = "Sun"\n')
    put(data / "Themes/Sea/theme.cfg", "sky = 1\nmusic = a.ogg\nsd-music = b.ogg\n")
    put(data / "Themes/Sun/theme.cfg", "music = c.ogg\n")
    (made,) = lists.hedgewars_campaigns(tmp_path, lists.finder(songs("p", "a b c")))
    assert contents([made]) == {"hedgewars/A_Trip": ["a", "c"]}


def test_lists_of_one_song_are_no_lists() -> None:
    assert lists.all_lists(songs("lonely", "a"), {}) == []


def test_a_song_taken_from_another_game_is_in_both_soundtracks() -> None:
    made = lists.soundtracks(
        [
            song("supertux-data", "beneath_the_rabbit_hole", "SuperTux"),
            song("supertuxkart-data", "race", "SuperTuxKart"),
        ]
    )
    assert contents(made) == {
        "soundtrack/supertux-data": ["beneath_the_rabbit_hole"],
        "soundtrack/supertuxkart-data": ["race", "beneath_the_rabbit_hole"],
    }
