"""What a cluster's own rules demand: the fields for it, and the lines of the user's own beside them."""

from __future__ import annotations

import pytest
from checked_values import only_problem, problems, run

from worker.spec.directives import of_worker
from worker.spec.field_definition import Field
from worker.spec.fields import BY_PATH
from worker.spec.sbatch_options import options
from worker.spec.site_fields import SITE_FIELDS

WITH_OPTION = [field for field in SITE_FIELDS if field.option]
VALUES = {
    field.path: field.example or ("1:00:00" if field.kind == "duration" else "long") for field in WITH_OPTION
}


@pytest.mark.parametrize(
    ("key", "taken", "refused"),
    [
        ("qos", ["long", "p_mine@high"], ["a b", "a;b"]),
        ("constraint", ["skylake", "a&b|c", "[rack1|rack2]*2", "(a&b)*1,c"], ["a b", "a;b", "$(id)", "'a'"]),
        ("exclude", ["n1", "node[01-04,7],n-9.x", "r[1-2]n[3-4]"], ["n[1", "n1 n2", "n1,", "[1-2]"]),
        ("nodelist", ["n1", "node[01-04]"], ["n[1", "n1;n2"]),
        ("licenses", ["matlab", "matlab:2,ansys@server:1", "a|b"], ["a b", "a,", "$a"]),
        ("begin", ["16:00", "now+1hour", "now + 1hour", "2030-01-31T22:00", "01/31/30"], ["16:00;", "'now'", "+1"]),
        ("dependency", ["afterok:1", "afterok:1:2_3,afterany:4", "after:1+10?afternotok:2_*"], ["12345", "afterok", "singleton"]),
        ("mail_type", ["END", "end,fail", "TIME_LIMIT_80"], ["never", "END FAIL"]),
    ],
)  # fmt: skip
def test_what_sbatch_takes_is_taken_and_the_rest_is_one_clear_error(
    key: str, taken: list[str], refused: list[str]
) -> None:
    path = f"slurm.{key}"
    for text in taken:
        assert problems({path: text}) == ()
        assert getattr(run({path: text}), key) == text
    for text in refused:
        problem = only_problem({path: text})
        assert (problem.path, problem.severity) == (path, "error")
        assert text in problem.message
        assert BY_PATH[path].example in problem.hint


@pytest.mark.parametrize("field", WITH_OPTION, ids=lambda field: field.key)
def test_a_field_and_a_line_for_the_same_are_one_problem(field: Field) -> None:
    values = {"slurm.mail_type": "END", field.path: VALUES[field.path]}
    assert problems(values) == (), "its own example"
    assert f"\n#SBATCH {field.option}=" in f"\n{of_worker(run(values))}"
    problem = only_problem({**values, "slurm.sbatch": f"{field.option}=x"})
    assert problem.path == "slurm.sbatch"
    assert field.option in problem.message
    assert field.label in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize(
    "line",
    ["--qos=a", "-C skylake", "-x n1", "-w n1", "-L matlab", "--begin=16:00", "--mail-type=END", "--mail-user=a@b.c",
     "--export=NONE", "--export-file=a", "--kill-on-invalid-dep=yes", "--exclusive", "--wckey=a"],
)  # fmt: skip
def test_a_line_alone_says_what_it_said(line: str) -> None:
    assert problems({"slurm.sbatch": line}) == ()
    [option] = options([line])
    assert option.value in of_worker(run({"slurm.sbatch": line}))


@pytest.mark.parametrize(
    ("line", "of_driver"),
    [
        ("--qos=a", True), ("-L matlab", True), ("--constraint=a", False), ("--exclusive", False),
        ("all: --exclusive", True), ("all:#SBATCH --constraint=a", True), ("workers: --qos=a", False),
        ("#SBATCH --wckey=a", True), ("workers: #SBATCH --wckey=a", False),
    ],
)  # fmt: skip
def test_a_line_says_whose_it_is(line: str, of_driver: bool) -> None:
    assert problems({"slurm.sbatch": line}) == ()
    [option] = options([line])
    assert option.of_driver == of_driver
    assert f"#SBATCH {' '.join(option.words)}" in of_worker(run({"slurm.sbatch": line})).split("\n")


def test_what_a_mark_stands_before_is_checked_as_without_it() -> None:
    for line in ("all: qos=a", "driver: --qos=a", "all: --time=1", "workers: --qos=a b", "all: --comment='a"):
        assert only_problem({"slurm.sbatch": line}).path == "slurm.sbatch"


@pytest.mark.parametrize(
    ("values", "path", "severity"),
    [
        ({"slurm.time_min": 3, "slurm.walltime": 2}, "slurm.time_min", "error"),
        ({"slurm.time_min": 21}, "slurm.time_min", "error"),
        ({"slurm.mail_user": "me@example.org"}, "slurm.mail_user", "warning"),
    ],
)
def test_what_makes_no_sense_together(values: dict[str, object], path: str, severity: str) -> None:
    problem = only_problem(values)
    assert (problem.path, problem.severity) == (path, severity)
    assert problem.hint
