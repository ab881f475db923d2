"""The documentation that the page itself serves: /help, /docs, a page for each file, and a search over all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from app.docs_search import LONGEST, MOST_HITS, Hit, search
from app.documentation import Page, render

EXTENSION = "omniopt-docs"
HELP = "help"
INDEX = "README"  # lists the others, in the order in which they are shown
_SUFFIX = ".md"
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}
_LISTED = re.compile(r"\]\(([\w-]+)\.md[)#]")

blueprint = Blueprint("docs", __name__)


class Library:
    """The files of a folder as pages, each made when somebody asks for it, and then kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Page] = {}
        self._lock = Lock()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The pages, in the order of the index; those that it does not list at the end."""
        there = {path.stem for path in self._folder.glob(f"*{_SUFFIX}")} - {INDEX}
        listed = _LISTED.findall(self._text(INDEX))
        return tuple(dict.fromkeys([*(name for name in listed if name in there), *sorted(there)]))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The pictures beside the pages, by their path below the folder."""
        files = self._folder.rglob("*")
        return frozenset(
            path.relative_to(self._folder).as_posix() for path in files if path.suffix in _PICTURES
        )

    def page(self, name: str) -> Page:
        """One of the pages, or the index. Raises KeyError."""
        if name not in (*self.names, INDEX):
            raise KeyError(name)
        with self._lock:
            if name not in self._made:
                self._made[name] = render(name, self._text(name), self._files(name in (HELP, INDEX)))
            return self._made[name]

    def _files(self, from_above: bool) -> dict[str, str]:
        """The address of each file, relative, so that it holds below any prefix; from_above: for a page outside of /docs/."""
        below, beside = ("docs/", "") if from_above else ("", "../")
        return {
            **{f"{name}{_SUFFIX}": f"{below}{name}" for name in self.names},
            **{picture: f"{below}{picture}" for picture in self.pictures},
            f"{HELP}{_SUFFIX}": f"{beside}help",
            f"{INDEX}{_SUFFIX}": f"{beside}docs",
        }

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of each page, as it stands in its first line; no page is made for it."""
        return {name: self._text(name).partition("\n")[0].lstrip("# ") for name in self.names}

    @property
    def pages(self) -> list[Page]:
        """All pages, in their order."""
        return [self.page(name) for name in self.names]

    def picture(self, name: str) -> tuple[bytes, str]:
        """A picture, and its media type. Raises KeyError."""
        if name not in self.pictures:
            raise KeyError(name)
        path = self._folder / name
        return path.read_bytes(), _PICTURES[path.suffix]

    def _text(self, name: str) -> str:
        return (self._folder / f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def attach(app: Flask, folder: Path) -> None:
    """Let `app` serve the documentation in `folder`."""
    app.extensions[EXTENSION] = Library(folder)


def _library() -> Library:
    library: Library = current_app.extensions[EXTENSION]
    return library


@blueprint.get("/help")
def help_page() -> Response:
    """The short page for whoever fills in the form."""
    return _answer(_library().page(HELP))


@blueprint.get("/docs")
def index() -> Response:
    """What there is to read, or where the words of `q` stand."""
    question = " ".join(request.args.get("q", "")[:LONGEST].split())
    library = _library()
    hits = search(library.pages, question) if question else []
    return _answer(library.page(INDEX), question=question, hits=hits)


@blueprint.get("/docs/<path:name>")
def page(name: str) -> Response:
    """One page, or one of the pictures on them."""
    library = _library()
    if name in (HELP, INDEX):
        return make_response(redirect("../help" if name == HELP else "../docs", 308))
    try:
        if name in library.pictures:
            content, mimetype = library.picture(name)
            return Response(content, mimetype=mimetype)
        return _answer(library.page(name))
    except KeyError:
        abort(404, "The documentation of this version has no such page.")


def _answer(shown: Page, question: str = "", hits: Sequence[Hit] = ()) -> Response:
    library = _library()
    links = {name: url_for("docs.page", name=name) for name in library.names}
    rendered = render_template(
        "docs.html",
        page=shown,
        titles=library.titles,
        links={**links, HELP: url_for("docs.help_page"), INDEX: url_for("docs.index")},
        question=question,
        hits=hits,
        most=MOST_HITS,
        longest=LONGEST,
    )
    return make_response(rendered)
