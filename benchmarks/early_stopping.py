"""What early stopping saves, and what it costs: runs on tables of real learning curves and folds, with the product's own rules."""

from __future__ import annotations

import csv
import gzip
import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from harness import machine, options, table

from worker.driver.early_stopping_rules import Course, rule_of
from worker.spec.advanced_fields import ADVANCED_FIELDS
from worker.spec.check import check
from worker.spec.early_stopping import ASHA, EARLY_STOPPING, MEDIAN, OFF, WILCOXON
from worker.spec.run import Draft, ParameterDraft, Run

HERE = Path(__file__).parent
CURVES, FOLDS = HERE / "early_stopping_curves.csv.gz", HERE / "early_stopping_folds.csv.gz"
Row = Sequence[float]
_PROMISED = {MEDIAN: (2.2, 0.0), ASHA: (3.5, 0.0015), WILCOXON: (2.0, 0.0)}
_DIGITS = 5  # of an error; folds are of unequal size, so that as many errors may be 3 in a million more
_AFTER = {field.path: field.default for field in ADVANCED_FIELDS}["search.early_stopping_after"]


@dataclass(frozen=True)
class Outcome:
    """How often the compute of a simulated run was used without early stopping, and by how much its best is worse."""

    saved: float
    worse: float


def main() -> None:
    """Simulate every rule on its table, and print what is saved and lost."""
    parser = options(__doc__, repeats=20)
    parser.add_argument("--trials", type=int, default=60, help="of one run (%(default)s)")
    parser.add_argument("--workers", type=int, default=8, help="evaluations at once (%(default)s)")
    parser.add_argument("--after", type=int, default=_AFTER, help="early_stopping_after (%(default)s)")
    parser.add_argument("--first-seed", type=int, default=0, help="of the repeats (%(default)s)")
    asked = parser.parse_args()
    print(machine())
    print(
        f"{asked.repeats} runs of {asked.trials} evaluations drawn from the table, {asked.workers} at once; compute is counted in lines."
    )
    rows = []
    for rule in EARLY_STOPPING:
        if rule == OFF:
            continue
        folds = rule == WILCOXON
        known = read(FOLDS if folds else CURVES)
        result: Callable[[Row], float] = fmean if folds else last
        outcomes = [
            simulate(known, rule, asked.after, result, seed, asked.trials, asked.workers)
            for seed in range(asked.first_seed, asked.first_seed + asked.repeats)
        ]
        least, most = _PROMISED[rule]
        saved, worse = (
            fmean(outcome.saved for outcome in outcomes),
            fmean(outcome.worse for outcome in outcomes),
        )
        lost = sum(outcome.worse > 0 for outcome in outcomes)
        kept = "yes" if saved >= least and round(worse, _DIGITS) <= most else "no"
        verdict = f"{worse:.{_DIGITS}f} in {lost} of {asked.repeats}; promised {least} x, {most}: {kept}"
        rows.append((rule, f"{saved:.2f} x", verdict))
    table(rows, ("rule", "compute saved", "best is worse by"))


def read(path: Path) -> list[Row]:
    """The rows of a table."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]


def simulate(
    known: Sequence[Row],
    name: str,
    after: int,
    result: Callable[[Row], float],
    seed: int,
    trials: int,
    workers: int,
) -> Outcome:
    """One run with a rule, beside the same one without. Programs are up to twice as fast, or as slow, as the typical one."""
    draw = random.Random(seed)
    chosen = draw.sample(range(len(known)), trials)
    pace = {number: 2 ** draw.uniform(-1, 1) for number in chosen}
    rule = rule_of(_run(name, after))
    assert rule is not None
    waiting, lines, complete = list(chosen), 0, []
    events = [(pace[number], number, 1) for number in waiting[:workers]]
    del waiting[:workers]
    heapq.heapify(events)
    while events:
        now, number, line = heapq.heappop(events)
        lines += 1
        row = known[number]
        course = Course.of(row[:line])
        if line < len(row) and not rule.hopeless(number, course):
            heapq.heappush(events, (now + pace[number], number, line + 1))
            continue
        if line == len(row):
            complete.append(number)
            # The mean of folds stands behind them.
            course = Course.of([*row, result(row)] if name == WILCOXON else row)
            rule.ended(number, course, result(row))
        else:
            rule.ended(number, course, None)
        if waiting:
            following = waiting.pop(0)
            heapq.heappush(events, (now + pace[following], following, 1))
    best = min(result(known[number]) for number in chosen)
    return Outcome(
        sum(len(known[number]) for number in chosen) / lines,
        min(result(known[number]) for number in complete) - best,
    )


def last(row: Row) -> float:
    """The result of a program whose last line counts."""
    return row[-1]


def _run(rule: str, after: int) -> Run:
    values = {
        "run.name": "curves",
        "run.objective": "./train ($x)",
        "search.early_stopping": rule,
        "search.early_stopping_after": after,
    }
    run = check(Draft(values, (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),))).run
    assert run is not None
    return run


if __name__ == "__main__":
    main()
