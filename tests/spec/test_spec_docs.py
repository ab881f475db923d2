"""The documentation names every field, setting and type, with the defaults and limits that the code has."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from docs_tables import CONFIGURATION, PAGES, named_tables, tables, with_tables

from worker.spec.check_parameters import RESERVED_NAMES
from worker.spec.config_limits import LARGEST_BODY, MOST_FIELDS
from worker.spec.config_limits import PAGE as TAKEN
from worker.spec.fields import FIELDS
from worker.spec.formats.numbered_keys import MOST_PARAMETERS
from worker.spec.formats.original import read_ini, read_json
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import MOST_VALUES
from worker.spec.placeholders import PATH_PLACEHOLDERS
from worker.spec.raw_values import LARGEST_INTEGER

TEXT = CONFIGURATION.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_tables_are_those_of_the_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert named_tables(text) == set(tables(page))
    assert with_tables(page) == text, "run python tests/support/docs_tables.py"


def test_every_key_is_documented() -> None:
    keys = {key for field in FIELDS for key in (field.key, field.query, field.original) if key}
    keys |= {f"param_N_{setting.query}" for setting in SETTINGS.values()}
    keys |= {f"{setting.original}_N" for setting in SETTINGS.values()}
    keys |= {"number_of_parameters", "mu_N", "range_generator_name", "range_generator", "options"}
    missing = {key for key in [*keys, *PARAMETER_TYPES, *SETTINGS, *RESERVED_NAMES] if f"`{key}`" not in TEXT}
    assert not missing


def test_every_limit_and_placeholder_is_documented() -> None:
    plain = re.sub(r"\s+", " ", TEXT)
    assert f"up to {LARGEST_INTEGER:,}" in plain
    assert f"at most {MOST_VALUES:,} values" in plain
    assert f"at most {MOST_PARAMETERS} parameters" in plain
    for name in PATH_PLACEHOLDERS:
        assert f"`(${name})`" in TEXT


def test_the_originals_formats_are_as_described() -> None:
    assert read_ini("[DATA]\n# a comment\nobjective_program = 50% $HOME").draft.values == {
        "run.objective": "50% $HOME"
    }
    keys = re.search(r"list of objects with (.*?)\.", TEXT.replace("\n", " "))
    assert keys
    for key in re.findall(r"`(\w+)`", keys[1]):
        assert not read_json(f'{{"dimensions": [{{"{key}": "1"}}]}}').problems


def test_the_limits_of_the_page_are_documented() -> None:
    text = CONFIGURATION.with_name("page.md").read_text(encoding="utf-8")
    limit = import_module("app.gunicorn_conf").limit_request_line
    for row in (
        f"| parameters of a run | {TAKEN.parameters} |",
        f"| {TAKEN.size:,} bytes |",
        f"| values that all parameters list together | {TAKEN.values:,} |",
        f"| a request's body | {LARGEST_BODY:,} bytes, {MOST_FIELDS:,} fields |",
        f"| an address | {limit:,} characters |",
    ):
        assert row in text
