"""The README's picture: the demo's graph in the real Neo4j Browser, in songnet's style.

    export $(scripts/neo4j start)
    songnet copy build/demo/songnet.data/graph.lbug $NEO4J_URI
    python scripts/browser_screenshot.py [FILE.png] [--picture NAME]

A picture is a file of cypher/browser/pictures. Needs playwright and Chromium, as the tests do.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from pathlib import Path

from browser_page import FLAGS, BrowserPage

from songnet.store.browser import PICTURES, favourites, style

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH, HEIGHT, COLOURS = 1400, 860, 256


def photograph(picture: str) -> bytes:
    """A PNG of Browser's whole window with this picture in it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = BrowserPage(chromium, width=WIDTH, height=HEIGHT)
        page.log_in(os.environ)
        page.run(":config autoComplete: false")
        page.drop("songnet.grass", style().encode())
        page.draw(favourites()[f"{PICTURES}/{picture}.cypher"])
        page.fill_window()
        return page.page.screenshot()


def fewer_colours(png: bytes) -> bytes:
    """The same picture in a palette, which a third of the bytes hold."""
    from PIL import Image

    small = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description="Photograph Neo4j Browser with songnet's graph.")
    parser.add_argument("file", type=Path, nargs="?", default=DOCS / "browser.png")
    parser.add_argument("--picture", default="everything-together", help="which to draw")
    given = parser.parse_args()
    if "NEO4J_BROWSER" not in os.environ:
        sys.exit("no server: export $(scripts/neo4j start) first")
    given.file.write_bytes(fewer_colours(photograph(given.picture)))
    print(f"{given.file}: {given.file.stat().st_size / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
