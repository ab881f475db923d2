"""What a report says first, and the lines in it that people paste into a shell."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timezone
from html import escape, unescape
from pathlib import Path

import pytest
from report_runs import START, a_run, a_trial, write_run

from worker.report import run_text
from worker.report.data import chart_series, summary
from worker.report.data import results as source
from worker.report.pages import report
from worker.report.pages.sections import answer, config
from worker.spec.formats import any_config
from worker.spec.parameters import Value
from worker.spec.run import Run
from worker.store.claim import Claim, Standing
from worker.trial import Status, Trial

MADE = datetime(2026, 11, 23, tzinfo=timezone.utc)
TRIAL = a_trial(3, {"lr": 0.1, "kind": "a"}, -1.5)


def results_of(workdir: Path, run: Run, *trials: Trial, **details: object) -> source.Results:
    """A run with these evaluations."""
    return source.read(write_run(workdir, run, trials, **details))  # type: ignore[arg-type]


def pasted(line: str, tmp_path: Path) -> str:
    """What a line prints that is pasted into a shell, somewhere else than where the run was started."""
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir(exist_ok=True)
    clean = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", line], cwd=elsewhere, env=clean, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(
    "objective",
    [
        "./it ($lr) ($kind)",
        'bash -c \'printf "%s %s\\n" "$OMNIOPT_PARAM_LR" "$OMNIOPT_PARAM_KIND"\' # ($lr) ($kind)',
        "./it ($lr) $OMNIOPT_PARAM_KIND",
        "./env",
    ],
    ids=["placeholders", "quotes", "both", "variables"],
)
@pytest.mark.parametrize("where", ["local", "slurm"])
def test_the_command_of_the_answer_runs_from_anywhere(
    workdir: Path, tmp_path: Path, objective: str, where: str
) -> None:
    folder = workdir / "it's here"
    folder.mkdir()
    for name, arguments in (("it", '"$@"'), ("env", '"$OMNIOPT_PARAM_LR" "$OMNIOPT_PARAM_KIND"')):
        (folder / name).write_text(f"#!/bin/sh\necho {arguments} $LOADED\n")
        (folder / name).chmod(0o755)
    run = a_run(run__objective=objective, slurm__setup=["export LOADED=yes # the module", "", "# nothing"])
    results = results_of(workdir, run, TRIAL, cwd=str(folder), where=where)
    line = results.commands.ready(TRIAL)
    loaded = " yes" if where == "slurm" and "printf" not in objective else ""
    assert pasted(line, tmp_path) == f"0.1 a{loaded}\n"
    assert pasted(results.commands.by_hand(TRIAL), tmp_path) == f"0.1 a{loaded}\n"
    assert f"  command: {line}" in list(run_text.summary(results))
    shown = str(answer(results, summary.summarize(results)))
    assert line in html_text(shown)


def html_text(markup: str) -> str:
    """The text of markup."""
    return unescape(re.sub(r"<[^>]*>", "", markup))


def test_the_command_of_the_answer_is_no_longer_than_it_has_to_be(workdir: Path) -> None:
    results = results_of(workdir, a_run(), TRIAL, cwd="/some/place")
    assert results.commands.ready(TRIAL) == "cd /some/place && ./objective 0.1 a"


def parts(results: source.Results) -> list[str]:
    """The parts of a report in their order."""
    return re.findall(r'<section id="(\w+)-part"', report.page(results, report.Options("", False), MADE))


def test_where_nothing_came_out_the_failures_come_first_and_no_empty_plot(workdir: Path) -> None:
    failed = [
        a_trial(number, {"lr": 0.1, "kind": "a"}, None, Status.FAILED, reason="No.") for number in (1, 2)
    ]
    results = results_of(workdir, a_run(), *failed)
    shown_parts = parts(results)
    assert shown_parts[0] == "failures"
    assert "slices" not in shown_parts
    assert 'href="#failures-part"' in str(answer(results, summary.summarize(results)))


def test_failures_come_late_where_something_came_out(workdir: Path) -> None:
    shown_parts = parts(results_of(workdir, a_run(), TRIAL))
    assert shown_parts.index("failures") > shown_parts.index("slices") > shown_parts.index("progress")


def test_the_mean_of_an_evaluation_is_that_of_ended_ones(workdir: Path) -> None:
    running = a_trial(4, {"lr": 0.1, "kind": "a"}, None, Status.RUNNING, seconds=None, end=None)
    results = results_of(workdir, a_run(), TRIAL, running, ended=False)
    assert "evaluation</dt><dd>2 s<" in str(answer(results, summary.summarize(results)))


def test_the_timeline_shows_what_runs_up_to_now_and_workers_in_their_order(workdir: Path) -> None:
    values: dict[str, Value] = {"lr": 0.1, "kind": "a"}
    trials = [
        a_trial(1, values, 1.0, agent="w10", start=START, end=START + 5),
        a_trial(2, values, None, Status.FAILED, agent="w9", start=START, end=START + 2),
        a_trial(3, values, None, Status.CANCELLED, agent="w9", start=START + 2, end=START + 3),
        a_trial(4, values, None, Status.RUNNING, agent="w10", start=START + 5, end=None, seconds=None),
    ]
    results = results_of(workdir, a_run(), *trials, ended=False)
    vars(results)["claim"] = Claim(Standing.ALIVE)
    assert chart_series.timeline(results, START + 20) == {
        "agents": [
            {"label": "w9", "spans": [(0.0, 2.0, "failed"), (2.0, 3.0, "cancelled")]},
            {"label": "w10", "spans": [(0.0, 5.0, "ended"), (5.0, 20.0, "running")]},
        ],
        "end": 20.0,
    }
    vars(results)["claim"] = Claim(Standing.OVER)
    interrupted = chart_series.timeline(results, START + 20)
    assert interrupted is not None
    assert interrupted["end"] == 5.0
    assert chart_series.timeline(source.Results(results.paths, results.run, [], results.state), START) is None


def test_a_long_config_stands_in_its_link_as_well(workdir: Path) -> None:
    results = results_of(workdir, a_run([f"parameter_with_a_long_name_{number}" for number in range(120)]))
    shown = str(config(results, "https://example.org"))
    [packed] = re.findall('<a href="(https://example.org/#c=[A-Za-z0-9_-]+)">', shown)
    read = any_config.read_any(packed)
    assert len(read.draft.parameters) == 120
    assert packed.partition("#")[2] in str(config(results, ""))


def test_invisible_letters_in_a_reason_are_shown(workdir: Path) -> None:
    bad = a_trial(1, {"lr": 0.1, "kind": "a"}, None, Status.FAILED, reason="It said \u202eno.")
    page = report.page(results_of(workdir, a_run(), bad), report.Options("", False), MADE)
    assert escape("It said <U+202E>no.") in page
