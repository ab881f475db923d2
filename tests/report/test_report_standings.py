"""Who stands where among groups of runs, recomputed with pandas from the evaluations; and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas
import pytest
from command_outputs import written
from forked_commands import Omniopt
from hypothesis import given
from hypothesis import strategies as st
from report_runs import START, a_run, a_trial, write_run

from worker.report.data import comparison, standing_lines
from worker.report.data import results as source
from worker.report.data.run_curves import Budget, occupied
from worker.report.data.standings import Comparison
from worker.trial import Status, Trial


def evaluations(seed: int, better: float, count: int = 20) -> list[Trial]:
    """Evaluations on two hosts, the fifth of each run a failed one."""
    trials = []
    for number in range(1, count + 1):
        loss = None if number == 5 else (number * seed * 7919 % 101) / 101 + better
        start = START + 3 * number + seed / 10
        trials.append(
            a_trial(
                number,
                {"lr": 0.5, "kind": "a"},
                loss,
                Status.FAILED if loss is None else Status.OK,
                start=start,
                end=start + 1 + number % 4,
                host=f"n{number % 2}",
            )
        )
    return trials


def two_groups(tmp_path: Path, runs: int = 5) -> list[source.Results]:
    """Runs of two algorithms, of which the second is better; each run is longer than the one before."""
    made = []
    for place, algorithm in enumerate(("hyperopt.rand.suggest", "auto")):
        for seed in range(1, runs + 1):
            name = f"{'ab'[place]}{seed}"
            run = a_run(run__name=name, search__algorithm=algorithm, search__seed=seed)
            trials = evaluations(seed + 10 * place, -0.3 * place, 15 + seed)
            made.append(source.read(write_run(tmp_path, run, trials, seed=seed + 10 * place)))
    return made


def frame(runs: list[source.Results]) -> pandas.DataFrame:
    """All evaluations, with the best so far and what was used up at the end of each."""
    parts = []
    for results in runs:
        part = pandas.DataFrame(
            {"start": trial.start, "end": trial.end, "loss": trial.loss, "host": trial.host}
            for trial in results.trials
        ).sort_values("end", kind="stable")
        part["evaluations"] = range(1, len(part) + 1)
        part["seconds"] = part.end - part.start.min()
        busy = {
            (host, tenth)
            for start, end, host in zip(part.start, part.end, part.host, strict=True)
            for tenth in range(_tenth(start), _tenth(end))
        }
        part["node hours"] = [sum(tenth < _tenth(end) for _, tenth in busy) / 36000 for end in part.end]
        part["best"] = part.loss.cummin().ffill()
        part["run"], part["group"] = results.run.name, results.run.algorithm
        parts.append(part)
    return pandas.concat(parts)


def _tenth(time: float) -> int:
    """How many tenths of a second after the beginning."""
    return round(10 * (time - START))


@pytest.mark.parametrize("budget", Budget)
def test_medians_at_the_common_budget_are_those_of_pandas(tmp_path: Path, budget: Budget) -> None:
    runs = two_groups(tmp_path)
    standing = Comparison(runs).standing(budget)
    assert standing is not None
    every = frame(runs)
    at = every.groupby("run")[budget.value].max().min()
    assert standing.at == pytest.approx(at)
    until = every[every[budget.value] <= at + 1e-9].groupby(["group", "run"]).best.min()
    quartiles = until.groupby("group").quantile([0.25, 0.5, 0.75]).unstack()
    for place, algorithm in zip(standing.places, ("hyperopt.rand.suggest", "auto"), strict=True):
        assert [place.low, place.median, place.high] == pytest.approx(list(quartiles.loc[algorithm]))
    assert standing.first == 1
    assert standing.verdict is not None
    wins = sum(one > other for one in until["hyperopt.rand.suggest"] for other in until["auto"])
    assert standing.verdict.duels[0].losses == wins


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8), st.sampled_from("xy")), max_size=12),
    st.integers(0, 30),
)
def test_a_host_is_busy_once_however_many_evaluations_run_there(
    spans: list[tuple[int, int, str]], until: int
) -> None:
    trials = [
        a_trial(number, {}, 1.0, start=float(start), end=float(start + length), host=host)
        for number, (start, length, host) in enumerate(spans, 1)
    ]
    seconds = {
        (host, second) for start, length, host in spans for second in range(start, min(start + length, until))
    }
    assert occupied(trials)(until) == pytest.approx(len(seconds))


def test_a_run_without_a_result_by_then_is_the_worst_and_makes_no_median(tmp_path: Path) -> None:
    never = [
        source.read(
            write_run(
                tmp_path,
                a_run(run__name=f"n{seed}", search__seed=seed),
                [a_trial(number, {"lr": 0.5, "kind": "a"}, None, Status.FAILED) for number in (1, 2)],
                seed=seed,
            )
        )
        for seed in range(4)
    ]
    runs = [*never, *two_groups(tmp_path)[:4]]
    found = Comparison(runs)
    standing = found.standing(Budget.EVALUATIONS)
    assert standing is not None
    assert (standing.at, standing.places[0].median, standing.order) == (2, None, (1,))
    assert standing.verdict is not None
    assert standing.verdict.duels[0].losses == 16
    words = " ".join(standing_lines.sentences(standing, found.measure))
    assert "It is better than n0 and 3 more (p = 0.029)." in words


def test_imported_evaluations_are_neither_cost_nor_achievement(tmp_path: Path) -> None:
    warm = [a_trial(1, {"lr": 0.1, "kind": "a"}, -9.0, agent="import", start=None, end=None)]
    own = [a_trial(number, {"lr": 0.5, "kind": "a"}, 5.0 - number) for number in (2, 3)]
    paths = write_run(tmp_path, a_run(run__name="warm"), own)
    results = source.read(paths)
    both = source.Results(results.paths, results.run, [*warm, *results.trials], results.state)
    plain, warmed = (Comparison([one])._measured[1][0] for one in (results, both))
    assert plain == warmed
    assert plain.along(Budget.EVALUATIONS) == [(1, 3.0), (2, 2.0), (2, 2.0)]


def test_fronts_are_compared_by_their_hypervolumes_from_one_point(tmp_path: Path) -> None:
    runs = []
    for seed, shift in ((1, 0.0), (2, 0.5)):
        run = a_run(
            run__name=f"f{seed}", search__seed=seed, search__results="loss=min, accuracy=max",
            search__reference="loss=2, accuracy=0",
        )  # fmt: skip
        trials = [
            a_trial(number, {"lr": 0.5, "kind": "a"}, loss, outputs={"loss": loss, "accuracy": number / 4})
            for number in (1, 2, 3)
            for loss in [number / 2 - shift]
        ]
        runs.append(source.read(write_run(tmp_path, run, trials)))
    found = Comparison(runs)
    assert (found.measure.name, found.measure.maximises) == ("hypervolume", True)
    assert found.measure.reference == (("loss", 2.0), ("accuracy", 0.0))
    # Of the first one, by hand: (0.5, 0.25), (1, 0.5), (1.5, 0.75) below loss 2 and above accuracy 0.
    areas = [1.5 * 0.25, 1.5 * 0.25 + 1 * 0.25, 1.5 * 0.25 + 1 * 0.25 + 0.5 * 0.25]
    curve = found._curves[id(runs[0])]
    assert [step.value for step in curve.steps] == pytest.approx(areas)


def test_other_objectives_are_refused_with_what_differs_and_compared_when_told(
    tmp_path: Path, workdir: Path, omniopt: Omniopt
) -> None:
    trials = evaluations(1, 0.0)
    write_run(workdir, a_run(run__name="one"), trials)
    write_run(workdir, a_run(run__name="two", search__direction="max"), trials)
    refused = omniopt("compare", "one", "two")
    assert refused.returncode == 2
    assert "direction: min (one); max (two)" in refused.stderr
    assert "--mixed" in refused.stderr
    done = omniopt("compare", "one", "two", "--mixed")
    page, _, tests = written(done)
    assert "no test compares them" in done.stdout
    assert "direction: min (one); max (two)" in page.read_text()
    assert {row["p"] for row in csv.DictReader(tests.read_text().splitlines())} == {""}


def test_spaces_and_programs_that_differ_are_named(tmp_path: Path) -> None:
    runs = [
        source.read(write_run(tmp_path, a_run(names, run__name=name), []))
        for name, names in (("one", ("lr", "kind")), ("two", ("lr",)))
    ]
    assert [difference.what for difference in comparison.differences(runs)] == ["program", "parameter kind"]
    assert not list(comparison.differences(runs[:1] * 2))


def test_the_terminal_says_who_is_better_and_the_csv_how_sure(
    tmp_path: Path, workdir: Path, omniopt: Omniopt
) -> None:
    runs = two_groups(workdir)
    done = omniopt("compare", *(results.run.name for results in runs))
    *_, tests = written(done)
    assert "of b1 and 4 more." in done.stdout
    assert "algorithm=auto" in done.stdout
    rows = pandas.read_csv(tests)
    assert len(rows) == 2 * len(Budget)
    standing = Comparison(runs).standing(Budget.EVALUATIONS)
    assert standing is not None
    assert standing.verdict is not None
    assert rows.p[0] == rows.p[1] == standing.verdict.duels[0].p
    assert (rows.wins[0], rows.losses[0]) == (rows.losses[1], rows.wins[1])


def test_groups_with_the_same_best_median_are_named_together(tmp_path: Path) -> None:
    runs = [
        source.read(
            write_run(tmp_path, a_run(run__name=name, search__max_evals=budget), evaluations(1, better, 9))
        )
        for name, budget, better in (("one", 9, 0.0), ("two", 10, 0.0), ("worse", 11, 0.5))
    ]
    standing = Comparison(runs).standing(Budget.EVALUATIONS)
    assert standing
    first, second = list(standing_lines.sentences(standing, Comparison(runs).measure))
    assert first.endswith("of one and two alike.")
    assert "whether it is better than worse: " in second
