"""The checks of a run's parameters: names, types, settings, and what the settings say together."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from worker.spec.convert import ConversionError, is_missing, setting_value
from worker.spec.fields import LONGEST_NAME
from worker.spec.multiples import multiples_between, power_of_e
from worker.spec.numbered import MOST_PARAMETERS
from worker.spec.parameters import (
    MOST_VALUES,
    NAME_PATTERN,
    PARAMETER_TYPES,
    SETTING_LABELS,
    Parameter,
    ParameterType,
    Setting,
    environment_name,
)
from worker.spec.problem import MOST_LISTED, Problem, did_you_mean, listed
from worker.spec.run import ParameterDraft
from worker.spec.text import invisible, quoted

LARGEST_EXPONENT = 700.0  # e^709.8 is the largest float
_LIKELY_A_VALUE = 0.5  # few want an exponent between 0 and this, many write the bound itself
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


def parameters_of(drafts: tuple[ParameterDraft, ...], problems: list[Problem]) -> tuple[Parameter, ...]:
    """The typed parameters of those drafts whose settings can be read; adds everything wrong to `problems`."""
    if not drafts:
        problems.append(Problem("parameters", "There is no parameter to optimize.", "Add at least one."))
    if len(drafts) > MOST_PARAMETERS:
        message = f"{len(drafts):,} parameters are too many; the most is {MOST_PARAMETERS}."
        problems.append(Problem("parameters", message, "Fix some of them in your program."))
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
            parameter = Parameter(draft.name.strip(" \t"), draft.type, settings)
            problems.extend(_setting_problems(parameter, path))
            found.append(parameter)
    return tuple(found)


def _name_problems(drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    names = [draft.name.strip(" \t") for draft in drafts]
    variables: dict[str, str] = {}
    for index, name in enumerate(names):
        path = f"parameters.{index}.name"
        if problem := _name_problem(path, index, names):
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


def _name_problem(path: str, index: int, names: Sequence[str]) -> Problem | None:
    name = names[index]
    if not name:
        message, hint = f"Parameter {index + 1} has no name.", "letters, digits, _, - and . are possible."
        return Problem(path, message, f"Give it one; {hint}")
    if hidden := invisible(name):
        message = f"The name has an invisible character ({hidden}) in it."
        return Problem(path, message, "Delete the name and type it again.")
    if not re.fullmatch(NAME_PATTERN, name):
        message = f"The name {quoted(name)} has characters that cannot be used."
        return Problem(path, message, "Use letters, digits, _, - and .")
    if len(name) > LONGEST_NAME:
        message = f"This name is {len(name):,} characters long; at most {LONGEST_NAME} are possible."
        return Problem(path, message, "Choose a shorter one.")
    others = [str(other + 1) for other, one in enumerate(names) if one == name and other != index]
    if others:
        times = "twice" if len(others) == 1 else f"{len(others) + 1} times"
        message = f'The name "{name}" is used {times} (also by parameter {listed(others)}).'
        return Problem(path, message, "Give every parameter a name of its own.")
    if name in RESERVED_NAMES:
        message = f'"{name}" is the name of a column of the results.'
        return Problem(path, message, "Choose another name.")
    return None


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
        message = "Max must be at least 1: the integers run from 0 to max - 1."
        yield Problem(f"{path}.max", message, "For values from 0 to 9 write 10.")
    for key, what in (("sigma", "σ"), ("q", "q"), ("step", "Step")):
        if key in settings and parameter.number(key) <= 0:
            yield Problem(f"{path}.{key}", f"{what} must be greater than 0.", parameter.kind.summary)
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
        message = f"Max ({high}) must be greater than min ({low})."
        yield Problem(
            f"{path}.max", message, "Correct one of them; for one fixed value no parameter is needed."
        )
        return
    if math.isinf(float(high) - float(low)):
        message = "The range from min to max is too wide for a computer."
        yield Problem(f"{path}.max", message, "Choose a smaller range; hp.loguniform takes exponents.")
        return
    if parameter.type in ("hp.loguniform", "hp.qloguniform"):
        if max(abs(low), abs(high)) > LARGEST_EXPONENT:
            yield Problem(
                f"{path}.max",
                "Min and max are exponents here: the value would be e to the power of them, which is too large.",
                f"For values from {low} to {high} write their natural logarithms.",
            )
            return
        lowest, highest = low, high
        low, high = power_of_e(low), power_of_e(high)
        if 0 < lowest < _LIKELY_A_VALUE:
            yield Problem(
                f"{path}.min",
                f"Min and max are exponents here: the values run from {low:.6g} to {high:.6g}.",
                f"For values from {lowest} to {highest} write their natural logarithms: "
                f"{math.log(lowest):.6g} and {math.log(highest):.6g}.",
                "warning",
            )
    first, last = multiples_between(low, high, parameter.number("q")) if "q" in parameter.settings else (0, 0)
    if first > last:
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
    options = parameter.options
    empty = [str(number) for number, option in enumerate(options, 1) if not option]
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        yield Problem(path, f"Value {listed(empty)} {verb} empty.", "Remove the extra comma.")
    counts = Counter(option for option in options if option)
    for option, times in islice(
        ((option, times) for option, times in counts.items() if times > 1), MOST_LISTED
    ):
        yield Problem(
            path,
            f"The value {quoted(option)} is listed {times} times.",
            "List it once; hp.pchoice can make a value likelier.",
        )
