"""The written parts of the report: answer, tables, failures with advice, cost and config."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from worker.report.data import bounds_remark, folds_remark, own_setting
from worker.report.data import improvements as progress
from worker.report.data.effects import MOST
from worker.report.data.equal_results import sameness, sentences
from worker.report.data.importance import HEAD, Importance
from worker.report.data.readable import readable, readable_value
from worker.report.data.results import Results
from worker.report.data.summary import Summary, hours_text, is_usable
from worker.report.data.value_texts import loss_cell, mean_words, output_cell, value_cell
from worker.report.pages import facts_part
from worker.report.pages.html import Content, Markup, breakable, tag
from worker.spec.formats import link, toml
from worker.spec.text import counted, duration_words, sentence_start
from worker.store.starter import run_command
from worker.trial import Trial

MOST_ROWS = 50


def heading(results: Results, made_at: datetime) -> Markup:
    """The run's name, whether it goes on, and when this was written."""
    ended, now = results.state.ended, results.claim
    if now.held:
        kind, why = "running", "The run is going on; this page shows it as of the time below."
    elif ended is not None:
        kind, why = "" if ended.exit_code == 0 else "failed", ended.reason
    else:
        kind = "failed"
        why = (
            f"The run has no driver now. To continue it: {run_command('resume', results.paths, lasting=True)}"
        )
    state = tag("span", now.word, class_=f"state {kind}".rstrip())
    written = made_at.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    return tag(
        "header",
        tag("h1", results.run.name, " ", state),
        tag(
            "p",
            why,
            " Written ",
            tag("time", written, datetime=made_at.astimezone().isoformat()),
            ".",
            class_="soft",
        ),
    )


def answer(results: Results, summary: Summary) -> Markup:
    """The best parameters as a table and as a command, and the run in figures."""
    return tag(
        "section",
        _no_result(results) if summary.best is None else _best(results, summary.best),
        facts_part.facts(results, summary),
        class_="answer",
        aria_label="Answer",
    )


def _no_result(results: Results) -> Markup:
    failed = any(trial.status.failure for trial in results.trials)
    return tag(
        "div",
        tag("p", "No result" if results.state.ended else "No result yet", class_="big"),
        tag(
            "p",
            "No evaluation has a usable result. ",
            tag("a", "See why they failed.", href="#failures-part") if failed else None,
        ),
    )


def _best(results: Results, best: Trial) -> Markup:
    rows = [
        tag(
            "tr",
            tag("th", breakable(name), scope="row"),
            tag(
                "td",
                readable_value(value, results.run.number_format),
                class_=None if isinstance(value, str) else "exact",
            ),
        )
        for name, value in best.values.items()
    ]
    return tag(
        "div",
        tag("p", _results(results, best), class_="big"),
        tag(
            "p",
            f"the {'largest' if results.run.maximises else 'best'} of {counted(len(results.points), results.run.counted_as)}, reached by evaluation {best.number}",
            class_="soft",
        ),
        tag("p", sentence_start(words)) if not results.confirmation and (words := mean_words(best)) else None,
        [tag("p", line) for line in (results.confirmation.sentences() if results.confirmation else ())],
        tag("p", compared) if (compared := own_setting.sentence(results.run, results.trials, best)) else None,
        _remark(results, best),
        tag("p", folds, class_="remark")
        if (folds := folds_remark.remark(results.run, results.trials))
        else None,
        tag("table", tag("caption", "Best parameters", class_="unseen"), tag("tbody", rows)),
        tag("p", tag("b", "Run it with these parameters:"), " ", copy_button("best-command")),
        tag(
            "pre",
            tag("code", _words(results.commands.ready(best))),
            id="best-command",
            tabindex="0",
            aria_label="Command with the best parameters",
        ),
    )


def _results(results: Results, best: Trial) -> Iterator[Content]:
    """All results that the run is about: "RESULT 0.5", or "loss 0.5, accuracy 0.9"."""
    yield f"{results.run.main.name} "
    yield loss_cell(best)
    for goal in results.run.goals[1:]:
        yield f", {goal.name} "
        yield output_cell(best, goal.name)


def _remark(results: Results, best: Trial) -> Content:
    """That the parameters seem to change nothing: then no evaluation is better than another; else that the best is on a bound."""
    same = sameness(results.trials)
    if same is None:
        beyond = bounds_remark.remark(results.run, best, sum(map(is_usable, results.trials)))
        return tag("p", beyond, class_="remark") if beyond else None
    finding, why = sentences(results.run, same)
    return tag("p", tag("b", finding), " ", why, class_="remark")


def _words(line: str) -> Iterator[Content]:
    """A command line that is broken between its words only; a browser would break --name behind its dashes."""
    for index, word in enumerate(line.split(" ")):
        if index:
            yield " "
        yield tag("span", word, class_="word")


def copy_button(target: str) -> Markup:
    """A button that copies the text of the element with this id."""
    return tag("button", "Copy", type="button", class_="copy", data_copy=target)


