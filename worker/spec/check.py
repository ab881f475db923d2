"""All the checks of a run: a draft in, the typed run and every problem at once out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.spec import (
    check_budget,
    check_repeats,
    check_rules,
    check_units,
    environment,
    goals,
    near_misses,
    placeholders,
    points,
    sbatch_options,
    start_points,
)
from worker.spec.check_parameters import gaps, parameters_of
from worker.spec.driver_fields import DRIVER_FIELDS, DriverPlace
from worker.spec.field_definition import HOME_VARIABLE_PATTERN, Field
from worker.spec.field_values import field_text, field_value
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.formats.numbered_keys import MOST_PARAMETERS
from worker.spec.gpu_amounts import gpu_count
from worker.spec.lists import has_gaps
from worker.spec.problem import Problem, capped, has_errors
from worker.spec.raw_values import ConversionError, is_missing
from worker.spec.rules import Rules
from worker.spec.run import Draft, ParameterDraft, ReadResult, Run
from worker.spec.text import counted, quoted, shown

# <your name> as a word of its own or behind a slash; "<in.txt >out.txt" and "< in > out" are redirections.
_ANGLE_PLACEHOLDER = re.compile(r"<[^<>\s](?:[^<>]*[^<>\s])?>(?=\s|$)|(?<=/)<[^<>\s](?:[^<>]*[^<>\s])?>")
_HOME = re.compile(rf"~|{HOME_VARIABLE_PATTERN}|/(?:home|users|u)/", re.IGNORECASE)
_PATH_STARTS = ("/", "~", ".", "$HOME", "${HOME}")
MOST_SEEDS = 100
SHORTEST_WALLTIME = 300  # seconds


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
            problems.extend(_missing(field, field.default))
            continue
        raw = draft.values[field.path]
        try:
            values[field.attribute] = field_value(field, raw)
            if field.kind == "seeds" and has_gaps(raw):
                problems.append(gaps(field.path))
        except ConversionError as error:
            problems.append(Problem(field.path, str(error), error.hint))
            continue
        wrong = tuple(_field_problems(field, values[field.attribute], names))
        problems.extend(wrong)
        if not wrong:
            problems.extend(check_units.problems(field, raw, values[field.attribute]))
    precision = values.get("precision")
    if any(problem.path == "run.precision" for problem in problems):
        precision = None
    parameters = parameters_of(draft.parameters, problems, precision)
    problems.extend(check_rules.problems(draft.parameters, parameters, values.get("constraints", ())))
    problems.extend(_together(values, draft.parameters))
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
    return Checked(run, (*problems, *_size_problems(run), *check_budget.problems(run)))


def check_read(read: ReadResult) -> Checked:
    """Check what a codec read; its own problems come first, and keep the run from starting if they are errors."""
    checked = check(read.draft)
    problems = (*read.problems, *checked.problems)
    return Checked(None if has_errors(problems) else checked.run, problems)


def _missing(field: Field, value: object) -> Iterator[Problem]:
    if field.required and value in ("", ()):
        yield Problem(field.path, f"{field.label} is missing.", field.help)


def _field_problems(field: Field, value: object, names: Sequence[str]) -> Iterator[Problem]:
    yield from _missing(field, value)
    counted_value = gpu_count(value) if field.kind == "gpus" and isinstance(value, str) else value
    numbers = counted_value if isinstance(counted_value, tuple) else (counted_value,)
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            continue
        if field.minimum is not None and number < field.minimum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too small; the minimum is {_shown(field, field.minimum)}.",
                field.help,
            )
        if field.maximum is not None and number > field.maximum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too large; the maximum is {_shown(field, field.maximum)}.",
                field.help,
            )
    if (
        isinstance(value, str)
        and field.kind in ("line", "path")
        and (match := _ANGLE_PLACEHOLDER.search(value))
    ):
        message = f"{shown(match[0])} looks like a placeholder from an example."
        yield Problem(field.path, message, _angle_hint(field, match[0], names))
    elif field.kind == "path" and isinstance(value, str) and value:
        yield from _path_problems(field, value)


def _angle_hint(field: Field, written: str, names: Sequence[str]) -> str:
    if field.path == "run.objective" and (
        meant := near_misses.Guesses(names).placeholder(written.strip("<> $"))
    ):
        return f"Write {meant}."
    if field.kind == "path":
        return "Put your own text in its place, without the angle brackets."
    return (
        "Put your own text in its place, without the angle brackets; if it is a redirection, write a blank "
        "after the <."
    )


def _path_problems(field: Field, value: str) -> Iterator[Problem]:
    if "$" in re.sub(HOME_VARIABLE_PATTERN, "", value):
        yield Problem(
            field.path,
            f"{quoted(value)} contains a $, which is taken as a letter of the name.",
            "If you mean a variable, write its value; only ~ or $HOME at the beginning means your home "
            "folder.",
            "warning",
        )
    elif field.path == "run.workdir" and not value.startswith(_PATH_STARTS):
        yield Problem(
            field.path,
            f"{quoted(value)} is relative to the folder in which the command is started.",
            "Write a full path that starts with /.",
            "note",
        )
    elif field.path == "run.workdir" and _HOME.match(value):
        yield Problem(
            field.path,
            f"{quoted(value)} is in a home folder, which on a cluster is usually small, slow, and not meant for many files.",
            "On a cluster, use a workspace or a scratch folder; on your own machine this is fine.",
            "note",
        )


def _shown(field: Field, number: float) -> str:
    text = field_text(field, int(number))
    return f"{text} {field.unit}" if field.unit and ":" not in text else text


def _together(values: Mapping[str, Any], drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    if (objective := values.get("objective")) and len(drafts) <= MOST_PARAMETERS:
        names = [draft.name.strip(" \t") for draft in drafts]
        conditional = [
            draft.name.strip(" \t") for draft in drafts if not is_missing(draft.settings.get("when"))
        ]
        yield from placeholders.problems(objective, names, conditional)
    workers, points = values.get("workers"), values.get("max_evals")
    evaluations = points * values.get("repeats", 1) if points else None
    yield from check_repeats.problems(values, drafts)
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
            f"Write at least {nodes} {BY_PATH['slurm.tasks'].in_sentence}.",
            "warning",
        )
    if values.get("mail_user") and values.get("mail_type") == "":
        yield Problem(
            "slurm.mail_user",
            "Slurm sends no mail, as nothing says about what.",
            f'Fill in "{BY_PATH["slurm.mail_type"].label}" as well.',
            "warning",
        )
    yield from (*goals.problems(values), *environment.problems(values))
    yield from _seed_problems(values.get("seed", ()))
    yield from sbatch_options.problems(values.get("sbatch", ()), values)
    yield from _driver_problems(values)
    yield from _time_problems(values)


def _size_problems(run: Run) -> Iterator[Problem]:
    """What the number of different points says before the run: the budget may be more than there is, or a part."""
    size = points.different_points(run)
    if size is None:
        return
    grid = run.algorithm == "gridsearch"
    set_name = "grid" if grid else "space"
    if size < run.max_evals:
        yield Problem(
            "search.max_evals",
            f"The {set_name} has {counted(size, 'point')}, so at most {counted(size, 'evaluation')}.",
            "The run ends when all of them are evaluated. For more, widen the ranges."
            if grid
            else "The run ends when all of them are evaluated. For more, widen the ranges or set allow_repeats.",
            "note",
        )
        if size < run.workers <= run.max_evals:
            yield Problem(
                "run.workers",
                f"There are more workers ({run.workers:,}) than points of the {set_name} ({size:,}).",
                "The surplus workers would have nothing to do.",
                "warning",
            )
    elif grid and size > run.max_evals:
        yield _partial_grid(size, run.max_evals)


def _partial_grid(size: int, evaluations: int) -> Problem:
    """The note that a grid of `size` points, or of more than MANY, is evaluated in part."""
    limit, per_parameter = BY_PATH["search.max_evals"].in_sentence, BY_PATH["search.grid_points"].in_sentence
    coarser = f"For a coarser grid, use fewer {per_parameter}."
    if size <= points.MANY:
        grid = counted(size, "point")
        advice = f"To evaluate all of them, set the {limit} to {size}. {coarser}"
    else:
        grid, advice = f"more than {counted(points.MANY, 'point')}", coarser
    return Problem(
        "search.max_evals",
        f"The grid has {grid}, of which only {evaluations:,} {'is' if evaluations == 1 else 'are'} evaluated, "
        "spread over the whole grid.",
        advice,
        "note",
    )


def _driver_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with what the driver's own job is to have, and where it is to have it in vain."""
    own = {name: values.get(f"driver_{name}") for name in ("memory", "qos")}
    yield from sbatch_options.problems(values.get("driver_sbatch", ()), own, "driver.sbatch")
    if values.get("driver") == DriverPlace.JOB:
        return
    for field in DRIVER_FIELDS:
        if field.path != "run.driver" and values.get(field.attribute, field.default) != field.default:
            label = BY_PATH["run.driver"].label
            yield Problem(
                field.path,
                "The driver has no job of its own, so this does nothing.",
                f'Choose "{DriverPlace.JOB.value}" for "{label}", or leave this as it was.',
                "note",
            )


