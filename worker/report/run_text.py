"""A run as plain text for a terminal: figures, failures with advice, and its logs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from worker.report.data import bounds_remark, equal_results, folds_remark, front_lines, outside, own_setting
from worker.report.data.failure_checks import findings
from worker.report.data.failures import causes, infeasible_sentence
from worker.report.data.imports import imported_sentence
from worker.report.data.results import Results
from worker.report.data.saved_time import saved
from worker.report.data.summary import best_first, hours_text, is_usable, summarize
from worker.report.data.table import moment
from worker.report.data.value_texts import loss_text, mean_words, others_text, results_text
from worker.search.outline import outline
from worker.spec.notation import real_text, value_text
from worker.spec.run import Run
from worker.spec.setting_values import setting_text
from worker.spec.text import counted, duration_words, sentence_start, visible
from worker.store.log_text import last_lines
from worker.trial import Trial

_POSITION = re.compile(r"\(\$x_(\d{1,4})\)")
_TAIL = 1 << 16  # bytes of a log that are searched
_SIGNS = ("Broken pipe", "Permission denied", "No space left on device", "CUDA out of memory", "Traceback")


def summary(results: Results) -> Iterator[str]:
    """The run in figures: best parameters, how evaluations ended, time, nodes, cost, and what was optimized."""
    figures, state = summarize(results), results.state
    reason = f": {state.ended.reason}" if state.ended else ""
    yield f"Run {results.run.name} ({results.claim.word}{reason})"
    if figures.best is None:
        yield "Best: no evaluation has a usable result yet"
    else:
        mean = f" ({words})" if (words := mean_words(figures.best)) else ""
        others = others_text(results.run, figures.best)
        best = f"{loss_text(figures.best)}{others}{mean} at evaluation {figures.best.number}"
        yield f"{sentence_start(results.run.best_result)} {best}, with"
        for name, value in figures.best.values.items():
            yield f"  {name} = {visible(value_text(value, results.run.number_format))}"
        if results.confirmation:
            yield from (f"  {line}" for line in results.confirmation.sentences())
        if compared := own_setting.sentence(results.run, results.trials, figures.best):
            yield f"  {compared}"
        yield f"  command: {visible(results.commands.ready(figures.best))}"
        if front := front_lines.sentence(results.run, results.trials, results.paths):
            yield visible(front)
    if remark := equal_results.remark(results.run, results.trials):
        yield visible(remark)
    elif remark := bounds_remark.remark(results.run, figures.best, sum(map(is_usable, results.trials))):
        yield remark
    if folds := folds_remark.remark(results.run, results.trials):
        yield folds
    parts = ", ".join(f"{count:,} {status.value}" for status, count in sorted(figures.counts.items()))
    yield f"Evaluations: {len(results.trials):,}" + (f" ({parts})" if parts else "")
    if spared := saved(results.trials).sentence:
        yield spared
    yield f"Wall-clock time: {duration_words(figures.wall)}, inside the program {duration_words(figures.inside)}"
    yield f"Workers: {figures.agents}; hosts: {visible(', '.join(figures.hosts)) or 'none yet'}"
    cost = figures.cost
    gpu = f", {hours_text(cost.gpu_hours)} GPU hours" if cost.gpu_hours != 0 else ""
    yield f"Used: {cost.worker_hours:.3f} worker hours, {cost.node_hours:.3f} node hours, {hours_text(cost.cpu_hours)} CPU hours{gpu}"
    if figures.allocated and figures.allocated.sentence:
        yield sentence_start(figures.allocated.sentence)
    if infeasible := infeasible_sentence(state.trials.values()):
        yield visible(f"Infeasible: {infeasible}")
    yield f"Search: {results.run.algorithm}, seed {'unknown' if state.seed is None else state.seed}"
    yield f"  {outline(results.run, state.trials.values())}"
    yield from (f"  {visible(imported_sentence(record))}" for record in state.imports)
    if results.ranges_changed and (beyond := outside.sentence(results.run, results.trials, figures.best)):
        yield beyond
    yield from objective(results.run)
    for index, parameter in enumerate(results.run.parameters):
        settings = ", ".join(
            key if value is True else f"{key} {visible(setting_text(value))}"
            for key, value in parameter.settings.items()
        )
        yield f"  ($x_{index}) {parameter.name}: {parameter.type}, {settings}"


def objective(run: Run) -> Iterator[str]:
    """The objective program, with the names of the parameters drawn under their placeholders."""
    line = visible(run.objective)
    names = [parameter.name for parameter in run.parameters]
    marks = [
        (match.start(), names[int(match[1])])
        for match in _POSITION.finditer(line)
        if int(match[1]) < len(names)
    ]
    yield "Objective:"
    yield f"  {line}"
    for drawn in range(len(marks), 0, -1):
        bars = [" "] * (marks[drawn - 1][0] + 1)
        for column, _ in marks[: drawn - 1]:
            bars[column] = "|"
        yield f"  {''.join(bars[:-1])}{marks[drawn - 1][1]}"


def errors(results: Results) -> Iterator[str]:
    """What is wrong: checks from here, then failed evaluations by cause, each with how to see it again."""
    nothing = True
    for sentence in findings(results):
        nothing = False
        yield visible(f"* {sentence}")
    for cause in causes(results.trials):
        first, count = cause.trials[0], len(cause.trials)
        if not nothing:
            yield ""
        nothing = False
        yield f"{cause.headline}:"
        yield visible(f"  {cause.reason or 'Nothing more is known.'}")
        numbers = ", ".join(str(trial.number) for trial in cause.trials[:10])
        yield f"  evaluations {numbers}{', ...' if count > 10 else ''}"
        for line in log_lines(results, first, 5):
            yield f"  | {line}"
        yield visible(f"  its log: {results.paths.trial_out(first.number)}")
        yield visible(f"  run it again by hand: {results.commands.by_hand(first)}")
    if nothing:
        yield "No problems found: no evaluation failed, and program and disk look fine."


def log_lines(results: Results, trial: Trial, count: int) -> list[str]:
    """The last lines that an evaluation printed, standard error if it has some; safe for a terminal."""
    for path in (results.paths.trial_err(trial.number), results.paths.trial_out(trial.number)):
        lines = [visible(line) for line in last_lines(path, count) if line.strip()]
        if lines:
            return lines
    return []


def logs(results: Results, trials: Sequence[Trial]) -> Iterator[str]:
    """A line for each of the logs of `trials`, and behind them, where it stays on the screen, what they tell together."""
    yield f"{'trial':>7}  {'status':<13}  {results.run.main.name:<22}  {'seconds':>10}  log"
    for trial in trials:
        path = results.paths.trial_out(trial.number)
        seconds = "" if trial.seconds is None else f"{trial.seconds:.3f}"
        yield visible(
            f"{trial.number:>7}  {trial.status.value:<13}  {loss_text(trial):<22}  {seconds:>10}  {path}"
        )
    yield ""
    usable = best_first(trials, results.run)
    yield f"{counted(len(trials), 'evaluation')}, {len(usable):,} of them with a result that counts"
    if usable:
        best, worst = usable[0], usable[-1]
        yield f"best {loss_text(best)} (evaluation {best.number}), worst {loss_text(worst)} (evaluation {worst.number})"
    for status, count in sorted(Counter(trial.status for trial in trials).items()):
        yield f"  {status.value}: {count:,}"
    for sign, count in _signs(results, [trial for trial in trials if trial.status.failure]).items():
        yield f'  logs of failed ones with "{sign}": {count:,}'


def _signs(results: Results, trials: Sequence[Trial]) -> dict[str, int]:
    """How many logs have each of the well-known words near their end."""
    occurrences: Counter[str] = Counter()
    for trial in trials:
        text = "".join(
            _tail(path(trial.number)) for path in (results.paths.trial_out, results.paths.trial_err)
        )
        occurrences.update(sign for sign in _SIGNS if sign in text)
    return dict(occurrences.most_common())


def _tail(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _TAIL))
        return file.read().decode(errors="replace")
    return ""


def log(results: Results, trial: Trial, count: int) -> Iterator[str]:
    """What is known of one evaluation, and the last `count` lines of both of its streams."""
    yield f"Evaluation {trial.number}: {trial.status.value}, {results_text(results.run, trial)}"
    if trial.reason:
        yield visible(trial.reason)
    for name, value in trial.values.items():
        yield f"  {name} = {visible(value_text(value, results.run.number_format))}"
    for name, number in trial.outputs.items():
        yield f"  {visible(name)}: {real_text(number)}"
    facts = {
        "exit code": trial.exit_code,
        "signal": trial.signal,
        "seconds": trial.seconds,
        "peak memory (MB)": trial.peak_memory,
        "start": moment(trial.start) or None,
        "host": trial.host or None,
        "attempt": trial.attempt,
    }
    yield "  " + ", ".join(f"{name} {visible(str(fact))}" for name, fact in facts.items() if fact is not None)
    yield visible(f"  command: {results.commands.of(trial.values, trial.number)}")
    for name, path in (
        ("standard output", results.paths.trial_out(trial.number)),
        ("standard error", results.paths.trial_err(trial.number)),
    ):
        lines = last_lines(path, count)
        if lines and lines != [""]:
            yield visible(f"{name} ({path}), its last lines:")
            yield from (f"  | {visible(line)}" for line in lines)
