"""Starting local runs: what they do, what they say, and what they refuse."""

from __future__ import annotations

import csv
import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config
from terminals import on_terminal

from worker.spec.formats import token, toml
from worker.spec.run import ParameterDraft


@pytest.fixture
def local(workdir: Path) -> Local:
    """The run in the workdir."""
    return Local(workdir)


def rows(local: Local) -> list[dict[str, str]]:
    with local.paths.csv.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def at_terminal(workdir: Path, arguments: list[str], *answers: str) -> tuple[int, str]:
    """Run a command on a terminal and answer its questions; its exit code and what it showed."""
    return on_terminal(workdir, [sys.executable, "-I", "-m", "worker", *arguments], *answers)


def test_a_whole_run(omniopt: Omniopt, local: Local) -> None:
    done = omniopt("start", config(local.workdir, max_evals=12, workers=3))
    assert done.returncode == 0, done.stderr
    table = rows(local)
    assert [row["status"] for row in table] == ["ok"] * 12
    assert all(row["x"] == row["RESULT"] for row in table)
    best = min(table, key=lambda row: float(row["RESULT"]))
    assert f"Best RESULT: {best['RESULT']} (evaluation {best['trial']})" in done.stdout
    assert f"&& echo RESULT: {best['x']}" in done.stdout
    assert str(local.paths.csv) in done.stdout
    assert "new best RESULT" in done.stdout
    best_trial = json.loads(omniopt("best", "pear", "--json").stdout)
    assert best_trial == {
        "trial": int(best["trial"]),
        "loss": float(best["RESULT"]),
        "parameters": {"x": float(best["x"])},
    }
    assert local.agents() == []
    # Either worker may have done everything before the other one was there.
    for line in ("driver 1 started", r"worker e1-\d has joined", "evaluation 12: ok", "the run has ended"):
        assert re.search(line, local.paths.events.read_text())


def test_the_menu_script_calls_this_installation(omniopt: Omniopt, local: Local) -> None:
    omniopt("start", config(local.workdir))
    script = local.workdir / "omniopt" / "evaluate-run.sh"
    assert script.stat().st_mode & stat.S_IXUSR
    assert f"{sys.executable} -I -m worker evaluate" in script.read_text()


def test_successful_evaluations_are_counted_and_failed_ones_made_up_for(
    omniopt: Omniopt, local: Local
) -> None:
    objective = 'echo RESULT: ($x); [ "$((OMNIOPT_TRIAL % 3))" != 0 ]'
    done = omniopt("start", config(local.workdir, objective=objective, max_evals=20, workers=4))
    assert done.returncode == 0
    statuses = [row["status"] for row in rows(local)]
    assert statuses.count("ok") == 20
    assert statuses.count("failed") >= 9
    assert "Why evaluations failed:" in done.stdout


@pytest.mark.parametrize("algorithm", ["tpe.suggest", "hyperopt.rand.suggest"])
def test_the_same_seed_gives_the_same_trials(omniopt: Omniopt, local: Local, algorithm: str) -> None:
    series = []
    for name in ("one", "two"):
        local.name = name
        omniopt(
            "start", config(local.workdir, name=name, algorithm=algorithm, workers=1, max_evals=28, seed=7)
        )
        series.append([row["x"] for row in rows(local)])
    assert series[0] == series[1]
    assert len(series[0]) == 28


def test_several_seeds_are_several_runs(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir, seed=[1, 2])).returncode == 0
    listing = omniopt("status").stdout
    assert "pear_seed1" in listing
    assert "pear_seed2" in listing
    assert omniopt("list").stdout == listing
    found = json.loads(omniopt("list", "--json").stdout)
    assert [(one["run"], one["state"]) for one in found] == [("pear_seed1", "ended"), ("pear_seed2", "ended")]
    assert all(one["best"] for one in found)


def test_an_empty_seed_is_drawn_and_kept(omniopt: Omniopt, local: Local) -> None:
    seeds = set()
    for name in ("one", "two"):
        done = omniopt("start", config(local.workdir, name=name, seed=""))
        seed = json.loads(omniopt("status", name, "--json").stdout)["seed"]
        assert str(seed) in done.stdout
        seeds.add(seed)
    assert len(seeds) == 2


