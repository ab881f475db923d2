"""Every path inside `<workdir>/omniopt`; no other module puts a file name together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from worker.errors import UsageError
from worker.spec.field_definition import HOME_VARIABLE_PATTERN

FOLDER = "omniopt"


@dataclass(frozen=True)
class Home:
    """The `omniopt` folder inside a workdir."""

    root: Path

    @classmethod
    def in_workdir(cls, workdir: Path) -> Home:
        """The folder for runs started with `workdir`."""
        return cls(workdir / FOLDER)

    @classmethod
    def for_workdir(cls, workdir: str) -> Home:
        """The folder for a run's workdir as it was typed: ~ and $HOME are the home folder, "" is the present one.

        Raises UsageError for the home of a user who does not exist.
        """
        try:
            folder = Path(re.sub(HOME_VARIABLE_PATTERN, "~", workdir)).expanduser()
        except RuntimeError as error:
            raise UsageError(
                f'The workdir "{workdir}" starts with ~, but there is no such user. Write the full path.'
            ) from error
        return cls.in_workdir(folder.resolve())

    @property
    def projects(self) -> Path:
        """The folder that holds one folder per run."""
        return self.root / "projects"

    @property
    def evaluate_script(self) -> Path:
        """The script that opens the results menu."""
        return self.root / "evaluate-run.sh"

    @property
    def starter(self) -> Path:
        """The script that runs any command for the runs here."""
        return self.root / "omniopt"

    @property
    def venv(self) -> Path:
        """The virtual environment that the installer makes."""
        return self.root / ".venv"

    @property
    def page(self) -> Path:
        """The address of the page that the installer came from, written by it."""
        return self.root / "page-address"

    def run(self, name: str) -> RunPaths:
        """The folder of the run called `name`."""
        return RunPaths(self.projects / name)


@dataclass(frozen=True)
class AgentPaths:
    """The folder of one agent inside a run."""

    root: Path

    def inbox(self, epoch: int) -> Path:
        """What the driver of `epoch` tells the agent."""
        return self.root / f"inbox.{epoch:06}.jsonl"

    @property
    def outbox(self) -> Path:
        """What the agent tells any driver."""
        return self.root / "outbox.jsonl"

    @property
    def log(self) -> Path:
        """The agent's own output, for debugging; not the objective's."""
        return self.root / "agent.log"

    @property
    def gpu_usage(self) -> Path:
        """Samples of GPU utilisation and memory on the agent's node."""
        return self.root / "gpu.csv"


@dataclass(frozen=True)
class RunPaths:
    """The folder of one run."""

    root: Path

    @property
    def name(self) -> str:
        """The run's name."""
        return self.root.name

    @property
    def home(self) -> Home:
        """The omniopt folder that holds the run."""
        return Home(self.root.parent.parent)

    @property
    def config(self) -> Path:
        """The config as started; never changed afterwards."""
        return self.root / "config.toml"

    @property
    def started_in(self) -> Path:
        """The folder in which the run was started, where its programs start; written with the config."""
        return self.root / "started-in"

    @property
    def site(self) -> Path:
        """The name of the cluster that the run was started on; there only where it has one."""
        return self.root / "cluster"

    @property
    def versions(self) -> Path:
        """With which versions of Python and libraries each of its drivers ran."""
        return self.root / "versions.txt"

    @property
    def provenance(self) -> Path:
        """The folder of what is known of the code and the machines behind the results, each file of which has one writer."""
        return self.root / "provenance"

    @property
    def changes(self) -> Path:
        """What `resume` has changed of the config since."""
        return self.root / "changes.toml"

    @property
    def journals(self) -> Path:
        """The folder of the drivers' journals."""
        return self.root / "journal"

    def journal(self, epoch: int) -> Path:
        """The journal of the driver number `epoch`, counted from 1."""
        return self.journals / f"{epoch:06}.jsonl"

    def next_driver(self, epoch: int) -> Path:
        """Empty until a driver later than number `epoch` says here that it has begun; 0: until the first one does."""
        return self.journals / f"{epoch:06}.next"

    @property
    def agents(self) -> Path:
        """The folder of the agents."""
        return self.root / "agents"

    def agent(self, identity: str) -> AgentPaths:
        """The folder of the agent called `identity`."""
        return AgentPaths(self.agents / identity)

    @property
    def trials(self) -> Path:
        """The folder of what the evaluations printed."""
        return self.root / "trials"

    @property
    def before_log(self) -> Path:
        """What the command before the first evaluation printed."""
        return self.root / "before.log"

    def trial_out(self, number: int) -> Path:
        """Standard output of an evaluation."""
        return self.trials / f"{number:06}.out"

    def trial_err(self, number: int) -> Path:
        """Standard error of an evaluation."""
        return self.trials / f"{number:06}.err"

    def trial_dir(self, number: int) -> Path:
        """A folder of its own for the files of an evaluation, made when ($trialdir) is used."""
        return self.trials / f"{number:06}"

    def places(self, number: int) -> dict[str, str]:
        """What the placeholders of paths stand for in evaluation `number`."""
        return {"projectdir": str(self.root), "trialdir": str(self.trial_dir(number))}

    @property
    def commands(self) -> Path:
        """What a person asked of the driver (stop, cancel, workers): one line each, appended."""
        return self.root / "commands.jsonl"

    @property
    def events(self) -> Path:
        """Every change of state, one line each, for people."""
        return self.root / "events.log"

    @property
    def hooks_log(self) -> Path:
        """What the commands for events print, a line for each of them before it."""
        return self.root / "hooks.log"

    @property
    def roster(self) -> Path:
        """The workers as the newest driver has seen them last, for `status`."""
        return self.root / "workers.json"

    @property
    def csv(self) -> Path:
        """The table of all trials."""
        return self.root / "csv" / f"{self.name}.csv"

    @property
    def scatter(self) -> Path:
        """The folder of scatter plots."""
        return self.root / "2d-scatterplots"

    @property
    def importance(self) -> Path:
        """What was measured of the parameters' importance, so that nobody waits for it twice."""
        return self.root / "importance.json"

    @property
    def figures(self) -> Path:
        """The folder of figures for papers."""
        return self.root / "figures"

    @property
    def parallel(self) -> Path:
        """The parallel plot."""
        return self.root / "parallel-plot" / "plot.html"

    @property
    def paper(self) -> Path:
        """The folder of what is written for a paper."""
        return self.root / "paper"

    @property
    def report(self) -> Path:
        """The report."""
        return self.root / "report.html"

    @property
    def slurm(self) -> Path:
        """The folder of submitted job scripts and of what their jobs print."""
        return self.root / "slurm"

    def submissions(self, epoch: int) -> Path:
        """What the driver of `epoch` has asked of Slurm; 0: what was asked for it before it began."""
        return self.slurm / f"submissions.{epoch:06}.jsonl"

    @property
    def driver_job_name(self) -> Path:
        """The name of the driver's Slurm jobs."""
        return self.slurm / "driver.name"

    def job_script(self, job: str) -> Path:
        """The script of the job called `job`, as submitted."""
        return self.slurm / f"{job}.sh"

    def job_output(self, job: str, index: int) -> Path:
        """What the element `index` of the job array called `job` printed."""
        return self.slurm / f"{job}.{index}.out"

    def setup_record(self, job: str, index: str) -> Path:
        """Which setup lines have failed in the element `index` of the job array called `job`; there only if one has."""
        return self.slurm / f"{job}.{index}.setup"

    @property
    def driver_log(self) -> Path:
        """What a driver without a terminal prints."""
        return self.root / "driver.log"
