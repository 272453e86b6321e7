"""Lets these tests import what they share, and opens pages in headless Chromium."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import report_samples as samples

from songnet.report import ReportContent, write

PAGES = {
    "full": samples.content,
    "hostile": samples.hostile,
    "empty": lambda: ReportContent("Empty", "now"),
    "large": samples.large,
}


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
def opened(chromium, page_at):
    """Open a page; what it complained of and asked for is checked when the test is over."""
    complaints, requests, contexts = [], [], []

    def open_page(name, *, width=1280, height=900, **settings):
        size = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, **settings)
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
