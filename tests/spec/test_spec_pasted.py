"""The command that the original's page gave opens, however it was quoted on its way."""

from __future__ import annotations

import base64
import shlex
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import lines

from worker.spec.check import check_read
from worker.spec.formats import any_config, original_command
from worker.spec.problem import UnreadableError
from worker.spec.run import Run

CONFIG = """\
[DATA]
projectname = old
objective_program = perl program.pl ($x_0)
[DIMENSIONS]
dimensions = 1
dim_0_name = a
max_dim_0 = 12
"""
SBATCH = "sbatch -J old --cpus-per-task=2 --gres=gpu:3 --mem-per-cpu=1500 -p alpha --time=10:00:00 -A p_x --ntasks=1 run.sh"


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def run_of(text: str) -> Run:
    checked = check_read(any_config.read_any(text))
    assert checked.run is not None, [str(problem) for problem in checked.problems]
    return checked.run


def command(separator: str = "=", workdir: str = "/scratch/ws", config: str = CONFIG) -> str:
    pairs = {
        "projectname": "old",
        "config_file": packed(config),
        "sbatch_command": packed(SBATCH),
        "workdir": workdir,
    }
    options = " ".join(f"--{key}{separator}{text}" for key, text in pairs.items())
    return f"curl -s https://example.org/install.sh | bash -s -- {options}"


JOINED, SPLIT = command(), command(" ")


@pytest.mark.parametrize(
    "text",
    [
        JOINED,
        SPLIT,
        f"  {JOINED}\n",
        JOINED.replace(" --", " \\\n  --"),
        quote(JOINED, safe="/:|"),
        "bash -c " + shlex.quote(JOINED),
        command(workdir="%2Fscratch%2Fws"),
        command(workdir='"/scratch/ws"'),
        command(workdir="'/scratch/ws'"),
        JOINED.replace(packed(CONFIG), packed(CONFIG).rstrip("=")),
        JOINED.replace(packed(CONFIG), quote(packed(CONFIG), safe="")),
        JOINED.replace(packed(CONFIG), f'"{packed(CONFIG)}"'),
        JOINED.replace(packed(CONFIG), base64.urlsafe_b64encode(CONFIG.encode()).decode()),
    ],
)
def test_the_command_of_the_original_is_read(text: str) -> None:
    run = run_of(text)
    assert (run.name, run.workdir, run.objective) == ("old", "/scratch/ws", "perl program.pl ($x_0)")
    assert (run.partition, run.account, run.runtime) == ("alpha", "p_x", 36_000)
    assert (run.enable_gpus, run.gpus, run.cpus, run.memory) == (True, "3", 2, 3000)
    assert run.parameters[0].settings == {"max": 12}


@given(st.lists(lines, max_size=3), lines.map(lambda text: "/" + text.replace("$", "").replace("%", "")))
def test_any_config_and_workdir_survive_the_command(comments: list[str], workdir: str) -> None:
    text = "".join(f"# {comment}\n" for comment in comments) + CONFIG
    given_ = any_config.read_any(command(workdir=shlex.quote(workdir), config=text))
    assert given_.draft.values["run.workdir"] == workdir
    assert given_.draft.values["run.objective"] == "perl program.pl ($x_0)"


@pytest.mark.parametrize(
    ("option", "gpus"),
    [
        ("--gres=gpu:2", "2"), ("--gres=gpu:a100:2", "a100:2"), ("--gres=nic:1,gpu:2", "2"), ("--gpus=v100:3", "v100:3"),
        ("--gres=gpu", "1"),
    ],
)  # fmt: skip
def test_gpus_may_have_a_type(option: str, gpus: str) -> None:
    run = run_of(JOINED.replace(packed(SBATCH), packed(f"sbatch {option} --partition=alpha")))
    assert (run.enable_gpus, run.gpus) == (True, gpus)


def test_a_command_of_one_cpu_without_gpus() -> None:
    sbatch = "sbatch --mem-per-cpu=700M --partition=alpha --cpus-per-task=1"
    run = run_of(JOINED.replace(packed(SBATCH), packed(sbatch)))
    assert (run.enable_gpus, run.cpus, run.memory) == (False, 1, 700)


def test_without_an_sbatch_command_the_config_says_everything() -> None:
    run = run_of(JOINED.replace(f"--sbatch_command={packed(SBATCH)}", ""))
    assert (run.partition, run.enable_gpus, run.memory) == ("", False, 2000)


@pytest.mark.parametrize(
    ("config_file", "message"),
    [
        (packed(CONFIG)[:41], "damaged or cut off"),
        ("***", "not base64"),
        ("", "not base64"),
        (packed("nothing"), "no section"),
        (packed("\0\0\0"), "binary"),
    ],
)
def test_a_damaged_command_is_refused_with_its_reason(config_file: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        any_config.read_any(f"bash install.sh --config_file={config_file} --workdir=/a")


@given(st.text())
def test_any_text_behind_the_option_is_read_or_refused(text: str) -> None:
    try:
        original_command.read(f"--config_file={text} --sbatch_command={text}")
    except UnreadableError as error:
        assert error.problems[0].hint


def test_a_program_may_have_an_option_of_that_name() -> None:
    objective = "python train.py --config_file=a.json ($a)"
    text = f"[run]\nname = 't'\nobjective = '{objective}'\n[parameters.a]\nmax = 5\n"
    assert run_of(text).objective == objective
    assert any_config.read_any(f"run.objective = '{objective}'").draft.values == {"run.objective": objective}
    assert (
        any_config.read_any(f"?objective_program={quote(objective)}").draft.values["run.objective"]
        == objective
    )
    assert run_of(CONFIG.replace("perl program.pl ($x_0)", objective)).objective == objective
