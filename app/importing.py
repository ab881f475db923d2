"""Filling in the form from a config: pasted, uploaded, or sent by a program."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app import form_state as states
from app.form_state import FormState
from app.page import show
from app.preview import make_preview
from app.reading import form_state
from app.site import current_site
from worker.spec import source
from worker.spec.problem import Problem, UnreadableError
from worker.spec.reading import text_of

blueprint = Blueprint("importing", __name__)

TEXT = "config"  # the form field of a pasted config
FILE = "file"  # the form field of an uploaded one


@blueprint.post("/import")
def import_config() -> Response:
    """Refill the form from the config in the request: TOML, config.ini, config.json, a link, or a token.

    The config is an uploaded file, a form field, or the body itself. A browser gets the page, in which nothing that
    was typed is lost where the config cannot be read; a program that asks for JSON gets the preview and the fields.
    """
    try:
        state, problems = _read(_config_text())
    except UnreadableError as error:
        if _is_browser():
            present, _ = form_state(request, current_site().catalogue)
            return show(present, import_text=request.form.get(TEXT, ""), import_problems=error.problems)
        refusal = jsonify(problems=[problem.as_json() for problem in error.problems])
        refusal.status_code = 422
        return refusal
    if _is_browser():
        return show(state, remarks=problems, notice="The form was filled in from your config.")
    site = current_site()
    base_url = site.base_url(request)
    preview = make_preview(state, site.catalogue, site.installer(base_url), base_url, problems)
    return jsonify(**preview.as_json(), fields=dict(state.pairs()))


def _read(text: str) -> tuple[FormState, tuple[Problem, ...]]:
    read = source.read_any(text)
    # Only in a link does a missing partition mean the first one of this page.
    catalogue = current_site().catalogue if source.looks_like_link(text.strip()) else None
    return states.of_draft(read.draft, catalogue=catalogue), read.problems


def _config_text() -> str:
    """The config in the request. Raises UnreadableError where it is no text."""
    upload = request.files.get(FILE)
    if upload is not None and upload.filename:
        return text_of(upload.stream.read())
    if TEXT in request.form:
        return request.form[TEXT]
    if request.form:
        return ""
    return text_of(request.get_data(cache=False))


def _is_browser() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
