"""docs/configuration.md names every field, setting and type, with the defaults and limits that the code has."""

from __future__ import annotations

import re

from config_tables import PAGE, named_tables, tables, with_tables

from worker.spec.check_parameters import RESERVED_NAMES
from worker.spec.convert import LARGEST_INTEGER
from worker.spec.fields import FIELDS
from worker.spec.numbered import MOST_PARAMETERS
from worker.spec.original import read_ini, read_json
from worker.spec.parameters import MOST_VALUES, PARAMETER_TYPES, SETTING_ORIGINALS, SETTING_QUERIES
from worker.spec.placeholders import PATH_PLACEHOLDERS

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_code() -> None:
    assert named_tables(TEXT) == set(tables())
    assert with_tables(TEXT) == TEXT, "run python tests/config_tables.py"


def test_every_key_is_documented() -> None:
    keys = {key for field in FIELDS for key in (field.key, field.query, field.original) if key}
    keys |= {f"param_N_{suffix}" for suffix in SETTING_QUERIES.values()}
    keys |= {f"{stem}_N" for stem in SETTING_ORIGINALS.values()}
    keys |= {"number_of_parameters", "mu_N", "range_generator_name", "range_generator", "options"}
    missing = {
        key for key in [*keys, *PARAMETER_TYPES, *SETTING_QUERIES, *RESERVED_NAMES] if f"`{key}`" not in TEXT
    }
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
