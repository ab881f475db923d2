"""The list of problems: gaps of many parameters are one line, everything else keeps its own, with and without the script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from page_client import CLIENT, GOOD


def lines(**changes: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = CLIENT.post("/preview", data={**GOOD, **changes}).get_json()["lines"]
    return answer


def gaps(count: int, **more: str) -> dict[str, str]:
    """So many parameters without Min and Max."""
    rows = {f"param_{number}_{key}": text for number in range(count) for key, text in ROW.items()}
    names = {f"param_{number}_name": f"p{number}" for number in range(count)}
    program = "./a " + " ".join(f"($p{number})" for number in range(count))
    return {**rows, **names, "objective_program": program, "number_of_parameters": str(count), **more}


ROW = {"type": "real", "value_min": "", "value_max": ""}


def test_what_a_hundred_parameters_lack_is_one_line() -> None:
    answer = CLIENT.post("/preview", data={**GOOD, **gaps(100)}).get_json()
    [line] = answer["lines"]
    assert (line["link"], line["text"]) == ("100 parameters", " lack Min and Max.")
    assert (line["field"], line["severity"]) == ("param_0_value_min", "error")
    assert answer["headline"] == "200 things to fill in"
    # Beside its field, each has its own.
    assert len({problem["field"] for problem in answer["problems"] if problem["missing"]}) == 200


def test_those_that_lack_the_same_stand_together_and_errors_alone() -> None:
    found = lines(
        **gaps(5, param_2_value_min="1", param_3_value_min="x", param_4_name="", number_of_workers="many")
    )
    assert [(line["field"], line["link"] + line["text"]) for line in found[:5]] == [
        (
            "number_of_workers",
            'Number of workers: "many" is not a whole number. Write a whole number such as 12.',
        ),
        ("param_4_name", "Parameter 5 lacks Name, Min and Max."),
        ("param_0_value_min", "2 parameters lack Min and Max."),
        ("param_2_value_max", "2 parameters lack Max."),
        ("param_3_value_min", 'Parameter 4, Min: "x" is not a number. Write a number such as 0.5 or 1e-3.'),
    ]


def test_a_single_gap_is_called_by_its_field() -> None:
    [line] = lines(param_0_value_max="")
    assert line["link"] + line["text"] == "Parameter 1, Max is missing."


def test_the_page_shows_what_its_script_would() -> None:
    sent = {**GOOD, **gaps(7, param_6_value_min="x", number_of_workers="500", workdir="relative")}
    page = CLIENT.post("/", data=sent).text
    shown = re.findall(r'<li class="status__item status__item--(\w+)">(.*?)</li>', page, re.DOTALL)
    assert [
        (kind, unescape(re.sub("<button.*?</button>|<[^>]*>", "", text)).strip()) for kind, text in shown
    ] == [
        (line["severity"], line["link"] + line["text"])
        for line in CLIENT.post("/preview", data=sent).get_json()["lines"]
    ]
