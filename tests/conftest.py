"""What all tests share: a workdir, the command line as users call it, and that nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is slow, which is no failure of what is tested.
settings.register_profile(
    "patient", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

GRACE = 10.0  # seconds that the processes of a test have to end after it
MARK = "OMNIOPT_TEST"  # the environment variable by which a test's processes are known


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """An empty folder to start runs in; its name has a blank, as users' folders do."""
    folder = tmp_path / "work dir"
    folder.mkdir()
    return folder


@pytest.fixture
def omniopt(workdir: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`omniopt(*words, **options)` runs the command line in the workdir, with options as of `subprocess.run`."""

    def call(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-m", "worker", *map(str, words)]
        defaults: dict[str, object] = {"cwd": workdir, "timeout": 120, "stdin": subprocess.DEVNULL}
        if "input" in options:
            del defaults["stdin"]
        settings = {"capture_output": True, "text": True, "check": False, **defaults, **options}
        return subprocess.run(command, **settings)  # type: ignore[call-overload, no-any-return]

    return call


@pytest.fixture(autouse=True)
def no_leftovers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test whose processes outlive it, and end them.

    The mark is in the environment of whatever the test starts, but not of what fixtures of a wider scope
    (a page, a cluster) started before.
    """
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    before = _process_ids()
    yield
    deadline = time.monotonic() + GRACE
    while (left := _marked(mark, before)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if left:
        listing = "\n".join(f"  {pid}: {command}" for pid, command in left.items())
        pytest.fail(f"the test left processes behind:\n{listing}", pytrace=False)


def _process_ids() -> set[str]:
    return {name for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208 - half the time, after each test


def _marked(mark: str, before: set[str]) -> dict[int, str]:
    """The living processes, other than those `before`, that have `mark` in their environment: id -> command line.

    Only the new ones are opened: on a machine with a cluster's worth of processes, all of them take long.
    """
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for name in _process_ids() - before:
        entry = Path("/proc", name)
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(name)] = command.decode(errors="replace").strip()
        except OSError:
            continue  # it ended meanwhile, or belongs to someone else
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --no-skip."""
    parser.addoption("--no-skip", action="store_true", help="a skipped test is a failed one")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, a file stays together for its fixtures, as does all that needs the cluster."""
    for item in items:
        place = item.path.parent if item.path.parent.name == "slurm" else item.path
        item.add_marker(pytest.mark.xdist_group(str(place)))


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
