"""Configs into the form and out of it: uploaded, pasted, downloaded."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from page_client import CLIENT, GOOD
from page_form import CONFIG, Form, page, press
from page_links import OLD_LINK

from worker.spec.formats import original, original_writer, toml
from worker.spec.run import ReadResult


def form_of_import(**data: object) -> Form:
    answer = CLIENT.post(
        "/import", data=data, headers={"Accept": "text/html"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 200
    return Form(answer.text)


@pytest.mark.parametrize("kind", ["toml", "ini", "json"])
def test_a_config_of_each_format_refills_the_form(kind: str) -> None:
    draft = toml.read(CONFIG).draft
    text = {"toml": toml.write, "ini": original_writer.write_ini, "json": original_writer.write_json}[kind](
        draft
    )
    for form in (
        form_of_import(config=text),
        form_of_import(file=(io.BytesIO(text.encode()), f"config.{kind}")),
    ):
        assert form.sent["projectname"] == "given"
        assert form.sent["objective_program"] == "./p.sh ($a)"
        assert form.sent["max_evals"] == "7"
        assert (form.sent["param_0_type"], form.sent["param_0_value_max"]) == ("hp.uniform", "1")
        assert form.sent["partition"] == ""
        assert form.texts["announcer"].strip() == "The form was filled in from your config."


def test_a_link_and_a_token_refill_it_as_well() -> None:
    form = form_of_import(config="https://example.org/omniopt/?" + OLD_LINK)
    assert (form.sent["param_0_name"], form.sent["partition"]) == ("out-layer1", "alpha")
    answer = CLIENT.post("/preview", data=GOOD).get_json()
    word = answer["command_installed"].split()[-1]
    assert form_of_import(config=word).sent["projectname"] == "first"


def test_an_unreadable_config_loses_nothing() -> None:
    form = press(Form(page()), "update", **GOOD)
    sent = {**form.sent, "config": "[run\nname = "}
    answer = CLIENT.post(
        "/import", data=sent, headers={"Accept": "text/html"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 200
    after = Form(answer.text)
    assert after.sent["projectname"] == "first"
    assert after.sent["config"] == "[run\nname = "
    assert "open" in after.attributes["import"]
    assert "not valid TOML" in answer.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (CONFIG.encode("utf-16"), "This is text in UTF-16."),
        (b"\x7fELF\0\1", "This is binary data, not text."),
        ('[run]\nname = "prüfung"'.encode("latin-1"), "line 2 contains other bytes"),
        (b"", "This is empty."),
        (b"[run]\n[run]\n", "Write each section and each key only once."),
    ],
)
def test_an_unreadable_upload_loses_nothing_and_says_why(content: bytes, sentence: str) -> None:
    sent = {"file": (io.BytesIO(content), "x.bin"), "projectname": "kept", "config": "typed"}
    answer = CLIENT.post("/import", data=sent, headers={"Accept": "text/html"})
    after = Form(answer.text)
    assert (after.sent["projectname"], after.sent["config"]) == ("kept", "typed")
    assert sentence in answer.text
    raw = CLIENT.post("/import", data=content, headers={"Accept": "application/json"})
    assert raw.status_code == 422
    assert sentence in " ".join(raw.get_json()["problems"][0].values())


def test_unknown_keys_of_a_config_are_named() -> None:
    answer = CLIENT.post(
        "/import", data={"config": CONFIG.replace("max_evals", "max_eval")}, headers={"Accept": "text/html"}
    )
    assert "remarks" in Form(answer.text).attributes
    assert "max_eval" in answer.text
    assert "Did you mean" in answer.text


@pytest.mark.parametrize(
    "body", [{"data": CONFIG, "content_type": "text/plain"}, {"data": {"config": CONFIG}}]
)
def test_a_program_gets_json(body: dict[str, object]) -> None:
    answer = CLIENT.post("/import", headers={"Accept": "application/json"}, **body).get_json()
    assert answer["fields"]["projectname"] == "given"
    assert answer["fields"]["param_0_name"] == "a"
    assert answer["config"] == CONFIG
    wrong = CLIENT.post("/import", headers={"Accept": "application/json"}, data={"config": ""})
    assert wrong.status_code == 422
    assert wrong.get_json()["problems"][0]["message"] == "This is empty."


@pytest.mark.parametrize("kind", ["toml", "ini", "json"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_configs_are_downloads(kind: str, method: str) -> None:
    path = f"/config.{kind}"
    answer = CLIENT.post(path, data=GOOD) if method == "POST" else CLIENT.get(path, query_string=GOOD)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="config.{kind}"'
    readers: dict[str, Callable[[str], ReadResult]] = {
        "toml": toml.read,
        "ini": original.read_ini,
        "json": original.read_json,
    }
    assert readers[kind](answer.text).draft.values["run.name"] == "first"
