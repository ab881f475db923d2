"""Workers of a run on a Slurm cluster are cancelled and preempted, again and again, while they evaluate programs that end in
good order when they are told to: with exit code 0 and the result of half the work.

    python tests/slurm/slurm_interruptions.py --rounds 20

The programs note themselves when they begin and when they have come to their regular end, so that what OmniOpt took
for finished can be compared with what happened. Exits with 1 if an interrupted evaluation counts, or one that had ended
before is taken back.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slurm_report import Figure, on_cluster, report
from slurm_site import Site, until

from worker.store.follower import Follower
from worker.store.journal import epochs
from worker.store.journal_reading import read_journal
from worker.store.journal_records import Finished, Retracted
from worker.store.paths import RunPaths
from worker.store.replay import load
from worker.trial import Status

# Each takes 1 to 5 seconds, and prints its parameter at its regular end, or -1 where it was ended before.
_NOTE = """\
#!/bin/bash
LC_ALL=C
note() {{ echo "$1 $OMNIOPT_TRIAL $OMNIOPT_ATTEMPT $EPOCHREALTIME" >> "{log}"; }}
note begin
seconds=$((RANDOM % 4 + 1)).$((RANDOM % 10))
"""
PROGRAMS = {
    "a wrapper without set -e": _NOTE
    + """\
loss="$OMNIOPT_TRIAL_DIR/loss.$OMNIOPT_ATTEMPT"
echo -1 > "$loss"
python3 -S -c 'import sys, time; time.sleep(float(sys.argv[1])); print(sys.argv[2], file=open(sys.argv[3], "w"))' \\
    $seconds "$1" "$loss" && note end
echo "RESULT: $(cat "$loss")"
""",
    "a handler that prints the best so far": _NOTE
    + """\
