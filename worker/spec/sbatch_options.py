"""Extra #SBATCH options of a run: how they are read, and which of them the tool owns."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.spec.fields import BY_PATH, FIELDS
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
    "--dependency": "slurm.dependency",
    "--time-min": "slurm.time_min",
    "--clusters": "slurm.cluster",
    **dict.fromkeys(
        (
            "--output", "--error", "--input", "--open-mode", "--requeue", "--no-requeue", "--signal",
            "--chdir", "--wrap", "--wait", "--test-only", "--parsable", "--hold",
            "--uid", "--gid",
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
_MEMORY_FIELDS, _GPU_FIELDS = ("slurm.memory", "slurm.memory_per"), ("slurm.gpus", "slurm.gpu_option")
_MEMORY_OPTIONS = ("--mem", "--mem-per-cpu", "--mem-per-gpu")
GRES = "gres"
GPU_OPTIONS = frozenset({f"--{GRES}", "--gpus", "--gpus-per-node", "--gpus-per-task", "--gpus-per-socket"})
# Options that say who pays or how it is booked; the driver's job has them too.
PAYER_OPTIONS = frozenset({"--qos", "--wckey", "--comment", "--nice", "--licenses"})
# Option -> the field that says it as well; one of both is enough.
_FIELDS = {field.option: field for field in FIELDS if field.option}
_MARK = re.compile(r"(all|workers):\s*")
# Letters that take no value, so that another option may follow in the same word.
_FLAGS = frozenset("hHkOQsuvVW")


@dataclass(frozen=True)
class Option:
    """An option of sbatch as it was written: its long name as far as that is known, and its words.

    mark: what its line begins with to say whose it is, "all" or "workers"; "" for none.
    """

    name: str
    words: tuple[str, ...]
    mark: str = ""

    @property
    def of_driver(self) -> bool:
        """Whether the driver's job has it, too."""
        return self.mark == "all" or (not self.mark and self.name in PAYER_OPTIONS)

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
    """The options of all lines, one by one, without their marks and the #SBATCH that people write before them.

    Raises ValueError for a quotation that does not end.
    """
    for line in lines:
        groups: list[list[str]] = []
        mark = _MARK.match(line.strip())
        text = line.strip()[mark.end() if mark else 0 :].strip()
        for word in _words(text.removeprefix("#SBATCH")):
            if word.startswith("-") or not groups:
                groups.append([])
            groups[-1].append(word)
        yield from (Option(_long(words[0]), tuple(words), mark[1] if mark else "") for words in groups)


def _words(text: str) -> list[str]:
    """The words of `text` as a shell takes them; shlex, which looks at every letter, is slow where nothing is quoted."""
    return shlex.split(text) if any(mark in text for mark in "'\"\\") else text.split()


def problems(lines: Iterable[str], values: Mapping[str, object], path: str = _PATH) -> Iterator[Problem]:
    """What is wrong with the extra lines: no option, a quotation that does not end, an option that the tool owns.

    values: what the fields of the jobs that get these lines say, by attribute. path: the field that has the lines.
    """
    owned = _owned_beside(values)
    for line in lines:
        try:
            line_options = list(options([line]))
        except ValueError:
            yield Problem(
                path,
                f"{quoted(line)} has an unmatched quotation mark.",
                "Write one after the value, too.",
            )
            continue
        for option in line_options:
            if problem := _problem(option, line, owned, path) or _said_twice(option, values, path):
                yield problem
                break


def _owned_beside(values: Mapping[str, object]) -> Mapping[str, tuple[str, ...]]:
    """The options that are the tool's own beside these fields, with the fields that say each of them instead."""
    owned: dict[str, tuple[str, ...]] = {
        option: (path,) if path else () for option, path in _ALWAYS_OWNED.items()
    }
    if values.get("memory", 0):
        owned |= dict.fromkeys(_MEMORY_OPTIONS, _MEMORY_FIELDS)
    if values.get("enable_gpus", False):
        owned |= dict.fromkeys(GPU_OPTIONS, _GPU_FIELDS)
    return owned


def _problem(option: Option, line: str, owned: Mapping[str, tuple[str, ...]], path: str) -> Problem | None:
    first, *values = option.words
    if not first.startswith("-") or first in ("-", "--"):
        hint = "An option starts with --, for example --qos=normal."
        return Problem(path, f"{quoted(line)} is not an option of sbatch.", hint)
    name = _full_name(option.name, owned)
    if name and not _beside_gpus(option):
        return Problem(
            path, f"{quoted(name)} is set by OmniOpt itself.", _instead(owned[name], path.partition(".")[0])
        )
    if not first.startswith("--") and first[1] in _FLAGS and len(first) > 2:
        return Problem(path, f"{quoted(first)} is several options in one word.", "Write each one separately.")
    if len(values) > (0 if option.joined else 1):
        hint = "Put a value with blanks in quotation marks, and leave out what is not an option."
        return Problem(path, f"{quoted(values[-1])} in {quoted(line)} does not belong to an option.", hint)
    return None


def _instead(paths: Sequence[str], section: str) -> str:
    """What to do about an option that these fields say, or that none says. section: of the lines that have it."""
    own = tuple(f"{section}.{path.partition('.')[2]}" for path in paths)
    paths = tuple(path for path in own if path in BY_PATH) or paths
    if not paths:
        return "Remove it."
    labels = " and ".join(f'"{BY_PATH[path].label}"' for path in paths)
    advice = f"Use the {'field' if len(paths) == 1 else 'fields'} {labels} instead."
    of_memory = paths[0].endswith(".memory")
    return f"{advice} Without any memory there, the option is free." if of_memory else advice


def _said_twice(option: Option, values: Mapping[str, object], path: str) -> Problem | None:
    """An option whose field is filled in as well, so that it is open which of them counts."""
    field = _FIELDS.get(_full_name(option.name, _FIELDS))
    if field is None or not values.get(field.attribute):
        return None
    message = f'What {quoted(field.option)} says is also in the field "{field.label}".'
    return Problem(path, message, "Remove the option, or leave the field empty.")


def _beside_gpus(option: Option) -> bool:
    """Whether an option asks for generic resources none of which is a GPU; they join those of the tool."""
    entries = option.value.split(",")
    return option.name == f"--{GRES}" and not any(re.match(r"(?:gres[:/])?gpu\b", entry) for entry in entries)


def _full_name(name: str, owned: Iterable[str]) -> str:
    """The one of the options that `name` stands for, also where it is shortened as sbatch allows; "" for none."""
    # The name itself comes before any that is longer.
    return min((option for option in owned if option.startswith(name)), default="")


def _long(word: str) -> str:
    """The long name of the option that `word` begins with."""
    return word.partition("=")[0] if word.startswith("--") else _SHORT.get(word[:2], word[:2])


def field_of(name: str) -> str:
    """The field of the config that says what the option `name` of sbatch does, short or long."""
    option = _SHORT.get(name, name)
    if option in _FIELDS:
        return _FIELDS[option].path
    return next(iter(_owned_beside({"memory": 1, "enable_gpus": True}).get(option, ())), _PATH)
