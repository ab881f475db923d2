"""The commands that show results, as users call them: what they write, where, and what they say."""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pandas
import pytest
from PIL import Image, ImageSequence
from report_runs import START, a_run, a_trial, some_trials, write_run

from worker.cli.result_files import ELSEWHERE, output_path
from worker.errors import OmnioptError
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.results import read
from worker.report.exchange import redaction
from worker.report.pictures import captions, panels, scatter
from worker.spec.parameters import Value
from worker.store.paths import Home, RunPaths
from worker.trial import Status

Omniopt = Callable[..., subprocess.CompletedProcess[str]]
NOBODY = 65534


@pytest.fixture
def paths(workdir: Path) -> RunPaths:
    """A run called first, with its logs."""
    made = write_run(workdir, a_run(run__objective="./missing ($x_0) ($x_1)"), some_trials())
    made.trial_out(5).write_text("epoch 1\nRESULT 3\n")
    made.trial_err(5).write_text("Traceback (most recent call last):\nValueError: \x1b[31mno\x1b[0m\n")
    return made


def written(done: subprocess.CompletedProcess[str]) -> list[Path]:
    """The paths that a command printed; all of them exist."""
    assert done.returncode == 0, done.stderr
    written_paths = [Path(line) for line in done.stdout.splitlines() if line.startswith("/")]
    assert written_paths
    assert all(path.is_file() for path in written_paths)
    return written_paths


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


def test_a_film_of_a_run_without_failures_has_a_frame_for_each_step(workdir: Path, omniopt: Omniopt) -> None:
    trials = [
        a_trial(number, {"lr": number / 9, "kind": "ab"[number % 2]}, -number) for number in range(1, 8)
    ]
    paths = write_run(workdir, a_run(), trials)
    [film] = written(omniopt("video", paths.root, "--kind", "gif"))
    with Image.open(film) as image:
        frames = {frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(image)}
    assert len(frames) == 7


