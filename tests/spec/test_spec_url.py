"""The page's links: the keys of the original, its odd ones, and links that are wrong."""

from __future__ import annotations

import pytest

from worker.spec.check import check_read
from worker.spec.fields import FIELDS
from worker.spec.formats import url
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.run import Draft, ParameterDraft

# What the links that people have use, by heart: these must not change with the code.
ORIGINAL_KEYS = {
    "projectname": "run.name",
    "partition": "slurm.partition",
    "enable_gpus": "slurm.enable_gpus",
    "number_of_gpus": "slurm.gpus",
    "reservation": "slurm.reservation",
    "account": "slurm.account",
    "number_of_workers": "run.workers",
    "mem_per_worker": "slurm.memory",
    "runtime": "run.runtime",
    "workdir": "run.workdir",
    "objective_program": "run.objective",
    "searchtype": "search.algorithm",
    "seed": "search.seed",
    "max_evals": "search.max_evals",
}


@pytest.mark.parametrize(("key", "path"), ORIGINAL_KEYS.items())
def test_the_keys_of_the_original(key: str, path: str) -> None:
    assert url.read(f"{key}=7").draft.values == {path: "7"}


@pytest.mark.parametrize(
    ("kind", "query", "settings"),
    [
        (
            "real",
            "param_0_value_min=1e-4&param_0_value_max=.1&param_0_log=on",
            {"min": 0.0001, "max": 0.1, "log": True},
        ),
        (
            "integer",
            "param_0_value_min=1&param_0_value_max=9&param_0_value_step=2&param_0_log=0",
            {"min": 1, "max": 9, "step": 2},
        ),
        ("categorical", "param_0_values=a,b&param_0_ordered=1", {"values": ("a", "b"), "ordered": True}),
        ("fixed", "param_0_value=a,b", {"value": "a,b"}),
        ("hp.randint", "param_0_value_max=12", {"max": 12}),
        ("hp.choice", "param_0_values=a,%20b%20,c", {"values": ("a", "b", "c")}),
        ("hp.pchoice", "param_0_values=a=20,b=70,c%3D10", {"values": (("a", 20), ("b", 70), ("c", 10))}),
        ("hp.choiceint", "param_0_value_min=1&param_0_value_max=5", {"min": 1, "max": 5}),
        (
            "hp.choicestep",
            "param_0_value_min=1&param_0_value_max=9&param_0_value_step=2",
            {"min": 1, "max": 9, "step": 2},
        ),
        ("hp.uniform", "param_0_value_min=-1&param_0_value_max=1e-3", {"min": -1, "max": 0.001}),
        ("hp.uniformint", "param_0_value_min=1&param_0_value_max=5", {"min": 1, "max": 5}),
        (
            "hp.quniform",
            "param_0_value_min=0&param_0_value_max=1&param_0_value_q=.1",
            {"min": 0, "max": 1, "q": 0.1},
        ),
        ("hp.loguniform", "param_0_value_min=-5&param_0_value_max=0", {"min": -5, "max": 0}),
        (
            "hp.qloguniform",
            "param_0_value_min=0&param_0_value_max=3&param_0_value_q=1",
            {"min": 0, "max": 3, "q": 1},
        ),
        ("hp.normal", "param_0_mu=1&param_0_sigma=2", {"mu": 1, "sigma": 2}),
        ("hp.lognormal", "param_0_mu=1&param_0_sigma=2", {"mu": 1, "sigma": 2}),
        ("hp.qnormal", "mu_0=1&param_0_sigma=2&param_0_value_q=3", {"mu": 1, "sigma": 2, "q": 3}),
        ("hp.qlognormal", "param_0_mu=1&param_0_sigma=2&param_0_value_q=3", {"mu": 1, "sigma": 2, "q": 3}),
    ],
)
def test_the_keys_of_every_type(kind: str, query: str, settings: dict[str, object]) -> None:
    start = f"?projectname=a&objective_program=./run%20(%24x_0)&param_0_name=p&param_0_type={kind}&"
    checked = check_read(url.read(start + query))
    about = [problem for problem in checked.problems if problem.path.startswith("parameters")]
    assert [problem.message for problem in about if "are exponents" not in problem.message] == []
    assert checked.run is not None
    assert checked.run.parameters[0].settings == settings


