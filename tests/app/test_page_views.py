"""The form without a script: prefilled, with buttons that work, and nothing that was typed is lost."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from markupsafe import escape
from page_client import CLIENT, GOOD
from page_form import Form, page, press
from page_links import OLD_LINK

from app import form_layout
from app.form import UntouchedFields
from worker.spec.fields import FIELDS
from worker.spec.parameter_settings import COMMON, SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES


def test_every_field_is_on_the_page_with_its_label_and_help() -> None:
    text = page()
    form = Form(text)
    for field in FIELDS:
        assert f'name="{field.query}"' in text
        assert str(escape(field.label)) in text
        assert form.texts[f"{field.query}-help"].strip() == field.help.replace("`", "")
    shown = [field for section in form_layout.SECTIONS for field in section.fields]
    assert sorted(field.path for field in shown) == sorted(field.path for field in FIELDS)


def test_advanced_fields_are_folded_until_there_is_something_to_see() -> None:
    assert "open" not in Form(page()).attributes["advanced"]
    assert "open" in Form(page("precision=5")).attributes["advanced"]
    assert "open" in Form(page("precision=99")).attributes["advanced"]
    for query, opened in (("precision=5", "advanced"), ("qos=long", "site"), ("nodelist=a%20b", "site")):
        attributes = Form(page(query)).attributes
        assert [key for key in ("advanced", "site") if "open" in attributes[key]] == [opened]


def test_the_empty_form_scolds_nobody() -> None:
    form = Form(page())
    assert "problem--error" not in page()
    assert "aria-invalid" not in form.attributes["projectname"]
    assert form.texts["status-title"].strip() == "5 things to fill in"


def test_the_old_link_opens_prefilled_and_says_what_is_wrong() -> None:
    text = page(OLD_LINK)
    form = Form(text)
    assert form.sent["projectname"] == "mnist_fashion_optimization_set_1"
    assert form.sent["param_0_name"] == "out-layer1"
    assert form.sent["param_2_values"] == "10,15,30"
    assert form.sent["mem_per_worker"] == "4000"
    assert (form.sent["partition"], form.sent["enable_gpus"]) == ("alpha", "1")
    assert form.sent["workdir"] == "</scratch/ws/omniopt-workdir/>"
    assert "looks like a placeholder from an example" in text
    assert "is used twice (also by parameter 3)" in text
    assert form.attributes["param_1_name"]["aria-invalid"] == "true"
    assert form.texts["status-title"].strip() == "4 things to fix"
    assert "data-unusable" in form.attributes["command-block"]


def test_an_old_link_says_what_it_was_taken_for() -> None:
    text = page("?projectname=t&partition=alpha&mem_per_worker=1000&objective_program=r&param_0_name=a")
    assert "GPUs are on: the link does not say, and the partition alpha has GPUs." in text
    assert "that is 4000 MB per worker" in text
    assert "The link does not say" not in page("")


def test_what_was_sent_stands_in_the_form_again() -> None:
    typed = {
        **GOOD,
        "max_evals": " 5x ",
        "objective_program": "a <b> \"c\" & 'd'",
        "sbatch_lines": "--a\n--b",
    }
    form = press(Form(page()), "update", **typed)
    for key, text in typed.items():
        assert form.sent[key] == text


def test_a_page_on_ones_own_machine_says_how_others_reach_it() -> None:
    answer = CLIENT.get("/", headers={"Host": "127.0.0.1:8123"})
    assert "<code>ssh -R 8123:127.0.0.1:8123 LOGIN_NODE</code>" in answer.text
    assert "ssh -R" not in CLIENT.get("/", headers={"Host": "omniopt.example.org"}).text


def test_buttons_add_remove_and_move_parameters() -> None:
    form = press(Form(page()), "add", **GOOD)
    assert form.sent["number_of_parameters"] == "2"
    assert form.attributes["param_1_name"].get("autofocus", "no") != "no"
    form = press(form, "add", param_1_name="b", param_1_value_max="5")
    form = press(form, "up-1", param_2_name="c")
    assert [form.sent[f"param_{index}_name"] for index in range(3)] == ["b", "lr", "c"]
    form = press(form, "remove-1")
    assert [form.sent[f"param_{index}_name"] for index in range(2)] == ["b", "c"]
    assert form.sent["param_0_value_max"] == "5"
    assert form.sent["projectname"] == "first"


def test_a_changed_type_keeps_what_was_typed() -> None:
    form = press(Form(page()), "update", **GOOD, param_0_value_step="3")
    form = press(form, "update", param_0_type="hp.choice")
    assert form.sent["param_0_value_min"] == "0"
    form = press(form, "update", param_0_type="hp.uniform")
    assert (form.sent["param_0_value_min"], form.sent["param_0_value_step"]) == ("0", "3")


@pytest.mark.parametrize("kind", PARAMETER_TYPES)
def test_only_the_fields_that_a_type_needs_are_shown(kind: str) -> None:
    text = page(f"param_0_type={kind}")
    row = text[text.index('id="parameters"') : text.index('id="parameter-template"')]
    shown = set(re.findall(r'data-setting="(\w+)">', row))
    assert shown == {*PARAMETER_TYPES[kind].settings, *PARAMETER_TYPES[kind].optional}


def test_a_new_form_begins_with_a_real_number_and_links_mean_what_they_meant() -> None:
    assert Form(page()).sent["param_0_type"] == "real"
    added = press(Form(page()), "add", **GOOD)
    assert added.sent["param_1_type"] == "real"
    for link in ("projectname=a", "param_0_name=a&param_0_value_max=3", "number_of_parameters=2"):
        assert Form(page(link)).sent["param_0_type"] == "hp.randint"


def test_a_box_is_ticked_by_a_link_and_told_by_the_form() -> None:
    link = "param_0_name=a&param_0_type=real&param_0_value_min=0.1&param_0_value_max=1&param_0_log="
    for text, on in (("1", True), ("yes", True), ("0", False), ("", False)):
        form = Form(page(link + text))
        assert ("checked" in form.attributes["param_0_log"]) is on
    ticked = CLIENT.post("/preview", data=dict(parse_qsl(link + "1"))).get_json()
    assert "log = true" in ticked["config"]
    assert "param_0_log=1" in ticked["url"]


def test_what_values_are_rounded_to_is_asked_for_last() -> None:
    keys = re.findall(r'data-setting="(\w+)"', page())
    assert keys[: len(SETTINGS.keys() - COMMON)] == [
        "min",
        "max",
        "mu",
        "sigma",
        "step",
        "q",
        "values",
        "value",
        "log",
        "ordered",
    ]


def test_an_empty_form_offers_an_example_and_keeps_to_the_clusters_defaults() -> None:
    form = Form(page())
    assert (form.sent["partition"], form.sent["enable_gpus"]) == ("", "0")
    assert 'href="/example">Start from an example</a>' in page()
    assert "/example" not in page("projectname=a")
    example = Form(CLIENT.get("/example").text)
    assert example.texts["status-title"].strip() == "Ready to start"
    assert (example.sent["number_of_parameters"], example.sent["partition"]) == ("3", "")


def test_a_parameter_is_inserted_into_the_program_once() -> None:
    form = press(Form(page()), "update", **GOOD)
    given = form.sent["objective_program"]
    assert press(form, "insert-0").sent["objective_program"] == given
    form = press(form, "insert-0", objective_program="./a ")
    assert form.sent["objective_program"] == "./a --lr=($lr)"
    form = press(form, "insert-0", objective_program="./a", param_0_when="k == 1")
    assert form.sent["objective_program"] == "./a [?--lr=($lr)?]"
    form = press(form, "insert-0", objective_program="./a", param_0_name="", param_0_when="")
    assert form.sent["objective_program"] == "./a ($x_0)"


def test_unknown_choices_of_a_link_are_shown_and_kept() -> None:
    form = Form(page("partition=gone&searchtype=magic&param_0_type=hp.foo"))
    assert (form.sent["partition"], form.sent["searchtype"]) == ("gone", "magic")
    assert form.sent["param_0_type"] == "hp.foo"


def test_a_partition_without_gpus_has_the_switch_off_and_disabled() -> None:
    form = Form(page("partition=romeo"))
    assert "disabled" in form.attributes["enable_gpus"]
    assert form.sent["enable_gpus"] == "0"
    assert "hidden" in form.attributes["number_of_gpus-field"]
    # One that is on all the same can be switched off.
    form = Form(page("partition=romeo&enable_gpus=1"))
    assert "disabled" not in form.attributes["enable_gpus"]
    assert form.attributes["enable_gpus"]["aria-invalid"] == "true"


def test_the_gpu_fields_of_a_partition_that_has_some() -> None:
    form = Form(page("partition=alpha"))
    assert "disabled" not in form.attributes["enable_gpus"]
    assert "hidden" not in form.attributes["number_of_gpus-field"]


@pytest.mark.parametrize("count", ["0", "1", "7", "100"])
def test_as_many_parameters_as_a_link_says(count: str) -> None:
    assert Form(page(f"number_of_parameters={count}")).sent["number_of_parameters"] == count


@pytest.mark.parametrize("count", ["121", "500", "1000000000", "-1", "x"])
def test_not_as_many_as_a_wrong_link_says(count: str) -> None:
    text = page(f"number_of_parameters={count}")
    assert len(text) < 100_000
    form = Form(text)
    assert "open" in form.attributes["import"]
    assert "remarks" in form.attributes


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def test_nothing_that_a_link_brings_becomes_markup() -> None:
    keys = [field.query for field in FIELDS]
    keys += [f"param_0_{key}" for key in ("name", "type", "value_min", "value_max", "values", "mu")]
    answer = CLIENT.get("/", query_string=dict.fromkeys(keys, HOSTILE))
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    answer = CLIENT.post("/import", data={"config": HOSTILE})
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("address", ["/", "/?" + OLD_LINK, "/?runtime=1:30:00&precision=x&qos=long"])
def test_fields_that_are_kept_look_as_if_they_were_drawn_anew(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = CLIENT.get(address).text.split()
    monkeypatch.setattr(UntouchedFields, "includes", lambda *_: False)
    assert CLIENT.get(address).text.split() == kept