def texts(svg: Path) -> list[str]:
    """What stands in a picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text())


def test_a_picture_of_many_parameters_shows_those_that_matter(workdir: Path, omniopt: Omniopt) -> None:
    run = a_run(tuple(f"p{number:02}" for number in range(12)), run__objective="true")
    generator = random.Random(5)
    trials = []
    for number in range(1, 61):
        values: dict[str, float | str] = {"p00": generator.random()}
        values.update({f"p{position:02}": generator.choice("ab") for position in range(1, 12)})
        # The first two of twelve change nothing.
        loss = sum((position + 1) * (values[f"p{position:02}"] == "a") for position in range(2, 12))
        trials.append(a_trial(number, values, float(loss)))
    write_run(workdir, run, trials)
    done = omniopt("scatter", "first", "--kind", "svg", "--size", "1")
    assert "svg show the 10 of 12 parameters that matter most; --columns a,b,c chooses others." in done.stderr
    [scatter] = written(done)
    axes = {text for text in texts(scatter) if re.fullmatch(r"p\d\d", text)}
    assert len(axes) == 10 and {f"p{position:02}" for position in range(6, 12)} < axes
    best = min(trials, key=lambda trial: (trial.loss or 0.0, trial.number))
    picture_text = " ".join(texts(scatter))
    assert all(f"{name} = " in picture_text for name in best.values)


def test_a_picture_says_what_it_leaves_out(workdir: Path, omniopt: Omniopt) -> None:
    run = a_run(tuple(f"p{number}" for number in range(24)))
    values: dict[str, float | str] = {"p0": 0.5, **{f"p{number}": "a" for number in range(1, 24)}}
    write_run(workdir, run, [a_trial(1, values, 0.25)])
    done = omniopt("scatter", "first", "--kind", "svg", "--size", "1")
    assert "svg show the first 10 of 24 parameters; --columns a,b,c chooses others." in done.stderr
    [scatter] = written(done)
    picture_text = " ".join(texts(scatter))
    assert "first (the first 10 of 24 parameters): best RESULT 0.25 at evaluation 1" in picture_text
    assert "Only 1 evaluation has a result;" in done.stderr
    assert "p9 = a" in picture_text and "p23 = a" in picture_text  # the best is all of its values
    assert picture_text.count("p9") > picture_text.count("p10") == 1
    done = omniopt("scatter", "first", "--kind", "svg", "--columns", " p0, p11,p0 ")
    assert not done.stderr
    [scatter] = written(done)
    assert "p0 = 0.5, p11 = a" in texts(scatter)


def test_columns_without_any_parameter_make_no_picture(paths: RunPaths, omniopt: Omniopt) -> None:
    done = omniopt("scatter", "first", "--columns", "RESULT")
    assert done.returncode == 2
    assert "--columns has no parameter in it. The parameters are lr, kind." in done.stderr
    assert "it holds no name" in omniopt("parallel", "first", "--columns", " , ").stderr


def test_a_picture_marks_what_has_no_result_and_has_logarithmic_colours(
    workdir: Path, omniopt: Omniopt
) -> None:
    trials = [a_trial(number, {"lr": number / 9}, 10.0 ** (2 * number - 9)) for number in range(1, 9)]
    trials.append(a_trial(9, {"lr": 0.5}, None, Status.FAILED))
    write_run(workdir, a_run(("lr",)), trials)
    results = read(Home.in_workdir(workdir).run("first"))
    panel = scatter.draw(panels.PlotSelection(make_plot_data(results.run, results.trials)), None).panels[0]
    assert panel.cross_rows == [8]
    assert numpy.asarray(panel.crosses.get_offsets())[0, 1] > 10.0**7  # above all results
    assert panel.dots is not None
    losses = [trial.loss for trial in results.trials if trial.loss is not None]
    colours = set(numpy.asarray(panel.dots.norm(numpy.array(losses))).tolist())
    assert len({round(colour, 6) for colour in colours}) == 8
    assert sorted(colours)[1] == pytest.approx(1 / 7)
    [drawn] = written(omniopt("scatter", "first", "--kind", "svg"))
    assert "× without a usable result: 1" in texts(drawn)


@pytest.mark.parametrize(
    ("categories", "shown"),
    [
        (["adam", "sgd"], ["adam", "sgd"]),
        (["the-longest-beginning-1-end-of-it", "the-longest-beginning-20-end-of-it"], ["…1…", "…20…"]),
        (["the-longest-beginning-1", "the-longest-beginning-12"], ["…1", "…12"]),
        (["one-very-long-category", "another-very-long-category"], ["one…", "another…"]),
        (["x" * 40], ["xxxxxxx…xxxxxx"]),
        ([], []),
    ],
)
def test_categories_are_told_apart_in_few_letters(categories: list[str], shown: list[str]) -> None:
    assert captions.briefly(categories, 14) == shown


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


def links(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Where the link back to the form leads in the report that was written."""
    (target,) = written(done)
    return re.findall(r'href="([^"#]*)[?]projectname=', target.read_text())


def test_a_limit_may_be_negative_in_any_notation(paths: RunPaths, omniopt: Omniopt) -> None:
    assert written(omniopt("scatter", "first", "--kind", "svg", "--max", "-4.9e-1"))
    [page] = written(omniopt("scatter", "first", "--kind", "html", "--max", "-4.9e-1"))
    assert '"most": -0.49}' in page.read_text()
    assert "--max" in omniopt("scatter", "first", "--max", "nan").stderr


@pytest.mark.parametrize("size", ["0", "-3", "nan", "inf", "wide"])
def test_a_size_that_no_panel_can_have_is_an_error(paths: RunPaths, omniopt: Omniopt, size: str) -> None:
    done = omniopt("scatter", "first", "--kind", "svg", "--size", size)
    assert done.returncode == 2
    assert "--size" in done.stderr


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
    assert '--page is "example.org", which is no address of a page.' in done.stderr
    assert not paths.report.exists()


