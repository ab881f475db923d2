"""Starting from what the page gives: a token that is longer than any file's name."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from forked_commands import Omniopt

from worker.spec.formats import token
from worker.spec.run import Draft, ParameterDraft


def a_long_token() -> str:
    """A token of more than 255 letters, which no file name can have."""
    parameters = tuple(
        ParameterDraft(f"p{number}-{number**9}", "hp.uniform", {"min": number, "max": number + 1.0 / 7})
        for number in range(20)
    )
    objective = "echo RESULT: 1 # " + " ".join(f"($x_{number})" for number in range(20))
    values = {"run.name": "long", "run.objective": objective, "search.max_evals": 2, "run.workers": 1}
    return token.encode(Draft(values, parameters))


def test_a_long_token_starts_a_run(omniopt: Omniopt, workdir: Path) -> None:
    draft_token = a_long_token()
    assert len(draft_token) > 255
    done = omniopt("start", draft_token, "--local", "--yes")
    assert done.returncode == 0, done.stderr
    assert (workdir / "omniopt/projects/long/csv/long.csv").read_text().count("\n") == 3


def test_a_token_is_shown_and_not_started_without_a_yes(omniopt: Omniopt, workdir: Path) -> None:
    done = omniopt("start", a_long_token(), "--local")
    assert done.returncode == 2
    assert "echo RESULT: 1" in done.stdout
    assert "--yes" in done.stderr
    assert not (workdir / "omniopt" / "projects").exists()


OLD = """\
[DATA]
objective_program = echo RESULT: ($a)
[DIMENSIONS]
dimensions = 1
dim_0_name = a
max_dim_0 = 5
"""


@pytest.mark.parametrize(
    ("file", "name", "what"),
    [
        ("my-old run/config.ini", "my_old_run", "folder"),
        ("projects/set_3/CONFIG.json", "set_3", "folder"),
        ("somewhere/grid.2.ini", "grid_2", "file"),
        ("somewhere/plain", "plain", "file"),
    ],
)
def test_a_config_without_a_name_is_called_as_its_folder_or_file(
    omniopt: Omniopt, workdir: Path, file: str, name: str, what: str
) -> None:
    path = workdir / file
    path.parent.mkdir(parents=True)
    path.write_text(OLD)
    done = omniopt("check", "--local", str(path))
    assert done.returncode == 0
    assert f"it is called {name}, like its {what}" in done.stdout
    assert f'name = "{name}"' in omniopt("config", str(path)).stdout


def test_a_name_on_the_command_line_counts(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "config.ini").write_text(OLD)
    done = omniopt("check", "--local", "--name", "my_run", "config.ini")
    assert done.returncode == 0
    assert "is called" not in done.stdout
    assert omniopt("check", "--local", "--name", "my run", "config.ini").returncode != 0
    shown = omniopt("start", "--local", "--show", "--name", "my_run", "config.ini")
    assert 'name = "my_run"' in shown.stdout


def test_options_replace_what_an_old_link_meant_and_its_notes(omniopt: Omniopt, workdir: Path) -> None:
    link = "?projectname=t&partition=alpha&objective_program=echo%20RESULT:%20(%24a)&param_0_name=a&param_0_value_max=5"
    done = omniopt("check", "--local", link)
    assert "GPUs are on" in done.stdout
    done = omniopt(
        "start", "--local", "--yes", "--enable-gpus", "0", "--memory", "100", "--max-evals", "2", link
    )
    assert done.returncode == 0, done.stderr
    assert "GPUs are on" not in done.stderr
    assert "MB per worker" not in done.stderr
    assert "enable_gpus" not in (workdir / "omniopt/projects/t/config.toml").read_text()


def test_the_command_of_the_original_starts_nothing_unasked(omniopt: Omniopt, workdir: Path) -> None:
    config = base64.b64encode(OLD.encode()).decode()
    line = f"curl https://example.org/i.sh | bash -s -- --config_file={config} --projectname=old --workdir={workdir}"
    assert omniopt("check", "--local", line).returncode == 0
    done = omniopt("start", "--local", line)
    assert done.returncode == 2
    assert "add --yes" in done.stderr
    assert not (workdir / "omniopt/projects/old").exists()
