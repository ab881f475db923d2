"""Groups of packages: one table that agrees with pyproject.toml, and pip that is told of what is missing and of nothing else."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from forked_commands import Omniopt
from report_runs import a_run, some_trials, write_run

from worker.cli import extra_packages
from worker.cli.commands import evaluate
from worker.cli.config_argument import read_config
from worker.cli.menu_settings import read_settings
from worker.errors import ConfigError, OmnioptError
from worker.spec.extras import EXTRAS, USUAL, groups_with

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]


def test_groups_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["project"]["optional-dependencies"]
    assert {name: list(extra.packages) for name, extra in EXTRAS.items()} == {
        name: groups[name] for name in EXTRAS
    }
    assert set(groups) - set(EXTRAS) == {"gui", "example", "test"}
    assert set(USUAL) <= set(EXTRAS)


def test_what_is_there_is_not_installed_again(omniopt: Omniopt) -> None:
    done = omniopt("install")
    assert (done.returncode, done.stdout) == (0, "Everything for plots and importance is installed.\n"), done
    listed = omniopt("install", "--list").stdout.splitlines()
    assert [line.split()[:2] for line in listed if "torch" not in line] == [
        [name, "installed"] for name in EXTRAS if name != "optuna-gp"
    ]
    refused = omniopt("install", "plot")
    assert refused.returncode == 2
    assert "plot is not one of plots, importance" in refused.stderr


@pytest.fixture
def nothing_to_be_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """matplotlib is missing here, and pip finds no packages."""
    monkeypatch.setattr(extra_packages, "is_installed", lambda name: name != "plots")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_IGNORE_INSTALLED", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


@pytest.mark.usefixtures("nothing_to_be_had")
def test_where_pip_finds_nothing_the_error_says_what_helps(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OmnioptError, match=r"The packages for plots could not be installed.*login node"):
        extra_packages.install(["plots", "importance"])
    printed = capfd.readouterr()
    assert f"Installing matplotlib>=3.8 into {sys.prefix}" in printed.out
    assert "matplotlib" in printed.err


@pytest.mark.usefixtures("nothing_to_be_had")
def test_an_installation_of_the_page_takes_exact_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(OmnioptError) as caught:
        extra_packages.install(["plots"])
    assert "OMNIOPT_ANY_VERSIONS" not in str(caught.value)
    assert "==" not in capfd.readouterr().err
    (tmp_path / "installed-wheel").touch()
    with pytest.raises(OmnioptError, match=r"exact files.*export OMNIOPT_ANY_VERSIONS=1\. Usually"):
        extra_packages.install(["plots"])
    assert "requirement contourpy==" in capfd.readouterr().err
    monkeypatch.setenv("OMNIOPT_ANY_VERSIONS", "1")
    with pytest.raises(OmnioptError):
        extra_packages.install(["plots"])
    assert "requirement matplotlib>=3.8" in capfd.readouterr().err


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """matplotlib and pip are missing here; a folder in which a program uv would be found."""
    there = find_spec
    monkeypatch.setattr(extra_packages, "find_spec", lambda name: None if name == "pip" else there(name))
    monkeypatch.setattr(extra_packages, "is_installed", lambda name: False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_pip_uv_installs_and_leaves_no_open_door(uv: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OmnioptError, match=r"has no pip, and there is no uv.*-m ensurepip"):
        extra_packages.install(["yaml"])
    program = uv / "uv"
    program.write_text(f'#!/bin/sh\necho "$@"\n: >{uv}/.lock\n/bin/chmod 666 {uv}/.lock\n')
    program.chmod(0o755)
    extra_packages.install(["yaml"])
    said = capfd.readouterr().out
    assert f"pip install --python {sys.executable} --quiet --constraint" in said
    assert said.endswith(" pyyaml>=6\nInstalled what yaml needs.\n")
    assert (uv / ".lock").stat().st_mode & 0o022 == 0


def test_an_installation_of_somebody_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra_packages, "is_installed", lambda name: False)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OmnioptError, match=r"^You cannot write to .*, which belongs to \w+: packages are"):
        extra_packages.install(["yaml"])


def test_a_group_is_there_with_all_of_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    there = find_spec
    monkeypatch.setattr(extra_packages, "find_spec", lambda name: None if name == "cmaes" else there(name))
    assert extra_packages.missing(["optuna", "yaml"]) == ["optuna"]
    assert groups_with(("optuna", "torch")) == ["optuna", "optuna-gp"]


def test_yaml_without_its_package_names_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "sweep.yaml"
    config.write_text("method: random\nparameters:\n  x: {min: 0.0, max: 1.0}\n")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(
        ConfigError, match=r"needs PyYAML, which is not installed\. Install it: .* install yaml$"
    ):
        read_config(str(config))


@pytest.mark.usefixtures("nothing_to_be_had")
def test_the_menu_says_what_is_missing(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_run(workdir, a_run(), some_trials())
    monkeypatch.setenv("XDG_CONFIG_HOME", str(workdir))
    settings, _ = read_settings()

    def leave(question: str) -> str:
        raise evaluate.LeaveError

    monkeypatch.setattr(evaluate, "ask", leave)
    with pytest.raises(evaluate.LeaveError):
        evaluate.run_menu(paths, settings)
    shown = capsys.readouterr().out.splitlines()
    assert "    5  scatter plots (html, svg, png) [plots: see i]" in shown
    assert "    2  report: everything in one html file" in shown
    assert "  i  install what is missing for plots" in shown
    assert max(map(len, shown)) <= 80


def test_a_run_starts_without_what_is_there(workdir: Path, omniopt: Omniopt) -> None:
    (workdir / "c.toml").write_text(
        '[run]\nname = "r"\nobjective = "echo RESULT: ($x)"\n[search]\nmax_evals = 1\n'
        '[parameters.x]\ntype = "real"\nmin = 0\nmax = 1\n'
    )
    done = omniopt("start", "c.toml", "--local", "--yes", "--with", "plots")
    assert done.returncode == 0, done.stderr
    assert "Everything for plots is installed." in done.stdout
