"""Modules, environments, variables and folders of evaluations, with shells and folders as they are."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config

# As clusters have it: a function that the job's shell has exported, whose loads take their time.
MODULE = """() { [ "$1" = load ] || return 2; shift
for name; do case $name in GCC/12) export GCC=12;; Python/*) export PYTHON_FROM="$name $GCC";;
*) echo "Lmod has detected the following error:  The following module(s) are unknown: \\"$name\\"" >&2; echo "Please check the spelling." >&2; return 1;; esac; done
echo loaded >> "$LOADS"; }"""
CONDA = """#!/bin/bash
[ "$1 $2" = "shell.bash hook" ] || exit 1
cat <<'END'
conda() { [ "$2" = mine ] || { echo "EnvironmentNameNotFound: Could not find conda environment: $2" >&2; echo "You can list all." >&2; return 1; }; export CONDA_DEFAULT_ENV=$2; }
END
"""


@pytest.fixture
def modules(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module command; the file that has a line for each load."""
    loads = workdir / "loads"
    loads.touch()
    monkeypatch.setenv("LOADS", str(loads))
    monkeypatch.setenv("BASH_FUNC_module%%", MODULE)
    return loads


def printed(local: Local, number: int) -> str:
    return local.paths.trial_out(number).read_text()


def test_modules_are_loaded_once_for_each_worker_and_every_program_has_them(
    omniopt: Omniopt, local: Local, modules: Path
) -> None:
    path = config(
        local.workdir,
        objective='echo "$PYTHON_FROM"; echo RESULT: ($x)',
        modules=["GCC/12", "Python/3.11"],
        workers=1,
        max_evals=4,
    )
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout
    assert {printed(local, number).splitlines()[0] for number in range(1, 5)} == {"Python/3.11 12"}
    assert modules.read_text() == "loaded\n"


def test_a_module_that_is_not_there_fails_with_what_the_command_said(
    omniopt: Omniopt, local: Local, modules: Path
) -> None:
    path = config(local.workdir, modules=["GCC/12", "Fortran/99"], max_evals=1, workers=1)
    assert omniopt("start", path, "--max-failures", 1).returncode == 1
    trial = local.trials[1]
    assert trial.status.value == "failed"
    assert "module load GCC/12 Fortran/99 failed." in trial.reason
    assert 'unknown: "Fortran/99"' in trial.reason
    assert not modules.read_text()


def test_a_virtual_environment_and_what_else_is_set(omniopt: Omniopt, local: Local) -> None:
    venv.create(local.workdir / "v", with_pip=False, symlinks=True)
    path = config(
        local.workdir,
        objective='python -c "import sys; print(sys.prefix)"; echo "$VIRTUAL_ENV"; echo "$DATA" "$THREADS"; pwd; echo RESULT: ($x)',
        venv="v",
        variables={"THREADS": "4", "DATA": "$OMNIOPT_TRIAL_DIR/$THREADS"},
        run_in="trial folder",
        max_evals=3,
        workers=1,
    )
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout
    for number in (1, 2, 3):
        folder = local.paths.trial_dir(number).resolve()
        prefix, active, data, where, _ = printed(local, number).splitlines()
        assert (prefix, active) == (str(local.workdir / "v"), str(local.workdir / "v"))
        assert (data, where) == (f"{folder}/4 4", str(folder))


def test_what_one_evaluation_has_is_not_the_next_ones(omniopt: Omniopt, local: Local, modules: Path) -> None:
    path = config(
        local.workdir, objective='echo "$OMNIOPT_TRIAL $OMNIOPT_PARAM_X"; echo RESULT: ($x)', modules=["GCC/12"], workers=1
    )  # fmt: skip
    assert omniopt("start", path).returncode == 0
    for number, trial in local.trials.items():
        assert printed(local, number).splitlines()[0] == f"{number} {trial.values['x']}"


def test_conda_is_activated_by_its_own_hook(
    omniopt: Omniopt, local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = local.workdir / "conda"
    tool.write_text(CONDA)
    tool.chmod(0o755)
    monkeypatch.setenv("CONDA_EXE", str(tool))
    path = config(
        local.workdir, objective='echo "$CONDA_DEFAULT_ENV"; echo RESULT: ($x)', conda="mine", max_evals=2
    )
    assert omniopt("start", path).returncode == 0
    assert printed(local, 2).splitlines()[0] == "mine"
    other = config(local.workdir, name="fig", conda="yours", max_evals=1, workers=1)
    assert omniopt("start", other, "--max-failures", 1).returncode == 1
    trial = Local(local.workdir, "fig").trials[1]
    assert 'It printed "EnvironmentNameNotFound: Could not find conda environment: yours".' in trial.reason


def test_a_venv_or_folder_that_is_not_there_keeps_the_run_from_starting(
    omniopt: Omniopt, local: Local
) -> None:
    path = config(local.workdir, venv="nowhere")
    done = omniopt("start", path)
    assert done.returncode == 2
    assert "nowhere is no virtual environment" in done.stderr
    assert "src is no folder" in omniopt("check", config(local.workdir, run_in="src")).stdout


def test_a_program_that_is_named_from_here_is_not_found_from_its_own_folder(
    omniopt: Omniopt, local: Local
) -> None:
    program = local.workdir / "p.sh"
    program.write_text("#!/bin/bash\necho RESULT: 1\n")
    program.chmod(0o755)
    path = config(local.workdir, objective="./p.sh ($x)", run_in="trial folder")
    assert "./p.sh does not exist" in omniopt("check", path).stdout
    path = config(local.workdir, objective=f"'{program}' ($x)", run_in="trial folder")
    assert omniopt("check", path).returncode == 0


def test_a_variable_that_needs_what_is_not_set_fails_with_both_names(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, variables={"DATA": "$NOWHERE_SET/x"}, max_evals=1, workers=1)
    assert omniopt("start", path, "--max-failures", 1).returncode == 1
    assert "The variable DATA needs NOWHERE_SET, which is not set." in local.trials[1].reason


def test_the_command_of_an_evaluation_brings_its_environment_along(omniopt: Omniopt, local: Local) -> None:
    venv.create(local.workdir / "v", with_pip=False, symlinks=True)
    path = config(
        local.workdir,
        objective='echo "$VIRTUAL_ENV $DATA"; echo RESULT: ($x)',
        venv="v",
        variables={"DATA": "$HOME/it's"},
        max_evals=1,
    )
    done = omniopt("start", path)
    lines = done.stdout.splitlines()
    command = lines[lines.index("The command of that evaluation:") + 1].strip()
    again = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, cwd="/")
    assert again.stdout.splitlines()[0] == printed(local, 1).splitlines()[0]


def test_an_error_of_the_node_is_tried_again_and_is_no_failure(omniopt: Omniopt, local: Local) -> None:
    objective = '[ "$OMNIOPT_TRIAL" = 2 ] && [ "$OMNIOPT_ATTEMPT" -lt 3 ] && echo "RuntimeError: CUDA error: x" >&2 && exit 1; echo RESULT: ($x)'
    path = config(
        local.workdir, objective=objective, retry_on=["Read-only file system", "CUDA error"], max_evals=3
    )
    done = omniopt("start", path, "--max-failures", 1)
    assert done.returncode == 0, done.stdout
    assert {trial.status.value for trial in local.trials.values()} == {"ok"}
    assert local.trials[2].attempt == 3
    assert 'It failed, and has printed "CUDA error"' in local.paths.events.read_text()


def test_one_that_fails_so_each_time_says_how_often(omniopt: Omniopt, local: Local) -> None:
    path = config(
        local.workdir, objective="echo CUDA error; exit 3", retry_on=["CUDA error"], max_evals=1, workers=1
    )
    assert omniopt("start", path, "--max-failures", 1, "--max-losses", 2).returncode == 1
    trial = local.trials[1]
    assert (trial.status.value, trial.attempt) == ("failed", 2)
    assert 'It has printed "CUDA error", one of the texts of retry_on, and was tried twice.' in trial.reason
