"""What a link or config of the original meant, where the same words mean something else here: put right, with a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from worker.spec.field_definition import LONGEST_NAME
from worker.spec.field_values import field_value
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.parameter_settings import SettingKind
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import WEIGHTED_TYPE
from worker.spec.problem import MOST_LISTED, Problem
from worker.spec.raw_values import ConversionError, integer, raw_text, real
from worker.spec.run import Draft, ParameterDraft, ReadResult
from worker.spec.setting_values import setting_value
from worker.spec.text import quoted, shown

# Whether the partitions of the cluster that the original was made for have GPUs.
GPU_PARTITIONS: Mapping[str, bool] = {
    "ml": True,
    "gpu2": True,
    "alpha": True,
    "hpdlf": True,
    "haswell64": False,
    "haswell128": False,
    "haswell256": False,
    "romeo": False,
}
_CPUS_BESIDE_GPUS = 4  # that the original asked for on partitions with GPUs; elsewhere it was one
_NAME = "run.name"
_PARTITION, _ENABLE_GPUS, _GPUS, _CPUS = "slurm.partition", "slurm.enable_gpus", "slurm.gpus", "slurm.cpus"
_MEMORY, _OBJECTIVE, _ALGORITHM, _PRECISION = (
    "slurm.memory",
    "run.objective",
    "search.algorithm",
    "run.precision",
)
# The original's links had no such keys, and ours always have the first one.
_OURS = frozenset({_ENABLE_GPUS, *(field.path for field in FIELDS if field.advanced)})
_ALGORITHMS = {
    "simulated_annealing": "anneal.suggest",
    "hyperopt.anneal.suggest": "anneal.suggest",
    "hyperopt.tpe.suggest": "tpe.suggest",
    "rand.suggest": "hyperopt.rand.suggest",
    "random": "hyperopt.rand.suggest",
    "grid_search": "gridsearch",
}
_PLACES = {
    "projectdir": ("($projectdir)/..", "the folder of all projects"),
    "mainpath": ("($projectdir)/../..", "the folder of OmniOpt"),
}
_PLACE = re.compile(r"\(\$(" + "|".join(_PLACES) + r")\)")


@dataclass(frozen=True)
class Partitions:
    """What is known about the cluster where a link or config is opened.

    gpus: whether a partition has GPUs, as far as that is known. default: that of a link that names none.
    """

    gpus: Mapping[str, bool] = field(default_factory=lambda: GPU_PARTITIONS)
    default: str = ""


ORIGINAL_PARTITIONS = Partitions()


def of_link(read: ReadResult, partitions: Partitions) -> ReadResult:
    """What a link that was read means: as it stands where the page wrote it, else as the original took it."""
    values = dict(read.draft.values)
    ours = not _OURS.isdisjoint(values)
    empty = not values and all(parameter == ParameterDraft() for parameter in read.draft.parameters)
    if partitions.default:
        values.setdefault(_PARTITION, partitions.default)
    with_partition = replace(read, draft=replace(read.draft, values=values))
    with_gpus = _with_gpus(with_partition, partitions, "link")
    if empty:  # nobody's link, but the form as it is at first
        first = {field.path: field.at_first for field in FIELDS if field.at_first is not None}
        draft = replace(with_gpus.draft, values={**with_gpus.draft.values, **first})
        return ReadResult(draft, read.problems)
    return with_gpus if ours else _as_original(with_gpus, partitions)


def of_config(read: ReadResult) -> ReadResult:
    """What a config.ini or config.json that the original wrote means."""
    values = dict(read.draft.values)
    problems = list(read.problems)
    precision = values.pop(_PRECISION, None)
    default = str(BY_PATH[_PRECISION].default)
    if precision is not None and raw_text(precision).strip() != default:
        problems.append(
            _note(
                _PRECISION,
                f"In the original, precision ({shown(raw_text(precision))}) only affected what it displayed; the program got the values in full.",
                f"It is {default} significant digits here, which you may change.",
            )
        )
    without_precision = ReadResult(replace(read.draft, values=values), tuple(problems))
    return _as_original(_with_gpus(without_precision, ORIGINAL_PARTITIONS, "config"), ORIGINAL_PARTITIONS)


def named(read: ReadResult, file: str, folder: str = "") -> ReadResult:
    """A config that names no run with the name of its file, or of its folder where the file is just called config."""
    if raw_text(read.draft.values.get(_NAME, "")).strip():
        return read
    stem, _, _ = file.rpartition(".")
    by_folder = (stem or file).lower() == "config"
    name = re.sub(r"[^A-Za-z0-9_]+", "_", folder if by_folder else stem or file).strip("_")[:LONGEST_NAME]
    if not name:
        return read
    message = (
        f"The config does not name the run; it is called {name}, like its folder."
        if by_folder
        else f"The config does not name the run; it is called {name}, like its file."
    )
    note = _note(_NAME, message, "Write another name if you like (--name on the command line).")
    draft = replace(read.draft, values={**read.draft.values, _NAME: name})
    return ReadResult(draft, (*read.problems, note))


def _note(path: str, message: str, hint: str) -> Problem:
    return Problem(path, message, hint, "note")


def _with_gpus(read: ReadResult, partitions: Partitions, source: str) -> ReadResult:
    """With the original's default of GPUs, where nothing is said about them: on where the partition has some."""
    values = dict(read.draft.values)
    if raw_text(values.get(_GPUS, "")).strip() == "0":  # the original's way to ask for none
        del values[_GPUS]
        values[_ENABLE_GPUS] = "0"
    if _ENABLE_GPUS in values:
        return replace(read, draft=replace(read.draft, values=values))
    partition = raw_text(values.get(_PARTITION, "")).strip()
    has = partitions.gpus.get(partition)
    problems = read.problems
    if has:
        values[_ENABLE_GPUS] = "1"
        message = f"GPUs are on: the {source} does not say, and the partition {shown(partition)} has GPUs."
        problems = (*problems, _note(_ENABLE_GPUS, message, "Switch them off if your program uses none."))
    elif has is None and source == "link":
        which = f"the partition {shown(partition)}" if partition else "the cluster's default partition"
        message = f"GPUs are off: the link does not say, and it is not known here whether {which} has GPUs."
        problems = (*problems, _note(_ENABLE_GPUS, message, "Switch them on if your program uses GPUs."))
    return ReadResult(replace(read.draft, values=values), problems)


