"""The page of a graph whose every text is hostile, made by the command line, in a real browser.

Titles of songs in maps, of encoders and of examples: tests/report/test_report_browser.py and
test_report_clicking.py, which draw them without computing a map.
"""

from __future__ import annotations

import socket
from contextlib import suppress

import hostile_texts
import pytest

pytestmark = pytest.mark.browser
CONTROLS = {letter for letter in hostile_texts.COMMANDS if letter < "\xa0"}
# What somebody would try who had found a way past the escaping.
BREAK_IN = """home => {
    window.broken = [];
    document.addEventListener('securitypolicyviolation', e => broken.push(e.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = "document.title = 'owned'";
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend',
        `<img src="${home}x.png" onerror="document.title = 'owned'">
         <a id="door" href="javascript:document.title = 'owned'">x</a>
         <iframe src="${home}"></iframe>
         <form id="form" action="${home}"></form>`);
    document.getElementById('door').click();
    document.getElementById('form').submit();
    return fetch(home).catch(() => new Promise(done => setTimeout(done, 200)));
}"""


@pytest.fixture(scope="module")
def place(hostile_folder, tmp_path_factory):
    return tmp_path_factory.mktemp("page") / "report.html"


@pytest.fixture
def written(hostile_world, place):
    """The page, and the folder of its figures beside it; written once."""
    if not place.exists():
        hostile_world("report", place, "--figures", place.parent / "figures", "--null", "none")
    return place


@pytest.fixture
def browsed(chromium, written):
    """The open page, what the browser complained of, and what it asked for."""
    context = chromium.new_context()
    page, complaints, requests = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(written.as_uri())
    yield page, complaints, requests
    context.close()


def test_hostile_texts_are_shown_and_nothing_of_them_runs(browsed):
    page, complaints, requests = browsed
    shown = page.locator("body").inner_text()
    assert "document.title='owned'" in shown
    assert "<script>" in shown
    assert "javascript:" in page.content()
    assert "owned" not in page.title()
    assert page.locator("script").count() == 2
    assert page.locator("[onerror], [href^='javascript'], iframe, object, embed").count() == 0
    assert complaints == []
    assert {url.partition(":")[0] for url in requests} <= {"file", "data"}


def test_what_a_search_finds_is_text(browsed):
    page, complaints, _ = browsed
    field = page.locator("#toolbar input").first
    for text in (hostile_texts.MARKUP, hostile_texts.ADDRESS, "one"):
        field.fill(text)
        field.press("Enter")
    assert complaints == []
    assert "owned" not in page.title()
    assert page.locator("img[src='x']").count() == 0


def heard(home):
    """All that callers have said so far; a browser may open a connection and say nothing."""
    said = b""
    with suppress(BlockingIOError):
        while True:
            caller, _ = home.accept()
            with caller, suppress(TimeoutError):
                caller.settimeout(0.2)
                said += caller.recv(1000)
    return said


def test_even_what_got_in_would_not_run_or_call_home(browsed):
    page, _, _ = browsed
    with socket.create_server(("127.0.0.1", 0)) as home:
        home.setblocking(False)
        page.evaluate(BREAK_IN, f"http://127.0.0.1:{home.getsockname()[1]}/")
        broken = set(page.evaluate("broken"))
        assert heard(home) == b""
    assert {"script-src-elem", "script-src-attr", "img-src", "form-action"} <= broken
    assert {"frame-src", "connect-src"} <= broken
    assert "owned" not in page.title()


def test_no_file_holds_a_script_or_control_characters(written):
    figures = list((written.parent / "figures").glob("*.svg"))
    assert figures
    for path in [written, *figures]:
        text = path.read_text("utf-8")
        assert not set(text) & CONTROLS
        if path.suffix == ".svg":
            assert "<script" not in text
            assert "<a " not in text
