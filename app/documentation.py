"""The documentation as pages: Markdown becomes HTML in the page's own design, with contents and a text to search."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_ELSEWHERE = re.compile(r"https?://|mailto:")
_DEEPEST = 3  # level of headings that the contents list


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it, as plain text. anchor: "" for what stands before the first one of a page."""

    anchor: str
    level: int
    title: str
    text: str


@dataclass(frozen=True)
class Page:
    """A page of the documentation. html: without its title."""

    name: str
    title: str
    html: str
    sections: tuple[Section, ...]

    @property
    def contents(self) -> list[Section]:
        """The headings that a table of contents lists."""
        return [section for section in self.sections if 2 <= section.level <= _DEEPEST]

    @property
    def anchors(self) -> set[str]:
        """What a link may name behind the #."""
        return {section.anchor for section in self.sections}


def address(target: str, files: Mapping[str, str]) -> str:
    """Where a link of the documentation leads. files: the address of each file that is served; "" for one that is not."""
    if target.startswith("#") or _ELSEWHERE.match(target):
        return target
    path, mark, anchor = target.partition("#")
    served = files.get(posixpath.normpath(path), "")
    return f"{served}{mark}{anchor}" if served else ""


def slug(title: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def render(name: str, text: str, files: Mapping[str, str]) -> Page:
    """The page of a Markdown text; files: see `address`. Raw HTML is shown as text, but for comments, which go."""
    parser = _parser()
    tokens = parser.parse(text)
    sections = list(_sections(tokens))
    _lead(tokens, files)
    title = next((section.title for section in sections if section.level == 1), name)
    return Page(name, title, parser.renderer.render(_untitled(tokens), parser.options, {}), tuple(sections))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    rules: Mapping[str, Callable[..., str]] = {
        **dict.fromkeys(("html_block", "html_inline"), _raw),
        **dict.fromkeys(("fence", "code_block"), _fence),
        "table_open": _table_open,
        "table_close": _table_close,
        "link_open": _link_open,
        "link_close": _link_close,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _raw(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return html.escape(_COMMENT.sub("", tokens[index].content))


def _table_open(*_: object) -> str:
    # Wide tables move sideways, with the keyboard as well.
    return '<div class="prose__wide" tabindex="0" role="group" aria-label="Table"><table>\n'


def _table_close(*_: object) -> str:
    return "</table></div>\n"


def _fence(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    number = env["code"] = env.get("code", 0) + 1
    language, label = tokens[index].info.partition(" ")[0], "Code"
    if language and language != "text":
        label = f"Code ({language})"
    return (
        f'<div class="code"><pre class="code__text" tabindex="0" role="group" aria-label="{html.escape(label)}">'
        f'<code id="code-{number}">{html.escape(tokens[index].content)}</code></pre>'
        f'<button type="button" class="button button--copy needs-js" data-copy="code-{number}" '
        f'aria-label="Copy: code {number} of this page">Copy</button></div>\n'
    )


def _link_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # A file that only the sources have: its name is all that there is to say.
    if tokens[index].attrs["href"] == "":
        return f'<span class="prose__file" title="{html.escape(str(tokens[index].meta["file"]))}, in the sources">'
    rendered: str = renderer.renderToken(tokens, index, options, env)
    return rendered


def _link_close(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    opened = next(token for token in reversed(tokens[:index]) if token.type == "link_open")
    return "</a>" if opened.attrs["href"] else "</span>"


def _lead(tokens: Sequence[Token], files: Mapping[str, str]) -> None:
    """Let links and pictures lead to where they are served."""
    for token in (child for parent in tokens for child in parent.children or ()):
        if token.type == "link_open":
            target = str(token.attrs["href"])
            token.attrs["href"] = address(target, files)
            token.meta["file"] = posixpath.normpath(posixpath.join("docs", target))
        elif token.type == "image":
            token.attrs["src"] = address(str(token.attrs["src"]), files)


def _untitled(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the first heading of level 1, which the page shows itself."""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            return [*tokens[:index], *tokens[index + 3 :]]
    return list(tokens)


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    """The headings, whose anchors are written into their tokens, with the plain text below each."""
    anchor, level, title = "", 0, ""
    text: list[str] = []
    seen: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            if title or text:
                yield Section(anchor, level, title, " ".join(text))
            level, title, text = int(token.tag[1]), _plain(tokens[index + 1]), []
            anchor = slug(title)
            seen[anchor] = seen.get(anchor, -1) + 1
            anchor += f"-{seen[anchor]}" if seen[anchor] else ""
            token.attrs["id"] = anchor
        elif token.type in ("fence", "code_block"):
            text.append(token.content.strip())
        elif token.type == "inline" and tokens[index - 1].type != "heading_open":
            text.append(_plain(token))
    if title or text:
        yield Section(anchor, level, title, " ".join(text))


def _plain(token: Token) -> str:
    """What a reader sees of a line."""
    parts = {"softbreak": " ", "hardbreak": " ", "html_inline": ""}
    return "".join(parts.get(child.type, child.content) for child in token.children or ())
