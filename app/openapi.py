"""The OpenAPI description of the functions for other programs: what each takes, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from app.rest_request import KEYS, LISTED_KEYS, PARAMETER_KEYS, PARAMETERS
from worker import __version__
from worker.spec.field_definition import Kind
from worker.spec.formats.any_config import WRITERS
from worker.spec.parameter_settings import SettingKind
from worker.spec.parameter_type import ValueKind
from worker.spec.problem import Severity

BASE = "/api/v1"
_Schema = Mapping[str, Any]

_TEXT: _Schema = {"type": "string"}
_SWITCH: _Schema = {"type": "boolean"}
_COUNT: _Schema = {"type": ["integer", "null"], "minimum": 0}
_NUMBER: _Schema = {"type": ["number", "null"]}


def _object(**properties: _Schema) -> dict[str, Any]:
    """What an answer is: all keys are there, and later versions may have more."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _words(*words: str) -> _Schema:
    return {"type": "string", "enum": list(words)}


def _list(items: _Schema) -> _Schema:
    return {"type": "array", "items": items}


def _component(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_PROBLEMS = _list(_component("Problem"))
_ANY = {"description": "A number, a text or a list, as in a config file."}


def _table(keys: Iterable[str]) -> dict[str, Any]:
    return {"type": "object", "properties": dict.fromkeys(keys, _ANY), "additionalProperties": False}


_CONFIG: _Schema = {
    "type": "object",
    "description": "The tables of a config file, such as "
    '{"run": {"name": "first", "objective": "./train ($lr)"}, "parameters": {"lr": {"type": "real", "min": 0, "max": 1}}}.',
    "properties": {
        **{section: _table(keys) for section, keys in KEYS.items()},
        PARAMETERS: {
            "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": _table(PARAMETER_KEYS),
                },
                {"type": "array", "items": _table(LISTED_KEYS)},
            ]
        },
    },
    "additionalProperties": False,
}
_ANY_TEXT: _Schema = {
    "type": "string",
    "description": "Any text that the page's form can be filled in from.",
}


def _source(**besides: _Schema) -> _Schema:
    """A config in one of its two forms, and nothing else."""
    return {
        "type": "object",
        "properties": {"config": _CONFIG, "text": _ANY_TEXT, **besides},
        "oneOf": [{"required": ["config"]}, {"required": ["text"]}],
        "additionalProperties": False,
    }


def _answer(**results: _Schema) -> dict[str, Any]:
    """What can be said of a config. usable: nothing keeps its run from starting. results: texts, "" where there are none."""
    return _object(usable=_SWITCH, problems=_PROBLEMS, **results)


_SCHEMAS: Mapping[str, _Schema] = {
    "Problem": _object(
        path={"type": "string", "description": 'The place, such as "run.name"; "" for the whole.'},
        message=_TEXT,
        hint=_TEXT,
        severity=_words(*get_args(Severity)),
    ),
    "Problems": _object(problems=_PROBLEMS),
    "Fields": _object(
        fields=_list(
            _object(
                path=_TEXT,
                query=_TEXT,
                option=_TEXT,
                label=_TEXT,
                help=_TEXT,
                kind=_words(*get_args(Kind)),
                default={"type": "string", "description": "As it stands in the form."},
                required=_SWITCH,
                minimum=_NUMBER,
                maximum=_NUMBER,
                choices=_list(_TEXT),
                unit=_TEXT,
                advanced=_SWITCH,
            )
        ),
        parameter_types=_list(
            _object(
                name=_TEXT,
                summary=_TEXT,
                values=_words(*get_args(ValueKind)),
                settings=_list(
                    _object(key=_TEXT, kind=_words(*get_args(SettingKind)), query=_TEXT, required=_SWITCH)
                ),
            )
        ),
    ),
    "Partitions": _object(
        captured=_TEXT,
        partitions=_list(
            _object(
                key=_TEXT,
                label=_TEXT,
                tested_workers=_COUNT,
                gpus=_COUNT,
                memory=_COUNT,
                memory_per_cpu=_COUNT,
                runtime=_COUNT,
                warning=_TEXT,
                gpu_types=_list(_TEXT),
                qos=_list(_TEXT),
                limits=_TEXT,
                cluster=_TEXT,
            )
        ),
    ),
    "Checked": _answer(job={"type": "string", "description": "What a worker asks Slurm for."}),
    "Commands": _answer(
        command=_TEXT,
        command_long=_TEXT,
        command_try=_TEXT,
        command_installed=_TEXT,
        command_local=_TEXT,
        command_file=_TEXT,
        url=_TEXT,
    ),
    "ConfigText": _answer(text=_TEXT, left_out=_TEXT),
    "Scanned": _answer(text={"type": "string", "description": "A config in TOML."}),
    "Source": _source(),
    "SourceAndFormat": _source(format=_words(*WRITERS)),
    "Program": {
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": {
                "type": "string",
                "description": "Help or source of a program; it is not run.",
            },
            "program": {"type": "string", "description": "The command of the program, where it is known."},
        },
        "additionalProperties": False,
    },
}
_REFUSALS: Mapping[int, str] = {
    400: "The body or the address is not as described; the path of the problem names the key.",
    413: "It is larger than what the page takes.",
    415: "The content type is not application/json.",
}


def _content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": _component(schema)}}


def _operation(summary: str, answer: str, body: str = "") -> dict[str, Any]:
    """One function. body: the schema of what it is sent, "" where that is nothing."""
    codes: Sequence[int] = tuple(_REFUSALS) if body else (400,)
    responses = {
        str(code): {"description": _REFUSALS[code], "content": _content("Problems")} for code in codes
    }
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {"200": {"description": "Done.", "content": _content(answer)}, **responses},
    }
    if body:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    return operation


def document(base_url: str) -> dict[str, Any]:
    """The description of the functions below `base_url`, in the terms of OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OmniOpt",
            "version": __version__,
            "description": "Nothing is stored or run. Below this address, keys and functions are added, but none is "
            "removed and none changes its meaning.",
        },
        "servers": [{"url": f"{base_url}{BASE}"}],
        "paths": {
            "/fields": {"get": _operation("What a config can say.", "Fields")},
            "/partitions": {"get": _operation("The partitions and their limits.", "Partitions")},
            "/validate": {"post": _operation("What is wrong with a config.", "Checked", "Source")},
            "/command": {"post": _operation("The lines that start its run.", "Commands", "Source")},
            "/config": {"post": _operation("A config as a file.", "ConfigText", "SourceAndFormat")},
            "/scan": {"post": _operation("A config for a program.", "Scanned", "Program")},
        },
        "components": {"schemas": _SCHEMAS},
    }
