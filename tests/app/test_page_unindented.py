"""What is sent is the templates' text without their indentation; what people typed keeps its own."""

from __future__ import annotations

import re

from page_client import CLIENT


def test_no_line_of_the_empty_form_is_indented() -> None:
    text = CLIENT.get("/").text
    kept = re.sub(r"<(pre|textarea)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"^[ \t]", kept, re.MULTILINE)


def test_what_was_pasted_keeps_its_blanks() -> None:
    pasted = "[broken\n    indented = 1"
    answer = CLIENT.post("/import", data={"config": pasted}, headers={"Accept": "text/html"})
    assert f"{pasted}</textarea>" in answer.text


def test_the_installer_is_indented_as_it_was_written() -> None:
    assert re.search(r"^    \S", CLIENT.get("/install.sh").text, re.MULTILINE)
