"""All the checks of a run: a draft in, the typed run and every problem at once out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.spec import placeholders, sbatch
from worker.spec.check_parameters import parameters_of
from worker.spec.convert import ConversionError, field_text, field_value
from worker.spec.fields import FIELDS, HOME_VARIABLE_PATTERN, Field
from worker.spec.numbered import MOST_PARAMETERS
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Draft, ParameterDraft, ReadResult, Run
from worker.spec.text import quoted, shown

# <your name> as a word of its own or behind a slash; "<in.txt >out.txt" and "< in > out" are redirections.
_ANGLE_PLACEHOLDER = re.compile(r"<[^<>\s](?:[^<>]*[^<>\s])?>(?=\s|$)|(?<=/)<[^<>\s](?:[^<>]*[^<>\s])?>")
_PATH_STARTS = ("/", "~", ".", "$HOME", "${HOME}")
MOST_SEEDS = 100
SHORTEST_WALLTIME = 300  # seconds


@dataclass(frozen=True)
class Checked:
    """What became of a draft: the run where there is no error, and all problems in the order of the form."""

    run: Run | None
    problems: tuple[Problem, ...]


def check(draft: Draft) -> Checked:
    """Check a whole draft. Nothing is corrected or clamped: a value is accepted as typed or is a problem."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for field in FIELDS:
        try:
            given = field.path in draft.values
            values[field.key] = field_value(field, draft.values[field.path]) if given else field.default
        except ConversionError as error:
            problems.append(Problem(field.path, str(error), error.hint))
            continue
        problems.extend(_field_problems(field, values[field.key]))
    parameters = parameters_of(draft.parameters, problems)
    problems.extend(_together(values, draft.parameters))
    if has_errors(problems):
        return Checked(None, tuple(problems))
    return Checked(Run(parameters=parameters, **values), tuple(problems))


def check_read(read: ReadResult) -> Checked:
    """Check what a codec read; its own problems come first, and keep the run from starting if they are errors."""
    checked = check(read.draft)
    problems = (*read.problems, *checked.problems)
    return Checked(None if has_errors(problems) else checked.run, problems)


def _field_problems(field: Field, value: object) -> Iterator[Problem]:
    if field.required and value in ("", ()):
        yield Problem(field.path, f"{field.label} is missing.", field.help)
    numbers = value if isinstance(value, tuple) else (value,)
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            continue
        if field.minimum is not None and number < field.minimum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too small; the least is {_shown(field, field.minimum)}.",
                field.help,
            )
        if field.maximum is not None and number > field.maximum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too large; the most is {_shown(field, field.maximum)}.",
                field.help,
            )
    if (
        isinstance(value, str)
        and field.kind in ("line", "path")
        and (found := _ANGLE_PLACEHOLDER.search(value))
    ):
        hint = "Put your own text in its place, without the angle brackets"
        yield Problem(
            field.path,
            f"{shown(found[0])} looks like a placeholder from an example.",
            f"{hint}."
            if field.kind == "path"
            else f"{hint}; if it is a redirection, write a blank behind the <.",
        )
    elif field.kind == "path" and isinstance(value, str) and value:
        yield from _path_problems(field, value)


def _path_problems(field: Field, value: str) -> Iterator[Problem]:
    if "$" in re.sub(HOME_VARIABLE_PATTERN, "", value):
        yield Problem(
            field.path,
            f"{quoted(value)} has a $ in it, which is taken as a letter of the name.",
            "If you mean a variable, write its value; only ~ or $HOME at the beginning is your home folder.",
            "warning",
        )
    elif not value.startswith(_PATH_STARTS):
        yield Problem(
            field.path,
            f"{quoted(value)} is relative to the folder in which the command is started.",
            "Write a full path that starts with /.",
            "note",
        )


def _shown(field: Field, number: float) -> str:
    text = field_text(field, int(number))
    return f"{text} {field.unit}" if field.unit and ":" not in text else text


def _together(values: Mapping[str, Any], drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    if (objective := values.get("objective")) and len(drafts) <= MOST_PARAMETERS:
        yield from placeholders.problems(objective, [draft.name.strip(" \t") for draft in drafts])
    workers, evaluations = values.get("workers"), values.get("max_evals")
    if workers and evaluations and evaluations < workers:
        yield Problem(
            "run.workers",
            f"There are more workers ({workers}) than evaluations ({evaluations}).",
            "The surplus workers would have nothing to do.",
            "warning",
        )
    nodes, tasks = values.get("nodes"), values.get("tasks")
    if nodes and tasks and nodes > tasks:
        yield Problem(
            "slurm.tasks",
            f"Slurm gives a job no more nodes than tasks, so each worker would get {tasks} of {nodes} nodes.",
            f"Write at least {nodes} tasks per worker.",
            "warning",
        )
    yield from _seed_problems(values.get("seed", ()))
    yield from sbatch.problems(values.get("sbatch", ()), values.get("enable_gpus", False))
    yield from _time_problems(values)


def _seed_problems(seeds: Sequence[int]) -> Iterator[Problem]:
    if len(set(seeds)) < len(seeds):
        yield Problem("search.seed", "A seed is listed twice.", "List each seed once.")
    if len(seeds) > MOST_SEEDS:
        message = f"{len(seeds):,} seeds would make {len(seeds):,} runs; the most is {MOST_SEEDS}."
        yield Problem("search.seed", message, "List fewer seeds.")


def _time_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Durations that make no sense together; 0 stands for none."""
    walltime, runtime, limit = (values.get(key) or 0 for key in ("walltime", "runtime", "time_limit"))
    if 0 < walltime < SHORTEST_WALLTIME:
        yield Problem(
            "slurm.walltime",
            "A worker job of less than 5 minutes is mostly start-up.",
            "Write 0 for the whole runtime, or a longer time.",
            "warning",
        )
    if 0 < walltime < limit:
        yield Problem(
            "run.time_limit",
            "An evaluation may take longer than its worker job, which would end it first.",
            "Write a longer walltime, or a shorter time limit.",
            "warning",
        )
    elif 0 < runtime < limit:
        yield Problem(
            "run.time_limit",
            "An evaluation may take longer than the whole run, which would end it first.",
            "Write a longer runtime, or a shorter time limit.",
            "warning",
        )
