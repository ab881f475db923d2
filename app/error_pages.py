"""Pages and JSON answers for requests that cannot be answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

# Status -> title, what is wrong, what to do.
_SENTENCES: Mapping[int, tuple[str, str, str]] = {
    400: ("This request cannot be read", "Something in it is not as it should be.", "Open the form anew."),
    404: ("There is nothing here", "The address is wrong, or old.", "Open the form."),
    405: (
        "This is not possible here",
        "The address is right, but not for this kind of request.",
        "Open the form.",
    ),
    413: (
        "This is too large",
        "A config has at most about a million characters.",
        "Check that it is the right file.",
    ),
    414: (
        "This link is too long",
        "The browser sent more than a server takes.",
        "Open the form and give it the config.",
    ),
    500: (
        "Something went wrong here",
        "It is not your fault.",
        "Try again; if it stays, tell whoever runs this page.",
    ),
}


def register(app: Flask) -> None:
    """Let `app` answer every error in its own words."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(500, _answer)


def _answer(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())
    title, what, action = _SENTENCES.get(code, (error.name, error.description or "", "Open the form."))
    # A sentence of our own is better than the general one; those of werkzeug are about its own terms.
    if error.description and error.description != type(error).description:
        what = error.description
    if _wants_json():
        message = {"path": "", "message": f"{title}. {what}", "hint": action, "severity": "error"}
        response = jsonify(problems=[message])
    else:
        response = make_response(render_template("error.html", title=title, what=what, action=action))
    response.status_code = code
    response.headers["Cache-Control"] = "no-store"
    if allowed := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allowed
    return response


def _wants_json() -> bool:
    return request.path == "/preview" or request.accept_mimetypes.best == "application/json"
