"""What is on the page, that it is one file, and that nothing in it can act up."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace

import pytest
import report_samples as samples
from defusedxml import ElementTree
from report_html import Page

from songnet.errors import InputError
from songnet.info import NetworkInfo
from songnet.report import Loaded, ReportContent, render, write

# The name of a vocabulary, which nothing ever asks for.
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def text():
    return render(samples.content())


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture(scope="module")
def hostile():
    return render(samples.hostile())


@pytest.mark.parametrize(
    "part",
    [
        "A report for tests", "2026-11-22 12:00 UTC", "Soundtracks hardly overlap.", "34,567",
        "ladybug", "45,678", "min_shared 2", "0.543", "abababab", "180",
        "Do songs that people put together also sound together?", "0.00677", "First song",
        "mean squared error 0.0100", "Playlists against sound", "0.310", "0.120", "0.660", "0.411",
        "−0.012", "1.234", "0.521", "0.622", "0.723", "0 = chance", "Adjusted Rand index",
        "Where the clusters lie", "together 78 % of the variance", "Seed 7.", "Jazz", "Voices",
        "cd" * 32, "learning_rate 0.0005", "retrained no", "200 songs, AMI 0.310 (0 is chance)",
        "loads nothing, and only its own scripts may run",
    ],
)  # fmt: skip
def test_everything_given_is_there(page, part):
    assert part in page.text


def test_the_fingerprints_of_layers_are_short_with_the_whole_behind_them():
    both = NetworkInfo("both", "multiplex", 9, 9, "ef" * 32, "x", {"fingerprint_1": "ba" * 32})
    text = render(samples.content(loaded=Loaded([both], [], [])))
    assert f'fingerprint_1 <code title="{"ba" * 32}">{"ba" * 5}</code>' in text
    assert text.count("ba" * 32) == 1


def test_figures_are_embedded_and_described(page):
    images = page.all("img")
    # A loss curve, two examples, a search, effects; three matrices and flows, two maps (noscript).
    assert len(images) == 13
    for image in images:
        assert image["src"].startswith("data:image/svg+xml;base64,")
        assert len(image["alt"]) > 20
        assert int(image["width"]) > 100
        assert int(image["height"]) > 100
        assert ElementTree.fromstring(base64.b64decode(image["src"].split(",")[1])).tag.endswith(
            "svg"
        )


def test_headings_are_in_order_and_tags_are_balanced(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.unbalanced == []
    assert page.open == []


def test_table_of_contents_leads_to_every_section(page):
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    links = {link["href"] for link in page.all("a")}
    assert max(ids.values()) == 1
    assert links == {f"#{section['id']}" for section in page.all("section")}


def test_the_page_needs_nothing_from_outside(text, page, hostile):
    for whole, parsed in ((text, page), (hostile, Page(hostile))):
        own = whole.replace(NAMESPACE, "")
        assert not re.search(r"https?://|//[a-z]+\.", own)
        assert [script["type"] for script in parsed.all("script")] == ["application/json", "module"]
        assert not parsed.all("iframe")
        for _, attributes in parsed.tags:
            for key in ("src", "href", "srcset", "action", "data"):
                assert re.match(r"#|data:|$", attributes.get(key) or "")
            assert not [key for key in attributes if key.startswith("on")]
    assert not re.search(r"url\(|@import", text)
    policies = [meta.get("content") for meta in page.all("meta") if "http-equiv" in meta]
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rest = "img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert policies == [f"default-src 'none'; script-src 'sha256-{digest}'; {rest}"]


def test_everything_is_escaped(hostile):
    parsed = Page(hostile)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile
    assert len(re.findall("<script", hostile)) == len(re.findall("</script", hostile)) == 2
    assert "<b>" not in hostile
    assert "<!--" not in hostile
    assert "{{ 7 * 7 }} {% raw %}" in parsed.text
    assert "مرحبا بالعالم" in parsed.text
    assert "👩‍🎤" in parsed.text
    assert parsed.unbalanced == []


def test_what_utf8_and_xml_cannot_hold_is_replaced(hostile):
    hostile.encode("utf-8")
    assert "bad ��" in hostile
    assert not re.search("[\x00-\x08\ud800-\udfff]", hostile)


def test_hostile_figures_are_xml(tmp_path):
    write(samples.hostile(), tmp_path / "page.html", tmp_path / "figures")
    for path in (tmp_path / "figures").iterdir():
        ElementTree.parse(path)
        assert "<script" not in path.read_text("utf-8")
        assert "<b>" not in path.read_text("utf-8")


def test_the_same_content_gives_the_same_page(text):
    assert render(samples.content()) == text


def test_the_page_does_not_depend_on_time_process_or_the_readers_own_style(text, tmp_path):
    program = (
        "import matplotlib, report_samples; from songnet.report import render;"
        "matplotlib.rcParams.update({'font.size': 30, 'axes.facecolor': 'red'});"
        "print(render(report_samples.content()), end='')"
    )
    command = [sys.executable, "-X", "utf8", "-c", program]
    environment = {"PYTHONPATH": str(samples.__file__).rsplit("/", 1)[0], "PYTHONHASHSEED": "7",
                   "SOURCE_DATE_EPOCH": "0", "PATH": "", "HOME": "/nonexistent",
                   "MPLCONFIGDIR": str(tmp_path)}  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == text


def test_importing_the_report_loads_nothing_heavy():
    program = (
        "import sys, songnet.report, songnet.report.figures, songnet.report.projections;"
        "print([m for m in ('matplotlib', 'sklearn', 'keras', 'neo4j') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr


def test_pyplot_is_never_loaded():
    program = (
        "import sys, report_samples; from songnet.report import render;"
        "render(report_samples.content()); print('matplotlib.pyplot' in sys.modules)"
    )
    folder = str(samples.__file__).rsplit("/", 1)[0]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r}); {program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\n", done.stderr


def test_an_empty_report_says_what_is_missing_and_which_command_makes_it():
    parsed = Page(render(ReportContent("Empty", "now")))
    assert "Not answered yet." in parsed.text
    for command in (
        "songnet info",
        "songnet link playlists",
        "songnet link sound --encoder cae_12x15",
        "songnet load-audio MUSIC",
        "songnet embed --latent 12x15",
        "songnet partitions run leiden --on playlists",
        "songnet partitions run kmeans --on cae_12x15 --communities 4",
        "songnet partitions compare",
    ):
        assert command in parsed.text
    assert not parsed.all("img")
    assert not parsed.all("table")
    assert {f"#{section['id']}" for section in parsed.all("section")} == {
        link["href"] for link in parsed.all("a")
    }


def test_one_partition_is_shown_though_nothing_can_be_compared():
    only = samples.loaded(partitions=[samples.partition("leiden-playlists", "playlists")])
    parsed = Page(render(samples.bare(loaded=only, comparison=None)))
    assert "Not answered yet." in parsed.text
    assert "Nothing was compared" in parsed.text
    assert "leiden-playlists" in parsed.text
    assert parsed.text.count("1 partition") >= 1


def test_an_encoder_without_history_or_examples_says_how_to_get_them():
    bare = samples.encoder(history={}, examples=[], mse=None)
    parsed = Page(render(samples.content(encoders=[bare], projections=[])))
    assert "songnet embed --encoder cae_12x15 --retrain" in parsed.text
    assert "No spectrograms to show" in parsed.text
    assert "Mean squared error on songs" not in parsed.text


def test_a_degenerate_partition_is_called_out_beside_its_score():
    lopsided = samples.pair("leiden-playlists", "kmeans-cae_12x15", [[91, 94], [5, 5]], ami=0.004)
    parsed = Page(render(samples.bare(comparison=samples.comparison(lopsided))))
    said = "Degenerate: leiden-playlists has 94.9 % of these songs in one community"
    assert said in parsed.text
    assert "0.004 degenerate" in parsed.text
    assert "These partitions cannot say." in parsed.text


def test_exactly_nine_tenths_is_not_degenerate():
    even = samples.pair("leiden-playlists", "kmeans-cae_12x15", [[45, 45], [5, 5]])
    assert "Degenerate" not in render(samples.bare(comparison=samples.comparison(even)))


def test_pairs_of_playlists_and_sound_come_first():
    pairs = samples.bare().comparison["pairs"][::-1]
    text = render(samples.bare(comparison=samples.comparison(*pairs)))
    cross, other = text.index("<h3>Playlists against sound"), text.index("<h3>All other pairs")
    weak, strong = (text.index(f"<strong>{score}</strong>") for score in ("0.120", "0.660"))
    assert cross < weak < other < strong


def test_a_title_that_asks_the_question_is_not_asked_twice():
    question = "Do songs that people put together also sound together?"
    parsed = Page(render(samples.bare(title=question)))
    assert parsed.text.count(question) == 2  # <title> and <h1>


def test_many_pairs_fold_and_matrices_stop_somewhere():
    pairs = [samples.pair(f"a{n}", f"b{n}", [[1, 2], [3, 4]]) for n in range(30)]
    parsed = Page(render(samples.bare(comparison=samples.comparison(*pairs))))
    tables = [tag for tag in parsed.all("details") if tag.get("class") == "plain"]
    assert "30 pairs" in parsed.text
    assert "6 more pairs not drawn" in parsed.text
    assert [("open" in tag) for tag in tables] == [False, True, True]


def test_missing_scores_are_dashes():
    unscored = samples.pair("leiden-playlists", "kmeans-cae_12x15", [[1, 2], [3, 4]], ami=None)
    parsed = Page(render(samples.bare(comparison=samples.comparison(unscored))))
    assert "– unknown" in parsed.text


def test_a_comparison_may_be_an_object_with_to_json():
    given = samples.bare()
    wrapped = SimpleNamespace(to_json=lambda: given.comparison)
    assert render(samples.bare(comparison=wrapped)) == render(given)


@pytest.mark.parametrize(
    "bad",
    [
        {"schema": "songnet.partitions.compare/2", "pairs": []},
        {"pairs": []},
        {"schema": "songnet.partitions.compare/1"},
        {"schema": "songnet.partitions.compare/1", "pairs": [{"a": "x"}]},
        {"schema": "songnet.partitions.compare/1", "pairs": [3]},
    ],
)
def test_another_schema_is_refused(bad):
    with pytest.raises(InputError, match=r"songnet\.partitions\.compare/1"):
        render(samples.content(comparison=bad))


def test_write_gives_the_page_and_every_figure(tmp_path):
    page, figures = tmp_path / "deep" / "page.html", tmp_path / "figures"
    files = write(samples.content(), page, figures)
    assert page.read_text("utf-8") == render(samples.content())
    assert files == [page, *(figures / name for name in (
        "effects.svg",
        "pca-cae_12x15-by-kmeans-cae_12x15.svg",
        "t-sne-cae_12x15-by-leiden-playlists.svg",
        "confusion-leiden-playlists-vs-kmeans-cae_12x15.svg",
        "flow-leiden-playlists-to-kmeans-cae_12x15.svg",
        "confusion-leiden-playlists-vs-leiden-sound.svg",
        "flow-leiden-playlists-to-leiden-sound.svg",
        "confusion-kmeans-cae_12x15-vs-leiden-sound.svg",
        "flow-kmeans-cae_12x15-to-leiden-sound.svg",
        "agreement.svg",
        "loss-cae_12x15.svg",
        "spectrogram-cae_12x15-1.svg",
        "spectrogram-cae_12x15-2.svg",
        "losses-search_cae.svg",
    ))]  # fmt: skip
    for path in files[1:]:
        root = ElementTree.parse(path, forbid_dtd=True).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        shown = base64.b64encode(path.read_bytes()).decode() in page.read_text("utf-8")
        assert shown is (path.name != "agreement.svg")  # on the page it is a table
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(files)


def test_figures_of_one_name_do_not_overwrite_each_other(tmp_path):
    twice = samples.content(projections=[samples.projection(), samples.projection(90)])
    names = [path.name for path in write(twice, tmp_path / "page.html", tmp_path)]
    assert "pca-cae_12x15-by-kmeans-cae_12x15.svg" in names
    assert "pca-cae_12x15-by-kmeans-cae_12x15-2.svg" in names


def test_write_without_figures_writes_one_file(tmp_path):
    write(samples.content(), tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_write_replaces_the_old_page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old " * 1_000_000)
    write(ReportContent("New", "now"), path)
    assert path.read_text("utf-8") == render(ReportContent("New", "now"))


def test_a_page_that_cannot_be_drawn_leaves_the_old_one(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(InputError):
        write(samples.bare(comparison={"schema": "?"}), path, tmp_path / "figures")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_place_that_cannot_be_written_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for place in ("folder", "file/page.html", "nul\0.html"):
        with pytest.raises(InputError, match=r"cannot (write|be written)") as caught:
            write(ReportContent("t", "now"), tmp_path / place)
        assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_an_empty_store_has_counts_of_nought():
    counts = {"engine": "neo4j", "playlists": 0, "songs": 0, "memberships": 0}
    parsed = Page(render(ReportContent("t", "now", store=counts, loaded=Loaded())))
    assert "0 playlists 0 songs 0 memberships" in parsed.text
    assert "Graph store: neo4j" in parsed.text
