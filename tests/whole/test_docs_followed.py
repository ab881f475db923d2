"""Getting started, followed word by word: its config and its commands, as they stand on the page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "getting-started.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MADE_BEFORE = (
    "python3 -m venv",
    "omniopt/.venv/bin/pip",
    "scripts/gui",
)  # the test's own is used


def section(title: str) -> str:
    """What stands below a heading of the page."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.M | re.S)
    assert found, title
    return found[1]


def lines(title: str) -> list[str]:
    """The command lines of a section, with the run that the page makes."""
    found = "".join(body for language, body in FENCE.findall(section(title)) if language == "bash")
    return [
        re.sub(r"\bRUN\b", "rosenbrock", line)
        for line in found.splitlines()
        if line and not line.startswith(MADE_BEFORE)
    ]


def test_getting_started_can_be_followed_word_by_word(workdir: Path) -> None:
    (config,) = (body for language, body in FENCE.findall(section("Without the page")) if language == "toml")
    (workdir / "rosenbrock.toml").write_text(config, encoding="utf-8")
    commands = [*lines("Without the page"), *lines("4. While it runs"), *lines("5. The results")]
    assert len(commands) == 10
    (workdir / "omniopt").mkdir()
    (workdir / "omniopt" / ".venv").symlink_to(sys.prefix)
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=workdir,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), f"{command}\n{done.stdout}{done.stderr}"
    run = workdir / "omniopt" / "projects" / "rosenbrock"
    assert (run / "csv" / "rosenbrock.csv").read_text().count("\n") == 201
    assert (run / "report.html").exists()
