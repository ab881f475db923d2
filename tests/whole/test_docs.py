"""The documentation cannot lie: its commands, options, paths, links, code and configs are checked against the project."""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from documents import FENCE, PAGES, ROOT

from worker import errors
from worker.cli import COMMANDS
from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.trial import Status

COMMAND_PAGE = ROOT / "docs" / "commands.md"
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FOR_DEVELOPERS = (
    "CONTRIBUTING.md",
    "development.md",
    "other-schedulers.md",
    "benchmarks/README.md",
)  # which speak of commands, and let nobody paste them
COMMAND = re.compile(r"(?<![\w./-])(?:omniopt/(?:\.venv/bin/)?)?omniopt ([a-z][a-z-]*)([^\n#|]*)")
FOLDERS = r"scripts|docs|examples|benchmarks|tests|worker|app|templates|static|\.ci"
PROJECT_PATH = re.compile(rf"(?<![\w./-])(?:{FOLDERS})/[\w./*-]*")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language."""
    return [body for name, _, body in FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def code(page: Path) -> Iterator[str]:
    """Everything on a page that is set as code, but for blocks in other languages than the shell's."""
    text = page.read_text(encoding="utf-8")
    yield from (body for name, _, body in FENCE.findall(text) if name in ("", "bash", "sh", "console"))
    yield from INLINE.findall(FENCE.sub("", text))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a Markdown renderer makes them."""
    titles = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), f"{target} does not exist"
        assert linked.is_relative_to(ROOT), f"{target} lies outside the project"
        assert not anchor or anchor in anchors(linked), f"{target} names no heading"


@every_page
def test_paths_exist(page: Path) -> None:
    for path in {path for part in code(page) for path in PROJECT_PATH.findall(part)}:
        assert list(ROOT.glob(path.rstrip("/."))), f"{path} does not exist"


@every_page
def test_commands_and_their_options_exist(page: Path) -> None:
    for part in code(page):
        for name, rest in COMMAND.findall(part):
            assert name in COMMANDS, f"omniopt {name} is no command"
            parser = argparse.ArgumentParser()
            import_module(f"worker.cli.commands.{COMMANDS[name][0]}").configure(parser)
            known = set(re.findall(r"--[a-z][\w-]*", parser.format_help()))
            for option in re.findall(r"(?<!\S)--[a-z][\w-]*", rest):
                assert option in known, f"omniopt {name} has no option {option}"


@every_page
def test_commands_can_be_pasted_as_they_stand(page: Path) -> None:
    if str(page).endswith(FOR_DEVELOPERS):
        return
    bare = rf"(?<![\w./-])omniopt (?:{'|'.join(COMMANDS)})\b"
    assert [part for part in code(page) if re.search(bare, part)] == []


@every_page
def test_environment_variables_are_known_to_the_code(page: Path) -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("worker", "app", "scripts", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in ("", ".py", ".sh") and path != Path(__file__)
    ]
    for name in set(re.findall(r"OMNIOPT_[A-Z_]+", page.read_text(encoding="utf-8"))):
        assert any(name in source for source in sources), f"{name} occurs nowhere in the code"


@every_page
def test_configs_pass_the_check(page: Path) -> None:
    for block in blocks(page, "toml"):
        if block.startswith(("[site]", "[[clusters]]")):
            continue  # the settings of a page, which tests in tests/app read
        problems = check_read(toml.read(block)).problems
        errors = [problem for problem in problems if problem.severity == "error"]
        if "objective" not in block:
            # A fragment: only what is there can be wrong.
            errors = [
                problem
                for problem in errors
                if problem.path not in ("run.name", "run.objective", "parameters")
            ]
        assert not errors, f"{block}\n{errors}"


@every_page
def test_code_has_no_syntax_errors(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block, str(page), "exec")
    for block in [*blocks(page, "bash"), *blocks(page, "sh")]:
        done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stderr}"


def test_every_command_is_documented_in_its_own_words() -> None:
    rows = re.findall(
        r"^\| `omniopt/omniopt ([a-z-]+)[^`]*` \| (.*) \|$",
        COMMAND_PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert dict(rows) == {name: sentence for name, (_, sentence) in COMMANDS.items()}


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \|", COMMAND_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(
        code for name, code in vars(errors).items() if name.startswith("EXIT_")
    )


def test_every_status_is_documented() -> None:
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    for status in Status:
        assert f"`{status.value}`" in text


def test_every_script_is_documented() -> None:
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    scripts = {path.stem for path in (ROOT / "scripts").iterdir() if path.is_file()}
    assert scripts <= set(re.findall(r"[\w-]+", text))


def test_every_benchmark_is_documented() -> None:
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "benchmarks").glob("*.py"):
        if path.name != "harness.py":
            assert f"benchmarks/{path.name}" in text
