"""A program that says that its values make no sense: a status of its own, with the reason in its words."""

from __future__ import annotations

import pytest

from worker.agent.result_lines import StreamReader, combine
from worker.agent.verdict import Facts, verdict
from worker.trial import Status


def reading_of(printed: str, errors: str = "", cut: int = 0) -> tuple[StreamReader, StreamReader]:
    """Readers of what was printed, the first stream in two blocks that are cut anywhere."""
    out, err = StreamReader(), StreamReader()
    raw = printed.encode()
    for block in (raw[:cut], raw[cut:]):
        out.feed(block, 1.0)
    err.feed(errors.encode(), 1.0)
    out.finish(2.0)
    err.finish(2.0)
    return out, err


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("INFEASIBLE: no mesh\n", "no mesh"),
        ("  INFEASIBLE : no mesh \r\n", "no mesh"),
        ("INFEASIBLE: first\nINFEASIBLE: second", "second"),
        ("RESULT: 1\nINFEASIBLE: no mesh\n", "no mesh"),
        ("INFEASIBLE:\n", ""),
        ("INFEASIBLE: 1\n", None),
        ("INFEASIBLE: -1e5\n", None),
        ("infeasible: no mesh\n", None),
        ("is INFEASIBLE: no mesh\n", None),
        ("RESULT: 1\n", None),
    ],
)
def test_what_counts_as_infeasible(printed: str, said: str | None) -> None:
    for cut in range(len(printed.encode())):
        assert combine(*reading_of(printed, cut=cut)).infeasible == said


def test_a_number_alone_stays_a_column() -> None:
    assert combine(*reading_of("INFEASIBLE: 1\n")).outputs == {"INFEASIBLE": 1.0}


def test_it_is_a_status_of_its_own_with_the_program_s_reason() -> None:
    reading = combine(*reading_of("RESULT: 3\nINFEASIBLE: no mesh\n"))
    status, reason = verdict(Facts(reading, 0, None))
    assert (status, reason) == (
        Status.INFEASIBLE,
        'The program says that it is infeasible: "no mesh".',
    )
    assert status.ended and status.done and not status.failure and not status.informs
    assert reading.loss == 3


def test_it_may_be_said_on_standard_error() -> None:
    assert verdict(Facts(combine(*reading_of("", "INFEASIBLE: x\n")), 0, None))[0] is Status.INFEASIBLE


def test_a_program_that_fails_has_failed_unless_any_exit_code_is_accepted() -> None:
    reading = combine(*reading_of("INFEASIBLE: no mesh\n"))
    assert verdict(Facts(reading, 1, None))[0] is Status.FAILED
    assert verdict(Facts(reading, 1, None, accept_exit_code=True))[0] is Status.INFEASIBLE
    assert verdict(Facts(reading, None, 9, accept_exit_code=True))[0] is Status.FAILED
