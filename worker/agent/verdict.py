"""From what is known about an ended evaluation to its status and the one sentence that people read."""

from __future__ import annotations

import math
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from worker.agent.result_lines import Reading
from worker.agent.unusable import quoted_line
from worker.processes import signal_name
from worker.spec.fields import BY_PATH
from worker.spec.text import together
from worker.trial import Status


class Cause(Enum):
    """Why an evaluation was ended by us; HANDED_BACK ones have no status, since another agent gets the trial."""

    TIME = "time"
    WALLTIME = "walltime"  # it has taken all of its agent's time; no other agent has more
    MEMORY = "memory"
    CANCELLED = "cancelled"
    HOPELESS = "hopeless"  # the driver does not find it promising
    HANDED_BACK = "handed back"


# What a program that these signals end most likely did, and what to do then.
_BUG = "The program or one of its libraries has a bug; run the evaluation by hand to find it."
_MEANINGS = {
    "SIGSEGV": f"It accessed memory that it does not own. {_BUG}",
    "SIGBUS": "Memory or a file that it used disappeared; check whether a disk (also /dev/shm) was full.",
    "SIGILL": "It contains an instruction that this machine's processor lacks; compile it so that all nodes can run it.",
    "SIGFPE": f"It made an arithmetic error such as a division by zero. {_BUG}",
    "SIGABRT": "It aborted itself; its last lines say why.",
    "SIGPIPE": "It wrote to a program that had already ended; check what it is connected to.",
    "SIGKILL": "Another user killed it, or the system did because it was out of memory.",
    "SIGXCPU": "It used more CPU time than the system allows; see ulimit -t.",
    "SIGXFSZ": "It wrote a larger file than the system allows; see ulimit -f.",
}


@dataclass(frozen=True)
class Facts:
    """What is known when everything that an evaluation started has ended.

    exit_code is None where a signal ended the program, and signal None where it left by itself. Memory is MB;
    memory_limit 0 is none. needs_result: whether exit code 0 alone is no success. kernel_kill: the kernel has ended a process of it for lack of memory. group_peak:
    the most that all processes of its control group had, 0 where the kernel does not say. advice: what its last
    words suggest, "" if nothing. hopeless: why it was stopped early. left_behind: names of the processes that outlived the program. notes: further
    sentences, for example that output could not be kept.
    """

    reading: Reading
    exit_code: int | None
    signal: int | None
    needs_result: bool = True
    cause: Cause | None = None
    hopeless: str = ""
    accept_exit_code: bool = False
    time_limit: float = 0
    memory_limit: float = 0
    peak_memory: float = 0
    kernel_kill: bool = False
    group_peak: float = 0
    advice: str = ""
    left_behind: Sequence[str] = ()
    notes: Sequence[str] = ()


def verdict(facts: Facts) -> tuple[Status, str]:
    """The status of an evaluation, and its reason: "" where there is nothing to say."""
    status, sentence = _status_and_reason(facts)
    sentences = [sentence] if sentence else []
    if facts.left_behind:
        count, names = len(facts.left_behind), ", ".join(sorted(set(facts.left_behind))[:3])
        sentences.append(
            f"It left {count} processes running ({names}), which were ended together with the evaluation."
            if count > 1
            else f"It left a process running ({names}), which was ended together with the evaluation."
        )
    return status, " ".join([*sentences, *facts.notes])


