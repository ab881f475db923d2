"""Imports go one way only, and what is heavy stays where it is needed; read from the code, nothing is run."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest
from product_texts import ROOT, sources

# From the bottom to the top: each imports itself and what stands before it.
ORDER = (
    "worker.spec",
    "worker.errors worker.processes worker.trial",
    "worker.pooled",
    "worker.store",
    "worker.search",
    "worker.launch",
    "worker.agent",
    "worker.report",
    "worker.progress",
    "worker.driver",
    "worker.cli",
    "worker.__main__",
)
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms.split()}
# Who may import what others made, besides those that only functions import.
FOREIGN = {
    "hyperopt": ("worker.search",),
    "optuna": ("worker.search.optuna_samplers",),
    "numpy": ("worker.search", "worker.report.pictures"),
    "rich": ("worker.progress",),
    "scipy": ("worker.search",),
    "tomli": ("app", "worker.spec"),
    **dict.fromkeys(
        (
            "flask",
            "gunicorn",
            "jinja2",
            "markdown_it",
            "markupsafe",
            "rcssmin",
            "rjsmin",
            "werkzeug",
            "wtforms",
        ),
        ("app",),
    ),
}
FOREIGN_IN_FUNCTIONS = {
    **dict.fromkeys(("PIL", "matplotlib"), ("worker.report.pictures",)),
    **dict.fromkeys(("optuna", "pandas", "sqlalchemy"), ("worker.report.exchange",)),
    "numpy": ("worker.report.data.effects", "worker.report.data.shuffling"),
    "scipy": ("worker.report.data.rank_tests",),
    "sklearn": ("worker.report.data.effects", "worker.report.data.importance"),
    "threadpoolctl": ("worker.search.models",),
    "yaml": ("worker.spec.foreign.yaml_text",),
}


class Import(NamedTuple):
    """One imported name; whether by a function, or for type checkers alone."""

    module: str
    line: int
    name: str
    by_function: bool
    for_types: bool


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(node: ast.AST, module: str, inside: tuple[bool, bool] = (False, False)) -> Iterator[Import]:
    """All imports below a node of a module's syntax tree."""
    by_function, for_types = inside
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, child.lineno, alias.name, by_function, for_types)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                name = (
                    f"{'.' * child.level}{child.module or ''}.{alias.name}"  # a relative one is never allowed
                )
                yield Import(module, child.lineno, name, by_function, for_types)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from imports(child, module, (by_function or function, for_types or types))


def imports_of(module: str, text: str) -> list[Import]:
    """The imports of a module with this source text."""
    return list(imports(ast.parse(text), module))


@pytest.fixture(scope="module")
def modules() -> dict[str, list[Import]]:
    """The imports of every module of the product."""
    return {
        module: imports_of(module, path.read_text("utf-8"))
        for path in sources()
        for module in [name_of(path)]
    }


def inside(name: str, packages: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def room(name: str) -> str:
    return ".".join(name.split(".")[:2])


def allowed(found: Import) -> bool:
    """Whether a module may import this name there."""
    package = found.name.partition(".")[0]
    if package == "app":
        return inside(found.module, ("app",))
    if package == "worker":
        # The package itself holds no more than the version.
        if found.name in ("worker", "worker.__version__"):
            return True
        if inside(found.module, ("app",)):
            return inside(found.name, ("worker.spec",))
        return LEVEL[room(found.name)] <= LEVEL[room(found.module)]
    if package in sys.stdlib_module_names or found.for_types:
        return True
    lazily = FOREIGN_IN_FUNCTIONS.get(package, ()) if found.by_function else ()
    return inside(found.module, (*FOREIGN.get(package, ()), *lazily))


def breaches(modules: Mapping[str, list[Import]]) -> list[str]:
    """What is imported where it must not be, circles last."""
    wrong = [
        f"{found.module}:{found.line} imports {found.name}"
        for listed in modules.values()
        for found in listed
        if not allowed(found)
    ]
    try:
        TopologicalSorter(needs(modules)).prepare()
    except CycleError as error:
        circle = error.args[1][:-1]
        first = circle.index(max(circle))  # where it was entered depends on the order of a set
        wrong.append(f"a circle: {' <- '.join([*circle[first:], *circle[:first], circle[first]])}")
    return wrong


def needs(modules: Mapping[str, list[Import]]) -> dict[str, set[str]]:
    """Which modules of the product each one imports, be it in functions."""
    return {
        module: {
            name
            for found in listed
            for name in (found.name if found.name in modules else found.name.rpartition(".")[0],)
            if name in modules and name != module
        }
        for module, listed in modules.items()
    }


def test_imports_go_down_and_in_no_circle(modules: dict[str, list[Import]]) -> None:
    assert len(modules) > 200
    assert {room(module) for module in modules if module.startswith("worker.")} == set(LEVEL)
    assert breaches(modules) == []


@pytest.mark.parametrize(
    ("module", "text", "breach"),
    [
        ("app.page", "from worker.store import paths", "app.page:1 imports worker.store.paths"),
        ("app.page", "from worker.errors import UserError", "app.page:1 imports worker.errors.UserError"),
        ("worker.cli.parser", "import flask", "worker.cli.parser:1 imports flask"),
        ("worker.cli.parser", "from app import page", "worker.cli.parser:1 imports app.page"),
        ("worker.spec.text", "import numpy", "worker.spec.text:1 imports numpy"),
        ("worker.spec.text", "def lazy(): import numpy", "worker.spec.text:1 imports numpy"),
        ("worker.spec.text", "from ..trial import Trial", "worker.spec.text:1 imports ..trial.Trial"),
        ("worker.store.paths", "from hyperopt import hp", "worker.store.paths:1 imports hyperopt.hp"),
        ("worker.store.new", "def lazy(): import hyperopt", "worker.store.new:1 imports hyperopt"),
        ("worker.report.data.new", "import hyperopt", "worker.report.data.new:1 imports hyperopt"),
        ("worker.report.data.new", "import numpy as np", "worker.report.data.new:1 imports numpy"),
        (
            "worker.report.pictures.new",
            "import matplotlib",
            "worker.report.pictures.new:1 imports matplotlib",
        ),
        (
            "worker.agent.new",
            "from worker.driver import driver",
            "worker.agent.new:1 imports worker.driver.driver",
        ),
        (
            "worker.store.paths",
            "from worker.store import journal",
            "a circle: worker.store.paths <- worker.store.journal <- worker.store.paths",
        ),
    ],
)
def test_a_planted_breach_is_found(
    module: str, text: str, breach: str, modules: dict[str, list[Import]]
) -> None:
    planted = [*modules.get(module, []), *imports_of(module, text)]
    assert breaches({**modules, module: planted}) == [breach]


def test_what_is_right_is_no_breach(modules: dict[str, list[Import]]) -> None:
    text = "import json\nfrom worker import __version__\nfrom worker.spec.run import Run"
    assert breaches({**modules, "worker.report.new": imports_of("worker.report.new", text)}) == []


def test_the_order_is_the_one_in_the_documentation() -> None:
    text = re.sub(r"\s+", " ", (ROOT / "docs" / "development.md").read_text(encoding="utf-8"))
    order = " < ".join(rooms.replace("worker.", "").replace(" ", ", ") for rooms in ORDER[:-1])
    assert f"`{order}`" in text
