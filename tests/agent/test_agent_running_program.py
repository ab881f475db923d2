"""The interpreter that a command has come to, read from real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from worker.agent.running_program import Running, running_below


@contextmanager
def found_in(command: str, cwd: Path) -> Iterator[Running | None]:
    """What is found while a command runs that ends when its input does; None where nothing is, until it says that it runs."""
    process = subprocess.Popen(
        ["/bin/bash", "-c", command],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "MARK": "1"},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        deadline = time.monotonic() + 30
        while (found := running_below(process.pid)) is None and "nobody" not in command:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield found
    finally:
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a program, a virtual environment, and a tool called conda that is written in Python."""
    (tmp_path / "train.py").write_text("print('here', flush=True)\ninput()\n")
    (tmp_path / "nobody.sh").write_text("echo here\nread x\n")
    (tmp_path / "run.sh").write_text("source env/bin/activate\npython train.py\n")
    (tmp_path / "conda").write_text(
        "import subprocess, sys\nsubprocess.run(sys.argv[2:], check=True, env={'CONDA_DEFAULT_ENV': 'e'})\n"
    )
    programs = tmp_path / "env" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "activate").write_text(f"export VIRTUAL_ENV={tmp_path}/env PATH={programs}:$PATH\n")
    return tmp_path


@pytest.mark.parametrize("command", ["bash run.sh; true", "source env/bin/activate && python train.py"])
def test_an_environment_that_the_command_itself_activates(command: str, folder: Path) -> None:
    with found_in(f"{command} || true", folder) as found:
        assert found is not None
        assert (found.path, found.language) == (str(folder / "env/bin/python"), "python")
        assert (found.environment["VIRTUAL_ENV"], found.environment["MARK"]) == (str(folder / "env"), "1")
        assert found.cwd == str(folder)


def test_a_tool_in_python_is_not_the_program(folder: Path) -> None:
    command = f"{sys.executable} {folder}/conda run {folder}/env/bin/python train.py; true"
    with found_in(command, folder) as found:
        assert found is not None
        assert (found.path, found.environment) == (
            str(folder / "env/bin/python"),
            {"CONDA_DEFAULT_ENV": "e", **{k: v for k, v in found.environment.items() if k == "LC_CTYPE"}},
        )


def test_a_shell_is_none(folder: Path) -> None:
    with found_in("bash nobody.sh; true", folder) as found:
        assert found is None


def test_processes_that_have_gone_are_none() -> None:
    assert running_below(2**22 + 1) is None
