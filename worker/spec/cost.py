"""What a run may use, and whether its evaluations fit into it, said before it starts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from worker.spec.budget import Hours, budget_of
from worker.spec.confirmation import confirm_of
from worker.spec.raw_values import ConversionError
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.spec.text import counted, duration_words, quoted
from worker.spec.units import is_bare, seconds

_EXAMPLES = "90 s, 6 min or 1.5 h"


@dataclass(frozen=True)
class Cost:
    """The limits of a run, as far as its cost goes.

    evaluations: how many it makes at most, repeats included. runtime: the seconds that it has for them. each: what a
    worker has of nodes, cores and GPUs. runs: how often all of this is done, one after the other.
    """

    workers: int
    evaluations: int
    runtime: int
    each: Hours
    runs: int = 1

    @property
    def for_each_worker(self) -> int:
        """How many evaluations the worker makes that makes most of them."""
        return -(-self.evaluations // self.workers)

    @property
    def longest(self) -> float:
        """How many seconds an evaluation may take where all are to fit."""
        return self.runtime / self.for_each_worker

    def span(self, one: float) -> float:
        """The seconds that a run takes where an evaluation takes `one`."""
        return min(self.runtime, self.for_each_worker * one)

    def made(self, one: float) -> int:
        """How many evaluations of `one` second each a run makes."""
        rounds = min(self.for_each_worker, math.floor(self.runtime / one + 1e-9))
        return min(self.evaluations, self.workers * rounds)

    def hours(self, span: float) -> Hours:
        """What all workers have in `span` seconds of each of the runs."""
        return Hours().plus(self.each, self.workers * self.runs * span / 3600)


def cost_of(run: Run) -> Cost:
    """The cost of a run; a budget of hours shortens its runtime, as far as its workers all work."""
    share, confirm, budget = shares(run), confirm_of(run.confirm), budget_of(run.budget)
    each = Hours(share.nodes, share.cpus * share.tasks, share.all_gpus)
    again = confirm.best * confirm.times if confirm else 0
    runtime = run.runtime
    if budget and budget.of(each):
        runtime = max(1, min(runtime, int(3600 * budget.amount / (budget.of(each) * run.workers))))
    return Cost(run.workers, run.max_evals * run.repeats + again, runtime, each, max(1, len(run.seed)))


def limits_sentence(cost: Cost) -> str:
    """What the run may use at most, and how long an evaluation may take where all are to fit."""
    workers = counted(cost.workers, "worker")
    runs = f"{counted(cost.runs, 'run')} of " if cost.runs > 1 else ""
    upper = "Up to " if cost.workers > 1 else ""
    used = f"{runs}{upper.lower() if runs else upper}{workers} × {duration_words(cost.runtime)} = {used_words(cost, cost.runtime)}"
    share = (
        f"; {counted(cost.evaluations, 'evaluation')} are {cost.for_each_worker:,} for each worker"
        if cost.workers > 1 and cost.evaluations > 1
        else ""
    )
    fits = (
        "it fits if it takes"
        if cost.evaluations == 1
        else "all of them fit if one takes"
        if share
        else f"{counted(cost.evaluations, 'evaluation')} fit if one takes"
    )
    return f"{used}{share}; {fits} at most {duration_words(_down(cost.longest))}."


def estimate_sentence(cost: Cost, one: float) -> str:
    """What comes of it where an evaluation takes `one` second: how long it takes, what it uses, and whether it fits.

    one: more than 0.
    """
    made, span = cost.made(one), cost.span(one)
    if made == 0:
        return f"Not one evaluation of {duration_words(one)} ends within {duration_words(cost.runtime)}."
    each = " each" if cost.runs > 1 else ""
    if made < cost.evaluations:
        return (
            f"At {duration_words(one)} for one, about {made:,} of {counted(cost.evaluations, 'evaluation')} fit into "
            f"{duration_words(cost.runtime)}{each}; that is {used_words(cost, span)}."
        )
    share = span / cost.runtime
    part = "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
    return (
        f"At {duration_words(one)} for one, all {counted(cost.evaluations, 'evaluation')} take about "
        f"{duration_words(span)}{each}, {part} of the runtime, and use {used_words(cost, span)}."
    )


def used_words(cost: Cost, span: float) -> str:
    """The hours of the dearest thing that the workers have for `span` seconds, and those of the cores beside GPUs."""
    hours = cost.hours(span)
    cores = _hours(hours.core, "core")
    return f"{_hours(hours.gpu, 'GPU')} ({cores})" if hours.gpu else cores


def duration_of_one(text: str) -> float | None:
    """The seconds that a person says one evaluation takes; None for nothing. Raises ConversionError."""
    text = text.strip()
    if not text:
        return None
    found = seconds(text)
    if found is None and is_bare(text):
        raise ConversionError(
            f"{quoted(text)} has no unit.", f"Write {text} s, {text} min or {text} h, whichever it is."
        )
    if found is None:
        raise ConversionError(f"{quoted(text)} is not a duration.", f"Write for example {_EXAMPLES}.")
    if not found:
        raise ConversionError("An evaluation takes some time.", f"Write for example {_EXAMPLES}.")
    return float(found)


def _down(exact: float) -> float:
    """Rounded down, so that what is said to fit does: to whole seconds from a minute on, else to a tenth or three digits."""
    if exact >= 60:
        return math.floor(exact)
    step = 10 if exact >= 10 else 100
    return max(math.floor(exact * step) / step, 0.001)


def _hours(hours: float, what: str) -> str:
    number = f"{hours:,.0f}" if hours >= 100 else f"{hours:.3g}"
    return f"{number} {what} {'hour' if number == '1' else 'hours'}"
