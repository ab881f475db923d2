"""What the page answers to a form: command, config, link and problems, computed in one place for all its views."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.catalogue import Catalogue
from app.form_state import Change, FormState
from app.nested_times import NestedTimes, nested_times
from app.problem_lines import ProblemLine, lines
from app.problem_places import PlacedProblem, place_of
from app.ranges import ranges
from app.readings import readings
from app.request_form import Besides
from worker.spec import command, directives
from worker.spec.check import check
from worker.spec.command import Installer
from worker.spec.cost import cost_of, duration_of_one, estimate_sentence, limits_sentence
from worker.spec.extras import USUAL
from worker.spec.field_values import field_value
from worker.spec.fields import BY_PATH
from worker.spec.formats import link, original_writer, token, toml
from worker.spec.problem import Problem, capped
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft, Run
from worker.spec.text import counted

CONFIG_NAME = "config.toml"
NOTHING_BESIDES = Besides()
_ORDER = ("error", "warning", "note")


@dataclass(frozen=True)
class Commands:
    """The lines to paste: with a fresh installation, the same with more patience (thorough), so that one evaluation comes first, with the one in the workdir, and on this machine without Slurm."""

    first_time: str
    thorough: str
    trying: str
    installed: str
    local: str


@dataclass(frozen=True)
class Preview:
    """Everything that follows from the texts of a form.

    commands are of use only when `usable`. from_file: the commands for a downloaded config.toml, where the line with
    the token is too long for some terminals. job: what a worker asks Slurm for, "" while
    something is wrong. left_out: what config.ini and config.json have no place for. url: the link to this form. readings: what amounts with
    a unit have been taken for, by the key of their field. cost: what the run may use, "" while something is wrong. estimate: what
    comes of the duration of one evaluation that somebody expects. ranges: sample values of each parameter. times: how the durations nest.
    """

    draft: Draft
    problems: tuple[PlacedProblem, ...]
    commands: Commands
    from_file: Commands | None
    config: str
    job: str
    left_out: tuple[Problem, ...]
    url: str
    changes: tuple[Change, ...]
    partition_limits: str
    gpus_possible: bool
    readings: Mapping[str, str]
    ranges: Sequence[Sequence[str]]
    times: NestedTimes
    cost: str = ""
    estimate: str = ""

    @property
    def usable(self) -> bool:
        """Whether nothing keeps the run from starting."""
        return not self.errors

    @property
    def fingerprint(self) -> str:
        """What a browser knows a form by that it has seen before: the same for the same config."""
        return hashlib.sha256(self.config.encode()).hexdigest()[:32]

    @property
    def without_commands(self) -> Preview:
        """The same while nobody has read what the commands would do."""
        return replace(self, commands=Commands("", "", "", "", ""), from_file=None)

    @property
    def left_out_sentence(self) -> str:
        """What the original's formats lose, "" where they hold everything."""
        fields = [BY_PATH[problem.path].label for problem in self.left_out if problem.path in BY_PATH]
        sentences = [f"config.ini and config.json cannot hold: {', '.join(fields)}."] if fields else []
        # One sentence for all the parameters that it is true of.
        others = dict.fromkeys(problem.message for problem in self.left_out if problem.path not in BY_PATH)
        return " ".join([*sentences, *others])

    @property
    def errors(self) -> tuple[PlacedProblem, ...]:
        """The problems that keep the run from starting."""
        return tuple(placed for placed in self.problems if placed.problem.severity == "error")

    @property
    def lines(self) -> tuple[ProblemLine, ...]:
        """The list of problems, as it stands beside the command."""
        return tuple(lines(self.problems))

    @property
    def state(self) -> str:
        """How things stand, for colours: "ready", "open" (only gaps are left) or "wrong"."""
        if self.usable:
            return "ready"
        return "open" if all(placed.missing for placed in self.errors) else "wrong"

    @property
    def headline(self) -> str:
        """How things stand, in a few words."""
        if self.usable:
            remarks = _count(self.problems)
            return f"Ready to start, with {counted(remarks, 'remark')}" if remarks else "Ready to start"
        things = counted(_count(self.errors), "thing")
        return f"{things} to fill in" if self.state == "open" else f"{things} to fix"

    def as_json(self) -> dict[str, object]:
        """The answer as the page's script reads it."""
        files = self.from_file
        return {
            "command": self.commands.first_time,
            "command_long": self.commands.thorough,
            "command_try": self.commands.trying,
            "command_installed": self.commands.installed,
            "command_local": self.commands.local,
            "command_file": files.first_time if files else "",
            "config": self.config,
            "job": self.job,
            "left_out": self.left_out_sentence,
            "url": self.url,
            "fingerprint": self.fingerprint,
            "usable": self.usable,
            "state": self.state,
            "headline": self.headline,
            "problems": [placed.as_json() for placed in self.problems],
            "lines": [line.as_json() for line in self.lines],
            "changes": [
                {"query": change.query, "value": change.value, "sentence": change.sentence}
                for change in self.changes
            ],
            "readings": self.readings,
            "cost": self.cost,
            "estimate": self.estimate,
            "ranges": self.ranges,
            "times": self.times.as_json(),
            "partition": {"limits": self.partition_limits, "gpus_possible": self.gpus_possible},
        }


