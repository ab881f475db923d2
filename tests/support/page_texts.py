"""What stands in a result page: the data that its scripts draw, its tables, its lists of facts."""

from __future__ import annotations

import base64
import json
import re
import zlib
from html.parser import HTMLParser
from typing import Any


def embedded(page: str) -> dict[str, Any]:
    """The data that the page's scripts read."""
    found = re.search(r'<script type="text/plain" id="data">([^<]+)<', page)
    assert found
    data = json.loads(zlib.decompress(base64.b64decode(found[1])))
    assert isinstance(data, dict)
    return data


class PageText(HTMLParser):
    """What is read. tables: by caption, rows of cells, without the head. heads: theirs. facts: term -> text. headings; text: all.

    Where a page shows a number with fewer digits, the exact one beside it is taken. rounded: (as shown, exact) of these.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.heads: dict[str, list[str]] = {}
        self.facts: dict[str, str] = {}
        self.headings: list[str] = []
        self.text = ""
        self._rows: list[list[str]] = []
        self._parts: list[str] = []
        self._caption = ""
        self._term = ""
        self.rounded: list[tuple[str, str]] = []
        self._exact: str | None = None
        self._silent = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what is collected."""
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "data":
            self._exact = dict(attrs)["value"]
        elif tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        if tag in ("td", "th", "caption", "dt", "dd", "h2", "h3"):
            self._parts = []

    def handle_endtag(self, tag: str) -> None:
        """Keep what was collected."""
        text = "".join(self._parts)
        if tag in ("script", "style"):
            self._silent -= 1
        elif tag == "caption":
            self._caption = text
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append(text)
        elif tag == "thead":
            self.heads[self._caption] = self._rows.pop()
        elif tag == "table":
            self.tables[self._caption] = self._rows
        elif tag == "dt":
            self._term = text
        elif tag == "dd":
            self.facts[self._term] = text
        elif tag in ("h2", "h3"):
            self.headings.append(text)
        if tag in ("p", "td", "th", "dd", "dt", "h2", "h3", "caption"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        """Take text in."""
        if self._exact is not None:
            self.rounded.append((data, self._exact))
            data, self._exact = self._exact, None
        if not self._silent:
            self._parts.append(data)
            self.text += data
