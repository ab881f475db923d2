"""The pages without a script: prefilled, with buttons that work, and the same headers on every answer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from page_client import CLIENT, GOOD
from page_links import OLD_LINK

from app import create_app, environment, form_layout
from app.environment import Settings, SettingsError, from_environment
from worker.spec.fields import FIELDS
from worker.spec.formats import original, original_writer, toml
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.run import Draft, ParameterDraft, ReadResult

ROOT = Path(__file__).parents[2]
CONFIG = toml.write(
    Draft(
        {"run.name": "given", "run.objective": "./p.sh ($a)", "search.max_evals": 7},
        (ParameterDraft("a", "hp.uniform", {"min": 0, "max": 1}),),
    )
)


class Form(HTMLParser):
    """What a browser would send of the page's form, and the texts of elements by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self._open: list[str] = []
        self._select = ""
        self._text_area = ""
        self._inert = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._inert += tag == "template"
        if self._inert:
            return
        if identity := values.get("id"):
            self.attributes[identity] = values
            self.texts.setdefault(identity, "")
            self._open.append(identity)
        name = values.get("name") or ""
        if tag == "input" and name and values.get("type") != "file":
            off = values.get("type") == "checkbox" and "checked" not in values
            if not off and "disabled" not in values:
                self.sent.setdefault(name, values.get("value") or "")
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in values:
            self.sent[self._select] = values.get("value") or ""
        if tag == "textarea":
            self._text_area = name
            self.sent[name] = ""

    def handle_endtag(self, tag: str) -> None:
        self._inert -= tag == "template"
        if tag == "textarea":
            self.sent[self._text_area] = self.sent[self._text_area].removeprefix("\n")
            self._text_area = ""

    def handle_data(self, data: str) -> None:
        if self._text_area:
            self.sent[self._text_area] += data.replace("\r\n", "\n")
        elif self._open and not self._inert:
            self.texts[self._open[-1]] += data


def page(query: str = "") -> str:
    answer = CLIENT.get(f"/?{query}" if query else "/")
    assert answer.status_code == 200
    return str(answer.text)


def press(form: Form, action: str, **changes: str) -> Form:
    answer = CLIENT.post("/", data={**form.sent, **changes, "action": action})
    assert answer.status_code == 200
    return Form(answer.text)


def test_every_field_is_on_the_page_with_its_label_and_help() -> None:
    text = page()
    form = Form(text)
    for field in FIELDS:
        assert f'name="{field.query}"' in text
        assert field.label in text
        assert form.texts[f"{field.query}-help"].strip() == field.help.replace("`", "")
    shown = [field for section in form_layout.SECTIONS for field in section.fields]
    assert sorted(field.path for field in shown) == sorted(field.path for field in FIELDS)


def test_advanced_fields_are_folded_until_there_is_something_to_see() -> None:
    assert "open" not in Form(page()).attributes["advanced"]
    assert "open" in Form(page("precision=5")).attributes["advanced"]
    assert "open" in Form(page("precision=99")).attributes["advanced"]


def test_the_empty_form_scolds_nobody() -> None:
    form = Form(page())
    assert "problem--error" not in page()
    assert form.attributes["projectname"]["aria-invalid"] == "false"
    assert form.texts["status-title"].strip() == "4 things to fill in"


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
    assert "GPUs are on: the link does not say, and the partition alpha has some." in text
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
    assert shown == set(PARAMETER_TYPES[kind].settings)


def test_what_values_are_rounded_to_is_asked_for_last() -> None:
    keys = re.findall(r'data-setting="(\w+)"', page())
    assert keys[: len(SETTINGS)] == ["min", "max", "mu", "sigma", "step", "q", "values"]


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


ADDRESSES = [
    ("GET", "/", 200),
    ("GET", "/?" + OLD_LINK, 200),
    ("POST", "/", 200),
    ("POST", "/preview", 200),
    ("POST", "/import", 422),
    ("GET", "/config.toml", 200),
    ("GET", "/config.ini", 200),
    ("GET", "/config.json", 200),
    ("GET", "/install.sh", 200),
    ("GET", "/healthz", 200),
    ("GET", "/favicon.ico", 200),
    ("GET", "/robots.txt", 200),
    ("GET", "/static/js/main.js", 200),
    ("GET", "/static/../app/__init__.py", 404),
    ("GET", "/nowhere", 404),
    ("GET", "/old-0.1-py3-none-any.whl", 404),
    ("PUT", "/", 405),
    ("GET", "/import", 405),
    ("OPTIONS", "/", 200),
]


@pytest.mark.parametrize(("method", "address", "status"), ADDRESSES)
def test_every_answer_has_the_headers(method: str, address: str, status: int) -> None:
    answer = CLIENT.open(address, method=method, buffered=True)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


def test_a_failure_of_the_server_has_them_too_and_tells_nothing() -> None:
    app = create_app(Settings())
    app.add_url_rule("/broken", view_func=lambda: str(1 // 0))
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert "ZeroDivisionError" not in answer.text
    assert "Something went wrong here" in answer.text


def test_no_page_needs_anything_inline() -> None:
    for text in (page(), page(OLD_LINK), CLIENT.get("/nowhere").text):
        assert " style=" not in text
        assert not re.search(r"\son\w+=", text)
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert "<style" not in text


def test_bodies_are_bounded() -> None:
    answer = CLIENT.post("/preview", data={"objective_program": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "too large" in answer.get_json()["problems"][0]["message"]
    assert CLIENT.post("/import", data=b"x" * 3_000_000, content_type="text/plain").status_code == 413


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.*")), ids=lambda path: path.name)
def test_static_files_come_from_here_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(?:from|import|url\()\s*['"]?(?:https?:)?//""", text)
    assert CLIENT.get(f"/static/{path.relative_to(ROOT / 'static')}", buffered=True).status_code == 200


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
        (b"\x7fELF\0\1", "This is no text, but binary data."),
        ('[run]\nname = "prüfung"'.encode("latin-1"), "line 2 has other bytes"),
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


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    partitions = tmp_path / "own.toml"
    partitions.write_text('[partitions.mine]\nlabel = "My partition"\n')
    read = from_environment(
        {"OMNIOPT_PARTITIONS": str(partitions), "OMNIOPT_PUBLIC_URL": "https://o.example.org/"}
    )
    assert read == Settings(partitions, "https://o.example.org")
    assert "My partition" in create_app(read).test_client().get("/").text


@pytest.mark.parametrize(
    "address", ["o.example.org", "https://a b", "https://a/?x", "javascript:x", "https://a'b"]
)
def test_a_wrong_public_address_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="OMNIOPT_PUBLIC_URL"):
        from_environment({"OMNIOPT_PUBLIC_URL": address})


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    for name in environment.VARIABLES:
        assert f"`{name}`" in text
