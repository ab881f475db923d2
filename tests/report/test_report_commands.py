"""The commands that show results, as users call them: where they write, and what they say."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
from pathlib import Path

import pandas
import pytest
from command_outputs import links, written
from forked_commands import Omniopt
from report_runs import START, a_run, a_trial, write_run

from worker.spec.parameters import Value
from worker.store.paths import RunPaths
from worker.trial import Status


@pytest.mark.parametrize(
    ("arguments", "targets"),
    [
        (["csv"], ["csv/first.csv"]),
        (["parallel"], ["parallel-plot/plot.html"]),
        (
            ["scatter"],
            ["2d-scatterplots/first.html", "2d-scatterplots/first.svg", "2d-scatterplots/first.png"],
        ),
        (["report"], ["report.html"]),
        (["video"], ["video/first.html"]),
        (["video", "--kind", "gif"], ["video/first.gif"]),
        (["debug-zip"], ["debug-first.zip"]),
        (["export", "--json"], ["export/first.json"]),
        (["export", "--parquet"], ["export/first.parquet"]),
    ],
    ids=lambda arguments: " ".join(arguments) if isinstance(arguments, list) else "",
)
def test_a_command_writes_into_the_run_or_into_out(
    paths: RunPaths, omniopt: Omniopt, tmp_path: Path, arguments: list[str], targets: list[str]
) -> None:
    command, *options = arguments
    assert written(omniopt(command, "first", *options)) == [paths.root / path for path in targets]
    there = tmp_path / "elsewhere"
    expected = [there / Path(path).name for path in targets]
    assert written(omniopt(command, "first", *options, "--out", there)) == expected


def test_csv_on_standard_output_is_the_same_as_in_the_file(paths: RunPaths, omniopt: Omniopt) -> None:
    assert written(omniopt("csv", "first")) == [paths.csv]
    text = omniopt("csv", paths.root, "--stdout").stdout
    assert text == paths.csv.read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 30
    assert [row["status"] for row in rows].count("failed") == 1
    assert float(rows[0]["RESULT"]) == (1 / 40 - 0.3) ** 2 - 0.5


def test_csv_can_have_other_separators_notation_and_rows(paths: RunPaths, omniopt: Omniopt) -> None:
    text = omniopt(
        "csv", "first", "--stdout", "--separator", "semicolon", "--scientific", "--no-failed"
    ).stdout
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert len(rows) == 29
    assert rows[0]["lr"] == "2.5e-2"
    assert rows[0]["exit_code"] == "0"


def test_summary_begins_with_the_answer(paths: RunPaths, omniopt: Omniopt) -> None:
    text = omniopt("summary", "first").stdout
    assert "Best RESULT -0.5 at evaluation 12, with\n  lr = 0.3\n  kind = a\n" in text
    assert "command: ./missing 0.3 a" in text
    assert "29 ok" in text
    assert "  ./missing ($x_0) ($x_1)\n            |      kind\n            lr\n" in text


def test_errors_come_with_advice_and_the_command_to_run_again(paths: RunPaths, omniopt: Omniopt) -> None:
    text = omniopt("errors", "first").stdout
    assert "* The program ./missing does not exist" in text
    assert "It ended with exit code 1." in text
    assert "ValueError: no" in text
    (line,) = [line for line in text.splitlines() if "by hand" in line]
    paths.root.parents[2].joinpath("missing").write_text(
        '#!/bin/sh\necho "$@" "$OMNIOPT_TRIAL" "$OMNIOPT_PARAM_LR"\n'
    )
    paths.root.parents[2].joinpath("missing").chmod(0o755)
    again = subprocess.run(
        ["bash", "-c", line.partition(": ")[2]],
        cwd=paths.root.parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout == "0.125 b 5 0.125\n"


def test_logs_are_listed_by_status_and_shown_alone(paths: RunPaths, omniopt: Omniopt) -> None:
    text = omniopt("logs", "first", "--failed").stdout
    assert 'logs of failed ones with "Traceback": 1' in text
    assert str(paths.trial_out(5)) in text
    assert str(paths.trial_out(6)) not in text
    log = omniopt("logs", "first", 5).stdout
    assert "  | RESULT 3" in log
    assert "\x1b" not in log
    missing = omniopt("logs", "first", 99)
    assert missing.returncode == 2
    assert "There is no evaluation 99" in missing.stderr


def test_a_limit_may_be_negative_in_any_notation(paths: RunPaths, omniopt: Omniopt) -> None:
    assert written(omniopt("scatter", "first", "--kind", "svg", "--max", "-4.9e-1"))
    [page] = written(omniopt("scatter", "first", "--kind", "html", "--max", "-4.9e-1"))
    assert '"most": -0.49}' in page.read_text()
    assert "--max" in omniopt("scatter", "first", "--max", "nan").stderr


def test_the_report_leads_back_to_the_page_that_was_installed_from(paths: RunPaths, omniopt: Omniopt) -> None:
    short = ("report", "first", "--no-importance")
    assert links(omniopt(*short)) == []
    paths.home.page.write_text("https://example.org/omniopt\n")
    assert links(omniopt(*short)) == ["https://example.org/omniopt/"]
    named = {**os.environ, "OMNIOPT_PAGE": "http://localhost:8000/"}
    assert links(omniopt(*short, env=named)) == ["http://localhost:8000/"]
    assert links(omniopt(*short, "--page", "http://[::1]:80", env=named)) == ["http://[::1]:80/"]
    assert links(omniopt(*short, "--page", "")) == []


@pytest.mark.parametrize(
    "noted", ["javascript:alert(1)", "https://", "", "https://a b", "http://[", "\u202e"]
)
def test_what_is_no_address_is_no_link(paths: RunPaths, omniopt: Omniopt, noted: str) -> None:
    paths.home.page.write_text(noted)
    assert links(omniopt("report", "first", "--no-importance")) == []


def test_an_address_that_is_none_is_an_error(paths: RunPaths, omniopt: Omniopt) -> None:
    done = omniopt("report", "first", "--page", "example.org")
    assert done.returncode == 2
    assert '--page is "example.org", which is not the address of a page.' in done.stderr
    assert not paths.report.exists()


def test_json_and_parquet_hold_exact_values(paths: RunPaths, omniopt: Omniopt) -> None:
    (target,) = written(omniopt("export", "first", "--json"))
    content = json.loads(target.read_text())
    assert content["trials"][0]["RESULT"] == (1 / 40 - 0.3) ** 2 - 0.5
    assert content["trials"][4]["status"] == "failed"
    (target,) = written(omniopt("export", "first", "--parquet"))
    frame = pandas.read_parquet(target)
    assert frame["RESULT"][0] == (1 / 40 - 0.3) ** 2 - 0.5
    assert frame["start"][0].timestamp() == START + 3


def test_parquet_holds_results_that_are_not_finite_and_runs_without_any(
    workdir: Path, omniopt: Omniopt
) -> None:
    values: dict[str, Value] = {"lr": 0.5, "kind": "a"}
    odd = [
        a_trial(number, values, None, Status.NOT_FINITE, raw_loss=raw_loss)
        for number, raw_loss in enumerate(("nan", "inf", "-inf"), 1)
    ]
    running = a_trial(5, values, None, Status.RUNNING, seconds=None, end=None, exit_code=None)
    trials = [*odd, a_trial(4, values, -1e-05), running]
    paths = write_run(workdir, a_run(run__name="odd"), trials)
    frame = pandas.read_parquet(written(omniopt("export", paths.root, "--parquet"))[0])
    assert frame["RESULT"].to_list() == pytest.approx(
        [math.nan, math.inf, -math.inf, -1e-05, math.nan], nan_ok=True
    )
    assert frame["RESULT"][3] == -1e-05
    empty = write_run(workdir, a_run(run__name="empty"), [])
    assert len(pandas.read_parquet(written(omniopt("export", empty.root, "--parquet"))[0])) == 0


def test_gpu_says_why_there_is_nothing_and_plots_what_there_is(paths: RunPaths, omniopt: Omniopt) -> None:
    nothing = omniopt("gpu", "first")
    assert nothing.returncode == 2
    assert "nvidia-smi" in nothing.stderr
    usage = paths.agent("1").gpu_usage
    usage.parent.mkdir(parents=True)
    usage.write_text("2026/11/23 21:11:05.123, 0, NVIDIA H200, 50, 1000, 4000, 100.0\n")
    assert written(omniopt("gpu", "first")) == [paths.root / "gpu-usage" / "first.html"]


def test_an_unknown_run_is_named_with_those_there_are(paths: RunPaths, omniopt: Omniopt) -> None:
    done = omniopt("parallel", "frist")
    assert done.returncode == 2
    assert "first" in done.stderr


def test_a_run_without_any_evaluation_can_be_looked_at(workdir: Path, omniopt: Omniopt) -> None:
    write_run(workdir, a_run(run__name="empty"), [], ended=False)
    for command in (
        "csv",
        "parallel",
        "scatter",
        "report",
        "summary",
        "errors",
        "logs",
        "video",
        "debug-zip",
    ):
        done = omniopt(command, "empty")
        assert done.returncode == 0, done.stderr
