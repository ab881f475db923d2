"""The one table of a run's fields; form, command line, config, URL keys and docs derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["line", "word", "name", "path", "integer", "switch", "choice", "duration", "seeds", "lines"]

ALGORITHMS = ("tpe.suggest", "hyperopt.rand.suggest", "gridsearch", "anneal.suggest", "mix.suggest")
NAME_PATTERN = r"[A-Za-z0-9_]+"
LONGEST_NAME = 100  # file systems take 255 bytes, and files are named after the run
HOME_VARIABLE_PATTERN = r"^(?:\$HOME|\$\{HOME\})(?=/|$)"  # at the beginning of a path, beside ~
WORD_PATTERN = r"[A-Za-z0-9_.,:@%+/=][A-Za-z0-9_.,:@%+/=-]*"


@dataclass(frozen=True)
class Field:
    """One thing that a run is told.

    path: section and key in the TOML config; the key is also the attribute of `Run`.
    query: the key in the page's URL. kind: how its text is read (see `worker.spec.convert`).
    default: the typed value of a field that is left out. original: the key in the [DATA] section of the
    original tool's config.ini, if it had one. minimum and maximum are inclusive.
    always_in_url: the page has a default of its own (it knows the partitions), so a URL states the value.
    """

    path: str
    query: str
    label: str
    kind: Kind
    default: object
    help: str
    advanced: bool = False
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    original: str = ""
    always_in_url: bool = False

    @property
    def section(self) -> str:
        """The TOML table that the field stands in."""
        return self.path.partition(".")[0]

    @property
    def key(self) -> str:
        """The field's name inside its section, and the attribute of `Run` that holds it."""
        return self.path.partition(".")[2]

    @property
    def flag(self) -> str:
        """The option of `omniopt start` that overrides the field."""
        return "--" + self.key.replace("_", "-")