def test_a_debug_zip_has_no_secrets_and_no_environment(paths: RunPaths, omniopt: Omniopt) -> None:
    secret = "hunter2-hunter2"
    paths.trial_out(5).write_text(
        f"login with password={secret}\nAPI_KEY: {secret}\nhttps://me:{secret}@host/x\n"
    )
    paths.events.write_text(f'{{"token": "{secret}"}} --auth-token {secret}\n')
    paths.changes.write_text("run.max_failures = 7\n")
    paths.versions.write_text("numpy 2.4.6\n")
    (target,) = written(omniopt("debug-zip", "first", env={**os.environ, "MY_VARIABLE": secret}))
    with zipfile.ZipFile(target) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {"first/config.toml", "first/journal/000001.jsonl", "first/trials/000005.err"} <= set(texts)
    assert not [name for name, text in texts.items() if secret in text]
    assert "login with" in texts["first/trials/000005.out"]
    assert texts["first/changes.toml"] == "run.max_failures = 7\n"
    assert texts["first/versions.txt"] == "numpy 2.4.6\n"


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2x",
        "--api-key hunter2x",
        'db_password = "hunter2x and more"',
        "Authorization: Bearer hunter2x",
        "AWS AKIAHUNTER2XHUNTER2X",
        "ghp_hunter2xhunter2xhunter2xhunter2x",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2x\n-----END RSA PRIVATE KEY-----",
        "ftp://me:hunter2x@host",
        "https://:hunter2x@host/x",
        "https://me:p@ss/hunter2x@host/x",
        "https://hunter2xhunter2xhunter2x@host",
        '{"command":"./it --password \\"a hunter2x b\\" --lr 1"}',
        '{"password": "hunter2x"}',
        r"{\"api_key\": \"hunter2x\"}",
        "password: 12345hunter2x",
        "MYSQL_PWD=hunter2x",
        "curl -s -u me:hunter2x https://host",
        "sshpass -p hunter2x ssh host",
        "wandb login hunter2xhunter2x",
        "sends Bearer hunter2xhunter2x",
        "https://host/x?sv=1&sig=hunter2x%3D",
        "X-Auth: hunter2x",
        "DefaultEndpointsProtocol=https;AccountKey=hunter2x;Suffix=net",
        "https://hooks.slack.com/services/hunter2x/B1",
    ],
)
def test_secrets_are_left_out(text: str) -> None:
    assert "hunter2x" not in redaction.without_secrets(text).lower()


def test_a_bare_number_is_left_out_where_it_is_a_password() -> None:
    assert redaction.without_secrets("password=123456") == "password=[left out]"


def test_a_secret_that_is_named_somewhere_is_left_out_everywhere(paths: RunPaths, omniopt: Omniopt) -> None:
    paths.trial_out(5).write_text("connected with Tr0ub4dor&3\nuses /home/me/token.txt, says string\n")
    paths.trial_err(5).write_text("seen v3ry-s3cret in the environment\n")
    paths.events.write_text("password=Tr0ub4dor&3\n--token-file=/home/me/token.txt\ntoken: string\n")
    (target,) = written(omniopt("debug-zip", "first", env={**os.environ, "MY_TOKEN": "v3ry-s3cret"}))
    with zipfile.ZipFile(target) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert (
        texts["first/trials/000005.out"]
        == "connected with [left out]\nuses /home/me/token.txt, says string\n"
    )
    assert texts["first/trials/000005.err"] == "seen [left out] in the environment\n"


