"""Lets these tests import what they share, and opens pages in headless Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import report_samples as samples

from songnet.report import ReportContent, write

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
PAGES = {
    "full": samples.content,
    "hostile": samples.hostile,
    "empty": lambda: ReportContent("Empty", "now"),
    "large": samples.large,
}


def unavailable(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        unavailable("no Chromium: install it (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def page_at(tmp_path_factory):
    """Where a page of `PAGES` lies; written when it is first asked for."""
    folder, written = tmp_path_factory.mktemp("pages"), {}

    def place(name):
        if name not in written:
            written[name] = folder / f"{name}.html"
            write(PAGES[name](), written[name])
        return written[name]

    return place


@pytest.fixture
def opened(browser, page_at):
    """Open a page; what it complained of and asked for is checked when the test is over."""
    complaints, requests, contexts = [], [], []

    def open_page(name, *, width=1280, **settings):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_at(name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url.split(":")[0] for url in requests} <= {"file", "data"}
    assert sum(url.startswith("file:") for url in requests) == len(contexts)
