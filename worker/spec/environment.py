"""Modules and variables of an evaluation: read, written, checked, and what a variable stands for where a program runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from worker.spec.environment_fields import TRIAL_FOLDER
from worker.spec.field_definition import HOME_VARIABLE_PATTERN
from worker.spec.problem import Problem
from worker.spec.raw_values import ConversionError, line
from worker.spec.text import quoted

Variables = tuple[tuple[str, str], ...]  # names and values as typed
_MODULE = re.compile(r"[A-Za-z0-9_.+][A-Za-z0-9_.+/:=@-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What stands for another variable, or for a $ itself.
_REFERENCE = re.compile(r"\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_HOME = re.compile(r"~(?=/|$)")
_OURS = "OMNIOPT_"
_OF_THE_SHELL = frozenset(
    ["_", "BASHOPTS", "BASHPID", "EUID", "OLDPWD", "PPID", "PWD", "SHELLOPTS", "SHLVL", "UID"]
)
_OF_THE_WORKER = frozenset({"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"})
_SECRET = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|CREDENTIAL", re.IGNORECASE)
_MOST = 200
_EXAMPLE = "Write for example OMP_NUM_THREADS=4; one line is one variable."
_PATH = "environment.variables"


class NotSetError(ValueError):
    """A variable that another one needs is not set; its text says so."""


def modules(raw: object) -> tuple[str, ...]:
    """The names in a list, or in a text with blanks, commas or line ends between them. Raises ConversionError."""
    parts: Sequence[object] = raw if isinstance(raw, (list, tuple)) else (raw,)
    if isinstance(raw, str):
        parts = raw.replace("\r\n", "\n").replace("\n", " ").split(" ")
    names = [name for part in parts for name in re.split(r"[ \t,;]+", line(part)) if name]
    if len(names) > _MOST:
        raise ConversionError(
            f"These are {len(names):,} modules; at most {_MOST} are allowed.", "List fewer."
        )
    for name in names:
        if not _MODULE.fullmatch(name):
            raise ConversionError(
                f"{quoted(name)} is no name of a module.",
                "Write names and versions only: GCC/12 Python/3.11.",
            )
    return tuple(names)


def modules_text(names: Sequence[str]) -> str:
    """The canonical text of a list of modules."""
    return " ".join(names)


def variables(raw: object) -> Variables:
    """The variables in a table, or in lines of the form NAME=value. Raises ConversionError."""
    if isinstance(raw, Mapping):
        pairs = [(line(name), line(value)) for name, value in raw.items()]
    else:
        rows: Sequence[object] = raw if isinstance(raw, (list, tuple)) else (raw,)
        if isinstance(raw, str):
            rows = [row for row in raw.replace("\r\n", "\n").split("\n") if row.strip(" \t")]
        pairs = [_pair(row) for row in rows]
    if len(pairs) > _MOST:
        raise ConversionError(
            f"These are {len(pairs):,} variables; at most {_MOST} are allowed.", "List fewer."
        )
    return tuple(pairs)


def _pair(row: object) -> tuple[str, str]:
    if isinstance(row, (list, tuple)) and len(row) == 2:
        return line(row[0]), line(row[1])
    name, equals, value = line(row).partition("=")
    if not equals:
        raise ConversionError(f"{quoted(line(row))} is no variable.", _EXAMPLE)
    return name.strip(" \t"), value.strip(" \t")


def variables_text(pairs: Variables) -> str:
    """The canonical text of variables: a line for each."""
    return "\n".join(f"{name}={value}" for name, value in pairs)


def problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the environment that these values of fields, by their attribute, describe."""
    seen: set[str] = set()
    for name, value in values.get("variables", ()):
        yield from _name_problems(name)
        if name in seen:
            yield Problem(_PATH, f"The variable {quoted(name)} is listed twice.", "List each once.")
        seen.add(name)
        if _SECRET.search(name) and value and not value.startswith("$"):
            yield Problem(
                _PATH,
                f"{name} seems to hold a secret, which would be in links and in the files of the run.",
                "Export it in the shell that you start the run from, which is enough; or let the program read it from a file.",
                "warning",
            )
        if "$" in _REFERENCE.sub("", value):
            yield Problem(
                _PATH,
                f"The value of {name} has a $ that stands for no variable: {quoted(value)}.",
                "Write $NAME or ${NAME} for another variable, and $$ for a $ itself; nothing else is filled in.",
            )
    if values.get("venv") and values.get("conda"):
        yield Problem(
            "environment.conda",
            "There is a virtual environment as well, which is activated after this one and hides its Python.",
            "Leave one of them out, unless you mean that.",
            "warning",
        )
    if values.get("run_in") and values["run_in"].casefold() == "trial_folder":
        yield Problem(
            "environment.run_in", f"{quoted(values['run_in'])} is no folder.", f'Write "{TRIAL_FOLDER}".'
        )


def _name_problems(name: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        message = f"{quoted(name)} is no name of a variable." if name else "A variable has no name."
        yield Problem(_PATH, message, "Names have letters, digits and _, and do not begin with a digit.")
    elif name.startswith(_OURS):
        yield Problem(_PATH, f"{name} is set by OmniOpt itself.", f"Use a name without {_OURS}.")
    elif name in _OF_THE_SHELL:
        yield Problem(_PATH, f"{name} is set by the shell itself.", "Use another name.")
    elif name in _OF_THE_WORKER:
        yield Problem(
            _PATH,
            f"{name} says which GPUs a worker has; with another value, workers may share one.",
            "Leave it out, unless you mean that.",
            "warning",
        )


def filled_in(pairs: Sequence[tuple[str, str]], environment: Mapping[str, str]) -> dict[str, str]:
    """What variables are where a program runs in `environment`, of which they may name others. Raises NotSetError."""
    found: dict[str, str] = {}
    for name, text in pairs:
        parts = list(_parts(text))
        for part in parts:
            if part.name and part.name not in found and part.name not in environment:
                raise NotSetError(f"The variable {name} needs {part.name}, which is not set.")
        found[name] = "".join(found.get(part.name, environment.get(part.name, part.text)) for part in parts)
    return found


def quoted_for_shell(text: str) -> str:
    """The value of a variable as a shell takes it, which then fills in what it names."""
    parts = (
        f"${{{part.name}}}" if part.name else re.sub(r'(["\\`$])', r"\\\1", part.text)
        for part in _parts(text)
    )
    return f'"{"".join(parts)}"'


class _Part(NamedTuple):
    """A part of a value: the name of a variable that stands there, or a text."""

    name: str
    text: str


def _parts(text: str) -> Iterator[_Part]:
    at_home = _HOME.sub("$HOME", text, count=1) if _HOME.match(text) else text
    end = 0
    for match in _REFERENCE.finditer(at_home):
        yield _Part("", at_home[end : match.start()])
        name = match[1] or match[2] or ""
        yield _Part(name, "" if name else "$")
        end = match.end()
    yield _Part("", at_home[end:])


def folder(text: str, base: Path) -> Path:
    """The folder that a path means for a run that was started in `base`; ~ and $HOME are the home folder."""
    at_home = re.sub(HOME_VARIABLE_PATTERN, "~", text)
    path = Path(at_home)
    return base / (path.expanduser() if at_home == "~" or at_home.startswith("~/") else path)


def runs_in(text: str, base: Path, trial_folder: Path) -> Path:
    """The folder that evaluations begin in, as a field has it, where the run was started in `base`."""
    return trial_folder if text == TRIAL_FOLDER else folder(text, base) if text else base
