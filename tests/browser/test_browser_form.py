"""Filling in the form in a real browser: the command, the problems and the address follow."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from browser_form import fill_in, have_read, run_in
from page_links import OLD_LINK, THREE_PARAMETERS
from playwright.sync_api import Page, Route, expect

from worker.spec.config_limits import PAGE
from worker.spec.formats import token

Open = Callable[..., Page]


def test_the_command_follows_every_key(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#status-title")).to_have_text("5 things to fill in")
    fill_in(page)
    run = run_in(page)
    assert (run.name, run.partition, run.parameters[0].settings) == (
        "my_run",
        "romeo",
        {"min": 0.1, "max": 0.5},
    )
    expect(page.locator("[data-when-unusable]")).to_be_hidden()
    page.get_by_text("Slurm job of a worker").click()
    expect(page.locator("#job-text")).to_contain_text("#SBATCH --partition=romeo")
    expect(page.locator("#config-text")).to_contain_text('objective = "python3 train.py --lr ($lr)"')


def test_the_address_is_the_saved_form(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    expect(page).to_have_url(re.compile("projectname=my_run.*param_0_value_max=0.5"))
    page.get_by_label("Max. number of evaluations").fill("77")
    page.get_by_label("Plots for papers, and importance").check()
    expect(page).to_have_url(re.compile("max_evals=77.*&packages=1$"))
    expect(page.locator("#command_installed")).to_have_text(re.compile(" --with plots --with importance$"))
    assert "number_of_workers" not in parse_qs(urlsplit(page.url).query)
    page.reload()
    expect(page.get_by_label("Max. number of evaluations")).to_have_value("77")
    expect(page.get_by_label("Optimization run name")).to_have_value("my_run")
    expect(page.get_by_label("Plots for papers, and importance")).to_be_checked()
    assert run_in(page).max_evals == 77
    # Typing makes no steps for the Back button.
    assert page.evaluate("history.length") <= 2


def test_problems_stand_beside_their_fields_and_in_the_summary(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    workers = page.get_by_label("Number of workers")
    workers.fill("many")
    expect(page.locator("#status-title")).to_have_text("1 thing to fix")
    expect(workers).to_have_attribute("aria-invalid", "true")
    expect(workers).to_have_accessible_description(re.compile('"many" is not a whole number'))
    expect(page.locator("[data-when-unusable]")).to_be_visible()
    expect(page.locator("#slurm-job")).to_be_hidden()
    assert token.looks_like_token(page.locator("#command_installed").inner_text().split()[-1])
    page.get_by_label("Optimization run name").focus()
    page.locator("#status-list a").click()
    expect(workers).to_be_focused()
    workers.fill("4")
    expect(page.locator("#status-title")).to_have_text("Ready to start")
    expect(workers).to_have_attribute("aria-invalid", "false")


def test_a_link_of_the_summary_opens_what_is_folded(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.locator("#advanced > summary").click()
    page.get_by_label("Precision").fill("99")
    expect(page.locator("#status-title")).to_have_text("1 thing to fix")
    page.locator("#advanced > summary").click()
    page.locator("#status-list a").click()
    expect(page.get_by_label("Precision")).to_be_focused()


def test_the_rules_of_a_cluster_are_folded_and_reach_the_command(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    expect(page.get_by_label("QOS of the jobs")).to_be_hidden()
    page.locator("#site > summary").click()
    page.get_by_label("QOS of the jobs").fill("long")
    page.locator("#memory_per").select_option("cpu")
    page.get_by_label("Memory (MB)").fill("1G")
    expect(page.locator("#mem_per_worker-reading")).to_have_text("That is 1,024 MB.")
    expect(page.locator("#job-text")).to_contain_text("#SBATCH --mem-per-cpu=1024M")
    expect(page.locator("#job-text")).to_contain_text("#SBATCH --qos=long")
    run = run_in(page)
    assert (run.qos, run.memory, run.memory_per) == ("long", 1024, "cpu")
    assert "qos=long" in page.url
    page.get_by_label("Memory (MB)").fill("1024")
    expect(page.locator("#mem_per_worker-reading")).to_be_empty()


def test_a_gap_counts_when_it_was_left(open_page: Open) -> None:
    page = open_page()
    problem = page.locator("#projectname-problems .problem")
    expect(problem).to_have_count(0)
    page.get_by_label("Optimization run name").focus()
    page.get_by_label("Objective program").focus()
    expect(problem).to_have_text(re.compile("Optimization run name is missing."))
    expect(page.locator("#objective_program-problems .problem")).to_have_count(0)


def test_parameters_come_and_go_without_loss(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.get_by_role("button", name="Add a parameter").click()
    second = page.get_by_role("group", name="Parameter 2")
    expect(second.get_by_label("Name")).to_be_focused()
    page.keyboard.type("layers")
    second.get_by_label("Type").select_option("hp.randint")
    second.get_by_label("Max").fill("12")
    page.get_by_role("button", name="Add a parameter").click()
    page.keyboard.type("kind")
    third = page.get_by_role("group", name="Parameter 3")
    third.get_by_label("Type").select_option("hp.choice")
    third.get_by_label("Values").fill("a, b")
    expect(page.locator("#status-title")).to_have_text("Ready to start, with 2 remarks")
    assert [parameter.name for parameter in run_in(page).parameters] == ["lr", "layers", "kind"]

    page.get_by_role("button", name="Remove parameter 2").click()
    expect(page.locator("#announcer")).to_contain_text("Parameter 2 was removed.")
    expect(page.get_by_role("button", name="Remove parameter 2")).to_be_focused()
    expect(page).to_have_url(re.compile("param_1_name=kind"))
    assert [parameter.name for parameter in run_in(page).parameters] == ["lr", "kind"]

    # That something is wrong now is said elsewhere, and does not take the button away.
    page.get_by_label("Objective program").fill("python3 train.py --lr ($lr) --layers ($layers)")
    expect(page.locator("#state-announcer")).to_have_text("1 thing to fix.")
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile("param_2_name=kind"))
    run = run_in(page)
    assert [parameter.name for parameter in run.parameters] == ["lr", "layers", "kind"]
    assert run.parameters[1].settings == {"max": 12}

    page.locator("#parameters [data-row='2'] summary").click()
    page.get_by_role("button", name="Move up parameter 3").click()
    expect(page).to_have_url(re.compile("param_1_name=kind"))
    expect(page.get_by_role("button", name="Move up parameter 2")).to_be_focused()
    assert [parameter.name for parameter in run_in(page).parameters] == ["lr", "kind", "layers"]
    expect(page.get_by_label("Number of parameters")).to_have_value("3")


def test_a_smaller_number_of_parameters_keeps_the_others_for_later(open_page: Open) -> None:
    page = open_page(
        "/?number_of_parameters=3&param_0_name=a&param_1_name=b&param_2_name=c&param_2_value_max=9"
    )
    number = page.get_by_label("Number of parameters")
    number.fill("1")
    number.press("Tab")
    expect(page.locator("#parameters > li:visible")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"^(?!.*param_1_name)"))
    number.fill("4")
    number.press("Tab")
    expect(page).to_have_url(re.compile("param_2_name=c.*param_2_value_max=9"))
    expect(page.locator("#parameters > li:visible")).to_have_count(4)


def test_a_parameter_that_comes_back_is_none_of_the_hidden_ones(open_page: Open) -> None:
    page = open_page("/?number_of_parameters=3&param_0_name=a&param_1_name=b&param_2_name=c")
    page.get_by_role("button", name="Remove parameter 2").click()
    page.get_by_role("button", name="Remove parameter 2").click()
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile("param_0_name=a&param_1_name=c$"))
    number = page.get_by_label("Number of parameters")
    number.fill("1")
    number.press("Tab")
    page.get_by_role("button", name="Remove parameter 1").click()
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile("param_0_name=a$"))
    number.fill("2")
    number.press("Tab")
    expect(page).to_have_url(re.compile("param_0_name=a&param_1_name=c$"))


def test_an_impossible_number_of_parameters_is_said(open_page: Open) -> None:
    page = open_page("/?param_0_name=a")
    number = page.get_by_label("Number of parameters")
    number.fill("501")
    number.press("Tab")
    expect(page.locator("#number_of_parameters-problems")).to_contain_text("501 parameters are not possible")
    expect(number).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Add a parameter").click()
    expect(number).to_have_value("2")
    expect(number).to_have_attribute("aria-invalid", "false")


def test_a_type_shows_its_fields_and_keeps_the_others(open_page: Open) -> None:
    page = open_page()
    row = page.get_by_role("group", name="Parameter 1")
    row.get_by_label("Max").fill("7")
    row.get_by_label("Type").select_option("hp.qnormal")
    shown = row.locator("[data-setting]:visible")
    expect(shown).to_have_count(3)
    tops = shown.locator("input").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1, "a label that takes two lines pushes its field down"
    row.get_by_label("μ (mean)").fill("3")
    expect(row.locator("[data-type-summary]")).to_have_text("A multiple of q, normally distributed.")
    expect(page).to_have_url(re.compile("param_0_mu=3"))
    assert "value_max" not in page.url
    row.get_by_label("Type").select_option("hp.randint")
    expect(shown).to_have_count(1)
    expect(row.get_by_label("Max")).to_have_value("7")
    row.get_by_label("Type").select_option("hp.normal")
    expect(row.get_by_label("μ (mean)")).to_have_value("3")


def test_a_partition_brings_its_gpus_and_limits(open_page: Open) -> None:
    page = open_page("/?partition=alpha")
    gpus = page.get_by_label("Enable GPU")
    expect(gpus).to_be_checked()
    expect(page.locator("#partition-limits")).to_contain_text("8 GPUs per worker")
    page.get_by_label("Partition", exact=True).select_option("romeo")
    expect(gpus).not_to_be_checked()
    expect(gpus).to_be_disabled()
    expect(page.locator("#announcer")).to_have_text(
        "GPUs were switched off because the partition romeo has none."
    )
    expect(page.get_by_label("GPUs per worker")).to_be_hidden()
    page.get_by_label("Partition", exact=True).select_option("hpdlf")
    expect(gpus).to_be_checked()
    page.get_by_label("GPUs per worker").fill("4")
    expect(page.locator("#number_of_gpus-problems")).to_contain_text("Ask for at most 3")
    gpus.uncheck()
    expect(page).to_have_url(re.compile("enable_gpus=0"))
    expect(gpus).not_to_be_checked()


def test_a_placeholder_is_inserted_where_the_program_needs_it(open_page: Open) -> None:
    page = open_page("/?param_0_name=lr")
    program = page.get_by_label("Objective program")
    program.fill("./train --lr=")
    page.get_by_role("button", name="insert into program: parameter 1").click()
    expect(program).to_have_value("./train --lr=($lr)")
    # Once, and with its name where the program has no place for it yet.
    page.get_by_role("button", name="insert into program: parameter 1").click()
    expect(program).to_have_value("./train --lr=($lr)")
    expect(page.locator("#announcer")).to_have_text("($lr) is in the objective program already.")
    program.fill("./train")
    page.get_by_role("button", name="insert into program: parameter 1").click()
    expect(program).to_have_value("./train --lr=($lr)")
    page.get_by_role("group", name="Parameter 1").get_by_label("Name").fill("not a name")
    expect(page.locator("[data-placeholder]").first).to_have_text("($x_0)")
    # It is one line, whatever the box looks like.
    program.press("End")
    program.press("Enter")
    expect(program).to_have_value("./train --lr=($lr)")


def test_one_click_solves_what_can_be_computed(open_page: Open) -> None:
    page = open_page(
        "/?projectname=a&enable_gpus=0&objective_program=./a&param_0_name=lr&param_0_type=real"
        "&param_0_value_min=9&param_0_value_max=1&partition=romeo&number_of_workers=500"
    )
    page.get_by_role("button", name="Swap them").first.click()
    expect(page.get_by_role("group", name="Parameter 1").get_by_label("Max")).to_have_value("9")
    page.get_by_role("button", name="Write 192").first.click()
    expect(page.get_by_label("Number of workers")).to_have_value("192")
    page.get_by_role("button", name="Insert it").first.click()
    expect(page.get_by_label("Objective program")).to_have_value("./a --lr=($lr)")
    expect(page.locator("#status-title")).to_have_text("Ready to start")
    page.get_by_label("Objective program").fill("./a --lr=($lr) ($b) ($c)")
    page.get_by_role("button", name="Add these 2 parameters").first.click()
    expect(page.get_by_role("group", name="Parameter 3").get_by_label("Name")).to_have_value("c")
    expect(page.get_by_role("group", name="Parameter 2").get_by_label("Min")).to_be_focused()


def test_a_range_is_shown_with_values_of_its_scale(open_page: Open) -> None:
    page = open_page(
        "/?param_0_name=lr&param_0_type=real&param_0_value_min=0.01&param_0_value_max=1&param_0_log=1"
    )
    samples = page.locator("#parameters [data-range] li")
    expect(samples).to_have_text(["0.01", "0.0316", "0.1", "0.316", "1"])
    page.get_by_role("group", name="Parameter 1").get_by_label("Max").fill("0.001")
    expect(samples).to_have_count(0)
    page.get_by_role("group", name="Parameter 1").get_by_label("Max").fill("100")
    expect(samples).to_have_text(["0.01", "0.1", "1", "10", "100"])


def test_durations_are_drawn_as_they_nest(open_page: Open) -> None:
    page = open_page("/?runtime=20")
    job, evaluation = page.locator("[data-time=job]"), page.locator("[data-time=evaluation]")
    expect(page.locator("#times-sentence")).to_have_text(
        "The run lasts at most 20 h. An evaluation may take as long as its worker job."
    )
    whole = job.get_attribute("width")
    page.get_by_label("Walltime of one worker job").fill("10")
    page.get_by_label("Time limit per evaluation").fill("1:30:00")
    expect(page.locator("#times-sentence")).to_have_text(
        "The run lasts at most 20 h. A worker job ends after 10 h, and another one follows. "
        "An evaluation is ended after 1:30:00."
    )
    drawn = [int(part.get_attribute("width") or 0) for part in (job, evaluation)]
    assert drawn == [int(whole or 0) // 2, 14]


def test_what_most_people_fill_in_is_on_one_screen(open_page: Open) -> None:
    page = open_page("/?" + THREE_PARAMETERS)
    have_read(page)
    expect(page.locator("#status-title")).to_have_text("Ready to start")
    for label in (
        "Optimization run name",
        "Objective program",
        "Partition",
        "Enable GPU",
        "Number of workers",
    ):
        expect(page.get_by_label(label, exact=label == "Partition")).to_be_in_viewport(ratio=1)
    expect(page.locator("#command-block")).to_be_in_viewport(ratio=1)
    assert page.evaluate("window.scrollY") == 0


def test_the_old_link_opens_prefilled(open_page: Open) -> None:
    page = open_page("/?" + OLD_LINK)
    expect(page.get_by_label("Optimization run name")).to_have_value("mnist_fashion_optimization_set_1")
    expect(page.locator("#status-title")).to_have_text("4 things to fix")
    expect(page.locator("#workdir-problems")).to_contain_text("looks like a placeholder from an example")
    expect(page.locator("#param_2_name-problems")).to_contain_text('The name "batchsize" is used twice')
    # Only what a user does changes the address.
    assert page.url.endswith(OLD_LINK)


def test_a_long_form_stands_in_the_address_where_no_server_sees_it(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    expect(page).to_have_url(re.compile("param_0_value_max=0.5"))
    row = page.get_by_role("group", name="Parameter 1")
    row.get_by_label("Type").select_option("hp.choice")
    row.get_by_label("Values").fill(",".join(f"value{number * 7919}" for number in range(900)))
    expect(page).to_have_url(re.compile("/#c=[A-Za-z0-9_-]{500,}$"))
    page.get_by_label("Plots for papers, and importance").check()
    expect(page).to_have_url(re.compile(r"/\?packages=1#c=[A-Za-z0-9_-]{500,}$"))
    link = page.url
    expect(page.locator("#link")).to_have_value(link)
    expect(page.locator("#file-commands")).to_be_visible()
    words = ["config.toml", "--with", "plots", "--with", "importance"]
    assert shlex.split(page.locator("#command_file").inner_text())[-5:] == words
    page.reload()
    expect(row.get_by_label("Values")).to_have_value(re.compile("value7919,"))
    page.goto("about:blank")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(link)
    expect(row.get_by_label("Values")).to_have_value(re.compile("value7919,"))
    expect(page.locator("#status-title")).to_contain_text("Ready to start")
    assert page.url == link
    expect(page.get_by_label("Plots for papers, and importance")).to_be_checked()
    assert not [url for url in seen if link.partition("#c=")[2] in url.partition("#")[0]]
    row.get_by_label("Values").fill("a, b")
    expect(page).to_have_url(re.compile("param_0_values=a,b"))
    page.reload()
    expect(row.get_by_label("Values")).to_have_value("a,b")


def test_a_damaged_link_is_said_and_kept(open_page: Open) -> None:
    page = open_page("/#c=eNqrVkrOSCzKTy1SsgIAHe4EXw")
    expect(page.locator("#announcer")).to_contain_text(
        "The form in this link cannot be shown (This token is damaged"
    )
    assert page.url.endswith("/#c=eNqrVkrOSCzKTy1SsgIAHe4EXw")
    expect(page.locator("#status-title")).to_have_text(re.compile("to fill in"))


def test_a_server_that_is_gone_is_said(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.route("**/preview", lambda route: route.fulfill(status=200, body="no json"))
    page.get_by_label("Seed").fill("7")
    expect(page.locator("#status-title")).to_have_text("Not up to date: the server does not answer")
    expect(page.locator("[data-when-unusable]")).to_be_visible()
    page.unroute("**/preview")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#announcer")).to_have_text("The page is up to date again.")
    expect(page.locator("#status-title")).to_have_text("Ready to start")
    assert run_in(page).seed == (7,)


def test_no_parameter_is_added_beyond_what_the_page_takes(open_page: Open) -> None:
    page = open_page(f"/?number_of_parameters={PAGE.parameters}")
    page.get_by_role("button", name="Add a parameter").click()
    expect(page.locator("#announcer")).to_contain_text(f"at most {PAGE.parameters} parameters")
    expect(page.locator("#parameters [data-row]")).to_have_count(PAGE.parameters)


def test_a_form_that_is_too_much_says_so_and_loses_nothing(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    long = "./run " + "x" * PAGE.size

    def answer(route: Route) -> None:
        # The server's own answer, but for the status, of which the browser would complain.
        found = route.fetch()
        route.fulfill(response=found, status=200 if found.status == 413 else found.status)

    page.route("**/preview", answer)
    page.get_by_label("Objective program").fill(long)
    expect(page.locator("#announcer")).to_contain_text(
        f"a config on this page may have at most {PAGE.size:,}"
    )
    expect(page.locator("#status-title")).to_contain_text("does not accept this")
    expect(page.get_by_label("Objective program")).to_have_value(long)
    page.get_by_label("Objective program").fill("./run ($x_0)")
    expect(page.locator("#announcer")).to_have_text("The page is up to date again.")
    expect(page.locator("#command-block")).not_to_have_attribute("data-unusable", "")
