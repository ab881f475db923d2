"""The answer that a page or text begins with: the best parameters, what they reached, and how sure that is."""

from __future__ import annotations

from worker.report.data.results import Results
from worker.report.data.summary import best, counts
from worker.report.pages.html import Markup, tag
from worker.spec.notation import real_text, value_text
from worker.trial import Trial


def sentence(results: Results) -> Markup:
    """One paragraph: the best result, at which evaluation, of how many."""
    found = best(results.trials)
    total = len(results.trials)
    if found is None:
        none = "The only evaluation has no" if total == 1 else f"None of {total:,} evaluations has a"
        return tag("p", f"{none} usable result yet.")
    with_result = sum(map(counts, results.trials))
    return tag(
        "p",
        "Best RESULT ",
        tag("b", loss_text(found)),
        f" at evaluation {found.number} of {total:,}",
        f" ({with_result:,} with a result)." if with_result < total else ".",
    )


def loss_text(trial: Trial) -> str:
    """The exact RESULT of an evaluation, "none" where it has none."""
    if trial.loss is None:
        return trial.raw_loss or "none"
    return real_text(trial.loss)


def values_text(trial: Trial) -> str:
    """The values of an evaluation in one line."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in trial.values.items())
