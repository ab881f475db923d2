"""What a person reads when a run ends: why, what came out, what went wrong, and where everything is."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from worker.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NO_SUCCESS, EXIT_RUNNING, EXIT_SYSTEM
from worker.launch import registry
from worker.progress.snapshot import clock, number_text
from worker.progress.tally import TRIED_BEFORE_GIVING_UP, Over, Tally
from worker.report.data import (
    bounds_remark,
    confirmation,
    equal_results,
    folds_remark,
    front_lines,
    own_setting,
)
from worker.report.data.failures import causes
from worker.report.data.rerun_commands import Commands
from worker.report.data.saved_time import saved
from worker.report.data.value_texts import mean_words, others_text
from worker.spec.budget import twice
from worker.spec.notation import value_text
from worker.spec.raw_values import duration_text
from worker.spec.run import Run
from worker.spec.text import counted, sentence_start, visible
from worker.store import log_text
from worker.store.origin import Origin
from worker.store.origin import origin as origin_of
from worker.store.paths import RunPaths
from worker.store.starter import command, lasts, menu_command, run_command
from worker.trial import Status, Trial

_MOST_REASONS = 5
_NO_REASON = "no reason is known"
_LAST_LINES = 5
_RESUMABLE = frozenset(over.value for over in (Over.RUNTIME, Over.STOPPED, Over.CANCELLED, Over.LEFT))
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
    sentences = {
        Over.BUDGET: (
            f"All {run.max_evals} {run.counted_as}s are done."
            if run.max_evals > 1
            else f"The only {run.counted_as} is done."
        ),
        Over.TARGET: f"The target of {run.target} is reached.",
        Over.PATIENCE: (
            f"{counted(run.patience, run.counted_as)} in a row {'was' if run.patience == 1 else 'were'} no better than the best before."
            f"{f' {detail}' if detail else ''}"
        ),
        Over.SPACE: f"{detail} The run ends with {counted(tally.ok, 'successful evaluation')}.",
        Over.FAILURES: detail or "Too many evaluations have failed.",
        Over.ALL_FAILED: (
            f"The first {TRIED_BEFORE_GIVING_UP} evaluations all failed, so the others would most likely fail, too."
        ),
        Over.BEFORE: f"{detail} No evaluation was begun.",
        Over.RUNTIME: f"The runtime of {clock(run.runtime)} is over.",
        Over.HOURS: f"The budget of {run.budget} pays for no more evaluations.",
        Over.STOPPED: "The run was stopped.",
        Over.CANCELLED: "The run was cancelled, together with its running evaluations.",
        Over.LEFT: "The driver has left; running evaluations go on for a while.",
        Over.NO_AGENTS: f"{detail} The run cannot go on.",
        Over.MOVED: (
            f"{detail} The workers leave, too. If the folder was moved, resume the run with its new path."
        ),
        Over.SUPERSEDED: "Another driver has taken over this run, so this one leaves.",
    }
    return sentences[over]


def next_step(over: str, run: Run, paths: RunPaths, tally: Tally) -> Iterator[str]:
    """Lines on how to go on with a run that ended so; over: the value of an `Over`, "" where that is not known."""
    resume = f"  {run_command('resume', paths)}"
    failed = over in (Over.FAILURES.value, Over.ALL_FAILED.value)
    if failed and not tally.ok:
        yield "If the program or one of its files was wrong, correct it; then, to continue:"
        yield resume
        yield (
            "If its command was wrong, correct it in this line, or start a corrected config under the same "
            "name; the old run is kept aside:"
        )
        yield f"  {_replaced(run, paths)}"
    elif failed:
        yield "Find out why; then, to continue:"
        yield resume
    elif over == Over.BEFORE.value:
        yield "Once that is corrected, to run it again and continue:"
        yield resume
    elif over == Over.NO_AGENTS.value:
        yield "Once that is fixed, to continue:"
        yield resume
    elif over in (Over.TARGET.value, Over.PATIENCE.value):
        yield "To go on all the same:"
        option = ("--target", "") if over == Over.TARGET.value else ("--patience", "0")
        yield f"  {run_command('resume', paths, *option)}"
    elif over == Over.HOURS.value and run.budget:
        yield "To continue with more:"
        yield f"  {run_command('resume', paths, '--budget', twice(run.budget))}"
    elif over in _RESUMABLE:
        yield "To continue:"
        yield resume
    if tally.counts[Status.OUT_OF_MEMORY] and run.memory:
        yield "To continue with more memory for each worker:"
        yield f"  {run_command('resume', paths, '--memory', str(2 * run.memory))}"
    if tally.counts[Status.TIMEOUT] and run.time_limit:
        yield "To continue with more time for each evaluation:"
        yield f"  {run_command('resume', paths, '--time-limit', duration_text(2 * run.time_limit))}"


def _replaced(run: Run, paths: RunPaths) -> str:
    """The line that starts the run anew under its name, with another command."""
    begun = origin_of(paths)
    scheduler = registry.called(begun.where)
    workdir = str(paths.home.root.absolute().parent)
    line = command(
        "start",
        str(paths.config),
        *(scheduler.start_options if scheduler else ()),
        "--existing",
        "replace",
        "--workdir",
        workdir,
        "--objective",
        run.objective,
    )
    return (
        f"cd {shlex.quote(begun.cwd)} && {line}"
        if begun.cwd and (lasts() or begun.cwd != str(Path.cwd()))
        else line
    )


def report(
    run: Run, paths: RunPaths, trials: Mapping[int, Trial], tally: Tally, origin: Origin
) -> Iterator[str]:
    """The lines below the ending's sentence: results, failures, and where everything is. Safe for a terminal."""
    counts = f"{tally.ok} successful"
    if stopped := tally.counts[Status.STOPPED_EARLY]:
        counts += f", {stopped} stopped early"
    if infeasible := tally.counts[Status.INFEASIBLE]:
        counts += f", {infeasible} infeasible"
    if tally.failures:
        counts += f", {tally.failures} failed"
    if tally.counts[Status.CANCELLED]:
        counts += f", {tally.counts[Status.CANCELLED]} cancelled"
    yield f"Evaluations: {counts}."
    if spared := saved(trials.values()).sentence:
        yield f"{spared}."
    if tally.failures:
        yield from failures(trials.values(), paths)
    if same := equal_results.sameness(trials.values()):
        yield from equal_results.sentences(run, same)
    if (best := confirmation.best_of(run, trials.values(), tally.best)) is not None:
        yield from _best(run, paths, trials, tally, best, origin, bool(same))
    yield f"Table of all evaluations: {visible(str(paths.csv))}"
    yield f"Output of each evaluation: {visible(str(paths.trials))}"
    yield f"Menu of results: {visible(menu_command(paths))}"
    yield f"Report on one page: {visible(run_command('report', paths))}"
    yield f"State of the run: {visible(run_command('status', paths))}"


