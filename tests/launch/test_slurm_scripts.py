"""The text of the job scripts, and what bash makes of it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slurm_runs import a_run, directives

from worker.launch.slurm.script import AgentJob, agent_script, driver_script
from worker.launch.slurm.sinfo import seconds
from worker.spec.directives import in_directive, time_text
from worker.spec.fields import BY_PATH
from worker.spec.sbatch_options import problems
from worker.store.paths import RunPaths

JOB = AgentJob("pear.abc123.1-1", "j1-1", 3, 5400, 1, 300)
NO_GPUS = {"memory": 2000, "enable_gpus": False}
PATHS = RunPaths(Path("/work dir/100%/omniopt/projects/pear"))


def test_everything_that_the_config_says_is_in_the_script() -> None:
    run = a_run(
        partition="ml", account="p_mine", reservation="course", cpus=4, memory=2000, enable_gpus=True, gpus=2,
        nodes=2, tasks=6, sbatch=["--qos=long", "#SBATCH --constraint=skylake --nice=10"], setup=["module load X"],
    )  # fmt: skip
    options = directives(agent_script(run, PATHS, JOB, "/venv/bin/python"))
    assert options == {
        "job-name": "pear.abc123.1-1", "array": "0-2", "partition": "ml", "account": "p_mine",
        "reservation": "course", "nodes": "2", "ntasks": "6", "cpus-per-task": "4", "mem": "2000M", "gres": "gpu:2",
        "time": "0-01:30:00", "requeue": "", "qos": "long", "constraint": "skylake", "nice": "10",
        "output": "/work dir/100%%/omniopt/projects/pear/slurm/pear.abc123.1-1.%a.out", "open-mode": "append",
    }  # fmt: skip


def test_what_is_empty_is_left_out() -> None:
    options = directives(agent_script(a_run(), PATHS, JOB, "python"))
    assert options["mem"] == "50M"
    assert not options.keys() & {"partition", "account", "reservation", "gres", "exclude"}


@pytest.mark.parametrize("memory", [0, ""])
def test_without_memory_no_job_asks_for_any(memory: object) -> None:
    run = a_run(memory=memory)
    for script in (
        agent_script(run, PATHS, JOB, "python"),
        driver_script(run, PATHS, "pear.driver", 600, "python"),
    ):
        assert not any(name.startswith("mem") for name in directives(script))
    with_one = driver_script(a_run(memory=1), PATHS, "pear.driver", 600, "python")
    assert directives(with_one)["mem"] == "2000M"


def test_without_memory_its_options_are_free() -> None:
    for line in ("--mem=0", "--mem-per-cpu=1G", "--mem-per-gpu=8G"):
        assert list(problems([line], {**NO_GPUS, "memory": 0})) == []
        [problem] = problems([line], NO_GPUS)
        assert f'"{BY_PATH["slurm.memory"].label}" and "{BY_PATH["slurm.memory_per"].label}"' in problem.hint
        assert directives(agent_script(a_run(memory=0, sbatch=[line]), PATHS, JOB, "python"))[
            line[2:].partition("=")[0]
        ]


def test_memory_for_each_cpu_is_asked_for_so_by_every_job() -> None:
    run = a_run(memory=500, memory_per="cpu", cpus=4)
    worker = directives(agent_script(run, PATHS, JOB, "python"))
    driver = directives(driver_script(run, PATHS, "pear.driver", 600, "python"))
    assert (worker["mem-per-cpu"], driver["mem-per-cpu"]) == ("500M", "2000M")
    assert not {"mem"} & {*worker, *driver}


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("gres", "gpu:a100:2"), ("gpus-per-node", "a100:2"), ("gpus-per-task", "a100:2"), ("gpus", "a100:2"),
    ],
)  # fmt: skip
def test_gpus_are_asked_for_by_the_option_of_the_config(option: str, written: str) -> None:
    run = a_run(enable_gpus=True, gpus="a100:2", gpu_option=option)
    options = directives(agent_script(run, PATHS, JOB, "python"))
    assert {name: options[name] for name in options if name.startswith("g")} == {option: written}


@pytest.mark.parametrize("line", ["--gres=lscratch:10,nic:1", "--gres lscratch:10,nic:1"])
def test_other_resources_are_asked_for_beside_gpus(line: str) -> None:
    run = a_run(enable_gpus=True, gpus=2, sbatch=[line])
    script = agent_script(run, PATHS, JOB, "python")
    assert script.count("--gres") == 1, "of several, Slurm takes the last"
    assert directives(script)["gres"] == "gpu:2,lscratch:10,nic:1"
    by_task = agent_script(replace(run, gpu_option="gpus-per-task"), PATHS, JOB, "python")
    assert "--gpus-per-task=2\n" in by_task
    assert f"#SBATCH {line}\n" in by_task
    for gpu in ("--gres=gpu:1", "--gres=lscratch:10,gpu:a100:1", "--gres=gres:gpu:1"):
        assert len(list(problems([gpu], {**NO_GPUS, "enable_gpus": True}))) == 1


def test_failed_nodes_are_excluded_together_with_those_of_the_config() -> None:
    job = replace(JOB, exclude=("n1", "n2"))
    for own in ({"sbatch": ["--exclude=n9"]}, {"exclude": "n9"}):
        assert directives(agent_script(a_run(**own), PATHS, job, "python"))["exclude"] == "n1,n2,n9"
    for line in ("-x n9", "-xn9", "--exclude n9", "--qos=a --exclude=n9"):
        assert directives(agent_script(a_run(sbatch=[line]), PATHS, job, "python"))["exclude"] == "n1,n2,n9"


def test_the_driver_is_small_alone_and_warned_before_its_limit() -> None:
    run = a_run(partition="ml", enable_gpus=True, sbatch=["--qos=long --constraint=skylake", "-Lmatlab"])
    options = directives(driver_script(run, PATHS, "pear.driver", 600, "python"))
    assert options["dependency"] == "singleton"
    assert options["signal"] == "B:USR1@120"
    assert (options["partition"], options["qos"]) == ("ml", "long")
    assert "-Lmatlab" in options
    assert not options.keys() & {"gres", "constraint", "array"}
    short = directives(driver_script(run, PATHS, "pear.driver", 120, "python"))
    assert short["signal"] == "B:USR1@30", "it would leave as soon as it has come"


def test_the_driver_has_of_the_clusters_rules_what_says_who_pays() -> None:
    run = a_run(
        qos="long", constraint="skylake", exclude="n1", nodelist="n2", licenses="matlab", begin="now+1hour",
        dependency="afterok:7", mail_type="END", time_min="0:30:00", sbatch=["all: --exclusive", "--oversubscribe"],
    )  # fmt: skip
    options = directives(driver_script(run, PATHS, "pear.driver", 600, "python"))
    assert options["qos"] == "long"
    assert options["dependency"] == "singleton"
    assert "exclusive" in options
    written = {
        "constraint",
        "exclude",
        "nodelist",
        "licenses",
        "begin",
        "mail-type",
        "time-min",
        "oversubscribe",
    }
    assert not options.keys() & written
    worker = directives(agent_script(run, PATHS, JOB, "python"))
    assert written | {"qos", "dependency", "exclusive"} <= worker.keys()


def test_jobs_that_replace_the_first_wait_for_nothing_but_the_queue() -> None:
    run = a_run(begin="now+1hour", dependency="afterok:7", constraint="skylake")
    later = directives(agent_script(run, PATHS, JOB, "python", first=False))
    assert not later.keys() & {"begin", "dependency"}
    assert later["constraint"] == "skylake"


@given(st.integers(1, 400 * 86400))
def test_a_time_limit_is_the_next_whole_minute(wanted: int) -> None:
    got = seconds(time_text(wanted))
    assert got is not None
    assert wanted <= got < wanted + 60
    assert got % 60 == 0


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1))
def test_a_quoted_word_is_one_word(word: str) -> None:
    assert shlex.split(in_directive(word)) == [word]


@pytest.mark.parametrize(
    "line",
    ["--mem=1G", "-p alpha", "-palpha", "#SBATCH --array=0-3", "--nice=1 --time=5", "--part=ml", '"--mem" 5'],
)
def test_options_that_the_tool_sets_itself_are_refused(line: str) -> None:
    [problem] = problems([line], NO_GPUS)
    assert "is set by OmniOpt itself" in problem.message


def test_other_options_are_taken() -> None:
    lines = ["--qos=a", "#SBATCH --constraint='a b'", "", "--gres=gpu:1", "-C skylake", "--mail-user=a@b.c"]
    assert list(problems(lines, NO_GPUS)) == []
    assert [problem.path for problem in problems(lines, {**NO_GPUS, "enable_gpus": True})] == ["slurm.sbatch"]


def test_what_is_no_option_is_refused() -> None:
    lines = ["qos=a", "--comment='a", "# SBATCH --qos=a", "-- -p ml", "-vp ml", "--comment=a b", "--qos a b"]
    assert [problem.message for problem in problems(lines, NO_GPUS)] == [
        '"qos=a" is not an option of sbatch.',
        '"--comment=\'a" has an unmatched quotation mark.',
        '"# SBATCH --qos=a" is not an option of sbatch.',
        '"-- -p ml" is not an option of sbatch.',
        '"-vp" is several options in one word.',
        '"b" in "--comment=a b" does not belong to an option.',
        '"b" in "--qos a b" does not belong to an option.',
    ]


def run_script(text: str, tmp_path: Path, python: str, **variables: str) -> subprocess.Popen[str]:
    """Start a job script with bash, and `python` as the text of the program that stands for the interpreter."""
    program = tmp_path / "python"
    program.write_text(python)
    program.chmod(0o755)
    script = tmp_path / "job.sh"
    script.write_text(text)
    environ = {"PATH": os.environ["PATH"], "SLURM_ARRAY_TASK_ID": "2", **variables}
    return subprocess.Popen(["bash", str(script)], env=environ, stdout=subprocess.PIPE, text=True)


def test_an_agent_gets_its_identity_and_its_end_and_is_swept_up_after(tmp_path: Path) -> None:
    text = agent_script(
        a_run(setup=["echo ready"]), RunPaths(tmp_path / "a run"), JOB, str(tmp_path / "python")
    )
    began = time.time()
    process = run_script(text, tmp_path, '#!/bin/sh\nprintf "%s|" "$@"\necho\nexit 7\n')
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 7
    ready, agent, sweep, _ = out.split("\n")
    arguments = agent.split("|")[:-1]
    assert ready == "ready"
    assert arguments[:-1] == [
        "-I", "-m", "worker", "agent", str(tmp_path / "a run"), "--id", "j1-1-2", "--restarts", "0", "--epoch", "1", "--patience",
        "300", "--ends-at",
    ]  # fmt: skip
    assert abs(float(arguments[-1]) - began - 5400) < 60
    assert sweep.split("|")[4:-1] == [
        str(tmp_path / "a run"),
        "--id",
        "j1-1-2",
        "--restarts",
        "0",
        "--sweep",
        "7",
    ]


@pytest.mark.parametrize(
    ("answer", "seconds"), [("2030-01-31T21:00:00 2030-01-31T22:00:00", 3600), ("N/A N/A", 5400), ("", 5400)]
)
def test_a_job_that_slurm_may_shorten_asks_for_its_end(tmp_path: Path, answer: str, seconds: int) -> None:
    squeue = tmp_path / "squeue"
    squeue.write_text(f'#!/bin/sh\n[ "$3" = --jobs=17 ] && echo "{answer}"\n')
    squeue.chmod(0o755)
    text = agent_script(a_run(time_min="0:10:00"), RunPaths(tmp_path / "run"), JOB, str(tmp_path / "python"))
    process = run_script(
        text,
        tmp_path,
        '#!/bin/sh\nfor word; do :; done; echo "$word"\n',
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        SLURM_JOB_ID="17",
        TZ="UTC",
    )
    out, _ = process.communicate(timeout=60)
    end = float(out.split("\n")[0])
    assert abs(end - time.time() - seconds) < 60


@pytest.mark.parametrize("line", ["set -e", "set -eu -o pipefail", "trap 'exit 3' ERR"])
def test_whatever_the_setup_lines_set_an_agent_that_is_killed_is_swept_up_after(
    tmp_path: Path, line: str
) -> None:
    text = agent_script(a_run(setup=[line]), RunPaths(tmp_path), JOB, str(tmp_path / "python"))
    program = '#!/bin/sh\ncase "$*" in *--sweep*) echo swept;; *) kill -9 $$;; esac\n'
    process = run_script(text, tmp_path, program)
    assert process.communicate(timeout=60)[0] == "swept\n"
    assert process.returncode == 137


def test_a_job_that_slurm_starts_again_says_so(tmp_path: Path) -> None:
    text = agent_script(a_run(), RunPaths(tmp_path), JOB, str(tmp_path / "python"))
    process = run_script(text, tmp_path, '#!/bin/sh\necho "$@"\n', SLURM_RESTART_COUNT="2")
    lines = process.communicate(timeout=60)[0].splitlines()
    assert [line.count("--id j1-1-2 --restarts 2") for line in lines] == [1, 1]


@pytest.mark.parametrize(("number", "name"), [(signal.SIGUSR1, "USR1"), (signal.SIGTERM, "TERM")])
def test_the_driver_hears_the_signals_of_its_job(tmp_path: Path, number: signal.Signals, name: str) -> None:
    text = driver_script(a_run(), RunPaths(tmp_path), "pear.driver", 600, str(tmp_path / "python"))
    program = f"#!/bin/bash\ntrap 'echo heard; exit 4' {name}\necho up\nwhile :; do sleep 0.1; done\n"
    process = run_script(text, tmp_path, program)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(number)
    assert process.communicate(timeout=60)[0] == "heard\n"
    assert process.returncode == 4


def test_a_driver_that_is_killed_is_started_again(tmp_path: Path) -> None:
    text = driver_script(a_run(), RunPaths(tmp_path), "pear.driver", 600, str(tmp_path / "python"))
    process = run_script(
        text, tmp_path, f"#!/bin/bash\necho up\nmkdir {tmp_path}/once && kill -9 $$\nexit 0\n"
    )
    assert process.communicate(timeout=60)[0] == "up\nup\n"
    assert process.returncode == 0
