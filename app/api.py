"""What the page's script and other programs ask for: the preview of a form, and its config as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, Response, jsonify, request

from app import review
from app.preview import make_preview
from app.request_form import besides, form_state
from app.site import current_site
from worker.spec.config_limits import PAGE
from worker.spec.formats import original_writer, toml
from worker.spec.run import Draft

blueprint = Blueprint("api", __name__)

_WRITERS: Mapping[str, Callable[[Draft], str]] = {
    "toml": toml.write,
    "ini": partial(original_writer.write_ini, limits=PAGE),
    "json": partial(original_writer.write_json, limits=PAGE),
}
_MIMETYPES = {"toml": "application/toml", "ini": "text/plain", "json": "application/json"}


@blueprint.post("/preview")
def preview() -> Response:
    """Command, config, link and problems of the form in the body."""
    site = current_site()
    base_url = site.base_url(request)
    state, unread = form_state(request, site)
    problems = (*site.address_problems(request), *unread)
    installer = site.installer(base_url)
    answer = make_preview(state, site.catalogue, installer, base_url, problems, besides(request))
    if review.FOREIGN in request.form:
        told = [fact.as_json() for fact in review.facts(state)]
        return jsonify({**answer.without_commands.as_json(), "review": told})
    return jsonify(answer.as_json())


@blueprint.route("/config.<any(toml, ini, json):kind>", methods=["GET", "POST"])
def config(kind: str) -> Response:
    """The config of the form in the query string or in the body, as a file to download."""
    state, _ = form_state(request, current_site())
    response = Response(_WRITERS[kind](state.draft), mimetype=_MIMETYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="config.{kind}"'
    return response
