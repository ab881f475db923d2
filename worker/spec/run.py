"""A run as it was typed (draft) and a run that has passed every check."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from functools import cached_property

from worker.spec.environment import Variables
from worker.spec.goals import RESULT, Goal, GoalTexts
from worker.spec.parameters import DEFAULT_TYPE, Parameter
from worker.spec.problem import Problem
from worker.spec.start_points import StartPoint


@dataclass(frozen=True)
class ParameterDraft:
    """A parameter as it was typed: settings by TOML key, raw (text, numbers, lists), possibly wrong or missing."""

    name: str = ""
    type: str = DEFAULT_TYPE
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A run as it was typed.

    values: field path -> raw value (text from a form or URL, typed values from TOML); left out means default.
    Every codec reads into a Draft and writes from one; `worker.spec.check.check` turns it into a `Run`.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    parameters: tuple[ParameterDraft, ...] = ()

    @property
    def listed(self) -> int:
        """How many values the parameters list, at most: commas are counted, whatever they stand for."""
        return sum(_listed(parameter.settings.get("values")) for parameter in self.parameters)


def _listed(raw: object) -> int:
    if isinstance(raw, str):
        return raw.count(",") + 1
    return len(raw) if isinstance(raw, Sized) else 0


@dataclass(frozen=True)
class ReadResult:
    """What a codec read, and what it has to say about the text; `check` finds the problems of the values."""

    draft: Draft
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that passed every check; attributes are the keys of `worker.spec.fields.FIELDS`, which also holds the defaults.

    Durations are seconds, memory is MB. `gpus` is a number, or a type and a number.
    An empty `seed` means a random one; `time_limit`, `walltime`, `warning` and `time_min` 0 mean none.
    """

    name: str
    objective: str
    parameters: tuple[Parameter, ...]
    workdir: str
    workers: int
    runtime: int
    precision: int
    number_format: str
    live_output: bool
    debug: bool
    dont_start: bool
    progress_interval: int
    time_limit: int
    max_failures: int
    max_losses: int
    continues: bool
    warning: int
    warning_signal: str
    budget: str
    accept_exit_code: bool
    retry_on: tuple[str, ...]
    modules: tuple[str, ...]
    venv: str
    conda: str
    variables: Variables
    run_in: str
    before: str
    on_ended: str
    on_interrupted: str
    on_first_result: str
    on_new_best: str
    on_waiting: str
    on_waiting_time: int
    algorithm: str
    direction: str
    results: GoalTexts
    reference: GoalTexts
    constraints: tuple[str, ...]
    start_with: tuple[StartPoint, ...]
    like: tuple[str, ...]
    target: str
    patience: int
    repeats: int
    confirm: str
    early_stopping: str
    early_stopping_after: int
    seed: tuple[int, ...]
    max_evals: int
    allow_repeats: bool
    grid_points: int
    partition: str
    enable_gpus: bool
    gpus: str
    gpu_option: str
    reservation: str
    account: str
    memory: int
    memory_per: str
    cpus: int
    nodes: int
    tasks: int
    walltime: int
    cluster: str
    qos: str
    constraint: str
    exclude: str
    nodelist: str
    licenses: str
    begin: str
    dependency: str
    time_min: int
    mail_type: str
    mail_user: str
    sbatch: tuple[str, ...]
    setup: tuple[str, ...]
    driver: str
    driver_partition: str
    driver_account: str
    driver_qos: str
    driver_walltime: int
    driver_memory: int
    driver_sbatch: tuple[str, ...]

    def rank(self, result: float) -> float:
        """What stands for a result where the smaller is the better; the one place that knows which way is good."""
        return self.main.rank(result)

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """The results that it is about, the main one first: those that it names, or RESULT."""
        return tuple(Goal(*pair) for pair in self.results) or (Goal(RESULT, self.direction),)

    @cached_property
    def main(self) -> Goal:
        """The one that counts where a single number is wanted."""
        return self.goals[0]

    @property
    def several(self) -> bool:
        """Whether it is about the best compromises between several results."""
        return len(self.results) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in their order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def target_rank(self) -> float | None:
        """What stands for a result that is good enough; None where none is."""
        return self.rank(float(self.target)) if self.target else None

    @property
    def maximises(self) -> bool:
        """Whether the largest result is the best."""
        return self.main.maximises

    @property
    def counted_as(self) -> str:
        """What the limits on evaluations count, in a word."""
        return "evaluation" if self.repeats == 1 else "point"

    @property
    def best_result(self) -> str:
        """What the best result is called in a sentence."""
        name = self.main.name if self.repeats == 1 else f"mean {self.main.name}"
        return f"best (largest) {name}" if self.maximises else f"best {name}"
