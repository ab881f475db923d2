"""The commands that tests run in forks of a common process come out as those in processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, until
from page_server import free_port


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["--version"], ""),
        ([], ""),
        (["stat"], ""),
        (["status", "pear"], ""),
        (["start", "pear.toml", "--show"], ""),
        (["check", "-", "--local"], "[run]\nname = 'größer'\r\n"),
    ],
)
def test_what_comes_out_is_the_same(omniopt: Omniopt, workdir: Path, words: list[str], given: str) -> None:
    config(workdir)
    process = [sys.executable, "-I", "-m", "worker", *words]
    own = subprocess.run(process, cwd=workdir, input=given, capture_output=True, text=True, check=False)
    forked = omniopt(*words, input=given)
    assert (forked.returncode, forked.stdout, forked.stderr) == (own.returncode, own.stdout, own.stderr)


def test_programs_see_the_environment_and_nothing_of_the_commands_before(
    omniopt: Omniopt, workdir: Path
) -> None:
    for name, environ in (("first", {**os.environ, "COLOUR": "7"}), ("second", None)):
        path = config(workdir, name=name, objective="echo RESULT: ${COLOUR:-0}", max_evals=1)
        assert omniopt("start", path, env=environ).returncode == 0
    assert [Local(workdir, name).trials[1].loss for name in ("first", "second")] == [7, 0]


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_the_umask_is_that_of_the_test(omniopt: Omniopt, workdir: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        done = omniopt("start", config(workdir, max_evals=1))
    finally:
        os.umask(before)
    assert done.returncode == 0
    assert Local(workdir).paths.csv.parent.stat().st_mode & 0o777 == 0o777 & ~umask


def test_a_command_that_takes_too_long_is_killed(omniopt: Omniopt, workdir: Path) -> None:
    assert omniopt("start", config(workdir, max_evals=1)).returncode == 0
    port = free_port()
    with pytest.raises(subprocess.TimeoutExpired):
        omniopt("dashboard", "pear", "--port", port, timeout=3)

    def gone() -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", port)) != 0

    until(gone)
