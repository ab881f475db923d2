"""How much a run may be told, and how much of it the web page takes: the one place that states these limits."""

from __future__ import annotations

from dataclasses import dataclass

from worker.spec.problem import Problem, UnreadableError


@dataclass(frozen=True)
class Limits:
    """What a reader of configs takes.

    size: bytes of all texts in UTF-8. parameters: of one run. values: that all its parameters list.
    config, run: how a sentence calls one that these limits hold for. instead: what to do with a larger config.
    """

    size: int
    parameters: int
    values: int
    config: str
    run: str
    instead: str

    def check_size(self, size: int) -> None:
        """Raises TooMuchError where texts of so many bytes together are more than is taken."""
        if size > self.size:
            message = f"This is {size:,} bytes long; {self.config} may have at most {self.size:,}."
            raise TooMuchError(Problem("", message, self.instead))

    def check_parameters(self, count: int) -> None:
        """Raises TooMuchError where so many given parameters are more than are taken."""
        if count > self.parameters:
            message = f"{count:,} parameters are too many; {self.run} may have at most {self.parameters}."
            raise TooMuchError(Problem("parameters", message, self.instead))

    def check_values(self, count: int) -> None:
        """Raises TooMuchError where parameters that list so many values together are more than are taken."""
        if count > self.values:
            message = (
                f"The parameters list {count:,} values; {self.run} may have at most {self.values:,} in all."
            )
            raise TooMuchError(Problem("parameters", message, self.instead))


class TooMuchError(UnreadableError):
    """An input that is refused before anything is made of it, since it is larger than what is taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__([problem])


# What a run can be. Whoever writes more has mistaken the file, or needs another tool.
RUN = Limits(
    size=1_000_000,
    parameters=500,
    values=100_000,
    config="a config",
    run="a run",
    instead="Check that it is an OmniOpt config, and give some of the parameters a fixed value in your program.",
)
# What the page takes: it answers everybody, and draws a dozen fields for each parameter, so that one request for the
# most that a run can be would keep all others waiting.
PAGE = Limits(
    size=28_000,
    parameters=105,
    values=3_000,
    config="a config on this page",
    run="a run on this page",
    instead="The command line accepts larger ones: write a config file, and start the run with that.",
)
# Of a request's body: percent-encoding makes three bytes of one, and every field has a name.
LARGEST_BODY = 4 * PAGE.size
# The fields of as many parameters, and the rest of the form.
MOST_FIELDS = 10 * PAGE.parameters + 100
