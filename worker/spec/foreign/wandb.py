"""Sweeps of Weights & Biases: parameters, method, metric, and the command that is made from them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence

from worker.spec.config_limits import Limits
from worker.spec.foreign import parameters as make
from worker.spec.foreign.collected import Collected, NotCarriedError
from worker.spec.raw_values import raw_text
from worker.spec.run import ParameterDraft, ReadResult
from worker.spec.text import shown

_METHODS = {"bayes": "auto", "random": "hyperopt.rand.suggest", "grid": "gridsearch"}
_KNOWN = (
    "program",
    "method",
    "metric",
    "parameters",
    "command",
    "run_cap",
    "name",
    "project",
    "entity",
    "description",
)
_COMMAND = ("${env}", "python", "${program}", "${args}")  # what W&B runs where a sweep says nothing
_MACRO = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_RUN_NAME = re.compile(r"[^A-Za-z0-9_]+")
_MANY = 100  # evaluations of a sweep that has no limit


def _inverse(name: str, low: object, high: object) -> ParameterDraft:
    return make.by_exponents(name, -make.number(high), -make.number(low))


# W&B's distributions: the keys that each of them has, and how it is made. The bounds of log_uniform are exponents of e,
# those of log_uniform_values the values themselves.
_RANGE, _NORMAL = ("min", "max"), ("mu", "sigma")
_DISTRIBUTIONS: Mapping[str, tuple[tuple[str, ...], Callable[..., ParameterDraft]]] = {
    "uniform": (_RANGE, make.between),
    "int_uniform": (_RANGE, make.whole),
    "q_uniform": ((*_RANGE, "q"), make.multiples),
    "log_uniform": (_RANGE, make.by_exponents),
    "log_uniform_values": (_RANGE, make.logarithmic(make.between)),
    "q_log_uniform": ((*_RANGE, "q"), make.multiples_by_exponents),
    "q_log_uniform_values": ((*_RANGE, "q"), make.logarithmic(make.multiples)),
    "inv_log_uniform": (_RANGE, _inverse),
    "inv_log_uniform_values": (_RANGE, make.logarithmic(make.between)),
    "normal": (_NORMAL, make.normal),
    "q_normal": ((*_NORMAL, "q"), make.normal),
    "log_normal": (_NORMAL, make.logarithmic(make.normal)),
    "q_log_normal": ((*_NORMAL, "q"), make.logarithmic(make.normal)),
}
_DEFAULTS = {"mu": 0, "sigma": 1, "q": 1}


def looks_like_one(document: object) -> bool:
    """Whether a parsed document is a sweep."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("parameters"), dict)
        and ("method" in document or "program" in document or "metric" in document)
    )


def read(document: Mapping[str, object], limits: Limits) -> ReadResult:
    """The sweep as a draft. Raises TooMuchError."""
    collected = Collected(limits)
    parameters = document.get("parameters")
    _parameters(parameters if isinstance(parameters, dict) else {}, collected, "")
    _search(document, collected)
    command = document.get("command")
    words = [raw_text(word) for word in command] if isinstance(command, list) else _COMMAND
    if "program" in document or isinstance(command, list):
        collected.values["run.objective"] = _objective(
            words, raw_text(document.get("program", "")), collected
        )
    if name := _RUN_NAME.sub("_", raw_text(document.get("name") or "")).strip("_"):
        collected.values["run.name"] = name
    for key in document:
        if key not in _KNOWN:
            collected.ignore(key)
    return collected.result("a sweep of Weights & Biases")


