"""What a paper says of a run: how it was searched, in sentences, and the tables of its space and of its best values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from worker import __version__
from worker.report.data.code_and_machines import lines
from worker.report.data.results import Results
from worker.report.data.searched import searched
from worker.report.data.summary import Summary, hours_text, is_usable, summarize
from worker.report.data.value_texts import mean_words, output_text
from worker.spec.algorithms import ALGORITHMS
from worker.spec.notation import real_text, value_text
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter
from worker.spec.run import Run
from worker.spec.text import counted, duration_words
from worker.store.provenance import Provenance

_MOST_OPTIONS = 12


@dataclass(frozen=True)
class Table:
    """A table with what stands above it; label: by which a text refers to it."""

    label: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Paper:
    """All that is written for a paper. sentences: the paragraph of methods, to which a reference to OmniOpt belongs."""

    name: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]


def paper(results: Results, known: Provenance) -> Paper:
    """What a paper says of the run as it stands; `known` is what it came about with."""
    summary = summarize(results)
    tables = [_space(results.run)]
    if summary.best is not None:
        tables.append(_best(results, summary))
    return Paper(results.run.name, tuple(_sentences(results, summary, known)), tuple(tables))


def _sentences(results: Results, summary: Summary, known: Provenance) -> list[str]:
    run, state = results.run, results.state
    goals = ", ".join(f"{'maximizing' if goal.maximises else 'minimizing'} {goal.name}" for goal in run.goals)
    seed = "" if state.seed is None else f" (seed {state.seed})"
    sentences = [
        f"We searched {counted(len(run.parameters), 'parameter')} with OmniOpt {__version__}, {goals}.",
        f"Points were proposed by {run.algorithm}{seed}: {ALGORITHMS[run.algorithm].summary.rstrip('.')}.",
        _budget(results),
        _failures(results),
        _effort(summary),
    ]
    facts: dict[str, list[str]] = {}
    for heading, text in lines(known):
        facts.setdefault(heading, []).append(text)
    named = {
        "Machines": "Evaluations ran on these machines: ",
        "Version in git": "The program is at this version in git: ",
        "Its environment": "Its environment: ",
        "OmniOpt": "The search ran with OmniOpt ",
    }
    sentences += [
        f"{begin}{'; '.join(facts[heading])}." for heading, begin in named.items() if heading in facts
    ]
    return [sentence for sentence in sentences if sentence]


def _budget(results: Results) -> str:
    run = results.run
    times = f", {run.repeats} times each" if run.repeats > 1 else ""
    done = counted(len(results.points), "point")
    imported = sum(trial.imported for trial in results.trials)
    known = (
        f"; {counted(imported, 'result')} of earlier runs {'was' if imported == 1 else 'were'} known before"
        if imported
        else ""
    )
    why = results.state.ended.reason if results.state.ended else "The run has not ended."
    return f"Of a budget of {run.max_evals:,} evaluations, {done} {'was' if len(results.points) == 1 else 'were'} evaluated{times}{known}. {why}"


def _failures(results: Results) -> str:
    counts = Counter(
        trial.status.value for trial in results.trials if trial.status.ended and not is_usable(trial)
    )
    if not counts:
        return "All evaluations gave a result."
    listed = ", ".join(f"{count:,} {status}" for status, count in counts.most_common())
    return f"{counted(sum(counts.values()), 'evaluation')} gave no result that counts ({listed})."


def _effort(summary: Summary) -> str:
    if not summary.agents:
        return ""
    cost = summary.cost
    gpus = f" and {hours_text(cost.gpu_hours)} GPU hours" if cost.gpu_hours else ""
    return (
        f"The search took {duration_words(summary.wall)} with {counted(summary.agents, 'worker')} on "
        f"{counted(len(summary.hosts), 'host')}: {hours_text(cost.cpu_hours)} CPU core hours{gpus}."
    )


def _space(run: Run) -> Table:
    conditions = any(parameter.when for parameter in run.parameters)
    head = ("Parameter", "Type", "Range", *(("Only when",) if conditions else ()))
    rows = tuple(
        (
            parameter.name,
            type_of(parameter).value,
            range_text(parameter, run.precision),
            *((parameter.when,) if conditions else ()),
        )
        for parameter in run.parameters
    )
    return Table("space", f"The search space of {run.name}.", head, rows)


def range_text(parameter: Parameter, precision: int) -> str:
    """The searched range in one cell: the listed values, or the ends with the scale and the step."""
    kind = type_of(parameter)
    if kind.value == "category":
        options = parameter.options
        shown = ", ".join(options[:_MOST_OPTIONS])
        return shown if len(options) <= _MOST_OPTIONS else f"{shown}, ... ({len(options):,} values)"
    log = ", logarithmic" if kind.logarithmic(parameter) else ""
    found = searched(parameter, precision)
    if found is None:
        settings = (f"{key} = {value}" for key, value in parameter.settings.items() if key != "when")
        return f"{', '.join(settings)} ({parameter.type})"
    step = (
        f", step {_text(found.step)}" if found.step and (found.step != 1 or kind.value != "integer") else ""
    )
    return f"{_text(found.low)} to {_text(found.high)}{log}{step}"


def _text(number: float) -> str:
    return real_text(int(number) if number == int(number) and abs(number) < 2**53 else number)


def _best(results: Results, summary: Summary) -> Table:
    best, run = summary.best, results.run
    assert best is not None
    rows = [(name, value_text(value, run.number_format)) for name, value in best.values.items()]
    main = "none" if best.loss is None else real_text(best.loss)
    rows += [
        (goal.name, main if goal.name == run.main.name else output_text(best, goal.name))
        for goal in run.goals
    ]
    words = mean_words(best)
    said = f" {run.main.name} is the {words}." if words else ""
    return Table(
        "best",
        f"The best values of {run.name}, found by evaluation {best.number}.{said}",
        ("Name", "Value"),
        tuple(rows),
    )
