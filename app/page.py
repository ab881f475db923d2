"""The page itself: the form, and what follows from it; the same with and without the script."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, render_template, request
from markupsafe import Markup, escape

from app import form_layout, review, sent_fixes
from app import form_state as states
from app.example import EXAMPLE, NOTICE
from app.form import UntouchedFields, make_form, partition_choice
from app.form_state import EMPTY_ROW, FormState, Row
from app.preview import Preview, make_preview
from app.problem_places import PlacedProblem
from app.program_card import ProgramCard
from app.request_form import NEWCOMER, PRESET, begun, besides, form_state, preset_of
from app.site import Site, current_site
from app.widgets import SWITCHES, type_options, types_for_script
from worker.spec.config_limits import PAGE
from worker.spec.extras import EXTRAS, USUAL
from worker.spec.fields import FIELDS
from worker.spec.optional_parts import part_with
from worker.spec.parameter_settings import COMMON, IN_FORM_ORDER, SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import NAME_PATTERN
from worker.spec.problem import Problem

blueprint = Blueprint("page", __name__)

_ROW_ACTIONS: Mapping[str, Callable[[FormState, int], FormState]] = {
    "insert": FormState.with_row_inserted,
    "remove": FormState.without_row,
    "up": lambda state, index: state.with_row_moved(index, -1),
    "down": lambda state, index: state.with_row_moved(index, 1),
}

_BACKTICKS = re.compile(r"`([^`]+)`")
_SETTINGS = [
    (setting.key, setting.query, setting.label) for setting in IN_FORM_ORDER if setting.key not in COMMON
]
_WHEN = SETTINGS["when"]
_USUAL_PACKAGES = [package.partition(">")[0] for name in USUAL for package in EXTRAS[name].packages]


@blueprint.app_template_filter()
def with_code(text: str) -> Markup:
    """`text` as markup, in which what stands between backticks is code."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))


@blueprint.app_template_filter()
def placeholder(row: Row, index: object) -> str:
    """What stands for a parameter in the objective program: its name where it has a usable one, else its number."""
    name = row["name"].strip(" ")
    named = f"(${name})" if re.fullmatch(NAME_PATTERN, name) else f"($x_{index})"
    return part_with(name, named) if row[_WHEN.query].strip(" ") else named


@blueprint.get("/")
def linked() -> Response:
    """The form that the query string describes."""
    site = current_site()
    if not request.query_string:
        hangs_on = (site.base_url(request), request.script_root, site.address_problems(request))
        return make_response(site.empty_forms.get(hangs_on, _empty_form))
    state, remarks = form_state(request, site)
    return render_form(state, remarks=remarks, foreign=preset_of(request, site) is None)


def _empty_form() -> str:
    state, _ = form_state(request, current_site())
    return render_form(state, fresh=True).get_data(as_text=True)


@blueprint.get("/example")
def example() -> Response:
    """The form of a run that goes as it stands, with what the site says of new forms."""
    values = begun(EXAMPLE, NEWCOMER, current_site().file.defaults, EXAMPLE)
    return render_form(states.of_draft(values), notice=NOTICE)


@blueprint.post("/")
def sent() -> Response:
    """The form as it was sent, after the button that was pressed has done its work."""
    state, _ = form_state(request, current_site())
    state = sent_fixes.after_action(state, request.form.get("action", ""))
    action, _, number = request.form.get("action", "").partition("-")
    focus = ""
    if action == "add":
        focus = f"param_{state.shown}_name"
        state = state.with_row_added()
    elif action in _ROW_ACTIONS and number.isascii() and number.isdigit():
        state = _ROW_ACTIONS[action](state, int(number[:6]))
    return render_form(state, focus=focus)


def render_form(
    state: FormState,
    *,
    remarks: Sequence[Problem] = (),
    fresh: bool = False,
    focus: str = "",
    notice: str = "",
    import_text: str = "",
    import_problems: Sequence[Problem] = (),
    program: ProgramCard | None = None,
    foreign: bool = False,
) -> Response:
    """The page for `state`.

    remarks: what there is to say about the link or the config that was opened; it is no longer true of the form.
    fresh: nothing has been filled in, so gaps are no mistakes yet. focus: the id of the field to go to. notice: what
    has just happened. import_text, import_problems: a config that could not be read, and why. program: one that was read.
    foreign: whether somebody else may have written the values; stays so until the person says that they have read them.
    """
    site = current_site()
    base_url = site.base_url(request)
    unknown = site.address_problems(request)
    more = besides(request)
    preview = make_preview(state, site.catalogue, site.installer(base_url), base_url, unknown, more)
    action = request.form.get("action", "")
    foreign = foreign or (review.FOREIGN in request.form and action != review.ACKNOWLEDGED)
    beside = _beside_fields(preview, fresh)
    touched = [
        field
        for field in FIELDS
        if field.query in (*beside, focus) or not UntouchedFields.includes(field, state)
    ]
    page = render_template(
        "page.html",
        state=state,
        preview=preview.without_commands if foreign else preview,
        review=review.facts(state) if foreign else (),
        form=make_form(state, site.catalogue, touched),
        blank_row=EMPTY_ROW,
        name_pattern=NAME_PATTERN,
        most_parameters=PAGE.parameters,
        tunnel="" if unknown else _tunnel(base_url),
        beside=beside,
        layout=form_layout,
        parameter_types=PARAMETER_TYPES,
        type_options=type_options,
        types_for_script=types_for_script(),
        settings=_SETTINGS,
        switches=SWITCHES,
        when=_WHEN,
        captured=site.catalogue.captured,
        partition_choice=partition_choice(state, site.catalogue),
        presets=_presets(site) if fresh else (),
        opened=[section.key for section in form_layout.FOLDED if _shows(section, state, preview)],
        fresh=fresh,
        focus=focus,
        notice=notice,
        import_text=import_text,
        import_problems=import_problems,
        program=program,
        remarks=remarks,
        besides=more,
        usual_packages=_USUAL_PACKAGES,
    )
    return make_response(page)


def _presets(site: Site) -> list[tuple[str, str]]:
    """What an empty form can begin with: a label and the address of each, by which the page knows that the values are the site's."""
    return [
        (preset.label, f"{request.script_root}/?{urlencode({PRESET: preset.key})}")
        for preset in site.file.presets
    ]


def _tunnel(base_url: str) -> str:
    """The ssh command with which a page on this machine alone is reached from another one; "" for other pages."""
    parts = urlsplit(base_url)
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return ""
    port = parts.port or 80
    return f"ssh -R {port}:127.0.0.1:{port} LOGIN_NODE"


def _beside_fields(preview: Preview, fresh: bool) -> dict[str, list[PlacedProblem]]:
    """The problems to show beside each field, by its id."""
    beside: dict[str, list[PlacedProblem]] = {}
    for placed in preview.problems:
        if placed.place.field and not (fresh and placed.missing):
            beside.setdefault(placed.place.field, []).append(placed)
    return beside


def _shows(section: form_layout.Section, state: FormState, preview: Preview) -> bool:
    """Whether there is something to see among the fields of a section: a problem, or a value that is no default."""
    queries = {field.query for field in section.fields}
    return any(placed.place.field in queries for placed in preview.problems) or state.differs_in(queries)