def test_every_type_is_tested() -> None:
    (marker,) = test_the_keys_of_every_type.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marker.args[1]} == set(PARAMETER_TYPES)


def test_unknown_keys_are_left_out_without_a_word() -> None:
    read = url.read(
        "maxevalserror=5&utm_source=mail&param_0_nothing=1&param_x_name=a&__proto__=1&=&%00=1&a&partition=ml"
    )
    assert read.draft == Draft({"slurm.partition": "ml"}, (ParameterDraft(),))
    assert read.problems == ()


def test_both_keys_of_mu() -> None:
    assert url.read("mu_0=1").draft.parameters[0].settings == {"mu": "1"}
    assert url.read("mu_0=1&param_0_mu=2").draft.parameters[0].settings == {"mu": "2"}
    assert url.read("param_0_mu=2&mu_0=1").draft.parameters[0].settings == {"mu": "2"}


def test_the_last_of_a_repeated_key_wins() -> None:
    assert url.read("enable_gpus=0&enable_gpus=1").draft.values == {"slurm.enable_gpus": "1"}
    assert url.read("param_0_name=a&param_0_name=b").draft.parameters[0].name == "b"


def test_what_was_typed_for_other_types_is_kept() -> None:
    read = url.read("param_0_type=hp.choice&param_0_values=a,b&param_0_value_max=3")
    assert read.draft.parameters[0].settings == {"values": "a,b", "max": "3"}


def test_escapes() -> None:
    assert (
        url.read("objective_program=a+b%20c%2Bd%C3%A4%26").draft.values["run.objective"] == "a b c+d\u00e4&"
    )
    broken = url.read("projectname=a&objective_program=a%FFb%zz")
    assert broken.draft.values["run.objective"] == "a\ufffdb%zz"
    assert "U+FFFD" in next(
        problem.message for problem in check_read(broken).problems if problem.path == "run.objective"
    )


@pytest.mark.parametrize(
    ("query", "count", "message", "severity"),
    [
        ("number_of_parameters=0", 0, "", ""),
        ("number_of_parameters=3", 3, "", ""),
        ("number_of_parameters= 2 ", 2, "", ""),
        ("number_of_parameters=", 1, "", ""),
        ("param_2_name=c", 3, "", ""),
        ("number_of_parameters=1&param_0_name=a&param_1_name=&param_1_value_max=", 1, "", ""),
        (
            "number_of_parameters=1&param_0_name=a&param_2_name=c",
            1,
            "The number of parameters is 1, but 3 are given; the rest is left out.",
            "note",
        ),
        ("number_of_parameters=x&param_1_name=b", 2, 'The number of parameters is wrong: "x" is not a whole number.', "error"),
        ("number_of_parameters=-1", 1, "-1 parameters are not possible; a run has 1 to 500.", "error"),
        ("number_of_parameters=1000000000&param_1_name=b", 2, "1,000,000,000 parameters are not possible; a run has 1 to 500.", "error"),
        ("param_999999999_name=a&param_1_name=b", 2, "1,000,000,000 parameters are not possible; a run has 1 to 500.", "error"),
    ],
)  # fmt: skip
def test_the_number_of_parameters(query: str, count: int, message: str, severity: str) -> None:
    read = url.read(query)
    assert len(read.draft.parameters) == count
    assert [(problem.path, problem.message, problem.severity) for problem in read.problems] == (
        [("parameters", message, severity)] if message else []
    )


def test_fields_for_which_the_page_has_its_own_default_are_stated() -> None:
    stated = [field.query for field in FIELDS if field.always_in_url]
    assert url.write(Draft({}, (ParameterDraft(),))) == "&".join(
        f"{key}={'0' if key == 'enable_gpus' else ''}" for key in stated
    )


def test_values_are_canonical_where_they_fit_and_as_typed_where_not() -> None:
    draft = Draft(
        {"run.runtime": "1:00:00", "run.workers": "007", "slurm.memory": "2 GX", "search.seed": " "},
        (ParameterDraft("a", "hp.uniform", {"min": ".50", "max": "x", "q": "1"}),),
    )
    assert url.write(draft) == (
        "partition=&enable_gpus=0&number_of_workers=7&mem_per_worker=2%20GX&runtime=1&seed="
        "&param_0_name=a&param_0_type=hp.uniform&param_0_value_max=x&param_0_value_min=0.5"
    )
