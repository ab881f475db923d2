"""Nothing but worker/launch knows which schedulers there are; read from the sources, nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from product_texts import ROOT, sources

from worker.launch import registry

BEHIND = ROOT / "worker" / "launch"
NAMES = {scheduler.name for scheduler in (*registry.SCHEDULERS, registry.THIS_MACHINE)}
ROOMS = "worker.launch.slurm"
VARIABLE = re.compile(r"(?:SLURMD?|SBATCH|SQUEUE|PBS)_[A-Z_]*")


def breaches(text: str) -> list[str]:
    """What a module outside worker/launch with this source must not do, each with its line."""
    return [f"{line}: {what}" for line, what in sorted(_found(ast.parse(text)))]


def _found(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in _imported(node):
                if f"{name}.".startswith(f"{ROOMS}."):
                    yield node.lineno, f"imports {name}"
        elif isinstance(node, ast.Compare):
            for part in (node.left, *node.comparators):
                yield from _compared(part)
        elif isinstance(node, ast.match_case):
            for pattern in ast.walk(node.pattern):
                if isinstance(pattern, ast.MatchValue):
                    yield from _compared(pattern.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            if set(ast.unparse(node.args[-1]).replace("|", " ").split()) & {"Slurm", "ThisMachine"}:
                yield node.lineno, "asks for the class of a scheduler"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if VARIABLE.fullmatch(node.value):
                yield node.lineno, f"reads {node.value}"
            elif node.value.startswith(ROOMS):
                yield node.lineno, f"imports {node.value}"


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names]


def _compared(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The name of a scheduler in one side of a comparison, be it in a list, or an attribute that holds one."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and part.value in NAMES:
            yield part.lineno, f"compares with {part.value!r}"
        elif isinstance(part, ast.Attribute) and (
            part.attr == "where"
            or (part.attr in ("name", "label") and ast.unparse(part.value).endswith("scheduler"))
        ):
            yield part.lineno, f"compares {ast.unparse(part)}"


def test_no_module_outside_knows_one_scheduler_from_another() -> None:
    outside = [path for path in sources() if not path.is_relative_to(BEHIND)]
    assert len(outside) > 150
    all_breaches = {
        str(path.relative_to(ROOT)): breaches(path.read_text(encoding="utf-8")) for path in outside
    }
    assert {path: wrong for path, wrong in all_breaches.items() if wrong} == {}


def test_the_names_that_are_looked_for_are_those_of_the_journals() -> None:
    assert {"slurm", "local"} <= NAMES


@pytest.mark.parametrize(
    ("text", "breach"),
    [
        ("import worker.launch.slurm.client", "1: imports worker.launch.slurm.client"),
        ("from worker.launch import slurm", "1: imports worker.launch.slurm"),
        ("def late():\n    from worker.launch.slurm import script", "2: imports worker.launch.slurm.script"),
        ("import_module('worker.launch.slurm.client')", "1: imports worker.launch.slurm.client"),
        ("if where == 'slurm': pass", "1: compares with 'slurm'"),
        ("x = 'local' != where", "1: compares with 'local'"),
        ("x = where in ('pbs', 'slurm')", "1: compares with 'slurm'"),
        ("match where:\n    case 'slurm' | 'pbs': pass", "2: compares with 'slurm'"),
        ("x = origin.where == other", "1: compares origin.where"),
        ("x = plan.scheduler.name == other", "1: compares plan.scheduler.name"),
        ("x = isinstance(one, Slurm | Pbs)", "1: asks for the class of a scheduler"),
        ("x = os.environ.get('SLURM_JOB_ID')", "1: reads SLURM_JOB_ID"),
        ("x = 'SLURMD_NODENAME' in os.environ", "1: reads SLURMD_NODENAME"),
    ],
)
def test_a_planted_breach_is_found(text: str, breach: str) -> None:
    assert breaches(text) == [breach]


@pytest.mark.parametrize(
    "text",
    [
        '"""Slurm sets SLURM_JOB_ID in its jobs."""',
        "from worker.launch import registry",
        "SECTIONS = ('run', 'slurm')",
        "scheduler = registry.called(origin.where)",
        "x = scheduler.remote == other.remote",
    ],
)
def test_what_is_right_is_no_breach(text: str) -> None:
    assert breaches(text) == []
