"""The text of the job scripts: pure functions of the run, so that exactly what is submitted can be shown first."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from worker.spec.directives import (
    choices,
    directive,
    directives,
    extra,
    memory,
    of_driver,
    payer,
    resources,
    time_text,
)
from worker.spec.run import Run
from worker.spec.sbatch_options import options
from worker.store.paths import RunPaths
from worker.store.setup_failures import MARK

_WARNING = 120  # seconds before its time limit at which the driver is told to hand over, or
_WARNING_SHARE = 4  # this part of a time limit that is short: a driver must not leave when it has just come
RIDER_MEMORY = 500  # MB that a driver needs in the job of a worker
# Not every version of Slurm tells a job of its times.
_SHORTENED = """\
# Slurm may have shortened this job.
read -r start end < <(squeue --noheader --format="%S %e" --jobs="$SLURM_JOB_ID")
[ -n "$end" ] && SLURM_JOB_START_TIME=$(date -d "$start" +%s) SLURM_JOB_END_TIME=$(date -d "$end" +%s)
"""
# What lies between two times of one clock is sure. A job that seems to have begun a while ago has had a long prologue.
_ENDS = """\
# The clock of Slurm's own machine may differ from the one here.
begun=$(($(date +%s) - SECONDS)) ends=$(($(date +%s) - SECONDS + {seconds}))
if [ "${{SLURM_JOB_START_TIME:-0}}" -gt 0 ] && [ "${{SLURM_JOB_END_TIME:-0}}" -gt 0 ]; then
  ends=$((begun + SLURM_JOB_END_TIME - SLURM_JOB_START_TIME)) late=$((begun - SLURM_JOB_START_TIME))
  [ "$late" -ge 0 ] && [ "$late" -le {prologue} ] && ends=$SLURM_JOB_END_TIME
fi
"""
_LONGEST_PROLOGUE = 600  # seconds


@dataclass(frozen=True)
class AgentJob:
    """A job array of agents.

    name: the job's name, that no other submission has. tag: the agents are called `<tag>-<index>`.
    count: elements. seconds: time limit. epoch: the driver that asks for them. patience: seconds that an agent
    waits for a new driver when its own has gone. exclude: nodes that have failed. memory: what each job asks for, in the
    unit of the config; 0 for what stands there. since: where agents start drivers, up to which epoch an end of the run is
    known; None where they do not.
    """

    name: str
    tag: str
    count: int
    seconds: int
    epoch: int
    patience: int
    exclude: tuple[str, ...] = ()
    memory: int = 0
    since: int | None = None

    def identity(self, index: int) -> str:
        """The name of the agent that runs in the array element `index`."""
        return f"{self.tag}-{index}"

    @property
    def identities(self) -> tuple[str, ...]:
        """The names of all its agents."""
        return tuple(self.identity(index) for index in range(self.count))


def agent_script(run: Run, paths: RunPaths, job: AgentJob, python: str, first: bool = True) -> str:
    """The script of an array of agents; `python` is the interpreter that has this package.

    first: no worker of the run has begun yet.
    """
    output = f"{_output(str(paths.slurm))}/{job.name}.%a.out"
    rides = "" if job.since is None else f" --drives-since {job.since}"
    lines = [
        *directives(
            [
                ("job-name", job.name),
                ("array", f"0-{job.count - 1}"),
                *payer(run),
                *resources(replace(run, memory=job.memory or run.memory)),
                *choices(run, first),
                ("time", time_text(job.seconds)),
                ("requeue", ""),
                ("output", output),
                ("open-mode", "append"),
            ]
        ),
        *extra(run, job.exclude),
    ]
    agent = shlex.join([python, "-I", "-m", "worker", "agent", str(paths.root)])
    agent += ' --id "$id" --restarts "${SLURM_RESTART_COUNT:-0}"'
    return _script(
        lines,
        f"""\
{_setup(run, paths.setup_record(job.name, "$SLURM_ARRAY_TASK_ID"))}id={job.tag}-$SLURM_ARRAY_TASK_ID
{_SHORTENED if run.time_min else ""}{_ENDS.format(seconds=job.seconds, prologue=_LONGEST_PROLOGUE)}{_wait(f'{agent} --epoch {job.epoch} --patience {job.patience} --ends-at "$ends"{rides}', "TERM")}
# Where the worker was killed, what it had started is still there.
{agent} --sweep "$code"
exit "$code"
""",
    )


def driver_script(
    run: Run, paths: RunPaths, name: str, seconds: int, python: str, arguments: Sequence[str] = ()
) -> str:
    """The script of the driver's own small job, of which Slurm runs one at a time (`singleton`, by its name).

    arguments: more words for `omniopt drive`. A driver that is killed is started again in the same job.
    """
    own = of_driver(run)
    lines = directives(
        [
            ("job-name", name),
            ("dependency", "singleton"),
            *payer(own),
            ("nodes", "1"),
            ("ntasks", "1"),
            ("cpus-per-task", "1"),
            *memory(own, own.memory),
            ("time", time_text(seconds)),
            ("signal", f"B:USR1@{min(_WARNING, seconds // _WARNING_SHARE)}"),
            ("requeue", ""),
            ("output", _output(str(paths.driver_log))),
            ("open-mode", "append"),
        ]
    )
    drive = shlex.join([python, "-I", "-m", "worker", "drive", str(paths.root), *arguments])
    return _script(
        [*lines, *map(directive, options(own.sbatch))],
        f"""\
{_setup(run, paths.setup_record(name, "$SLURM_JOB_ID"))}for attempt in 1 2 3 4 5; do
{_wait(drive, "USR1", "TERM", indent="  ")}
  # 137 and the like: killed by a signal, for example for want of memory. Nothing is lost; the next one goes on.
  [ "$code" -lt 128 ] && break
done
exit "$code"
""",
    )


def _script(lines: Sequence[str], body: str) -> str:
    return "\n".join(["#!/bin/bash", *lines, "", body])


def _output(path: str) -> str:
    """A path for --output, where a percent sign begins a pattern."""
    return path.replace("%", "%%")


def _setup(run: Run, record: Path) -> str:
    """The setup lines of the config. What follows them looks at every exit code itself, whatever they have set.

    Those that fail are written down by number in `record`, whose last part may have a variable of the job in it.
    """
    if not run.setup:
        return ""
    failed = f'{shlex.quote(str(record.parent))}/"{record.name}"'
    trap = (
        "trap 'omniopt_code=$?"
        f'; echo "{MARK}: line $LINENO of the job script, exit code $omniopt_code" >&2'
        '; echo "$LINENO $omniopt_code" >>"$omniopt_failed"\' ERR'
    )
    before = [
        "# Setup lines that fail are written down, for people to be told.",
        f"omniopt_failed={failed}",
        trap,
    ]
    return "".join(f"{line}\n" for line in (*before, *run.setup, "set +eu; trap - ERR"))


def _wait(command: str, *signals: str, indent: str = "") -> str:
    """Lines that run `command`, hand signals on to it, wait for its end, and leave its exit code in `code`."""
    lines = [
        # The traps come first, or a signal just after the start would end this script and leave the child alone.
        "child= early=",
        *(
            f"trap '[ -n \"$child\" ] && kill -{name} $child 2>/dev/null || early={name}' {name}"
            for name in signals
        ),
        f"{command} &",
        "child=$!",
        '[ -z "$early" ] || kill -"$early" "$child"',
        'wait "$child"',
        "# A signal ends the wait, not the child.",
        'while kill -0 "$child" 2>/dev/null; do wait "$child"; done',
        'wait "$child"; code=$?',
    ]
    return "\n".join(indent + line for line in lines)
