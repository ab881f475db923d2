"""What all tests share: a workdir, the command line as users call it, and that no skipped test passes for one that ran."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from forked_commands import ForkedCommands, Omniopt
from hypothesis import HealthCheck, settings

# A loaded machine is slow, which is no failure of what is tested. Outside of CI each run tries other examples, so few are
# enough for one; --hypothesis-profile=thorough tries many at once.
for profile, examples in (("short", 25), ("thorough", 600)):
    settings.register_profile(
        profile, deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile("short")

pytest_plugins = ["leftovers"]
LONG = ("slurm", "whole", "driver", "app", "browser")  # folders with tests of up to minutes


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """An empty folder to start runs in; its name has a blank, as users' folders do."""
    folder = tmp_path / "work dir"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def forked_commands() -> Iterator[ForkedCommands]:
    """The process that the commands of `omniopt` are forks of."""
    commands = ForkedCommands()
    yield commands
    commands.close()


@pytest.fixture
def omniopt(forked_commands: ForkedCommands, workdir: Path) -> Omniopt:
    """`omniopt(*words, **options)` runs the command line in the workdir, with options as of `ForkedCommands.run`."""

    def call(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        return forked_commands.run(*words, **{"cwd": workdir, **options})

    return call


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-skip."""
    parser.addoption("--no-skip", action="store_true", help="a skipped test is a failed one")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where files of tests run side by side, what takes long in one piece begins first, or it would be left alone at the end."""
    items.sort(
        key=lambda item: LONG.index(item.path.parent.name) if item.path.parent.name in LONG else len(LONG)
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --no-skip, a skipped test is a failed one."""
    report = yield
    if item.config.getoption("no_skip"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With --no-skip, a skipped module is a failed one."""
    report = yield
    if collector.config.getoption("no_skip"):
        _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"no test may be skipped here, but: {reason}"