@pytest.mark.parametrize(
    "text",
    [
        "epoch 3: loss 0.5, tokenizer loaded",
        "tokenizer: bert",
        "max_tokens: 512",
        "the secret is out",
        "RESULT: 0.5",
        "see https://host/path:8080",
        "keys = 3 monkeys",
        "http://host:8080/path",
        "author: me, authors = 3",
        "curl -sS https://host/x | sh",
        "passed: 12 tests",
        "compassion = 3",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redaction.without_secrets(text) == text


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


def test_compare_needs_two_runs_and_writes_page_and_csv(
    paths: RunPaths, workdir: Path, omniopt: Omniopt
) -> None:
    write_run(workdir, a_run(run__name="second", search__seed=7), some_trials())
    assert omniopt("compare", "first").returncode == 2
    page, table = written(omniopt("compare", "first", "second"))
    assert "first and 1 more with other seeds" not in page.read_text()  # they differ in their objective
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["run"] for row in rows] == ["first"] * 30 + ["second"] * 30


def test_runs_of_one_name_are_told_apart_and_one_run_is_not_compared_with_itself(
    paths: RunPaths, workdir: Path, tmp_path: Path, omniopt: Omniopt
) -> None:
    other = write_run(tmp_path / "other", a_run(), some_trials()[:3])
    itself = omniopt("compare", "first", paths.root)
    assert itself.returncode == 2
    assert "two different runs" in itself.stderr
    page, table = written(omniopt("compare", "first", other.root))
    names = [f"first in {workdir}", f"first in {tmp_path / 'other'}"]
    assert {row["run"] for row in csv.DictReader(table.read_text().splitlines())} == set(names)
    assert all(f"<td>{name}</td>" in page.read_text() for name in names)


def test_no_comparison_is_written_over_another_one(paths: RunPaths, workdir: Path, omniopt: Omniopt) -> None:
    names = [f"run_{'long' * 9}_{number}" for number in range(3)]
    for name in names:
        write_run(workdir, a_run(run__name=name), some_trials()[:3])
    made = [
        written(omniopt("compare", "first", *others)) for others in (names[:1], names[:2], names[1:], names)
    ]
    assert len({path.name for pair in made for path in pair}) == 8
    assert made[0][0].stem == f"first-and-{names[0]}"


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


@pytest.fixture
def somebody_elses(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunPaths]:
    """A run that the present user may read and not write; the present folder is theirs."""
    root = Path(tempfile.mkdtemp(prefix="omniopt-"))
    root.chmod(0o755)
    own_folder = root / "own"
    own_folder.mkdir()
    paths = write_run(root, a_run(), some_trials())
    monkeypatch.chdir(own_folder)
    if os.geteuid() == 0:
        os.chown(own_folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        yield paths
        os.seteuid(0)
    else:
        for folder in (paths.root, *paths.root.iterdir()):
            folder.chmod(0o555)
        yield paths
        for folder in (paths.root, *paths.root.glob("**/")):
            folder.chmod(0o755)
    monkeypatch.undo()
    shutil.rmtree(root)


def test_one_sentence_says_where_all_pictures_go(paths: RunPaths, omniopt: Omniopt) -> None:
    paths.scatter.write_text("no folder, so that nothing can be written into it")
    done = omniopt("scatter", "first", "--kind", "html", "--kind", "svg")
    assert [path.parent.parent.name for path in written(done)] == ["first", "first"]
    assert done.stderr.count("cannot be written by you") == 1


def test_what_is_made_of_somebody_elses_run_goes_to_the_present_folder(
    somebody_elses: RunPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    target = output_path(somebody_elses.parallel, somebody_elses, None)
    assert target == Path.cwd() / ELSEWHERE / "first" / "parallel-plot" / "plot.html"
    assert "cannot be written by you" in capsys.readouterr().err


def test_where_nothing_can_be_written_out_is_asked_for(
    somebody_elses: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(somebody_elses.root)
    with pytest.raises(OmnioptError, match="--out"):
        output_path(somebody_elses.parallel, somebody_elses, None)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of the menu's settings, which is not the one of whoever runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "omniopt" / "evaluate.json"


def menu(omniopt: Omniopt, *lines: str, run: str = "") -> str:
    """What the menu shows where these lines are typed."""
    arguments = [run] if run else []
    done = omniopt("evaluate", *arguments, input="\n".join(lines) + "\n", env={**os.environ, "TERM": "dumb"})
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    return done.stdout


def test_the_menu_goes_from_runs_to_items_by_keyboard_alone(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "1", "summary", "", "7", "", "b", "q")
    assert "  1  first" in shown
    assert "Best RESULT -0.5" in shown
    assert paths.csv.is_file()
    assert shown.count("Runs in ") == 2


def test_the_menu_survives_wrong_answers_and_errors(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "nonsense", "99", "fir", "77", "nothing", "gpu", "", "11", "x", "", "q")
    assert "No run begins with nonsense" in shown
    assert "There is no item 77" in shown
    menu(omniopt, "", run="first")  # the end of the input leaves the menu


def test_the_menu_fits_on_a_narrow_screen(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "1", "s", "", "q")
    assert [line for line in shown.splitlines() if len(line) > 80 and "/" not in line] == []


def test_the_overview_of_many_logs_ends_with_what_they_tell_together(
    paths: RunPaths, omniopt: Omniopt
) -> None:
    lines = omniopt("logs", "first").stdout.splitlines()
    assert lines[0].split() == ["trial", "status", "RESULT", "seconds", "log"]
    assert lines[32] == "30 evaluations, 29 of them with a result that counts"


def test_settings_of_the_menu_reach_the_commands(paths: RunPaths, omniopt: Omniopt, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shown = menu(omniopt, "s", "1", "2", "5", str(there), "", "first", "csv", "", "q")
    assert "separator of csv files: semicolon" in shown
    assert (there / "first" / "first.csv").read_text().startswith("trial;status;")


def test_settings_of_the_menu_are_kept(paths: RunPaths, omniopt: Omniopt, settings: Path) -> None:
    menu(omniopt, "s", "1", "3", "4", "2.5", "4", "-1", "4", "nan", "", "q")
    kept = {"separator": "semicolon", "scientific": False, "no_failed": True, "size": 2.5, "out": ""}
    assert json.loads(settings.read_text()) == kept
    again = menu(omniopt, "first", "csv", "", "s", "1", "1", "3", "4", "3.1", "", "b", "q")
    assert paths.csv.read_text().startswith("trial;status;")
    assert len(paths.csv.read_text().splitlines()) == 30
    told = "(separator of csv files: semicolon; hide failed evaluations in csv files and plots: on; "
    assert again.count(told) == 3
    assert "separator of csv files: semicolon" not in menu(omniopt, "q")


@pytest.mark.parametrize("kept", ["", "[]", '{"separator": "x", "size": "2", "out": 3}', "\0", "\udcff"])
def test_settings_that_are_damaged_are_said_and_not_taken(
    paths: RunPaths, omniopt: Omniopt, settings: Path, kept: str
) -> None:
    settings.parent.mkdir(parents=True)
    settings.write_bytes(kept.encode(errors="surrogateescape"))
    shown = menu(omniopt, "first", "csv", "", "q")
    assert f"The settings in {settings} are not all taken: " in shown
    assert paths.csv.read_text().startswith("trial,status,")


def test_settings_that_cannot_be_kept_hold_until_the_menu_is_left(
    paths: RunPaths, omniopt: Omniopt, settings: Path
) -> None:
    settings.parent.parent.write_text("not a folder")
    shown = menu(omniopt, "s", "1", "", "first", "csv", "", "q")
    assert "The settings hold until you leave: they cannot be kept" in shown
    assert paths.csv.read_text().startswith("trial;status;")


def test_questions_of_the_menu_may_be_left_open_or_answered_with_any_number(
    paths: RunPaths, omniopt: Omniopt
) -> None:
    shown = menu(omniopt, "first", "5", "", "", "5", "-4e-1", "", "4", "lr,RESULT", "", "11", "", "", "q")
    assert "usage:" not in shown
    assert shown.count("2d-scatterplots/first.svg") == 2
    assert "30 evaluations, 29 of them with a result" in shown


def test_the_menu_compares_and_changes_folders(
    paths: RunPaths, workdir: Path, omniopt: Omniopt, tmp_path: Path
) -> None:
    write_run(workdir, a_run(run__name="second"), some_trials())
    other = write_run(tmp_path / "other", a_run(run__name="third"), some_trials())
    shown = menu(omniopt, "c", "1 second", "f", str(tmp_path / "other"), "third", "q")
    assert list(paths.root.glob("comparisons/*.html"))
    assert f"Runs in {Home.in_workdir(tmp_path / 'other').projects}" in shown
    assert "third: ended" in shown
    assert other.root.is_dir()
