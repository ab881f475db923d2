"""The fourteen parameter types of the original, the settings that each needs, and one typed parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SettingKind = Literal["integer", "real", "options", "weights"]
ValueKind = Literal["integer", "real", "category"]
Value = int | float | str
Setting = int | float | tuple[str, ...] | tuple[tuple[str, float], ...]

NAME_PATTERN = r"[A-Za-z0-9_.-]+"
DEFAULT_TYPE = "hp.randint"
MOST_VALUES = 100_000  # of one parameter whose values are listed


@dataclass(frozen=True)
class ParameterType:
    """What one type of parameter needs and yields.

    settings: key in the TOML config -> how it is read. queries: key -> suffix of the URL key `param_N_<suffix>`.
    original: key -> stem of the original's config.ini key `<stem>_N`.
    """

    name: str
    summary: str
    settings: Mapping[str, SettingKind]
    value: ValueKind
    original_name: str = ""

    @property
    def ini_name(self) -> str:
        """The name that the original's config.ini uses for the type."""
        return self.original_name or self.name


SETTING_QUERIES: Mapping[str, str] = {
    "max": "value_max",
    "min": "value_min",
    "step": "value_step",
    "q": "value_q",
    "mu": "mu",
    "sigma": "sigma",
    "values": "values",
}
SETTING_ORIGINALS: Mapping[str, str] = {
    "max": "max_dim",
    "min": "min_dim",
    "step": "step_dim",
    "q": "q",
    "mu": "mu",
    "sigma": "sigma",
    "values": "options",
}
SETTING_LABELS: Mapping[str, str] = {
    "max": "Max",
    "min": "Min",
    "step": "Step",
    "q": "q (step)",
    "mu": "μ (mean)",
    "sigma": "σ (std. dev.)",
    "values": "Values",
}

_REAL_RANGE: Mapping[str, SettingKind] = {"min": "real", "max": "real"}
_REAL_STEPS: Mapping[str, SettingKind] = {"min": "real", "max": "real", "q": "real"}
_INTEGER_RANGE: Mapping[str, SettingKind] = {"min": "integer", "max": "integer"}
_NORMAL: Mapping[str, SettingKind] = {"mu": "real", "sigma": "real"}
_NORMAL_STEPS: Mapping[str, SettingKind] = {"mu": "real", "sigma": "real", "q": "real"}

PARAMETER_TYPES: Mapping[str, ParameterType] = {
    kind.name: kind
    for kind in (
        ParameterType(
            "hp.randint", "An integer from 0 up to, not including, max.", {"max": "integer"}, "integer"
        ),
        ParameterType(
            "hp.choice", "One of the values, all equally likely.", {"values": "options"}, "category"
        ),
        ParameterType(
            "hp.pchoice",
            "One of the values, each with its percentage: a=20,b=70,c=10.",
            {"values": "weights"},
            "category",
        ),
        ParameterType(
            "hp.choiceint",
            "An integer from min to max, searched as unordered categories.",
            _INTEGER_RANGE,
            "integer",
            "hp.choice",
        ),
        ParameterType(
            "hp.choicestep",
            "An integer from min to max in steps, searched as unordered categories.",
            {"min": "integer", "max": "integer", "step": "integer"},
            "integer",
        ),
        ParameterType("hp.uniform", "A real number between min and max.", _REAL_RANGE, "real"),
        ParameterType(
            "hp.uniformint", "An integer from min to max, all equally likely.", _INTEGER_RANGE, "integer"
        ),
        ParameterType(
            "hp.quniform", "A multiple of q between min and max, all equally likely.", _REAL_STEPS, "real"
        ),
        ParameterType(
            "hp.loguniform",
            "A real number between e^min and e^max, uniform in its logarithm.",
            _REAL_RANGE,
            "real",
        ),
        ParameterType(
            "hp.qloguniform",
            "A multiple of q between e^min and e^max, uniform in its logarithm.",
            _REAL_STEPS,
            "real",
        ),
        ParameterType("hp.normal", "A real number, normally distributed.", _NORMAL, "real"),
        ParameterType("hp.qnormal", "A multiple of q, normally distributed.", _NORMAL_STEPS, "real"),
        ParameterType("hp.lognormal", "e to the power of a normally distributed number.", _NORMAL, "real"),
        ParameterType(
            "hp.qlognormal",
            "A multiple of q near e to the power of a normally distributed number.",
            _NORMAL_STEPS,
            "real",
        ),
    )
}


def environment_name(name: str) -> str:
    """The environment variable that the objective program finds the parameter `name` in."""
    return "OMNIOPT_PARAM_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


@dataclass(frozen=True)
class Parameter:
    """One dimension of the search space, checked: `settings` holds exactly what its type needs.

    "values" is a tuple of strings for hp.choice and of (string, percent) pairs summing to 100 for hp.pchoice.
    """

    name: str
    type: str
    settings: Mapping[str, Setting]

    @property
    def kind(self) -> ParameterType:
        """The row of `PARAMETER_TYPES` for this parameter."""
        return PARAMETER_TYPES[self.type]

    def number(self, key: str) -> float:
        """The numeric setting `key`; an integer where the type asks for one."""
        value = self.settings[key]
        if isinstance(value, tuple):
            raise TypeError(f"setting {key} of {self.type} is a list, not a number")
        return value

    def integer(self, key: str) -> int:
        """The integer setting `key`."""
        return int(self.number(key))

    @property
    def options(self) -> tuple[str, ...]:
        """The values of an hp.choice or hp.pchoice parameter."""
        values = self.settings["values"]
        if not isinstance(values, tuple):
            raise TypeError(f"setting values of {self.type} is no list")
        return tuple(value if isinstance(value, str) else value[0] for value in values)

    @property
    def percentages(self) -> tuple[float, ...]:
        """The percentage of each option; equal shares for hp.choice."""
        values = self.settings["values"]
        if not isinstance(values, tuple):
            raise TypeError(f"setting values of {self.type} is no list")
        equal = 100 / len(values)
        return tuple(equal if isinstance(value, str) else value[1] for value in values)
