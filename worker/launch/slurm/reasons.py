"""Why a job waits or ended: Slurm's own word, what it means in ours, and whether waiting can ever help."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """A reason in plain words: a sentence that the full stop, or Slurm's own word and the full stop follow.

    field: the field of the form that is wrong. sightings: in how many answers in a row it must stand before it
    counts; Slurm gives some reasons first and finds a better one, or a node that was away, a moment later.
    """

    sentence: str
    field: str
    sightings: int = 1


# Reasons that no waiting changes: the job would stay in the queue for ever.
NEVER: dict[str, Meaning] = {
    "PartitionTimeLimit": Meaning("The job asks for more time than the partition allows", "slurm.walltime"),
    "PartitionNodeLimit": Meaning(
        "The job asks for more nodes than the partition has or allows", "slurm.nodes", sightings=2
    ),
    "PartitionConfig": Meaning(
        "The partition has no node that is large enough, or not for that long", "slurm.partition", sightings=2
    ),
    "BadConstraints": Meaning("No node has everything that the job asks for", "slurm.sbatch"),
    "InvalidAccount": Meaning("Slurm does not know the account", "slurm.account"),
    "AccountNotAllowed": Meaning("The account may not use the partition", "slurm.account"),
    "InvalidQOS": Meaning("Slurm does not know the quality of service (QOS)", "slurm.qos"),
    "QOSNotAllowed": Meaning("The quality of service (QOS) may not be used here", "slurm.qos"),
    "DependencyNeverSatisfied": Meaning("The job waits for a job that failed", "slurm.dependency"),
    "ReservationDeleted": Meaning("The reservation no longer exists", "slurm.reservation"),
    "MaxMemPerLimit": Meaning(
        "The job asks for more memory than the partition gives to one job", "slurm.memory"
    ),
    "ReservationInvalid": Meaning("The reservation does not exist or is over", "slurm.reservation"),
}
# Slurm explains these two in sentences of their own, with names in them.
_SENTENCES = (
    (re.compile(r"Job's account not (?:known|permitted)"), NEVER["AccountNotAllowed"]),
    (re.compile(r"Job's QOS not (?:known|permitted)"), NEVER["QOSNotAllowed"]),
)
# Limits of a single job, such as AssocMaxCpuPerJobLimit and QOSMaxWallDurationPerJobLimit.
_PER_JOB = re.compile(r"(?:Assoc|QOS)(?:Max\w*(?:PerJob|PerNode)\w*|Min\w+)")
_LIMIT = re.compile(r"(?:Assoc|QOS)[A-Z]\w+")
_LIMIT_FIELDS = (
    ("Wall", "slurm.walltime"),
    ("Cpu", "slurm.cpus"),
    ("CPU", "slurm.cpus"),
    ("Mem", "slurm.memory"),
    ("GRES", "slurm.gpus"),
    ("Node", "slurm.nodes"),
)

_WAITING = {
    "": "The job is about to start",
    "None": "The job is about to start",
    "Resources": "The job is waiting for nodes to become free",
    "Priority": "Other jobs come first",
    "Dependency": "The job is waiting for another job to end",
    "BeginTime": "The start time of the job has not been reached",
    "Reservation": "The job is waiting for its reservation to begin",
    "ReqNodeNotAvail": "The nodes that the job needs are down, drained or reserved",
    "Nodes required for job are DOWN": "The nodes that the job needs are down, drained or in use by more important jobs",
    "NodeDown": "A node that the job needs is down",
    "PartitionDown": "The partition is down",
    "PartitionInactive": "The partition is inactive",
    "Licenses": "The job is waiting for a licence",
    "JobHeldUser": "The job is held by you; scontrol release releases it",
    "job requeued in held state": "The job is held after it was requeued; scontrol release releases it",
    "JobHeldAdmin": "The job is held by an administrator",
    "JobHoldMaxRequeue": "The job is held after too many restarts",
    "JobArrayTaskLimit": "The array of the job has reached its limit of running elements",
    "user env retrieval failed requeued held": (
        "The job is held because the environment could not be read on its node; scontrol release releases it"
    ),
    "launch failed requeued held": "The job could not be started on its node and is held; scontrol release releases it",
    "QOSMaxSubmitJobPerUserLimit": "You have reached your limit of jobs",
    "AssocMaxSubmitJobLimit": "Your account has reached its limit of jobs",
}
# States of a job that holds its place and does not go on.
PAUSED = {
    "SUSPENDED": "The job is suspended until Slurm or an administrator resumes it (SUSPENDED).",
    "STOPPED": "The job is stopped until somebody resumes it (STOPPED).",
}
_UNKNOWN_CLUSTER = re.compile(r"known by database|invalid entry for --cluster", re.IGNORECASE)
# What Slurm's commands say where they get no answer about the cluster, the surest sign first.
_SILENT = (
    (
        _UNKNOWN_CLUSTER,
        "Slurm's commands here do not know the cluster, or cannot reach it.",
        "sacctmgr show cluster lists those that can be named here, where the clusters have one accounting (slurmdbd). "
        "Otherwise leave the name out, and start on a login node of that cluster.",
    ),
    (
        re.compile(r"slurm\.conf.*No such file|cannot stat file", re.IGNORECASE),
        "Slurm's commands cannot find the configuration of the cluster.",
        "See what SLURM_CONF says (echo $SLURM_CONF), or load the site's Slurm module.",
    ),
    (
        re.compile(r"munge|authentication", re.IGNORECASE),
        "Slurm cannot verify who you are, since munge does not work between this machine and the cluster.",
        "The administrators have to fix this; another login node may work.",
    ),
    (
        re.compile(r"unable to contact slurm controller|connection refused|timed out", re.IGNORECASE),
        "Slurm's controller (slurmctld) does not answer, so it is down or cannot be reached from here.",
        "Try again in a few minutes.",
    ),
)
_ENDED = {
    "BOOT_FAIL": "The node of the job did not boot",
    "CANCELLED": "The job was cancelled",
    "COMPLETED": "The job has ended",
    "DEADLINE": "The deadline of the job passed",
    "FAILED": "The job ended with an error",
    "NODE_FAIL": "The node of the job failed",
    "OUT_OF_MEMORY": "Slurm ended the job because it used more memory than it asked for",
    "PREEMPTED": "The job was preempted by a more important job",
    "REVOKED": "The job was revoked",
    "TIMEOUT": "The job reached its time limit",
}
# Ends that somebody wanted: what ran in the job is not to blame.
WILLED = frozenset({"CANCELLED", "PREEMPTED", "REVOKED"})


def never(reason: str) -> Meaning | None:
    """What is wrong where `reason` says that a waiting job can never start; None where it may start."""
    word = reason.split(",")[0].strip()
    if word in NEVER:
        return NEVER[word]
    for pattern, meaning in _SENTENCES:
        if pattern.match(reason):
            return meaning
    if _PER_JOB.fullmatch(word) and "PerUser" not in word and "PerAccount" not in word:
        return Meaning("A single job may not ask for so much (or so little) here", limit_field(word))
    return None


def is_limit(word: str) -> bool:
    """Whether `word` is Slurm's name of a limit of an account, a user or a QOS."""
    return _LIMIT.fullmatch(word) is not None