def _as_original(read: ReadResult, partitions: Partitions) -> ReadResult:
    values = dict(read.draft.values)
    problems = list(read.problems)
    for put_right in (_algorithm, _places, _memory):
        problems.extend(put_right(values, read.draft.parameters, partitions))
    parameters = []
    for index, parameter in enumerate(read.draft.parameters):
        settings, notes = _settings(f"parameters.{index}", parameter)
        parameters.append(replace(parameter, settings=settings))
        problems.extend(notes)
    return ReadResult(Draft(values, tuple(parameters)), tuple(problems))


def _algorithm(values: dict[str, object], *_: object) -> Iterator[Problem]:
    typed = raw_text(values.get(_ALGORITHM, "")).strip()
    if name := _ALGORITHMS.get(typed.lower()):
        values[_ALGORITHM] = name
        yield _note(
            _ALGORITHM, f"{quoted(typed)} is called {name} here.", "You do not need to change anything."
        )


def _places(
    values: dict[str, object], parameters: tuple[ParameterDraft, ...], _: Partitions
) -> Iterator[Problem]:
    objective = values.get(_OBJECTIVE)
    if not isinstance(objective, str):
        return
    names = {parameter.name.strip() for parameter in parameters}
    outdated = [name for name in dict.fromkeys(_PLACE.findall(objective)) if name not in names]
    for name in outdated:
        replacement, meaning = _PLACES[name]
        yield _note(
            _OBJECTIVE,
            f"(${name}) was {meaning} in the original; it is now written {replacement}, since ($projectdir) is the run's own folder here.",
            "If your files are in the folder of an old OmniOpt, write its full path.",
        )
    values[_OBJECTIVE] = _PLACE.sub(
        lambda match: _PLACES[match[1]][0] if match[1] in outdated else match[0], objective
    )


