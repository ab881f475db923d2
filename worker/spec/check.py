"""All the checks of a run: a draft in, the typed run and every problem at once out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from worker.spec import check_budget, check_fields, check_rules, check_together, check_units, start_points
from worker.spec.check_parameters import gaps, parameters_of
from worker.spec.field_values import field_value
from worker.spec.fields import FIELDS
from worker.spec.formats.numbered_keys import MOST_PARAMETERS
from worker.spec.lists import has_gaps
from worker.spec.problem import Problem, capped, has_errors
from worker.spec.raw_values import ConversionError
from worker.spec.rules import Rules
from worker.spec.run import Draft, ReadResult, Run


@dataclass(frozen=True)
class Checked:
    """What became of a draft: the run where there is no error, and all problems in the order of the form."""

    run: Run | None
    problems: tuple[Problem, ...]


def check(draft: Draft, *, all_of_a_kind: bool = False) -> Checked:
    """Check a whole draft. Nothing is corrected or clamped: a value is accepted as typed or is a problem.

    all_of_a_kind: whether each of very many problems of one kind is wanted, and not only the first ones.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    names = [parameter.name.strip(" \t") for parameter in draft.parameters[:MOST_PARAMETERS]]
    for field in FIELDS:
        if field.path not in draft.values:
            values[field.attribute] = field.default
            problems.extend(check_fields.missing(field, field.default))
            continue
        raw = draft.values[field.path]
        try:
            values[field.attribute] = field_value(field, raw)
            if field.kind == "seeds" and has_gaps(raw):
                problems.append(gaps(field.path))
        except ConversionError as error:
            problems.append(error.problem(field.path))
            continue
        wrong = tuple(check_fields.problems(field, values[field.attribute], names))
        problems.extend(wrong)
        if not wrong:
            problems.extend(check_units.problems(field, raw, values[field.attribute]))
    precision = values.get("precision")
    if any(problem.path == "run.precision" for problem in problems):
        precision = None
    parameters = parameters_of(draft.parameters, problems, precision)
    problems.extend(check_rules.problems(draft.parameters, parameters, values.get("constraints", ())))
    problems.extend(check_together.problems(values, draft.parameters))
    if len(parameters) == len(draft.parameters) and not has_errors(problems):
        rules = Rules(parameters, values["constraints"])
        problems.extend(start_points.problems(values["start_with"], parameters, values["precision"], rules))
    problems = problems if all_of_a_kind else list(capped(problems))
    if has_errors(problems):
        return Checked(None, tuple(problems))
    run = Run(parameters=parameters, **values)
    problems.extend(check_rules.share_problems(run))
    if has_errors(problems):
        return Checked(None, tuple(problems))
    return Checked(run, (*problems, *check_together.size_problems(run), *check_budget.problems(run)))


def check_read(read: ReadResult) -> Checked:
    """Check what a codec read; its own problems come first, and keep the run from starting if they are errors."""
    checked = check(read.draft)
    problems = (*read.problems, *checked.problems)
    return Checked(None if has_errors(problems) else checked.run, problems)