def make_preview(
    state: FormState,
    catalogue: Catalogue,
    installer: Installer,
    base_url: str,
    others: Sequence[Problem] = (),
    besides: Besides = NOTHING_BESIDES,
) -> Preview:
    """Compute the preview of `state`.

    others: problems found before, as when it was read from a link. besides: what else stands in the form.
    """
    draft = state.draft
    key = state.values[BY_PATH["slurm.partition"].query].strip()
    here = catalogue.of(state.values[BY_PATH["slurm.cluster"].query].strip())
    partition = here.partitions.get(key)
    config = toml.write(draft)
    packed = token.pack(config)
    packages = besides.packages
    commands = _commands(installer, packed, draft, packages)
    too_long = len(commands.first_time.encode()) > command.LONGEST_LINE
    checked = check(draft, all_of_a_kind=True)
    problems = (
        *others,
        *state.problems,
        *checked.problems,
        *catalogue.problems(draft),
        *_length_notes(too_long),
    )
    return Preview(
        draft=draft,
        problems=_placed(problems, state),
        commands=commands,
        from_file=_commands(installer, CONFIG_NAME, draft, packages) if too_long else None,
        config=config,
        job=directives.of_worker(checked.run) if checked.run else "",
        left_out=original_writer.not_held(draft),
        url=f"{base_url}/{link.of_draft(draft, packed, packages)}",
        changes=state.changes,
        partition_limits=partition.limits if partition else "",
        gpus_possible=here.has_gpus(key) is not False,
        readings=readings(state.values),
        cost=limits_sentence(cost_of(checked.run)) if checked.run else "",
        estimate=_estimate(checked.run, besides.one_takes),
        ranges=ranges(draft.parameters),
        times=nested_times(state.values),
    )


def _estimate(run: Run | None, one_takes: str) -> str:
    try:
        one = duration_of_one(one_takes)
    except ConversionError as error:
        return f"{error} {error.hint}"
    return estimate_sentence(cost_of(run), one) if run and one else ""


def _placed(problems: Iterable[Problem], state: FormState) -> tuple[PlacedProblem, ...]:
    """Each problem once with its place; first what keeps the run from starting, or it could be overlooked.

    Of very many of a kind, only gaps have all of them: these are one line for all, and are seen beside their fields.
    """
    texts = dict(state.pairs())

    def missing(problem: Problem) -> bool:
        return problem.severity == "error" and texts.get(place_of(problem.path).field, "-") == ""

    ordered = sorted(dict.fromkeys(problems), key=lambda problem: _ORDER.index(problem.severity))
    return tuple(
        PlacedProblem(problem, place_of(problem.path), missing(problem))
        for problem in capped(ordered, exempt=missing)
    )


def _count(problems: Iterable[PlacedProblem]) -> int:
    return sum(placed.problem.stands_for for placed in problems)


def _commands(installer: Installer, source: str, draft: Draft, packages: bool) -> Commands:
    field = BY_PATH["run.workdir"]
    try:
        workdir = str(field_value(field, draft.values.get(field.path, field.default)))
    except ConversionError:
        workdir = ""  # a problem of its own; such a text is kept out of the command
    options = tuple(word for name in USUAL for word in ("--with", name)) if packages else ()
    return Commands(
        command.first_time(installer, source, workdir, options),
        command.thorough(installer, source, workdir, options),
        command.first_time(installer, source, workdir, (*options, "--try")),
        command.installed(source, workdir, options),
        command.first_time(installer, source, workdir, (*options, "--local")),
    )


def _length_notes(too_long: bool) -> Iterator[Problem]:
    if too_long:
        yield Problem(
            "",
            f"The command is longer than the {command.LONGEST_LINE:,} characters that some terminals accept on one line.",
            f"If yours cuts it off, download {CONFIG_NAME} and use the command for it.",
            "note",
        )
