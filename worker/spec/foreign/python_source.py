"""Search spaces in Python programs, as hyperopt, Ray Tune, Optuna and W&B have them: read as text, never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from worker.spec.config_limits import Limits
from worker.spec.foreign import nested_choices, optuna, wandb
from worker.spec.foreign import parameters as make
from worker.spec.foreign.collected import Collected, NotCarriedError
from worker.spec.foreign.constants import NoConstantError, called, calls, constant, owner, text_in
from worker.spec.foreign.nested_choices import Nested
from worker.spec.formats.input_limits import unreadable
from worker.spec.raw_values import raw_text
from worker.spec.run import ParameterDraft, ReadResult

# With an end to each repetition: this looks at whatever was pasted.
_SPACES = re.compile(
    r"\b(?:hp|tune)\.\w{1,40}\(|\.suggest_\w{1,40}\(|(?:Float|Int|Categorical|Uniform)Distribution\(|[\"']parameters[\"']\s{0,9}:"
)
Maker = Callable[..., ParameterDraft]


def _below(name: str, low: object, high: object = None) -> ParameterDraft:
    """Whole numbers from `low` (or 0, if it is alone) up to, not including, the other."""
    first, end = (0, low) if high is None else (low, high)
    return make.between(name, first, make.number(end) - 1, whole=True)


def _log_below(name: str, low: object, high: object) -> ParameterDraft:
    return make.between(name, low, make.number(high) - 1, whole=True, log=True)


def _shares(name: str, pairs: object) -> ParameterDraft:
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise NotCarriedError("its values have no probabilities.")
    return make.weighted(name, [value for _, value in pairs], [share for share, _ in pairs])


# The bounds of hyperopt's logarithmic types are exponents of e, those of Ray's the values themselves.
_HYPEROPT: Mapping[str, Maker] = {
    "choice": make.listed,
    "pchoice": _shares,
    "uniform": make.between,
    "quniform": make.multiples,
    "uniformint": make.whole,
    "randint": _below,
    "loguniform": make.by_exponents,
    "qloguniform": make.multiples_by_exponents,
    "normal": make.normal,
    "qnormal": make.normal,
    "lognormal": make.logarithmic(make.normal),
    "qlognormal": make.logarithmic(make.normal),
}
_RAY: Mapping[str, Maker] = {
    "choice": make.listed,
    "grid_search": make.listed,
    "uniform": make.between,
    "quniform": make.multiples,
    "loguniform": make.logarithmic(make.between),
    "qloguniform": make.logarithmic(make.multiples),
    "randn": make.normal,
    "qrandn": make.normal,
    "randint": _below,
    "qrandint": lambda name, low, high, q=1: make.multiples(name, low, high, q),
    "lograndint": _log_below,
    "qlograndint": make.logarithmic(make.multiples),
}
_OPTUNA = {
    "suggest_float": "FloatDistribution",
    "suggest_int": "IntDistribution",
    "suggest_categorical": "CategoricalDistribution",
    "suggest_uniform": "UniformDistribution",
    "suggest_loguniform": "LogUniformDistribution",
    "suggest_discrete_uniform": "DiscreteUniformDistribution",
}


def looks_like_one(text: str) -> bool:
    """Whether `text`, which is none of the formats of configs, could be a Python program with a search space in it."""
    return _SPACES.search(text) is not None


def parsed(text: str) -> ast.Module:
    """The syntax tree. Raises UnreadableError where it is no Python."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise unreadable(
            f"This looks like Python, but line {error.lineno} is none.", "Copy the whole file again."
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise unreadable(
            "This looks like Python, but is nested too deeply.", "Copy only the search space."
        ) from error


