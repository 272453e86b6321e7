"""The page in a real browser: headless Chromium, from a file, at two widths, light and dark."""

from __future__ import annotations

import pytest
import report_samples as samples

pytestmark = pytest.mark.browser

PAGES = ["full", "hostile", "empty"]
SIZES = """[...document.querySelectorAll('img')].filter(i => !i.closest('details:not([open])'))
    .map(i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight, i.complete])"""
OVERFLOW = """[...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll, .card, pre, #said'))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""
LUMINANCE = """selector => { const c = getComputedStyle(document.querySelector(selector))
    .backgroundColor.match(/[0-9.]+/g).map(Number); return (c[0] + c[1] + c[2]) / 765 }"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_hangs_over_the_edge(opened, name, width):
    page = opened(name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize("width", [1280, 400])
def test_every_figure_has_a_size(opened, width):
    # A script is what a reader without scripts does not have: all figures are plain pictures then.
    page = opened("full", width=width, java_script_enabled=False)
    page.locator("summary", has_text="cae_12x15").first.scroll_into_view_if_needed()
    sizes = page.evaluate(SIZES)
    assert len(sizes) == 13
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
    page = opened("full", java_script_enabled=False)
    folded = page.locator("details:not([open])").first
    inner = folded.locator("table, img, ol").first
    assert not inner.is_visible()
    page.locator("details:not([open]) summary").first.click()
    assert page.locator("details[open]").first.locator("table, img, ol").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_stand_on_light_cards_in_both_schemes(opened, scheme):
    page = opened("full", color_scheme=scheme)
    assert (page.evaluate(LUMINANCE, "body") > 0.5) is (scheme == "light")
    assert page.evaluate(LUMINANCE, ".card") == 1


def test_hostile_titles_are_text(opened):
    page = opened("hostile")
    assert samples.SCRIPT in page.locator("h1").inner_text()
    assert page.locator("script").count() == 2
    assert page.locator("main b").count() == 0


def test_without_scripts_plain_figures_stand_in(opened):
    page = opened("full", java_script_enabled=False)
    for alt in ("Heat map of how", "Flow of songs", "PCA of the vectors", "t-SNE of the vectors"):
        assert page.get_by_alt_text(alt).first.is_visible()
    for selector in ("#toolbar", "#matrix", "#flow", "canvas"):
        assert not page.locator(selector).first.is_visible()


def test_with_scripts_no_figure_is_there_twice(opened):
    page = opened("full")
    assert page.get_by_alt_text("Heat map of how").count() == 0
    assert page.locator("#matrix").is_visible()
    assert page.locator("canvas").count() == 1


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_ask(opened, motion):
    page = opened("full", reduced_motion=motion)
    moving = page.evaluate("getComputedStyle(document.querySelector('#flow path')).transition")
    assert ("opacity" in moving) is (motion == "no-preference")


def test_print_shows_no_controls(opened):
    page = opened("full")
    page.emulate_media(media="print")
    assert not page.locator("#toolbar").is_visible()
    assert page.locator("#matrix").is_visible()
