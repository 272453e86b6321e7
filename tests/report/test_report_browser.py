"""The page in a real browser: headless Chromium, from a file, at two widths, light and dark."""

from __future__ import annotations

import os
import shutil

import pytest
import report_samples as samples

from songnet.report import ReportContent, write

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
PAGES = {
    "full": samples.content,
    "hostile": samples.hostile,
    "empty": lambda: ReportContent("Empty", "now"),
}
SIZES = """[...document.querySelectorAll('img')].filter(i => !i.closest('details:not([open])'))
    .map(i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight, i.complete])"""
OVERFLOW = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, .card, pre')
    && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
LUMINANCE = """selector => { const c = getComputedStyle(document.querySelector(selector))
    .backgroundColor.match(/[0-9.]+/g).map(Number); return (c[0] + c[1] + c[2]) / 765 }"""


def unavailable(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("no Chromium: install it (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        write(make(), folder / f"{name}.html")
    return folder


@pytest.fixture
def opened(browser, folder):
    """Open a page; what it complained of and asked for is checked when the test is over."""
    complaints, requests, contexts = [], [], []

    def open_page(name, *, width=1280, scheme="light"):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url.split(":")[0] for url in requests} <= {"file", "data"}
    assert sum(url.startswith("file:") for url in requests) == len(contexts)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_hangs_over_the_edge(opened, name, width):
    page = opened(name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize("width", [1280, 400])
def test_every_figure_has_a_size(opened, width):
    sizes = opened("full", width=width).evaluate(SIZES)
    assert len(sizes) == 9
    for natural_width, natural_height, shown_width, shown_height, complete in sizes:
        assert complete
        assert natural_width > 300
        assert natural_height > 150
        assert shown_width >= min(width - 60, 300)
        assert shown_width / shown_height == pytest.approx(natural_width / natural_height, rel=0.02)


@pytest.mark.parametrize("name", PAGES)
def test_every_section_is_visible_and_reached_from_the_contents(opened, name):
    page = opened(name)
    links = page.locator("nav a")
    assert links.count() >= 7
    for place in range(links.count()):
        section = page.locator(links.nth(place).get_attribute("href"))
        assert section.is_visible()
        assert section.bounding_box()["height"] > 60
        assert section.locator("h2").is_visible()


def test_folded_parts_open_without_a_script(opened):
    page = opened("full")
    folded = page.locator("details:not([open])").first
    inner = folded.locator("table, img, ol").first
    assert not inner.is_visible()
    page.locator("details:not([open]) summary").first.click()
    assert page.locator("details[open]").first.locator("table, img, ol").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_stand_on_light_cards_in_both_schemes(opened, scheme):
    page = opened("full", scheme=scheme)
    assert (page.evaluate(LUMINANCE, "body") > 0.5) is (scheme == "light")
    assert page.evaluate(LUMINANCE, ".card") == 1


def test_hostile_titles_are_text(opened):
    page = opened("hostile")
    assert samples.SCRIPT in page.locator("h1").inner_text()
    assert page.locator("script").count() == 0
    assert page.locator("main b").count() == 0