def test_a_used_up_space_ends_the_run(omniopt: Omniopt, local: Local) -> None:
    colour = ParameterDraft("colour", "hp.choice", {"values": ["red", "green", "blue"]})
    done = omniopt(
        "start", config(local.workdir, colour, objective="echo RESULT: ${#OMNIOPT_PARAM_COLOUR}; : ($colour)")
    )
    assert done.returncode == 0
    assert sorted(row["colour"] for row in rows(local)) == ["blue", "green", "red"]
    assert "The run ends with 3 successful evaluations." in done.stdout


def test_a_run_whose_evaluations_all_fail_stops_and_explains(omniopt: Omniopt, local: Local) -> None:
    done = omniopt(
        "start",
        config(local.workdir, objective="echo about to fail; ./nothing ($x)", max_evals=500),
        "--trust-program",
    )
    assert done.returncode == 1
    assert "The first 10 evaluations all failed" in done.stdout
    assert "x failed: " in done.stdout
    assert "| bash: line 1: ./nothing: No such file or directory" in done.stdout
    assert len(rows(local)) < 30


def test_failures_are_limited(omniopt: Omniopt, local: Local) -> None:
    objective = 'echo RESULT: ($x); [ "$OMNIOPT_TRIAL" = 1 ]'
    done = omniopt("start", config(local.workdir, objective=objective, max_evals=500, max_failures=6))
    assert done.returncode == 0
    assert "evaluations ended without a result, and the limit (max_failures) is 6" in done.stdout
    # What the workers have in hand when the limit is reached still ends.
    failed = local.count("failed")
    assert 6 <= failed <= 20
    assert f"{failed} evaluations ended without a result" in done.stdout
    assert ("the others were already running" in done.stdout) == (failed > 6)


def test_options_override_the_config(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, max_evals=100)
    assert (
        omniopt("start", path, "--max-evals", 3, "--workers", 1, "--seed", 5, "--accept-exit-code").returncode
        == 0
    )
    assert len(rows(local)) == 3
    text = local.paths.config.read_text()
    assert "max_evals = 3" in text
    assert "accept_exit_code = true" in text


def test_all_problems_are_said_at_once(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, name="has blank", max_evals=0, objective="echo ($y)")
    done = omniopt("start", path)
    assert done.returncode == 2
    for field in ("run.name", "search.max_evals", "run.objective"):
        assert field in done.stderr
    assert not (local.workdir / "omniopt").exists()


@pytest.mark.parametrize("words", [["--show"], ["--dont-start"]])
def test_showing_starts_nothing(omniopt: Omniopt, local: Local, words: list[str]) -> None:
    done = omniopt("start", config(local.workdir), *words)
    assert done.returncode == 0
    assert 'objective = "echo RESULT: ($x)"' in done.stdout
    assert "Nothing was started." in done.stdout
    assert not (local.workdir / "omniopt").exists()


def test_a_program_that_cannot_work_is_not_started(omniopt: Omniopt, local: Local) -> None:
    script = local.workdir / "train.sh"
    script.write_text("echo RESULT: 1\n")
    done = omniopt("start", config(local.workdir, objective="./train.sh ($x)"))
    assert "Run chmod +x ./train.sh." in done.stderr
    assert done.returncode == 2
    assert not (local.workdir / "omniopt").exists()


