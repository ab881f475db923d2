"""The #SBATCH lines that follow from a run alone: where its worker jobs run, who pays, and what each of them gets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from worker.spec.field_definition import MEMORY_PER_CPU
from worker.spec.fields import FIELDS
from worker.spec.run import Run
from worker.spec.sbatch_options import GRES, Option, options

_CHOICES = [field for field in FIELDS if field.option and field.path not in ("slurm.qos", "slurm.exclude")]
# Jobs that replace them later must not wait again, nor for jobs that Slurm has forgotten.
_OF_THE_FIRST = frozenset({"slurm.begin", "slurm.dependency"})
_PLAIN = re.compile(r"[A-Za-z0-9_./:,=@%+-]*")


def directives(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The lines for options with their values, "" for an option that has none."""
    return [
        f"#SBATCH --{name}={in_directive(value)}" if value else f"#SBATCH --{name}" for name, value in pairs
    ]


def directive(option: Option) -> str:
    """The line for an extra option of the config."""
    return f"#SBATCH {' '.join(map(in_directive, option.words))}"


def in_directive(word: str) -> str:
    """A word of an #SBATCH line: as it is, or in double quotes where it has blanks or quotes in it."""
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def time_text(seconds: int) -> str:
    """A time limit in Slurm's notation, in whole minutes, rounded up."""
    minutes = -(-seconds // 60)
    days, day_minutes = divmod(minutes, 24 * 60)
    return f"{days}-{day_minutes // 60:02}:{day_minutes % 60:02}:00"


def payer(run: Run) -> Iterator[tuple[str, str]]:
    """Where the jobs of a run go and who pays for them, as far as the config says so."""
    for name in ("partition", "account", "reservation", "qos"):
        if value := getattr(run, name):
            yield name, value


def of_driver(run: Run) -> Run:
    """What the driver's own job is to have, in the places where a run says it of its workers."""
    lines = [shlex.join(option.words) for option in options(run.sbatch) if option.of_driver]
    return replace(
        run,
        partition=run.driver_partition or run.partition,
        # A reservation is one of a partition's nodes.
        reservation="" if run.driver_partition else run.reservation,
        account=run.driver_account or run.account,
        qos=run.driver_qos or run.qos,
        walltime=run.driver_walltime,
        memory=run.memory and run.driver_memory,
        sbatch=(*lines, *run.driver_sbatch),
    )


def choices(run: Run, first: bool = True) -> Iterator[tuple[str, str]]:
    """What else the config says of the worker jobs in a field of its own; first: of those that begin the run.

    Nodes to leave out are not among them: those that have failed join them.
    """
    for field in _CHOICES:
        value = getattr(run, field.attribute)
        if value and (first or field.path not in _OF_THE_FIRST):
            yield field.option.lstrip("-"), time_text(value) if field.kind == "duration" else value


def memory(run: Run, amount: int) -> Iterator[tuple[str, str]]:
    """How a job of `run` asks for `amount` MB: not at all where the config has none, since its cluster may refuse it."""
    if run.memory:
        yield "mem-per-cpu" if run.memory_per == MEMORY_PER_CPU else "mem", f"{amount}M"


def resources(run: Run) -> Iterator[tuple[str, str]]:
    """What every worker job of a run gets."""
    yield "nodes", str(run.nodes)
    yield "ntasks", str(run.tasks)
    yield "cpus-per-task", str(run.cpus)
    yield from memory(run, run.memory)
    if run.enable_gpus and run.gpu_option == GRES:
        yield GRES, ",".join([f"gpu:{run.gpus}", *_other_gres(run)])
    elif run.enable_gpus:
        yield run.gpu_option, run.gpus


def _other_gres(run: Run) -> Iterator[str]:
    """What the lines of the config ask for beside GPUs: of two --gres, Slurm takes the last alone."""
    return (option.value for option in options(run.sbatch) if option.name == f"--{GRES}")


def excluded(run: Run, nodes: Sequence[str]) -> str:
    """A list of nodes for --exclude: those that have failed and those that the config leaves out."""
    configured = (option.value for option in options(run.sbatch) if option.name == "--exclude")
    return ",".join(filter(None, [*nodes, run.exclude, *configured]))


def extra(run: Run, exclude: Sequence[str] = ()) -> Iterator[str]:
    """The extra lines of the config, and one for the nodes that are left out."""
    joined = {"--exclude", f"--{GRES}"} if run.enable_gpus and run.gpu_option == GRES else {"--exclude"}
    for option in options(run.sbatch):
        if option.name not in joined:
            yield directive(option)
    if nodes := excluded(run, exclude):
        yield f"#SBATCH --exclude={in_directive(nodes)}"


def of_worker(run: Run) -> str:
    """What a worker job of `run` asks Slurm for, and the lines that it runs before the worker."""
    time = ("time", time_text(run.walltime or run.runtime))
    return "\n".join(
        [*directives([*payer(run), *resources(run), *choices(run), time]), *extra(run), *run.setup]
    )
