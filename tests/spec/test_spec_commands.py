"""`omniopt check`, `config` and `url` on files, links, tokens and standard input, and on what is none of these."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_commands import Omniopt

from worker.cli.config_argument import read_config
from worker.errors import UsageError
from worker.spec.formats import original_writer, token, toml, url
from worker.spec.run import Draft, ParameterDraft
from worker.store.paths import Home

GOOD = Draft(
    {"run.name": "my_run", "run.objective": "./run ($x_0)", "run.workdir": "/scratch/me"},
    (ParameterDraft("rate", "hp.uniform", {"min": 0, "max": 1}),),
)
BAD = Draft({**GOOD.values, "run.workers": "many"}, GOOD.parameters)


@pytest.fixture
def config(workdir: Path) -> Path:
    """A good config in a file with a blank in its name, beside its program."""
    (workdir / "run").write_text("#!/bin/sh\n")
    (workdir / "run").chmod(0o755)
    path = workdir / "my config.toml"
    path.write_text(toml.write(GOOD), encoding="utf-8")
    return path


def test_a_good_config_can_start(omniopt: Omniopt, config: Path) -> None:
    done = omniopt("check", config)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No problems. This config can be started.\n"


def test_all_problems_are_printed_with_place_and_hint(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "bad.toml").write_text('[rnu]\n[run]\nname = "my run"\n', encoding="utf-8")
    done = omniopt("check", "bad.toml")
    assert done.returncode == 2
    assert done.stdout == (
        'error: rnu: "rnu" has no meaning here.\n'
        '    Did you mean "run"?\n'
        'error: run.name: "my run" contains characters other than letters, digits and underscores.\n'
        "    Use only A-Z, a-z, 0-9 and _.\n"
        "error: run.objective: Objective program is missing.\n"
        "    The command to optimize, with placeholders such as ($x_0) or ($name); it prints RESULT: "
        "<number>.\n"
        "error: parameters: There is no parameter to optimize.\n"
        "    Add at least one.\n"
        "4 errors. This config cannot be started.\n"
    )


def test_problems_as_json(omniopt: Omniopt, config: Path) -> None:
    assert json.loads(omniopt("check", config, "--json").stdout) == {"problems": []}
    done = omniopt("check", token.encode(BAD), "--json")
    assert done.returncode == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["path"] == "run.workers"
    assert problem["severity"] == "error"
    done = omniopt("check", "-", "--json", input="[run")
    assert done.returncode == 2
    assert "not valid TOML" in json.loads(done.stdout)["problems"][0]["message"]


@pytest.mark.parametrize(
    "source",
    [
        token.encode(GOOD),
        "?" + url.write(GOOD),
        "https://example.org/omniopt/?" + url.write(GOOD),
    ],
    ids=["token", "query", "link"],
)
def test_tokens_and_links(omniopt: Omniopt, source: str) -> None:
    done = omniopt("config", source)
    assert (done.returncode, done.stdout, done.stderr) == (0, toml.write(GOOD), "")


@pytest.mark.parametrize(
    "write", [toml.write, original_writer.write_ini, original_writer.write_json, token.encode, url.write]
)
def test_every_format_on_standard_input(omniopt: Omniopt, write: Callable[[Draft], str]) -> None:
    draft = Draft({key: raw for key, raw in GOOD.values.items() if key != "run.workdir"}, GOOD.parameters)
    done = omniopt("config", "-", input=write(draft))
    assert (done.returncode, done.stdout) == (0, toml.write(draft))


@pytest.mark.parametrize(
    ("kind", "write"), [("ini", original_writer.write_ini), ("json", original_writer.write_json)]
)
def test_the_originals_formats(
    omniopt: Omniopt, config: Path, kind: str, write: Callable[[Draft], str]
) -> None:
    done = omniopt("config", config, "--to", kind)
    assert (done.returncode, done.stdout) == (0, write(GOOD))
    assert done.stderr == (
        'warning: run.workdir: The original\'s config cannot hold "Workdir"; it is left out. Keep the TOML config.\n'
    )


def test_a_faulty_config_is_translated_and_its_faults_are_said(omniopt: Omniopt) -> None:
    done = omniopt("config", token.encode(BAD))
    assert done.returncode == 2
    assert done.stdout == toml.write(BAD)
    assert done.stderr.startswith('error: run.workers: "many" is not a whole number.')


def test_the_link_of_a_config(omniopt: Omniopt, config: Path) -> None:
    assert omniopt("url", config).stdout == f"?{url.write(GOOD)}\n"
    whole = omniopt("url", config, "--page", "https://example.org/omniopt/")
    assert whole.stdout == f"https://example.org/omniopt/?{url.write(GOOD)}\n"
    assert url.read(omniopt("url", config).stdout.strip()).draft == url.read(url.write(GOOD)).draft
    home = Home.in_workdir(config.parent)
    home.root.mkdir()
    home.page.write_text("http://localhost:8000\n")
    assert omniopt("url", config).stdout == f"http://localhost:8000/?{url.write(GOOD)}\n"


@pytest.mark.parametrize("command", ["check", "config", "url"])
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("nothing.toml", 'There is no file "nothing.toml".'),
        ("plain/nothing.toml", 'There is no file "plain/nothing.toml".'),
        ("a" * 300, "is neither a file nor an intact token."),
        ("a." * 150, "There is no file"),
        (".", '"." is a folder'),
        ("", 'There is no file "".'),
    ],
)
def test_files_that_cannot_be_read(
    omniopt: Omniopt, workdir: Path, command: str, source: str, sentence: str
) -> None:
    (workdir / "plain").write_text("", encoding="utf-8")
    done = omniopt(command, source)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("omniopt: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_file_that_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        secret = Path(folder, "secret.toml")
        secret.write_text(toml.write(GOOD), encoding="utf-8")
        secret.chmod(0)
        user = os.geteuid()
        if user == 0:  # the superuser may read everything
            os.seteuid(65534)
        try:
            with pytest.raises(UsageError, match="is not readable"):
                read_config(str(secret))
        finally:
            os.seteuid(user)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x7fELF\x00\x00", "This is binary data, not text."),
        (b'[run]\nname = "\xe4"', "This is not UTF-8 text: line 2 contains other bytes."),
        (b"\xff\xfe[\x00r\x00", "This is text in UTF-16."),
        (b"", "This is empty."),
        (b" \n", "This is empty."),
        (b"a = 1\n" * 1_000_000, "a config may have at most 1,000,000."),
        (b"{", "This is not valid JSON"),
        (b"<!DOCTYPE html>", "This is not valid TOML"),
    ],
)
def test_files_that_are_no_config(omniopt: Omniopt, workdir: Path, content: bytes, sentence: str) -> None:
    (workdir / "given").write_bytes(content)
    done = omniopt("check", "given")
    assert done.returncode == 2
    assert sentence in done.stdout
    done = omniopt("config", "given")
    assert done.returncode == 2
    assert sentence in done.stderr


def test_an_endless_file_is_not_read_to_its_end(omniopt: Omniopt) -> None:
    assert omniopt("check", "/dev/zero").returncode == 2


def test_a_damaged_token_is_named_as_such(omniopt: Omniopt) -> None:
    done = omniopt("check", token.encode(GOOD)[:-6])
    assert done.returncode == 2
    assert "This token is damaged" in done.stdout


def test_terminal_controls_are_not_printed(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "evil.toml").write_text('["\\u001b[2Ja"]\n[run]\nname = "\\u001b]0;b"\n', encoding="utf-8")
    done = omniopt("check", "evil.toml")
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert "U+001B" in done.stdout
    assert "\x1b" not in omniopt("check", "\x1b[2J").stderr


def test_parameters_are_called_by_their_names(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "bad.toml").write_text(
        '[run]\nname = "a"\nobjective = "./run ($x_0) ($layer.1)"\n'
        '[parameters.rate]\ntype = "hp.uniform"\nmin = 1\nmax = 0\nmx = 3\n[parameters."layer.1"]\nmax = 0\n',
        encoding="utf-8",
    )
    for command in ("check", "config", "url", "start"):
        done = omniopt(command, "bad.toml")
        output = done.stdout if command == "check" else done.stderr
        assert done.returncode == 2
        assert 'error: parameters.rate.mx: "mx" has no meaning' in output
        assert "error: parameters.rate.max: Max (0) must be greater than min (1)." in output
        assert 'error: parameters."layer.1".max: ' in output
    paths = [
        problem["path"] for problem in json.loads(omniopt("check", "bad.toml", "--json").stdout)["problems"]
    ]
    assert sorted(paths) == ["parameters.0.max", "parameters.0.mx", "parameters.1.max"]


def test_a_damaged_token_that_looks_like_none_is_called_one(omniopt: Omniopt) -> None:
    done = omniopt("start", "x" + token.encode(GOOD)[1:])
    assert done.returncode == 2
    assert "is neither a file nor an intact token. Copy the whole command again." in done.stderr


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('[run]\nname = "a"\nname = "b"\n', "only once"),
        ("[run]\n[search]\n[run]\n", "only once"),
        ('[run]\nobjective = "awk \\$1"\n', "write a backslash twice"),
        ("[run]\nname = a\n", "Put texts in quotes"),
        ('[run]\nname = "a"\nobjective = "printf \'RESULT: 1\\n\'"\n', "in single quotes"),
    ],
)
def test_what_is_no_toml_gets_a_hint_that_fits(omniopt: Omniopt, text: str, hint: str) -> None:
    done = omniopt("check", "-", input=text)
    assert done.returncode == 2
    assert hint in done.stdout
