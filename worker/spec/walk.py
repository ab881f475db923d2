"""Goes through the points that conditions and constraints leave of a space, parameter by parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from worker.spec.parameters import Value
from worker.spec.rules import Rules

_ABSENT, _NO_MORE = -1, -2  # in place of the index of a value


@dataclass(frozen=True)
class Steps:
    """The values that a walk takes of a parameter, by their index."""

    name: str
    count: int
    value: Callable[[int], Value]


def walk(steps: Sequence[Steps], rules: Rules) -> Iterator[dict[str, Value] | None]:
    """Every allowed point once, the last parameter varying fastest, and None for each step on the way.

    A constraint is asked as soon as the parameters so far decide it, so that whole branches need not be gone through. Yielding at
    each step, it leaves it to the caller when to give up.
    """
    point: dict[str, Value] = {}
    choices = [_choices(steps[0], rules, point)]
    while choices:
        place = len(choices) - 1
        name = steps[place].name
        point.pop(name, None)
        index = next(choices[-1], _NO_MORE)
        if index == _NO_MORE:
            choices.pop()
            continue
        if index != _ABSENT:
            point[name] = steps[place].value(index)
            if not rules.allows_so_far(place, point):
                yield None
                continue
        if place + 1 < len(steps):
            choices.append(_choices(steps[place + 1], rules, point))
            yield None
        else:
            yield dict(point)


def _choices(step: Steps, rules: Rules, point: dict[str, Value]) -> Iterator[int]:
    return iter(range(step.count)) if rules.exists(step.name, point) else iter((_ABSENT,))
