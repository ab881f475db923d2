"""Whatever is pressed right after typing counts: nothing below the pointer moves or is replaced before it is released."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser_form import have_read
from playwright.sync_api import Locator, Page, Route, expect

Open = Callable[..., Page]
START = (
    "/?projectname=a&enable_gpus=0&objective_program=./a&param_0_name=lr&param_0_type=real"
    "&param_0_value_min=9&param_0_value_max=1&partition=romeo&number_of_workers=x"
)
TOO_LONG = "no name " * 40  # what is said of it takes lines, which moves everything below


def press_while_the_answer_comes(page: Page, target: Locator) -> None:
    """Press what is to be pressed right after typing, get the answer to what was typed, and release."""
    held: list[Route] = []
    page.route("**/preview", lambda route: held.append(route), times=1)
    target.scroll_into_view_if_needed()
    page.get_by_label("Optimization run name").fill(TOO_LONG)
    target.hover()
    page.mouse.down()
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response("**/preview"):
        held.pop().continue_()
    page.wait_for_timeout(100)
    page.mouse.up()


def parameter_added(page: Page) -> None:
    expect(page.locator("#parameters > li:visible")).to_have_count(2)


def workers_focused(page: Page) -> None:
    expect(page.get_by_label("Number of workers")).to_be_focused()


def gpu_on(page: Page) -> None:
    expect(page.locator("#enable_gpus")).to_be_checked()


def inserted(page: Page) -> None:
    expect(page.get_by_label("Objective program")).to_have_value("./a --lr=($lr)")


def swapped(page: Page) -> None:
    expect(page.locator("#param_0_value_max")).to_have_value("9")


def copied(page: Page) -> None:
    expect(page.locator("#announcer")).to_contain_text("not usable yet")


@pytest.mark.parametrize(
    ("selector", "has_happened"),
    [
        ("#add-parameter", parameter_added),
        ("#status-list a[href='#number_of_workers']", workers_focused),
        ("#enable_gpus", gpu_on),
        ("[data-row-action=insert]", inserted),
        ("#param_0_value_max-problems [data-fix]", swapped),
        ("#status-list [data-fix] >> nth=0", swapped),
        ("[data-copy=command]", copied),
    ],
    ids=["add", "link", "gpu", "insert", "fix", "fix in the list", "copy"],
)
def test_a_press_counts_though_the_answer_comes(
    selector: str, has_happened: Callable[[Page], None], open_page: Open
) -> None:
    page = open_page(START.replace("romeo", "alpha"))
    if "copy" in selector:
        have_read(page)
    press_while_the_answer_comes(page, page.locator(selector))
    has_happened(page)
    expect(page.locator("#projectname-problems .problem").first).to_be_visible()


def test_a_parameter_is_added_to_the_number_that_was_just_typed(open_page: Open) -> None:
    page = open_page("/?param_0_name=a")
    page.get_by_label("Number of parameters").fill("3")
    page.get_by_role("button", name="Add a parameter").click()
    expect(page.locator("#parameters > li:visible")).to_have_count(4)


def test_undo_does_not_vanish_while_it_is_pressed(open_page: Open) -> None:
    page = open_page("/?param_0_name=a&param_1_name=b")
    page.clock.install()
    page.get_by_role("button", name="Remove parameter 2").click()
    page.get_by_label("Optimization run name").fill("typed")
    page.get_by_role("button", name="Undo").hover()
    page.mouse.down()
    page.clock.fast_forward(60_000)
    page.mouse.up()
    expect(page.locator("#parameters > li:visible")).to_have_count(2)


def test_a_finger_counts_as_well(open_page: Open) -> None:
    page = open_page("/", has_touch=True)
    # Leaving the empty field says that it is missing; the browser leaves it when the finger is up again.
    page.get_by_label("Optimization run name").focus()
    page.get_by_role("button", name="Add a parameter").tap()
    parameter_added(page)
    expect(page.locator("#projectname-problems")).to_contain_text("name")


def test_a_list_that_takes_the_release_holds_nothing_up(open_page: Open) -> None:
    page = open_page(START)
    partition = page.get_by_label("Partition", exact=True)
    page.get_by_label("Optimization run name").fill("typed")
    # As in browsers whose lists are windows of their own: the page never hears of the release.
    partition.dispatch_event("pointerdown", {"button": 0, "buttons": 1, "isPrimary": True, "bubbles": True})
    partition.select_option("alpha")
    expect(page.locator("#job-text, #partition-limits").first).to_contain_text("GPU")


def test_the_button_that_has_the_focus_stays(open_page: Open) -> None:
    page = open_page(START)
    swap = page.locator("#param_0_value_max-problems [data-fix]")
    swap.focus()
    with page.expect_response("**/preview"):
        page.evaluate(
            "() => { const box = document.getElementById('projectname'); box.value = 'typed';"
            " box.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
    expect(page.locator("#config-text")).to_contain_text('"typed"')
    expect(swap).to_be_focused()
    page.keyboard.press("Enter")
    swapped(page)
