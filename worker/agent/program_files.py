"""What the files of a program show: missing, not executable, written for an interpreter that is not there."""

from __future__ import annotations

import difflib
import errno
import itertools
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from worker.spec.problem import closest

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_MOST_NAMES = 5000  # of a folder that are compared with a name
_INTERPRETERS = (
    "python3",
    "python",
    "bash",
    "sh",
    "Rscript",
    "perl",
    "ruby",
    "julia",
    "node",
    "octave",
    "zsh",
)
_ALIKE = 0.8  # share of letters that a misspelt name has in common with the right one
_NO_SHELL_SCRIPT = frozenset([".py", ".r", ".R", ".jl", ".pl", ".rb", ".js", ".m"])
_LINES = {".py": "#!/usr/bin/env python3", ".R": "#!/usr/bin/env Rscript", ".jl": "#!/usr/bin/env julia"}


class Weight(IntEnum):
    """How sure it is that a command cannot give a result."""

    DOUBT = 0  # it may well be meant so
    LIKELY = 1
    CERTAIN = 2


Weigh = Callable[[Path], Weight]
Finder = Callable[[str], "Weight | None"]  # None for a program that is found, or of which nothing is known


@dataclass(frozen=True)
class Fault:
    """Something that is wrong: a sentence that says what, one that says what to do, and how sure that is."""

    message: str
    advice: str
    weight: Weight

    @property
    def sentence(self) -> str:
        """Both sentences."""
        return f"{self.message} {self.advice}"

    def at_most(self, weight: Weight) -> Fault:
        """The same, but no surer."""
        return replace(self, weight=min(self.weight, weight))


def program_faults(program: str, path: Path, weigh: Weigh, find: Finder) -> Iterator[Fault]:
    """A program that is called by its path."""
    if missing(path) and os.path.islink(path):  # noqa: PTH114 - never fails
        target = os.path.realpath(path)
        message = f"The program {program} does not exist: it is a link to {target}, which is missing."
        yield Fault(message, "Recreate the link, or the environment that it belongs to.", weigh(Path(target)))
    elif missing(path):
        yield Fault(f"The program {program} does not exist.", hint(program, path), weigh(nearest(path)))
    elif is_folder(path):
        yield Fault(f"{program} is a folder, not a program.", "Name the program in it.", weigh(path))
    elif not os.access(path, os.X_OK) and not _hidden(path):
        message = f"{program} cannot be executed because its execute bit is not set."
        yield Fault(message, f"Run chmod +x {program}.", weigh(path))
    elif not _hidden(path):
        yield from _first_line_faults(program, path, weigh, find)


def script_faults(
    typed: str, path: Path, cwd: Path | None, weigh: Weigh, shell: bool, beside: Path | None
) -> Iterator[Fault]:
    """A script that an interpreter is to read."""
    if missing(path):
        relative = cwd is not None and not typed.startswith("/")
        message = (
            f"The script {typed} does not exist in {cwd}."
            if relative
            else f"The script {typed} does not exist."
        )
        advice = hint(typed, path)
        if beside is not None and not missing(beside / typed):
            advice = f"It is in {beside}; start from that folder or give its full path."
        yield Fault(message, advice, weigh(nearest(path)))
    elif not os.access(path, os.R_OK) and not _hidden(path):
        yield Fault(f"The script {typed} is not readable.", f"Run chmod u+r {typed}.", weigh(path))
    elif shell and b"\r\n" in _beginning(path):
        yield _crlf(typed, Weight.LIKELY)


def module_faults(name: str, cwd: Path | None) -> Iterator[Fault]:
    """A Python module, which may be in the folder or anywhere in the Python that runs."""
    if cwd is None or not _MODULE.fullmatch(name):
        return
    first, *submodules = name.split(".")
    top = cwd / first
    if submodules and is_folder(top):
        path = top.joinpath(*submodules)
        if missing(path.with_suffix(".py")) and missing(path / "__main__.py"):
            close = closest(path.name, [entry.stem for entry in _entries(path.parent)])
            advice = (
                f'Did you mean "{".".join([first, *submodules[:-1], close])}"?'
                if close
                else "Correct its name."
            )
            yield Fault(f"The module {name} is not in {top}.", advice, Weight.LIKELY)
    elif not submodules and missing(top.with_suffix(".py")) and missing(top):
        names = [
            entry.stem
            for entry in _entries(cwd)
            if entry.suffix == ".py" or not missing(entry / "__main__.py")
        ]
        if close := closest(first, names):
            yield Fault(f"The module {name} is not in {cwd}.", f'Did you mean "{close}"?', Weight.LIKELY)


def not_found(program: str, cwd: Path | None, certain: bool) -> Fault:
    """A name that finds no program. certain: whether it is looked for on this machine, in this search path."""
    weight = Weight.CERTAIN if certain or misspelt(program) else Weight.LIKELY
    advice = "Give its full path, or load its module or environment first (a wrapper script is a good place)."
    if cwd is not None and not missing(cwd / program) and not is_folder(cwd / program):
        advice = f'Did you mean "./{program}"?'
    elif close := misspelt(program) or next(iter(difflib.get_close_matches(program, _here(), 1, _ALIKE)), ""):
        advice = f'Did you mean "{close}"?'
    return Fault(f"The program {program} was not found here.", advice, weight)


