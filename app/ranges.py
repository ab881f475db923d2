"""Sample values of each parameter in the form, for the small pictures of their ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from worker.spec.check_parameters import parameter_of
from worker.spec.problem import Problem, has_errors
from worker.spec.run import ParameterDraft
from worker.spec.sample_values import sample_values

_DIGITS = 8  # more than anybody sees
_LONGEST = 12  # letters of a sample


def ranges(parameters: Iterable[ParameterDraft]) -> list[Sequence[str]]:
    """The sample values of each parameter, none where its settings are incomplete or wrong."""
    return [_samples(parameter.type, _texts(parameter)) for parameter in parameters]


def _texts(parameter: ParameterDraft) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(raw)) for key, raw in parameter.settings.items() if key != "when")


@lru_cache(maxsize=1000)  # most of the form is the same after each key that is typed
def _samples(kind: str, settings: tuple[tuple[str, str], ...]) -> Sequence[str]:
    problems: list[Problem] = []
    parameter = parameter_of("", ParameterDraft("a", kind, dict(settings)), problems)
    if parameter is None or has_errors(problems):
        return ()
    samples = sample_values(parameter, _DIGITS)
    return tuple(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…" for text in samples)