FIELDS: tuple[Field, ...] = (
    Field(
        "run.name",
        "projectname",
        "Optimization run name",
        "name",
        "",
        "Becomes the name of the run's folder and of its jobs: letters, digits and underscores.",
        required=True,
        original="projectname",
    ),
    Field(
        "slurm.partition",
        "partition",
        "Partition",
        "word",
        "",
        "The Slurm partition that the workers run in; empty takes the cluster's default.",
        original="partition",
        always_in_url=True,
    ),
    Field(
        "slurm.enable_gpus",
        "enable_gpus",
        "Enable GPU",
        "switch",
        False,
        "Ask for GPUs for every worker.",
        original="enable_gpus",
        always_in_url=True,
    ),
    Field(
        "slurm.gpus",
        "number_of_gpus",
        "GPUs per worker",
        "integer",
        1,
        "How many GPUs every worker gets when GPUs are enabled.",
        minimum=1,
        maximum=64,
        original="num_gpus_per_worker",
    ),
    Field(
        "slurm.reservation",
        "reservation",
        "Reservation",
        "word",
        "",
        "The name of a Slurm reservation, if you have one.",
        original="reservation",
    ),
    Field(
        "slurm.account",
        "account",
        "Account",
        "word",
        "",
        "The Slurm account that pays; empty takes your default.",
        original="account",
    ),
    Field(
        "run.workers",
        "number_of_workers",
        "Number of workers",
        "integer",
        5,
        "How many evaluations run at the same time.",
        minimum=1,
        maximum=100_000,
        original="number_of_workers",
    ),
    Field(
        "slurm.memory",
        "mem_per_worker",
        "Memory (MB) per worker",
        "integer",
        2000,
        "Memory that one evaluation may use.",
        minimum=1,
        maximum=100_000_000,
        unit="MB",
        original="mem_per_cpu",
    ),
    Field(
        "run.runtime",
        "runtime",
        "Runtime",
        "duration",
        20 * 3600,
        "Hard limit of the whole optimization: hours, or H:MM:SS.",
        minimum=60,
        maximum=3650 * 86400,
        unit="h",
        original="computing_time",
    ),
    Field(
        "run.workdir",
        "workdir",
        "Workdir",
        "path",
        "",
        "A folder `omniopt` is made inside it; empty means the folder that you start in.",
    ),
    Field(
        "run.objective",
        "objective_program",
        "Objective program",
        "line",
        "",
        "The command to optimize, with placeholders such as ($x_0) or ($name); it prints RESULT: <number>.",
        required=True,
        original="objective_program",
    ),
    Field(
        "search.algorithm",
        "searchtype",
        "Search type",
        "choice",
        "tpe.suggest",
        "How the next parameters are chosen: tpe, anneal and mix learn from results, rand draws at random, "
        "gridsearch takes every combination.",
        choices=ALGORITHMS,
        original="algo_name",
    ),
    Field(
        "search.seed",
        "seed",
        "Seed",
        "seeds",
        (42,),
        "The same seed gives the same trials; empty is random, a list such as 1,2,3 makes one run per seed.",
        minimum=0,
        maximum=2**31 - 1,
        original="seed",
    ),
    Field(
        "search.max_evals",
        "max_evals",
        "Max. number of evaluations",
        "integer",
        1000,
        "The run ends after this many successful evaluations.",
        minimum=1,
        maximum=10_000_000,
        original="max_evals",
    ),
    Field(
        "slurm.cpus",
        "cpus_per_worker",
        "CPUs per worker",
        "integer",
        4,
        "CPU cores of every worker.",
        advanced=True,
        minimum=1,
        maximum=4096,
    ),
    Field(
        "run.precision",
        "precision",
        "Precision",
        "integer",
        8,
        "Significant digits of the real numbers that the objective program gets.",
        advanced=True,
        minimum=1,
        maximum=17,
        original="precision",
    ),
    Field(
        "run.live_output",
        "live_output",
        "Live output",
        "switch",
        False,
        "Show what the evaluations print while the run is followed.",
        advanced=True,
    ),
    Field(
        "run.debug",
        "debug",
        "Debug",
        "switch",
        False,
        "Write every message between driver and workers into the run's events.",
        advanced=True,
    ),
    Field(
        "run.dont_start",
        "dont_start_job",
        "Do not start the job",
        "switch",
        False,
        "Only show what would be started.",
        advanced=True,
    ),
    Field(
        "run.poll_interval",
        "poll_interval",
        "Progress interval",
        "integer",
        10,
        "Seconds between two progress lines where the output is no terminal.",
        advanced=True,
        minimum=1,
        maximum=3600,
        unit="s",
    ),
    Field(
        "run.time_limit",
        "time_limit",
        "Time limit per evaluation",
        "duration",
        0,
        "An evaluation that takes longer is ended: hours, or H:MM:SS; 0 means no limit.",
        advanced=True,
        minimum=0,
        maximum=3650 * 86400,
        unit="h",
    ),
    Field(
        "run.max_failures",
        "max_failures",
        "Max. number of failures",
        "integer",
        100,
        "The run stops after this many evaluations without a result; those in progress then still end.",
        advanced=True,
        minimum=1,
        maximum=10_000_000,
    ),
    Field(
        "run.accept_exit_code",
        "accept_exit_code",
        "Accept any exit code",
        "switch",
        False,
        "Count a result even where the program ended with an exit code other than 0.",
        advanced=True,
    ),
    Field(
        "search.allow_repeats",
        "allow_repeats",
        "Allow repeated points",
        "switch",
        False,
        "Evaluate the same parameters again when the search proposes them again.",
        advanced=True,
    ),
    Field(
        "search.grid_points",
        "grid_points",
        "Grid points per parameter",
        "integer",
        10,
        "Into how many values a grid search divides a continuous parameter.",
        advanced=True,
        minimum=2,
        maximum=10_000,
    ),
    Field(
        "slurm.walltime",
        "walltime",
        "Walltime of one worker job",
        "duration",
        0,
        "Slurm time limit of a worker job, which is replaced when it ends; 0 takes the whole runtime.",
        advanced=True,
        minimum=0,
        maximum=3650 * 86400,
        unit="h",
    ),
    Field(
        "slurm.nodes",
        "nodes_per_worker",
        "Nodes per worker",
        "integer",
        1,
        "Nodes of one evaluation, for an objective that calls srun or mpirun itself.",
        advanced=True,
        minimum=1,
        maximum=10_000,
    ),
    Field(
        "slurm.tasks",
        "tasks_per_worker",
        "Tasks per worker",
        "integer",
        1,
        "Slurm tasks of one evaluation, for an objective that calls srun or mpirun itself.",
        advanced=True,
        minimum=1,
        maximum=100_000,
    ),
    Field(
        "slurm.sbatch",
        "sbatch_lines",
        "Extra #SBATCH options",
        "lines",
        (),
        "One option a line, for example --constraint=skylake.",
        advanced=True,
    ),
    Field(
        "slurm.setup",
        "setup_lines",
        "Lines to run before a worker",
        "lines",
        (),
        "Shell lines that a worker job runs first, for example module load Python.",
        advanced=True,
    ),
    Field(
        "run.on_end",
        "on_end",
        "Command at the end",
        "line",
        "",
        "A shell command that runs once when the run has ended; OMNIOPT_RUN holds the run's folder.",
        advanced=True,
    ),
)

BY_PATH = {field.path: field for field in FIELDS}
BY_QUERY = {field.query: field for field in FIELDS}
SECTIONS = ("run", "search", "slurm")
