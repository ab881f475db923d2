"""All the checks of a run: a draft in, the typed run and every problem at once out."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.spec import placeholders
from worker.spec.convert import ConversionError, field_text, field_value, is_missing, setting_value
from worker.spec.fields import BY_PATH, FIELDS, Field
from worker.spec.numbered import MOST_PARAMETERS
from worker.spec.parameters import (
    MOST_VALUES,
    NAME_PATTERN,
    PARAMETER_TYPES,
    SETTING_LABELS,
    Parameter,
    ParameterType,
    Setting,
)
from worker.spec.problem import Problem, did_you_mean, has_errors
from worker.spec.run import Draft, ParameterDraft, ReadResult, Run
from worker.spec.text import invisible, quoted

LARGEST_EXPONENT = 700.0  # e^709.8 is the largest float
# Names that csv columns of our own have; see worker.report.csv.
RESERVED_NAMES = frozenset(
    {
        "trial",
        "status",
        "RESULT",
        "exit_code",
        "seconds",
        "start",
        "end",
        "host",
        "log",
    }
)
_ANGLE_PLACEHOLDER = re.compile(r"<[^<>\s][^<>]*>(?=\s|$)")


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
    parameters = _parameters(draft.parameters, problems)
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
            )
        if field.maximum is not None and number > field.maximum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too large; the most is {_shown(field, field.maximum)}.",
            )
    if (
        isinstance(value, str)
        and field.kind in ("line", "path")
        and (found := _ANGLE_PLACEHOLDER.search(value))
    ):
        yield Problem(
            field.path,
            f"{found[0]} looks like a placeholder from an example.",
            "Put your own text in its place, without the angle brackets; if it is a redirection, "
            "write a blank behind the <.",
        )
    elif field.kind == "path" and isinstance(value, str) and value and not value.startswith(("/", "~", ".")):
        yield Problem(
            field.path,
            f'"{value}" is relative to the folder in which the command is started.',
            "Write a full path that starts with /.",
            "note",
        )


def _shown(field: Field, number: float) -> str:
    text = field_text(field, int(number))
    return f"{text} {field.unit}" if field.unit else text


def _parameters(drafts: tuple[ParameterDraft, ...], problems: list[Problem]) -> tuple[Parameter, ...]:
    if not drafts:
        problems.append(Problem("parameters", "There is no parameter to optimize.", "Add at least one."))
    if len(drafts) > MOST_PARAMETERS:
        problems.append(
            Problem("parameters", f"{len(drafts)} parameters are too many; the most is {MOST_PARAMETERS}.")
        )
        return ()
    problems.extend(_name_problems(drafts))
    found: list[Parameter] = []
    for index, draft in enumerate(drafts):
        path = f"parameters.{index}"
        kind = PARAMETER_TYPES.get(draft.type)
        if kind is None:
            problems.append(
                Problem(
                    f"{path}.type",
                    f"{quoted(draft.type)} is not a parameter type.",
                    did_you_mean(draft.type, PARAMETER_TYPES),
                )
            )
            continue
        settings = _settings(kind, draft.settings, path, problems)
        if settings is not None:
            parameter = Parameter(draft.name.strip(" "), draft.type, settings)
            problems.extend(_setting_problems(parameter, path))
            found.append(parameter)
    return tuple(found)


def _name_problems(drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    count = Counter(draft.name.strip(" ") for draft in drafts)
    for index, draft in enumerate(drafts):
        path, name = f"parameters.{index}.name", draft.name.strip(" ")
        if not name:
            yield Problem(
                path,
                f"Parameter {index + 1} has no name.",
                "Give it one; letters, digits, _, - and . are possible.",
            )
        elif hidden := invisible(name):
            yield Problem(
                path,
                f"The name has an invisible character ({hidden}) in it.",
                "Delete the name and type it again.",
            )
        elif not re.fullmatch(NAME_PATTERN, name):
            yield Problem(
                path,
                f'The name "{name}" has characters that cannot be used.',
                "Use letters, digits, _, - and .",
            )
        elif count[name] > 1:
            others = [
                str(other + 1)
                for other, one in enumerate(drafts)
                if one.name.strip(" ") == name and other != index
            ]
            yield Problem(
                path,
                f'The name "{name}" is used twice (also by parameter {", ".join(others)}).',
                "Give every parameter a name of its own.",
            )
        elif name in RESERVED_NAMES:
            yield Problem(path, f'"{name}" is the name of a column of the results.', "Choose another name.")


def _settings(
    kind: ParameterType, raw: Mapping[str, object], path: str, problems: list[Problem]
) -> dict[str, Setting] | None:
    settings: dict[str, Setting] = {}
    for key, setting_kind in kind.settings.items():
        label = SETTING_LABELS[key]
        if is_missing(raw.get(key)):
            problems.append(
                Problem(f"{path}.{key}", f"{label} is missing; {kind.name} needs it.", kind.summary)
            )
            continue
        try:
            settings[key] = setting_value(setting_kind, raw[key])
        except ConversionError as error:
            problems.append(Problem(f"{path}.{key}", str(error), error.hint))
    return settings if len(settings) == len(kind.settings) else None


def _setting_problems(parameter: Parameter, path: str) -> Iterator[Problem]:
    settings = parameter.settings
    if "values" in settings:
        yield from _option_problems(parameter, f"{path}.values")
        return
    if parameter.type == "hp.randint" and parameter.number("max") < 1:
        yield Problem(f"{path}.max", "Max must be at least 1: the integers run from 0 to max - 1.")
    for key, what in (("sigma", "σ"), ("q", "q"), ("step", "Step")):
        if key in settings and parameter.number(key) <= 0:
            yield Problem(f"{path}.{key}", f"{what} must be greater than 0.")
            return
    if "min" in settings:
        yield from _range_problems(parameter, path)
    if (
        parameter.type in ("hp.lognormal", "hp.qlognormal")
        and abs(parameter.number("mu")) + 10 * parameter.number("sigma") > LARGEST_EXPONENT
    ):
        yield Problem(
            f"{path}.sigma",
            "e to the power of such numbers is too large for a computer.",
            "μ and σ describe the logarithm of the value; choose smaller ones.",
        )


def _range_problems(parameter: Parameter, path: str) -> Iterator[Problem]:
    low, high = parameter.number("min"), parameter.number("max")
    fixed = parameter.kind.value == "integer"
    if low > high or (low == high and not fixed):
        yield Problem(f"{path}.max", f"Max ({high}) must be greater than min ({low}).")
        return
    if math.isinf(float(high) - float(low)):
        yield Problem(f"{path}.max", "The range from min to max is too wide for a computer.")
        return
    if parameter.type in ("hp.loguniform", "hp.qloguniform"):
        if max(abs(low), abs(high)) > LARGEST_EXPONENT:
            yield Problem(
                f"{path}.max",
                "Min and max are exponents here: the value would be e to the power of them, which is too large.",
                f"For values from {low} to {high} write their natural logarithms.",
            )
            return
        low, high = math.exp(low), math.exp(high)
    if "q" in parameter.settings and math.floor(high / parameter.number("q")) < math.ceil(
        low / parameter.number("q")
    ):
        yield Problem(
            f"{path}.q",
            f"No multiple of q lies between {low:.6g} and {high:.6g}.",
            "Choose a smaller q or a wider range.",
        )
    if parameter.type in ("hp.choiceint", "hp.choicestep"):
        step = parameter.integer("step") if "step" in parameter.settings else 1
        count = (int(high) - int(low)) // step + 1
        if count > MOST_VALUES:
            yield Problem(
                f"{path}.max",
                f"These are {count:,} values; the most for {parameter.type} is {MOST_VALUES:,}.",
                "hp.uniformint has no such limit.",
            )


def _option_problems(parameter: Parameter, path: str) -> Iterator[Problem]:
    if len(parameter.options) > MOST_VALUES:
        yield Problem(path, f"These are {len(parameter.options):,} values; the most is {MOST_VALUES:,}.")
    for number, option in enumerate(parameter.options):
        if not option:
            yield Problem(path, f"Value {number + 1} is empty.", "Remove the extra comma.")
    for option, times in Counter(parameter.options).items():
        if times > 1 and option:
            yield Problem(
                path,
                f'The value "{option}" is listed {times} times.',
                "List it once; hp.pchoice can make a value likelier.",
            )


def _together(values: Mapping[str, Any], drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    if objective := values.get("objective"):
        yield from placeholders.problems(objective, [draft.name.strip(" ") for draft in drafts])
    workers, evaluations = values.get("workers"), values.get("max_evals")
    if workers and evaluations and evaluations < workers:
        yield Problem(
            BY_PATH["run.workers"].path,
            f"There are more workers ({workers}) than evaluations ({evaluations}).",
            "The surplus workers would have nothing to do.",
            "warning",
        )
    seeds = values.get("seed") or ()
    if len(set(seeds)) < len(seeds):
        yield Problem("search.seed", "A seed is listed twice.", "List each seed once.")
    walltime, runtime = values.get("walltime"), values.get("runtime")
    if walltime and runtime and 0 < walltime < 300:
        yield Problem(
            "slurm.walltime",
            "A worker job of less than 5 minutes is mostly start-up.",
            "Write 0 for the whole runtime, or a longer time.",
            "warning",
        )
