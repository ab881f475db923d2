"""Limits of what is read, hints that take no time however many words there are, and problems that are summed up."""

from __future__ import annotations

import difflib
import shlex
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec import sbatch_options
from worker.spec.check import check_read
from worker.spec.config_limits import PAGE, RUN, Limits, TooMuchError
from worker.spec.formats import any_config, toml
from worker.spec.lists import join_list, split_list
from worker.spec.problem import MOST_LISTED, Problem, UnreadableError, capped, closest

WORDS = st.text(st.sampled_from("abcd_"), max_size=12)


def parameters(count: int) -> str:
    return "\n".join(f"[parameters.p{number}]\nmax = 3" for number in range(count))


def test_the_command_line_takes_what_the_page_does_not() -> None:
    for text in (
        parameters(PAGE.parameters + 1),
        "#" * (PAGE.size + 1),
        f"[parameters.a]\ntype = 'hp.choice'\nvalues = {list(range(PAGE.values + 1))}",
    ):
        any_config.read_any(text)
        with pytest.raises(TooMuchError, match="on this page") as caught:
            any_config.read_any(text, limits=PAGE)
        assert "command line" in caught.value.problems[0].hint


@pytest.mark.parametrize("limits", [RUN, PAGE])
def test_the_most_is_taken_and_one_more_is_not(limits: Limits) -> None:
    assert (
        len(any_config.read_any(parameters(limits.parameters), limits=limits).draft.parameters)
        == limits.parameters
    )
    any_config.read_any("#" * limits.size, limits=limits)
    for text in (
        parameters(limits.parameters + 1),
        "#" * (limits.size + 1),
        "#" + "\u00e9" * (limits.size // 2),
    ):
        with pytest.raises(TooMuchError):
            any_config.read_any(text, limits=limits)


def test_lines_with_very_many_dots_are_refused_before_they_are_parsed() -> None:
    few, many = (f'[run]\nname = "{"." * count}"\n' for count in (5_000, 20_000))
    assert toml.read(few).draft.values["run.name"] == "." * 5_000
    for text in (many, f"[run]\n{'a.' * 5_000}b = 1\n"):
        with pytest.raises(UnreadableError, match="very many dots"):
            toml.read(text)
    # Many such lines take as long as a long one.
    line = f'# "{"." * 1000}"\n'
    assert toml.read(line * 10).problems == ()
    with pytest.raises(UnreadableError, match="very many dots"):
        toml.read(line * 100)


@given(WORDS, st.lists(WORDS, max_size=6))
def test_the_closest_word_is_that_of_the_standard_library(word: str, candidates: list[str]) -> None:
    def ratio(candidate: str) -> float:
        return difflib.SequenceMatcher(a=candidate, b=word).ratio()

    closest_word = closest(word, candidates)
    likely = [candidate for candidate in candidates if candidate and ratio(candidate) >= 0.6]
    # With few words, those that are compared are all that could be meant.
    if len(likely) <= 4 and likely:
        assert ratio(closest_word) == max(map(ratio, likely))
    if not likely:
        assert closest_word == ""


@pytest.mark.parametrize(
    ("word", "candidates", "found"),
    [
        ("runtime", ["runtimes", "run", "emitnur"], "runtimes"),
        ("abcdef", ["fedcba"], ""),  # the same letters
        ("ab", ["abcd", "xabxx"], "abcd"),
        ("abcde", ["abxyz", "abcyz"], "abcyz"),  # just close enough
    ],
)
def test_the_closest_word_is_close_in_the_order_of_its_letters(
    word: str, candidates: list[str], found: str
) -> None:
    assert closest(word, candidates) == found


@given(st.text(st.sampled_from("ab '\"\\=#-")))
def test_options_are_taken_apart_as_a_shell_does(text: str) -> None:
    try:
        wanted = shlex.split(text.strip())
    except ValueError:
        with pytest.raises(ValueError, match="No"):
            list(sbatch_options.options([text]))
        return
    words = [word for option in sbatch_options.options([text]) for word in option.words]
    assert words == wanted


@given(st.lists(st.text(st.sampled_from("a\\"), min_size=1), min_size=1))
def test_lists_without_commas_are_joined_and_split(parts: list[str]) -> None:
    assert split_list(join_list(parts)) == parts


PROBLEMS = st.builds(
    Problem,
    st.sampled_from(["run.name", "parameters.0.max", "parameters.1.max", "parameters.0.min", ""]),
    st.sampled_from("ab"),
    severity=st.sampled_from(["error", "warning"]),
)


@given(st.lists(PROBLEMS, max_size=200))
def test_no_problem_gets_lost_uncounted(problems: list[Problem]) -> None:
    shown = list(capped(problems))

    def numbers(of: list[Problem]) -> Counter[str]:
        totals: Counter[str] = Counter()
        for problem in of:
            totals[problem.severity] += problem.stands_for
        return totals

    assert numbers(shown) == numbers(problems)
    # Two severities of four kinds of fields.
    assert len(shown) <= 8 * (MOST_LISTED + 1)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"[search]\nseed = {[-number for number in range(1, 90)]}", "search.seed"),
        (f"[slurm]\nsbatch = {[f'a{number}' for number in range(900)]}", "slurm.sbatch"),
    ],
)
def test_one_field_does_not_fill_the_list_of_problems(text: str, path: str) -> None:
    problems = [problem for problem in check_read(any_config.read_any(text)).problems if problem.path == path]
    assert MOST_LISTED < len(problems) < 3 * MOST_LISTED
    assert any(problem.message.endswith("more of this kind.") for problem in problems)
