"""The checks of what does not fit together: values of several fields, and the budget with the size of the space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from worker.spec import check_placeholders, check_repeats, environment, goals, points, sbatch_options
from worker.spec.driver_fields import DRIVER_FIELDS, DriverPlace
from worker.spec.fields import BY_PATH
from worker.spec.formats.numbered_keys import MOST_PARAMETERS
from worker.spec.problem import Fix, Problem
from worker.spec.raw_values import is_missing
from worker.spec.run import ParameterDraft, Run
from worker.spec.text import counted

MOST_SEEDS = 100
SHORTEST_WALLTIME = 300  # seconds


def problems(values: Mapping[str, Any], drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    """What does not fit together among the values of fields, by attribute; those that cannot be read are not there."""
    if (objective := values.get("objective")) and len(drafts) <= MOST_PARAMETERS:
        names = [draft.name.strip(" \t") for draft in drafts]
        conditional = [
            draft.name.strip(" \t") for draft in drafts if not is_missing(draft.settings.get("when"))
        ]
        yield from check_placeholders.problems(objective, names, conditional)
    workers, points_wanted = values.get("workers"), values.get("max_evals")
    evaluations = points_wanted * values.get("repeats", 1) if points_wanted else None
    yield from check_repeats.problems(values, drafts)
    if workers and evaluations and evaluations < workers:
        yield Problem(
            "run.workers",
            f"There are more workers ({workers}) than evaluations ({evaluations}).",
            "The surplus workers would have nothing to do.",
            "warning",
            fixes=(Fix.writing("run.workers", str(evaluations)),),
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


def size_problems(run: Run) -> Iterator[Problem]:
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
                fixes=(Fix.writing("run.workers", str(size)),),
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
