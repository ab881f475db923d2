"""What a run may use, and whether its evaluations fit: the arithmetic holds, and the sentences say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.budget import Hours
from worker.spec.check import check
from worker.spec.cost import Cost, cost_of, duration_of_one, estimate_sentence, limits_sentence
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft, ParameterDraft

ON_GPUS = Cost(workers=5, evaluations=1000, runtime=72_000, each=Hours(1, 6, 1))
costs = st.builds(
    Cost,
    workers=st.integers(1, 5000),
    evaluations=st.integers(1, 10**7),
    runtime=st.integers(1, 10**7),
    each=st.builds(Hours, st.just(1), st.integers(1, 512), st.integers(0, 16)),
    runs=st.integers(1, 20),
)
durations = st.floats(0.001, 10**7)


def test_the_sentence_beneath_the_status() -> None:
    assert limits_sentence(ON_GPUS) == (
        "Up to 5 workers × 20 h = 100 GPU hours (600 core hours); 1,000 evaluations are 200 for each worker; "
        "all of them fit if one takes at most 6 min."
    )
    assert (
        limits_sentence(Cost(1, 20, 3600, Hours(1, 1, 0)))
        == "1 worker × 1 h = 1 core hour; 20 evaluations fit if one takes at most 3 min."
    )
    assert (
        limits_sentence(Cost(2, 1, 5400, Hours(1, 1, 0), runs=3))
        == "3 runs of up to 2 workers × 1 h 30 min = 9 core hours; it fits if it takes at most 1 h 30 min."
    )


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            0.5,
            "At 0.5 s for one, all 1,000 evaluations take about 1 min 40 s, less than 1 % of the runtime, and use "
            "0.139 GPU hours (0.833 core hours).",
        ),
        (
            360,
            "At 6 min for one, all 1,000 evaluations take about 20 h, 100 % of the runtime, and use 100 GPU hours "
            "(600 core hours).",
        ),
        (
            400,
            "At 6 min 40 s for one, about 900 of 1,000 evaluations fit into 20 h; that is 100 GPU hours "
            "(600 core hours).",
        ),
        (80_000, "Not one evaluation of 22 h 13 min ends within 20 h."),
    ],
)
def test_what_the_duration_of_one_evaluation_comes_to(one: float, sentence: str) -> None:
    assert estimate_sentence(ON_GPUS, one) == sentence


@given(costs)
def test_the_longest_that_fits_does_fit_and_more_does_not(cost: Cost) -> None:
    assert cost.made(cost.longest) == cost.evaluations
    assert cost.made(cost.longest * 1.01) < cost.evaluations


@given(costs, durations)
def test_nobody_makes_or_uses_more_than_there_is(cost: Cost, one: float) -> None:
    assert 0 <= cost.made(one) <= cost.evaluations
    assert 0 < cost.span(one) <= cost.runtime
    used, most = cost.hours(cost.span(one)), cost.hours(cost.runtime)
    assert all(some <= all_of_it for some, all_of_it in zip(used, most, strict=True))
    assert limits_sentence(cost).endswith(".")
    assert estimate_sentence(cost, one).endswith(".")


@given(costs, durations, durations)
def test_longer_evaluations_are_never_more(cost: Cost, one: float, other: float) -> None:
    assert cost.made(max(one, other)) <= cost.made(min(one, other))


def of(**values: object) -> Cost:
    fields = {
        "run.name": "r",
        "run.objective": "python3 t.py ($x)",
        "run.runtime": 20,
        "search.max_evals": 100,
    }
    fields |= {path.replace("__", "."): value for path, value in values.items()}
    run = check(Draft(fields, (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),))).run
    assert run is not None
    return cost_of(run)


def test_what_a_run_counts() -> None:
    assert of(run__workers=4, slurm__cpus=6, slurm__tasks=2) == Cost(4, 100, 72_000, Hours(1, 12, 0))
    assert of(search__repeats=3, search__confirm="best=5, times=10").evaluations == 350
    assert of(search__seed="1, 2, 3").runs == 3
    assert of(slurm__enable_gpus=True, slurm__gpus=2, slurm__nodes=2, slurm__tasks=2).each == Hours(2, 8, 4)


def test_a_budget_shortens_the_time_of_those_that_share_it() -> None:
    assert of(run__workers=5, slurm__cpus=2, run__budget="20 core-hours").runtime == 7200
    assert of(run__budget="20 gpu-hours").runtime == 72_000  # there are no GPUs that it could count


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", None), ("  ", None), ("90 s", 90), ("6min", 360), ("1.5 h", 5400), ("0:00:30", 30)],
)
def test_how_long_one_takes_is_read_with_its_unit(text: str, seconds: float | None) -> None:
    assert duration_of_one(text) == seconds


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("6", "Write 6 s, 6 min or 6 h, whichever it is."),
        ("6:00", "Write for example 90 s, 6 min or 1.5 h."),
        ("soon", "Write for example 90 s, 6 min or 1.5 h."),
        ("0 s", "Write for example 90 s, 6 min or 1.5 h."),
    ],
)
def test_what_is_no_duration_is_said(text: str, hint: str) -> None:
    with pytest.raises(ConversionError) as caught:
        duration_of_one(text)
    assert caught.value.hint == hint


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        one = duration_of_one(text)
    except ConversionError:
        return
    assert one is None or one > 0