def _status_and_reason(facts: Facts) -> tuple[Status, str]:
    if facts.cause is Cause.CANCELLED:
        return Status.CANCELLED, "It was cancelled by the user."
    if facts.cause is Cause.HOPELESS:
        return Status.STOPPED_EARLY, facts.hopeless
    if facts.cause is Cause.TIME:
        limit = duration(facts.time_limit)
        return (
            Status.TIMEOUT,
            f"It reached the {BY_PATH['run.time_limit'].in_sentence} ({limit}); raise it, or make the program do less.",
        )
    if facts.cause is Cause.WALLTIME:
        return (
            Status.TIMEOUT,
            "It used up the walltime of its worker job and was ended with it; give the worker jobs a "
            "longer walltime, or make the program do less.",
        )
    if facts.cause is Cause.MEMORY or _ended_for_memory(facts):
        return Status.OUT_OF_MEMORY, _memory_sentence(facts)
    reading = facts.reading
    by_force = killed(facts.exit_code, facts.signal)
    says_something = not reading.complaint or reading.infeasible is not None
    accepted = facts.accept_exit_code and says_something and not by_force
    if facts.exit_code != 0 and not accepted:
        return Status.FAILED, together(_how_it_ended(facts), facts.advice)
    if not facts.needs_result:
        return Status.OK, ""
    if reading.infeasible is not None:
        return Status.INFEASIBLE, _infeasible_sentence(reading.infeasible)
    if reading.complaint:
        return Status.UNDERFLOW if reading.underflow else Status.NO_RESULT, reading.complaint
    if reading.not_finite:
        name, number = reading.not_finite
        return (
            Status.NOT_FINITE,
            f"The {name} is {_beyond(number)}, which can never be the best; find out why the program printed it.",
        )
    return Status.OK, ""


def _infeasible_sentence(said: str) -> str:
    return (
        f"The program says that it is infeasible: {quoted_line(said)}."
        if said
        else "The program says that it is infeasible."
    )


def killed(exit_code: int | None, number: int | None) -> bool:
    """Whether a program was ended by KILL. bash tells of a signal by 128 and its number, where the program was not its last command."""
    return number == signal.SIGKILL or exit_code == 128 + signal.SIGKILL


def _ended_for_memory(facts: Facts) -> bool:
    """Whether the program was ended for its memory: the kernel says so, or something killed it at its limit."""
    return facts.kernel_kill or (_at_limit(facts) and killed(facts.exit_code, facts.signal))


def _used(facts: Facts) -> float:
    """The memory of a program that was ended for it: several processes may have grown since they were looked at."""
    # A group that had more than the limit holds other processes, too.
    measured = facts.kernel_kill and facts.group_peak <= 1.1 * facts.memory_limit
    return max(facts.peak_memory, facts.group_peak) if measured else facts.peak_memory


def _at_limit(facts: Facts) -> bool:
    return 0 < 0.9 * facts.memory_limit <= _used(facts)


def _memory_sentence(facts: Facts) -> str:
    used, limit = f"{_used(facts):.0f} MB", f"{facts.memory_limit:.0f} MB"
    if _at_limit(facts):
        return (
            f"It used {used} of {limit} and was ended because of that; ask for more memory per worker, or "
            "make the program use less."
        )
    if not facts.memory_limit:  # that of the job is the cluster's, which is not known here
        return (
            f"It used {used} when the memory of its job or machine ran out; ask for more, or make the "
            "program use less."
        )
    return (
        f"It used {used} of {limit} when the machine's memory ran out; run fewer workers at once, or make "
        "the program use less."
    )


def _how_it_ended(facts: Facts) -> str:
    if facts.signal is not None:
        name = signal_name(facts.signal)
        return _explained(f"It was ended by signal {facts.signal} ({name}).", name)
    code = facts.exit_code or 0
    if code > 128 and (name := signal_name(code - 128)):
        return _explained(
            f"It ended with exit code {code}, which stands for signal {code - 128} ({name}).", name
        )
    return f"It ended with exit code {code}."


def _explained(sentence: str, signal_called: str) -> str:
    return together(sentence, _MEANINGS.get(signal_called, ""))


def _beyond(loss: float) -> str:
    """What the program printed in place of a finite number; a computer reads 1e400 as inf."""
    text = raw_text(loss)
    return text if math.isnan(loss) else f"{text} or beyond {text.replace('inf', '1.8e308')}"


def raw_text(loss: float) -> str:
    """nan, inf or -inf, as records spell what JSON cannot hold."""
    return "nan" if math.isnan(loss) else "inf" if loss > 0 else "-inf"


def duration(seconds: float) -> str:
    """A duration as people write it, H:MM:SS."""
    whole_seconds = round(seconds)
    return f"{whole_seconds // 3600}:{whole_seconds // 60 % 60:02}:{whole_seconds % 60:02}"
