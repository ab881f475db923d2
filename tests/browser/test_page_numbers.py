"""Numbers on result pages: short to read, exact on hover and when they are copied, by scripts and without them alike."""

from __future__ import annotations

import json
import random
from datetime import datetime, timezone
from pathlib import Path

from playwright.sync_api import Page
from plot_pages import OpenFile, read, wait_until_drawn
from report_runs import a_trial

from worker.report.data.readable import Rounded, readable
from worker.report.pages import html, report
from worker.report.pictures.captions import in_lines

_THIRDS = (1 / 3, 2 / 3)
# A clipboard of its own: that of the machine belongs to whoever sits before it.
_COPIED = """(select) => {
  select();
  const event = new ClipboardEvent("copy", {bubbles: true, cancelable: true, clipboardData: new DataTransfer()});
  document.body.dispatchEvent(event);
  return event.clipboardData.getData("text/plain");
}"""


def copied(page: Page, select: str) -> str:
    """What is on the clipboard after a copy of what the script `select` selects."""
    text: str = page.evaluate(f"({_COPIED})(() => {{ {select} }})")
    return text


def test_what_is_copied_from_a_report_is_exact(open_file: OpenFile, tmp_path: Path) -> None:
    low, high = _THIRDS
    trials = [
        a_trial(number, {"lr": low / number, "kind": "a"}, -high * number, outputs={"size": 1e9 / 7})
        for number in range(1, 13)
    ]
    results = read(tmp_path, trials)
    page = open_file(report.page(results, report.Options(with_importance=False), datetime.now(timezone.utc)))
    wait_until_drawn(page)
    assert page.locator(".answer .big").inner_text() == "RESULT -8"
    numbers = page.locator(".answer table data")
    assert numbers.all_inner_texts() == ["0.0277778"]
    assert numbers.get_attribute("title") == str(low / 12)
    assert str(low / 12) in page.locator("#best-command").inner_text()
    everything = copied(page, "getSelection().selectAllChildren(document.querySelector('.answer > div'))")
    assert str(low / 12) in everything
    assert "the best of 12 evaluations" in everything  # what has no numbers is copied as well
    rows = copied(page, "getSelection().selectAllChildren(document.querySelector('.rows tbody'))").split("\n")
    assert rows[1].split("\t")[:3] == ["11", str(-high * 11), str(low / 11)]
    cell = "document.querySelector('.rows tbody tr:nth-child(2) data').firstChild"
    assert copied(page, f"getSelection().selectAllChildren({cell}.parentElement)") == str(-high * 11)
    # A double click leaves the sign out.
    assert copied(page, f"getSelection().setBaseAndExtent({cell}, 1, {cell}, {cell}.length)") == str(
        high * 11
    )
    # Who takes a part of the shown digits gets these.
    assert copied(page, f"getSelection().setBaseAndExtent({cell}, 1, {cell}, 3)") == ""
    assert copied(page, "getSelection().selectAllChildren(document.querySelector('h1'))") == ""


def test_scripts_and_markup_show_numbers_alike(open_file: OpenFile) -> None:
    generator = random.Random(4)
    numbers = [
        *(0.0, 1.0, -1.5, 1 / 3, 999999.5, 999999.9999, 1e6, 1234567.8, 1e16, 1e22, 1e-4, 1e-5 / 3, 2.0**53),
        *(generator.uniform(-10, 10) * 10 ** generator.randint(-20, 20) for _ in range(300)),
    ]
    names = "readable, exact, short, fitted, inLines"
    page = open_file(html.page("numbers", "", ["base"], ["dom"], f"Object.assign(window, {{ {names} }});"))
    shown = page.evaluate("(numbers) => numbers.map((one) => [readable(one), exact(one)])", numbers)
    texts = [readable(number) for number in json.loads(json.dumps(numbers))]
    exact = [text.exact if isinstance(text, Rounded) else text for text in texts]
    assert [one for one, _ in shown] == texts
    assert [float(one) for _, one in shown] == [float(one) for one in exact]
    # The end of a range of integers is that end, however little room there is, and no name is cut inside of a word.
    assert page.evaluate("[short(65535), short(-512, NaN, 2), fitted(65535, 3), short(65535.4)]") == [
        *("65535", "-512", "65535", "65540"),
    ]
    for name, most in (("learning_rate-of the_model", 12), ("__proto__", 20), ("x" * 25, 10), ("a", 1)):
        assert "\n".join(page.evaluate("([name, most]) => inLines(name, most)", [name, most])) == in_lines(
            name, most
        )
