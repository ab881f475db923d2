"""Self-contained html pages: markup in which text is always escaped, and scripts, styles and data inside."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from worker.report.data.readable import Rounded

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_WORD = re.compile(r"[_./-]*[^_./-]+[_./-]*|[_./-]+")
_COMMENT = re.compile(r"^[ \t]*(//[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
_VOID = frozenset(
    {"meta", "link", "br", "hr", "wbr", "img", "input", "path", "rect", "line", "circle", "polyline"}
)
_LARGE = 4_000_000  # characters
DATA = "data"  # the id of the element that holds the data
# Data are unpacked in the background: until all is drawn, screen readers are told that more will come.
_BUSY = 'document.body.setAttribute("aria-busy", "true");'
_READY = 'await untilDrawn();\ndocument.body.removeAttribute("aria-busy");'


class Markup(str):
    """Text that is markup already; all other text is escaped where it is put in."""

    __slots__ = ()


Content = Markup | str | int | float | None | Iterable["Content"]


def tag(name: str, /, *content: Content, **attributes: object) -> Markup:
    """An element. An attribute's trailing _ is dropped and other _ become -; None and False leave it out."""
    attribute_text = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(
            f"<{name}{attribute_text}>"
            if name in ("meta", "link", "br", "hr", "wbr", "img", "input")
            else f"<{name}{attribute_text}/>"
        )
    return Markup(f"<{name}{attribute_text}>{join(content)}</{name}>")


def join(content: Iterable[Content]) -> Markup:
    """All parts one after the other, escaped where they are not markup; behind a rounded number stands the exact one."""
    return Markup("".join(_texts(content)))


def _texts(content: Iterable[Content]) -> Iterator[str]:
    for part in content:
        if isinstance(part, Markup):
            yield part
        elif isinstance(part, Rounded):
            yield tag("data", str(part), value=part.exact, title=part.exact)
        elif isinstance(part, (str, int, float)):
            yield escape(str(part))
        elif part is not None:
            yield from _texts(part)


def breakable(name: str) -> Markup:
    """A name with places at which a line may end, behind what parts words in names."""
    return join((part, tag("wbr")) for part in _WORD.findall(name))


def page(
    title: str,
    body: Content,
    styles: Sequence[str],
    scripts: Sequence[str] = (),
    start: str = "",
    data: object = None,
    head: Content = None,
) -> str:
    """A whole page that asks nothing of any server.

    styles and scripts: names of assets without their suffix; scripts bring in what they import. start: the script
    statement that begins it all. data: what `readData` of assets/data.js finds.
    """
    css = "".join(style(name) for name in styles)
    blocks: list[Content] = []
    if data is not None:
        blocks.append(Markup(f'<script type="text/plain" id="{DATA}">{packed(data)}</script>'))
    if scripts:
        begin = f"{_BUSY}\n{start}\n{_READY}"
        blocks.append(Markup(f'<script type="module">\n{bundle([*scripts, "dom"])}{begin}\n</script>'))
    document = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("link", rel="icon", href="data:,"),
            tag("title", title),
            head,
            Markup(f"<style>\n{css}</style>"),
        ),
        tag("body", body, blocks),
        lang="en",
    )
    return f"<!doctype html>\n{document}\n"


def packed(data: object) -> str:
    """Data as deflated JSON in base64: a third of its size, and no text in it can end a script element."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    level = (
        9 if len(text) < _LARGE else 4
    )  # which takes a quarter of the time, and makes it two percent larger
    return base64.b64encode(zlib.compress(text.encode(), level)).decode()


@cache
def _asset(name: str) -> str:
    return (files("worker.report") / "assets" / name).read_text(encoding="utf-8")


def style(name: str) -> str:
    """The style sheet `name` without what only its authors need."""
    text = re.sub(r"/\*.*?\*/\n?", "", _asset(f"{name}.css"), flags=re.DOTALL)
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)


def bundle(names: Sequence[str]) -> str:
    """The modules and all that they import as one, each after what it needs.

    A page from a file cannot import other files, so the modules share one scope: every name at their top level
    must be theirs alone (a test sees to that).
    """
    order: dict[str, str] = {}

    def add(name: str) -> None:
        if name in order:
            return
        text = _asset(f"{name}.js")
        for needed in _IMPORT.findall(text):
            add(needed)
        order[name] = text

    for name in names:
        add(name)
    return "".join(_shrunk(text) for text in order.values())


def _shrunk(text: str) -> str:
    text = _COMMENT.sub("", _IMPORT.sub("", text))
    text = re.sub(r"^export ", "", text, flags=re.MULTILINE)
    return re.sub(r"\n\s+", "\n", text).lstrip("\n")
