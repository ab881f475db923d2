"""Groups of packages: one table that agrees with pyproject.toml, and pip that is told of what is missing and of nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from forked_commands import Omniopt
from report_runs import a_run, some_trials, write_run

from worker.cli import extra_packages
from worker.cli.commands import evaluate
from worker.cli.menu_settings import read_settings
from worker.errors import OmnioptError
from worker.spec.extras import EXTRAS, USUAL

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
    assert [line.split()[:2] for line in listed] == [[name, "installed"] for name in EXTRAS]
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
