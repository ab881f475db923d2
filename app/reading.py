"""The form in a request: in the query string of a link, or in the body that the form sends."""

from __future__ import annotations

from flask import Request, abort

from app import form_state as states
from app.catalogue import Catalogue
from app.form_state import FormState
from worker.spec import url
from worker.spec.problem import Problem, UnreadableError


def form_state(request: Request, catalogue: Catalogue) -> tuple[FormState, tuple[Problem, ...]]:
    """The form of the request and what could not be read of it; aborts with 414 for an absurdly long link."""
    if request.method == "POST":
        return states.posted(request.form.items(multi=True), catalogue), ()
    try:
        read = url.read(request.query_string.decode("utf-8", "replace"))
    except UnreadableError as error:
        abort(414, str(error))
    return states.of_draft(read.draft, catalogue=catalogue), read.problems
