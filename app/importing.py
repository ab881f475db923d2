"""Filling in the form from a config: pasted, uploaded, or sent by a program."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app import form_state as states
from app.form_state import FormState
from app.page import render_form
from app.preview import make_preview
from app.request_form import IMPORTED, besides, form_state
from app.site import current_site
from worker.spec.config_limits import PAGE, TooMuchError
from worker.spec.formats import any_config, original_meaning
from worker.spec.formats.input_limits import text_of
from worker.spec.problem import Problem, UnreadableError

blueprint = Blueprint("importing", __name__)

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
            present, _ = form_state(request, current_site())
            text = request.form.get(IMPORTED, "")
            # What is too large would make the page so, too; the browser still has it.
            kept = "" if isinstance(error, TooMuchError) else text
            return render_form(present, import_text=kept, import_problems=error.problems)
        refusal = jsonify(problems=[problem.as_json() for problem in error.problems])
        refusal.status_code = 413 if isinstance(error, TooMuchError) else 422
        return refusal
    if _is_browser():
        return render_form(
            state, remarks=problems, notice="The form was filled in from your config.", foreign=True
        )
    site = current_site()
    base_url = site.base_url(request)
    preview = make_preview(
        state, site.catalogue, site.installer(base_url), base_url, problems, besides(request)
    )
    return jsonify(**preview.as_json(), fields=dict(state.pairs()))


def _read(text: str) -> tuple[FormState, tuple[Problem, ...]]:
    read = any_config.read_any(text, current_site().catalogue.known_partitions, PAGE)
    upload = request.files.get(FILE)
    if upload is not None and upload.filename:
        read = original_meaning.named(read, upload.filename)
    return states.of_draft(read.draft), read.problems


def _config_text() -> str:
    """The config in the request. Raises UnreadableError where it is no text."""
    upload = request.files.get(FILE)
    if upload is not None and upload.filename:
        return text_of(upload.stream.read())
    if IMPORTED in request.form:
        return request.form[IMPORTED]
    if request.form:
        return ""
    return text_of(request.get_data(cache=False))


def _is_browser() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"
