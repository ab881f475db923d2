"""What the page answers to a form: the command, the job, the link, and all problems."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_client import CLIENT, GOOD
from page_links import OLD_LINK
from spec_strategies import drafts

from app.form_state import of_draft
from worker.spec.check import check
from worker.spec.fields import FIELDS
from worker.spec.formats import any_config, link, token, toml, url
from worker.spec.formats.link import LONGEST_QUERY
from worker.spec.run import Draft

KEYS = st.one_of(
    st.sampled_from([field.query for field in FIELDS]),
    st.sampled_from(
        ["number_of_parameters", "partition_was", "action", "mu_0", "param_0", "param_x_name", "config"]
    ),
    st.builds(
        "param_{}_{}".format,
        st.integers(0, 3),
        st.sampled_from(["name", "type", "values", "value_max", "mu"]),
    ),
    st.text(max_size=8),
)


def preview(**changes: str) -> dict[str, Any]:
    answer = CLIENT.post("/preview", data={**GOOD, **changes})
    assert answer.status_code == 200
    return dict(answer.get_json())


def token_in(command: str) -> str:
    return next(word for word in shlex.split(command) if token.looks_like_token(word))


def test_a_good_form_gives_a_usable_command() -> None:
    answer = preview()
    assert answer["usable"]
    assert answer["problems"] == []
    assert (answer["state"], answer["headline"]) == ("ready", "Ready to start")
    run = check(token.decode(token_in(answer["command"])).draft).run
    assert run is not None
    assert (run.name, run.partition) == ("first", "romeo")
    assert answer["config"] == toml.write(token.decode(token_in(answer["command"])).draft)
    assert (
        token_in(answer["command"])
        == token_in(answer["command_installed"])
        == token_in(answer["command_local"])
        == token_in(answer["command_try"])
    )
    assert shlex.split(answer["command_local"])[-1] == "--local"
    arguments = shlex.split(answer["command_installed"])
    assert (arguments[:2], arguments[3]) == (["sh", "-c"], "$PWD/omniopt/.venv/bin/python")


def test_the_link_opens_the_same_run() -> None:
    answer = preview(seed="", max_evals="7")
    parts = urlsplit(answer["url"])
    assert (parts.scheme, parts.netloc, parts.path) == ("http", "localhost", "/")
    assert ("seed", "") in parse_qsl(parts.query, keep_blank_values=True)
    assert CLIENT.get(f"/config.toml?{parts.query}").text == answer["config"]


@given(drafts())
def test_config_to_link_to_config(draft: Draft) -> None:
    # What a config leaves out is the cluster's default partition; a link says so, since the page has another one.
    pairs = dict(of_draft(draft).pairs())
    answer = CLIENT.post(
        "/preview", data={**pairs, "number_of_parameters": str(len(draft.parameters))}
    ).get_json()
    packed = link.token_of(answer["url"])
    opened = token.decode(packed) if packed else url.read(urlsplit(answer["url"]).query)
    assert check(opened.draft).run == check(draft).run
    assert check(token.decode(token_in(answer["command"])).draft).run == check(draft).run
    assert check(toml.read(answer["config"]).draft).run == check(draft).run


def test_all_problems_come_at_once_with_their_fields() -> None:
    answer = preview(
        projectname="", number_of_workers="many", param_0_value_max="-1", mem_per_worker="9999999"
    )
    assert not answer["usable"]
    problems = {(problem["path"], problem["field"], problem["severity"]) for problem in answer["problems"]}
    assert problems == {
        ("run.name", "projectname", "error"),
        ("run.workers", "number_of_workers", "error"),
        ("parameters.0.max", "param_0_value_max", "error"),
        ("slurm.memory", "mem_per_worker", "error"),
    }
    labels = {problem["field"]: problem["label"] for problem in answer["problems"]}
    assert labels["param_0_value_max"] == "Parameter 1, Max"
    assert labels["number_of_workers"] == "Number of workers"
    assert all({"path", "message", "hint", "severity"} <= problem.keys() for problem in answer["problems"])
    assert (answer["state"], answer["headline"]) == ("wrong", "4 things to fix")


def test_what_keeps_the_run_from_starting_comes_first() -> None:
    answer = preview(workdir="relative", partition="unknown", max_evals="x", param_0_value_max="y")
    severities = [problem["severity"] for problem in answer["problems"]]
    assert severities == ["error", "error", "warning", "note"]


def test_gaps_alone_are_things_to_fill_in() -> None:
    answer = CLIENT.post("/preview", data={"partition": "romeo"}).get_json()
    assert (answer["state"], answer["headline"]) == ("open", "5 things to fill in")
    assert all(problem["missing"] for problem in answer["problems"])


def test_what_a_worker_asks_slurm_for_is_shown_when_nothing_is_wrong() -> None:
    assert "#SBATCH --partition=romeo\n" in preview()["job"]
    assert preview(max_evals="x")["job"] == ""


def test_what_is_wrong_keeps_the_command_visible() -> None:
    answer = preview(max_evals="none")
    assert token_in(answer["command"])
    assert 'max_evals = "none"' in answer["config"]


def test_the_old_link_of_the_documentation() -> None:
    answer = CLIENT.post("/preview", data=dict(parse_qsl(OLD_LINK, keep_blank_values=True))).get_json()
    messages = [
        (problem["field"], problem["message"])
        for problem in answer["problems"]
        if problem["severity"] == "error"
    ]
    assert [field for field, _ in messages] == [
        "workdir",
        "objective_program",
        "param_1_name",
        "param_2_name",
    ]
    assert "</scratch/ws/omniopt-workdir/> looks like a placeholder" in messages[0][1]
    hints = [
        problem["hint"] for problem in answer["problems"] if "looks like a placeholder" in problem["message"]
    ]
    assert ["redirection" in hint for hint in hints] == [False, True]
    assert "run-mnist-fashion.sh> looks like a placeholder" in messages[1][1]
    assert 'The name "batchsize" is used twice' in messages[2][1]


@pytest.mark.parametrize(
    "workdir",
    ["/scratch/x", "~/my runs", "/a/it's", "/a/$(touch x)", "/a/`id`", "/ä/€", "~", "$HOME/x", "./-rf"],
)
def test_a_workdir_is_quoted(workdir: str) -> None:
    answer = preview(workdir=workdir)
    assert answer["usable"]
    assert "--workdir" in shlex.split(answer["command"])
    assert "--workdir" in shlex.split(answer["command_installed"])


@pytest.mark.parametrize(
    "hidden", ["\x15id\n", "\x1b[201~id", "\u202e", "\u3164", "\ufe0f", "\U000e0041", "\r", "\x00"]
)
def test_no_hidden_character_gets_into_a_command(hidden: str) -> None:
    fields = ("workdir", "objective_program", "projectname", "account", "partition", "param_0_name", "on_end")
    for field in fields:
        answer = preview(**{field: f"/a{hidden}b"})
        assert not answer["usable"], field
        for key in ("command", "command_installed", "command_local", "config", "url"):
            text = answer[key].replace("\n", "") if key == "config" else answer[key]
            assert text.isprintable(), (field, key)


def test_messages_show_hidden_characters() -> None:
    for problem in preview(partition="al\u202epha")["problems"]:
        assert problem["message"].isprintable()


def test_a_changed_partition_changes_the_gpus() -> None:
    answer = preview(partition="alpha", partition_was="romeo", enable_gpus="0")
    assert answer["changes"] == [
        {
            "query": "enable_gpus",
            "value": "1",
            "sentence": "GPUs were switched on because the partition alpha has GPUs.",
        }
    ]
    assert "enable_gpus = true" in answer["config"]
    assert answer["partition"]["gpus_possible"]
    assert not preview(partition="romeo")["partition"]["gpus_possible"]


def test_a_long_link_holds_the_form_behind_a_mark_that_no_server_is_sent() -> None:
    values = ",".join(str(number) for number in range(600))
    answer = preview(param_0_type="hp.choice", param_0_values=values, max_evals="100")
    assert answer["usable"]
    assert answer["problems"] == []
    parts = urlsplit(answer["url"])
    assert (parts.query, len(answer["url"].partition("#")[0]) < 30) == ("", True)
    read = any_config.read_any(answer["url"])
    assert check(read.draft).run == check(toml.read(answer["config"]).draft).run
    short = preview()["url"]
    assert "#" not in short and len(short) < LONGEST_QUERY


def test_a_long_command_is_a_note_with_a_way_out() -> None:
    values = ",".join(str(number * number) for number in range(3000))
    answer = preview(param_0_type="hp.choice", param_0_values=values, workdir="/my dir")
    assert len(answer["command"]) > 4095
    assert len(answer["command_file"]) < 1500
    assert shlex.split(answer["command_file"])[-3:] == ["config.toml", "--workdir", "/my dir"]
    assert any("longer than the 4,095" in problem["message"] for problem in answer["problems"])
    assert preview()["command_file"] == ""


def test_what_the_originals_formats_lose_is_said() -> None:
    assert preview()["left_out"] == ""
    assert preview(workdir="/a", precision="5", cpus_per_worker="2")["left_out"] == (
        "config.ini and config.json cannot hold: Workdir, CPUs per worker."
    )
    integers = {f"param_{number}_type": "hp.choiceint" for number in range(2)}
    bounds = {f"param_{number}_value_{end}": "3" for number in range(2) for end in ("min", "max")}
    assert preview(param_1_name="b", **integers, **bounds)["left_out"] == (
        "The original writes hp.choiceint as hp.choice with every integer listed."
    )


def test_many_parameters() -> None:
    fields = {**GOOD, "objective_program": "x"}
    for index in range(100):
        fields |= {f"param_{index}_name": f"p{index}", f"param_{index}_value_max": "3"}
    answer = CLIENT.post("/preview", data=fields).get_json()
    assert token.decode(token_in(answer["command"])).draft.parameters[99].name == "p99"
    assert not any(problem["severity"] == "error" for problem in answer["problems"])


@given(st.dictionaries(KEYS, st.text(max_size=20), max_size=12))
def test_any_form_is_answered(fields: dict[str, str]) -> None:
    link, form = CLIENT.get("/", query_string=fields), CLIENT.post("/", data=fields)
    assert (link.status_code, form.status_code) == (200, 200)
    answer = CLIENT.post("/preview", data=fields)
    assert answer.status_code == 200
    content = answer.get_json()
    for key in ("command", "command_installed", "command_local", "command_file", "url"):
        assert content[key] == "" or content[key].isprintable()


def test_a_preview_of_anything_is_an_answer() -> None:
    for data in ({}, {"x": "y"}, {"param_x_name": "a", "param__name": "b", "param_0_": "c", "param_0": "d"}):
        assert CLIENT.post("/preview", data=data).status_code == 200
    assert CLIENT.post("/preview", json={"a": 1}).status_code == 200
    assert CLIENT.get("/preview").status_code == 405


@pytest.mark.parametrize(
    ("key", "text", "reading"),
    [
        ("mem_per_worker", "16G", "That is 16,384 MB."), ("mem_per_worker", "500K", "That is 1 MB."),
        ("mem_per_worker", "", "No memory is asked for."), ("mem_per_worker", "4000", None),
        ("mem_per_worker", "much", None), ("runtime", "2-00:00:00", "That is 48 h."),
        ("runtime", "02:30:00", "That is 2:30:00."), ("runtime", "90min", "That is 1:30:00."), ("runtime", "20", None),
        ("walltime", "1-12", "That is 36 h."), ("time_min", "30min", "That is 0:30:00."),
    ],
)  # fmt: skip
def test_an_amount_with_a_unit_is_read_back(key: str, text: str, reading: str | None) -> None:
    assert preview(**{key: text})["readings"].get(key) == reading


def test_what_the_run_may_use_is_said_when_nothing_is_wrong() -> None:
    answer = preview(number_of_workers="5", runtime="20", max_evals="1000", enable_gpus="0")
    assert "1,000 evaluations are 200 for each worker" in answer["cost"]
    assert answer["estimate"] == ""
    assert preview(max_evals="no")["cost"] == ""


def test_what_one_evaluation_takes_is_no_part_of_the_run() -> None:
    plain, expected = preview(), preview(one_takes="6 min")
    assert expected["estimate"].startswith("At 6 min for one")
    assert preview(one_takes="6")["estimate"].startswith('"6" has no unit.')
    assert all(plain[key] == expected[key] for key in ("command", "config", "url", "problems", "cost"))
    assert "At 6 min for one" in CLIENT.post("/", data={**GOOD, "one_takes": "6 min"}).text


def test_the_tick_for_packages_is_in_every_command_and_in_the_link_alone() -> None:
    plain, ticked = preview(), preview(packages="1")
    words = ["--with", "plots", "--with", "importance"]
    for key in ("command", "command_long", "command_try", "command_installed", "command_local"):
        with_packages = shlex.split(ticked[key])
        assert with_packages.count("--with") == 2
        at = with_packages.index("--with")
        assert with_packages[at : at + 4] == words
        assert with_packages[:at] + with_packages[at + 4 :] == shlex.split(plain[key])
    assert (ticked["config"], ticked["fingerprint"]) == (plain["config"], plain["fingerprint"])
    assert ticked["url"] == f"{plain['url']}&packages=1"
    assert not link.has_packages(plain["url"]) and link.has_packages(f" {ticked['url']}\n")
    for address in (ticked["url"], plain["url"]):
        boxes = [line for line in CLIENT.get(address).text.splitlines() if 'id="packages"' in line]
        assert (" checked" in boxes[0]) is (address == ticked["url"])
        read = CLIENT.post("/import", data={"config": address}, headers={"Accept": "application/json"})
        assert read.get_json()["url"] == address
    assert "packages" not in {field.query for field in FIELDS}


def test_a_long_link_has_the_tick_before_the_token() -> None:
    values = {"param_0_type": "hp.choice", "param_0_values": ",".join(f"v{n * 7919}" for n in range(900))}
    plain, ticked = preview(**values), preview(**values, packages="1")
    assert ticked["url"] == plain["url"].replace("/#c=", "/?packages=1#c=") != plain["url"]
    assert any_config.read_any(ticked["url"]).draft == any_config.read_any(plain["url"]).draft
    assert "--with plots --with importance" in ticked["command_file"]
