"""What the page gives, in a real browser: copied, downloaded, imported; and all of it without a script."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_form import fill_in, have_read, run_in
from page_links import OLD_LINK
from playwright.sync_api import FilePayload, Page, Route, expect

from worker.spec.config_limits import MOST_FIELDS, PAGE
from worker.spec.formats import original, original_writer, toml
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.run import Draft, ParameterDraft, ReadResult

Open = Callable[..., Page]

IMPORTED = Draft(
    {
        "run.name": "imported",
        "run.objective": "./p ($a) ($b)",
        "slurm.partition": "alpha",
        "search.max_evals": 9,
    },
    (
        ParameterDraft("a", "hp.uniform", {"min": 0, "max": 1}),
        ParameterDraft("b", "hp.choice", {"values": ["x", "y"]}),
    ),
)


def test_copy_with_the_clipboard(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    fill_in(page)
    page.get_by_label("Max. number of evaluations").fill("31")
    # Copied is what belongs to the form, however soon the button is pressed.
    page.get_by_role("button", name="Copy: Command for the first time").click()
    expect(page.locator("#announcer")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#command").inner_text()
    assert run_in(page).max_evals == 31


def test_copy_without_the_clipboard(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.evaluate("document.addEventListener('copy', () => { window.copied = String(getSelection()); })")
    page.get_by_role("button", name="Copy: Command where OmniOpt is installed").click()
    expect(page.locator("#announcer")).to_have_text("Copied.")
    assert page.evaluate("window.copied").strip() == page.locator("#command_installed").inner_text()


def test_a_command_that_is_of_no_use_is_not_copied(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Copy: Command for the first time").press("Enter")
    expect(page.locator("#announcer")).to_have_text("The command is not usable yet: 5 things to fill in.")
    expect(page.locator("#status")).to_be_focused()
    expect(page.locator("#projectname-problems .problem")).to_have_count(1)


def test_a_local_run_is_a_click_away(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.get_by_text("Try it here with a local run").click()
    assert shlex.split(page.locator("#command_local").inner_text())[-1] == "--local"


@pytest.mark.parametrize("kind", ["toml", "ini", "json"])
def test_the_config_is_downloaded(kind: str, open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.get_by_label("Max. number of evaluations").fill("5")
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"config.{kind}").click()
    assert waiting.value.suggested_filename == f"config.{kind}"
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    readers: dict[str, Callable[[str], ReadResult]] = {
        "toml": toml.read,
        "ini": original.read_ini,
        "json": original.read_json,
    }
    assert str(readers[kind](text).draft.values["search.max_evals"]) == "5"


@pytest.mark.parametrize("script", [True, False], ids=["with the script", "without"])
@pytest.mark.parametrize("kind", ["toml", "ini", "json"])
def test_a_pasted_config_refills_the_form(kind: str, script: bool, open_page: Open) -> None:
    write = {"toml": toml.write, "ini": original_writer.write_ini, "json": original_writer.write_json}[kind]
    page = open_page("/?projectname=before", java_script_enabled=script)
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("Config", exact=True).fill(write(IMPORTED))
    page.get_by_role("button", name="Fill in the form").click()
    expect(page.get_by_label("Optimization run name")).to_have_value("imported")
    expect(page.get_by_role("group", name="Parameter 2").get_by_label("Values")).to_have_value("x,y")
    expect(page.locator("#announcer")).to_contain_text("The form was filled in from your config.")
    have_read(page)
    assert run_in(page).max_evals == 9
    if script:
        expect(page).to_have_url(re.compile("projectname=imported"))
        page.go_back()
        expect(page.get_by_label("Optimization run name")).to_have_value("before")


def test_what_there_is_to_say_about_a_config_stays(open_page: Open) -> None:
    page = open_page()
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("Config", exact=True).fill(toml.write(IMPORTED).replace("max_evals", "max_evaluations"))
    page.get_by_role("button", name="Fill in the form").click()
    remarks = page.get_by_role("group", name="About the opened config")
    expect(remarks).to_contain_text('Did you mean "max_evals"?')
    page.get_by_label("Seed").fill("3")
    expect(page).to_have_url(re.compile("seed=3"))
    expect(remarks).to_be_visible()


def test_a_chosen_file_refills_the_form(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(toml.write(IMPORTED))
    page = open_page()
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("or choose a file").set_input_files(path)
    expect(page.get_by_label("Optimization run name")).to_have_value("imported")
    expect(page.get_by_label("Optimization run name")).to_be_focused()
    # The form is as alive as before.
    page.get_by_role("button", name="Remove parameter 1").click()
    expect(page).to_have_url(re.compile("param_0_name=b"))


@pytest.mark.parametrize("script", [True, False], ids=["with the script", "without"])
def test_a_config_that_cannot_be_read_loses_nothing(script: bool, open_page: Open) -> None:
    page = open_page("/?projectname=kept", java_script_enabled=script)
    page.get_by_label("Seed").fill("5")
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("Config", exact=True).fill("[run\nname = ?")
    page.get_by_role("button", name="Fill in the form").click()
    expect(page.locator("#config-problems")).to_contain_text("not valid TOML")
    expect(page.get_by_label("Config", exact=True)).to_have_value("[run\nname = ?")
    expect(page.get_by_label("Optimization run name")).to_have_value("kept")
    expect(page.get_by_label("Seed")).to_have_value("5")


def test_a_file_that_is_too_large_is_refused_beside_it(open_page: Open, address: str) -> None:
    page = open_page("/?projectname=kept")
    large: FilePayload = {"name": "large.toml", "mimeType": "text/plain", "buffer": b"#" * 2_500_000}
    # The server's own answer, but for the status, of which the browser would complain.
    answer = page.request.post(
        address + "/import", multipart={"file": large}, headers={"Accept": "text/html"}
    )
    assert answer.status == 413
    page.route("**/import", lambda route: route.fulfill(response=answer, status=200))
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("or choose a file").set_input_files(large)
    problems = page.locator("#config-problems")
    expect(problems).to_have_text(
        f"On this page, a config may have at most {PAGE.size:,} bytes and the form at most {MOST_FIELDS:,} fields. The command line accepts larger ones: write a config file, and start the run with that."
    )
    expect(page.get_by_label("Config", exact=True)).to_be_focused()
    expect(page.get_by_label("Optimization run name")).to_have_value("kept")


def test_the_whole_way_without_a_script(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_label("Optimization run name").fill("plain")
    page.get_by_label("Objective program").fill("./p ($a) ($b)")
    row = page.get_by_role("group", name="Parameter 1")
    row.get_by_label("Name").fill("a")
    row.get_by_label("Max").fill("3")
    row.get_by_label("Type").select_option("hp.uniform")
    page.get_by_role("button", name="Add a parameter").click()
    expect(row.get_by_label("Min")).to_be_visible()
    expect(row.get_by_label("Max")).to_have_value("3")
    row.get_by_label("Min").fill("-1")
    second = page.get_by_role("group", name="Parameter 2")
    # Without scripts, this Chromium ignores the attribute; other browsers do not.
    expect(second.get_by_label("Name")).to_have_attribute("autofocus", "")
    second.get_by_label("Name").fill("b")
    second.get_by_label("Max").fill("many")
    # Enter is the button that updates.
    second.get_by_label("Max").press("Enter")
    expect(page.locator("#param_1_value_max-problems")).to_contain_text('"many" is not a number')
    second.get_by_label("Min").fill("0")
    second.get_by_label("Max").fill("4")
    page.get_by_label("Partition", exact=True).select_option("romeo")
    page.get_by_role("button", name="Update the command").click()
    expect(page.locator("#status-title")).to_have_text("Ready to start")
    expect(page.get_by_label("Enable GPU")).to_be_disabled()
    assert [parameter.name for parameter in run_in(page).parameters] == ["a", "b"]
    assert page.get_by_role("button", name=re.compile("^Copy")).count() == 0
    page.goto(page.get_by_label("Link", exact=True).input_value())
    expect(second.get_by_label("Name")).to_have_value("b")


def test_it_all_goes_with_the_keyboard(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        )
    order = [
        "projectname",
        "workdir",
        "objective_program",
        "param_0_name",
        "param_0_type",
        "param_0_value_min",
        "param_0_value_max",
        "param_0_log",
    ]
    order += ["add-parameter", "searchtype", "partition", "runtime"]
    places = [reached.index(name) for name in order]
    assert places == sorted(places)
    assert "param_0_values" not in reached


SIZES = {"narrow": {"width": 390, "height": 844}, "wide": {"width": 1440, "height": 900}}
REMARKS = "/?number_of_parameters=1&" + "&".join(
    f"param_{number}_{key}={text}"
    for number, kind in enumerate(PARAMETER_TYPES)
    for key, text in (("name", f"p{number}"), ("type", kind))
)
STATES = {
    "empty": "/",
    "old link": "/?" + OLD_LINK,
    "remarks about the link": REMARKS,
    "all types": REMARKS.replace("number_of_parameters=1", f"number_of_parameters={len(PARAMETER_TYPES)}"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_it(scheme: str, size: str, state: str, open_page: Open) -> None:
    page = open_page(STATES[state], color_scheme=scheme, viewport=SIZES[size], reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    # Nothing sticks out to the side.
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_switches_can_be_seen_where_the_system_sets_the_colours(open_page: Open) -> None:
    page = open_page("/?partition=alpha", forced_colors="active")
    # Its own switch is drawn with backgrounds, which are all the same there.
    expect(page.get_by_label("Enable GPU")).to_have_css("appearance", "auto")


def test_everyone_can_use_an_error_page(open_page: Open, address: str) -> None:
    page = open_page(java_script_enabled=True)
    page.route(
        "**/elsewhere",
        lambda route: route.fulfill(response=page.request.get(address + "/nowhere"), status=200),
    )
    page.goto(address + "/elsewhere")
    expect(page.get_by_role("heading")).to_have_text("Page not found")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


def test_a_picture_of_it_has_its_colours(open_page: Open) -> None:
    backgrounds = set()
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        assert len(page.screenshot()) > 20_000
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(backgrounds) == 2


def test_a_press_is_not_lost_to_what_leaving_a_field_says(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("Optimization run name").focus()
    # Leaving the empty field says that it is missing, which moves everything below it.
    page.get_by_role("button", name="Remove parameter 1").click()
    expect(page.locator("#announcer")).to_contain_text("Parameter 1 was removed.")
    expect(page.locator("#projectname-problems")).to_contain_text("name")


def test_a_press_is_not_lost_to_an_answer(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(toml.write(IMPORTED))
    page = open_page()
    held: list[Route] = []
    page.route("**/preview", lambda route: held.append(route))
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("or choose a file").set_input_files(path)
    expect(page.get_by_label("Optimization run name")).to_have_value("imported")
    # Neither what was wrong with the form before nor what is right in this one moves the button that is pressed.
    page.get_by_role("button", name="Remove parameter 1").hover()
    page.mouse.down()
    expect(page.locator("#projectname-problems .problem")).to_have_count(0)
    with page.expect_response("**/preview"):
        held.pop().continue_()
    page.wait_for_timeout(100)
    page.mouse.up()
    expect(page.locator("#announcer")).to_contain_text("Parameter 1 was removed.")
