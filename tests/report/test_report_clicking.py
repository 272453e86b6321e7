"""Figures answer to pointer and keyboard, and one selection is shown by all of them."""

from __future__ import annotations

import numpy as np
import pytest
import report_samples as samples
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# How many pixels of a canvas have a colour, of those that are drawn at all.
PIXELS = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const seen = {};
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 255) {
            const key = [data[at], data[at + 1], data[at + 2]].join();
            seen[key] = (seen[key] ?? 0) + 1;
        }
    }
    return seen;
}"""
BEGINNING = """band => {
    const path = band.querySelector('path');
    const { x, y } = path.getPointAtLength(0).matrixTransform(path.getScreenCTM());
    return [x + 3, y + 3];
}"""
BLUE, FADED = "0,114,178", "220,223,228"


@pytest.fixture
def page(opened):
    return opened("full")


def canvas_of(page):
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute("data-highlighted", "0")
    return canvas


def lit(page, selector, *, above=0.0):
    """How many parts of a figure hold a share of the selected songs."""
    shares = page.eval_on_selector_all(selector, "all => all.map(each => Number(each.dataset.lit))")
    return sum(share > above for share in shares)


def names_in(table, column=0):
    rows = table.locator("tbody tr").all()
    return [row.locator("th, td").nth(column).inner_text() for row in rows]


def place_of(page, song):
    """Where the map says that a song is: its ring, in pixels of the window."""
    page.locator("#find").fill(f"song {song:03}")
    page.keyboard.press("Enter")
    ring = page.locator(".ring").first
    expect(ring).to_be_visible()
    box = ring.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_table_is_sorted_by_a_click_and_by_the_keyboard(page):
    table = page.locator("#loaded table", has_text="Edges")
    songs = table.get_by_role("columnheader", name="Edges")
    songs.get_by_role("button").click()
    assert names_in(table) == ["sound-cae_12x15", "playlists"]
    assert songs.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert names_in(table) == ["playlists", "sound-cae_12x15"]
    assert songs.get_attribute("aria-sort") == "descending"
    table.get_by_role("columnheader", name="Network").get_by_role("button").click()
    assert songs.get_attribute("aria-sort") is None


def test_scores_are_sorted_as_numbers(page):
    table = page.locator("table.agreement").first
    heading = table.get_by_role("columnheader", name="AMI")
    heading.get_by_role("button").click()
    assert [cell.split()[0] for cell in names_in(table, 2)] == ["0.120", "0.310"]
    heading.get_by_role("button").click()
    assert [cell.split()[0] for cell in names_in(table, 2)] == ["0.310", "0.120"]


def test_pointing_at_a_song_names_it(page):
    canvas = canvas_of(page)
    x, y = place_of(page, 7)
    page.keyboard.press("Escape")
    page.mouse.move(x, y)
    tip = page.locator("#tip")
    expect(tip).to_be_visible()
    name = tip.locator("strong").inner_text()
    assert name.startswith("Song ")
    song = int(name.split()[1])
    labels = {key: values[song] for key, values in samples.labels().items()}
    text = tip.inner_text()
    assert f"Artist {song % 7}" in text
    assert ["Jazz", "Metal", "Folk"][labels["leiden-playlists"]] in text
    assert ["Loud", "Quiet", "Noise"][labels["kmeans-cae_12x15"]] in text
    points = samples.projection().points
    near = np.linalg.norm(points - points[7], axis=1)
    assert near[song] <= np.sort(near)[3]
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    expect(tip).to_be_hidden()


def test_a_found_song_is_ringed_and_told_with_its_communities(page):
    canvas_of(page)
    place_of(page, 42)
    assert page.locator("#song").inner_text().startswith("Song 042 – Artist 0")
    button = page.locator("#song button", has_text="leiden-playlists")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert "80 songs of Jazz (leiden-playlists)" in page.locator("#highlighted").inner_text()


def test_the_chosen_partition_colours_the_map(page):
    canvas = canvas_of(page)
    legend = page.locator("#legend")
    expect(legend).to_contain_text("Jazz · 80")
    before = canvas.evaluate(PIXELS)
    page.locator("#colour").select_option("leiden-sound")
    expect(legend).to_contain_text("Drums")
    label = "PCA of cae_12x15: 200 songs coloured by leiden-sound"
    expect(canvas).to_have_attribute("aria-label", label)
    after = canvas.evaluate(PIXELS)
    assert sum(before.values()) > 1000
    assert before[BLUE] != after[BLUE]


def test_a_community_of_the_matrix_lights_up_everywhere(page):
    canvas = canvas_of(page)
    matrix = page.locator("#matrix")
    assert not canvas.evaluate(PIXELS).get(FADED)
    row = matrix.get_by_role("button", name="Metal · 60")
    row.click()
    expect(page.locator("#highlighted")).to_contain_text("60 songs of Metal (leiden-playlists)")
    expect(row).to_have_attribute("aria-pressed", "true")
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute("data-highlighted", "60")
    assert canvas.evaluate(PIXELS)[FADED] > 500
    # The row whole, of the columns 20/80, 40/70 and 10/50; no cell of another row.
    assert lit(page, "#matrix tbody td button", above=0.99) == 3
    assert lit(page, "#matrix tbody td button") == 3
    columns = page.eval_on_selector_all(
        "#matrix thead button", "all => all.map(each => Number(each.dataset.lit))"
    )
    assert columns == pytest.approx([10 / 80, 40 / 70, 10 / 50], abs=0.001)
    assert lit(page, "#flow .band", above=0.99) == 3
    assert lit(page, "#flow .node", above=0.99) == 1
    assert lit(page, "#flow .node") == 4
    pressed = page.locator("#legend button[aria-pressed=true]")
    assert pressed.inner_text().startswith("Metal")


def click(page, selector):
    """On a band where it leaves its community: elsewhere bands cross."""
    target = page.locator(selector)
    target.evaluate("each => each.scrollIntoView({ block: 'center' })")
    if "band" not in selector:
        return target.click()
    return page.mouse.click(*target.evaluate(BEGINNING))


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("#legend button >> nth=2", "60 songs of Folk (leiden-playlists)"),
        ("#matrix thead button >> nth=0", "80 songs of Loud (kmeans-cae_12x15)"),
        ("#matrix tbody tr:nth-child(1) td button >> nth=1",
         "20 songs of Jazz (leiden-playlists) and Quiet (kmeans-cae_12x15)"),
        ("#flow .node >> nth=0", "80 songs of Jazz (leiden-playlists)"),
        ("#flow .node >> nth=5", "50 songs of Noise (kmeans-cae_12x15)"),
        ("#flow .band >> nth=4",
         "40 songs of Metal (leiden-playlists) and Quiet (kmeans-cae_12x15)"),
    ],
)  # fmt: skip
def test_every_figure_selects_and_the_same_click_clears(page, selector, chosen):
    canvas = canvas_of(page)
    click(page, selector)
    expect(page.locator("#highlighted")).to_contain_text(chosen)
    assert page.locator("#said").inner_text() == f"Highlighted: {chosen}"
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute("data-highlighted", chosen.split()[0])
    click(page, selector)
    expect(page.locator("#highlighted")).to_be_hidden()
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute("data-highlighted", "0")


def test_a_click_on_a_song_selects_its_community(page):
    canvas = canvas_of(page)
    page.mouse.click(*place_of(page, 7))
    expect(page.locator("#highlighted")).to_contain_text("(leiden-playlists)")
    assert int(canvas.get_attribute("data-highlighted")) in {60, 80}


def test_escape_clears_from_anywhere(page):
    canvas_of(page)
    place_of(page, 3)
    page.locator("#legend button").first.click()
    page.locator("h1").click()
    page.keyboard.press("Escape")
    for selector in ("#highlighted", "#song", ".ring", "#tip"):
        expect(page.locator(selector).first).to_be_hidden()
    assert page.locator("[aria-pressed=true]").count() == 0
    assert page.locator("#find").input_value() == ""


def test_the_matrix_shows_counts_shares_and_residuals(page):
    cells = page.locator("#matrix tbody td button")
    assert [cell.inner_text() for cell in cells.all()[:3]] == ["50", "20", "10"]
    for measure, shown in (
        ("share of row", ["62 %", "25 %", "13 %"]),
        ("share of column", ["63 %", "29 %", "20 %"]),
        # Expected of 80 x 80, 80 x 70 and 80 x 50 among 200: 32, 28 and 20.
        ("against chance", ["+3.2", "−1.5", "−2.2"]),
    ):
        page.locator("#confusion label", has_text=measure).click()
        texts = [cell.inner_text() for cell in cells.all()[:3]]
        assert texts[1:] == shown[1:]
        assert texts[0][:2] == shown[0][:2] or measure == "share of row"
    assert "residual +3.2" in cells.first.get_attribute("aria-label")


def test_the_pair_is_chosen_by_lists_grid_and_table(page):
    facts, rows = page.locator("#pair-facts"), page.locator("#matrix tbody th")
    assert "AMI 0.310" in facts.inner_text()
    page.locator("#side-b").select_option("leiden-sound")
    assert "AMI 0.120" in facts.inner_text()
    page.locator(".grid").get_by_role("link", name="kmeans-cae_12x15 with leiden-sound").click()
    assert "AMI 0.660" in facts.inner_text()
    assert rows.first.inner_text().startswith("Loud")
    page.locator("#side-a").select_option("leiden-sound")  # the other side moves on
    assert page.locator("#side-b").input_value() != "leiden-sound"
    assert rows.first.inner_text().startswith("Drums")


def test_a_turned_pair_is_the_same_table_turned(page):
    page.locator(".grid").get_by_role("link", name="kmeans-cae_12x15 with leiden-playlists").click()
    cells = [cell.inner_text() for cell in page.locator("#matrix tbody td button").all()]
    assert np.reshape(cells, (3, 3)).T.astype(int).tolist() == samples.TABLE


def test_methods_of_a_map_share_what_is_highlighted(page):
    canvas = canvas_of(page)
    page.locator("#legend button").first.click()
    page.locator(".map label", has_text="t-SNE").click()
    expect(page.locator(".map figcaption")).to_contain_text("Seed 7.")
    expect(canvas).to_have_attribute(
        "aria-label",
        "t-SNE of cae_12x15: 200 songs coloured by leiden-playlists, 80 songs highlighted",
    )


def test_a_map_zooms_and_pans(page):
    canvas = canvas_of(page)
    x, y = place_of(page, 7)
    page.locator("[data-zoom=in]").click()
    page.locator("[data-zoom=in]").click()
    ring = page.locator(".ring")
    page.wait_for_timeout(100)
    box, frame = ring.bounding_box(), canvas.bounding_box()
    middle = frame["x"] + frame["width"] / 2
    if box:
        assert box["x"] + 9 - middle == pytest.approx(2.25 * (x - middle), abs=3)
    page.locator("[data-zoom=reset]").click()
    page.wait_for_timeout(100)
    assert ring.bounding_box()["x"] + 9 == pytest.approx(x, abs=2)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(100)
    assert page.evaluate("scrollY") >= 0  # the wheel scrolls the page until a map is clicked


def tab_to(page, selector):
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} cannot be reached by Tab")


def test_everything_is_done_by_keyboard_alone(page):
    tab_to(page, "#colour")
    tab_to(page, "#find")
    page.keyboard.type("song 01")
    expect(page.locator("#found [role=option]")).to_have_count(8)
    page.keyboard.press("ArrowDown")
    assert page.locator("#found [aria-selected=true]").inner_text().startswith("Song 011")
    page.keyboard.press("Enter")
    assert "Song 011, Artist 4" in page.locator("#said").inner_text()
    tab_to(page, "canvas")
    page.keyboard.press("ArrowRight")
    told = page.locator("#said").inner_text()
    assert told.startswith("Song ")
    assert not told.startswith("Song 011")
    page.keyboard.press("Enter")
    expect(page.locator("#highlighted")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#highlighted")).to_be_hidden()
    tab_to(page, "#matrix button")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#highlighted")).to_contain_text("60 songs of Metal")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#highlighted")).to_contain_text("Metal (leiden-playlists) and Loud")
    tab_to(page, "#flow .node")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    expect(page.locator("#highlighted")).to_contain_text("70 songs of Quiet")


@pytest.mark.parametrize("event", ["KeyboardEvent", "WheelEvent", "PointerEvent"])
def test_maps_that_were_never_in_sight_heed_keys_and_pointers(opened, event):
    page = opened("full", height=10)
    page.evaluate(
        """(kind) => {
          const given = { key: "+", ctrlKey: true, deltaY: 9, pointerId: 1, bubbles: true };
          const names = {
            KeyboardEvent: "keydown", WheelEvent: "wheel", PointerEvent: "pointermove",
          };
          for (const canvas of document.querySelectorAll("canvas"))
            canvas.dispatchEvent(new window[kind](names[kind], given));
        }""",
        event,
    )
    drawn = "all => all.filter((each) => each.width > 0 && each.dataset.highlighted).length"
    assert page.eval_on_selector_all("canvas", drawn) == page.locator("canvas").count() > 0


def test_hostile_titles_stay_text_in_every_figure(opened):
    page = opened("hostile")
    canvas_of(page)
    page.locator("#find").fill("<script>")
    assert samples.SCRIPT in page.locator("#found").inner_text()
    page.keyboard.press("Enter")
    assert samples.SCRIPT in page.locator("#song").inner_text()
    assert samples.SCRIPT in page.locator("#legend").inner_text()
    for button in page.locator("#legend button").all():
        button.click()
    assert page.locator("#flow text", has_text="alert").count() == 2
    assert page.locator("#explore b, #explore script").count() == 0
    assert page.evaluate("document.scripts.length") == 2


@pytest.mark.parametrize("name", ["full", "hostile"])
def test_a_phone_has_no_sideways_scrolling_after_all_that(opened, name):
    page = opened(name, width=400, has_touch=True)
    canvas_of(page)
    page.locator("#legend button").first.tap()
    page.locator("#find").fill("o")
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    assert page.locator("#found").bounding_box()["width"] <= 400


def test_50_000_songs_load_answer_and_light_up(opened):
    page = opened("large")
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    expect(canvas).to_have_attribute(
        "aria-label", "PCA of cae_0: 50,000 songs coloured by leiden-playlists"
    )
    box = canvas.bounding_box()
    for step in range(10):
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.04 * step), box["y"] + box["height"] / 2)
    page.locator("#find").fill("length 31313")
    page.keyboard.press("Enter")
    ring = page.locator(".ring").bounding_box()
    page.mouse.move(ring["x"] + 9, ring["y"] + 9)
    expect(page.locator("#tip strong")).to_contain_text("A title of some length")
    page.locator("#legend button").first.click()
    canvas.scroll_into_view_if_needed()
    shown = int(np.bincount(samples.large().labels["leiden-playlists"])[0])
    expect(canvas).to_have_attribute("data-highlighted", str(shown))
    assert lit(page, "#flow .node", above=0.99) == 1
