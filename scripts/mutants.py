"""Draws small changes (mutants) of the product, and counts those that the tests of the changed module notice.

The tests of a module are those in the folder of tests/ that bears the name of its folder in worker/, and those that import it by
name; those that need a browser or a cluster are left out. Each of these test modules is run once with coverage, to learn which lines it runs (in the processes that it
starts, too). A mutant then meets the ones that run its line, the quickest first, until one fails. Each job works in
a copy of the tree with an environment of its own.

    scripts/mutants --count 200 --seed 1            the figure of docs/development.md; an hour or two on two cores
    scripts/mutants --rooms search store --count 40
    scripts/mutants --survivors FILE; then, with new tests: scripts/mutants --again FILE
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import coverage
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("spec", "search", "store", "driver", "agent", "launch")
SLACK, FACTOR = 60.0, 4.0  # a mutant may take this many seconds and times longer than the tests without it
NEED_ARGUMENTS = ("VariableReplacer", "VariableInserter")
# What these make of a program is the same program (`is None` and `== None`).
SAME = ("_Is_Eq", "_IsNot_NotEq", "_Eq_Is", "_NotEq_IsNot")
# Options of a dataclass that keep programmers from mistakes, and change nothing that a program without them does.
GUARDS = ("frozen", "slots", "repr", "kw_only")


@dataclass(frozen=True)
class Mutant:
    """One change: occurrence number `occurrence` of `operator` in `module`, a path below the root; at `line`."""

    module: str
    operator: str
    occurrence: int
    line: int


@dataclass(frozen=True)
class Module:
    """A test module: its path, what it imports, how long it took, and the lines of the product that it runs, by path."""

    path: str
    imports: frozenset[str]
    seconds: float
    lines: dict[str, list[int]]


def main() -> int:
    """Draw, run, report; the exit code is 1 where fewer are noticed than --least says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=ROOMS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=0.9, help="share that has to be noticed")
    parser.add_argument("--survivors", type=Path, help="write the changes that nobody noticed into this file")
    parser.add_argument("--again", type=Path, help="only the changes that such a file holds")
    parser.add_argument(
        "--learned", type=Path, help="keep here which lines tests run, and learn only what has changed"
    )
    args = parser.parse_args()
    if args.again:
        drawn = [Mutant(**json.loads(line)) for line in args.again.read_text(encoding="utf-8").splitlines()]
    else:
        drawn = list(draw(args.rooms, args.count, args.seed))
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(args.jobs):
            copies.put(copy_of_the_tree(Path(scratch) / f"copy{number}"))
        with ThreadPoolExecutor(args.jobs) as pool:
            known = learn(drawn, copies, pool, args.learned)
            fates = []
            if args.survivors:
                args.survivors.write_text("", encoding="utf-8")
            for mutant, by in zip(drawn, pool.map(lambda one: fate(one, known, copies), drawn), strict=True):
                fates.append(by)
                print(f"{len(fates):4} {described(mutant)}: {by or 'survives'}", flush=True)
                if args.survivors and not by:  # at once, as a run of hours may be ended before its last line
                    with args.survivors.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(vars(mutant)) + "\n")
    return report(drawn, fates, args.least)


