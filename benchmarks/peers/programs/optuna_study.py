"""An Optuna study in a file, worked on by as many processes: WORKERS EVALUATIONS COMMAND...; with 0 workers, by this one.

`records` prints its complete trials.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import optuna
from joblib import Parallel, delayed
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState

COMPLETE = (TrialState.COMPLETE,)


def opened() -> optuna.Study:
    """The study, new or as it stands."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name="task",
        storage=JournalStorage(JournalFileBackend("journal.log")),
        sampler=optuna.samplers.RandomSampler(),
        load_if_exists=True,
    )


def work(evaluations: int, command: Sequence[str]) -> None:
    """Evaluate until the study has as many complete trials."""
    study = opened()
    enough = MaxTrialsCallback(evaluations, states=COMPLETE)
    if len(study.get_trials(states=COMPLETE)) < evaluations:
        study.optimize(lambda trial: evaluate(trial, command), callbacks=[enough])


def evaluate(trial: optuna.Trial, command: Sequence[str]) -> float:
    """Run the program with what the trial suggests."""
    x, y = trial.suggest_int("x", 0, 999_999), trial.suggest_int("y", 0, 999)
    done = subprocess.run([*command, str(x), str(y)], stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.rpartition("RESULT:")[2])


def main(words: list[str]) -> None:
    """Work, or print the records."""
    if words == ["records"]:
        for trial in opened().get_trials(states=COMPLETE):
            print(json.dumps([trial.params["x"], trial.params["y"], trial.value]))
        return
    workers, wanted, command = int(words[0]), int(words[1]), words[2:]
    if workers:
        Parallel(n_jobs=workers)(delayed(work)(wanted, command) for _ in range(workers))
    else:
        work(wanted, command)


if __name__ == "__main__":
    main(sys.argv[1:])
