"""NNI's search_space.json: tables with _type and _value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from worker.spec.config_limits import Limits
from worker.spec.foreign import parameters as make
from worker.spec.foreign.collected import Collected, NotCarriedError
from worker.spec.parameters import NAME_PATTERN
from worker.spec.run import ParameterDraft, ReadResult

# How NNI's types are made, by their names, from the name of a parameter and from what stands in _value. Other than in
# hyperopt, the bounds of loguniform are the values themselves, and randint does not include its upper end.
_MAKERS: Mapping[str, tuple[int, Callable[..., ParameterDraft]]] = {
    "uniform": (2, make.between),
    "quniform": (3, make.multiples),
    "loguniform": (2, make.logarithmic(make.between)),
    "qloguniform": (3, make.logarithmic(make.multiples)),
    "normal": (2, make.normal),
    "qnormal": (3, make.normal),
    "lognormal": (2, make.logarithmic(make.normal)),
    "qlognormal": (3, make.logarithmic(make.normal)),
    "randint": (2, lambda name, low, high: make.between(name, low, make.number(high) - 1, whole=True)),
}

_EXPERIMENT = {
    "experimentName": "run.name",
    "trialCommand": "run.objective",
    "trialConcurrency": "run.workers",
    "maxTrialNumber": "search.max_evals",
}


def looks_like_one(document: object) -> bool:
    """Whether a parsed document is such a space."""
    return (
        isinstance(document, dict)
        and bool(document)
        and all(isinstance(entry, dict) and "_type" in entry for entry in document.values())
    )


def read(document: Mapping[str, object], limits: Limits) -> ReadResult:
    """The space as a draft. Raises TooMuchError."""
    collected = Collected(limits)
    collect(document, collected)
    return collected.result("a search space of NNI")


def collect(space: Mapping[str, object], collected: Collected, condition: str = "", prefix: str = "") -> None:
    """Add the parameters of `space`, which exist under `condition` alone; `prefix` stands before their names."""
    for key, entry in space.items():
        name = f"{prefix}{key}"
        try:
            made = _parameter(name, entry)
        except NotCarriedError as error:
            collected.leave_out(name, error)
            continue
        collected.add(replace(made, settings={**made.settings, "when": condition}) if condition else made)
        for option in _branches(entry):
            inner = {word: part for word, part in option.items() if word != "_name"}
            collect(inner, collected, f"{name} == '{option['_name']}'", f"{name}.")


def _branches(entry: object) -> list[dict[str, object]]:
    """The options of a choice that have parameters of their own."""
    value = entry.get("_value") if isinstance(entry, dict) else None
    return [option for option in value if isinstance(option, dict)] if isinstance(value, list) else []


def _parameter(name: str, entry: object) -> ParameterDraft:
    if not isinstance(entry, dict):
        raise NotCarriedError("it has no _type.")
    kind, value = entry.get("_type"), entry.get("_value")
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise NotCarriedError("its _value is no list.")
    if kind == "choice":
        options = [_branch_name(option) if isinstance(option, dict) else option for option in value]
        return make.listed(name, options)
    if not isinstance(kind, str) or kind not in _MAKERS:
        raise NotCarriedError(f'there is no type like its "{kind}" here.')
    count, maker = _MAKERS[kind]
    if kind == "randint" and len(value) == 1:  # as in the first versions of NNI
        value = [0, *value]
    if len(value) != count:
        raise NotCarriedError(f"its _value has {len(value)} numbers in place of {count}.")
    return maker(name, *value)


def _branch_name(option: Mapping[str, object]) -> str:
    """What an option with parameters of its own is called. Raises NotCarriedError."""
    name = option.get("_name")
    if not isinstance(name, str) or not re.fullmatch(NAME_PATTERN, name):
        raise NotCarriedError("one of its choices has parameters of its own, but no plain _name.")
    return name


def read_experiment(document: Mapping[str, object], space: str, limits: Limits) -> ReadResult:
    """An experiment's config, with its space under the key `space`, as a draft. Raises TooMuchError."""
    collected = Collected(limits)
    found = document[space]
    collect(found if isinstance(found, dict) else {}, collected)
    for key, path in _EXPERIMENT.items():
        if isinstance(value := document.get(key), (str, int)):
            collected.values[path] = value
    if "trialCommand" in document:
        collected.say(
            "run.objective",
            "NNI gives programs their parameters through nni.get_next_parameter().",
            "Write them as options of the command, such as --lr=($lr), and let the program print RESULT: and the number.",
            "warning",
        )
    tuner = document.get("tuner")
    arguments = tuner.get("classArgs") if isinstance(tuner, dict) else None
    if isinstance(arguments, dict) and arguments.get("optimize_mode") == "maximize":
        collected.values["search.direction"] = "max"
    for key in document:
        if key not in (space, "trialCommand", "tuner", *_EXPERIMENT):
            collected.ignore(key)
    return collected.result("an experiment of NNI")
