"""sbatch: submit a job script, and tell from the answer whether it is queued, refused, or not known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from worker.launch.slurm.client import DEFAULTS, Answer, Client


class Outcome(Enum):
    """What became of a submission."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # Slurm said no, and will say no again
    LATER = "later"  # Slurm said no for now: too many jobs of this user
    DOUBTFUL = "doubtful"  # the job may be queued or not


@dataclass(frozen=True)
class Submitted:
    """The outcome of a submission; `job` is the job's number where it is known, `message` what Slurm said otherwise."""

    outcome: Outcome
    job: str = ""
    message: str = ""


# Only sentences that Slurm speaks after it has looked at the job are a refusal. Anything else, known or not,
# may hide a queued job, and is looked up in the queue.
_REFUSAL = re.compile(r"Batch job submission failed: (?P<reason>.*)|allocation failure: (?P<test>.*)")
_UNSURE = re.compile(
    r"timed out|unable to contact|unexpected message|communication|connect|zero bytes|transport"
    r"|standby|try again|protocol|i/o error|internal error|authentication|no route|broken pipe|not respond",
    re.IGNORECASE,
)
# Limits on how many jobs one may have, and partitions, nodes or reservations that are closed just now.
_NOT_NOW = re.compile(
    r"\b(?:Assoc|QOS)\w*(?:MaxSubmit|GrpSubmit|Submit)\w*|MaxSubmitJobsPerAccount|temporarily unable to accept"
    r"|maximum number of jobs|not available \(|not available now|not usable now|reservation is in use",
    re.IGNORECASE,
)
# What sbatch says without asking the controller: a flag or a value that it cannot read.
_UNREADABLE = re.compile(
    r"unrecognized option|invalid option|invalid numeric|invalid .*specification|not a valid|invalid --\S+"
    r"|requires an argument|ambiguous|script is empty|unable to open file|invalid directive"
    r"|cli_filter plugin terminated",
    re.IGNORECASE,
)


def submit(client: Client, script: str) -> Submitted:
    """Submit the text of a job script (its #SBATCH lines say everything)."""
    return meaning_of(client.call("sbatch", "--parsable", text=script, hidden=_overridden(script)))


def meaning_of(answer: Answer) -> Submitted:
    """What an answer of `sbatch --parsable` means."""
    if answer.ok:
        lines = answer.out.split()
        number = lines[-1].partition(";")[0] if lines else ""
        if number.isdigit():
            return Submitted(Outcome.ACCEPTED, job=number)
        return Submitted(Outcome.DOUBTFUL, message=answer.message)
    if answer.code == 127:
        # The command itself could not be started, so that nothing has been submitted.
        return Submitted(Outcome.LATER, message=answer.message)
    if answer.code is None or _UNSURE.search(answer.err):
        return Submitted(Outcome.DOUBTFUL, message=answer.message)
    if _NOT_NOW.search(answer.err):
        return Submitted(Outcome.LATER, message=answer.message)
    if _REFUSAL.search(answer.err) or _UNREADABLE.search(answer.err):
        return Submitted(Outcome.REFUSED, message=answer.message)
    return Submitted(Outcome.DOUBTFUL, message=answer.message)


def rehearse(client: Client, script: str, patience: float) -> Submitted:
    """Ask whether Slurm would take the script, without submitting it; DOUBTFUL where it cannot be known."""
    answer = client.call("sbatch", "--test-only", text=script, patience=patience, hidden=_overridden(script))
    return Submitted(Outcome.ACCEPTED) if answer.ok else meaning_of(answer)


def _overridden(script: str) -> list[str]:
    """The variables that would win over what the script says itself."""
    return [f"SBATCH_{name.upper()}" for name in DEFAULTS if f"\n#SBATCH --{name}" in script]
