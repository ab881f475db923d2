"""The form in a request: in the query string of a link, or in the body that the form sends."""

from __future__ import annotations

from flask import Request

from app import form_state as states
from app.catalogue import Catalogue
from app.form_state import FormState
from worker.spec.config_limits import PAGE
from worker.spec.formats import original_meaning, url
from worker.spec.formats.input_limits import size_of
from worker.spec.problem import Problem

IMPORTED = "config"  # the form field of a pasted config, which is no part of the form that it replaces


def form_state(request: Request, catalogue: Catalogue) -> tuple[FormState, tuple[Problem, ...]]:
    """The form of the request and what could not be read of it. Raises TooMuchError where the page does not take it."""
    if request.method == "POST":
        pairs = list(request.form.items(multi=True))
        PAGE.check_size(sum(size_of(text) for key, text in pairs if key != IMPORTED))
        state = states.posted(pairs, catalogue)
        PAGE.check_values(state.draft().listed)
        return state, ()
    read = url.read(request.query_string.decode("utf-8", "replace"), PAGE)
    meant = original_meaning.of_link(read, catalogue.known_partitions)
    make = states.of_draft if request.query_string else states.new
    return make(meant.draft), meant.problems
