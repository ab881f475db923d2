"""The checks of a run's parameters: names, types, settings, and what the table of types has to say of these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from worker.spec import resolution
from worker.spec.field_definition import LONGEST_NAME
from worker.spec.formats.numbered_keys import MOST_PARAMETERS
from worker.spec.lists import has_gaps
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_type import ParameterType
from worker.spec.parameter_types import PARAMETER_TYPES, type_of
from worker.spec.parameters import NAME_PATTERN, Parameter, SettingValue, environment_name
from worker.spec.problem import MOST_LISTED, Fix, Problem, closest, did_you_mean, has_errors, listed
from worker.spec.raw_values import ConversionError, is_missing
from worker.spec.run import ParameterDraft
from worker.spec.setting_values import setting_value
from worker.spec.text import invisible, quoted

# Names that csv columns of our own have; see worker.report.exchange.csv_file.
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


def parameters_of(
    drafts: tuple[ParameterDraft, ...], problems: list[Problem], precision: int | None = None
) -> tuple[Parameter, ...]:
    """The typed parameters of those drafts whose settings can be read; adds everything wrong to `problems`.

    precision: of the run, None where it cannot be read.
    """
    if not drafts:
        problems.append(Problem("parameters", "There is no parameter to optimize.", "Add at least one."))
    if len(drafts) > MOST_PARAMETERS:
        message = f"{len(drafts):,} parameters are too many; the maximum is {MOST_PARAMETERS}."
        problems.append(Problem("parameters", message, "Give some of them a fixed value in your program."))
        return ()
    problems.extend(_name_problems(drafts))
    parameters: list[Parameter] = []
    for index, draft in enumerate(drafts):
        parameter = parameter_of(f"parameters.{index}", draft, problems, precision)
        if parameter is not None:
            parameters.append(parameter)
    return tuple(parameters)


def parameter_of(
    path: str, draft: ParameterDraft, problems: list[Problem], precision: int | None = None
) -> Parameter | None:
    """The parameter of one draft; None where its type or its settings cannot be read. Adds what is wrong to `problems`."""
    kind = PARAMETER_TYPES.get(draft.type)
    if kind is None:
        message = f"{quoted(draft.type)} is not a parameter type."
        hint, likely = did_you_mean(draft.type, PARAMETER_TYPES), closest(draft.type, PARAMETER_TYPES)
        fixes = (Fix.writing(f"{path}.type", likely),) if likely else ()
        problems.append(Problem(f"{path}.type", message, hint, fixes=fixes))
        return None
    settings = _settings(kind, draft.settings, path, problems)
    if settings is None:
        return None
    parameter = Parameter(draft.name.strip(" \t"), draft.type, settings)
    wrong = tuple(setting_problems(parameter, path))
    problems.extend(wrong)
    if precision is not None and not has_errors(wrong):
        problems.extend(resolution.problems(kind.likely_ranges(parameter), settings, path, precision))
    return parameter


def gaps(path: str) -> Problem:
    """The note about a list that was typed with empty values."""
    return Problem(path, "The list has empty values, which are left out.", "Remove the extra commas.", "note")


def _name_problems(drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    names = [draft.name.strip(" \t") for draft in drafts]
    numbers_of_name: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        numbers_of_name.setdefault(name, []).append(index)
    variables: dict[str, str] = {}
    for index, name in enumerate(names):
        path = f"parameters.{index}.name"
        if problem := _name_problem(path, index, name, numbers_of_name[name]):
            yield problem
            continue
        other = variables.setdefault(environment_name(name), name)
        if other != name:
            yield Problem(
                path,
                f'"{name}" and "{other}" share the environment variable {environment_name(name)}.',
                "Rename one of them, if your program reads its parameters from the environment.",
                "warning",
            )


def _name_problem(path: str, index: int, name: str, numbers: Sequence[int]) -> Problem | None:
    """What is wrong with the name of parameter `index`; numbers: where that name stands, this one included."""
    if not name:
        message = f"Parameter {index + 1} has no name."
        return Problem(path, message, "Give it one; letters, digits, _, - and . are allowed.")
    if hidden := invisible(name):
        message = f"The name contains an invisible character ({hidden})."
        return Problem(path, message, "Delete the name and type it again.")
    if not re.fullmatch(NAME_PATTERN, name):
        message = f"The name {quoted(name)} contains characters that are not allowed."
        return Problem(path, message, "Use letters, digits, _, - and .")
    if len(name) > LONGEST_NAME:
        message = f"This name is {len(name):,} characters long; at most {LONGEST_NAME} are allowed."
        return Problem(path, message, "Choose a shorter one.")
    if len(numbers) > 1:
        others = [str(number + 1) for number in numbers[: MOST_LISTED + 2] if number != index]
        times = "twice" if len(numbers) == 2 else f"{len(numbers)} times"
        message = f'The name "{name}" is used {times} (also by parameter {listed(others)}).'
        return Problem(path, message, "Give every parameter a unique name.")
    if name in RESERVED_NAMES:
        message = f'"{name}" is the name of a column of the results.'
        return Problem(path, message, "Choose another name.")
    return None


def _settings(
    kind: ParameterType, raw: Mapping[str, object], path: str, problems: list[Problem]
) -> dict[str, SettingValue] | None:
    settings: dict[str, SettingValue] = {}
    readable = True
    for key, setting_kind in kind.known.items():
        label = SETTINGS[key].label
        missing = Problem(f"{path}.{key}", f"{label} is missing; {kind.name} needs it.", kind.summary)
        if is_missing(raw.get(key)):
            problems.extend([missing] * (key in kind.settings))
            continue
        try:
            value = setting_value(setting_kind, raw[key])
        except ConversionError as error:
            problems.append(error.problem(f"{path}.{key}"))
            readable = False
            continue
        if is_missing(value):
            problems.extend([missing] * (key in kind.settings))
        elif value is not False:  # a switch that is off is as good as none
            settings[key] = value
        if setting_kind in ("options", "weights") and has_gaps(raw[key]):
            problems.append(gaps(f"{path}.{key}"))
    return settings if readable and kind.settings.keys() <= settings.keys() else None


def setting_problems(parameter: Parameter, path: str) -> Iterator[Problem]:
    """What is wrong with the settings of a parameter that can be read, at a path."""
    kind = type_of(parameter)
    for setting in (SETTINGS[key] for key in parameter.settings):
        if setting.positive and parameter.number(setting.key) <= 0:
            yield Problem(f"{path}.{setting.key}", f"{setting.symbol} must be greater than 0.", kind.summary)
            return
    yield from kind.check(parameter, path)
