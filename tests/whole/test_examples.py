"""The bundled examples: their configs are right, their links open the form as written, and digits really runs."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from worker.spec.check import check_read
from worker.spec.formats import token, toml, url
from worker.spec.run import Run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DIGITS = EXAMPLES / "digits"
each_example = pytest.mark.parametrize("name", ["digits", "fashion-mnist"])


def example_run(name: str) -> Run:
    """The run that an example's config describes; fails where it has an error."""
    checked = check_read(toml.read((EXAMPLES / name / "config.toml").read_text(encoding="utf-8")))
    assert checked.run is not None, checked.problems
    return checked.run


@each_example
def test_config_has_no_problems(name: str) -> None:
    run = example_run(name)
    assert len(run.parameters) >= 3


@each_example
def test_link_in_the_readme_is_the_config(name: str) -> None:
    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"^\?(\S+)$", readme, re.MULTILINE)
    assert len(links) == 1
    assert check_read(url.read(links[0])).run == example_run(name)


@each_example
def test_wrapper_is_named_in_the_config_and_can_be_executed(name: str) -> None:
    wrapper = re.findall(r"examples/\S+\.sh", example_run(name).objective)
    assert len(wrapper) == 1
    path = EXAMPLES.parent / wrapper[0]
    assert path.stat().st_mode & 0o111
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")


def test_digits_prints_a_result_for_every_epoch(workdir: Path) -> None:
    done = subprocess.run(
        ["bash", DIGITS / "run.sh", "--epochs=3", "--hidden-units=8"],
        cwd=workdir,
        env={"PATH": "/usr/bin:/bin", "DIGITS_VENV": str(Path(sys.prefix))},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert sum(line.startswith("RESULT: ") for line in lines) == 3
    assert sum(line.startswith("accuracy: 0.") for line in lines) == 3
    assert not done.stderr


def test_wrapper_says_what_is_missing(workdir: Path) -> None:
    done = subprocess.run(
        ["bash", EXAMPLES / "fashion-mnist" / "run-mnist-fashion.sh"],
        cwd=workdir,
        env={"PATH": "/usr/bin:/bin", "FASHION_VENV": str(workdir / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert str(workdir / "none") in done.stderr


def test_digits_is_optimized_from_the_token_of_the_page(
    workdir: Path,
    omniopt: Callable[..., subprocess.CompletedProcess[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIGITS_VENV", sys.prefix)
    text = (DIGITS / "config.toml").read_text(encoding="utf-8")
    text = text.replace("examples/digits/run.sh", f"{DIGITS}/run.sh --epochs=2")
    text = text.replace("max_evals = 32", "max_evals = 4")

    run = omniopt("start", token.encode(toml.read(text).draft), "--local", "--yes")
    assert run.returncode == 0, run.stdout + run.stderr

    table = workdir / "omniopt" / "projects" / "digits" / "csv" / "digits.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["ok"] * 4
    assert all(0 <= float(row["accuracy"]) <= 1 for row in rows)

    best = json.loads(omniopt("best", "digits", "--json").stdout)
    assert best["loss"] == min(float(row["RESULT"]) for row in rows)
    assert list(best["parameters"]) == [parameter.name for parameter in example_run("digits").parameters]