def copy_of_the_tree(folder: Path) -> Path:
    """A copy of what git tracks, with a virtual environment in which `worker` is that of the copy."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    venv.create(folder / ".venv", symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder / ".venv")}))
    # As a folder of packages, not as a mere path: what coverage starts in the processes of tests stands in a .pth there.
    also = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})"
    (packages / "copy.pth").write_text(f"{folder}\n{also}\n")
    for script in Path(sys.executable).parent.iterdir():
        text = script.read_bytes() if script.is_file() and not script.is_symlink() else b""
        if text.startswith(b"#!") and not (folder / ".venv/bin" / script.name).exists():
            own = text.replace(str(ROOT).encode(), str(folder).encode())
            (folder / ".venv/bin" / script.name).write_bytes(own)
            (folder / ".venv/bin" / script.name).chmod(0o755)
    return folder


def learn(
    drawn: Sequence[Mutant], copies: SimpleQueue[Path], pool: ThreadPoolExecutor, learned: Path | None
) -> list[Module]:
    """The test modules that any of the mutants has to meet, the quickest first."""
    imports = {path: imported(ROOT / path) for path in test_modules()}
    wanted = sorted(path for path in imports if any(belongs(path, imports[path], mutant) for mutant in drawn))
    keys = {path: state_of(path) for path in wanted}
    kept = json.loads(learned.read_text(encoding="utf-8")) if learned and learned.exists() else {}

    def module(path: str) -> Module:
        if (before := kept.get(keys[path])) is not None:
            return Module(path, imports[path], *before)
        return learn_module(path, imports[path], copies)

    modules = sorted(pool.map(module, wanted), key=lambda module: module.seconds)
    if learned:
        found = {keys[module.path]: (module.seconds, module.lines) for module in modules}
        learned.write_text(json.dumps(kept | found), encoding="utf-8")
    return modules


def state_of(path: str) -> str:
    """What changes whenever a test module does, or anything that it may run."""
    state = hashlib.sha256((ROOT / path).read_bytes())
    for folder in ("worker", "tests/support"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            state.update(file.read_bytes())
    return state.hexdigest()


def test_modules() -> list[str]:
    """Every test module but those that need a browser or a cluster, by its path below the root."""
    paths = (ROOT / "tests").glob("*/test_*.py")
    return sorted(
        path.relative_to(ROOT).as_posix() for path in paths if path.parent.name not in ("browser", "slurm")
    )


def imported(path: Path) -> frozenset[str]:
    """The dotted names that a module imports; those of `from a import b` are a and a.b."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def belongs(path: str, imports: frozenset[str], mutant: Mutant) -> bool:
    """Whether the test module at `path` is one of those of the mutant's module."""
    dotted = mutant.module.removesuffix(".py").replace("/", ".")
    return path.split("/")[1] == room_of(mutant) or dotted in imports


def learn_module(path: str, imports: frozenset[str], copies: SimpleQueue[Path]) -> Module:
    """Run a test module with coverage. Exits where its tests do not pass as they are."""
    copy = copies.get()
    try:
        settings = copy / "learning.toml"
        settings.write_text(
            f'[tool.coverage.run]\nparallel = true\npatch = ["subprocess"]\nsource = ["{copy}/worker"]\ndata_file = "{copy}/.coverage"\n'
        )
        began = time.monotonic()
        ran = pytest(copy, path, timeout=1800, before=("-m", "coverage", "run", f"--rcfile={settings}"))
        seconds = time.monotonic() - began
        if ran != 0:
            sys.exit(f"{path} fails without any change (exit code {ran}).")
        return Module(path, imports, seconds, covered(copy))
    finally:
        copies.put(copy)


def covered(copy: Path) -> dict[str, list[int]]:
    """The lines that were run since the last call, by path below the root."""
    lines: dict[str, set[int]] = {}
    for file in copy.glob(".coverage.*"):
        part = coverage.CoverageData(str(file))
        part.read()
        for measured in part.measured_files():
            name = Path(measured).relative_to(copy).as_posix()
            lines.setdefault(name, set()).update(part.lines(measured) or ())
        file.unlink()
    return {name: sorted(found) for name, found in lines.items()}


def draw(rooms: Sequence[str], count: int, seed: int) -> Iterator[Mutant]:
    """`count` mutants, drawn over the places of the code where something can be changed, each place at most once.

    What a place draws depends on the seed and on its line alone, so that most of the mutants stay the same ones while
    the code around them changes.
    """
    places: dict[str, list[tuple[str, Mutant]]] = {}
    for room in rooms:
        for path in sorted((ROOT / "worker" / room).rglob("*.py")):
            lines = path.read_text(encoding="utf-8").splitlines()
            for (number, column), mutant in mutants_of(path):
                line = lines[number - 1]
                before = lines[: number - 1].count(line)
                place = f"{mutant.module} {line.strip()} {before} {column}"
                there = places.setdefault(place, [])
                there.append((f"{place} {mutant.operator} {len(there)}", mutant))

    def drawn(name: str) -> bytes:
        return hashlib.sha256(f"{seed} {name}".encode()).digest()

    left = count
    for place in sorted(places, key=drawn):
        _, mutant = min(places[place], key=lambda named: drawn(named[0]))
        if left and changes_something(mutant):
            left -= 1
            yield mutant


