"""Results that a run names: read from lines of these names, and what is said where one is missing."""

from __future__ import annotations

import math

import pytest

from worker.agent.result_lines import Reading, StreamReader, combine
from worker.agent.verdict import Facts, verdict
from worker.trial import Status

NAMES = ("loss", "accuracy")


def read(out: str, err: str = "", names: tuple[str, ...] = NAMES) -> Reading:
    """What two streams say that come whole."""
    readers = [StreamReader(names), StreamReader(names)]
    for reader, text in zip(readers, (out, err), strict=True):
        reader.feed(text.encode(), 1.0)
        reader.finish(2.0)
    return combine(*readers)


def judged(reading: Reading, exit_code: int = 0) -> tuple[Status, str]:
    return verdict(Facts(reading, exit_code, None))


def test_the_last_line_of_each_counts_and_the_first_is_the_loss() -> None:
    reading = read("loss: 3\naccuracy: 0.1\nseconds: 7\nloss: 2\naccuracy: 0.5\n")
    assert reading.loss == 2
    assert dict(reading.outputs) == {"loss": 2, "accuracy": 0.5, "seconds": 7}
    assert list(reading.outputs)[:2] == ["loss", "accuracy"]
    assert [value for _, value in reading.curve] == [3, 2]
    assert judged(reading) == (Status.OK, "")


def test_no_result_line_is_needed_and_one_means_nothing() -> None:
    assert judged(read("loss: 3\naccuracy: 0.1\nRESULT: nan\n")) == (Status.OK, "")
    assert judged(read("RESULT: 1\n"))[0] is Status.NO_RESULT


def test_result_itself_may_be_named() -> None:
    reading = read("RESULT: 4\nseconds: 2\n", names=("RESULT", "seconds"))
    assert (reading.loss, dict(reading.outputs)) == (4, {"RESULT": 4, "seconds": 2})


def test_each_is_taken_from_standard_output_where_that_has_it() -> None:
    reading = read("loss: 1\n", "loss: 5\naccuracy: 0.5\n")
    assert dict(reading.outputs) == {"loss": 1, "accuracy": 0.5}
    assert [value for _, value in reading.curve] == [1]


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("", ["no line such as accuracy: 0.5"]),
        ("Accuracy: 0.5\n", ['"Accuracy: 0.5"', "Should Accuracy be accuracy?"]),
        ("accuracy = 0.5\n", ['"accuracy = 0.5"', "colon instead of the equals sign"]),
        ("accuracy 0.5\n", ['"accuracy 0.5"', "colon missing"]),
        ("epoch 3, accuracy: 0.5\n", ["on a line of its own"]),
        ("accuracy: 0,5\n", ['"accuracy: 0,5" cannot be read']),
        ("accuracy: 0.5\naccuracy: tensor(0.5)\n", ["tensor(0.5)"]),
        ("val_accuracy: 0.5\n", ["no line such as accuracy: 0.5; the run needs one"]),
        (f"accuracy: {'1' * 70_000}\n", ["too long"]),
    ],
)
def test_a_missing_one_is_named_with_the_line_that_is_almost_it(printed: str, words: list[str]) -> None:
    reading = read(f"loss: 1\n{printed}")
    status, reason = judged(reading)
    assert status is Status.NO_RESULT
    assert all(word in reason for word in words), reason
    assert reading.loss == 1  # which is shown, and does not count


@pytest.mark.parametrize(("number", "shown"), [("nan", "nan"), ("-inf", "-inf"), ("1e999", "inf")])
def test_each_has_to_be_finite(number: str, shown: str) -> None:
    status, reason = judged(read(f"loss: 1\naccuracy: {number}\n"))
    assert status is Status.NOT_FINITE
    assert reason.startswith(f"The accuracy is {shown}")
    main = read(f"accuracy: 1\nloss: {number}\n")
    assert judged(main)[0] is Status.NOT_FINITE
    assert main.loss is not None
    assert not math.isfinite(main.loss)
    assert "loss" not in main.outputs


def test_one_that_is_too_close_to_0_is_an_underflow() -> None:
    assert judged(read("loss: 1\naccuracy: 1e-400\n"))[0] is Status.UNDERFLOW


def test_an_exit_code_is_accepted_only_with_all_of_them() -> None:
    def accepted(printed: str) -> Status:
        return verdict(Facts(read(printed), 1, None, accept_exit_code=True))[0]

    assert accepted("loss: 1\naccuracy: 2\n") is Status.OK
    assert accepted("loss: 1\n") is Status.FAILED


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_it_does_not_matter_how_the_output_is_cut(size: int) -> None:
    text = b"loss: 1\r\nloss: 2\naccuracy: 0.25\nAccuracy: 3\n\x1b[1mloss: 0.5\x1b[0m\naccuracy: 1e-3"
    reader = StreamReader(NAMES)
    for start in range(0, len(text), size):
        reader.feed(text[start : start + size], 1.0)
    reader.finish(1.0)
    reading = combine(reader, StreamReader(NAMES))
    assert dict(reading.outputs) == {"loss": 0.5, "accuracy": 0.001, "Accuracy": 3}
    assert (reader.count, reader.least, reader.most, list(reader.fresh)) == (3, 0.5, 2, [1, 2, 0.5])
