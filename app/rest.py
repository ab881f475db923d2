"""The functions of the page for other programs, such as portals: JSON in and out, under an address with a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app import form_state as states
from app import openapi
from app.partition import Partition
from app.preview import Preview, make_preview
from app.rest_request import (
    SOURCES,
    TEXT,
    RefusedError,
    check_query,
    read_config,
    read_object,
    text_in,
)
from app.site import current_site
from worker.spec.config_limits import PAGE, TooMuchError
from worker.spec.field_definition import Field
from worker.spec.field_values import field_text
from worker.spec.fields import FIELDS
from worker.spec.formats import toml
from worker.spec.formats.any_config import WRITERS
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_type import ParameterType
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.problem import Problem, UnreadableError, capped, did_you_mean, has_errors
from worker.spec.scan import scan

blueprint = Blueprint("rest", __name__, url_prefix=openapi.BASE)

_FORMAT, _PROGRAM = "format", "program"
_NO_PROGRAM = Problem(
    TEXT,
    "This is neither a help text nor the source of a Python or R program.",
    "Send what the program prints for --help, or its source.",
)


@blueprint.before_request
def _no_query() -> None:
    check_query(request)


@blueprint.errorhandler(RefusedError)
def _refused(error: RefusedError) -> Response:
    response = jsonify(problems=[problem.as_json() for problem in error.problems])
    response.status_code = error.status
    return response


@blueprint.get("/openapi.json")
def description() -> Response:
    """These functions, as OpenAPI describes them."""
    return jsonify(openapi.document(current_site().base_url(request)))


@blueprint.get("/fields")
def fields() -> Response:
    """Everything that a config can say, and the types of parameters."""
    return jsonify(
        fields=[_field(field) for field in FIELDS],
        parameter_types=[_type(kind) for kind in PARAMETER_TYPES.values()],
    )


def _field(field: Field) -> dict[str, object]:
    return {
        "path": field.path,
        "query": field.query,
        "option": field.flag,
        "label": field.label,
        "help": field.help,
        "kind": field.kind,
        "default": field_text(field, field.default),
        "required": field.required,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "choices": list(field.choices),
        "unit": field.unit,
        "advanced": field.advanced,
    }


def _type(kind: ParameterType) -> dict[str, object]:
    settings = [
        {"key": key, "kind": reading, "query": SETTINGS[key].query, "required": key in kind.settings}
        for key, reading in kind.known.items()
    ]
    return {"name": kind.name, "summary": kind.summary, "values": kind.value, "settings": settings}


@blueprint.get("/partitions")
def partitions() -> Response:
    """The partitions that the page offers, with what is known of their limits."""
    catalogue = current_site().catalogue
    clusters = catalogue.clusters or {"": catalogue}
    partitions = [
        _partition(one, name) for name, each in clusters.items() for one in each.partitions.values()
    ]
    return jsonify(captured=catalogue.captured, partitions=partitions)


def _partition(partition: Partition, cluster: str) -> dict[str, object]:
    return {**asdict(partition), "limits": partition.limits, "cluster": cluster}


@blueprint.post("/validate")
def validate() -> Response:
    """What is wrong with a config, and what its jobs ask Slurm for."""
    read = _read(read_object(request, SOURCES))
    return read.answer(job=read.preview.job if read.preview else "")


@blueprint.post("/command")
def command() -> Response:
    """The lines that start the run of a config, and the link to the form with it."""
    read = _read(read_object(request, SOURCES))
    link = read.preview.url if read.preview else ""
    preview = read.preview if read.usable else None
    files = preview.from_file if preview else None
    return read.answer(
        command=preview.commands.first_time if preview else "",
        command_long=preview.commands.thorough if preview else "",
        command_try=preview.commands.trying if preview else "",
        command_installed=preview.commands.installed if preview else "",
        command_local=preview.commands.local if preview else "",
        command_file=files.first_time if files else "",
        url=link,
    )


@blueprint.post("/config")
def config() -> Response:
    """A config as the text of a file, in one of the formats."""
    found = read_object(request, (*SOURCES, _FORMAT))
    name = text_in(found, _FORMAT) if _FORMAT in found else "toml"
    if name not in WRITERS:
        raise RefusedError(400, Problem(_FORMAT, "There is no such format.", did_you_mean(name, WRITERS)))
    read = _read(found)
    return read.answer(
        text=WRITERS[name](read.preview.draft) if read.preview else "",
        left_out=read.preview.left_out_sentence if read.preview and name != "toml" else "",
    )


@blueprint.post("/scan")
def scan_program() -> Response:
    """A config as it is proposed for a program from its help or source, which is not run."""
    found = read_object(request, (TEXT, _PROGRAM))
    program = text_in(found, _PROGRAM) if _PROGRAM in found else ""
    text = text_in(found, TEXT)
    try:
        interface = scan.interface_of(text)
        if interface is None:
            return _Read(None, (_NO_PROGRAM,)).answer(text="")
        result = scan.read(interface, PAGE, program)
    except TooMuchError:
        raise
    except UnreadableError as error:
        return _Read(None, error.problems).answer(text="")
    return _Read(None, result.problems).answer(text=toml.write(result.draft))


@dataclass(frozen=True)
class _Read:
    """A config that was sent. preview: what follows from it; None where it could not be read. problems: all of them."""

    preview: Preview | None
    problems: Sequence[Problem]

    @property
    def usable(self) -> bool:
        return not has_errors(self.problems)

    def answer(self, **results: str) -> Response:
        """`results`, and how things stand."""
        return jsonify(
            usable=self.usable, problems=[problem.as_json() for problem in self.problems], **results
        )


def _read(found: dict[str, Any]) -> _Read:
    site = current_site()
    try:
        read = read_config(found, site.catalogue)
    except TooMuchError:
        raise
    except UnreadableError as error:
        return _Read(None, error.problems)
    base_url = site.base_url(request)
    state = states.of_draft(read.draft)
    problems = (*site.address_problems(request), *read.problems)
    preview = make_preview(state, site.catalogue, site.installer(base_url), base_url, problems)
    return _Read(preview, list(capped(placed.problem for placed in preview.problems)))