def improvements(results: Results, points: Sequence[progress.Point]) -> Content:
    """The table of all evaluations that were better than every one before; points: those that ended with a result."""
    steps = progress.improvements(points, results.run)
    if not steps:
        return None
    names = [parameter.name for parameter in results.run.parameters]
    head = ["Evaluation", "Finished", "After", results.run.main.name, *names]
    rows = [
        [
            str(step.trial.number),
            f"{step.count}.",
            duration_words(step.elapsed),
            loss_cell(step.trial),
            *(value_cell(results.run, step.trial, name) for name in names),
        ]
        for step in reversed(steps[-MOST_ROWS:])
    ]
    return tag(
        "details",
        tag("summary", f"{counted(len(steps), 'improvement')} in numbers"),
        table("Improvements", head, rows),
    )


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Content]]) -> Markup:
    """A table that scrolls sideways where it is too wide."""
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="unseen"),
            tag(
                "thead",
                tag(
                    "tr",
                    [tag("th", tag("span", breakable(name), class_="head"), scope="col") for name in head],
                ),
            ),
            tag("tbody", [tag("tr", [tag("td", cell) for cell in row]) for row in rows]),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=f"{caption}, scrollable",
    )


def importance(measured: Importance | None, why_not: str) -> Content:
    """How the importance was measured and how far it can be believed."""
    if measured is None:
        return tag("p", why_not)
    return (
        tag("p", measured.method, " ", tag("b", measured.quality)),
        table("Importance as shares", list(HEAD), list(measured.rows())[:MOST_ROWS]),
    )


def slices(results: Results) -> Content:
    """That there is nothing to see, where the result is always the same; None elsewhere."""
    losses = {trial.loss for trial in results.trials if is_usable(trial)}
    if len(results.trials) < 2 or len(losses) != 1 or not all(map(is_usable, results.trials)):
        return None
    return tag(
        "p",
        f"{results.run.main.name} is ",
        readable(losses.pop() or 0.0),
        " in all evaluations, whatever the parameters are.",
    )


def effects(measured: Importance | None) -> Content:
    """What the curves of single parameters show."""
    if measured is None:
        return None
    doubt = f" {measured.quality}" if measured.doubtful else ""
    return tag(
        "p",
        "What the forest predicts by each parameter, the others averaged over as they were evaluated (partial dependence): the median "
        "of its trees as the result that is typical for the predicted rank, and a band (a bar for each category) in which the middle "
        "80 % of the trees lie. Each tree has learned from evaluations drawn anew, so the band says how much a tree depends on which "
        "evaluations there are; the median depends less on it, and the scatter of single results is not in it. All charts have the same "
        f"height, so what matters little looks flat.{_only_most(measured)}{doubt}",
    )


def _only_most(measured: Importance) -> str:
    return f" Shown are the {MOST} parameters that matter most." if len(measured.shares) > MOST else ""


def interaction(measured: Importance | None) -> Content:
    """What the map shows."""
    if measured is None or measured.interaction is None:
        return None
    return tag(
        "p",
        "First what the forest predicts over any two parameters (the others averaged over, the result typical for the predicted "
        "rank, with lines of the same result), then the evaluations themselves. The two most important parameters come first. ",
        tag("b", measured.quality) if measured.doubtful else measured.quality,
        _only_most(measured),
    )


def cost(summary: Summary) -> Content:
    """What the run used, in hours."""
    used = summary.cost
    if not summary.agents:
        return None
    share = summary.inside / (used.worker_hours * 3600) if used.worker_hours else 0.0
    rows = [
        ["Worker hours", f"{used.worker_hours:.3f}", "from the first to the last evaluation of each worker"],
        ["Node hours", f"{used.node_hours:.3f}", "time in which evaluations ran on a node, each node once"],
        ["CPU core hours", hours_text(used.cpu_hours), _basis("CPUs", used.local)],
    ]
    if used.gpu_hours != 0:
        rows.append(["GPU hours", hours_text(used.gpu_hours), _basis("GPUs", used.local)])
    allocated = summary.allocated.sentence if summary.allocated else ""
    return (
        table("Cost", ["What", "Hours", "Counted as"], rows),
        tag("p", f"{share:.1%} of the workers' time was spent inside the objective program."),
        tag("p", f"{sentence_start(allocated)}, counted from the start of each job to its end.")
        if allocated
        else "",
    )


def _basis(resource: str, local: bool) -> str:
    if local:
        return f"worker hours times the {resource} of a worker in the config, at most what the machine has"
    return f"worker hours times the {resource} of a worker in the config"


def config(results: Results, page_url: str) -> Content:
    """The config, and the link that opens the form with it."""
    draft = toml.draft_of(results.run)
    end = link.of_draft(draft)
    if page_url:
        opened: Content = tag("p", tag("a", "Open this config in the form", href=f"{page_url}/{end}"))
    else:
        opened = (
            tag(
                "p",
                "To open this config in the form, append this to the address of your OmniOpt page: ",
                copy_button("query"),
            ),
            tag("pre", tag("code", end), id="query", class_="wrap"),
        )
    return (
        tag(
            "details",
            tag("summary", "config.toml"),
            tag("pre", tag("code", toml.write(draft)), tabindex="0", aria_label="config.toml"),
        ),
        opened,
    )
