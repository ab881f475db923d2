"""The table of fields is the only place that says what a field is called, and it has the fields that a run has."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import get_type_hints

import pytest
from product_texts import ROOT, texts

from app import create_app, environment
from worker.spec import (
    advanced_fields,
    basic_fields,
    driver_fields,
    environment_fields,
    hook_fields,
    search_fields,
    site_fields,
)
from worker.spec.check import check
from worker.spec.environment import Variables
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.goals import GoalTexts
from worker.spec.run import Draft, ParameterDraft, Run
from worker.spec.start_points import StartPoint

sys.path.insert(0, str(ROOT / "benchmarks"))
import page_requests

# What the value of a field of each kind is.
TYPES: Mapping[str, object] = {
    **dict.fromkeys(("line", "word", "name", "path", "gpus", "value", "choice"), str),
    **dict.fromkeys(("integer", "duration", "memory"), int),
    "switch": bool,
    "seeds": tuple[int, ...],
    "lines": tuple[str, ...],
    "points": tuple[StartPoint, ...],
    **dict.fromkeys(("goals", "reference"), GoalTexts),
    "modules": tuple[str, ...],
    "variables": Variables,
    "result": str,
    "budget": str,
    "confirm": str,
}
TABLES = {
    Path(str(table.__file__))
    for table in (
        basic_fields,
        environment_fields,
        advanced_fields,
        search_fields,
        hook_fields,
        site_fields,
        driver_fields,
    )
}
# The documentation's term for what is optimized, which is the label of a field, too.
TERM = "objective program"
# What Slurm itself calls them.
SLURMS = {("reasons.py", "Reservation"), ("cluster.py", "Partition"), ("groups.py", "Account")}


class Labels:
    """Finds labels of fields in texts. One of a single word is a word of the language, but for its capital letter."""

    def __init__(self, labels: Iterable[str]) -> None:
        forms = [re.escape(label) if " " not in label else f"(?i:{re.escape(label)})" for label in labels]
        self._form = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)")

    def within(self, text: str) -> list[str]:
        """The labels as they are written in a text."""
        return [word for word in self._form.findall(text) if word != TERM]


def test_a_run_has_the_fields_of_the_table_and_parameters() -> None:
    hints = get_type_hints(Run)
    assert hints.pop("parameters")
    assert hints == {field.attribute: TYPES[field.kind] for field in FIELDS}
    assert {field.name for field in fields(Run)} == {*hints, "parameters"}


def test_a_default_is_of_the_type_that_the_run_has() -> None:
    for field in FIELDS:
        parts = field.default if isinstance(field.default, tuple) else (field.default,)
        parts_of: dict[object, object] = {tuple[int, ...]: int, tuple[str, ...]: str}
        wanted = parts_of.get(TYPES[field.kind], TYPES[field.kind])
        assert all(type(part) is wanted for part in parts), field.path
        assert isinstance(field.default, tuple) == (
            field.kind in ("seeds", "lines", "points", "goals", "reference", "modules", "variables")
        ), field.path


def test_fields_have_places_and_names_of_their_own() -> None:
    for names in (
        [field.path for field in FIELDS],
        [field.attribute for field in FIELDS],
        [field.flag for field in FIELDS],
        [field.query for field in FIELDS],
        [field.label for field in FIELDS],
        [field.original for field in FIELDS if field.original],
    ):
        assert len(set(names)) == len(names)


def test_the_form_shows_the_advanced_fields_apart() -> None:
    assert not any(field.advanced for field in basic_fields.BASIC_FIELDS)
    apart = (
        *environment_fields.ENVIRONMENT_FIELDS, *advanced_fields.ADVANCED_FIELDS, *hook_fields.HOOK_FIELDS, *site_fields.SITE_FIELDS, *driver_fields.DRIVER_FIELDS,
    )  # fmt: skip
    assert all(field.advanced for field in apart)
    assert (*basic_fields.BASIC_FIELDS, *apart) == FIELDS


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("run.workers", "number of workers"),
        ("slurm.gpus", "GPUs per worker"),
        ("search.max_evals", "max. number of evaluations"),
    ],
)
def test_a_label_inside_of_a_sentence_is_small_but_for_abbreviations(path: str, label: str) -> None:
    assert BY_PATH[path].in_sentence == label


def test_no_text_outside_of_the_table_has_the_label_of_a_field() -> None:
    labels = Labels(field.label for field in FIELDS)
    repetitions = {
        f"{path.relative_to(ROOT)}: {text}"
        for path, text in texts()
        if path not in TABLES and (path.name, text) not in SLURMS and labels.within(text)
    }
    assert not repetitions


@pytest.fixture
def old() -> Iterator[Labels]:
    """Every field has another label; yields what finds the old ones."""
    labels = [field.label for field in FIELDS]
    for number, field in enumerate(FIELDS):
        object.__setattr__(field, "label", f"Renamed {number}")  # everybody shares these objects
    yield Labels(labels)
    for field, label in zip(FIELDS, labels, strict=True):
        object.__setattr__(field, "label", label)


def test_a_renamed_field_keeps_its_old_name_nowhere_on_the_page(old: Labels, tmp_path: Path) -> None:
    partitions = tmp_path / "partitions.toml"
    partitions.write_text("[partitions.alpha]\n")  # without limits, which count GPUs per worker
    client = create_app(environment.Settings(partitions)).test_client()
    page = client.get("/").text
    assert old.within(page) == []
    assert all(field.label in page for field in FIELDS)
    random = Random(1)
    answered = 0
    while answered < 60:
        sent = page_requests.some(random)
        if len(sent.body) > 5_000:
            continue  # they take long, and say nothing else
        answer = client.open(sent.address, method=sent.method, data=sent.body, headers=dict(sent.headers))
        assert old.within(answer.text) == [], sent
        answered += 1


def test_a_renamed_field_keeps_its_old_name_in_no_problem(old: Labels) -> None:
    options = [
        "--array=1",
        "--job-name=a",
        "-p",
        "--account=a",
        "--reservation=a",
        "-c4",
        "--mem=1",
        "--time=1",
    ]
    options += ["--nodes=2", "--ntasks=2", "--gres=gpu:1", "--output=a"]
    parameter = ParameterDraft("x", "hp.uniformint", {"min": 1, "max": 3})
    base: dict[str, object] = {"run.name": "r", "run.objective": "./p ($x)"}
    drafts = [
        Draft(dict.fromkeys((field.path for field in FIELDS), text), (parameter,))
        for text in ("", "x y", "-1", "99999999999", "<a>")
    ]
    drafts += [
        Draft({**base, "slurm.sbatch": [option], "slurm.enable_gpus": True}, (parameter,))
        for option in options
    ]
    drafts += [
        Draft({**base, **values}, (parameter,))
        for values in (
            {"run.workers": 5, "search.max_evals": 2},
            {"slurm.nodes": 4, "slurm.tasks": 2},
            {"slurm.walltime": "0:02:00", "run.time_limit": 1},
            {"run.runtime": 1, "run.time_limit": 2},
            {"search.algorithm": "gridsearch", "search.max_evals": 2},
            {"run.runtime": 90, "slurm.memory": 16, "run.workdir": "~/a"},
        )
    ]
    all_texts = [str(problem) for draft in drafts for problem in check(draft).problems]
    assert [text for text in all_texts if old.within(text)] == []
    for path in ("run.workers", "slurm.gpus", "slurm.tasks", "search.grid_points", "search.max_evals"):
        name = re.escape(BY_PATH[path].label)
        assert any(re.search(rf"{name}(?!\d)", text, re.IGNORECASE) for text in all_texts), path
