"""The form in a request: in the query string of a link, or in the body that the form sends."""

from __future__ import annotations

from dataclasses import replace

from flask import Request

from app import form_state as states
from app.form_state import FormState
from app.site import Site
from worker.spec.config_limits import PAGE
from worker.spec.formats import original_meaning, url
from worker.spec.formats.input_limits import size_of
from worker.spec.problem import Problem
from worker.spec.run import Draft

IMPORTED = "config"  # the form field of a pasted config, which is no part of the form that it replaces
PROGRAM = "program_text"  # that of a pasted program
ONE_TAKES = "one_takes"  # how long an evaluation is expected to take, which is no part of the run
# What links that say nothing of it mean is the first partition of the list, and its GPUs.
NEWCOMER = Draft({"slurm.partition": "", "slurm.enable_gpus": False}, ())


def form_state(request: Request, site: Site) -> tuple[FormState, tuple[Problem, ...]]:
    """The form of the request and what could not be read of it. Raises TooMuchError where the page does not take it."""
    if request.method == "POST":
        pairs = list(request.form.items(multi=True))
        PAGE.check_size(sum(size_of(text) for key, text in pairs if key not in (IMPORTED, PROGRAM)))
        state = states.posted(pairs, site.catalogue)
        PAGE.check_values(state.draft.listed)
        return state, ()
    read = url.read(request.query_string.decode("utf-8", "replace"), PAGE)
    meant = original_meaning.of_link(read, site.catalogue.known_partitions)
    if request.query_string:
        return states.of_draft(meant.draft), meant.problems
    return states.new(begun(meant.draft, NEWCOMER, site.file.defaults)), meant.problems


def begun(draft: Draft, *more: Draft) -> Draft:
    """`draft` with the values of others, of which the later ones count more."""
    return replace(draft, values={path: raw for one in (draft, *more) for path, raw in one.values.items()})