def read(text: str, limits: Limits) -> ReadResult:
    """The spaces in a program, in their order, as one draft. Raises UnreadableError."""
    tree = parsed(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and (sweep := _sweep(node)):
            return wandb.read(sweep, limits)
    collected = Collected(limits)
    names: set[str] = set()
    for line, name, maker, arguments, condition in _found(tree):
        if name in names:
            continue
        names.add(name)
        if not name:
            collected.leave_out(f"in line {line}", "its name is known only when the program runs.")
            continue
        try:
            make.check_name(name)
            made = maker(name, *(constant(argument) for argument in arguments))
            collected.add(replace(made, settings={**made.settings, "when": condition}) if condition else made)
        except TypeError:
            collected.leave_out(name, "it has too few or too many arguments.")
        except (NotCarriedError, NoConstantError) as error:
            collected.leave_out(name, error)
    _study(tree, collected)
    return collected.result("a search space in a Python program, which was not run")


def _sweep(node: ast.Dict) -> Mapping[str, object]:
    keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
    if "parameters" not in keys or keys.isdisjoint(("method", "metric")):
        return {}
    try:
        document = constant(node)
    except NoConstantError:
        return {}
    return document if isinstance(document, dict) and wandb.looks_like_one(document) else {}


_Found = tuple[int, str, Maker, Sequence[ast.expr], str]


def _found(tree: ast.Module) -> Iterator[_Found]:
    """Lines, names of parameters ("" where it is no plain text), how each is made, its arguments, and its condition; in the text's
    order, but what others depend on before these.
    """
    keys, nested = dict(_keys(tree)), nested_choices.found_in(tree)
    done: set[int] = set()

    def with_parents(node: ast.Call) -> Iterator[ast.Call]:
        if id(node) in done:
            return
        done.add(id(node))
        if id(node) in nested.parents:
            yield from with_parents(nested.parents[id(node)])
        yield node

    for call in calls(tree):
        for node in with_parents(call):
            for entry in _of_call(node, keys, nested):
                yield *entry, nested.conditions.get(id(node), "")


def _of_call(
    node: ast.Call, keys: Mapping[int, str], nested: Nested
) -> Iterator[tuple[int, str, Maker, Sequence[ast.expr]]]:
    kind = called(node)
    if owner(node) == "hp" and kind in _HYPEROPT:
        label = _text([*node.args[:1], *_keyword(node, "label")])
        if id(node) in nested.options:
            yield node.lineno, label, _nested(node, nested.options[id(node)]), []
        else:
            yield node.lineno, label, _HYPEROPT[kind], [*node.args[1:], *_others(node, "label")]
    elif owner(node) == "tune" and kind.islower() and id(node) in keys:
        yield node.lineno, keys[id(node)], _RAY.get(kind, _unknown), [*node.args, *_others(node)]
    elif kind in _OPTUNA:
        label = _text([*node.args[:1], *_keyword(node, "name")])
        yield node.lineno, label, _suggested(_OPTUNA[kind], node, len(node.args[:1])), []
    elif kind in _OPTUNA.values() and id(node) in keys:
        yield node.lineno, keys[id(node)], _suggested(kind, node, 0), []


def _nested(node: ast.Call, options: Sequence[str]) -> Maker:
    """A choice of what its options are called, with the shares that it has."""

    def maker(name: str) -> ParameterDraft:
        if called(node) == "choice":
            return make.listed(name, list(options))
        given = node.args[1] if len(node.args) > 1 else None
        pairs = given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
        shares = [pair.elts[0] for pair in pairs if isinstance(pair, (ast.List, ast.Tuple)) and pair.elts]
        return make.weighted(name, list(options), [constant(share) for share in shares])

    return maker


def _unknown(*_: object) -> ParameterDraft:
    raise NotCarriedError("there is no type like it here.")


def _keys(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The calls that stand behind a key: in a table, in dict(...), and in table[key] = ..."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield id(value), raw_text(key.value)
        elif isinstance(node, ast.Call) and called(node) == "dict":
            for keyword in node.keywords:
                yield id(keyword.value), keyword.arg or ""
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            index = node.targets[0].slice
            if isinstance(index, ast.Constant):
                yield id(node.value), raw_text(index.value)


def _suggested(distribution: str, node: ast.Call, first: int) -> Maker:
    """A parameter of Optuna from the arguments of its call, of which the first ones may have been read."""
    places = {
        "CategoricalDistribution": ("choices",),
        "DiscreteUniformDistribution": ("low", "high", "q"),
        "FloatDistribution": ("low", "high", "log", "step") if first == 0 else ("low", "high"),
        "IntDistribution": ("low", "high", "log", "step") if first == 0 else ("low", "high"),
    }.get(distribution, ("low", "high"))

    def maker(name: str) -> ParameterDraft:
        given = {
            place: constant(argument) for place, argument in zip(places, node.args[first:], strict=False)
        }
        given |= {
            keyword.arg or "": constant(keyword.value) for keyword in node.keywords if keyword.arg != "name"
        }
        return optuna.parameter(name, distribution, given)

    return maker


def _study(tree: ast.Module, collected: Collected) -> None:
    """What a study, a tuner or fmin was asked for."""
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if (
                keyword.arg in ("n_trials", "max_evals", "num_samples")
                and isinstance(value, int)
                and value > 0
            ):
                collected.values["search.max_evals"] = value
            elif (keyword.arg, value) in (("direction", "maximize"), ("mode", "max")):
                collected.values["search.direction"] = "max"


def _others(node: ast.Call, *without: str) -> list[ast.expr]:
    return [keyword.value for keyword in node.keywords if keyword.arg not in without]


def _keyword(node: ast.Call, name: str) -> list[ast.expr]:
    return [keyword.value for keyword in node.keywords if keyword.arg == name]


def _text(nodes: Sequence[ast.expr]) -> str:
    return text_in(nodes[0]) if nodes else ""
