"""From raw values to checked ones and back: numbers, durations, and whatever else a field takes."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import ANYTHING

from worker.spec.field_definition import Field
from worker.spec.field_values import field_raw_text, field_text, field_value
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.lists import has_gaps
from worker.spec.notation import real_text
from worker.spec.parameter_settings import SettingKind
from worker.spec.raw_values import LARGEST_INTEGER, ConversionError, duration, duration_text, integer, real
from worker.spec.setting_values import setting_raw_text, setting_text, setting_value
from worker.spec.text import LONGEST_QUOTE


@given(st.sampled_from(FIELDS), ANYTHING)
def test_a_field_takes_anything_or_refuses_it_and_its_text_reads_back(field: Field, raw: object) -> None:
    try:
        value = field_value(field, raw)
    except ConversionError as error:
        assert str(error)
        assert isinstance(field_raw_text(field, raw), str)
        return
    assert field_value(field, field_text(field, value)) == value
    text = field_raw_text(field, raw)
    assert text == raw if field.kind == "seeds" and has_gaps(raw) else text == field_text(field, value)


@given(st.sampled_from(["integer", "real", "options", "weights"]), ANYTHING)
def test_a_setting_takes_anything_or_refuses_it_and_its_text_reads_back(
    kind: SettingKind, raw: object
) -> None:
    try:
        value = setting_value(kind, raw)
    except ConversionError:
        assert isinstance(setting_raw_text(kind, raw), str)
        return
    assert setting_value(kind, setting_text(value)) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", 12), (" 12 ", 12), ("+3", 3), ("-4", -4), ("007", 7), (12, 12), (12.0, 12), (1e3, 1000),
        ("1.0", 1), ("1e3", 1000), ("1.5e1", 15), ("100e-2", 1), ("-4.", -4), ("0.0", 0),
        (str(LARGEST_INTEGER), LARGEST_INTEGER), (f"{LARGEST_INTEGER}.0", LARGEST_INTEGER), (-LARGEST_INTEGER, -LARGEST_INTEGER),
    ],
)  # fmt: skip
def test_integers(raw: object, value: int) -> None:
    assert integer(raw) == value
    assert type(integer(raw)) is int


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("", "This is empty, but must be a whole number."),
        ("a", '"a" is not a whole number.'),
        ("1.5", '"1.5" is not a whole number.'),
        ("1e-1", '"1e-1" is not a whole number.'),
        ("1e-999999999", '"1e-999999999" is not a whole number.'),
        ("1e99", "This number is too large."),
        ("1e999999999", "This number is too large."),
        (f"{LARGEST_INTEGER}.5", f'"{LARGEST_INTEGER}.5" is not a whole number.'),
        ("1_000", '"1_000" is not a whole number.'),
        ("0x10", '"0x10" is not a whole number.'),
        ("\u0661", '"\u0661" is not a whole number.'),
        (1.5, '"1.5" is not a whole number.'),
        (True, '"true" is not a whole number.'),
        (math.inf, "This number is too large."),
        (math.nan, "This is not a number (nan)."),
        ("9" * 26, "This number is too large."),
        (LARGEST_INTEGER + 1, "This number is too large."),
        pytest.param(10**5000, "This number is too large.", id="huge"),
        ([1], "This must be a single value."),
        (None, "This must be a single value."),
        ("1\u200b", "This contains an invisible character (U+200B), which could hide something."),
    ],
)
def test_what_is_no_integer(raw: object, message: str) -> None:
    with pytest.raises(ConversionError) as caught:
        integer(raw)
    assert str(caught.value) == message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("1", 1, "1"), ("1.0", 1.0, "1.0"), (".5", 0.5, "0.5"), ("5.", 5.0, "5.0"), ("1e-5", 1e-05, "1e-05"),
        ("1E+5", 100000.0, "100000.0"), ("-0.1", -0.1, "-0.1"), ("+3", 3, "3"), ("1.5e-07", 1.5e-07, "1.5e-07"),
        ("0", 0, "0"), ("0e0", 0.0, "0.0"), ("0.1", 0.1, "0.1"), ("1" + "0" * 22, 1e22, "1e+22"),
    ],
)  # fmt: skip
def test_reals(text: str, value: float, written: str) -> None:
    assert real(text) == value
    assert type(real(text)) is type(value)
    assert real_text(real(text)) == written
    assert real(written) == value


@pytest.mark.parametrize(
    ("raw", "message", "hint"),
    [
        ("0,5", '"0,5" is not a number.', "Write a point instead of the comma."),
        ("1 000", '"1 000" is not a number.', "Write it without thousands separators: 1000."),
        ("1,000", '"1,000" is not a number.', "Write a point instead of the comma."),
        ("tensor(0.5)", '"tensor(0.5)" is not a number.', "Write a number such as 0.5 or 1e-3."),
        ("nan", '"nan" is not a number.', "Write a number such as 0.5 or 1e-3."),
        ("inf", '"inf" is not a number.', "Write a number such as 0.5 or 1e-3."),
        ("1e309", "This number is too large.", "Numbers go up to about 1e308."),
        (10**400, "This number is too large.", "Numbers go up to about 1e308."),
        (-math.inf, "This number is too large.", "Numbers go up to about 1e308."),
        (math.nan, "This is not a number (nan).", "Write a number such as 0.5 or 1e-3."),
        ("1e-400", "This number is too close to 0 for a computer.", "Write 0, or a larger number."),
        (
            "a" * 200,
            f'"{"a" * (LONGEST_QUOTE - 3)}..." is not a number.',
            "Write a number such as 0.5 or 1e-3.",
        ),
    ],
)
def test_what_is_no_real(raw: object, message: str, hint: str) -> None:
    with pytest.raises(ConversionError) as caught:
        real(raw)
    assert (str(caught.value), caught.value.hint) == (message, hint)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_from_its_text(number: float) -> None:
    assert real(real_text(number)) == number


@pytest.mark.parametrize(
    ("raw", "seconds", "text"),
    [
        ("20", 72000, "20"), (20, 72000, "20"), ("0.5", 1800, "0:30:00"), ("1:30:00", 5400, "1:30:00"),
        ("48:00:00", 172800, "48"), ("0:00:01", 1, "0:00:01"), ("0", 0, "0"), (" 2 ", 7200, "2"),
        ("-1.5", -5400, "-1:30:00"), ("168", 604800, "168"),
    ],
)  # fmt: skip
def test_durations(raw: object, seconds: int, text: str) -> None:
    assert duration(raw) == seconds
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    "raw",
    ["", "1:30", "1:60:00", "1:00:60", "1-00:00:00:00", "1x", "two", "1e9", "9999999:00:00", "0.00001", None, [1], True,
     datetime.time(1, 30)],
)  # fmt: skip
def test_what_is_no_duration(raw: object) -> None:
    with pytest.raises(ConversionError):
        duration(raw)


@pytest.mark.parametrize("raw", ["1,000,000", "1_000_000", "1 000 000", "1'000'000"])
def test_separators_of_thousands_are_explained(raw: str) -> None:
    with pytest.raises(ConversionError) as caught:
        integer(raw)
    assert caught.value.hint == "Write it without thousands separators: 1000000."


def test_a_time_without_quotes_is_explained() -> None:
    with pytest.raises(ConversionError) as caught:
        duration(datetime.time(1, 30))
    assert "in quotes" in caught.value.hint


@given(st.integers(0, 10**9))
def test_every_duration_reads_back(seconds: int) -> None:
    assert duration(duration_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("path", "raw", "value"),
    [
        ("slurm.enable_gpus", "1", True), ("slurm.enable_gpus", "on", True), ("slurm.enable_gpus", "", False),
        ("slurm.enable_gpus", "False", False), ("slurm.enable_gpus", 0, False), ("slurm.enable_gpus", True, True),
        ("search.seed", "1, 2,3", (1, 2, 3)), ("search.seed", "", ()), ("search.seed", 7, (7,)),
        ("search.seed", [1, "2"], (1, 2)), ("search.seed", "1 2  3", (1, 2, 3)), ("search.seed", "1;2 ; 3,", (1, 2, 3)),
        ("search.seed", "1.0 2e1", (1, 20)), ("slurm.setup", "module load a\r\n\r\nmodule load b\n", ("module load a", "module load b")),
        ("slurm.setup", ["a", " ", "b"], ("a", "b")), ("slurm.setup", "a", ("a",)),
        ("run.objective", "\t./run ($x_0) ", "./run ($x_0)"), ("slurm.account", 123, "123"),
        ("slurm.partition", "alpha,ml", "alpha,ml"),
    ],
)  # fmt: skip
def test_other_kinds_of_fields(path: str, raw: object, value: object) -> None:
    assert field_value(BY_PATH[path], raw) == value


@pytest.mark.parametrize(
    ("path", "raw", "message"),
    [
        ("slurm.enable_gpus", "maybe", "neither on nor off"),
        ("slurm.enable_gpus", "2", "neither on nor off"),
        ("search.seed", ",", '"," is not a whole number'),
        ("search.seed", "1/2", "not a whole number"),
        ("search.seed", [[1]], "single value"),
        ("search.algorithm", "tpe", "not one of the choices"),
        ("run.name", "my run", "other than letters, digits and underscores"),
        ("run.name", "../up", "other than letters, digits and underscores"),
        ("run.name", "a" * 101, "at most 100"),
        ("run.objective", "a\nb", "line break"),
        ("run.objective", "a\tb", "U+0009"),
        ("run.objective", "a" * 10_001, "at most 10,000"),
        ("run.objective", {"a": 1}, "single value"),
        ("slurm.partition", "a b", "Slurm names cannot"),
        ("slurm.account", "-x", "Slurm names cannot"),
        ("slurm.reservation", "$(date)", "Slurm names cannot"),
        ("slurm.setup", "a\n\x1b[0m", "U+001B"),
    ],
)
def test_what_other_kinds_refuse(path: str, raw: object, message: str) -> None:
    with pytest.raises(ConversionError) as caught:
        field_value(BY_PATH[path], raw)
    assert message in str(caught.value)