def _here() -> list[str]:
    """The interpreters that this machine has."""
    return [name for name in _INTERPRETERS if shutil.which(name)]


def misspelt(name: str) -> str:
    """The interpreter that `name` is with two letters exchanged, one too many or one too few; "" for none."""
    for interpreter in _INTERPRETERS:
        if (
            len(interpreter) >= 4
            and name != interpreter
            and (sorted(name) == sorted(interpreter) or _one_apart(name, interpreter))
        ):
            return interpreter
    return ""


def _one_apart(name: str, correct: str) -> bool:
    """Whether a letter is missing in `name`, or written twice; numbers of versions are no letters."""
    stem, correct_stem = name.rstrip("0123456789."), correct.rstrip("0123456789.")
    shorter = {correct_stem[:i] + correct_stem[i + 1 :] for i in range(1, len(correct_stem))}
    doubled = {
        correct_stem[:i] + correct_stem[i - 1] + correct_stem[i:] for i in range(1, len(correct_stem) + 1)
    }
    return len(correct_stem) > 4 and stem in shorter | doubled


def _first_line_faults(program: str, path: Path, weigh: Weigh, find: Finder) -> Iterator[Fault]:
    beginning = _beginning(path)
    first = beginning.partition(b"\n")[0]
    if beginning.startswith(b"#!"):
        if first.endswith(b"\r"):
            yield _crlf(program, weigh(path))
        else:
            yield from _interpreter_faults(program, os.fsdecode(first[2:]).split(), weigh, find)
    elif b"\0" not in beginning and beginning.strip():
        another = path.suffix in _NO_SHELL_SCRIPT
        line = _LINES.get(path.suffix, "#!/usr/bin/env python3")
        yield Fault(
            f"{program} has no #! line, so bash runs it as a shell script.",
            f"Begin it with the line for its language, for example {line}.",
            weigh(path) if another else Weight.DOUBT,
        )


def _interpreter_faults(program: str, line: list[str], weigh: Weigh, find: Finder) -> Iterator[Fault]:
    """What is wrong with the interpreter that a first line names."""
    interpreter = line[0] if line else ""
    if not interpreter or missing(Path(interpreter)):
        close = next(iter(difflib.get_close_matches(Path(interpreter).name, _here(), 1, _ALIKE)), "")
        message = (
            f"The first line of {program} names the interpreter {interpreter}, which does not exist here."
            if interpreter
            else f"The first line of {program} names no interpreter."
        )
        advice = (
            f'Did you mean "#!/usr/bin/env {close}"?'
            if close
            else "Correct it, for example #!/usr/bin/env python3."
        )
        weight = Weight.CERTAIN if misspelt(Path(interpreter).name) else weigh(Path(interpreter or "/"))
        yield Fault(message, advice, weight)
    elif Path(interpreter).name == "env":
        named = [word for word in line[1:] if not word.startswith("-") and "=" not in word]
        name = named[0] if named else ""
        unavailable = find(name) if name and "/" not in name else None
        if unavailable is not None:
            message = f"The first line of {program} names the interpreter {name}, which was not found here."
            yield Fault(message, not_found(name, None, certain=True).advice, unavailable)


def _crlf(script: str, weight: Weight) -> Fault:
    return Fault(
        f"{script} has Windows line endings (CRLF), which shells and the system treat as part of the words.",
        f"Convert it with sed -i 's/\\r$//' {script}.",
        weight,
    )


def missing(path: Path) -> bool:
    """Whether there is certainly nothing of that name; what one may not look at may be there."""
    try:
        path.stat()
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
    except ValueError:  # a letter that no path can have
        return True
    return False


def is_folder(path: Path) -> bool:
    """Whether there is a folder of that name."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _hidden(path: Path) -> bool:
    """Whether one may not even see what is there."""
    try:
        path.stat()
    except OSError:
        return True
    return False


def nearest(path: Path) -> Path:
    """The folder above a missing path that exists: whoever shares that folder misses the path, too."""
    return next(folder for folder in path.absolute().parents if is_folder(folder))


def close_to(path: Path) -> str:
    """The name in the folder of a missing file that it was perhaps meant to be, "" for none."""
    names = [entry.name for entry in _entries(path.parent)]
    return next(iter(difflib.get_close_matches(path.name, names, 1, _ALIKE)), "")


def hint(typed: str, path: Path) -> str:
    """What to do about a path that does not exist: the one that is most like it, where there is one."""
    folder = nearest(path)
    names = path.absolute().relative_to(folder).parts
    close = closest(names[0], [entry.name for entry in _entries(folder)])
    if close:
        meant = folder.joinpath(close, *names[1:])
        behind = len(typed.rstrip("/").split("/")) - len(names)
        shown = "/".join([*typed.split("/")[:behind], close, *names[1:]]) if behind >= 0 else str(meant)
        if not missing(meant):
            return f'Did you mean "{shown}"?'
    if len(names) > 1:
        if close:
            return f'There is no {names[0]} in {folder}, but there is "{close}"; correct the path.'
        return f"There is no {names[0]} in {folder}; correct the path."
    return "Give its full path, or correct its name."


def _entries(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in itertools.islice(entries, _MOST_NAMES)]
    except OSError:
        return []


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b"\0"  # unreadable: nothing to complain about from here
