"""Extra options of sbatch: their names and values however they are written, and which of them are refused."""

from __future__ import annotations

import pytest

from worker.spec.sbatch_options import field_of, options, problems

GPUS = {"enable_gpus": True}
MEMORY = {"memory": 2000}


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("--qos=a", "--qos", "a"), ("--qos a", "--qos", "a"), ("-qa", "--qos", "a"), ("-q a", "--qos", "a"),
        ("-qlong", "--qos", "long"), ("-q", "--qos", ""), ("--exclusive", "--exclusive", ""),
        ("-S8", "-S", "8"), ("-Slong", "-S", "long"), ("-S 8", "-S", "8"), ("-v", "-v", ""),
        ("--comment=a=b", "--comment", "a=b"), ("--comment='a b'", "--comment", "a b"),
        ("--comment 'a b'", "--comment", "a b"), ("#SBATCH --qos=a", "--qos", "a"), (" all:  --qos=a ", "--qos", "a"),
        ("--export='x,A=1'", "--export", "x,A=1"),
    ],
)  # fmt: skip
def test_an_option_has_its_long_name_and_its_value(line: str, name: str, value: str) -> None:
    [option] = options([line])
    assert (option.name, option.value) == (name, value)


def test_a_line_may_hold_several_options() -> None:
    found = [(option.name, option.value) for option in options(["-q a --exclusive -C b", "--wckey=c"])]
    assert found == [("--qos", "a"), ("--exclusive", ""), ("--constraint", "b"), ("--wckey", "c")]


@pytest.mark.parametrize(
    ("line", "values", "said"),
    [
        ("--time=1", {}, '"--time" is set by OmniOpt itself.'),
        ("-t1", {}, '"--time" is set by OmniOpt itself.'),
        ("-t 1", {}, '"--time" is set by OmniOpt itself.'),
        ("--job-n=a", {}, '"--job-name" is set by OmniOpt itself.'),
        ("--outp a", {}, '"--output" is set by OmniOpt itself.'),
        ("--mem=1G", MEMORY, '"--mem" is set by OmniOpt itself.'),
        ("--mem-per-c=1G", MEMORY, '"--mem-per-cpu" is set by OmniOpt itself.'),
        ("--gpus=1", GPUS, '"--gpus" is set by OmniOpt itself.'),
        ("-G1", GPUS, '"--gpus" is set by OmniOpt itself.'),
        ("--gpus-per-t=1", GPUS, '"--gpus-per-task" is set by OmniOpt itself.'),
        ("--gres=gpu:1", GPUS, '"--gres" is set by OmniOpt itself.'),
        ("--gres=gres/gpu:1", GPUS, '"--gres" is set by OmniOpt itself.'),
        ("--gres=tmp:1,gpu", GPUS, '"--gres" is set by OmniOpt itself.'),
        ("-vQ", {}, '"-vQ" is several options in one word.'),
        ("-s8", {}, '"-s8" is several options in one word.'),
        ("--qos=a b", {}, '"b" in "--qos=a b" does not belong to an option.'),
        ("--qos a b", {}, '"b" in "--qos a b" does not belong to an option.'),
        ("-qa b", {}, '"b" in "-qa b" does not belong to an option.'),
        ("qos=a", {}, '"qos=a" is not an option of sbatch.'),
        ("-", {}, '"-" is not an option of sbatch.'),
        ("--", {}, '"--" is not an option of sbatch.'),
        ("--comment='a", {}, '"--comment=\'a" has an unmatched quotation mark.'),
        ("--qos=a", {"qos": "b"}, 'What "--qos" says is also in the field "QOS of the jobs".'),
        ("-qa", {"qos": "b"}, 'What "--qos" says is also in the field "QOS of the jobs".'),
    ],
)  # fmt: skip
def test_what_cannot_stand_beside_the_run_is_refused(line: str, values: dict[str, object], said: str) -> None:
    assert [problem.message for problem in problems([line], values)] == [said]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("--mem=1G", {}), ("--mem=1G", {"memory": 0}), ("--gres=gpu:1", {}), ("--gpus=1", {"enable_gpus": False}),
        ("--gres=tmp:1", GPUS), ("--gres=gpus:1", {}), ("--gres=tmp:1,lustre", GPUS), ("-v", {}), ("-S8", {}),
        ("-S 8", {}), ("--qos=a", {"qos": ""}), ("--comment='a b'", {}), ("--exclusive", {}), ("", {}),
    ],
)  # fmt: skip
def test_everything_else_is_free(line: str, values: dict[str, object]) -> None:
    assert list(problems([line], values)) == []


def test_each_wrong_line_is_one_problem() -> None:
    lines = ["--time=1 --output=a", "--qos=a", "-N2 qos"]
    assert [problem.message for problem in problems(lines, {})] == [
        '"--time" is set by OmniOpt itself.',
        '"--nodes" is set by OmniOpt itself.',
    ]


@pytest.mark.parametrize(
    ("line", "values", "hint"),
    [
        ("--output=a", {}, "Remove it."),
        ("--time=1", {}, 'Use the field "'),
        ("--mem=1", MEMORY, 'Use the fields "'),
        ("--gpus=1", GPUS, 'Use the fields "'),
    ],
)
def test_a_refusal_says_what_to_use_instead(line: str, values: dict[str, object], hint: str) -> None:
    [problem] = problems([line], values)
    assert problem.hint.startswith(hint)
    assert problem.hint.endswith("the option is free.") == (values == MEMORY)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("--time", "slurm.walltime"), ("-t", "slurm.walltime"), ("-p", "slurm.partition"), ("--mem", "slurm.memory"),
        ("--gres", "slurm.gpus"), ("-G", "slurm.gpus"), ("-q", "slurm.qos"), ("-C", "slurm.constraint"),
        ("--array", "run.workers"), ("--output", "slurm.sbatch"), ("--unknown", "slurm.sbatch"), ("-v", "slurm.sbatch"),
    ],
)  # fmt: skip
def test_an_option_belongs_to_a_field(name: str, path: str) -> None:
    assert field_of(name) == path
