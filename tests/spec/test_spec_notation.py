"""How numbers are written for programs: plain where that is short, and always exactly the number of the trial."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.agent.assignment import variables
from worker.spec.notation import LONGEST_PLAIN, NUMBER_FORMATS, value_text
from worker.spec.placeholders import render, with_equals_sign
from worker.spec.setting_values import setting_value
from worker.store.inbox_messages import Assign
from worker.store.paths import RunPaths

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PROGRAM = """
import argparse, json, os
parser = argparse.ArgumentParser()
parser.add_argument("--shift", type=float, nargs="+")
print(json.dumps([parser.parse_args().shift, os.environ["OMNIOPT_PARAM_V0"]]))
"""


@given(NUMBERS, st.sampled_from(NUMBER_FORMATS))
def test_every_number_reads_back_exactly(number: float, number_format: str) -> None:
    text = value_text(number, number_format)
    assert float(text) == number
    assert math.copysign(1, float(text)) == math.copysign(1, number)


@given(NUMBERS)
def test_an_exponent_is_written_only_where_plain_decimals_are_long(number: float) -> None:
    text, plain = value_text(number), value_text(number, "plain")
    assert not set(plain) - set("-.0123456789")
    assert text == (plain if len(plain) <= LONGEST_PLAIN else value_text(number, "exponent"))


@given(st.integers(1, 10**8), st.integers(-15, 24), st.sampled_from([1, -1]))
def test_numbers_of_the_usual_size_have_no_exponent(digits: int, exponent: int, sign: int) -> None:
    number = sign * float(f"{digits / 10 ** (len(str(digits)) - 1)!r}e{exponent}")
    if abs(number) < 1e24:
        assert "e" not in value_text(float(f"{number:.8g}"))


@pytest.mark.parametrize(
    ("number", "auto", "plain", "exponent"),
    [
        (-8.3e-05, "-0.000083", "-0.000083", "-8.3e-05"),
        (0.1, "0.1", "0.1", "0.1"),
        (2.0, "2.0", "2.0", "2.0"),
        (1e16, "10000000000000000", "10000000000000000", "1e+16"),
        (-1.5e-23, "-0.000000000000000000000015", "-0.000000000000000000000015", "-1.5e-23"),
        (-1.5e-22, "-0.00000000000000000000015", "-0.00000000000000000000015", "-1.5e-22"),
        (1e-30, "1e-30", f"0.{'0' * 29}1", "1e-30"),
        (1e24, f"1{'0' * 24}", f"1{'0' * 24}", "1e+24"),
        (1e25, "1e+25", f"1{'0' * 25}", "1e+25"),
    ],
)
def test_notations(number: float, auto: str, plain: str, exponent: str) -> None:
    if len(auto) > LONGEST_PLAIN:
        auto = exponent
    assert [value_text(number, number_format) for number_format in NUMBER_FORMATS] == [auto, plain, exponent]


def test_numbers_among_the_values_of_a_choice_are_plain_and_texts_stay() -> None:
    assert setting_value("options", [-1e-05, "1e-05", 2.0]) == ("-0.00001", "1e-05", "2.0")


def test_argparse_reads_small_negative_numbers_from_command_and_environment(tmp_path: Path) -> None:
    values = {f"v{index}": number for index, number in enumerate((-8.3e-05, -1e-15, -5e-07, -0.0, -123456.0))}
    objective = "exec " + " ".join([sys.executable, "program.py --shift", *(f"(${name})" for name in values)])
    (tmp_path / "program.py").write_text(PROGRAM)
    assigned = Assign(epoch=0, trial=1, attempt=1, values=values, command=render(objective, values, {}))
    done = subprocess.run(
        ["bash", "-c", assigned.command],
        cwd=tmp_path,
        env=variables(assigned, RunPaths(tmp_path), "a1"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [list(values.values()), "-0.000083"]


@pytest.mark.parametrize(
    ("objective", "joined"),
    [
        ("p --shift ($shift) --gain ($gain)", "p --shift=($shift) --gain ($gain)"),
        ("p -s ($x_0) -g ($gain)", "p -s($x_0) -g ($gain)"),
        ('p --shift "($shift)"', 'p --shift="($shift)"'),
        ("p -shift   int($shift)", "p -shift=int($shift)"),
        ("p --shift=($shift) ($shift)", "p --shift=($shift) ($shift)"),
        ("p ($gain) ($shift)", "p ($gain) ($shift)"),
    ],
)
def test_values_are_joined_to_their_options(objective: str, joined: str) -> None:
    assert with_equals_sign(objective, ["shift"], ["shift", "gain"]) == joined