def _search(document: Mapping[str, object], collected: Collected) -> None:
    method = raw_text(document.get("method", "bayes"))
    if method in _METHODS:
        collected.values["search.algorithm"] = _METHODS[method]
    else:
        collected.ignore(f"method {method}")
    metric = document.get("metric")
    name = raw_text(metric.get("name", "")) if isinstance(metric, dict) else ""
    if isinstance(metric, dict):
        if raw_text(metric.get("goal", "minimize")) == "maximize":
            collected.values["search.direction"] = "max"
        if "target" in metric:
            collected.values["search.target"] = metric["target"]
    collected.say(
        "run.objective",
        f"W&B took {shown(name) if name else 'the metric'} from the program's log.",
        f"Let the program print it, too: RESULT: and {'the value of ' + shown(name) if name else 'its value'}.",
        "warning",
    )
    cap = document.get("run_cap")
    collected.values["search.max_evals"] = cap if isinstance(cap, int) else _MANY
    if cap is None:
        collected.say("search.max_evals", "The sweep has no run_cap.", f"{_MANY} evaluations are assumed.")


def _parameters(table: Mapping[str, object], collected: Collected, prefix: str) -> None:
    for key, entry in table.items():
        name = f"{prefix}{key}"
        if isinstance(entry, dict) and isinstance(entry.get("parameters"), dict) and len(prefix) < 100:
            _parameters(entry["parameters"], collected, f"{name}.")
            continue
        try:
            make.check_name(name)
            collected.add(_parameter(name, entry))
        except NotCarriedError as error:
            collected.leave_out(name, error)


def _parameter(name: str, entry: object) -> ParameterDraft:
    if not isinstance(entry, dict):
        raise NotCarriedError("it has neither values nor a range.")
    if "value" in entry:
        return make.fixed(name, entry["value"])
    if "values" in entry:
        values, shares = entry["values"], entry.get("probabilities")
        if isinstance(values, list) and isinstance(shares, list):
            return make.weighted(name, values, shares)
        return make.listed(name, values)
    kind = entry.get("distribution", _usual(entry))
    if not isinstance(kind, str) or kind not in _DISTRIBUTIONS:
        raise NotCarriedError(f"there is no type like its distribution {shown(raw_text(kind))} here.")
    keys, maker = _DISTRIBUTIONS[kind]
    return maker(name, *(entry.get(key, _DEFAULTS.get(key)) for key in keys))


def _usual(entry: Mapping[str, object]) -> str:
    """What W&B takes where no distribution is named: whole numbers between whole bounds."""
    if "mu" in entry or "sigma" in entry:
        return "normal"
    whole = all(isinstance(entry.get(key), int) for key in _RANGE)
    return "int_uniform" if whole else "uniform"


def _objective(words: Sequence[str], program: str, collected: Collected) -> str:
    """The command with a placeholder for each parameter."""
    names = [parameter.name for parameter in collected.parameters]
    arguments = {
        "args": " ".join(f"--{name}=($" + f"{name})" for name in names),
        "args_no_hyphens": " ".join(f"{name}=($" + f"{name})" for name in names),
        "program": shlex.quote(program),
        "env": "/usr/bin/env",
        "interpreter": "python3",
    }
    arguments["args_no_boolean_flags"] = arguments["args"]

    def replaced(match: re.Match[str]) -> str:
        if match[1] == "envvar" and match[2]:
            return f'"${match[2]}"'
        if match[1] not in arguments:
            collected.say(
                "run.objective",
                f"{match[0]} of the sweep's command cannot be written here.",
                "Write the parameters as options, such as --lr=($lr).",
                "warning",
            )
            return ""
        return arguments[match[1]]

    line = " ".join(filled for word in words if (filled := _filled(word, replaced)))
    return line.removeprefix("/usr/bin/env ")


def _filled(word: str, replaced: Callable[[re.Match[str]], str]) -> str:
    """A word of the command, quoted but for what stands in place of its macros."""
    pieces, start = [], 0
    for match in _MACRO.finditer(word):
        pieces += [word[start : match.start()], replaced(match)]
        start = match.end()
    pieces.append(word[start:])
    return "".join(piece if index % 2 else piece and shlex.quote(piece) for index, piece in enumerate(pieces))