def mutants_of(path: Path) -> Iterator[tuple[tuple[int, int], Mutant]]:
    tree = get_ast(path.read_text(encoding="utf-8"))
    module = path.relative_to(ROOT).as_posix()
    for name in operator_names():
        if name.endswith((*SAME, *NEED_ARGUMENTS)):
            continue
        operator, occurrence = get_operator(name)(), 0
        for node in ast_nodes(tree):
            for start, _ in operator.mutation_positions(node):
                yield start, Mutant(module, name, occurrence, start[0])
                occurrence += 1


def changes_something(mutant: Mutant) -> bool:
    """Whether the program differs, its annotations aside, and is one."""
    before = (ROOT / mutant.module).read_text(encoding="utf-8")
    after = mutated(before, mutant)
    try:
        return after is not None and bare(before) != bare(after)
    except SyntaxError:  # the stars of {**these} are taken for an operator
        return False


def mutated(code: str, mutant: Mutant) -> str | None:
    """The code with the change; None where it cannot be made."""
    after: str | None = mutate_code(code, get_operator(mutant.operator)(), mutant.occurrence)
    return after


def bare(code: str) -> str:
    """The program as a syntax tree without annotations, and without what only a check of types or a debugger sees."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "dataclass":
            node.keywords = [option for option in node.keywords if option.arg not in GUARDS]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.test = ast.Name("TYPE_CHECKING")
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def described(mutant: Mutant) -> str:
    return f"{mutant.module}:{mutant.line} {mutant.operator} ({mutant.occurrence})"


def room_of(mutant: Mutant) -> str:
    return mutant.module.split("/")[1]


def fate(mutant: Mutant, known: Sequence[Module], copies: SimpleQueue[Path]) -> str:
    """The test module that noticed the mutant; "" where none did."""
    meets = [
        module
        for module in known
        if belongs(module.path, module.imports, mutant) and mutant.line in module.lines.get(mutant.module, ())
    ]
    copy = copies.get()
    target = copy / mutant.module
    original = target.read_text(encoding="utf-8")
    try:
        target.write_text(mutated(original, mutant) or original, encoding="utf-8")
        for module in meets:
            if pytest(copy, module.path, timeout=FACTOR * module.seconds + SLACK) != 0:
                return module.path
        return ""
    finally:
        target.write_text(original, encoding="utf-8")
        copies.put(copy)


def pytest(copy: Path, path: str, timeout: float, before: Sequence[str] = ()) -> int:
    """Run a test module in a copy; its exit code, -1 where it had to be ended."""
    command = [
        str(copy / ".venv/bin/python"),
        *before,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        path,
    ]
    environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(copy / ".hypothesis")}
    process = subprocess.Popen(
        command,
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return -1


def report(drawn: Sequence[Mutant], fates: Sequence[str], least: float) -> int:
    """Print what came out; returns the exit code."""
    of_room, noticed = Counter(map(room_of, drawn)), Counter[str]()
    for mutant, by in zip(drawn, fates, strict=True):
        noticed[room_of(mutant)] += bool(by)
        if not by:
            print(f"survives: {described(mutant)}")
    for room, count in of_room.items():
        print(f"{room:8} {noticed[room]:4} of {count:4} noticed")
    share = sum(noticed.values()) / len(drawn)
    print(f"{'all':8} {sum(noticed.values()):4} of {len(drawn):4} noticed, {share:.0%}")
    return share < least


if __name__ == "__main__":
    sys.exit(main())
