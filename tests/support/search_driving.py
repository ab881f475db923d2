"""Driving a search: trials asked for and told of, as by several workers, and rebuilt from what was noted."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from search_runs import ALL_TYPES, DRAWING, LEARNING, Spec, loss_of

from worker.search.searcher import Searcher
from worker.spec.parameters import Value

ALL = (*DRAWING, "gridsearch", "sobol")

SMALL: Spec = {
    "a": ("hp.choice", {"values": ["x", "y", "z"]}),
    "b": ("hp.choice", {"values": ["1", "2", "3", "4"]}),
}

MIXED: Spec = {name: ALL_TYPES[name] for name in ("uniform", "pchoice", "randint", "qlognormal", "lognormal")}

every_algorithm = pytest.mark.parametrize("algorithm", ALL)

drawing_algorithms = pytest.mark.parametrize("algorithm", DRAWING)

learning_algorithms = pytest.mark.parametrize("algorithm", LEARNING)


@dataclass(frozen=True)
class Event:
    """What a driver did with its searcher: proposed a trial, or told how it ended."""

    number: int
    values: dict[str, Value] | None = None
    loss: float | None = None


def flaky(values: object) -> float | None:
    """A loss, which every fourth trial or so has none of."""
    assert isinstance(values, dict)
    loss = loss_of(values)
    return None if int(loss * 1000) % 4 == 0 else loss


def drive(searcher: Searcher, first: int, last: int, workers: int, done: list[Event]) -> None:
    """Propose the trials from `first` on, and let them end out of order, `workers` of them in flight."""
    chance = random.Random(first)
    open_trials = {event.number: event.values for event in done if event.values is not None}
    for event in done:
        if event.values is None:
            del open_trials[event.number]
    for number in range(first, last):
        values = searcher.ask(number)
        assert values is not None
        done.append(Event(number, values))
        open_trials[number] = values
        if len(open_trials) >= workers:
            ended = chance.choice(sorted(open_trials))
            loss = flaky(open_trials.pop(ended))
            searcher.tell(ended, loss)
            done.append(Event(ended, None, loss))


def in_order(searcher: Searcher, events: list[Event]) -> None:
    """Replay events as they happened."""
    for event in events:
        if event.values is None:
            searcher.tell(event.number, event.loss)
        else:
            searcher.add(event.number, event.values)


def trial_by_trial(searcher: Searcher, events: list[Event]) -> None:
    """Replay the trials by number, each with its end."""
    ends = {event.number: event for event in events if event.values is None}
    for event in events:
        if event.values is not None:
            searcher.add(event.number, event.values)
            if end := ends.get(event.number):
                searcher.tell(event.number, end.loss)
