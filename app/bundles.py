"""Styles and scripts of the page in one small file each, so that its first view needs little; made when the server starts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import rcssmin
import rjsmin
from flask import Blueprint, Flask, Response, abort, request

# What each is made of: styles, of which the later ones refine the earlier, and the module that the others hang on. The
# theme is known before the page is drawn, which waits for no module.
STYLES: Mapping[str, tuple[str, ...]] = {
    "page": ("base", "layout", "fields", "parameters", "result"),
    "docs": ("docs",),  # beside the page's
}
ENTRIES: Mapping[str, str] = {"theme": "theme", "page": "main", "docs": "docs"}

_IMPORT = re.compile(r'^import \{((?:\s*\w+\s*,)*\s*\w*\s*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function (\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)
_AGES = {True: "public, max-age=31536000, immutable", False: "no-cache"}


@dataclass(frozen=True)
class Bundle:
    """A file that is sent whole. name: with a part that changes with the text, so that browsers may keep it for good."""

    name: str
    mimetype: str
    text: bytes
    packed: bytes

    @classmethod
    def of(cls, stem: str, suffix: str, mimetype: str, text: str) -> Bundle:
        """The bundle of a text; stem and suffix: of its name."""
        data = text.encode()
        digest = sha256(data).hexdigest()[:12]
        return cls(f"{stem}-{digest}.{suffix}", mimetype, data, gzip.compress(data, mtime=0))


def register(app: Flask) -> None:
    """Serve the bundles of the app's static folder, and tell the templates their addresses. Raises what they raise."""
    static = Path(str(app.static_folder))
    made = {
        **{
            (name, "css"): Bundle.of(name, "css", "text/css", rcssmin.cssmin(styles(static / "css", name)))
            for name in STYLES
        },
        **{
            (name, "js"): Bundle.of(
                name, "js", "text/javascript", rjsmin.jsmin(script(static / "js", ENTRIES[name]))
            )
            for name in ENTRIES
        },
    }
    blueprint = Blueprint("bundles", __name__)
    blueprint.add_url_rule(
        "/<any(theme, page, docs):stem>-<digest>.<any(css, js):suffix>", "send", partial(_send, made)
    )
    app.register_blueprint(blueprint)
    app.jinja_env.globals["bundle"] = lambda stem, suffix: f"{request.script_root}/{made[stem, suffix].name}"


def styles(folder: Path, name: str) -> str:
    """The styles of a bundle as one text."""
    return "".join((folder / f"{part}.css").read_text(encoding="utf-8") for part in STYLES[name])


def script(folder: Path, entry: str) -> str:
    """A module and all that it needs as one: each is a function of its own, called once, after those that it imports from.

    They may import and export functions by name, and nothing else, which has the same meaning then. Raises ValueError
    where one does something else, or where they import each other in a circle.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))}
    return "".join(_function(name, texts[name]) for name in _in_order(texts, entry, ()))


def _in_order(texts: Mapping[str, str], name: str, above: tuple[str, ...]) -> Iterator[str]:
    if name in above:
        raise ValueError(f"static/js: {' imports '.join((*above, name))}")
    order = dict.fromkeys(
        needed
        for match in _IMPORT.finditer(texts[name])
        for needed in _in_order(texts, match[2], (*above, name))
    )
    yield from (*order, name)


def _function(name: str, text: str) -> str:
    exported = [match[2] for match in _EXPORT.finditer(text)]
    body = _EXPORT.sub(r"\1", _IMPORT.sub(_constants, text))
    if left_over := _LEFT_OVER.search(body):
        raise ValueError(
            f"static/js/{name}.js: {left_over[0]!r} is not an import or export of functions by name"
        )
    return f"const {_scope(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _constants(match: re.Match[str]) -> str:
    return f"const {{{match[1]}}} = {_scope(match[2])};\n"


def _scope(name: str) -> str:
    return f"module_{name}"


def _send(bundles: Mapping[tuple[str, str], Bundle], stem: str, digest: str, suffix: str) -> Response:
    """The bundle as it is now: a page of another version of the server, which asks for its own, gets on with this one."""
    bundle = bundles[stem, suffix]
    if not re.fullmatch("[0-9a-f]{12}", digest):
        abort(404)
    packed = bool(request.accept_encodings.quality("gzip"))
    response = Response(bundle.packed if packed else bundle.text, mimetype=bundle.mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _AGES[bundle.name == f"{stem}-{digest}.{suffix}"]
    return response
