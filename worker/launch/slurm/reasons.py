"""Why a job waits or ended: Slurm's own word, what it means in ours, and whether waiting can ever help."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """A reason in plain words.

    field: the field of the form that is wrong. sightings: in how many answers in a row it must stand before it
    counts; Slurm gives some reasons first and finds a better one, or a node that was away, a moment later.
    """

    sentence: str
    field: str
    sightings: int = 1


# Reasons that no waiting changes: the job would stay in the queue for ever.
NEVER: dict[str, Meaning] = {
    "PartitionTimeLimit": Meaning("the job asks for more time than the partition allows", "slurm.walltime"),
    "PartitionNodeLimit": Meaning(
        "the job asks for more nodes than the partition has or allows", "slurm.nodes", sightings=2
    ),
    "PartitionConfig": Meaning(
        "the partition has no node that is large enough, or not for that long", "slurm.partition", sightings=2
    ),
    "BadConstraints": Meaning("no node has everything that the job asks for", "slurm.sbatch"),
    "InvalidAccount": Meaning("Slurm does not know the account", "slurm.account"),
    "AccountNotAllowed": Meaning("the account may not use the partition", "slurm.account"),
    "InvalidQOS": Meaning("Slurm does not know the quality of service (QOS)", "slurm.sbatch"),
    "QOSNotAllowed": Meaning("the quality of service (QOS) may not be used here", "slurm.sbatch"),
    "DependencyNeverSatisfied": Meaning("the job waits for a job that failed", "slurm.sbatch"),
    "ReservationDeleted": Meaning("the reservation no longer exists", "slurm.reservation"),
    "MaxMemPerLimit": Meaning(
        "the job asks for more memory than the partition gives to one job", "slurm.memory"
    ),
    "ReservationInvalid": Meaning("the reservation does not exist or is over", "slurm.reservation"),
}
# Slurm explains these two in sentences of their own, with names in them.
_SENTENCES = (
    (re.compile(r"Job's account not (?:known|permitted)"), NEVER["AccountNotAllowed"]),
    (re.compile(r"Job's QOS not (?:known|permitted)"), NEVER["QOSNotAllowed"]),
)
# Limits of a single job, such as AssocMaxCpuPerJobLimit and QOSMaxWallDurationPerJobLimit.
_PER_JOB = re.compile(r"(?:Assoc|QOS)(?:Max\w*(?:PerJob|PerNode)\w*|Min\w+)")
_LIMIT_FIELDS = (
    ("Wall", "slurm.walltime"),
    ("Cpu", "slurm.cpus"),
    ("CPU", "slurm.cpus"),
    ("Mem", "slurm.memory"),
    ("GRES", "slurm.gpus"),
    ("Node", "slurm.nodes"),
)

_WAITING = {
    "": "about to start",
    "None": "about to start",
    "Resources": "waiting for nodes to become free",
    "Priority": "other jobs come first",
    "Dependency": "waiting for another job to end",
    "BeginTime": "its start time has not been reached",
    "Reservation": "waiting for its reservation to begin",
    "ReqNodeNotAvail": "the nodes it needs are down, drained or reserved",
    "Nodes required for job are DOWN": "the nodes it needs are down, drained or in use by more important jobs",
    "NodeDown": "a node it needs is down",
    "PartitionDown": "the partition is down",
    "PartitionInactive": "the partition is inactive",
    "Licenses": "waiting for a licence",
    "JobHeldUser": "held by you; scontrol release releases it",
    "job requeued in held state": "held after it was requeued; scontrol release releases it",
    "JobHeldAdmin": "held by an administrator",
    "JobHoldMaxRequeue": "held after too many restarts",
    "JobArrayTaskLimit": "its array has reached its limit of running elements",
    "user env retrieval failed requeued held": (
        "held because the environment could not be read on its node; scontrol release releases it"
    ),
    "launch failed requeued held": "could not be started on its node and is held; scontrol release releases it",
    "QOSMaxSubmitJobPerUserLimit": "you have reached your limit of jobs",
    "AssocMaxSubmitJobLimit": "your account has reached its limit of jobs",
}
# States of a job that holds its place and does not go on.
PAUSED = {
    "SUSPENDED": "suspended until Slurm or an administrator resumes it (SUSPENDED)",
    "STOPPED": "stopped until somebody resumes it (STOPPED)",
}
# What Slurm's commands say where they get no answer about the cluster, the surest sign first.
_SILENT = (
    (
        re.compile(r"slurm\.conf.*No such file|cannot stat file", re.IGNORECASE),
        "Slurm's commands cannot find the configuration of the cluster",
        "See what SLURM_CONF says (echo $SLURM_CONF), or load the site's Slurm module.",
    ),
    (
        re.compile(r"munge|authentication", re.IGNORECASE),
        "Slurm cannot verify who you are, since munge does not work between this machine and the cluster",
        "The administrators have to fix this; another login node may work.",
    ),
    (
        re.compile(r"unable to contact slurm controller|connection refused|timed out", re.IGNORECASE),
        "Slurm's controller (slurmctld) does not answer, so it is down or cannot be reached from here",
        "Try again in a few minutes.",
    ),
)
_ENDED = {
    "BOOT_FAIL": "its node did not boot",
    "CANCELLED": "cancelled",
    "COMPLETED": "has ended",
    "DEADLINE": "its deadline passed",
    "FAILED": "ended with an error",
    "NODE_FAIL": "its node failed",
    "OUT_OF_MEMORY": "was ended by Slurm for using more memory than it asked for",
    "PREEMPTED": "was preempted by a more important job",
    "REVOKED": "was revoked",
    "TIMEOUT": "reached its time limit",
}


def never(reason: str) -> Meaning | None:
    """What is wrong where `reason` says that a waiting job can never start; None where it may start."""
    word = reason.split(",")[0].strip()
    if word in NEVER:
        return NEVER[word]
    for pattern, meaning in _SENTENCES:
        if pattern.match(reason):
            return meaning
    if _PER_JOB.fullmatch(word) and "PerUser" not in word and "PerAccount" not in word:
        field = next((path for part, path in _LIMIT_FIELDS if part in word), "slurm.sbatch")
        return Meaning("a single job may not ask for so much (or so little) here", field)
    return None


def waiting(reason: str) -> str:
    """Why a job waits: our words, and Slurm's own in parentheses where they say more."""
    word = reason.split(",")[0].strip()
    meaning = never(reason)
    ours = meaning.sentence if meaning else _WAITING.get(word)
    if ours is None:
        ours = "a limit of your account or QOS is reached" if word.startswith(("QOS", "Assoc")) else "waiting"
    return f"{ours} ({reason})" if reason not in ("", "None") else ours


def silent(message: str) -> tuple[str, str]:
    """Why Slurm says nothing of its cluster, from the `message` of its command, and what helps."""
    for pattern, meaning, advice in _SILENT:
        if pattern.search(message):
            return meaning, advice
    return "Slurm does not answer", "Try again in a few minutes."


def ended(word: str) -> str:
    """How a job ended: our words, with Slurm's own in parentheses."""
    return f"{_ENDED.get(word, 'has ended')} ({word})" if word else "has ended"
