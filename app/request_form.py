"""The form in a request: in the query string of a link, or in the body that the form sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Request

from app import form_state as states
from app.form_state import FormState
from app.site import Site
from app.site_file import Preset
from worker.spec.config_limits import PAGE
from worker.spec.formats import link, original_meaning, url
from worker.spec.formats.input_limits import size_of
from worker.spec.problem import Problem
from worker.spec.run import Draft

IMPORTED = "config"  # the form field of a pasted config, which is no part of the form that it replaces
PROGRAM = "program_text"  # that of a pasted program
PRESET = "preset"  # in a link: which values of the site a form begins with
ONE_TAKES = "one_takes"
# What links that say nothing of it mean is the first partition of the list, and its GPUs.
NEWCOMER = Draft({"slurm.partition": "", "slurm.enable_gpus": False}, ())


@dataclass(frozen=True)
class Besides:
    """What stands in the form and is no part of the run.

    one_takes: how long an evaluation is expected to take. packages: whether the commands install what plots and importance need.
    """

    one_takes: str = ""
    packages: bool = False


def besides(request: Request) -> Besides:
    """The same of a request: the expected duration of a form alone, the packages of a link, too."""
    sent: Mapping[str, str] = request.form if request.method == "POST" else request.args
    ticked = sent.get(link.PACKAGES, "0") not in ("", "0") or link.has_packages(
        request.form.get(IMPORTED, "")
    )
    return Besides(request.form.get(ONE_TAKES, ""), ticked)


def form_state(request: Request, site: Site) -> tuple[FormState, tuple[Problem, ...]]:
    """The form of the request and what could not be read of it. Raises TooMuchError where the page does not take it."""
    if request.method == "POST":
        pairs = list(request.form.items(multi=True))
        PAGE.check_size(sum(size_of(text) for key, text in pairs if key not in (IMPORTED, PROGRAM)))
        state = states.posted(pairs, site.catalogue)
        PAGE.check_values(state.draft.listed)
        return state, ()
    preset = preset_of(request, site)
    query = "" if preset else request.query_string.decode("utf-8", "replace")
    meant = original_meaning.of_link(url.read(query, PAGE), site.catalogue.known_partitions)
    if query:
        return states.of_draft(meant.draft), meant.problems
    more = (preset.draft,) if preset else ()
    return states.new(begun(meant.draft, NEWCOMER, site.file.defaults, *more)), meant.problems


def preset_of(request: Request, site: Site) -> Preset | None:
    """The preset of the site that a link names, where it says nothing else; None for other links."""
    if list(request.args) != [PRESET]:
        return None
    return next((preset for preset in site.file.presets if preset.key == request.args[PRESET]), None)


def begun(draft: Draft, *more: Draft) -> Draft:
    """`draft` with the values of others, of which the later ones count more."""
    return replace(draft, values={path: raw for one in (draft, *more) for path, raw in one.values.items()})
