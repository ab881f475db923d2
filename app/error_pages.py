"""Pages and JSON answers for requests that cannot be answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from worker.spec.config_limits import MOST_FIELDS, PAGE, TooMuchError

_TOO_LARGE = "This is too large"
# Status -> title, what is wrong, what to do.
_SENTENCES: Mapping[int, tuple[str, str, str]] = {
    400: ("This request cannot be read", "Part of it is malformed.", "Open the form again."),
    404: ("Page not found", "The address is wrong or out of date.", "Open the form."),
    405: (
        "This is not possible here",
        "The address exists, but does not accept this kind of request.",
        "Open the form.",
    ),
    413: (
        _TOO_LARGE,
        f"On this page, a config may have at most {PAGE.size:,} bytes and the form at most {MOST_FIELDS:,} "
        "fields.",
        PAGE.instead,
    ),
    414: (
        "This link is too long",
        "The browser sent more than a server accepts.",
        "Open the form and paste or upload the config.",
    ),
    500: (
        "Something went wrong here",
        "It is not your fault.",
        "Try again; if it keeps happening, tell whoever runs this page.",
    ),
}


def register(app: Flask) -> None:
    """Let `app` answer every error in its own words."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(TooMuchError, _too_much)
    app.register_error_handler(500, _answer)


def _answer(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())
    title, what, action = _SENTENCES.get(code, (error.name, error.description or "", "Open the form."))
    # A sentence of our own is better than the general one; those of werkzeug are about its own terms.
    if error.description and error.description != type(error).description:
        what = error.description
    response = _error_response(code, title, what, action)
    if allowed := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allowed
    return response


def _too_much(error: TooMuchError) -> Response:
    (problem,) = error.problems
    return _error_response(413, _TOO_LARGE, problem.message, problem.hint)


def _error_response(code: int, title: str, what: str, action: str) -> Response:
    """A page, or JSON for whom asks for it, that says what is wrong and what to do."""
    if _wants_json():
        message = {"path": "", "message": f"{title}. {what}", "hint": action, "severity": "error"}
        response = jsonify(problems=[message])
    else:
        kept = code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and request.method == "POST"
        response = make_response(
            render_template("error.html", title=title, what=what, action=action, kept=kept)
        )
    response.status_code = code
    return response


def _wants_json() -> bool:
    # Programs ask for the first two, whatever they accept.
    is_for_programs = request.path == "/preview" or request.path.startswith("/api/")
    return is_for_programs or request.accept_mimetypes.best == "application/json"
