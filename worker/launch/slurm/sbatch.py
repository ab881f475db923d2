"""sbatch: submit a job script, and tell from the answer whether it is queued, refused, or not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from worker.launch.slurm import reasons
from worker.launch.slurm.client import DEFAULTS, Answer, Client


class Outcome(Enum):
    """What became of a submission."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # Slurm or a rule of the site said no to such a job
    LATER = "later"  # Slurm said no for now: too many jobs of this user
    DOUBTFUL = "doubtful"  # the job may be queued or not


@dataclass(frozen=True)
class Submitted:
    """The outcome of a submission; `job` is the job's number where it is known, `message` all that was said otherwise.

    verdict: Slurm's own last words of it, the name of a limit or a sentence, without what a site's plugin has said
    before; "" where Slurm has not spoken.
    """

    outcome: Outcome
    job: str = ""
    message: str = ""
    verdict: str = ""


# Only sentences that Slurm speaks after it has looked at the job are a refusal. Anything else, known or not,
# may hide a queued job, and is looked up in the queue.
_FINAL = re.compile(r"(?:Batch job submission failed|allocation failure): (.*)")
_UNSURE = re.compile(
    r"timed out|unable to contact|unexpected message|communication|connect|zero bytes|transport"
    r"|standby|try again|protocol|i/o error|internal error|authentication|no route|broken pipe|not respond",
    re.IGNORECASE,
)
# Limits on how many jobs one may have, and nodes or reservations that are closed just now.
_NOT_NOW = re.compile(
    r"\b(?:Assoc|QOS)\w*(?:MaxSubmit|GrpSubmit|Submit)\w*|MaxSubmitJobsPerAccount|temporarily unable to accept"
    r"|temporarily unavailable|nodes are busy|maximum number of jobs|not available now|not usable now"
    r"|reservation is in use",
    re.IGNORECASE,
)
# What sbatch says without asking the controller: a flag or a value that it cannot read.
_UNREADABLE = re.compile(
    r"unrecognized option|invalid option|invalid numeric|invalid .*specification|not a valid|invalid --\S+"
    r"|requires an argument|ambiguous|script is empty|unable to open file|invalid directive",
    re.IGNORECASE,
)
# The last line of --parsable, with the name of another cluster behind a semicolon; or what a site's wrapper makes of it.
_NUMBER = re.compile(
    r"(?:^|\s)(\d+)(?:;\S*)?\s*\Z|^Submitted batch job (\d+)(?: on cluster \S+)?\s*$", re.MULTILINE
)
_TEST = "--test-only"
_FILTERED = (
    "cli_filter plugin terminated"  # a site's own rules, which sbatch obeys before it asks the controller
)


def submit(client: Client, script: str) -> Submitted:
    """Submit the text of a job script (its #SBATCH lines say everything)."""
    return meaning_of(client.call("sbatch", "--parsable", text=script, hidden=_overridden(script)))


def meaning_of(answer: Answer) -> Submitted:
    """What an answer of `sbatch --parsable` means."""
    if answer.ok:
        if number := _NUMBER.search(answer.out):
            return Submitted(Outcome.ACCEPTED, job=number[1] or number[2])
        return Submitted(Outcome.DOUBTFUL, message=answer.message)
    verdict = _verdict(answer.said)
    return Submitted(_outcome(answer, verdict), message=answer.message, verdict=verdict)


def _verdict(said: Sequence[str]) -> str:
    """What Slurm itself has said last, "" for nothing. Above a sentence for all limits, it names the one it means."""
    sentences = _FINAL.findall("\n".join(said))
    limits = filter(reasons.is_limit, said)
    return next(limits, str(sentences[-1]).strip()) if sentences else ""


def _outcome(answer: Answer, verdict: str) -> Outcome:
    """What became of a submission that did not go well; what a site's plugin says may contain any words."""
    if answer.code == 127:
        return Outcome.LATER  # the command itself could not be started, so that nothing has been submitted
    text = verdict or "\n".join(answer.said)
    if _FILTERED in text:
        return Outcome.REFUSED
    if answer.code is None or _UNSURE.search(text):
        return Outcome.DOUBTFUL
    if verdict:
        return Outcome.LATER if _NOT_NOW.search(verdict) else Outcome.REFUSED
    return Outcome.REFUSED if _UNREADABLE.search(text) else Outcome.DOUBTFUL


def rehearse(client: Client, script: str, patience: float) -> Submitted:
    """Ask whether Slurm would take the script, without submitting it; DOUBTFUL where it cannot be known.

    No job can be hidden here, so that other words than Slurm's are a refusal as well: those of a site's own sbatch.
    """
    answer = client.call("sbatch", _TEST, text=script, patience=patience, hidden=_overridden(script))
    if answer.ok:
        return Submitted(Outcome.ACCEPTED)
    meaning = meaning_of(answer)
    words = "\n".join(answer.said)
    if meaning.verdict or not words or answer.code is None or _UNSURE.search(words) or _TEST in words:
        return meaning
    return replace(meaning, outcome=Outcome.REFUSED)


def _overridden(script: str) -> list[str]:
    """The variables that would win over what the script says itself."""
    return [f"SBATCH_{name.upper()}" for name in DEFAULTS if f"\n#SBATCH --{name}" in script]
