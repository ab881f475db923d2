"""The answer that a page or text begins with: the best parameters, what they reached, and how sure that is."""

from __future__ import annotations

from worker.report.data import own_setting
from worker.report.data.results import Results
from worker.report.data.summary import answer as best
from worker.report.data.summary import is_usable
from worker.report.data.value_texts import loss_cell, mean_words
from worker.report.pages.html import Markup, tag
from worker.spec.text import sentence_start


def sentence(results: Results) -> Markup:
    """One paragraph: the best result, at which evaluation, of how many."""
    best_trial = best(results)
    total = len(results.trials)
    if best_trial is None:
        return tag(
            "p",
            "The only evaluation has no usable result yet."
            if total == 1
            else f"None of the {total:,} evaluations has a usable result yet.",
        )
    with_result = sum(map(is_usable, results.trials))
    return tag(
        "p",
        f"{sentence_start(results.run.best_result)} ",
        tag("b", loss_cell(best_trial)),
        f", the {words}," if (words := mean_words(best_trial)) else "",
        f" at evaluation {best_trial.number} of {total:,}",
        f" ({with_result:,} with a result)." if with_result < total else ".",
        *(f" {line}" for line in (results.confirmation.sentences() if results.confirmation else ())),
        f" {compared}" if (compared := own_setting.sentence(results.run, results.trials, best_trial)) else "",
    )
