"""The benchmark of the search judges problems of anybody's, and goes on where it was interrupted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from product_texts import ROOT

PROBLEMS = """
from math import nan

def bowl(values):
    assert list(values) == ["x", "n", "kind"]
    assert values["kind"] in ("a", "b") and isinstance(values["n"], int), values
    loss = (values["x"] - 0.3) ** 2 + values["n"] + (values["kind"] == "a")
    return {"b1": None, "b2": nan}.get(f"{values['kind']}{values['n']}", loss)

PROBLEMS = {
    "bowl": {
        "parameters": {
            "x": {"type": "real", "min": 0, "max": 1},
            "n": {"type": "integer", "min": 0, "max": 2},
            "kind": {"type": "categorical", "values": ["a", "b"]},
        },
        "loss": bowl,
        "optimum": 0.0,
        "scale": 0.5,
    }
}
"""


def judged(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    file = folder / "problems.py"
    file.write_text(PROBLEMS, encoding="utf-8")
    command = [
        *(sys.executable, ROOT / "benchmarks" / "search", "--problems", file, "--jobs", "1"),
        *("--evaluations", "12", "--json", folder / "curves.json"),
        *words,
    ]
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=True, cwd=folder
    )


def curves(folder: Path) -> dict[tuple[str, int, int], dict[str, Any]]:
    found = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    return {(one["method"], one["workers"], one["seed"]): one for one in found}


def test_methods_are_compared_on_a_problem_of_ones_own(tmp_path: Path) -> None:
    done = judged(tmp_path, "--methods", "auto,hyperopt.tpe,optuna.tpe", "--workers", "1,4", "--seeds", "2")
    found = curves(tmp_path)
    assert len(found) == 3 * 2 * 2
    for one in found.values():
        assert len(one["best"]) == 12
        assert one["best"] == sorted(one["best"], reverse=True)
    assert "4 workers: normalised regret after 6 and 12 evaluations" in done.stdout
    assert "| `optuna.tpe` |" in done.stdout
    assert "| bowl |" in done.stdout


def test_what_was_interrupted_goes_on(tmp_path: Path) -> None:
    judged(tmp_path, "--methods", "random", "--seeds", "3,5")
    before = curves(tmp_path)
    done = judged(tmp_path, "--methods", "random,sobol", "--seeds", "3,5,6")
    assert f"2 of 6 runs are in {tmp_path / 'curves.json'} already" in done.stderr
    after = curves(tmp_path)
    assert {key: after[key] for key in before} == before
    assert sorted(after) == sorted((method, 1, seed) for method in ("random", "sobol") for seed in (3, 5, 6))


def test_real_tuning_problems_are_looked_up(tmp_path: Path) -> None:
    words = ("--only", "network_wine", "--methods", "random", "--evaluations", "3", "--seeds", "1")
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "search", "--jobs", "1", *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "| network_wine * |" in done.stdout


def test_what_does_not_exist_is_neither_asked_for_nor_looked_up(tmp_path: Path) -> None:
    """A row of the table is found by the parameters that exist; another set of them is none of its rows."""
    done = subprocess.run(
        [
            *(sys.executable, ROOT / "benchmarks" / "search", "--jobs", "1"),
            *("--problems", ROOT / "benchmarks" / "search" / "conditional.py"),
            *("--only", "svm_kernels_digits,regressors_diabetes", "--evaluations", "12", "--seeds", "1"),
            *("--methods", "random,optuna.tpe,optuna.tpe.group"),
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "| svm_kernels_digits |" in done.stdout
    assert "| regressors_diabetes |" in done.stdout
