"""The TOML config: what is refused, with which place, words and hint, and the second way to write parameters."""

from __future__ import annotations

import pytest

from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.spec.formats.input_limits import MOST_PROBLEMS
from worker.spec.problem import UnreadableError
from worker.spec.run import Draft, ParameterDraft

GOOD = '[run]\nname = "a"\nobjective = "./run ($x)"\n[parameters.x]\ntype = "hp.uniform"\nmin = 0\nmax = 1\n'


def said(text: str) -> list[tuple[str, str, str]]:
    """What reading says, as (path, message, hint)."""
    read = toml.read(text)
    assert all(problem.severity == "error" for problem in read.problems)
    return [(problem.path, problem.message, problem.hint) for problem in read.problems]


@pytest.mark.parametrize(
    ("text", "path", "message", "hint"),
    [
        ("[rnu]", "rnu", '"rnu" has no meaning here.', 'Did you mean "run"?'),
        ("[x]", "x", '"x" has no meaning here.', "Possible: driver, environment, on, parameters, run, search, slurm."),
        ("name = 1", "name", '"name" does not belong outside of a section.', "Move it to [run]."),
        ("run = 1", "run", "This must be a section.", "Write [run] on a line of its own."),
        ("[run]\nnmae = 1", "run.nmae", '"nmae" has no meaning here.', 'Did you mean "name"?'),
        ("[run]\nseed = 1", "run.seed", '"seed" does not belong to [run].', "Move it to [search]."),
        ("[run]\nname = [[[1]]]", "run.name", "This is nested too deeply.", "Write a single value, or a list of values."),
        ("parameters = 1", "parameters", "This must be a table of parameters.", "Write [parameters.NAME] for each."),
        ("[parameters]\nx = 1", "parameters.0", 'The parameter "x" must be a table.', 'Write { type = "real", ... }.'),
        ("[parameters.x]\nmni = 1", "parameters.0.mni", '"mni" has no meaning for "hp.randint".', "Possible: max, type, when."),
        (
            '[parameters.y]\n[parameters.x]\ntype = "hp.uniform"\nmni = 1',
            "parameters.1.mni",
            '"mni" has no meaning for "hp.uniform".',
            'Did you mean "min"?',
        ),
        (
            '[parameters.x]\ntype = "hp.uniform"\nmin = 0\nmax = 1\nq = 1',
            "parameters.0.q",
            '"q" has no meaning for "hp.uniform".',
            "Possible: max, min, type, when.",
        ),
        (
            "[parameters.a.b]\nmax = 1",
            "parameters.0.b",
            '"b" has no meaning here.',
            'Put a name that contains a point in quotes: [parameters."a.b"].',
        ),
        ("[parameters.x]\nmax = [[[1]]]", "parameters.0.max", "This is nested too deeply.", "Write a single value, or a list of values."),
        ('["a\\u001bb"]', "a<U+001B>b", '"a<U+001B>b" has no meaning here.', "Possible: driver, environment, on, parameters, run, search, slurm."),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(text: str, path: str, message: str, hint: str) -> None:
    assert said(text) == [(path, message, hint)]
    assert check_read(toml.read(text)).run is None


def test_everything_is_said_at_once() -> None:
    assert [path for path, _, _ in said("[run]\na=1\nb=1\n[slurm]\nc=1\n[d]\n[parameters.x]\ne=1")] == [
        "run.a",
        "run.b",
        "slurm.c",
        "d",
        "parameters.0.e",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run", "not valid TOML"),
        ("[run]\nname = my_run", 'Put texts in quotes: name = "my_run".'),
        ("[run]\nruntime = 48:00:00", 'Put a time in quotes: runtime = "1:30:00".'),
        ('[run]\nname = "a"\nname = "b"', "not valid TOML"),
        ('[run]\nname = "a\x00"', "not valid TOML"),
        ("<html>", "not valid TOML"),
    ],
)
def test_what_is_no_toml(text: str, message: str) -> None:
    with pytest.raises(UnreadableError, match="not valid TOML") as caught:
        toml.read(text)
    assert message in str(caught.value)


def test_a_good_config() -> None:
    checked = check_read(toml.read(GOOD))
    assert checked.problems == ()
    assert checked.run is not None
    assert checked.run.parameters[0].settings == {"min": 0, "max": 1}


def test_parameters_may_be_a_list() -> None:
    text = '[[parameters]]\nname = "x"\nmax = 3\n[[parameters]]\nname = "x"\ntype = "hp.choice"\nvalues = [1, "a"]\n'
    assert toml.read(text).draft == Draft(
        {}, (ParameterDraft("x", settings={"max": 3}), ParameterDraft("x", "hp.choice", {"values": [1, "a"]}))
    )


def test_parameters_of_the_same_name_are_all_written() -> None:
    draft = Draft({}, (ParameterDraft("x", settings={"max": 3}), ParameterDraft(" x", settings={"max": 4})))
    assert [parameter.settings["max"] for parameter in toml.read(toml.write(draft)).draft.parameters] == [
        3,
        4,
    ]


def test_parameters_stay_in_order_and_keep_awkward_names() -> None:
    names = ("b", "a", "x.y", "-", "1", "out-layer1", "run", "")
    draft = Draft({}, tuple(ParameterDraft(name) for name in names))
    assert tuple(parameter.name for parameter in toml.read(toml.write(draft)).draft.parameters) == names


def test_what_does_not_fit_is_written_as_text() -> None:
    draft = Draft(
        {"run.name": "my run", "run.workers": "many", "run.objective": 'a "b" \\ \u202e\x1b\n'},
        (
            ParameterDraft("x", "hp.nothing", {"min": "a", "values": ["b"]}),
            ParameterDraft("y", settings={"max": None}),
        ),
    )
    assert toml.write(draft) == (
        "[run]\n"
        'name = "my run"\n'
        'workers = "many"\n'
        'objective = "a \\"b\\" \\\\ \\u202e\\u001b\\n"\n'
        "\n"
        "[parameters.x]\n"
        'type = "hp.nothing"\n'
        'min = "a"\n'
        'values = "[b]"\n'
        "\n"
        "[parameters.y]\n"
        'type = "hp.randint"\n'
    )


def test_a_value_with_two_percentages_is_not_lost() -> None:
    draft = Draft({}, (ParameterDraft("x", "hp.pchoice", {"values": "a=20,a=80"}),))
    assert 'values = "a=20,a=80"' in toml.write(draft)


def test_times_and_dates_are_values_like_others() -> None:
    checked = check_read(toml.read(GOOD.replace("[parameters", "runtime = 12:30:00\n[parameters")))
    assert [problem.path for problem in checked.problems] == ["run.runtime"]
    assert "in quotes" in checked.problems[0].hint


def test_the_key_of_the_progress_interval_stays_what_it_was() -> None:
    run = check_read(toml.read(GOOD.replace('name = "a"', 'name = "a"\npoll_interval = 20'))).run
    assert run is not None
    assert run.progress_interval == 20
    assert "poll_interval = 20" in toml.write(toml.draft_of(run))


@pytest.mark.parametrize("lines", ["[s{}]", "s{} = 1"])
def test_a_text_of_wrong_names_is_not_listed_without_end(lines: str) -> None:
    for count, listed in ((MOST_PROBLEMS - 1, MOST_PROBLEMS - 1), (3 * MOST_PROBLEMS, MOST_PROBLEMS)):
        problems = toml.read("\n".join(lines.format(number) for number in range(count))).problems
        assert len(problems) == listed


@pytest.mark.parametrize("head", ["[run]\n", '[parameters.x]\ntype = "hp.uniform"\n'])
def test_a_section_of_wrong_keys_is_not_listed_without_end(head: str) -> None:
    keys = "\n".join(f"wrong{number} = 1" for number in range(3 * MOST_PROBLEMS))
    assert len(toml.read(head + keys).problems) == MOST_PROBLEMS


@pytest.mark.parametrize("kind", ["hp.uniform", "hp.randint", "hp.pchoice", "no.such.type"])
def test_a_setting_that_cannot_be_read_is_written_as_it_was_typed(kind: str) -> None:
    key = "values" if kind == "hp.pchoice" else "max"
    draft = Draft({"run.name": "r"}, (ParameterDraft("x", kind, {key: "much"}),))
    written = toml.write(draft)
    assert f'{key} = "much"' in written
    assert toml.read(written).draft.parameters[0].settings == {key: "much"}
