"""What a person reads when a run ends: why, what came out, what went wrong, and where everything is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.driver.budget import TRIED_BEFORE_GIVING_UP, Over, Tally
from worker.driver.view import clock, number_text
from worker.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NO_SUCCESS, EXIT_RUNNING, EXIT_SYSTEM
from worker.report.byhand import Commands
from worker.report.failures import causes
from worker.spec.placeholders import value_text
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store import logs
from worker.store.origin import Origin
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

_MOST_REASONS = 5
_LAST_LINES = 5
_LOOKED_AT = 40  # lines of an output among which the last ones that are not blank are looked for


@dataclass(frozen=True)
class Ending:
    """How a driver ended: why, in a sentence, and the exit code. detail: what the search or the launcher said about it."""

    over: Over
    sentence: str
    exit_code: int
    detail: str = ""


def ending(over: Over, run: Run, tally: Tally, detail: str = "") -> Ending:
    """The ending of a run for the reason `over`. detail: the sentence of the search or of the launcher."""
    code = EXIT_DONE if tally.ok else EXIT_NO_SUCCESS
    if over in (Over.STOPPED, Over.CANCELLED, Over.LEFT):
        code = EXIT_INTERRUPTED
    elif over in (Over.NO_AGENTS, Over.MOVED):
        code = EXIT_SYSTEM
    elif over is Over.SUPERSEDED:
        code = EXIT_RUNNING
    return Ending(over, _sentence(over, run, tally, detail), code, detail)


def _sentence(over: Over, run: Run, tally: Tally, detail: str) -> str:
    go_on = f"omniopt resume {run.name} goes on."
    sentences = {
        Over.BUDGET: f"All {run.max_evals} evaluations are done.",
        Over.SPACE: f"{detail} The run ends with {tally.ok} of {run.max_evals} evaluations.",
        Over.FAILURES: f"{detail} See why, then {go_on}",
        Over.ALL_FAILED: (
            f"The first {TRIED_BEFORE_GIVING_UP} evaluations all failed, so the others would most likely fail, too; "
            f"correct what is wrong, then {go_on}"
        ),
        Over.RUNTIME: f"The runtime of {clock(run.runtime)} is over; {go_on}",
        Over.STOPPED: f"The run was stopped; {go_on}",
        Over.CANCELLED: f"The run was cancelled, with the evaluations in progress; {go_on}",
        Over.LEFT: f"The driver has left, evaluations in progress go on for a while; {go_on}",
        Over.NO_AGENTS: f"{detail} So the run cannot go on. Once that is put right, {go_on}",
        Over.MOVED: (
            f"{detail} The workers leave, too. If the folder was moved, omniopt resume with its new path goes on there."
        ),
        Over.SUPERSEDED: "Another driver has taken over this run, so this one leaves.",
    }
    return sentences[over]


def report(
    run: Run, paths: RunPaths, trials: Mapping[int, Trial], tally: Tally, origin: Origin
) -> Iterator[str]:
    """The lines below the ending's sentence: results, failures, and where everything is. Safe for a terminal."""
    counts = f"{tally.ok} successful"
    if tally.failures:
        counts += f", {tally.failures} failed"
    if tally.counts[Status.CANCELLED]:
        counts += f", {tally.counts[Status.CANCELLED]} cancelled"
    yield f"Evaluations: {counts}."
    if tally.failures:
        yield from failures(trials.values(), paths)
    if tally.best is not None:
        yield f"Best RESULT: {number_text(tally.best.loss)} (evaluation {tally.best.number}), with"
        yield from (f"  {name} = {visible(value_text(value))}" for name, value in tally.best.values.items())
        yield "The command of that evaluation:"
        yield f"  {visible(Commands(run, paths, origin).ready(tally.best))}"
    yield f"Table of all evaluations: {visible(str(paths.csv))}"
    yield f"Output of each evaluation: {visible(str(paths.trials))}"


def failures(trials: Iterable[Trial], paths: RunPaths) -> Iterator[str]:
    """Why evaluations failed, the most frequent reason first, with the last lines of one."""
    found = causes(trials)
    yield "Why evaluations failed:"
    for cause in found[:_MOST_REASONS]:
        alike = len({trial.reason for trial in cause.trials}) == 1
        which = "" if alike else f"for example evaluation {cause.trials[0].number}: "
        yield f"  {len(cause.trials)} x {cause.status.value}: {which}{visible(cause.reason) or 'no reason is known'}"
    if len(found) > _MOST_REASONS:
        left = sum(len(cause.trials) for cause in found[_MOST_REASONS:])
        yield f"  and {left} for {len(found) - _MOST_REASONS} other reasons; omniopt errors {paths.name} lists them all"
    if not found:
        return
    example = found[0].trials[-1]
    lines = last_lines(paths, example.number)
    if lines:
        yield f"The last lines of evaluation {example.number}:"
        yield from (f"  | {line}" for line in lines)


def last_lines(paths: RunPaths, number: int) -> list[str]:
    """The last lines that an evaluation printed, standard error if it has some; safe for a terminal."""
    for path in (paths.trial_err(number), paths.trial_out(number)):
        lines = [visible(line) for line in logs.last_lines(path, _LOOKED_AT) if line.strip()]
        if lines:
            return lines[-_LAST_LINES:]
    return []
