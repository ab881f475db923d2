"""What a reader of another tool's config has found so far, and what of it cannot be carried over."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.spec.algorithms import AUTO
from worker.spec.config_limits import Limits
from worker.spec.formats.input_limits import MOST_PROBLEMS
from worker.spec.problem import Problem, Severity, listed
from worker.spec.run import Draft, ParameterDraft, ReadResult
from worker.spec.text import shown


class NotCarriedError(ValueError):
    """Something that has no counterpart here; its text is a sentence on why."""


@dataclass
class Collected:
    """Values of fields by path, parameters in their order, and what there is to say about the rest."""

    limits: Limits
    values: dict[str, object] = field(default_factory=dict)
    parameters: list[ParameterDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def say(self, path: str, message: str, hint: str, severity: Severity = "note") -> None:
        """Add something to say; what nobody reads any more is dropped."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(path, message, hint, severity))

    def ignore(self, key: str) -> None:
        """A setting of the other tool that has no meaning here."""
        self.ignored.append(shown(key))

    def add(self, parameter: ParameterDraft) -> None:
        """A parameter. Raises TooMuchError where there are too many of them."""
        self.parameters.append(parameter)
        self.limits.check_parameters(len(self.parameters))

    def leave_out(self, name: str, why: object) -> None:
        """A parameter that cannot be carried over."""
        self.say(
            "parameters",
            f"The parameter {shown(name)} is left out: {why}",
            "Add it by hand if the program needs it.",
            "warning",
        )

    def result(self, source: str) -> ReadResult:
        """The draft. source: how a sentence calls what was read."""
        # Without a word, the algorithm is that of old configs.
        draft = Draft({"search.algorithm": AUTO, **self.values}, tuple(self.parameters))
        self.limits.check_values(draft.listed)
        note = Problem(
            "", f"This was read as {source}.", "Look through the form or file before you start.", "note"
        )
        if self.ignored:
            self.say("", f"Without meaning here, and left out: {listed(self.ignored)}.", "")
        return ReadResult(draft, (note, *self.problems))
