"""Parameters that are given by numbered keys, as in a URL and in config.ini, with a count beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from worker.spec.config_limits import RUN, Limits
from worker.spec.parameters import DEFAULT_TYPE
from worker.spec.problem import Problem
from worker.spec.raw_values import ConversionError, integer, raw_text
from worker.spec.run import ParameterDraft

MOST_PARAMETERS = RUN.parameters


def count_parameters(
    text: str, numbers: Collection[int], least: int, limits: Limits = RUN
) -> tuple[int, tuple[Problem, ...]]:
    """How many parameters there are, from the text of the count and from the numbers (from 0) of those given.

    Without a count it is what the given ones need, and `least` at least. Raises TooMuchError where more are given than
    `limits` has; of numbers beyond that, which come alone, only the problem is left.
    """
    limits.check_parameters(len(numbers))
    needed = max(numbers, default=-1) + 1
    possible = max((index + 1 for index in numbers if index < limits.parameters), default=least)
    count = max(needed, least)
    if text.strip():
        try:
            count = integer(text)
        except ConversionError as error:
            problem = Problem("parameters", f"The number of parameters is wrong: {error}", error.hint)
            return possible, (problem,)
    if not 0 <= count <= limits.parameters:
        return possible, (impossible_count(count, limits),)
    if count < needed:
        message = f"The number of parameters is {count}, but {needed} are given; the rest is left out."
        return count, (
            Problem(
                "parameters",
                message,
                f"If they belong to it, set the number to {needed} there and open it again.",
                "note",
            ),
        )
    return count, ()


def impossible_count(count: int, limits: Limits = RUN) -> Problem:
    """The error about a number of parameters that cannot be."""
    message = f"{count:,} parameters are not possible; {limits.run} has 1 to {limits.parameters}."
    hint = "Correct the number of parameters."
    return Problem("parameters", message, hint)


def parameter_draft(entries: Mapping[str, object], default_type: str = DEFAULT_TYPE) -> ParameterDraft:
    """The parameter with the "name", the "type" and the settings in `entries`."""
    settings = {key: raw for key, raw in entries.items() if key not in ("name", "type")}
    kind = raw_text(entries.get("type", default_type))
    return ParameterDraft(raw_text(entries.get("name", "")), kind, settings)
