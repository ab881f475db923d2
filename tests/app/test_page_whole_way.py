"""The whole way of a user: the page's command, pasted into a shell, installs everything and finds the parameters."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from locked_versions import versions
from packaging.utils import canonicalize_name
from page_form import Form
from page_server import ROOT
from shells import INTERACTIVE, in_shells, needs

ENDS_WITHIN = 400.0  # seconds; the first one downloads everything
pytestmark = pytest.mark.timeout(500)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workdir that all the tests here share, so that everything is downloaded only once."""
    made = tmp_path_factory.mktemp("whole way") / "it's mine"
    made.mkdir()
    return made


def commands(address: str, name: str, workdir: Path) -> dict[str, str]:
    fields = {
        "projectname": name,
        "partition": "",
        "workdir": str(workdir),
        "number_of_workers": "2",
        "max_evals": "4",
        "searchtype": "hyperopt.rand.suggest",
        "objective_program": 'echo "RESULT: ($x)"',
        "param_0_name": "x",
        "param_0_type": "hp.uniform",
        "param_0_value_min": "-1",
        "param_0_value_max": "1",
    }
    with urlopen(f"{address}/preview", data=urlencode(fields).encode()) as answer:
        content: dict[str, str] = json.load(answer)
    assert content["usable"], content["problems"]
    return content


def check_results(folder: Path, name: str, parameter: str = "x") -> None:
    run = folder / "omniopt" / "projects" / name
    with (run / "csv" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    good = [float(row["RESULT"]) for row in rows if row["status"] == "ok"]
    assert len(good) == 4
    python = folder / "omniopt" / ".venv" / "bin" / "python"
    asked = subprocess.run(
        [python, "-I", "-m", "worker", "best", str(run), "--json"], capture_output=True, check=True
    )
    best = json.loads(asked.stdout)
    assert best["loss"] == best["parameters"][parameter] == min(good)


@needs("curl")
def test_the_example_runs_as_it_stands(address: str, folder: Path, tmp_path: Path) -> None:
    with urlopen(f"{address}/example") as page:
        sent = Form(page.read().decode()).sent
    # Fewer of them, which take as long in a test as they do elsewhere.
    sent |= {"workdir": str(folder), "max_evals": "3"}
    with urlopen(f"{address}/preview", data=urlencode(sent).encode()) as answer:
        content = json.load(answer)
    assert (content["headline"], content["problems"]) == ("Ready to start", [])
    subprocess.run(
        ["sh", "-c", f"{content['command_local']} --yes"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        timeout=ENDS_WITHIN,
        check=True,
    )
    run = folder / "omniopt" / "projects" / sent["projectname"]
    with (run / "csv" / f"{run.name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["ok"] * 3
    assert all(0 < float(row["RESULT"]) < 100 and 0 <= float(row["accuracy"]) <= 1 for row in rows)


@in_shells
@needs("curl")
def test_the_command_installs_and_runs(shell: str, address: str, folder: Path, tmp_path: Path) -> None:
    line = commands(address, f"in_{shell}", folder)["command_local"]
    done = subprocess.run(
        [shell, "-c", f"{line} --yes"], cwd=tmp_path, stdin=subprocess.DEVNULL, timeout=ENDS_WITHIN
    )
    assert done.returncode == 0
    check_results(folder, f"in_{shell}")
    packages = (folder / "omniopt" / ".venv").glob("lib/*/site-packages/*.dist-info")
    installed = dict(path.stem.split("-", 1) for path in packages)
    names = {canonicalize_name(name): version for name, version in installed.items()}
    ours = names.keys() - {"pip", "setuptools", "omniopt-worker"}
    assert {name: names[name] for name in ours} == versions()


@in_shells
@needs("curl")
def test_pasted_into_a_terminal_it_shows_the_config_and_asks(
    shell: str, address: str, folder: Path, tmp_path: Path
) -> None:
    name = f"at_{shell}"
    line = commands(address, name, folder)["command_local"]
    with Terminal([shell, *INTERACTIVE[shell]], tmp_path) as terminal:
        terminal.send(f"{line}; echo over-$?")
        shown = terminal.read_until("Start this run?")
        assert f'name = "{name}"' in shown
        terminal.send("y")
        terminal.read_until("over-0")
    check_results(folder, name)


@needs("curl")
def test_the_example_for_portals_starts_a_run(address: str, folder: Path, tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    for there, here in (
        ("https://omniopt.example.org", address),
        ("~/omniopt_runs", str(folder)),
        ("python3 train.py --lr=($lr)", "echo RESULT: ($lr)"),
        ('"max_evals": 100', '"max_evals": 4'),
        ('answer["command"]', 'answer["command_local"]'),
    ):
        assert there in example
        example = example.replace(there, here)
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, stdin=subprocess.DEVNULL, timeout=ENDS_WITHIN
    )
    assert done.returncode == 0
    check_results(folder, "first", "lr")


class Terminal:
    """A shell that believes to be used by a person."""

    def __init__(self, shell: list[str], folder: Path) -> None:
        self._main, inner = pty.openpty()
        environment = {**os.environ, "PS1": "$ ", "TERM": "dumb"}
        self._process = subprocess.Popen(
            shell,
            cwd=folder,
            env=environment,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self._seen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._main)

    def send(self, line: str) -> None:
        """Type a line."""
        data = line.encode() + b"\n"
        while data:
            # Little by little, while reading the echo: the two buffers of a terminal are small.
            written = os.write(self._main, data[:256])
            data = data[written:]
            self._read(0.02)

    def read_until(self, text: str) -> str:
        """What was shown up to `text`."""
        deadline = time.monotonic() + ENDS_WITHIN
        while text not in self._seen:
            over = re.search(r"over-\d", self._seen)
            assert time.monotonic() < deadline and not over, self._seen
            self._read(0.5)
        return self._seen

    def _read(self, wait: float) -> None:
        if select.select([self._main], [], [], wait)[0]:
            try:
                self._seen += os.read(self._main, 65536).decode(errors="replace")
            except OSError:
                time.sleep(wait)  # the shell has closed its side
