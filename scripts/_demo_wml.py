"""Which songs a Wesnoth scenario names.

WML has ``[music]`` tags, ``music=`` keys in stories, and macros: ``#define NAME ARGUMENTS`` up to
``#enddef``, used as ``{NAME argument (two words)}``. Only macros that have music in them are
expanded; the game's own preprocessor does more, none of which bears on music.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

DEEPEST = 16

_DEFINE = re.compile(
    r"^[ \t]*#define[ \t]+(\S+)[ \t]*([^\n]*)\n(.*?)#enddef", re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"^[ \t]*#(?!define|enddef)[^\n]*\n", re.MULTILINE)
_MUSIC = re.compile(
    r"\[\+?music\](?P<tag>.*?)\[/music\]"
    r"|^[ \t]*(?:victory_|defeat_)?music[ \t]*=[ \t]*(?P<key>[^\n]*)"
    r"|\{(?P<macro>[A-Za-z][\w:~-]*)",
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"^[ \t]*name[ \t]*=[ \t]*([^\n]*)", re.MULTILINE)
_BRACE = re.compile(r"[{}]")
_ARGUMENT = re.compile(r'\([^()]*\)|"[^"]*"|\S+')
_TITLE = re.compile(
    r'\[(?:scenario|multiplayer|tutorial)\].*?^[ \t]*name[ \t]*=[^"\n]*"([^"]+)"',
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Macro:
    """The names of a macro's arguments, and its text."""

    arguments: tuple[str, ...]
    body: str

    def expanded(self, values: Iterable[str]) -> str:
        """The text with `values` in the place of the arguments."""
        text = self.body
        for name, value in zip(self.arguments, values, strict=False):
            text = text.replace(f"{{{name}}}", value)
        return text


def musical_macros(texts: Iterable[str]) -> dict[str, Macro]:
    """The macros in which music is named, directly or through another macro; the last of a name."""
    defined = {
        name: Macro(tuple(arguments.split()), body)
        for text in texts
        for name, arguments, body in _DEFINE.findall(uncommented(text))
    }
    musical: dict[str, Macro] = {}
    while new := {
        name: macro
        for name, macro in defined.items()
        if name not in musical and _has_music(macro.body, musical)
    }:
        musical |= new
    return musical


def _has_music(body: str, musical: Mapping[str, Macro]) -> bool:
    return any(
        match["macro"] is None or match["macro"] in musical for match in _MUSIC.finditer(body)
    )


def songs_named(text: str, macros: Mapping[str, Macro]) -> list[str]:
    """The file names that a scenario's text names, in order, as often as it names them.

    A scenario's own definitions are no use of theirs, so they are read by `musical_macros` only.
    """
    return list(_named(_DEFINE.sub("", uncommented(text)), macros, DEEPEST))


def _named(text: str, macros: Mapping[str, Macro], depth: int) -> Iterator[str]:
    place = 0
    while match := _MUSIC.search(text, place):
        place = match.end()
        if match["tag"] is not None:
            for value in _NAME.findall(match["tag"]):
                yield from _file_names(value)
        elif match["key"] is not None:
            yield from _file_names(match["key"])
        elif match["macro"] in macros and depth:
            place = _closing(text, match.end())
            values = _arguments(text[match.end() : place])
            yield from _named(macros[match["macro"]].expanded(values), macros, depth - 1)


def _closing(text: str, start: int) -> int:
    """Where the brace that is open before `start` is closed; the end if it never is."""
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return len(text)


def _arguments(text: str) -> list[str]:
    return [value.strip('"()') for value in _ARGUMENT.findall(text)]


def _file_names(value: str) -> Iterator[str]:
    """``a.ogg,b.ogg`` with or without quotes and a comment after it."""
    for name in value.split("#", maxsplit=1)[0].replace('"', "").split(","):
        if name.strip():
            yield name.strip()


def uncommented(text: str) -> str:
    """WML without its comment lines; directives that matter here stay."""
    return _COMMENT.sub("", text)


def scenario_title(text: str) -> str:
    """The name of the first scenario in a file, empty where it has none."""
    match = _TITLE.search(uncommented(text))
    return match[1] if match else ""