def _best(
    run: Run,
    paths: RunPaths,
    trials: Mapping[int, Trial],
    tally: Tally,
    best: Trial,
    origin: Origin,
    same: bool,
) -> Iterator[str]:
    """The best point: what it came to, its parameters and its command. same: whether all results are equal."""
    mean = f"; {words}" if (words := mean_words(best)) else ""
    said = f"{number_text(best.loss)}{others_text(run, best)} (evaluation {best.number}{mean})"
    yield f"{sentence_start(run.best_result)}: {said}, with"
    yield from (
        f"  {name} = {visible(value_text(value, run.number_format))}" for name, value in best.values.items()
    )
    yield from confirmation.sentences(run, trials.values())
    if folds := folds_remark.remark(run, trials.values()):
        yield folds
    if not same and (beyond := bounds_remark.remark(run, best, tally.ok)):
        yield beyond
    if compared := own_setting.sentence(run, trials, best):
        yield compared
    yield "The command of that evaluation:"
    yield f"  {visible(Commands(run, paths, origin).ready(best))}"
    if front := front_lines.sentence(run, trials.values(), paths):
        yield visible(front)


def failures(trials: Iterable[Trial], paths: RunPaths) -> Iterator[str]:
    """Why evaluations failed, the most frequent reason first, with the last lines of one."""
    by_frequency = causes(trials)
    yield "Why evaluations failed:"
    for cause in by_frequency[:_MOST_REASONS]:
        alike = len({trial.reason for trial in cause.trials}) == 1
        failed, reason = f"{len(cause.trials)} x {cause.status.value}", visible(cause.reason) or _NO_REASON
        yield (
            f"  {failed}: {reason}"
            if alike
            else f"  {failed}: for example evaluation {cause.trials[0].number}: {reason}"
        )
    if len(by_frequency) > _MOST_REASONS:
        left = sum(len(cause.trials) for cause in by_frequency[_MOST_REASONS:])
        yield f"  and {left} for {len(by_frequency) - _MOST_REASONS} other reasons. All of them: {run_command('errors', paths)}"
    if not by_frequency:
        return
    example = by_frequency[0].trials[-1]
    lines = last_lines(paths, example.number)
    if lines:
        yield f"The last lines of evaluation {example.number}:"
        yield from (f"  | {line}" for line in lines)


def last_lines(paths: RunPaths, number: int) -> list[str]:
    """The last lines that an evaluation printed, standard error if it has some; safe for a terminal."""
    return last_lines_of(paths.trial_err(number)) or last_lines_of(paths.trial_out(number))


def last_lines_of(log: Path) -> list[str]:
    """The last lines of a log that are not blank, safe for a terminal; none where it is not there."""
    lines = [visible(line) for line in log_text.last_lines(log, _LOOKED_AT) if line.strip()]
    return lines[-_LAST_LINES:]
