"""Distributions of Optuna as JSON, as optuna.distributions.distribution_to_json writes them: with a name and attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from worker.spec.config_limits import Limits
from worker.spec.foreign import parameters as make
from worker.spec.foreign.collected import Collected, NotCarriedError
from worker.spec.run import ParameterDraft, ReadResult

_SUFFIX = "Distribution"
_WHOLE = ("IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution")
_REAL = ("FloatDistribution", "UniformDistribution", "LogUniformDistribution", "DiscreteUniformDistribution")


def looks_like_one(document: object) -> bool:
    """Whether a parsed document is a table of such distributions."""
    return (
        isinstance(document, dict)
        and bool(document)
        and all(_name(entry).endswith(_SUFFIX) for entry in document.values())
    )


def read(document: Mapping[str, object], limits: Limits) -> ReadResult:
    """The space as a draft. Raises TooMuchError."""
    collected = Collected(limits)
    for name, written in document.items():
        entry = _entry(written)
        attributes = entry.get("attributes")
        try:
            if not isinstance(attributes, dict):
                raise NotCarriedError("it has no attributes.")
            collected.add(parameter(name, _name(entry), attributes))
        except NotCarriedError as error:
            collected.leave_out(name, error)
    return collected.result("a search space of Optuna")


def parameter(name: str, distribution: str, attributes: Mapping[str, object]) -> ParameterDraft:
    """The parameter with a distribution of this name. Raises NotCarriedError."""
    if distribution == "CategoricalDistribution":
        return make.listed(name, attributes.get("choices"))
    if distribution not in (*_WHOLE, *_REAL):
        raise NotCarriedError(f"there is no type like {distribution} here.")
    return make.between(
        name,
        attributes.get("low"),
        attributes.get("high"),
        whole=distribution in _WHOLE,
        log=bool(attributes.get("log")) or "LogUniform" in distribution,
        step=attributes.get("step", attributes.get("q")),
    )


def _name(written: object) -> str:
    name = _entry(written).get("name")
    return name if isinstance(name, str) else ""


def _entry(written: object) -> Mapping[str, object]:
    """A distribution, which may be a table or the text of one."""
    if isinstance(written, str):
        try:
            written = json.loads(written)
        except (ValueError, RecursionError):
            return {}
    return written if isinstance(written, dict) else {}
