"""A page taken apart, for tests of what is on it."""

from __future__ import annotations

import html.parser
import json
import re


class Page(html.parser.HTMLParser):
    """A page taken apart: tags with attributes, and the text a reader sees."""

    VOID = ("meta", "img", "link", "br", "input")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.words, self.unbalanced = [], [], [], []
        self.feed(text)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def data_of(text: str) -> dict:
    """What the page's scripts are given."""
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