def _seed_problems(seeds: Sequence[int]) -> Iterator[Problem]:
    if len(set(seeds)) < len(seeds):
        yield Problem("search.seed", "A seed is listed twice.", "List each seed once.")
    if len(seeds) > MOST_SEEDS:
        message = f"{len(seeds):,} seeds would make {len(seeds):,} runs; the maximum is {MOST_SEEDS}."
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
    if values.get("time_min", 0) > (walltime or runtime) > 0:
        yield Problem(
            "slurm.time_min",
            "This is longer than a worker job may last.",
            "Write a shorter time, or 0.",
        )
    if warning := values.get("warning") or 0:
        yield from _warning_problems(warning, walltime or runtime, bool(values.get("continues")))
    if 0 < walltime < limit and not values.get("continues"):
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


def _warning_problems(warning: int, lifetime: int, continues: bool) -> Iterator[Problem]:
    """What is wrong with a signal so many seconds before the end of a worker that lives for `lifetime`."""
    if not continues:
        yield Problem(
            "run.warning",
            "Without continues = true, no evaluation is continued, and none is warned.",
            "Set continues, if the program goes on from where it was ended; or write 0.",
            "warning",
        )
    elif 0 < lifetime <= warning:
        yield Problem(
            "run.warning",
            "This is not shorter than a worker lives, so each evaluation would be warned as it begins.",
            "Write a shorter time, or a longer walltime.",
        )
