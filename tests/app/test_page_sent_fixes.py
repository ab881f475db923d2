"""Without a script, the buttons beside problems do what they say as well."""

from __future__ import annotations

import re
from html import unescape

import pytest
from page_client import CLIENT, GOOD
from page_form import Form


def pressed(label: str, **wrong: str) -> Form:
    """The form after the button that is called so, in that of a run with something wrong."""
    sent = {**GOOD, **wrong}
    found = re.search(
        rf'<button [^>]*value="(fix\?[^"]*)"[^>]*>{re.escape(label)}<', CLIENT.post("/", data=sent).text
    )
    assert found
    return Form(CLIENT.post("/", data={**sent, "action": unescape(found[1])}).text)


def test_texts_are_written() -> None:
    form = pressed("Swap them", param_0_value_min="9", param_0_value_max="1")
    assert (form.sent["param_0_value_min"], form.sent["param_0_value_max"]) == ("1", "9")
    assert pressed("Insert it", objective_program="./a").sent["objective_program"] == "./a --lr=($lr)"


def test_parameters_are_added() -> None:
    form = pressed("Add these 2 parameters", objective_program="./a ($lr) ($b) ($c)")
    assert [form.sent[f"param_{number}_name"] for number in range(3)] == ["lr", "b", "c"]
    form = pressed("Add this parameter", objective_program="./a ($b)", param_0_name="")
    assert form.sent["param_0_name"] == "b" and "param_1_name" not in form.sent


@pytest.mark.parametrize(
    "action",
    [
        "fix?",
        "fix?nothing=1",
        "fix?param_9_name=x",
        "fix?param_0_=x",
        "fix?" + "%2B=a&" * 5000,
        "fix?%ff=%00",
    ],
)
def test_what_no_button_says_is_no_error(action: str) -> None:
    answer = CLIENT.post("/", data={**GOOD, "action": action})
    assert answer.status_code in (200, 413)
    if answer.status_code == 200:
        assert Form(answer.text).sent["param_0_name"] == "lr"
