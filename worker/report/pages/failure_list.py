"""The failures of a run as the report lists them: each cause with what to do, what was said, and how to see it again."""

from __future__ import annotations

from worker.report.data.failures import Cause, causes
from worker.report.data.results import Results
from worker.report.pages.html import Content, Markup, tag
from worker.report.pages.sections import copy_button
from worker.report.run_text import log_lines
from worker.spec.text import counted, visible
from worker.store.starter import run_command

_MOST_CAUSES = 12
_MOST_NUMBERS = 8  # of failed evaluations
_LAST_WORDS = 3  # lines of the log of a failed one


def failures(results: Results) -> Content:
    """The causes of failures, the most frequent first, each with what to do and how to see it again."""
    by_frequency = causes(results.trials)
    if not by_frequency:
        return tag("p", "No evaluation failed.") if results.trials else None
    left_out = len(by_frequency) - _MOST_CAUSES
    return (
        [_cause(results, cause, index) for index, cause in enumerate(by_frequency[:_MOST_CAUSES])],
        tag(
            "p",
            f"{counted(left_out, 'rarer cause')} {'is' if left_out == 1 else 'are'} left out. All of them: "
            f"{run_command('errors', results.paths, lasting=True)}",
        )
        if left_out > 0
        else None,
    )


def _cause(results: Results, cause: Cause, index: int) -> Markup:
    first = cause.trials[0]
    alike = len({trial.reason for trial in cause.trials}) == 1
    reason = cause.reason or "Nothing more is known."
    log_end = log_lines(results, first, _LAST_WORDS)
    name = f"failure-{index}"
    return tag(
        "div",
        tag("h3", cause.headline),
        tag("p", visible(reason if alike else f"For example evaluation {first.number}: {reason}")),
        tag(
            "p",
            f"{_numbers(cause)}. Log of the first: ",
            tag("code", str(results.paths.trial_out(first.number))),
        ),
        tag("pre", tag("code", "\n".join(log_end)), class_="wrap") if log_end else None,
        tag(
            "details",
            tag("summary", f"Run evaluation {first.number} again by hand"),
            tag("p", copy_button(name)),
            tag("pre", tag("code", results.commands.by_hand(first)), id=name, class_="wrap"),
        ),
        class_="cause",
    )


def _numbers(cause: Cause) -> str:
    """Which evaluations failed so, as many as a reader may want to look at."""
    shown = [str(trial.number) for trial in cause.trials[:_MOST_NUMBERS]]
    left_out = len(cause.trials) - len(shown)
    if left_out:
        return f"Evaluations {', '.join(shown)} and {left_out:,} more"
    return f"Evaluations {', '.join(shown)}" if len(shown) > 1 else f"Evaluation {shown[0]}"
