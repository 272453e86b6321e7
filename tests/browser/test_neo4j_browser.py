"""The style, the favourites and the guide in the real Neo4j Browser, on a real server."""

from __future__ import annotations

import re
import threading

import browser_guide
import pytest

from songnet.store.browser import PICTURES, QUERIES, favourites, favourites_zip, style

pytestmark = [pytest.mark.neo4j, pytest.mark.browser]

LISTED = "MATCH path = (:Playlist {id: 'Acorns'})-[:CONTAINS]->(:Song) RETURN path"
SOUND = "MATCH path = (:Song)-[:SOUNDS_LIKE]->(:Song) RETURN path"


def rules(grass):
    """{selector: {property: value}} of a style, read on our own."""
    return {
        selector: dict(re.findall(r"([\w-]+): \"?(.*?)\"?;", body))
        for selector, body in re.findall(r"^([\w.]+) \{\n(.*?)^\}", grass, re.MULTILINE | re.DOTALL)
    }


def nodes(frame):
    """What each node that is drawn says, and the colour it is filled with."""
    return {
        " ".join(text.strip() for text in node.locator("text.caption").all_text_contents()): node
        .locator("circle.b-outline").get_attribute("fill")
        for node in frame.locator("g.node").all()
    }  # fmt: skip


def edges(frame):
    """What each edge that is drawn says, and its colour."""
    return [
        (edge.locator("text").text_content(), edge.locator("path.b-outline").get_attribute("fill"))
        for edge in frame.locator("g.relationship").all()
    ]


def cells(frame):
    """The rows of a table, as Browser writes them."""
    frame.locator("tbody tr").first.wait_for()
    rows = frame.locator("tbody tr").all()
    return [row.locator("td[role=cell]").all_inner_texts() for row in rows]


@pytest.fixture
def styled(tab):
    """The tab after a person dropped the style on it, not knowing what was there before."""
    tab.run(":style reset")
    tab.drop("songnet.grass", style().encode())
    tab.page.get_by_text("node.Song").wait_for()
    return tab


def test_the_style_colours_and_names_what_is_drawn(styled):
    ours = rules(style())
    frame = styled.draw(LISTED)
    assert nodes(frame) == {
        "Acorns": ours["node.Playlist"]["color"],
        **dict.fromkeys(["Aurora", "Birch", "Cinder", "Dune"], ours["node.Song"]["color"]),
    }
    assert edges(frame) == [("", ours["relationship.CONTAINS"]["color"])] * 4
    sound = edges(styled.draw(SOUND))
    assert {colour for _, colour in sound} == {ours["relationship.SOUNDS_LIKE"]["color"]}
    assert {text for text, _ in sound} == {"1", "2", "3"}


def test_without_the_style_browser_draws_otherwise(tab):
    tab.run(":style reset")
    assert rules(style())["node.Song"]["color"] not in nodes(tab.draw(LISTED)).values()


def test_the_style_can_be_pasted_behind_its_command(tab):
    tab.run(":style reset")
    tab.run(":style " + style())
    assert nodes(tab.draw(LISTED))["Aurora"] == rules(style())["node.Song"]["color"]


def test_a_prefixed_style_is_for_prefixed_labels(tab, driver):
    driver.execute_query("CREATE (:AcmeSong {id: 'z', title: 'Zephyr'})")
    tab.run(":style reset")
    tab.run(":style " + style("Acme"))
    frame = tab.draw("MATCH (s:AcmeSong) RETURN s")
    driver.execute_query("MATCH (s:AcmeSong) DELETE s")
    assert nodes(frame) == {"Zephyr": rules(style())["node.Song"]["color"]}


def test_library_queries_answer_in_browser(tab):
    found = favourites()
    popular = cells(tab.run(found[f"{QUERIES}/popular-songs.cypher"]))
    assert {'"Dune"', '"Ember"'} <= {cell for row in popular for cell in row}
    assert len(popular) == 8
    communities = cells(tab.run(found[f"{QUERIES}/communities.cypher"]))
    assert communities == [["0", '"Woods"', "4"], ["1", '"Weather"', "4"]]
    apart = cells(tab.run(found[f"{QUERIES}/sound-alikes-apart.cypher"]))
    assert {tuple(row[:4:2]) for row in apart} == {('"a"', '"f"'), ('"b"', '"h"')}


def test_favourites_are_dropped_found_and_run(styled):
    page = styled.page
    styled.drop("favourites.zip", favourites_zip())
    page.click("[data-testid=navigationFavorites]")
    for folder in (PICTURES, QUERIES):
        page.get_by_test_id(f"expandFolder-{folder}").click()
    titles = {text.split("\n", 1)[0].removeprefix("// ") for text in favourites().values()}
    assert len(titles) == len(favourites())
    shown = page.locator("[data-testid^=scriptTitle-]")
    assert titles <= {text.strip() for text in shown.all_inner_texts()}
    wanted = page.get_by_test_id("savedScriptListItem").filter(has_text="Inside a community")
    wanted.get_by_test_id("savedScriptsButton-Run").click()
    page.locator("g.node").first.wait_for()
    page.click("[data-testid=navigationFavorites]")
    assert set(nodes(page)) == {"Woods", "Aurora", "Birch", "Cinder", "Dune"}
    assert len(edges(page)) == 4 + 6  # each song's community, each pair's lists


def test_the_guide_plays_from_this_machine(tab):
    page = tab.page
    with browser_guide.server() as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        tab.type(f":guide http://localhost:{serving.server_port}/{browser_guide.GUIDE}")
        drawer = page.get_by_test_id("guidesDrawer")
        drawer.get_by_role("heading", level=1).wait_for()
        for heading in ("Bring the graph", "Make it look", "What is in the graph"):
            page.click("[data-testid=guideNextSlide]")
            # A busy Browser turns the page late: what is clicked next must be on the new one.
            drawer.get_by_role("heading", name=heading).wait_for()
        drawer.locator("pre.runnable").first.click()
        page.locator(".monaco-editor").get_by_text("UNWIND").wait_for()
        page.click("[data-testid=editor-Run]")
        frame = page.locator("[data-testid=frame]").first
        assert ['"Song"', "8"] in cells(frame)
        serving.shutdown()
    page.click("[data-testid=navigationGuides]")
