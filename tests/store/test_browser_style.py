"""What Neo4j Browser takes: its parsers read it, everybody can see it, and it is whole."""

from __future__ import annotations

import io
import itertools
import re
import zipfile

import numpy as np
import pytest

from songnet.errors import BadNameError
from songnet.store.browser import PICTURES, QUERIES, favourites, favourites_zip, style
from songnet.store.labels import LABELS
from songnet.store.library import cypher_folder, library

EDGES = ["CONTAINS", "SHARES_PLAYLISTS", "SOUNDS_LIKE", "IN_COMMUNITY", "PART_OF", "OF"]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # fmt: skip
# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "all": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def as_browser_reads(grass):
    """Browser's reading, character by character: quotes hide braces, white space ends nothing."""
    rules, quoted, inside, selector, body = {}, False, False, "", ""
    for letter in grass:
        if letter in "'\"":
            quoted = not quoted
        elif letter == "{" and not quoted:
            inside = True
        elif letter == "}" and not quoted:
            parts = [part.split(":") for part in body.split(";")]
            rules[selector] = {p[0].strip(): p[1].strip() for p in parts if len(p) == 2}
            assert all(len(p) == 2 or not "".join(p).strip() for p in parts), body
            inside, selector, body = False, "", ""
        elif inside:
            body += letter
        elif not letter.isspace():
            selector += letter
    assert (quoted, inside, selector) == (False, False, "")
    return rules


def linear(colour):
    """Linear RGB of #RRGGBB."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear RGB, under D65."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a, b):
    """The ratio of WCAG."""
    low, high = sorted(LUMINANCE @ linear(colour) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


def test_every_label_and_every_edge_has_a_rule():
    expected = [f"node.{label}" for label in LABELS] + [f"relationship.{edge}" for edge in EDGES]
    assert sorted(as_browser_reads(style())) == sorted([*expected, "node", "relationship"])


def test_captions_say_what_a_person_calls_it():
    rules = as_browser_reads(style())
    named = {"Playlist": "{name}", "Song": "{title}", "Community": "{title}", "Network": "{name}"}
    assert {label: rules[f"node.{label}"]["caption"] for label in named} == named
    assert rules["relationship.SOUNDS_LIKE"]["caption"] == "{rank}"


def test_captions_can_be_read_on_their_nodes():
    for selector, rule in as_browser_reads(style()).items():
        if selector.startswith("node"):
            assert contrast(rule["color"], rule["text-color-internal"]) >= 4.5, selector


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize(
    "selectors",
    [
        [f"node.{label}" for label in LABELS],
        [f"relationship.{edge}" for edge in EDGES if edge != "PART_OF"],
    ],
    ids=["nodes", "edges"],
)
def test_colours_differ_in_all_eyes(vision, selectors):
    rules = as_browser_reads(style())
    seen = [lab(VISION[vision] @ linear(rules[selector]["color"])) for selector in selectors]
    distances = [float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)]
    assert min(distances) > 10  # 2.3 is what an eye can just tell


def test_a_prefix_stands_before_labels_alone():
    rules = as_browser_reads(style("Acme"))
    assert {f"node.Acme{label}" for label in LABELS} <= rules.keys()
    assert {"node", "relationship", "relationship.OF"} <= rules.keys()
    assert style("Acme").replace("Acme", "") == style()


@pytest.mark.parametrize("make", [style, favourites, favourites_zip])
def test_a_prefix_that_no_label_may_have_is_refused(make):
    with pytest.raises(BadNameError, match="capital letter"):
        make("no good")


def test_favourites_hold_the_library_and_the_pictures():
    names = favourites().keys()
    assert [f"{QUERIES}/{query.name}.cypher" for query in library()] == [
        name for name in names if name.startswith(QUERIES)
    ]
    assert sum(name.startswith(PICTURES) for name in names) >= 5


def test_each_favourite_is_one_statement_with_a_name():
    names = [text.split("\n", 1)[0] for text in favourites().values()]
    assert all(name.startswith("// ") for name in names)
    assert len(set(names)) == len(names)
    for name, text in favourites().items():
        body = re.sub(r"^//.*\n", "", text, flags=re.MULTILINE)
        assert ";" not in body, name  # Browser would take it for several
        assert "$" not in body, name


def test_defaults_are_written_into_the_text():
    text = favourites()[f"{QUERIES}/sound-alikes-apart.cypher"]
    assert '// "sound-cae_12x15" is the sound network' in text
    assert '[e:SOUNDS_LIKE {network: "sound-cae_12x15"}]' in text
    assert text.endswith("LIMIT 20\n")


def test_prefixed_favourites_know_no_other_labels():
    for name, text in favourites("Acme").items():
        assert not re.search(rf":({'|'.join(LABELS)})\b", text), name
        assert "'song_text'" not in text, name


def test_the_zip_holds_the_favourites_in_folders():
    with zipfile.ZipFile(io.BytesIO(favourites_zip("Acme"))) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert found == favourites("Acme")


def test_the_shipped_zip_is_up_to_date():
    shipped = (cypher_folder() / "browser" / "favourites.zip").read_bytes()
    assert shipped == favourites_zip(), "run: python scripts/write_browser_favourites.py"
