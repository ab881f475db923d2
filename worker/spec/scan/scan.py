"""A program's help or source, read to a draft: the parameters that it proposes, and the finished objective."""

from __future__ import annotations

from dataclasses import dataclass

from worker.spec.config_limits import Limits
from worker.spec.foreign.collected import Collected, NotCarriedError
from worker.spec.foreign.python_source import parsed
from worker.spec.formats.input_limits import unreadable
from worker.spec.problem import listed
from worker.spec.run import ParameterDraft, ReadResult
from worker.spec.scan import help_text, proposals, python_source, r_source
from worker.spec.scan.option import Interface, Option
from worker.spec.text import shown

_LONGEST = 200_000  # characters; options stand at the beginning of what is longer


def interface_of(text: str) -> Interface | None:
    """What a help text, or the source of a Python or R program, tells of options; None where it is neither.

    Raises UnreadableError where it looks like Python, and is none.
    """
    text = text[:_LONGEST]
    if r_source.looks_like_one(text):
        return r_source.read(text)
    if python_source.looks_like_one(text):
        return python_source.read(parsed(text))
    return help_text.read(text) if help_text.looks_like_one(text) else None


@dataclass(frozen=True)
class Proposal:
    """What is proposed for an option: a parameter, or None; why: where its range comes from, or why there is none."""

    option: Option
    parameter: ParameterDraft | None
    why: str


def proposed(interface: Interface) -> list[Proposal]:
    """What is proposed for each option of a program, in their order."""
    found = []
    for option in interface.options:
        try:
            found.append(Proposal(option, *proposals.proposal(option)))
        except (proposals.NotSearchedError, NotCarriedError) as error:
            found.append(Proposal(option, None, str(error).rstrip(".")))
    return found


def read(interface: Interface, limits: Limits, program: str = "") -> ReadResult:
    """The draft that is proposed. program: the command of the program, where it is known better. Raises UnreadableError."""
    if not interface.options:
        raise unreadable(
            "No options were found in this.", "Give what the program prints for --help, or its source."
        )
    collected = Collected(limits)
    chosen: list[Option] = []
    skipped: dict[str, list[str]] = {}
    for one in proposed(interface):
        if one.parameter is None:
            skipped.setdefault(one.why, []).append(shown(one.option.flag))
        else:
            collected.add(one.parameter)
            chosen.append(one.option)
    command = program or interface.program or "./program"
    collected.values["run.objective"] = " ".join([command, *(option.word() for option in chosen)])
    for why, flags in skipped.items():
        collected.say("parameters", f"Left as they are ({why}): {listed(flags)}.", "")
    _say(interface, command == "./program", collected)
    _start(chosen, collected)
    return collected.result("the options of a program, which was not run")


def _say(interface: Interface, is_unnamed: bool, collected: Collected) -> None:
    """What the user has to complete."""
    if is_unnamed:
        collected.say(
            "run.objective",
            "How the program is started is not known.",
            "Write its command in place of ./program.",
            "warning",
        )
    if interface.needed:
        words = ", ".join(shown(word) for word in interface.needed)
        collected.say(
            "run.objective",
            f"The program also needs: {words}.",
            "Write it into the objective program.",
            "warning",
        )
    collected.say(
        "parameters",
        "The ranges are proposals, by the names, types and defaults of the options.",
        "Change them to what makes sense for your program, and remove what you do not want to search.",
    )


def _start(chosen: list[Option], collected: Collected) -> None:
    """The defaults as the first point, where all of them are known."""
    named = {entry.name: entry for entry in collected.parameters}
    searched = [option for option in chosen if "value" not in named[option.name].settings]
    defaults = {option.name: option.default for option in searched}
    if searched and all(default not in (None, "") for default in defaults.values()):
        collected.values["search.start_with"] = [defaults]
        collected.say(
            "search.start_with",
            "The defaults of the program are evaluated first.",
            "Clear this if you do not want that.",
        )
