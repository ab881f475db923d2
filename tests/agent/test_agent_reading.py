"""Reading what a program printed: numbers exactly, and never a guess."""

from __future__ import annotations

import math
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.agent.capture import HEAD, CappedFile
from worker.agent.numbers import UnreadableError, read_number
from worker.agent.result_lines import Reading, StreamReader, combine
from worker.store.log_text import plain
from worker.trial import MOST_OUTPUTS


def read(out: str | bytes = b"", err: str | bytes = b"", pieces: int = 1 << 30) -> Reading:
    readers = []
    for data in (out, err):
        raw = data.encode() if isinstance(data, str) else data
        reader = StreamReader()
        for at in range(0, len(raw), pieces):
            reader.feed(raw[at : at + pieces], 1.0)
        reader.finish(2.0)
        readers.append(reader)
    return combine(*readers)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5e-07", 1.5e-07),
        ("+3", 3),
        (".5", 0.5),
        ("5.", 5),
        ("-0", 0),
        ("1E5", 1e5),
        ("0e-400", 0),
        ("-0.000", 0),
        ("5e-324", 5e-324),
        ("1e400", math.inf),
        ("0.1", 0.1),
        ("123456789012345678", 1.2345678901234568e17),
        ("-.5e+3", -500),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("007", 7),
    ],
)
def test_numbers_are_read_exactly(text: str, number: float) -> None:
    assert read_number(text) == number
    assert read(f"RESULT: {text}\n").loss == number
    assert read(f"RESULT:{text}").loss == number


@pytest.mark.parametrize(
    "number", ["1e-400", "-1e-400", "+.5e-999", "0.0001E-330", "2e-324", f"0.{'0' * 400}1"]
)
def test_what_is_too_close_to_0_is_no_0(number: str) -> None:
    for lines in (f"RESULT: {number}", f"RESULT: 3\nRESULT:{number}\n", f"RESULT1: 3\nRESULT2: {number}\n"):
        reading = read(lines)
        assert (reading.loss, reading.underflow) == (None, True)
        assert number[:20] in reading.complaint
        assert "too close to 0" in reading.complaint
    assert not read(f"RESULT: {number}\nRESULT: 0\n").underflow
    assert read(f"gap: 1\ngap: {number}\nRESULT: 1\n").outputs == {}
    assert len(read(f"RESULT: 3\nRESULT:{number}\n").curve) == 1


@given(st.integers(1, 10**30), st.integers(-450, -250))
def test_a_number_is_read_as_0_only_where_it_is_0(digits: int, exponent: int) -> None:
    reading = read(f"RESULT: {digits}e{exponent}")
    assert reading.underflow == (float(f"{digits}e{exponent}") == 0)
    assert reading.loss != 0


@given(st.floats())
def test_every_float_that_python_prints_is_read(number: float) -> None:
    for text in (repr(number), f"{number:g}", f"{number:+.17e}"):
        assert read_number(text) == float(text) or math.isnan(number)


