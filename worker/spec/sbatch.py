"""Extra #SBATCH options of a run: how they are read, and which of them the tool owns."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from worker.spec.problem import Problem
from worker.spec.text import quoted

_PATH = "slurm.sbatch"
# Option -> what says it instead.
_OWNED = {
    "--array": 'the field "Number of workers"',
    "--job-name": 'the field "Optimization run name"',
    "--partition": 'the field "Partition"',
    "--account": 'the field "Account"',
    "--reservation": 'the field "Reservation"',
    "--cpus-per-task": 'the field "CPUs per worker"',
    "--mem": 'the field "Memory (MB) per worker"',
    "--mem-per-cpu": 'the field "Memory (MB) per worker"',
    "--mem-per-gpu": 'the field "Memory (MB) per worker"',
    "--time": 'the field "Walltime of one worker job"',
    "--nodes": 'the field "Nodes per worker"',
    "--ntasks": 'the field "Tasks per worker"',
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
_GPU = frozenset({"--gres", "--gpus", "--gpus-per-node", "--gpus-per-task", "--gpus-per-socket"})
# Options that say who pays or how it is booked; the driver's job has them too.
PAYER_OPTIONS = frozenset({"--qos", "-q", "--wckey", "--comment", "--nice", "--licenses", "-L"})


def options(lines: Iterable[str]) -> Iterator[list[str]]:
    """The words of each line, without the #SBATCH that people write before them; empty lines are left out.

    Raises ValueError for a quotation that does not end.
    """
    for line in lines:
        words = shlex.split(line.strip().removeprefix("#SBATCH"))
        if words:
            yield words


def problems(lines: Iterable[str], enable_gpus: bool) -> Iterator[Problem]:
    """What is wrong with the extra lines: no option, a quotation that does not end, an option that the tool owns."""
    for line in lines:
        try:
            words = [word for found in options([line]) for word in found]
        except ValueError:
            yield Problem(
                _PATH,
                f"A quotation mark in {quoted(line)} has no partner.",
                "Write one behind the value too.",
            )
            continue
        if words and not words[0].startswith("-"):
            yield Problem(
                _PATH,
                f"{quoted(line)} is not an option of sbatch.",
                "An option starts with --, for example --qos=normal.",
            )
        for word in words:
            name = _long(word)
            if name in _OWNED or (enable_gpus and name in _GPU):
                instead = _OWNED.get(name, 'the field "GPUs per worker"')
                hint = f"Use {instead} instead." if instead else "Remove the line."
                yield Problem(_PATH, f"{quoted(name)} is set by OmniOpt itself.", hint)


def _long(word: str) -> str:
    """The long name of the option that `word` is or begins with; "" for a value."""
    if word.startswith("--"):
        return word.partition("=")[0]
    return _SHORT.get(word[:2], word[:2]) if word.startswith("-") and word[1:2].isalpha() else ""
