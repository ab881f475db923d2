"""Reading a program on the page: what is proposed is shown first, and what is ticked goes into the form as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO

import pytest
from page_client import CLIENT
from page_form import Form

HELP = """usage: train.py [-h] [--lr LR] [--batch-size BATCH_SIZE] [--opt {sgd,adam}] [--amp] [--seed SEED] data

options:
  --lr LR               learning rate (default: 0.01)
  --batch-size BATCH_SIZE
                        (default: 64)
  --opt {sgd,adam}      (default: adam)
  --amp                 mixed precision
  --seed SEED           (default: 1)
"""
SOURCE = 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--depth", type=int, default=3)\n'


def proposed(text: str, **fields: str) -> str:
    answer = CLIENT.post("/program", data={"program_text": text, **fields})
    assert answer.status_code == 200
    return answer.text


def taken(text: str, ticked: Sequence[str], **fields: str) -> dict[str, str]:
    answer = CLIENT.post("/program/take", data={"program_text": text, "take": list(ticked), **fields})
    assert answer.status_code == 200
    return Form(answer.text).sent


def test_each_option_is_shown_with_its_range_its_default_and_why() -> None:
    page = " ".join(re.sub("<[^>]*>", " ", proposed(HELP, projectname="mine")).split())
    assert "--lr real, 0.00001 to 0.1, logarithmic usual for this name; now 0.01" in page
    assert "--opt one of sgd, adam its own choices; now adam" in page
    assert "Left as they are: --amp (switches); --seed (places, logs, seeds and the like)." in page
    assert Form(proposed(HELP, projectname="mine")).sent["projectname"] == "mine"


def test_what_is_ticked_becomes_parameters_program_and_first_evaluation() -> None:
    form = taken(HELP, ["--lr", "--opt"])
    assert form["objective_program"] == "python3 train.py --lr=($lr) --opt=($opt)"
    assert (form["param_0_name"], form["param_1_name"]) == ("lr", "opt")
    assert form["number_of_parameters"] == "2"
    assert form["start_with"] == "lr=0.01,opt=adam"


def test_what_the_form_has_is_kept() -> None:
    mine = {
        "objective_program": "srun ./go --lr=($lr)",
        "number_of_parameters": "1",
        "param_0_name": "lr",
        "param_0_type": "real",
        "param_0_value_min": "0.5",
        "param_0_value_max": "0.7",
    }
    form = taken(HELP, ["--lr", "--opt"], **mine)
    assert form["objective_program"] == "srun ./go --lr=($lr) --opt=($opt)"
    assert (form["param_0_value_min"], form["param_1_name"]) == ("0.5", "opt")
    assert form["start_with"] == ""


def test_a_source_is_read_and_an_uploaded_one_too() -> None:
    assert "--depth" in proposed(SOURCE)
    data = {"program_file": (BytesIO(SOURCE.encode()), "t.py"), "program_text": ""}
    answer = CLIENT.post("/program", data=data, content_type="multipart/form-data")
    assert "--depth" in answer.text
    assert "add_argument" in answer.text


@pytest.mark.parametrize("text", ["", "hello", "def f(:\n import argparse", "usage: a.py [-h]"])
def test_what_is_no_program_is_said_to_be_none_beside_the_text(text: str) -> None:
    page = proposed(text, projectname="mine")
    assert page.count("problem--error") >= 1
    assert Form(page).sent["projectname"] == "mine"


def test_nothing_ticked_is_a_remark_and_keeps_the_proposals() -> None:
    answer = CLIENT.post("/program/take", data={"program_text": HELP})
    assert "Nothing is ticked." in answer.text
    assert 'value="--lr"' in answer.text
    assert Form(answer.text).sent["objective_program"] == ""


def test_what_stands_in_a_program_is_no_markup() -> None:
    text = HELP.replace("--opt {sgd,adam}", "--opt {<b>,&amp;}").replace("{sgd,adam}", "{<b>,&amp;}")
    assert "<b>" not in proposed(text)


def test_a_very_large_program_is_refused_and_what_is_typed_stays_in_the_browser() -> None:
    assert CLIENT.post("/program", data={"program_text": "x" * 200_000}).status_code == 413
