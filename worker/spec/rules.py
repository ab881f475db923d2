"""Which parameters exist at a point of a search space, and which points it has at all: conditions and constraints."""

from __future__ import annotations

from collections.abc import Sequence

from worker.spec.logic.meaning import Rule, Values
from worker.spec.logic.reading import read
from worker.spec.logic.tree import names
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.raw_values import ConversionError, real

NumberedValues = Sequence[Value | None]


def is_only_text(parameter: Parameter) -> bool:
    """Whether the values of a parameter are texts that are not all numbers."""
    return type_of(parameter).value == "category" and not all(map(_is_number, parameter.options))


def _is_number(text: str) -> bool:
    try:
        real(text)
    except ConversionError:
        return False
    return True


class Rules:
    """The conditions and constraints of a run that was checked.

    names: of the parameters, in their order. given: whether there are any rules. conditional: whether a parameter has a condition. constraints: as typed.
    """

    def __init__(self, parameters: Sequence[Parameter], constraints: Sequence[str] = ()) -> None:
        self._texts = frozenset(parameter.name for parameter in parameters if is_only_text(parameter))
        self.names = tuple(parameter.name for parameter in parameters)
        self._when = {parameter.name: parameter.when for parameter in parameters if parameter.when}
        self._conditions = {name: self._rule(text) for name, text in self._when.items()}
        self.constraints = tuple(constraints)
        self._constraints = [self._rule(text) for text in constraints]
        self.conditional = bool(self._conditions)
        self.given = self.conditional or bool(constraints)
        self._ends_with = self._last_names()

    def _rule(self, text: str) -> Rule:
        return Rule(read(text), self._texts)

    def exists(self, name: str, values: Values) -> bool:
        """Whether a parameter exists beside the values of those before it."""
        condition = self._conditions.get(name)
        return condition is None or condition.verdict(values) is True

    def condition(self, name: str) -> str:
        """The condition of a parameter, "" where it always exists."""
        return self._when.get(name, "")

    def conditions_name(self) -> frozenset[str]:
        """The parameters on which others depend."""
        return frozenset(name.name for text in self._when.values() for name in names(read(text)))

    def existing(self, values: NumberedValues) -> dict[str, Value]:
        """The values of those parameters that exist, by name; of all of them in their order, None for what is absent."""
        found: dict[str, Value] = {}
        for name, value in zip(self.names, values, strict=True):
            if value is not None and self.exists(name, found):
                found[name] = value
        return found

    def violated(self, values: Values) -> str:
        """The first constraint that does not hold for the values of those parameters that exist; "" where none."""
        for text, rule in zip(self.constraints, self._constraints, strict=True):
            if rule.verdict(values) is False:
                return text
        return ""

    def allows(self, values: Values) -> bool:
        """Whether no constraint is violated, as far as the values go."""
        return not any(rule.verdict(values) is False for rule in self._constraints)

    def allows_so_far(self, place: int, values: Values) -> bool:
        """The same, where it held before parameter number `place` got its value: most constraints need not be asked."""
        return not any(rule.verdict(values) is False for rule in self._ends_with[place])

    def _last_names(self) -> list[list[Rule]]:
        """Which constraints name each of the parameters."""
        named = [{name.name for name in names(read(text))} for text in self.constraints]
        return [
            [rule for rule, mentioned in zip(self._constraints, named, strict=True) if name in mentioned]
            for name in self.names
        ]

    def absence(self, name: str) -> str:
        """Why a parameter does not exist at a point, as a part of a sentence."""
        return f"exists only when {self.condition(name)}"

    def needed(self) -> list[int]:
        """The places of those parameters that constraints depend on, directly or through conditions."""
        wanted = {name.name for text in self.constraints for name in names(read(text))}
        for name in reversed(self.names):  # conditions look back only
            if name in wanted and name in self._when:
                wanted |= {other.name for other in names(read(self._when[name]))}
        return [place for place, name in enumerate(self.names) if name in wanted]