def test_the_program_runs_where_the_run_was_started(omniopt: Omniopt, local: Local, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = omniopt(
        "start",
        config(local.workdir, objective="echo RESULT: ($x); pwd > where"),
        "--workdir",
        local.workdir,
        cwd=elsewhere,
    )
    assert done.returncode == 0
    assert (elsewhere / "where").read_text().strip() == str(elsewhere)
    assert len(rows(local)) == 5


def the_token(local: Local, **values: object) -> str:
    return token.encode(toml.read(config(local.workdir, **values).read_text()).draft)


def test_a_token_is_shown_and_not_started_unasked(omniopt: Omniopt, local: Local) -> None:
    word = the_token(local)
    done = omniopt("start", word)
    assert done.returncode == 2
    assert 'objective = "echo RESULT: ($x)"' in done.stdout
    assert "add --yes" in done.stderr
    assert not (local.workdir / "omniopt").exists()
    assert omniopt("start", word, "--yes").returncode == 0
    assert len(rows(local)) == 5


def test_the_question_about_a_token(local: Local) -> None:
    word = the_token(local)
    for no in ("", "n"):
        code, shown = at_terminal(local.workdir, ["start", word], no)
        assert code == 2
        assert "Start this run? [y/N]" in shown
        assert not (local.workdir / "omniopt").exists()
    code, shown = at_terminal(local.workdir, ["start", word], "Y")
    assert code == 0
    assert "5 of 5 done" in shown


def test_an_existing_run_is_never_overwritten(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir)
    omniopt("start", path)
    before = local.paths.csv.read_bytes()
    done = omniopt("start", path)
    assert done.returncode == 3
    assert "--existing" in done.stderr
    done = omniopt("start", path, "--existing", "stop")
    assert done.returncode == 3
    assert "The run pear already exists and was left as it is; nothing was started." in done.stdout
    assert local.paths.csv.read_bytes() == before
    assert omniopt("start", path, "--existing", "new").returncode == 0
    assert (local.workdir / "omniopt" / "projects" / "pear_2" / "csv" / "pear_2.csv").exists()
    done = omniopt("start", path, "--existing", "continue", "--max-evals", "9")
    assert done.returncode == 0
    assert "search.max_evals: 5 in the run, 9 in the config" in done.stdout
    assert "All 9 evaluations are done." in done.stdout


def test_the_question_about_an_existing_run(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir)
    omniopt("start", path)
    config(local.workdir, seed=7)
    code, shown = at_terminal(local.workdir, ["start", str(path)], "what", "r", "s")
    assert code == 3
    assert shown.count("[c/n/S]") == 3
    assert shown.index("search.seed: 42 in the run, 7 in the config") < shown.index("[c/n/S]")
    code, shown = at_terminal(local.workdir, ["start", str(path)], "n")
    assert code == 0
    assert (local.workdir / "omniopt" / "projects" / "pear_2").exists()


def test_text_of_users_cannot_control_the_terminal(local: Local) -> None:
    red = ParameterDraft(
        "[bold]p[/bold]".translate(str.maketrans("[]/", "...")), "hp.choice", {"values": ["[red]a", "b[/]"]}
    )
    objective = f"printf 'RESULT: 1\\n'; printf '\\033]0;x\\007' >&2; : ($x_0) {chr(27)}[31m".replace(
        chr(27), ""
    )
    path = config(local.workdir, red, objective=objective)
    code, shown = at_terminal(local.workdir, ["start", str(path)])
    assert code == 0
    assert "[red]a" in shown or "b[/]" in shown
    assert "\x1b]0;x" not in shown


@pytest.mark.parametrize("command", ["status", "best", "stop", "cancel", "resume", "follow", "csv"])
def test_an_unknown_run_gets_a_hint(omniopt: Omniopt, local: Local, command: str) -> None:
    omniopt("start", config(local.workdir))
    done = omniopt(command, "paer")
    assert done.returncode == 2
    assert 'Did you mean "pear"?' in done.stderr


def test_a_run_is_found_by_path_and_from_inside_its_folder(omniopt: Omniopt, local: Local) -> None:
    omniopt("start", config(local.workdir))
    assert omniopt("best", local.paths.root, cwd="/").returncode == 0
    assert omniopt("best", "pear", cwd=local.paths.root).returncode == 0
    assert omniopt("best", "pear", "--workdir", local.workdir, cwd="/").returncode == 0


def test_best_of_nothing(omniopt: Omniopt, local: Local) -> None:
    omniopt("start", config(local.workdir, objective="false ($x)", max_failures=1))
    done = omniopt("best", "pear")
    assert done.returncode == 1
    assert "No evaluation of pear has been successful yet." in done.stderr


def test_the_command_at_the_end_runs_once(omniopt: Omniopt, local: Local) -> None:
    done = omniopt("start", config(local.workdir, on_ended='echo "$OMNIOPT_RUN" >> at-the-end'))
    assert done.returncode == 0
    assert (local.workdir / "at-the-end").read_text() == f"{local.paths.root.resolve()}\n"


def test_live_output_shows_what_the_evaluations_print(omniopt: Omniopt, local: Local) -> None:
    objective = (
        "printf '\\033[32mepoch 1\\033[0m\\r\\n'; sleep 0.6; printf 'last words'; echo; echo RESULT: ($x)"
    )
    done = omniopt("start", config(local.workdir, objective=objective, max_evals=2, live_output=True))
    assert "[1] epoch 1\n" in done.stdout
    assert "[2] last words" in done.stdout


def test_a_reader_that_leaves_does_not_end_the_run(local: Local) -> None:
    path = config(local.workdir, max_evals=30)
    command = f"{sys.executable} -I -m worker start '{path}' | head -1"
    subprocess.run(["bash", "-c", command], cwd=local.workdir, check=True, capture_output=True)
    assert len(rows(local)) == 30
