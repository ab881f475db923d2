"""A scheduler that the product does not have: a queue with qsub, qstat and qdel in the manner of PBS.

Called as a program, it is the command line with this scheduler added to those that there are. At the end of the file
are stand-ins for the queue's commands: they start scripts after a delay, and refuse or forget some where they are told to.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from worker.cli import main
from worker.launch import registry
from worker.launch.launcher import AgentReport, AgentState, ending
from worker.launch.scheduler import CurrentJob, Script, Survey
from worker.spec.driver_fields import DriverPlace
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.spec.text import counted
from worker.store.outbox_messages import Bye, Heard, Hello, ProcessEnded
from worker.store.paths import RunPaths

OMNIOPT = [sys.executable, "-I", __file__]  # in the product: sys.executable, "-I", "-m", "worker"
PATIENCE = 60  # seconds that agents wait for a new driver when theirs has gone
ASK_EVERY = 0.3  # seconds between two questions to the queue; some 30 for a real one
TRY_EVERY = 0.3  # seconds after a refusal; some 30 for a real one
ANSWERS_WITHOUT = 2  # answers that do not have a job, after which it is gone
STATES = {
    **dict.fromkeys("QHW", AgentState.PENDING),
    **dict.fromkeys("RE", AgentState.RUNNING),
    **dict.fromkeys("FX", AgentState.GONE),
}


def call(*words: str, text: str = "", patience: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Call a command of the queue; one that hangs has failed."""
    try:
        return subprocess.run(
            words, input=text, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", "no answer in time")


def script(run: Run, paths: RunPaths, identity: str, epoch: int) -> str:
    """The job script of one worker."""
    agent = shlex.join([*OMNIOPT, "agent", str(paths.root), "--id", identity])
    node = shares(run)
    memory = f":mem={node.memory_per_node}mb" if run.memory else ""
    gpus = f":ngpus={node.gpus_per_node}" if run.enable_gpus else ""
    seconds = run.walltime or run.runtime
    lines = [
        "#!/bin/bash",
        f"#PBS -N {run.name}.{identity}",
        *([f"#PBS -q {run.partition}"] if run.partition else []),
        *([f"#PBS -A {run.account}"] if run.account else []),
        f"#PBS -l select={run.nodes}:ncpus={run.cpus}{memory}{gpus}",
        f"#PBS -l walltime={seconds}",
        f"#PBS -j oe -o {paths.job_output(identity, 0)}",
        "#PBS -r n",
        *run.setup,
        "set +eu",
        "trap : TERM  # the worker gets it, too, and ends before this script does",
        f"{agent} --epoch {epoch} --patience {PATIENCE} --ends-at $(($(date +%s) + {seconds}))",
        f"{agent} --sweep $?",
    ]
    return "\n".join([*lines, ""])


def numbers(paths: RunPaths) -> dict[str, str]:
    """Identity -> job of all workers of the run that the queue has ever taken."""
    found = sorted(paths.slurm.glob("*.number"), key=lambda path: path.stat().st_mtime_ns)
    return {path.stem: path.read_text().strip() for path in found}


class Queue:
    """See `Scheduler`. Every worker is a job of its own."""

    name = "queue"
    label = "the queue"
    remote = True
    start_options: tuple[str, ...] = ()
    driver_jobs = None

    def absence(self) -> str:
        return "" if shutil.which("qsub") else "There is no queue here (no qsub command)."

    def site(self, run: Run) -> str:
        return ""

    def place(self, workers: int) -> str:
        return "as a job of the queue" if workers == 1 else "as jobs of the queue"

    def survey(self, run: Run) -> Survey:
        return call("qstat", "-Q").stdout.split()

    def check(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Problem]:
        queues = cast(list[str], survey)
        if not run.partition or run.partition in queues:
            return []
        hint = f"There are {', '.join(queues)}."
        return [Problem("slurm.partition", f'There is no queue "{run.partition}" here.', hint)]

    def scripts(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Script]:
        text = script(run, paths, "q1-1", 1)
        return [Script(f"{counted(run.workers, 'worker')}, each submitted by the driver", text)]

    def launcher(
        self, run: Run, paths: RunPaths, epoch: int, cwd: Path, starts: bool, rides_with: str
    ) -> QueueLauncher:
        return QueueLauncher(run, paths, epoch, cwd)

    def end_everything(self, paths: RunPaths, patience: float) -> str:
        jobs = list(numbers(paths).values())
        if not jobs or call("qdel", *jobs, patience=patience).returncode == 0:
            return ""
        return f"The queue did not answer when jobs were to be ended. End them with qdel {' '.join(jobs)}"

    def start_again(self, environ: Mapping[str, str]) -> None:
        """It keeps no job."""

    def current_job(self, environ: Mapping[str, str]) -> CurrentJob | None:
        number = environ.get("PBS_JOBID")
        return CurrentJob(number) if number else None


class QueueLauncher:
    """See `Launcher`."""

    def __init__(self, run: Run, paths: RunPaths, epoch: int, cwd: Path) -> None:
        self._run, self._paths, self._epoch, self._cwd = run, paths, epoch, cwd
        self._count = 0
        self._asked = self._refused = -TRY_EVERY
        self._missed: Counter[str] = Counter()
        # A driver before this one has written down what it has asked for.
        self._jobs = numbers(paths)
        self._reports = {
            identity: AgentReport(identity, AgentState.UNKNOWN, job) for identity, job in self._jobs.items()
        }
        self.trouble = ""
        self.takes_no_more = False
        self.hopeless: Problem | None = None

    def start(self, count: int) -> Sequence[str]:
        started: list[str] = []
        while len(started) < count and time.monotonic() - self._refused > TRY_EVERY:
            identity = f"q{self._epoch}-{self._count + 1}"
            if not self._submit(identity):
                self._refused = time.monotonic()
                break
            self._count += 1
            started.append(identity)
        return started

    def poll(self) -> Mapping[str, AgentReport]:
        if self._jobs and time.monotonic() - self._asked > ASK_EVERY:
            self._asked = time.monotonic()
            self._ask()
        return self._reports

    def stop(self, identities: Sequence[str]) -> None:
        if jobs := [self._jobs[identity] for identity in identities if identity in self._jobs]:
            call("qdel", *jobs)

    def note(self, identity: str, message: Heard) -> None:
        self._missed.pop(identity, None)
        if isinstance(message, Hello):
            self._report(identity, AgentState.RUNNING, host=message.host)
        elif isinstance(message, Bye):
            self._report(identity, AgentState.GONE, message.reason)
        elif isinstance(message, ProcessEnded):
            self._report(identity, AgentState.GONE, ending(message.exit_code))

    def close(self) -> None:
        pass

    def _submit(self, identity: str) -> bool:
        """Submit a job, and write down its number for the next driver and for `end_everything`."""
        self._paths.slurm.mkdir(exist_ok=True)
        text = script(self._run, self._paths, identity, self._epoch)
        self._paths.job_script(identity).write_text(text)
        answer = call("qsub", text=text)
        if answer.returncode != 0:
            self.trouble = f"The queue takes no job: {answer.stderr.strip()}."
            return False
        self.trouble = ""
        self._jobs[identity] = answer.stdout.strip()
        (self._paths.slurm / f"{identity}.number").write_text(self._jobs[identity])
        self._report(identity, AgentState.PENDING, "The job waits in the queue.")
        return True

    def _ask(self) -> None:
        answer = call("qstat", "-x")
        if answer.returncode != 0:
            return  # no answer says nothing about the jobs
        rows = [fields for line in answer.stdout.splitlines() if len(fields := line.split()) > 4]
        states = {fields[0]: fields[-2] for fields in rows}
        for identity, job in self._jobs.items():
            if self._reports[identity].state is AgentState.GONE:
                continue
            if job in states:
                self._missed.pop(identity, None)
                self._report(identity, STATES.get(states[job], AgentState.UNKNOWN))
            else:
                # The queue may be about to know it; two answers without it are certain, for this queue.
                self._missed[identity] += 1
                gone = self._missed[identity] >= ANSWERS_WITHOUT
                state = AgentState.GONE if gone else AgentState.UNKNOWN
                self._report(identity, state, "The queue does not have the job any more.")

    def _report(self, identity: str, state: AgentState, reason: str = "", host: str = "") -> None:
        before = self._reports.get(identity)
        if before is None or before.state is not state:
            job = self._jobs.get(identity, "")
            self._reports[identity] = AgentReport(identity, state, job, host, reason)


# --- What stands in for the commands of a site ---------------------------------------------------------------------

QSUB = """#!/bin/bash
cd "${0%/*}/jobs" || exit 1
exec 9> lock; flock 9
if words=$(cat refuse 2> /dev/null); then echo "$words" >&2; exit 1; fi
id=$(($(cat count 2> /dev/null || echo 0) + 1)); echo $id > count
cat > $id.sh
if [ ! -e forget.$id ]; then
    export PBS_JOBID=$id.server
    job="trap : TERM; touch $id.queued; sleep 0.2 && touch $id.begun && bash $id.sh; touch $id.ended"
    setsid bash -c "$job" > $id.out 2>&1 < /dev/null 9>&- &
    echo $! > $id.pid
    until [ -e $id.queued ]; do sleep 0.01; done
fi
echo $id.server
"""
QSTAT = """#!/bin/bash
cd "${0%/*}/jobs" || exit 1
[ "$1" = -Q ] && { echo batch; exit; }
echo 'Job id            Name             User              Time Use S Queue'
for file in *.pid; do
    [ -e "$file" ] || continue
    id=${file%.pid}; state=Q; [ -e $id.begun ] && state=R
    [ -e $id.ended ] && state=F
    echo "$id.server pear me 00:00:01 $state batch"
done
"""
QDEL = """#!/bin/bash
cd "${0%/*}/jobs" || exit 1
for job; do
    id=${job%.server}; [ -e $id.pid ] && [ ! -e $id.ended ] && kill -- -$(cat $id.pid)
done
exit 0
"""


def install(folder: Path) -> Path:
    """Put the commands into `folder`; returns the folder of their jobs.

    A file `refuse` there lets qsub refuse everything with the words in it, and a file `forget.N` lets it forget its job N.
    """
    jobs = folder / "jobs"
    jobs.mkdir(parents=True)
    for name, text in (("qsub", QSUB), ("qstat", QSTAT), ("qdel", QDEL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return jobs


if __name__ == "__main__":
    registry.SCHEDULERS = (Queue(), *registry.SCHEDULERS)
    sys.exit(main())