python3 -S -c '
import signal, sys, time
def stop(*_):
    print("RESULT: -1", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
time.sleep(float(sys.argv[1]))
signal.signal(signal.SIGTERM, signal.SIG_DFL)
' $seconds > "$OMNIOPT_TRIAL_DIR/out" && [ ! -s "$OMNIOPT_TRIAL_DIR/out" ] && note end && echo "RESULT: $1" ||
    cat "$OMNIOPT_TRIAL_DIR/out"
rm -f "$OMNIOPT_TRIAL_DIR/out"
""",
    "a trap that ends with exit code 0": _NOTE
    + """\
trap 'kill $child; echo "RESULT: -1"; exit 0' TERM
sleep $seconds & child=$!
wait $child && trap '' TERM && note end && echo "RESULT: $1"
""",
}
PREEMPTING = "high"
MOMENT = 1.0  # seconds that a program may need from its note to its exit, on a busy machine


def preempting(mode: str) -> Mapping[str, str]:
    """Settings of a cluster with a partition whose jobs take three of four nodes from others."""
    partition = f"{PREEMPTING} Nodes=n[2-4] PriorityTier=10 MaxTime=01:00:00 DefaultTime=00:10:00"
    return {
        "PreemptType": "preempt/partition_prio",
        "PreemptMode": mode,
        "PartitionName": partition,
        "SchedulerParameters": "batch_sched_delay=0",
    }


@dataclass
class Findings:
    """What came of the rounds; the last four should be empty."""

    rounds: int = 0
    evaluations: int = 0  # that ended regularly and count
    interrupted: int = 0
    in_the_moment: int = 0  # handed back, though the program had noted its end just before
    counted: list[str] = field(default_factory=list)  # interrupted, and ok
    failed: list[str] = field(default_factory=list)  # interrupted, and taken for a failure of the program
    taken_back: list[str] = field(default_factory=list)  # not interrupted, told, and taken back
    handed_back: list[str] = field(default_factory=list)  # not interrupted, and not told

    @property
    def faults(self) -> list[str]:
        """Everything that breaks the promise."""
        return [*self.counted, *self.failed, *self.taken_back, *self.handed_back]


class Interrupted:
    """A run over one of the programs, whose workers are interrupted."""

    def __init__(self, site: Site, name: str, program: str, workers: int, seed: int) -> None:
        self.site = site
        self._name = name
        self._workers = workers
        self._random = random.Random(seed)
        self._log = site.folder / f"{name}.log"
        self._log.touch()
        self._signals: list[float] = []
        script = site.folder / f"{name}.sh"
        script.write_text(program.format(log=self._log))
        self.paths: RunPaths = site.start(
            name, "--driver", "job", objective=f"bash '{script}' ($x) # ($trialdir)", evaluations=100_000,
            workers=workers, run="max_failures = 100000",
        )  # fmt: skip
        self._follower = Follower(self.paths)

    def go(self, rounds: int, interrupt: Callable[[Interrupted], None]) -> Findings:
        """Interrupt so often, each time while all workers evaluate; then end the run and compare."""
        for _ in range(rounds):
            until(self._all_evaluate, "the workers do not evaluate", seconds=180)
            time.sleep(self._random.uniform(0.2, 3.0))
            self._signals.append(time.time())
            interrupt(self)
        until(self._all_evaluate, "the workers do not evaluate", seconds=180)
        done = self.site.omniopt("cancel", self._name)
        assert done.returncode == 0, done.stdout + done.stderr
        self.site.until_over(self.paths)
        return self._compare(rounds)

    def cancel_workers(self) -> None:
        """Cancel all worker jobs by scancel, and see them go."""
        jobs = [number for number, name in self._jobs() if not name.endswith(".driver")]
        self.site.cluster.run("scancel", *jobs)
        until(lambda: not {number for number, _ in self._jobs()} & set(jobs), "the jobs do not go")

    def preempt_workers(self) -> None:
        """Let a job of higher priority take the nodes."""
        before = self._running()
        options = (
            "--partition",
            PREEMPTING,
            "--nodes=3",
            "--exclusive",
            "--output=/dev/null",
            "--wrap=sleep 0.5",
        )
        self.site.cluster.run("sbatch", "--wait", *options)
        preempted = before - self._running()
        assert preempted, "nothing was preempted"
        # Those that wait to be started again would be held for two minutes.
        if waiting := preempted & {number for number, _ in self._jobs()}:
            now = f"JobId={','.join(sorted(waiting))}", "StartTime=now"
            until(
                lambda: self.site.cluster.run("scontrol", "update", *now, check=False).returncode == 0,
                "the preempted jobs cannot be started again",
            )

    def _running(self) -> set[str]:
        return {number for number, _ in self._jobs("--states=running")}

    def _jobs(self, *options: str) -> list[tuple[str, str]]:
        shown = ("--noheader", "--array", "--format=%i %j", *options)
        lines = self.site.cluster.run("squeue", *shown).stdout.splitlines()
        all_jobs = [(line.split()[0], line.split()[1]) for line in lines]
        return [(number, name) for number, name in all_jobs if name.startswith(f"{self._name}.")]

    def _all_evaluate(self) -> bool:
        self._follower.update()
        trials = self._follower.state.trials.values()
        return sum(trial.status is Status.RUNNING for trial in trials) >= self._workers

    def _compare(self, rounds: int) -> Findings:
        findings = Findings(rounds)
        begun, ended = self._noted("begin"), self._noted("end")
        told: dict[tuple[int, int], Finished] = {}
        back: set[tuple[int, int]] = set()
        for record in (record for epoch in epochs(self.paths) for record in read_journal(self.paths, epoch)):
            if isinstance(record, Finished):
                told[record.trial, record.attempt] = record
            elif isinstance(record, Retracted):
                back.add((record.trial, record.attempt))
        trials = load(self.paths).trials
        for trial in trials.values():
            if trial.status is Status.OK:
                findings.evaluations += 1
                if (trial.number, trial.attempt) not in ended or trial.loss == -1:
                    findings.counted.append(f"{self._name}: evaluation {trial.number} is ok: {trial}")
        for key in begun:
            if key not in ended:
                findings.interrupted += 1
                if key in told and key not in back and told[key].status not in (Status.OK, Status.CANCELLED):
                    findings.failed.append(f"{self._name}: it was interrupted: {told[key]}")
            elif key in back:
                findings.taken_back.append(
                    f"{self._name}: it had ended at {ended[key]}, and was taken back: {told[key]}"
                )
            elif key not in told:
                findings.in_the_moment += 1
                if not any(ended[key] > at - MOMENT for at in self._signals):
                    findings.handed_back.append(
                        f"{self._name}: it had ended at {ended[key]}, and was not told: {key}"
                    )
        return findings

    def _noted(self, what: str) -> dict[tuple[int, int], float]:
        lines = [line.split() for line in self._log.read_text().splitlines()]
        return {(int(trial), int(attempt)): float(at) for word, trial, attempt, at in lines if word == what}


def main() -> int:
    """Start clusters, interrupt, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="for each program (default: 20)")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument(
        "--preemptions", type=int, default=20, help="with REQUEUE and with CANCEL (default: 20)"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    all_findings: dict[str, Findings] = {}
    with on_cluster() as (cluster, work):
        for index, (what, program) in enumerate(PROGRAMS.items()):
            run = Interrupted(Site(cluster, work), f"elm{index}", program, options.workers, options.seed)
            all_findings[f"scancel, {what}"] = run.go(options.rounds, Interrupted.cancel_workers)
            print(f"scancel, {what}: {all_findings[f'scancel, {what}']}", file=sys.stderr, flush=True)
    for mode in ("REQUEUE", "CANCEL"):
        with on_cluster(settings=preempting(mode)) as (cluster, work):
            programs = list(PROGRAMS.values())
            for index, program in enumerate(programs):
                rounds = options.preemptions // len(programs) + (index < options.preemptions % len(programs))
                run = Interrupted(Site(cluster, work), f"oak{index}", program, options.workers, options.seed)
                findings = all_findings[f"preemption, {mode}, program {index + 1}"] = run.go(
                    rounds, Interrupted.preempt_workers
                )
                print(f"preemption, {mode}, program {index + 1}: {findings}", file=sys.stderr, flush=True)
    figures = []
    for what, findings in all_findings.items():
        figures += [
            Figure(f"{what}: rounds, interrupted, ended regularly",
                   f"{findings.rounds}, {findings.interrupted}, {findings.evaluations}", ""),
            Figure("  interrupted and ok", str(len(findings.counted)), "0", not findings.counted),
            Figure("  interrupted and failed", str(len(findings.failed)), "0", not findings.failed),
            Figure("  undisturbed and taken back", str(len(findings.taken_back) + len(findings.handed_back)), "0",
                   not findings.taken_back and not findings.handed_back),
            Figure("  ended in the moment of the signal, handed back", str(findings.in_the_moment), ""),
        ]  # fmt: skip
    return report(figures, [fault for findings in all_findings.values() for fault in findings.faults])


if __name__ == "__main__":
    sys.exit(main())
