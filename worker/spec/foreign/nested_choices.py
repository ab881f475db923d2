"""Choices of hyperopt whose options are spaces of their own: what each option is called, and what exists only with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from worker.spec.foreign.constants import NoConstantError, called, calls, constant, owner, text_in
from worker.spec.logic.tree import Comparison, Membership, Name, Text, text_of
from worker.spec.raw_values import raw_text

_NAMING = (
    "type",
    "name",
    "model",
    "kind",
    "algorithm",
    "classifier",
    "method",
)  # keys whose text says what an option is
_MOST = 5_000  # a variable may stand for many nodes, many times


@dataclass
class Nested:
    """options: by choice (the id of its call), what its options are called. conditions: by call, with what it exists alone."""

    options: Mapping[int, Sequence[str]] = field(default_factory=dict)
    conditions: Mapping[int, str] = field(default_factory=dict)
    parents: Mapping[int, ast.Call] = field(default_factory=dict)


def found_in(tree: ast.Module) -> Nested:
    """The choices of a program that have spaces as options; what belongs to several of them is left as if it always existed."""
    assigned = _assigned(tree)
    insides = _Insides(assigned)
    options: dict[int, Sequence[str]] = {}
    owners: dict[int, dict[int, tuple[ast.Call, list[str]]]] = {}
    for choice in calls(tree):
        branches = list(_branches(choice, assigned))
        inner = [insides.of(branch) for branch in branches]
        if not any(inner):
            continue
        labels = options[id(choice)] = _labels(choice, branches, assigned)
        for label, parts in zip(labels, inner, strict=True):
            for part in parts:
                of_choice = owners.setdefault(id(part), {}).setdefault(id(choice), (choice, []))
                if label not in of_choice[1]:
                    of_choice[1].append(label)
    nested = Nested(options, {}, {})
    conditions, parents = {}, {}
    for part_id, by_choice in owners.items():
        if len(by_choice) == 1:
            [(choice, labels_of)] = by_choice.values()
            name = Name(_label(choice))
            every = len(labels_of) == len(options[id(choice)])
            texts = tuple(map(Text, labels_of))
            if not every:
                logic = (
                    Comparison((name, texts[0]), ("==",))
                    if len(texts) == 1
                    else Membership(name, texts, False)
                )
                conditions[part_id], parents[part_id] = text_of(logic), choice
    nested.conditions, nested.parents = conditions, parents
    return nested


def _label(call: ast.Call) -> str:
    words = [keyword.value for keyword in call.keywords if keyword.arg == "label"]
    return text_in([*call.args[:1], *words][0]) if call.args or words else ""


def _branches(call: ast.Call, assigned: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    """The options of a choice, without their shares."""
    if owner(call) != "hp" or called(call) not in ("choice", "pchoice"):
        return
    given = [
        *call.args[1:2],
        *(keyword.value for keyword in call.keywords if keyword.arg in ("options", "p_options")),
    ]
    listed = _meant(given[0], assigned) if given else None
    for option in listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else ():
        if called(call) == "pchoice":
            pair = _meant(option, assigned)
            if not isinstance(pair, (ast.List, ast.Tuple)) or len(pair.elts) != 2:
                return
            option = pair.elts[1]
        yield _meant(option, assigned)


class _Insides:
    """Looks into the options of all choices of a program, at no more nodes than are good for whoever reads a stranger's text."""

    def __init__(self, assigned: Mapping[str, ast.expr]) -> None:
        self._assigned = assigned
        self._left = _MOST

    def of(self, branch: ast.expr) -> list[ast.Call]:
        """The parameters of an option, but not those of choices within it."""
        found: list[ast.Call] = []
        nodes = [branch]
        while nodes and self._left > 0:
            self._left -= 1
            node = _meant(nodes.pop(), self._assigned)
            if isinstance(node, ast.Call) and owner(node) == "hp":
                found.append(node)
            else:
                nodes += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return found


def _labels(choice: ast.Call, branches: Sequence[ast.expr], assigned: Mapping[str, ast.expr]) -> list[str]:
    """What the options are called: by a text that stands in them, else by their place."""
    labels = [_called(branch, (_label(choice), *_NAMING), assigned) for branch in branches]
    plain = all(re.fullmatch(r"[^\x00-\x1f'\",]{1,60}", label) for label in labels) and len(
        set(labels)
    ) == len(labels)
    return labels if plain else [str(place) for place in range(len(branches))]


def _called(branch: ast.expr, keys: Sequence[str], assigned: Mapping[str, ast.expr]) -> str:
    if isinstance(branch, ast.Dict):
        texts = {
            raw_text(key.value): text
            for key, value in zip(branch.keys, branch.values, strict=True)
            if isinstance(key, ast.Constant) and (text := text_in(_meant(value, assigned)))
        }
        return next((texts[key] for key in keys if key in texts), next(iter(texts.values()), ""))
    if isinstance(branch, (ast.List, ast.Tuple)):
        return next(filter(None, (text_in(_meant(part, assigned)) for part in branch.elts)), "")
    if isinstance(branch, ast.Call) and owner(branch) == "hp":
        return _label(branch)
    try:
        return raw_text(constant(branch))
    except NoConstantError:
        return ""


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """The variables of a program that are set once, with what they are set to."""
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _meant(node: ast.expr, assigned: Mapping[str, ast.expr]) -> ast.expr:
    """What a variable stands for, and everything else for itself."""
    for _ in range(10):  # a variable may be set to another one
        if not isinstance(node, ast.Name) or node.id not in assigned:
            break
        node = assigned[node.id]
    return node
