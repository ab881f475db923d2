"""What the page's code does not do, since it would put what strangers send into dangerous hands; read from the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "worker" / "spec").rglob("*.py")])
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").glob("*.html"))
# Programs, networks, objects made of bytes, XML: the page has no need of them.
FOREIGN_HANDS = {
    "ftplib", "http.client", "marshal", "multiprocessing", "pickle", "shelve", "smtplib", "sqlite3", "subprocess",
    "urllib.request", "xml", "xmlrpc",
}  # fmt: skip
RUN_TEXT = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "render_template_string",
    "from_string",
    "system",
    "popen",
}
# In JavaScript: text that becomes markup or a program, messages of other pages, and the way to change all objects.
UNSAFE = r"\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|__proto__|createContextualFragment"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> set[str]:
    """The modules that a module imports, with all packages that they are in."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = [module.split(".") for module in found]
    return {".".join(words[:length]) for words in parts for length in range(1, len(words) + 1)}


def called(path: Path) -> set[str]:
    """The names of the functions that a module calls, `re.compile` left out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) != "re.compile":
            found.add(ast.unparse(node.func).rpartition(".")[2])
    return found


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_the_page_starts_nothing_asks_nobody_and_runs_no_text(path: Path) -> None:
    assert not imported(path) & FOREIGN_HANDS
    assert not called(path) & RUN_TEXT


def test_yaml_makes_plain_values_only() -> None:
    for path in PYTHON:
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"yaml\.(?:load|unsafe_load|full_load)\w*\(.*", text):
            assert "SafeLoader" in call, path


def test_the_page_leads_to_no_other_host() -> None:
    for path in PYTHON:
        for target in re.findall(r"\bredirect\((.*)", path.read_text(encoding="utf-8")):
            assert re.match(r"['\"]\.\./", target), path


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_show_text_as_text(path: Path) -> None:
    assert re.findall(UNSAFE, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_leave_nothing_unescaped_but_our_own_pages(path: Path) -> None:
    unescaped = re.findall(r"\{\{([^}]*)\|\s*safe\s*\}\}", path.read_text(encoding="utf-8"))
    assert [value.strip() for value in unescaped] in ([], ["page.html"])
    assert "autoescape" not in path.read_text(encoding="utf-8")
