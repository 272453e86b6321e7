"""Neo4j Browser (5.24) as a person uses it: log in, type, drop a file, look at a picture."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE: Final = 90_000  # milliseconds; a busy machine takes long to start Browser
LOCAL: Final = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:")
EDITOR: Final = ".monaco-editor .view-lines"
FRAME: Final = "[data-testid=frame]"
DROP: Final = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const target = document.querySelector("[data-testid=main]");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


class BrowserPage:
    """One tab of Neo4j Browser that cannot reach beyond this machine.

    Parameters
    ----------
    chromium
        A running Chromium, started with `FLAGS`.
    width, height
        Of the window, in pixels.
    """

    def __init__(self, chromium: Browser, *, width: int = 1280, height: int = 900) -> None:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.route("**/*", self._only_local)
        self.page.on("console", lambda said: self._complain(said.type, said.text))
        self.page.on("pageerror", lambda error: self._complain("error", str(error)))

    def log_in(self, environment: Mapping[str, str]) -> None:
        """Open Browser at NEO4J_BROWSER and connect with NEO4J_USERNAME and NEO4J_PASSWORD."""
        self.page.goto(environment["NEO4J_BROWSER"])
        self.page.fill("[data-testid=username]", environment["NEO4J_USERNAME"])
        self.page.fill("[data-testid=password]", environment["NEO4J_PASSWORD"])
        self.page.click("[data-testid=connect]")
        self.page.get_by_text("You are connected as user").wait_for()
        self.page.get_by_text(":play start").wait_for()

    def type(self, text: str) -> None:
        """Paste `text` into the editor and run it, without waiting for an answer."""
        # Typed brackets would be closed by the editor once more: a person pastes.
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.click(EDITOR)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Control+v")
        self.page.locator(EDITOR).get_by_text(text.rsplit(maxsplit=1)[-1]).last.wait_for()
        self.page.keyboard.press("Control+Enter")

    def run(self, text: str) -> Locator:
        """Paste `text` into the editor and run it; the frame of its answer, when it is there."""
        self.type(":clear")
        self.page.wait_for_function(f"!document.querySelector('{FRAME}')")
        self.type(text)
        frame = self.page.locator(FRAME).first
        frame.locator("[data-testid=frameContents]").wait_for()
        return frame

    def draw(self, cypher: str) -> Locator:
        """`run` a query whose answer is a graph; its frame, when the nodes have come to rest."""
        frame = self.run(cypher)
        frame.locator("g.node").first.wait_for()
        self._rest()
        return frame

    def fill_window(self) -> None:
        """Give the topmost frame the whole window, and its graph the whole frame."""
        self.page.click("[title=Fullscreen]")
        self.page.click("[aria-label=zoom-to-fit]")
        self._rest()
        self.page.mouse.move(400, 2)

    def drop(self, name: str, content: bytes) -> None:
        """Drop a file on the window."""
        self.page.evaluate(DROP, [name, base64.b64encode(content).decode()])

    def close(self) -> None:
        """Close the tab and forget what it stored."""
        self.page.context.close()

    def _rest(self) -> None:
        """Wait until no node moves between two looks."""
        self.page.wait_for_function(
            """() => {
              const now = [...document.querySelectorAll("g.node")]
                .map((node) => node.getBoundingClientRect().x.toFixed(1)).join();
              const still = now === window.before;
              window.before = now;
              return still;
            }""",
            polling=300,
        )

    def _complain(self, kind: str, text: str) -> None:
        if kind == "error" and "net::ERR_FAILED" not in text:
            self.complaints.append(text)

    @staticmethod
    def _only_local(route: Route) -> None:
        if route.request.url.startswith(LOCAL):
            route.continue_()
        else:
            route.abort()