@given(st.text(max_size=12))
def test_only_plain_numbers_are_numbers(text: str) -> None:
    try:
        number = read_number(text)
    except UnreadableError as error:
        assert str(error)
        return
    assert number == float(text) or math.isnan(number)
    assert "_" not in text
    assert text.isascii()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0,87", "comma instead of a decimal point"),
        ("1,234.5", "commas between the digits"),
        ("1,234,567", "commas between the digits"),
        ("1,234,567.8", "commas between the digits"),
        ("1_000", "underscores"),
        ("tensor(0.5)", "tensor"),
        ("tensor(0.5, device='cuda:0')", "tensor"),
        ("np.float64(0.5)", "NumPy"),
        ("array([0.5])", "NumPy"),
        ("[0.5]", "list"),
        ("0x10", "hexadecimal"),
        ("0.5 (best)", "text after the number"),
        ("0.5s", "text after the number"),
        ("1/3", "text after the number"),
        ("1 000", "text after the number"),
        ("0.5;", "text after the number"),
        ("1.2.3", "text after the number"),
        ("50%", "percent sign"),
        ("1.0D-05", "exponent is written with D"),
        ("None", "no value to print"),
        ("NA", "no value to print"),
        ('"0.5"', "quotes"),
        ("−0.5", "minus sign"),
        ("٣", "The digits are not 0 to 9"),
        ("１", "The digits are not 0 to 9"),
        ("\u200b3", "the invisible character U+200B"),
        ("1\u202f234", "the invisible character U+202F"),
        ("(1+2j)", "complex number"),
        ("(0.5)", "in brackets"),
        ("1" * 70_000, "it is too long"),
        ("1" * 10_000_000, "it is too long"),
        ("", "The number after the colon is missing."),
        ("e5", "not a number"),
        (".", "not a number"),
        ("nan(0x1)", "not a number"),
    ],
)
def test_what_is_no_number_is_an_error_with_its_reason(text: str, reason: str) -> None:
    reading = read(f"RESULT: 0.25\nRESULT: {text}\n")
    assert reading.loss is None
    assert reason in reading.complaint
    assert reading.complaint.startswith('The line "RESULT:')


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("RESULT 3", 'It printed "RESULT 3". Is the colon missing?'),
        ("RESULT=3", "equals sign"),
        ("RESULT = 3", "equals sign"),
        ("result: 3", 'It printed "result: 3". Should RESULT be in upper case?'),
        ("Result: 3", "Should RESULT be in upper case?"),
        ("result 3", "Should RESULT be in upper case, with a colon?"),
        ("INFO:root:RESULT: 3", "without text before it"),
        ("epoch 1 RESULT: 3", "without text before it"),
        ("doneRESULT: 3", "without text before it"),
        ("RESULT: 3".encode("utf-16-be").decode("latin-1"), "UTF-16"),
        ("'RESULT': 3", "RESULT: and the number"),
        ("RESULT： 3", "ordinary one"),
        ("The result is 3", "RESULT: and the number"),
        ("RESULTS: 3", "RESULT: and the number"),
    ],
)
def test_near_misses_are_named(line: str, hint: str) -> None:
    reading = read(f"{line}\n")
    assert reading.loss is None
    assert hint in reading.complaint


@pytest.mark.parametrize("line", ["", "loss: 3", "no results today", "\x00", "12:30:45"])
def test_other_lines_are_no_near_misses(line: str) -> None:
    assert read(line).complaint == (
        "The program printed no line such as RESULT: 0.5; it must print one, on a line of its own."
    )


@pytest.mark.parametrize(
    "data",
    [
        b"RESULT: 1\nRESULT: 0.5\n",
        b"RESULT: bad\nRESULT: 0.5",
        b"\x1b[1;32mRESULT: 0.5\x1b[0m\n",
        b"\x1b]0;title\x07RESULT: \x1b[31m0.5\x1b[m\n",
        b"RESULT: 0.5\r\n",
        b" 10%|#  |\r 99%|###|\rRESULT: 0.5\r",
        b"\xff\xfe caf\xe9 \x80\nRESULT: 0.5\n\xff\xff",
        b"\xef\xbb\xbfRESULT: 0.5\n",
        b"  \t RESULT : 0.5 \t \n",
        b"RESULT:\xc2\xa00.5\n",
        b"x" * 200_000 + b"\nRESULT: 0.5\n" + b"y" * 200_000,
        b"RESULT: 0.5" + b" " * 100 + b"\n" + b"\n" * 1000,
        b"\0\0\nRESULT: 0.5\n",
    ],
)
def test_results_are_found_in_any_surroundings(data: bytes) -> None:
    for pieces in (1, 7, 1 << 16):
        assert read(data, pieces=pieces).loss == 0.5
        assert read(b"", data, pieces=pieces).loss == 0.5


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_output_can_be_read_in_any_pieces(data: bytes, pieces: int) -> None:
    assert read(data, pieces=pieces) == read(data) or math.isnan(read(data).loss or 0)
    assert read(data + b"\nRESULT: 0.5\n", pieces=pieces).loss == 0.5
    plain(data)


