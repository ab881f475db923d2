"""Evaluations that were made elsewhere, written into the journal of a run, so that its search begins with them."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from worker.report.exchange.import_csv import ImportedRow, ImportedRows
from worker.spec.run import Run
from worker.store import replay
from worker.store.claim import introduction
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL, Finished, Imported, Leaving, Proposed, Record
from worker.store.paths import RunPaths
from worker.trial import IMPORTED, Outcome, Status

_LARGEST_SEED = 2**31


def write(paths: RunPaths, run: Run, table: ImportedRows, source: str) -> int:
    """Write the evaluations into a journal of their own, with their source; returns how many are new to the run.

    Nobody may drive the run meanwhile. Raises StorageFullError.
    """
    state = replay.load(paths)
    imported = {tuple(trial.values.items()) for trial in state.trials.values() if trial.imported}
    new = [row for row in table.rows if tuple(row.values.items()) not in imported]
    seed = state.seed if state.seed is not None else _seed(run)
    epoch, journal = open_epoch(paths)
    try:
        records = _records(new, max(state.trials, default=0) + 1, epoch, seed)
        said = _said(table, len(new), source, epoch)
        journal.append(*map(JOURNAL.encode, (*records, said, _leaving(epoch))))
    finally:
        journal.close()
    return len(new)


def _seed(run: Run) -> int:
    return run.seed[0] if run.seed else random.SystemRandom().randrange(_LARGEST_SEED)


def _records(rows: Iterable[ImportedRow], first: int, epoch: int, seed: int) -> Iterator[Record]:
    yield introduction(epoch, seed, "", "")
    at = time.time()
    for number, row in enumerate(rows, first):
        yield Proposed(epoch=epoch, trial=number, values=row.values, at=at)
        outcome = Outcome(loss=row.loss, outputs=row.outputs, end=at)
        yield Finished(
            epoch=epoch, trial=number, attempt=0, agent=IMPORTED, status=Status.OK, outcome=outcome, at=at
        )


def _said(table: ImportedRows, taken: int, source: str, epoch: int) -> Imported:
    reasons = Counter(table.left_out.values()).most_common(1)
    reason = reasons[0][0] if reasons else ""
    return Imported(
        epoch=epoch,
        source=source,
        taken=taken,
        left_out=len(table.left_out),
        reason=reason,
        at=time.time(),
    )


def _leaving(epoch: int) -> Leaving:
    return Leaving(epoch=epoch, reason="Evaluations were imported.", at=time.time())
