"""Every block of shell lines in the documentation runs as it stands, in a workdir with a run, or says why it does not.

What stands behind the language of a block says what is done with it: `file=NAME` is saved under that name, beside what the page
has for its readers; `not-run="WHY"` is only read for mistakes. Configs are checked by test_docs.py.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from documents import FENCE, PAGES, ROOT

from worker.spec.formats import toml

FILE = re.compile(r"file=([\w.-]+)")
NOT_RUN = re.compile(r'not-run="([^"]+)"')
# test_docs_followed.py runs its blocks in an order of its own, with a run that the page itself makes.
FOLLOWED = ROOT / "docs" / "getting-started.md"
OBJECTIVE = re.compile(r"(python3 /projects/me/program\.py [^\n`]+)")

CONFIG = """
[run]
name = "RUN"
objective = "mkdir failed-once 2>/dev/null && exit 1; awk -v lr=($lr) 'BEGIN { print \\"RESULT: \\" lr * lr }'; echo ($optimizer)"
workers = 2

[search]
max_evals = 8
algorithm = "hyperopt.rand.suggest"

[parameters]
lr = { type = "real", min = 0.0001, max = 0.1, log = true }
optimizer = { type = "categorical", values = ["sgd", "adam", "rmsprop"] }
"""
PROGRAM = 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--lr", type=float, default=0.1)\np.parse_args()\n'


class Block(NamedTuple):
    """A block of a page: its language, what is done with it, and its lines."""

    page: Path
    language: str
    info: str
    body: str

    @property
    def use(self) -> str:
        """What this test does with it."""
        if self.language == "toml":
            return "checked as a config"
        if FILE.search(self.info):
            return "saved as a file"
        if NOT_RUN.search(self.info):
            return "not run"
        if self.language != "bash":
            return "only read"
        return "followed" if self.page == FOLLOWED else "run"


BLOCKS = [
    Block(page, language, info, body)
    for page in PAGES
    for language, info, body in FENCE.findall(page.read_text(encoding="utf-8"))
]


def environment(workdir: Path) -> dict[str, str]:
    """That of a shell of somebody who has nothing yet."""
    path = os.pathsep.join((str(Path(sys.prefix, "bin")), "/usr/bin", "/bin"))
    return {"HOME": str(workdir), "PATH": path, "LC_ALL": "C.UTF-8"}


def shell(lines: str, workdir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-c", lines],
        cwd=workdir,
        env=environment(workdir),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def save_files(page: Path, workdir: Path) -> None:
    for block in BLOCKS:
        if block.page == page and (name := FILE.search(block.info)):
            (workdir / name[1]).write_text(block.body, encoding="utf-8")


@pytest.fixture
def with_a_run(workdir: Path) -> Path:
    """A workdir with a run called RUN, which has ended and in which one evaluation failed, and the files that blocks speak of."""
    (workdir / "omniopt").mkdir()
    (workdir / "omniopt" / ".venv").symlink_to(sys.prefix)
    (workdir / "run.toml").write_text(CONFIG)
    (workdir / "config.toml").write_text(CONFIG.replace("RUN", "imported", 1))
    (workdir / "earlier.csv").write_text("lr,optimizer,RESULT\n0.01,sgd,0.5\n")
    (workdir / "train.py").write_text(PROGRAM)
    done = shell("omniopt/.venv/bin/omniopt start run.toml --local", workdir)
    assert done.returncode == 0, done
    return workdir


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "page",
    sorted({block.page for block in BLOCKS if block.use == "run"}),
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_blocks_run_as_they_stand(page: Path, with_a_run: Path) -> None:
    save_files(page, with_a_run)
    for block in BLOCKS:
        if block.page == page and block.use == "run":
            done = shell(block.body, with_a_run)
            assert done.returncode == 0, f"{block.body}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("name", ["README.md", "docs/help.md"])
def test_the_program_on_the_page_runs_as_printed(name: str, with_a_run: Path) -> None:
    page = ROOT / name
    save_files(page, with_a_run)
    line = OBJECTIVE.search(page.read_text(encoding="utf-8"))
    assert line, "no line for the form"
    objective = line[1].replace("/projects/me/program.py", shlex.quote(str(with_a_run / "program.py")))
    parameters = {
        name: {"type": "integer", "min": 1, "max": 9} for name in re.findall(r"\(\$(\w+)\)", objective)
    }
    config = {
        "run": {"name": "printed", "objective": objective, "workers": 2},
        "search": {"max_evals": 4},
        "parameters": parameters,
    }
    assert len(parameters) == 2
    (with_a_run / "printed.toml").write_text(toml.write(toml.of_document(config).draft))
    done = shell("omniopt/.venv/bin/omniopt start printed.toml --local", with_a_run)
    assert done.returncode == 0, done
    rows = (with_a_run / "omniopt" / "projects" / "printed" / "csv" / "printed.csv").read_text().splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["ok"] * 4


def test_what_is_not_run_says_why() -> None:
    for block in BLOCKS:
        if block.language == "bash" and block.info:
            why = NOT_RUN.search(block.info)
            assert FILE.search(block.info) or (why and len(why[1].split()) > 2), f"{block.page}: {block.info}"


def test_most_blocks_are_run(record_property: Callable[[str, object], None]) -> None:
    uses = Counter(block.use for block in BLOCKS if block.language in ("bash", "toml"))
    record_property("blocks", dict(uses))
    print(*(f"{count} {use}" for use, count in uses.most_common()), sep=", ")
    tested = uses.total() - uses["not run"]
    assert tested > 2 * uses["not run"], uses
