"""A parameter as it was checked: its name, the name of its type, and its settings; what every type does is in the table of types."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.spec.config_limits import RUN

Value = int | float | str
SettingValue = bool | int | float | str | tuple[str, ...] | tuple[tuple[str, float], ...]

NAME_PATTERN = r"[A-Za-z0-9_.-]+"
MOST_VALUES = RUN.values  # of one parameter whose values are listed
# The types that are named outside of the table of types, which does not load without them: that of a parameter that names
# none (as in the first OmniOpt), that of a new one in the form, those that sentences propose, and those as which the
# first OmniOpt is given the types that it did not have.
DEFAULT_TYPE = "hp.randint"
REAL_TYPE = "real"
INTEGER_TYPE = "integer"
FIXED_TYPE = "fixed"
WEIGHTED_TYPE = "hp.pchoice"
ORIGINAL_REALS, ORIGINAL_POWERS = "hp.uniform", "hp.loguniform"
ORIGINAL_INTEGERS, ORIGINAL_STEPPED_POWERS = "hp.uniformint", "hp.qloguniform"
ORIGINAL_OPTIONS = "hp.choice"
OPTIONS_TYPE = "categorical"
MULTIPLES_TYPE = "hp.quniform"
NORMAL_TYPE, NORMAL_MULTIPLES_TYPE = "hp.normal", "hp.qnormal"
LOGNORMAL_TYPE, LOGNORMAL_MULTIPLES_TYPE = "hp.lognormal", "hp.qlognormal"
NAMED_TYPES = (
    DEFAULT_TYPE,
    REAL_TYPE,
    INTEGER_TYPE,
    FIXED_TYPE,
    WEIGHTED_TYPE,
    ORIGINAL_REALS,
    ORIGINAL_POWERS,
    ORIGINAL_INTEGERS,
    ORIGINAL_STEPPED_POWERS,
    ORIGINAL_OPTIONS,
    OPTIONS_TYPE,
    MULTIPLES_TYPE,
    NORMAL_TYPE,
    NORMAL_MULTIPLES_TYPE,
    LOGNORMAL_TYPE,
    LOGNORMAL_MULTIPLES_TYPE,
)


def environment_name(name: str) -> str:
    """The environment variable that the objective program finds the parameter `name` in."""
    return "OMNIOPT_PARAM_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


@dataclass(frozen=True)
class Parameter:
    """One dimension of the search space, checked: `settings` holds what its type needs, and what it takes and was given.

    type: a name in `worker.spec.parameter_types.PARAMETER_TYPES`. "values" is a tuple of strings, or of (string, percent) pairs
    as typed where the type takes percentages.
    """

    name: str
    type: str
    settings: Mapping[str, SettingValue]

    def number(self, key: str) -> float:
        """The numeric setting `key`; an integer where the type asks for one."""
        value = self.settings[key]
        if isinstance(value, (tuple, str)):
            raise TypeError(f"setting {key} of {self.type} is no number")
        return value

    def integer(self, key: str) -> int:
        """The integer setting `key`."""
        return int(self.number(key))

    def is_on(self, key: str) -> bool:
        """Whether the switch `key` is given and on."""
        return self.settings.get(key) is True

    @property
    def step(self) -> int:
        """The distance of its integers; 1 where none is given."""
        return self.integer("step") if "step" in self.settings else 1

    @property
    def when(self) -> str:
        """The condition under which it exists, as typed; "" where it always does."""
        when = self.settings.get("when", "")
        return when if isinstance(when, str) else ""

    @property
    def options(self) -> tuple[str, ...]:
        """The values of a parameter whose values are listed, or the one that is fixed."""
        if isinstance(value := self.settings.get("value"), str):
            return (value,)
        values = self.settings["values"]
        if not isinstance(values, tuple):
            raise TypeError(f"setting values of {self.type} is not a list")
        return tuple(value if isinstance(value, str) else value[0] for value in values)

    @property
    def percentages(self) -> tuple[float, ...]:
        """The percentage of each option, which sum to 100 whatever was typed; equal shares where none were."""
        values = self.settings["values"]
        if not isinstance(values, tuple):
            raise TypeError(f"setting values of {self.type} is not a list")
        weights = [1 if isinstance(value, str) else value[1] for value in values]
        total = math.fsum(weights)
        # Scaled by an earlier version they stay as they are, although their sum is rarely 100 to the last digit.
        if math.isclose(total, 100, rel_tol=1e-9):
            return tuple(weights)
        return tuple(weight / total * 100 for weight in weights)
