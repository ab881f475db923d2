"""The same program as often under another tool: one command each, start included, for `evaluations.py`.

python benchmarks/peers_evaluations.py optuna-memory --evaluations 1000 --workers 4 program.sh
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def hyperqueue(program: str, evaluations: int, workers: int) -> None:
    """A HyperQueue server with one worker of so many cores, and a job of so many tasks; the package `hyperqueue`."""
    from hyperqueue import Job, LocalCluster  # type: ignore[import-not-found]
    from hyperqueue.cluster import WorkerConfig  # type: ignore[import-not-found]

    with LocalCluster() as cluster:
        cluster.start_worker(WorkerConfig(cores=workers))
        client, job = cluster.client(), Job()
        for number in range(evaluations):
            job.program(
                ["sh", program, str(number), "1", "2"], stdout=f"{os.devnull}", stderr=f"{os.devnull}"
            )
        client.wait_for_jobs([client.submit(job)])


def optuna_memory(program: str, evaluations: int, workers: int) -> None:
    """An Optuna study that draws at random, with as many threads, its results in memory."""
    _optuna(program, evaluations, workers, None)


def optuna_journal(program: str, evaluations: int, workers: int) -> None:
    """The same with its results in a file, by Optuna's journal."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    with tempfile.TemporaryDirectory() as folder:
        _optuna(program, evaluations, workers, JournalStorage(JournalFileBackend(f"{folder}/journal")))


def _optuna(program: str, evaluations: int, workers: int, storage: object) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: optuna.Trial) -> float:
        words = [str(trial.suggest_float(name, 0, 1)) for name in ("x", "y", "n")]
        done = subprocess.run(["sh", program, *words], capture_output=True, text=True, check=True)
        return float(done.stdout.rpartition("RESULT:")[2])

    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(1))  # type: ignore[arg-type]
    study.optimize(objective, n_trials=evaluations, n_jobs=workers)


PEERS: dict[str, Callable[[str, int, int], None]] = {
    "hyperqueue": hyperqueue, "optuna-memory": optuna_memory, "optuna-journal": optuna_journal,
}  # fmt: skip


def main() -> int:
    """Run the program as often as asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--evaluations", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("program", type=Path)
    asked = parser.parse_args()
    PEERS[asked.peer](str(asked.program.resolve()), asked.evaluations, asked.workers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