def limit_field(word: str) -> str:
    """The field of the form that a limit is about, from its name; how often and for whom it holds does not matter."""
    return next((path for part, path in _LIMIT_FIELDS if part in word), "slurm.sbatch")


def waiting(reason: str) -> str:
    """A sentence on why a job waits: our words, and Slurm's own in parentheses where they say more."""
    word = reason.split(",")[0].strip()
    meaning = never(reason)
    ours = meaning.sentence if meaning else _WAITING.get(word)
    if ours is None and word.endswith("MinutesLimit"):
        ours = "The contingent of your account or QOS is used up, or too small for what the job may take"
    if ours is None:
        ours = (
            "A limit of your account or QOS is reached"
            if word.startswith(("QOS", "Assoc"))
            else "The job is waiting"
        )
    return f"{ours} ({reason})." if reason not in ("", "None") else f"{ours}."


def silent(message: str) -> tuple[str, str]:
    """Sentences on why Slurm says nothing of its cluster, from the `message` of its command, and on what helps."""
    for pattern, meaning, advice in _SILENT:
        if pattern.search(message):
            return meaning, advice
    return "Slurm does not answer.", "Try again in a few minutes."


def unknown_cluster(message: str) -> bool:
    """Whether Slurm's command has found no cluster of the name that it was given."""
    return _UNKNOWN_CLUSTER.search(message) is not None


def ended(word: str) -> str:
    """A sentence on how a job ended: our words, with Slurm's own in parentheses."""
    return f"{_ENDED.get(word, 'The job has ended')} ({word})." if word else "The job has ended."
