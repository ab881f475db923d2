"""Choices of hyperopt with spaces as options become parameters that exist under a condition."""

from __future__ import annotations

import pytest

from worker.spec.check import check_read
from worker.spec.config_limits import PAGE
from worker.spec.formats.any_config import read_any

OF_THE_TUTORIAL = """
from hyperopt import hp
space = hp.choice('classifier_type', [
    {'type': 'naive_bayes'},
    {'type': 'svm', 'C': hp.lognormal('svm_C', 0, 1),
     'kernel': hp.choice('svm_kernel', [{'ktype': 'linear'}, {'ktype': 'RBF', 'width': hp.lognormal('svm_rbf_width', 0, 1)}])},
    {'type': 'dtree', 'depth': hp.choice('max_depth', [None, hp.qlognormal('depth', 3, 1, 1)])},
])
"""


def conditions(text: str) -> dict[str, str]:
    """What each parameter depends on, in the order of the config."""
    draft = read_any(text).draft
    return {entry.name: str(entry.settings.get("when", "")) for entry in draft.parameters}


def values(text: str, name: str) -> object:
    [entry] = [entry for entry in read_any(text).draft.parameters if entry.name == name]
    return entry.settings.get("values")


def test_the_space_of_its_own_tutorial() -> None:
    assert conditions(OF_THE_TUTORIAL) == {
        "classifier_type": "",
        "svm_C": "classifier_type == 'svm'",
        "svm_kernel": "classifier_type == 'svm'",
        "svm_rbf_width": "svm_kernel == 'RBF'",
        "max_depth": "classifier_type == 'dtree'",
        "depth": "max_depth == 'depth'",
    }
    assert values(OF_THE_TUTORIAL, "classifier_type") == ["naive_bayes", "svm", "dtree"]
    assert values(OF_THE_TUTORIAL, "max_depth") == ["None", "depth"]
    read = read_any(OF_THE_TUTORIAL)
    missing = [problem for problem in check_read(read).problems if problem.severity == "error"]
    assert {problem.path for problem in missing} == {"run.name", "run.objective"}


def test_a_choice_stands_before_what_depends_on_it_wherever_that_was_written() -> None:
    text = """
small = {"name": "sgd", "momentum": hp.uniform("momentum", 0, 1), "lr": hp.uniform("lr", 0, 1)}
both = small
space = {"opt": hp.choice("opt", [both, {"name": "adam", "beta": hp.uniform("beta", 0, 1)}])}
"""
    assert conditions(text) == {
        "opt": "",
        "momentum": "opt == 'sgd'",
        "lr": "opt == 'sgd'",
        "beta": "opt == 'adam'",
    }


@pytest.mark.parametrize(
    ("options", "names", "of_a"),
    [
        ('[("one", hp.uniform("a", 0, 1)), ("two", 1)]', ["one", "two"], "x == 'one'"),
        ('[hp.uniform("a", 0, 1), 5]', ["a", "5"], "x == 'a'"),
        ('[{"q": hp.uniform("a", 0, 1)}, {"q": 5}]', ["0", "1"], "x == '0'"),
        ('[{"name": "s", "q": hp.uniform("a", 0, 1)}, {"name": "s"}]', ["0", "1"], "x == '0'"),
        (
            '[{"x": "mine", "type": "t", "q": hp.uniform("a", 0, 1)}, {"x": "b"}]',
            ["mine", "b"],
            "x == 'mine'",
        ),
        ('[{"name": "it\'s", "q": hp.uniform("a", 0, 1)}, {"name": "b"}]', ["0", "1"], "x == '0'"),
    ],
)
def test_options_are_called_by_a_text_in_them_or_by_their_place(
    options: str, names: list[str], of_a: str
) -> None:
    text = f'space = hp.choice("x", {options})'
    assert values(text, "x") == names
    assert conditions(text) == {"x": "", "a": of_a}


def test_what_several_options_have_exists_with_each_of_them() -> None:
    text = """
lr = hp.uniform("lr", 0, 1)
hp.choice("x", [{"name": "p", "lr": lr}, {"name": "q", "lr": lr}, {"name": "r"}])
hp.choice("y", [{"name": "p", "m": hp.uniform("m", 0, 1)}, {"name": "q"}])
"""
    assert conditions(text) == {"x": "", "lr": "x in ('p', 'q')", "y": "", "m": "y == 'p'"}
    every = text.replace('{"name": "r"}', '{"name": "r", "lr": lr}')
    assert conditions(every)["lr"] == ""


def test_percentages_of_options_are_kept() -> None:
    text = 'hp.pchoice("x", [(0.25, {"name": "p", "a": hp.uniform("a", 0, 1)}), (0.75, {"name": "q"})])'
    assert values(text, "x") == {"p": 25.0, "q": 75.0}
    assert conditions(text)["a"] == "x == 'p'"


@pytest.mark.parametrize(
    "text",
    [
        "a = [a, a]\n" + 'hp.choice("x", [a, {"b": hp.uniform("b", 0, 1)}])',
        "a = [b, b]\nb = [a, a]\n" + "\n".join(f'hp.choice("x{place}", [a, b])' for place in range(300)),
        "\n".join(["v0 = [1]", *(f"v{n} = [v{n - 1}] * 2, v{n - 1}, v{n - 1}" for n in range(1, 40)), 'hp.choice("x", [v39])']),
    ],
)  # fmt: skip
def test_variables_that_stand_for_very_much_take_no_longer(text: str) -> None:
    read = read_any(f"from hyperopt import hp\n{text}\nhp.uniform('z', 0, 1)", limits=PAGE)
    assert "z" in {entry.name for entry in read.draft.parameters}  # it would take for ever
