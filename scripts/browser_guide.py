"""Lend docs/browser.md to Neo4j Browser, which plays guides from a web address only.

    python scripts/browser_guide.py [--port PORT]

Prints the line to type into Browser, and serves until it is interrupted. Browser takes guides from
the host `localhost` unless its server's `browser.remote_content_hostname_whitelist` says otherwise.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
GUIDE = "browser.md"


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder, for pages that come from elsewhere: Browser has an origin of its own."""

    def do_OPTIONS(self) -> None:  # the name is the base class's rule
        """Answer Browser's question whether it may ask; it sends headers of its own."""
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def end_headers(self) -> None:
        """Add what lets any page read the answer; there is nothing secret here."""
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of single requests."""


def server(port: int = 0) -> ThreadingHTTPServer:
    """A server of the guide on this machine alone, at `port` or a free one; not yet serving."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(DOCS)))


def main() -> int:
    parser = argparse.ArgumentParser(description="Lend songnet's guide to Neo4j Browser.")
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    with server(parser.parse_args().port) as serving:
        print(f":guide http://localhost:{serving.server_port}/{GUIDE}", flush=True)
        print("Type the line above into Browser; Ctrl+C ends this.", file=sys.stderr)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
