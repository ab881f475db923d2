"""Failures by their causes: what differs in numbers, addresses and paths only is one."""

from __future__ import annotations

from pathlib import Path

from finished_trials import finished
from report_runs import a_trial

from worker.progress import final_summary
from worker.report.data import failures
from worker.store.paths import Home
from worker.trial import Status


def test_failures_that_differ_in_numbers_only_have_one_cause() -> None:
    trials = [
        a_trial(number, {"lr": 0, "kind": "a"}, None, status, reason=reason)
        for number, status, reason in (
            (1, Status.TIMEOUT, "It reached the time limit."),
            (2, Status.OUT_OF_MEMORY, "It used 3900 MB of 4000 MB."),
            (3, Status.OUT_OF_MEMORY, "It used 3812.5 MB of 4000 MB."),
        )
    ]
    causes = failures.causes([*trials, *finished(1.0)])
    assert [(cause.status, [trial.number for trial in cause.trials]) for cause in causes] == [
        (Status.OUT_OF_MEMORY, [2, 3]),
        (Status.TIMEOUT, [1]),
    ]
    assert causes[0].reason == "It used 3900 MB of 4000 MB."


ALIKE = [
    [
        "It ended with exit code 1. The file /scratch/5/data.csv was not found.",
        "It ended with exit code 1. The file /scratch/617/data.csv was not found.",
        "It ended with exit code 1. The file data/other-1e-05.csv was not found.",
    ],
    [
        'It ended with exit code 1. Its last line: "RuntimeError: stack at 0x7f3b00ff of job deadbeef01 is 3e-05".',
        'It ended with exit code 1. Its last line: "RuntimeError: stack at 0x7ffe of job 0badc0ffee99 is 12".',
    ],
    [
        'It ended with exit code 1. Its last line: "KeyError: run 0f8fad5b-d9cb-469f-a165-70867728950e".',
        'It ended with exit code 1. Its last line: "KeyError: run 7c9e6679-7425-40de-944b-e07fc1f90ae7".',
    ],
    [
        'It ended with exit code 1. Its last line: "ValueError: the loss of step 12 is not what was expected after so m…".',
        'It ended with exit code 1. Its last line: "ValueError: the loss of step 12345 is not what was expected after s…".',
    ],
]


def test_failures_that_differ_in_numbers_addresses_and_paths_have_one_cause() -> None:
    reasons = [reason for alike in ALIKE for reason in alike]
    trials = [
        a_trial(number, {"lr": 0, "kind": "a"}, None, Status.FAILED, reason=reason)
        for number, reason in enumerate(reasons)
    ]
    groups = [[trial.reason for trial in cause.trials] for cause in failures.causes(trials)]
    assert sorted(groups) == sorted(ALIKE)


def test_other_words_exit_codes_and_signals_are_other_causes() -> None:
    last_words = 'Its last line: "{}".'
    trials = [
        a_trial(1, {"lr": 0}, None, Status.FAILED, reason=last_words.format("KeyError: 'a'"), exit_code=1),
        a_trial(2, {"lr": 0}, None, Status.FAILED, reason=last_words.format("KeyError: 'b'"), exit_code=1),
        a_trial(3, {"lr": 0}, None, Status.FAILED, reason="It ended with exit code 2.", exit_code=2),
        a_trial(4, {"lr": 0}, None, Status.FAILED, reason="It ended with exit code 3.", exit_code=3),
        a_trial(5, {"lr": 0}, None, Status.FAILED, reason="Signal 11.", exit_code=None, signal=11),
        a_trial(6, {"lr": 0}, None, Status.FAILED, reason="Signal 6.", exit_code=None, signal=6),
    ]
    assert len(failures.causes(trials)) == 6


def test_the_end_of_a_run_tells_each_cause_once_with_an_example(tmp_path: Path) -> None:
    reasons = [f"The file /scratch/{number}/data was not found." for number in range(7)]
    trials = [
        a_trial(number, {"lr": 0}, None, Status.FAILED, reason=reason)
        for number, reason in enumerate(reasons)
    ]
    told = list(final_summary.failures(trials, Home.in_workdir(tmp_path).run("first")))
    assert told == [
        "Why evaluations failed:",
        "  7 x failed: for example evaluation 0: The file /scratch/0/data was not found.",
    ]


def test_every_failing_status_has_a_meaning() -> None:
    assert {status for status in Status if status.failure} == set(failures.MEANINGS)


def test_what_infeasible_evaluations_said_is_summed_up() -> None:
    said = [
        *['The program says that it is infeasible: "layer 7 does not fit".'] * 2,
        "The program says that it is infeasible.",
    ]
    trials = [
        a_trial(number, {}, None, Status.INFEASIBLE, reason=reason) for number, reason in enumerate(said, 1)
    ]
    assert failures.infeasible_sentence(trials) == f"3 evaluations. {said[0]} (2 of them)"
    assert failures.infeasible_sentence(trials[:1]) == f"1 evaluation. {said[0]}"
    assert failures.infeasible_sentence([a_trial(1, {}, 1.0)]) == ""
    assert failures.causes(trials) == []
