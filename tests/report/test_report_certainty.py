"""How sure the best is, and how flat it is around it: recomputed with pandas, numpy and scipy."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import numpy as np
import pandas
import pytest
from forked_commands import Omniopt
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, a_trial, some_trials, write_run
from scipy import stats

from worker.report.data import certainty
from worker.report.data import results as source
from worker.report.data.flatness import Flatness, flatness
from worker.report.data.shuffling import drawn_anew, increases
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import Trial

samples = st.lists(st.floats(-50, 50).map(lambda number: round(number, 3)), min_size=2, max_size=8)


def a_space() -> Run:
    """Numbers of several kinds, and a category."""
    drafts = (
        ParameterDraft("lr", "hp.loguniform", {"min": -8, "max": 0}),
        ParameterDraft("units", "hp.uniformint", {"min": 1, "max": 10}),
        ParameterDraft("act", "hp.choice", {"values": ["relu", "tanh", "elu"]}),
    )
    run = check(Draft({"run.name": "first", "run.objective": "./it ($lr) ($units) ($act)"}, drafts)).run
    assert run is not None
    return run


def evaluations(seed: int = 1) -> list[Trial]:
    draw = random.Random(seed)
    return [
        a_trial(
            number,
            {"lr": np.exp(-8 * draw.random()).item(), "units": draw.randint(1, 10), "act": draw.choice(["relu", "tanh"])},
            draw.random() - 0.5,
        )
        for number in range(1, 61)
    ]  # fmt: skip


def found(run: Run, trials: list[Trial], within: float = 20) -> Flatness:
    flat = flatness(run, trials, within)
    assert flat is not None
    return flat


@pytest.mark.parametrize("direction", ["min", "max"])
def test_what_is_nearly_as_good_is_what_pandas_finds(direction: str) -> None:
    run = dataclasses.replace(a_space(), direction=direction)
    trials = evaluations()
    frame = pandas.DataFrame({**trial.values, "loss": trial.loss} for trial in trials)
    sign = 1 if direction == "min" else -1
    losses = sign * frame.loss
    near = frame[losses <= losses.min() + 0.2 * (losses.median() - losses.min())]
    flat = found(run, trials)
    lr, units, act = flat.flats
    assert flat.near == len(near) > 3
    assert (lr.values[0], lr.values[-1]) == (near.lr.min(), near.lr.max())
    assert lr.share == pytest.approx(np.log(near.lr.max() / near.lr.min()) / 8)
    assert units.share == pytest.approx((near.units.max() - near.units.min() + 1) / 10)
    assert set(act.values) == set(near.act)
    assert act.values[0] in near.act.mode().to_list()
    assert act.share == pytest.approx(near.act.nunique() / 3)
    best = frame.loc[losses.idxmin()]
    assert (lr.best, units.best, act.best) == (best.lr, best.units, best.act)


@given(st.floats(0.001, 1000), st.floats(-100, 100), st.integers(0, 5))
def test_neither_the_unit_nor_the_zero_of_results_matters(factor: float, shift: float, seed: int) -> None:
    trials = evaluations(seed)
    moved = [dataclasses.replace(trial, loss=(trial.loss or 0) * factor + shift) for trial in trials]
    plain, other = found(a_space(), trials), found(a_space(), moved)
    # Rounding may move a result over the limit that lies on it.
    assert abs(plain.near - other.near) <= 1


def test_a_best_value_on_a_bound_is_said_to_be(tmp_path: Path) -> None:
    trials = evaluations()
    trials.append(a_trial(61, {"lr": 0.5, "units": 10, "act": "tanh"}, -3.0))
    assert [flat.bound for flat in found(a_space(), trials).flats] == ["", "its max", ""]


def test_too_few_results_and_constant_ones_tell_nothing() -> None:
    trials = evaluations()
    assert flatness(a_space(), trials[:9]) is None
    assert flatness(a_space(), [dataclasses.replace(trial, loss=1.0) for trial in trials]) is None
    assert "too few" in found(a_space(), trials, 0.0).sentence()


@given(samples)
def test_the_interval_of_a_mean_is_that_of_scipy(losses: list[float]) -> None:
    if len(set(losses)) == 1:
        assert certainty.interval(losses) == pytest.approx((losses[0], losses[0]))
        return
    expected = stats.t.interval(0.95, len(losses) - 1, np.mean(losses), stats.sem(losses))
    assert certainty.interval(losses) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(samples, samples)
def test_the_test_of_two_means_is_welchs_and_never_too_sure(first: list[float], second: list[float]) -> None:
    if len(set(first)) == 1 or len(set(second)) == 1:
        return
    exact = stats.ttest_ind(first, second, equal_var=False)
    whole = 2 * stats.t.sf(abs(exact.statistic), max(1, int(exact.df + 1e-9)))
    assert certainty.welch(first, second) == pytest.approx(whole, abs=1e-6)
    assert certainty.welch(first, second) >= exact.pvalue - 1e-9


def test_repeats_tell_how_sure_the_best_is_and_who_may_be_as_good(tmp_path: Path) -> None:
    losses = {1: [1.0, 1.2, 1.1], 2: [1.1, 1.3, 1.2], 3: [9.0, 9.1, 9.2]}
    trials = []
    for point, own in losses.items():
        for repeat, loss in enumerate(own, 1):
            number = 3 * (point - 1) + repeat
            first = 0 if repeat == 1 else 3 * (point - 1) + 1
            trials.append(a_trial(number, {"lr": point / 4, "kind": "a"}, loss, point=first, repeat=repeat))
    run = a_run(search__repeats=3)
    paths = write_run(tmp_path, run, [])
    results = source.Results(paths, run, trials, source.read(paths).state)
    mean, rest = certainty.sentences(results)
    low, high = stats.t.interval(0.95, 2, 1.1, stats.sem(losses[1]))
    assert f"from {low:.4g} to {high:.4g}" in mean
    assert rest.startswith("Of 2 other points with several results, 1 is not certainly different from it")


def test_without_repetition_nobody_claims_to_know(tmp_path: Path) -> None:
    results = source.read(write_run(tmp_path, a_run(), some_trials()))
    assert certainty.sentences(results)[0].startswith("Each point was evaluated once")
    assert certainty.sentences(source.read(write_run(tmp_path / "x", a_run(), []))) == []


class Linear:
    """A model that predicts twice the first column."""

    def predict(self, points: np.ndarray) -> np.ndarray:
        return 2 * np.asarray(points)[:, 0]


def test_shuffling_a_column_that_is_not_used_changes_nothing_and_another_its_variance() -> None:
    draw = np.random.default_rng(5)
    points = draw.random((4000, 2))
    grown = increases(Linear(), points.tolist(), (2 * points[:, 0]).tolist(), 4)
    assert grown.shape == (2, 4, 4000)
    assert not grown[1].any()
    # The expected squared difference of two independent draws of 2x is twice its variance.
    assert grown[0].mean() == pytest.approx(2 * 4 / 12, rel=0.05)
    (share, low, high), idle = drawn_anew(grown)
    assert (share, low, high) == (1.0, 1.0, 1.0)
    assert idle == (0.0, 0.0, 0.0)


def test_shares_add_up_and_lie_in_their_intervals_which_narrow_with_more_evaluations() -> None:
    draw = np.random.default_rng(6)
    widths = []
    for count in (40, 4000):
        grown = draw.exponential(np.array([[[3.0]], [[1.0]]]), (2, 3, count))
        shares = drawn_anew(grown)
        assert sum(share for share, _, _ in shares) == pytest.approx(1.0)
        assert all(low < share < high for share, low, high in shares)
        assert shares[0][0] == pytest.approx(0.75, abs=0.1)
        widths.append(shares[0][2] - shares[0][1])
    assert widths[1] < widths[0] / 5


def test_the_command_prints_all_of_it(workdir: Path, omniopt: Omniopt) -> None:
    write_run(workdir, a_run(), some_trials())
    done = omniopt("importance", "first", "--within", "10")
    assert done.returncode == 0, done.stderr
    assert "10 % of the way from the best to the median" in done.stdout
    assert "Each point was evaluated once" in done.stdout
    assert "R² = " in done.stdout
    refused = omniopt("importance", "first", "--within", "101")
    assert refused.returncode == 2
