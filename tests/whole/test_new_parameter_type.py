"""A parameter type that only this file knows, put into the table of types, works everywhere without any other change."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl

import optuna
import pytest
from docs_tables import CONFIGURATION, SEARCH, tables
from report_runs import a_trial, write_run
from search_runs import DRAWING, evaluate, searcher_of, space_of

from app import create_app, environment
from worker.report.data import plot_columns, results
from worker.report.exchange import csv_file, optuna_study
from worker.report.pages import plots
from worker.search.space import Space
from worker.spec import check_parameters, resolution
from worker.spec.check import check, check_read
from worker.spec.dimension import Numbers
from worker.spec.distributions import Integers
from worker.spec.formats import any_config, original_writer, toml, url
from worker.spec.lattice import Lattice
from worker.spec.parameter_type import ParameterType
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import Parameter
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, Run
from worker.spec.scale import Even
from worker.store.paths import RunPaths

NAME = "hp.powers"
SETTINGS = {"min": 3, "max": 8}
POWERS = [2**exponent for exponent in range(3, 9)]
SPEC = {"n": (NAME, SETTINGS), "a": ("hp.uniform", {"min": 0, "max": 1})}


class Powers(Lattice):
    """The powers of two with exponents from `first` on."""

    def __init__(self, first: int, last: int) -> None:
        self.count = last - first + 1
        self._first = first

    def value(self, index: int) -> int:
        return int(2 ** (self._first + index))

    def index(self, number: float) -> int:
        return min(max(round(math.log2(number)) - self._first, 0), self.count - 1)

    def admitted(self, number: float) -> int:
        if (value := self.value(self.index(number))) != number:
            raise ValueError(f"{number} is no power of two inside the bounds")
        return value


def exponents(parameter: Parameter) -> tuple[int, int]:
    return parameter.integer("min"), parameter.integer("max")


def problems_of(parameter: Parameter, path: str) -> Iterator[Problem]:
    first, last = exponents(parameter)
    if not 0 <= first <= last:
        yield Problem(
            f"{path}.max", "The exponents of two must ascend from 0.", "Write 0 and 8, for example."
        )


def dimension_of(parameter: Parameter, precision: int) -> Numbers:
    first, last = exponents(parameter)
    ends = ((first - 0.5) * math.log(2), (last + 0.5) * math.log(2))
    return Numbers(Even(*ends, exponential=True), Powers(first, last))


PLANTED = ParameterType(
    title="Planted",
    name=NAME,
    summary="A power of two, 2^min to 2^max.",
    value="integer",
    settings={"min": "integer", "max": "integer"},
    optional={},
    check=problems_of,
    dimension=dimension_of,
    logarithmic=lambda _: True,
    likely_ranges=resolution.of_no_reals,
    distribution=lambda parameter: Integers(*(2**end for end in exponents(parameter))),
    original_lists_as="",
    original_form=lambda _: None,
    values_text="2^min, 2^(min + 1), ..., 2^max",
    probability_text="all equal",
    grid_text="every value",
)


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PARAMETER_TYPES, NAME, PLANTED)


def draft() -> Draft:
    parameters = tuple(ParameterDraft(name, *spec) for name, spec in SPEC.items())
    return Draft({"run.name": "r", "run.objective": "./p ($n) ($a)"}, parameters)


def checked_run() -> Run:
    checked = check(draft())
    assert checked.run, checked.problems
    return checked.run


def test_the_form_offers_it_and_asks_for_what_it_needs() -> None:
    client = create_app(environment.Settings()).test_client()
    link = url.write(draft())
    text = client.get(f"/?{link}").text
    row = text[text.index('id="parameters"') : text.index('data-row="1"')]
    assert f'<option value="{NAME}" selected>Planted ({NAME})</option>' in row
    assert PLANTED.summary in row
    assert re.findall(r'data-setting="(\w+)">', row) == ["min", "max"], "shown"
    assert f'<option value="{NAME}">Planted ({NAME})</option>' in text[text.index('data-row="1"') :], (
        "offered to the other parameter"
    )
    types = re.search(r"data-types='([^']*)'", text)
    assert types
    known = json.loads(unescape(types[1]))
    assert known[NAME] == {"settings": ["min", "max"], "optional": [], "summary": PLANTED.summary}
    answer = client.post("/preview", data=dict(parse_qsl(link))).get_json()
    assert answer["usable"], answer["problems"]
    assert toml.read(answer["config"]).draft.parameters[0].type == NAME


@pytest.mark.parametrize("format_name", sorted(any_config.WRITERS))
def test_every_format_keeps_it(format_name: str) -> None:
    text = any_config.WRITERS[format_name](draft())
    again = check_read(any_config.read_any(text)).run
    assert again
    assert again.parameters == checked_run().parameters
    assert original_writer.not_held(draft()) == ()


def test_a_link_keeps_it() -> None:
    assert check_read(url.read(url.write(draft()))).run == checked_run()


def test_the_original_lists_its_values_where_it_has_no_such_type(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = replace(PLANTED, original_lists_as="hp.choice")
    monkeypatch.setitem(PARAMETER_TYPES, NAME, unknown)
    assert "options_0 = 8,16,32,64,128,256\n" in original_writer.write_ini(draft())
    (problem,) = original_writer.not_held(draft())
    assert problem.message == f"The original writes {NAME} as hp.choice with every integer listed."


def test_its_own_check_is_asked_and_missing_settings_are_told_in_its_words() -> None:
    for settings, path, message, hint in (
        ({"min": 8, "max": 3}, "parameters.0.max", "The exponents of two must", "Write 0 and 8"),
        ({"min": 8}, "parameters.0.max", f"Max is missing; {NAME} needs it.", PLANTED.summary),
        ({"min": 8, "max": "x"}, "parameters.0.max", '"x" is not a whole number.', "Write"),
    ):
        found: list[Problem] = []
        check_parameters.parameters_of((ParameterDraft("n", NAME, settings),), found, 8)
        (problem,) = found
        assert problem.path == path
        assert problem.message.startswith(message)
        assert problem.hint.startswith(hint)


@pytest.mark.parametrize("algorithm", [*DRAWING, "gridsearch"])
def test_every_search_proposes_its_values(algorithm: str) -> None:
    found = evaluate(searcher_of(SPEC, algorithm), 60)
    assert len(found) == 60
    seen = {values["n"] for values in found}
    assert seen <= set(POWERS)
    assert len(seen) >= 5


def test_its_space_is_counted_and_walked_in_order() -> None:
    space = space_of({"n": SPEC["n"]})
    assert [space.point(index) for index in range(space.size)] == [(power,) for power in POWERS]
    assert [space.decode(space.encode(space.point(index))) for index in range(6)] == [
        (one,) for one in POWERS
    ]
    with pytest.raises(ValueError, match="no power of two"):
        space.admitted({"n": 9})


@pytest.fixture
def paths(workdir: Path) -> RunPaths:
    """A run over it with results."""
    run = checked_run()
    space, generator = Space(run.parameters, run.precision), Random(1)
    trials = [a_trial(number, space.named(space.draw(generator)), number / 10) for number in range(1, 21)]
    return write_run(workdir, run, trials)


def test_csv_and_plots_show_it_on_its_scale(paths: RunPaths) -> None:
    read = results.read(paths)
    with csv_file.write(paths, read.run, read.trials).open(newline="", encoding="utf-8") as file:
        assert {int(row["n"]) for row in csv.DictReader(file)} <= set(POWERS)
    plot_data = plot_columns.make_plot_data(read.run, read.trials)
    column = next(column for column in plot_data.columns if column.name == "n")
    assert (column.scale == "log", column.integer, column.options) == (True, True, None)
    assert set(column.numbers) <= set(POWERS)
    assert "mountParallel" in plots.parallel(plot_data, "")


def test_other_programs_are_told_of_its_bounds_and_scale(paths: RunPaths) -> None:
    read = results.read(paths)
    storage = f"sqlite:///{paths.root}/study.db"
    assert optuna_study.export(read, storage, "r") == len(read.trials)
    trials = optuna.load_study(study_name="r", storage=storage).trials
    assert trials[0].distributions["n"] == optuna.distributions.IntDistribution(8, 256, log=True)


def test_the_documentation_would_have_it() -> None:
    assert f"| `{NAME}` | {PLANTED.summary} | `min`, `max` | integers |  |" in tables(CONFIGURATION)["types"]
    made = tables(SEARCH)
    assert f"| `{NAME}` | {PLANTED.values_text} | all equal | ordered numbers |" in made["values"]
    assert f"`{NAME}` | every value |" in made["grid"]
