"""The run in figures, beside the answer of its report."""

from __future__ import annotations

from worker.report.data import outside
from worker.report.data.failures import infeasible_sentence
from worker.report.data.imports import imported_sentence
from worker.report.data.results import Results
from worker.report.data.saved_time import saved
from worker.report.data.summary import Summary, is_usable
from worker.report.pages.html import Markup, tag
from worker.search.outline import outline
from worker.spec.fields import BY_PATH
from worker.spec.text import duration_words
from worker.trial import Status

_LONG = 60  # letters of a fact, from which on it takes the room of two


def facts(results: Results, summary: Summary) -> Markup:
    """A list of terms; those with a sentence have the room of two."""
    usable = sum(map(is_usable, results.trials))
    failed = sum(trial.status.failure for trial in results.trials)
    running = summary.counts[Status.RUNNING]
    timed = sum(trial.seconds is not None for trial in results.trials)
    listed: list[tuple[str, str]] = [
        ("Evaluations", f"{len(results.trials):,}"),
        ("Points", f"{len(results.points):,}" if results.run.repeats > 1 else ""),
        ("With a result", f"{usable:,}"),
        ("Failed", tag("a", f"{failed:,}", href="#failures-part") if failed else "0"),
        ("Infeasible", infeasible_sentence(results.trials)),
        ("Running now", f"{running:,}" if running else ""),
        (BY_PATH["search.early_stopping"].label, saved(results.trials).sentence),
        ("Wall time", duration_words(summary.wall)),
        ("Inside the program", duration_words(summary.inside)),
        (
            "Mean of one evaluation",
            duration_words(summary.inside / timed) if timed else "",
        ),
        ("Search", f"{results.run.algorithm} ({outline(results.run, results.state.trials.values())})"),
        (
            "Outside of the ranges",
            outside.sentence(results.run, results.trials, summary.best) if results.ranges_changed else "",
        ),
        ("Imported", " ".join(map(imported_sentence, results.state.imports))),
        (BY_PATH["search.seed"].label, "" if results.state.seed is None else str(results.state.seed)),
        ("Workers", f"{summary.agents:,}"),
        ("Hosts", ", ".join(summary.hosts[:6]) + (" …" if len(summary.hosts) > 6 else "")),
    ]
    return tag(
        "dl",
        [
            tag("div", tag("dt", name), tag("dd", text), class_="long" if len(text) > _LONG else None)
            for name, text in listed
            if text
        ],
        class_="facts",
    )
