"""What a run takes over from earlier runs and tables at its start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from worker.cli.run_lookup import find_run
from worker.errors import OmnioptError
from worker.report.exchange import earlier_run, import_csv, warm_start
from worker.report.exchange.import_csv import ImportedRows
from worker.spec.run import Run
from worker.spec.text import counted
from worker.store import replay
from worker.store.paths import Home, RunPaths
from worker.store.run_config import read_run

_MOST_REASONS = 5


class Source(NamedTuple):
    """An earlier run or a table, by the word that names it, and what there is in it."""

    word: str
    table: ImportedRows


def sources(run: Run, home: Home) -> list[Source]:
    """What the run is to begin with. Raises UsageError, ConfigError or OmnioptError where one of them cannot be read."""
    return [Source(word, _table(word, run, home)) for word in run.like]


def _table(word: str, run: Run, home: Home) -> ImportedRows:
    file = Path(word).expanduser()
    if file.suffix.lower() == ".csv":
        return import_csv.read(file, run, assumed=earlier_run.assumed(run))
    paths = find_run(word, home.root.parent)
    try:
        trials = replay.load(paths).trials.values()
    except OSError as error:
        raise OmnioptError(
            f"The journal of {paths.root} cannot be read ({error.strerror}). Ask its owner to let you read it."
        ) from error
    return earlier_run.rows(read_run(paths), trials, run)


def take_over(found: list[Source], paths: RunPaths, run: Run) -> None:
    """Write it into the new run, and say what was taken over and what was not."""
    for word, table in found:
        count = warm_start.write(paths, run, table, word)
        print(f"{run.name}: {counted(count, 'evaluation')} taken over from {word}.")
        for line in _left_out(table):
            print(f"  {line}")


def _left_out(table: ImportedRows) -> Iterator[str]:
    """Why others were not, the most frequent reason first."""
    for why, count in Counter(table.left_out.values()).most_common(_MOST_REASONS):
        yield f"{counted(count, 'evaluation')} left out: {why}"