def test_output_that_comes_letter_by_letter_takes_no_more_memory(tmp_path: Path) -> None:
    file = CappedFile(tmp_path / "out")
    file.write(b"x" * HEAD)
    tracemalloc.start()
    for _ in range(100_000):
        file.write(bytes((0, 1)))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    file.close()
    assert used < 1_000_000
    assert (tmp_path / "out").read_bytes() == b"x" * HEAD + b"\0\1" * 100_000


def test_a_result_must_be_a_line_of_its_own() -> None:
    assert read("loss RESULT: 3\n").loss is None
    assert read("x" * 100_000 + "RESULT: 3\n").loss is None


def test_standard_output_goes_before_standard_error() -> None:
    assert read("RESULT: 1\n", "RESULT: 2\n").loss == 1
    assert read("hello\n", "RESULT: 2\nacc: 3\n") == Reading(2, "", {"acc": 3.0}, ((1.0, 2.0),))
    assert read("", "Result: 2\n").complaint.endswith("Should RESULT be in upper case?")


def test_several_results_become_one() -> None:
    reading = read("RESULT1: 3\nRESULT2: 9\nRESULT2: -4\n")
    assert (reading.loss, reading.outputs) == (5, {"RESULT1": 3, "RESULT2": -4})
    assert read("RESULT1: 3\nRESULT: 7\nRESULT2: 4\n").loss == 7
    assert read("RESULT1: -3\n").loss == 3
    assert math.isnan(read("RESULT1: nan\nRESULT2: 1\n").loss or 0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("RESULT1: 3\nRESULT3: 4\n", "RESULT2 is missing next to RESULT1, RESULT3"),
        ("RESULT2: 3\n", "RESULT1 is missing next to RESULT2"),
        ("RESULT0: 3\nRESULT1: 4\n", "RESULT0 does not count; number them from 1"),
        ("RESULT01: 3\n", "RESULT01 does not count"),
        ("RESULT1: 3\nRESULT2: 0,4\n", "comma"),
        ("RESULT: x\nRESULT1: 3\n", "not a number"),
    ],
)
def test_several_results_are_complete_or_an_error(text: str, complaint: str) -> None:
    reading = read(text)
    assert reading.loss is None
    assert complaint in reading.complaint


def test_other_numbers_become_columns() -> None:
    reading = read(
        "acc: 0.9\nval_loss:1e-3\n train/time : 12.5 \nacc: 0.95\n12:30:45\nstarted: 12:30:45\nlr: 0.1 (new)\n"
        "two words: 3\nurl: http://x\n\x1b[1mf1-score\x1b[0m: 0.5\r\ngone: 3\ngone: nan\nRESULT: 1\nresult: 2\n"
    )
    assert reading.outputs == {
        "acc": 0.95,
        "val_loss": 1e-3,
        "train/time": 12.5,
        "f1-score": 0.5,
        "result": 2.0,
    }


def test_the_number_of_columns_is_bounded() -> None:
    flood = "".join(f"c{number}: {number}\n" for number in range(5000))
    reading = read(flood + "c0: 7\n", "late: 1\n")
    assert len(reading.outputs) == MOST_OUTPUTS
    assert reading.outputs["c0"] == 7


def test_every_finite_result_is_a_point_of_the_curve() -> None:
    reader = StreamReader()
    reader.feed(b"RESULT: 3\nRESULT: nan\nRES", 0.5)
    reader.feed(b"ULT: 1\n", 1.25)
    assert combine(reader, StreamReader()).curve == ((0.5, 3.0), (1.25, 1.0))
    assert list(reader.fresh) == [3.0, 1.0]
