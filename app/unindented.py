"""Pages are sent without the indentation of their templates, which is there for who reads those."""

from __future__ import annotations

import re

from jinja2.ext import Extension

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Unindented(Extension):
    """Takes the blanks at the begin of lines out of templates of HTML, where a line break means the same."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source of a template as it is compiled."""
        return _INDENTATION.sub("", source) if name and name.endswith(".html") else source
