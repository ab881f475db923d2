"""Refusals as problems: in the words of Slurm or of the site, with the field of the form that each of them is about."""

from __future__ import annotations

import re

from worker.launch.slurm import reasons
from worker.launch.slurm.reasons import Meaning
from worker.launch.slurm.sbatch import Submitted
from worker.spec.driver_fields import DRIVER_FIELDS
from worker.spec.fields import BY_PATH
from worker.spec.problem import Problem
from worker.spec.sbatch_options import field_of
from worker.store.paths import RunPaths
from worker.store.starter import run_command

# What is said of a worker job -> the field that says the same of the driver's.
_DRIVER_FIELDS = {
    "slurm.reservation": "slurm.reservation",
    **{f"slurm.{field.key}": field.path for field in DRIVER_FIELDS},
}
# Words of Slurm's own sentences -> the field of the form that is wrong. The first that fits counts.
_FIELDS = (
    (r"account", "slurm.account"),
    (r"reservation", "slurm.reservation"),
    (r"partition", "slurm.partition"),
    (r"memory", "slurm.memory"),
    (r"gres|gpu|tres", "slurm.gpus"),
    (r"time limit|--time", "slurm.walltime"),
    (r"array", "run.workers"),
    (r"node count", "slurm.nodes"),
    (r"processors|cpu", "slurm.cpus"),
    (r"qos", "slurm.qos"),
    (r"feature", "slurm.constraint"),
    (r"license", "slurm.licenses"),
    (r"dependency", "slurm.dependency"),
    (r"constraint|option|specification|invalid directive", "slurm.sbatch"),
)
# What Slurm prints above a last sentence that says less.
_CAUSE = re.compile(r".*\b(?:can not|can't|cannot) be satisfied")
# Last sentences that name no cause: a plugin has said it, or nobody has.
_VAGUE = re.compile(r"unspecified error|access/permission denied|job violates accounting", re.IGNORECASE)
_EMPTY = re.compile(r"(?: / )?(?:Batch job submission failed|allocation failure): Unspecified error")
# An option of sbatch in the words of a site's rules, as in "--account=<project>" and "use -A PROJECT".
_OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]+[a-z]|-[ApqtNncCGw](?![\w-]))")
_DENIED = re.compile(r"access/permission denied", re.IGNORECASE)
_CLOSED = re.compile(r"\bpartition not available", re.IGNORECASE)


def refusal(answer: Submitted) -> Problem:
    """A refusal of worker jobs, with the field of the form that it is about."""
    field = subject(answer)
    return Problem(field, f"Slurm rejects the worker jobs: {explained(answer)}", _advice(field, answer))


def driver_refusal(answer: Submitted, script: str) -> Problem:
    """A refusal of the driver's job, which takes from the config only where it goes, who pays for it, and how long."""
    amount = re.search(r"^#SBATCH --mem(?:-per-cpu)?=(\d+)M$", script, re.MULTILINE)
    memory = f" and {amount[1]} MB" if amount else ""
    field = _of_driver(subject(answer))
    return Problem(
        field,
        f"Slurm rejects the driver's job, which asks for 1 CPU{memory}: {explained(answer)}",
        _or_here(_advice(field, answer)) if field else "Start with --driver here, which needs no such job.",
    )


def denied(answer: Submitted) -> bool:
    """Whether Slurm has said that this user, or this machine, may not do it at all."""
    return _DENIED.search(answer.verdict) is not None


def denied_on_node(answer: Submitted, paths: RunPaths) -> Problem:
    """A refusal of worker jobs to a driver that is a job itself, where that may be the reason."""
    return Problem(
        "",
        f"Slurm rejects the worker jobs that the driver's job submits: {explained(answer)} Compute nodes of this cluster "
        "may not submit jobs, it seems.",
        f"The command {run_command('resume', paths, '--driver', 'here')} drives the run on the login node.",
    )


def driver_stuck(reason: str, meaning: Meaning) -> Problem:
    """The driver's job is in the queue and can never start. reason: Slurm's word."""
    field = _of_driver(meaning.field)
    return Problem(
        field,
        f"The driver's job would wait forever. {meaning.sentence} (Slurm: {reason}).",
        _or_here("It was cancelled. Change this field and start again.")
        if field
        else "It was cancelled. Start with --driver here, which needs no such job.",
    )


def workers_stuck(reason: str, meaning: Meaning) -> Problem:
    """Worker jobs are in the queue and can never start. reason: Slurm's word."""
    return Problem(
        meaning.field,
        f"The worker jobs would wait forever. {meaning.sentence} (Slurm: {reason}).",
        "They were cancelled; change this field and start again.",
    )


def subject(answer: Submitted) -> str:
    """The field of the form that a refusal is about, "" where its words do not say."""
    if reasons.is_limit(answer.verdict):
        return reasons.limit_field(answer.verdict)
    if option := _OPTION.search(_site_words(answer)):
        return field_of(option[1])
    causes = [words for words in answer.message.split(" / ") if _CAUSE.fullmatch(words)]
    if answer.verdict:
        causes.append("" if _VAGUE.search(answer.verdict) else answer.verdict)
    else:
        causes.append(answer.message)
    fields = (
        field for pattern, field in _FIELDS for words in causes if re.search(pattern, words, re.IGNORECASE)
    )
    return next(fields, "")


def explained(answer: Submitted) -> str:
    """What Slurm and the site's rules say, with a full stop; for the name of a limit, what it means as well."""
    words = _EMPTY.sub("", bare(answer.message)) or bare(answer.message)
    said = f"{words.rstrip('.')}."
    if not reasons.is_limit(answer.verdict):
        return said
    meaning = reasons.never(answer.verdict)
    sentence = (
        meaning.sentence if meaning else "A limit of your account or QOS is below what one job asks for"
    )
    if "Submit" in answer.verdict:
        sentence = "You may not have so many jobs in the queue at a time"
    return f"{said} {sentence}."


def bare(message: str) -> str:
    """What Slurm says, without the name of the command that says it."""
    return re.sub(r"\b(?:sbatch|srun): (?:error: )?", "", message)


def _site_words(answer: Submitted) -> str:
    """What was said before Slurm's last words, which a site's rules or its own sbatch have said."""
    return answer.message.rpartition(answer.verdict)[0] if answer.verdict else answer.message


def _of_driver(field: str) -> str:
    """The field that says of the driver's job what `field` says of workers, "" where none does."""
    return _DRIVER_FIELDS.get(field, "")


def _advice(field: str, answer: Submitted) -> str:
    if _CLOSED.search(answer.verdict):
        return "The partition takes no jobs until an administrator opens it. Choose another one, or wait."
    if denied(answer):
        return "Your cluster may allow it from another login node, or in another partition."
    if field:
        return "Set this field as your cluster requires it."
    return (
        "These are rules of your cluster; its documentation or its support can say what they want. Options that "
        f"have no field here belong in the {BY_PATH['slurm.sbatch'].in_sentence}."
    )


def _or_here(advice: str) -> str:
    return f"{advice} Or start with --driver here, which needs no such job."
