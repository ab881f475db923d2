"""Reading a program: what its help or source proposes is shown first, and what is ticked goes into the form. Nothing is run."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, request

from app import form_state as states
from app.page import render_form
from app.program_card import Line, ProgramCard
from app.request_form import PROGRAM, form_state
from app.site import current_site
from worker.spec.config_limits import PAGE
from worker.spec.formats.input_limits import bounded, text_of
from worker.spec.notation import value_text
from worker.spec.problem import Problem, UnreadableError
from worker.spec.raw_values import raw_text
from worker.spec.run import ParameterDraft
from worker.spec.scan import scan
from worker.spec.scan.option import Interface
from worker.spec.text import counted

blueprint = Blueprint("reading_programs", __name__)

_FILE = "program_file"  # an uploaded one, of a browser without the script
_TICKED = "take"
_NOTHING = Problem(
    "",
    "No options were found in this.",
    "Paste what the program prints for --help, or its source; or write the parameters by hand.",
)


@blueprint.post("/program")
def propose() -> Response:
    """The page with what the program in the request proposes; the form stays as it is."""
    state, _ = form_state(request, current_site())
    try:
        text = _text()
        interface = _interface(text)
    except UnreadableError as error:
        return render_form(state, program=ProgramCard(request.form.get(PROGRAM, ""), (), error.problems))
    lines = _lines(interface, None)
    found = sum(bool(line.gives) for line in lines)
    notice = f"{counted(found, 'parameter')} can be taken into the form."
    return render_form(state, program=ProgramCard(text, lines), notice=notice)


@blueprint.post("/program/take")
def take() -> Response:
    """The page with those of the proposed parameters in the form that are ticked."""
    state, _ = form_state(request, current_site())
    ticked = frozenset(request.form.getlist(_TICKED))
    text = request.form.get(PROGRAM, "")
    try:
        interface = _interface(text)
        chosen = tuple(option for option in interface.options if option.flag in ticked)
        if not chosen:
            message = Problem("", "Nothing is ticked.", "Tick at least one parameter.")
            return render_form(state, program=ProgramCard(text, _lines(interface, ticked), (message,)))
        read = scan.read(Interface(chosen, interface.program, interface.needed), PAGE)
        filled = states.with_program(state, read.draft)
    except UnreadableError as error:
        return render_form(state, program=ProgramCard(text, (), error.problems))
    return render_form(
        filled, remarks=read.problems, notice="The parameters and the objective program were filled in."
    )


def _text() -> str:
    """The program in the request. Raises UnreadableError."""
    upload = request.files.get(_FILE)
    if upload is not None and upload.filename:
        return text_of(upload.stream.read())
    return request.form.get(PROGRAM, "")


def _interface(text: str) -> Interface:
    """The options of a program. Raises UnreadableError where there are none."""
    interface = scan.interface_of(bounded(text, PAGE)) if text.strip() else None
    if interface is None or not interface.options:
        raise UnreadableError((_NOTHING,))
    return interface


def _lines(interface: Interface, ticked: Collection[str] | None) -> list[Line]:
    """What is shown of each option. ticked: those that were; None for all that are proposed."""
    return [
        Line(
            one.option.flag,
            _gives(one.parameter) if one.parameter else "",
            one.option.default or "",
            one.why,
            one.parameter is not None and (ticked is None or one.option.flag in ticked),
        )
        for one in scan.proposed(interface)
    ]


def _gives(parameter: ParameterDraft) -> str:
    """The type and the range of a parameter in a few words."""
    settings = parameter.settings
    if "value" in settings:
        return f"always {settings['value']}"
    values = settings.get("values")
    if isinstance(values, (list, tuple)):
        return f"{'ordered: ' if settings.get('ordered') else 'one of '}{', '.join(map(str, values))}"
    scale = ", logarithmic" if settings.get("log") else ""
    return f"{parameter.type}, {_end(settings.get('min'))} to {_end(settings.get('max'))}{scale}"


def _end(raw: object) -> str:
    """The end of a range, which a reader of programs has made, so that it is a number."""
    return value_text(raw) if isinstance(raw, (int, float)) else raw_text(raw)
