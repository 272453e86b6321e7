"""Reading copyright files: globs, the last match, and which licences may ship."""

from __future__ import annotations

import _demo_licences as licences
import pytest
from hypothesis import given
from hypothesis import strategies as st

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Game
Comment:
 Files: in a comment are no stanza

Files: *
Copyright: 2001-2004, 2009 Ada Lovelace <ada@example.org>
           Ben
License: GPL-2+

Files:
 data/music/*
 data/jingles/?.ogg
Copyright:
\t2011 Carl (http://example.org)
License: CC-BY-SA-3.0
 On Debian systems the text is elsewhere.
 .
 License: of another name, in a continuation line

Files: data/music/sold.ogg
Copyright: Dora
License: CC-BY-NC-ND-4.0
\x20
Files: debian/*
Copyright: 2020 Emil
License: GPL-3+

License: GPL-2+
 Text.
"""


def test_stanzas_are_read_in_order_with_continuation_lines() -> None:
    found = licences.stanzas(COPYRIGHT)
    assert [stanza.globs for stanza in found] == [
        ("*",),
        ("data/music/*", "data/jingles/?.ogg"),
        ("data/music/sold.ogg",),
        ("debian/*",),
    ]
    assert [stanza.licence for stanza in found] == [
        "GPL-2+",
        "CC-BY-SA-3.0",
        "CC-BY-NC-ND-4.0",
        "GPL-3+",
    ]
    assert found[0].holders == ("Ada Lovelace", "Ben")
    assert found[1].holders == ("Carl",)


@pytest.mark.parametrize(
    ("path", "licence"),
    [
        ("src/main.c", "GPL-2+"),
        ("data/music/a.ogg", "CC-BY-SA-3.0"),
        ("data/music/deep/in/folders/a.ogg", "CC-BY-SA-3.0"),
        ("data/jingles/a.ogg", "CC-BY-SA-3.0"),
        ("data/jingles/ab.ogg", "GPL-2+"),
        ("data/music/sold.ogg", "CC-BY-NC-ND-4.0"),
        ("debian/data/music/a.ogg", "GPL-3+"),
    ],
)
def test_the_last_stanza_that_matches_counts(path: str, licence: str) -> None:
    stanza = licences.last_match(licences.stanzas(COPYRIGHT), path)
    assert stanza is not None
    assert stanza.licence == licence


def test_a_later_catch_all_overrules_an_earlier_stanza() -> None:
    text = "Format: x\n\nFiles: music/*\nLicense: CC0\n\nFiles: *\nLicense: GPL-2\n"
    stanza = licences.last_match(licences.stanzas(text), "music/a.ogg")
    assert stanza is not None
    assert stanza.licence == "GPL-2"


def test_no_stanza_matches() -> None:
    assert licences.last_match(licences.stanzas("Format: x\n\nFiles: a/*\n"), "b/c") is None


def test_only_files_that_declare_the_format_are_machine_readable() -> None:
    assert licences.is_machine_readable(COPYRIGHT)
    assert not licences.is_machine_readable("This package was debianized by somebody.\nFormat: no")


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("a.c", "a.c", True),
        ("a.c", "abc", False),
        ("a.c", "dir/a.c", False),
        ("./a.c", "a.c", True),
        ("*.ogg", "a/b.ogg", True),
        ("a/*", "a/", True),
        ("a?c", "a/c", True),
        ("a?c", "ac", False),
        ("[ab].c", "a.c", False),
        ("[ab].c", "[ab].c", True),
        (r"a\*c", "a*c", True),
        (r"a\*c", "abc", False),
        (r"a\?c", "a?c", True),
        (r"a\\c", "a\\c", True),
    ],
)
def test_globs(glob: str, path: str, *, expected: bool) -> None:
    assert licences.matches(glob, path) is expected


@given(st.text(min_size=1))
def test_an_escaped_path_matches_itself_and_a_star_everything(path: str) -> None:
    escaped = "".join("\\" + letter if letter in "\\*?" else letter for letter in path)
    plain = path.removeprefix("./")
    if escaped.startswith("./"):
        assert licences.matches(escaped, plain)
    else:
        assert licences.matches(escaped, path)
    assert licences.matches("*", path)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("GPL-2+", "GPL-2.0-or-later"),
        ("GPL-2", "GPL-2.0-only"),
        ("Expat", "MIT"),
        ("cc0", "CC0-1.0"),
        ("public-domain", "LicenseRef-public-domain"),
        ("GPL-2+ or CC-BY-SA-3.0", "GPL-2.0-or-later OR CC-BY-SA-3.0"),
        ("GPL-2+ OR CC-BY-SA", "GPL-2.0-or-later"),
        ("zlib, GPL-2", None),
        ("GPL-2 and GPL-3", "GPL-2.0-only AND GPL-3.0-only"),
        ("GPL-2 and CC-BY-NC-3.0", None),
        ("GPL-2 and CC-BY-NC-3.0 or CC0", "CC0-1.0"),
        ("GPL-2 or CC0, and MIT", None),
        ("CC-BY-NC-3.0", None),
        ("CC-BY-ND-4.0", None),
        ("CC-BY-NC-SA-3.0", None),
        ("GFDL-1.3", None),
        ("freeware", None),
        ("", None),
    ],
)
def test_only_licences_known_to_be_free_pass(expression: str, expected: str | None) -> None:
    assert licences.spdx(expression) == expected
    if expected:
        assert set(licences.licence_names(expected)) <= licences.ALLOWED


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2004-2006, Bartosz Fenski <fenio@debian.org>", "Bartosz Fenski"),
        ("(c) 2016, 2022 GeekPenguinBR, Heuchi1", "GeekPenguinBR, Heuchi1"),
        ("0zone0ne", "0zone0ne"),
        ("2017,2018, Mathieu", "Mathieu"),
        ("1995-1997, 2000-2007, 2009 Ulrich", "Ulrich"),
        ("© 2005-2011 Julien Jorge", "Julien Jorge"),
        ("Shawn Parrotte (http://www.example.com)", "Shawn Parrotte"),
        ("", ""),
    ],
)
def test_holders_lose_years_and_addresses(line: str, expected: str) -> None:
    assert licences.clean_holder(line) == expected


def test_long_lists_of_holders_are_cut_short() -> None:
    assert licences.holders_text(("A", "B")) == "A, B"
    assert licences.holders_text(("A", "B", "C", "D", "E")) == "A and others"
