"""Every text that the product's sources hold, for tests of what may be written there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sources() -> Iterator[Path]:
    """The modules of the product, always in the same order."""
    for folder in ("worker", "app"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def texts() -> Iterator[tuple[Path, str]]:
    """The texts in the code that are no docstrings, and the lines of templates and scripts, each with its file."""
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        yield from (
            (path, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        )
    for pattern in ("templates/*", "static/js/*.js", "worker/report/assets/*.js"):
        for path in ROOT.glob(pattern):
            yield from ((path, line) for line in path.read_text(encoding="utf-8").splitlines())