def _memory(
    values: dict[str, object], _: tuple[ParameterDraft, ...], partitions: Partitions
) -> Iterator[Problem]:
    """Memory for each CPU of a worker, where the original gave a worker several."""
    memory = BY_PATH[_MEMORY]
    if _MEMORY not in values and _OBJECTIVE not in values:
        return  # too little to be a run of the original
    try:
        cpus, each = _cpus(values, partitions), field_value(memory, values.get(_MEMORY, memory.default))
    except ConversionError:
        return
    if isinstance(each, int) and each and cpus > 1:
        values[_MEMORY] = str(each * cpus)
        yield _note(
            _MEMORY,
            f"The original asked for {each} MB for each of {cpus} CPUs: that is {each * cpus} MB per worker.",
            "Write what one evaluation needs.",
        )


def _cpus(values: Mapping[str, object], partitions: Partitions) -> int:
    """How many CPUs the original gave a worker. Raises ConversionError."""
    if _CPUS in values:
        return integer(values[_CPUS])
    has_gpus = partitions.gpus.get(raw_text(values.get(_PARTITION, "")).strip())
    if has_gpus is None:
        has_gpus = field_value(BY_PATH[_ENABLE_GPUS], values.get(_ENABLE_GPUS, "")) is True
    return _CPUS_BESIDE_GPUS if has_gpus else 1


def _settings(path: str, parameter: ParameterDraft) -> tuple[Mapping[str, object], list[Problem]]:
    """The settings of a parameter that the original took, and what had to be put right."""
    kind = PARAMETER_TYPES.get(parameter.type)
    if kind is None:
        return parameter.settings, []
    try:
        if "values" in kind.settings:
            return _without_doubles(path, parameter, kind.settings["values"])
        if "min" in kind.settings:
            return _in_order(path, parameter)
    except ConversionError:
        pass  # a problem of its own
    return parameter.settings, []


def _in_order(path: str, parameter: ParameterDraft) -> tuple[Mapping[str, object], list[Problem]]:
    low, high = parameter.settings.get("min", ""), parameter.settings.get("max", "")
    if real(low) <= real(high):
        return parameter.settings, []
    message = (
        f"Min ({shown(raw_text(low))}) is greater than max ({shown(raw_text(high))}); they were swapped."
    )
    note = _note(f"{path}.max", message, "Check whether you meant that.")
    return {**parameter.settings, "min": high, "max": low}, [note]


def _double(path: str, value: str, times: int, weighted: bool) -> Problem:
    if weighted:
        message = f"The value {quoted(value)} is listed {times} times; its percentages were added."
        return _note(path, message, "List it once.")
    message = f"The value {quoted(value)} is listed {times} times; it counts once here."
    return _note(path, message, f"To make it more likely, use {WEIGHTED_TYPE}.")


def _without_doubles(
    path: str, parameter: ParameterDraft, kind: SettingKind
) -> tuple[Mapping[str, object], list[Problem]]:
    """Each value once; the percentages of one that is listed several times are added."""
    weighted = kind == "weights"
    typed = setting_value(kind, parameter.settings.get("values", ""))
    if not isinstance(typed, tuple):
        return parameter.settings, []
    shares: dict[str, list[float]] = {}
    for value in typed:
        name, share = (value, 1) if isinstance(value, str) else value
        shares.setdefault(name, []).append(share)
    double = [name for name, parts in shares.items() if len(parts) > 1]
    if not double:
        return parameter.settings, []
    problems = [_double(f"{path}.values", name, len(shares[name]), weighted) for name in double[:MOST_LISTED]]
    values = {name: sum(parts) for name, parts in shares.items()} if weighted else list(shares)
    return {**parameter.settings, "values": values}, problems
