"""Extra #SBATCH options of a run: how they are read, and which of them the tool owns."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.spec.fields import BY_PATH
from worker.spec.problem import Problem
from worker.spec.text import quoted

_PATH = "slurm.sbatch"
# Option -> the field that says it instead, if there is one.
_ALWAYS_OWNED = {
    "--array": "run.workers",
    "--job-name": "run.name",
    "--partition": "slurm.partition",
    "--account": "slurm.account",
    "--reservation": "slurm.reservation",
    "--cpus-per-task": "slurm.cpus",
    "--time": "slurm.walltime",
    "--nodes": "slurm.nodes",
    "--ntasks": "slurm.tasks",
    **dict.fromkeys(
        (
            "--output", "--error", "--input", "--open-mode", "--requeue", "--no-requeue", "--signal", "--dependency",
            "--chdir", "--wrap", "--wait", "--test-only", "--parsable", "--export", "--export-file", "--hold",
            "--kill-on-invalid-dep", "--time-min", "--uid", "--gid", "--clusters",
        ),
        "",
    ),
}  # fmt: skip
_SHORT = {
    "-a": "--array", "-J": "--job-name", "-p": "--partition", "-A": "--account", "-c": "--cpus-per-task",
    "-t": "--time", "-N": "--nodes", "-n": "--ntasks", "-o": "--output", "-e": "--error", "-i": "--input",
    "-d": "--dependency", "-D": "--chdir", "-W": "--wait", "-H": "--hold", "-M": "--clusters",
    "-q": "--qos", "-C": "--constraint", "-x": "--exclude", "-w": "--nodelist", "-G": "--gpus", "-L": "--licenses",
}  # fmt: skip
_MEMORY_OPTIONS = ("--mem", "--mem-per-cpu", "--mem-per-gpu")
GRES = "gres"
GPU_OPTIONS = frozenset({f"--{GRES}", "--gpus", "--gpus-per-node", "--gpus-per-task", "--gpus-per-socket"})
# Options that say who pays or how it is booked; the driver's job has them too.
PAYER_OPTIONS = frozenset({"--qos", "--wckey", "--comment", "--nice", "--licenses"})
# Letters that take no value, so that another option may follow in the same word.
_FLAGS = frozenset("hHkOQsuvVW")


@dataclass(frozen=True)
class Option:
    """An option of sbatch as it was written: its long name as far as that is known, and its words."""

    name: str
    words: tuple[str, ...]

    @property
    def joined(self) -> bool:
        """Whether its value stands in the same word (`--qos=a`, `-qa`)."""
        return "=" in self.words[0] if self.words[0].startswith("--") else len(self.words[0]) > 2

    @property
    def value(self) -> str:
        """What follows its name, "" for nothing."""
        first = self.words[0]
        if not self.joined:
            return " ".join(self.words[1:])
        return first.partition("=")[2] if first.startswith("--") else first[2:]


def options(lines: Iterable[str]) -> Iterator[Option]:
    """The options of all lines, one by one, without the #SBATCH that people write before them.

    Raises ValueError for a quotation that does not end.
    """
    for line in lines:
        groups: list[list[str]] = []
        for word in _words(line.strip().removeprefix("#SBATCH")):
            if word.startswith("-") or not groups:
                groups.append([])
            groups[-1].append(word)
        yield from (Option(_long(words[0]), tuple(words)) for words in groups)


def _words(text: str) -> list[str]:
    """The words of `text` as a shell takes them; shlex, which looks at every letter, is slow where nothing is quoted."""
    return shlex.split(text) if any(mark in text for mark in "'\"\\") else text.split()


def problems(lines: Iterable[str], values: Mapping[str, object]) -> Iterator[Problem]:
    """What is wrong with the extra lines: no option, a quotation that does not end, an option that the tool owns.

    values: what the fields of the run say, by attribute.
    """
    owned = _owned_beside(values)
    for line in lines:
        try:
            line_options = list(options([line]))
        except ValueError:
            yield Problem(
                _PATH,
                f"{quoted(line)} has an unmatched quotation mark.",
                "Write one after the value, too.",
            )
            continue
        for option in line_options:
            if problem := _problem(option, line, owned):
                yield problem
                break


def _owned_beside(values: Mapping[str, object]) -> Mapping[str, str]:
    """The options that are the tool's own beside these fields, with the field that says each of them instead."""
    owned = dict(_ALWAYS_OWNED)
    if values.get("memory", 0):
        owned |= dict.fromkeys(_MEMORY_OPTIONS, "slurm.memory")
    if values.get("enable_gpus", False):
        owned |= dict.fromkeys(GPU_OPTIONS, "slurm.gpus")
    return owned


def _problem(option: Option, line: str, owned: Mapping[str, str]) -> Problem | None:
    first, *values = option.words
    if not first.startswith("-") or first in ("-", "--"):
        hint = "An option starts with --, for example --qos=normal."
        return Problem(_PATH, f"{quoted(line)} is not an option of sbatch.", hint)
    name = _full_name(option.name, owned)
    if name and not _beside_gpus(option):
        hint = f'Use the field "{BY_PATH[owned[name]].label}" instead.' if owned[name] else "Remove it."
        return Problem(_PATH, f"{quoted(name)} is set by OmniOpt itself.", hint)
    if not first.startswith("--") and first[1] in _FLAGS and len(first) > 2:
        return Problem(
            _PATH, f"{quoted(first)} is several options in one word.", "Write each one separately."
        )
    if len(values) > (0 if option.joined else 1):
        hint = "Put a value with blanks in quotation marks, and leave out what is not an option."
        return Problem(_PATH, f"{quoted(values[-1])} in {quoted(line)} does not belong to an option.", hint)
    return None


def _beside_gpus(option: Option) -> bool:
    """Whether an option asks for generic resources none of which is a GPU; they join those of the tool."""
    entries = option.value.split(",")
    return option.name == f"--{GRES}" and not any(re.match(r"(?:gres[:/])?gpu\b", entry) for entry in entries)


def _full_name(name: str, owned: Collection[str]) -> str:
    """The one of the options that `name` stands for, also where it is shortened as sbatch allows; "" for none."""
    if name in owned or not name.startswith("--"):
        return name if name in owned else ""
    return next((option for option in sorted(owned) if option.startswith(name)), "")


def _long(word: str) -> str:
    """The long name of the option that `word` begins with."""
    return word.partition("=")[0] if word.startswith("--") else _SHORT.get(word[:2], word[:2])


def field_of(name: str) -> str:
    """The field of the config that says what the option `name` of sbatch does, short or long."""
    option = _SHORT.get(name, name)
    return _owned_beside({"memory": 1, "enable_gpus": True}).get(option) or _PATH
