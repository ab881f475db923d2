"""A line as a shell divides it: words, variables, redirections, operators, and where only a shell knows on."""

from __future__ import annotations

import pytest

from worker.agent.shell import HOLE, parse


def words(line: str) -> list[list[str]]:
    """The words of each command."""
    return [[word.text for word in simple.words] for simple in parse(line)[0]]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (r"a\ b", "a b"),
        (r"a\'b", "a'b"),
        ("a\\\nb", "ab"),
        (r'"a\"b"', 'a"b'),
        (r'"a\nb"', r"a\nb"),
        ('"a\\\nb"', "ab"),
        (r"'a\b'", r"a\b"),
        ("a'b c'\"d e\"f", "ab cd ef"),
        ("''", ""),
        ("$HOME/x", "/home/me/x"),
        ("${HOME}/x", "/home/me/x"),
        ('"$HOME/x y"', "/home/me/x y"),
        ("'$HOME'", "$HOME"),
        ("~/x", "/home/me/x"),
        ("~", "/home/me"),
        ("a~/x", "a~/x"),
        ("a#b", "a#b"),
    ],
)
def test_a_word_is_what_the_program_gets(line: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    ((simple,), complete) = parse(f"x {line}")
    assert complete
    assert [(word.text, word.known) for word in simple.words] == [("x", True), (text, True)]


@pytest.mark.parametrize(
    "word", ["$X", "${X}", "$HOMER", '"$X"', "a*", "a?", "[ab]", "{a,b}", HOLE, f"a{HOLE}", f"'{HOLE}'"]
)
def test_what_is_filled_in_is_not_known(word: str) -> None:
    ((simple,), complete) = parse(f"x {word} z")
    assert complete
    assert [one.known for one in simple.words] == [True, False, True]


@pytest.mark.parametrize(r"word", [r'"\$X"', "'$X'", "'*'", '"*"', r'"\`"'])
def test_what_is_quoted_is_filled_in_by_nobody(word: str) -> None:
    ((simple,), _) = parse(f"x {word}")
    assert simple.words[1].literal


@pytest.mark.parametrize(
    ("line", "commands", "operators"),
    [
        ("a; b", [["a"], ["b"]], [";", ""]),
        ("a\nb\n", [["a"], ["b"]], [";", ";"]),
        ("a && b || c", [["a"], ["b"], ["c"]], ["&&", "||", ""]),
        ("a | b |& c &", [["a"], ["b"], ["c"]], ["|", "|&", "&"]),
        ("a&&b", [["a"], ["b"]], ["&&", ""]),
        ("a # b; c", [["a"]], [""]),
        ("# a\nb", [["b"]], [""]),
        ("a \\\n b", [["a", "b"]], [""]),
        ("  ", [], []),
        (";;a", [["a"]], [""]),
    ],
)
def test_commands_end_with_their_operators(
    line: str, commands: list[list[str]], operators: list[str]
) -> None:
    assert words(line) == commands
    assert [simple.after for simple in parse(line)[0]] == operators


@pytest.mark.parametrize(
    ("line", "redirections"),
    [
        ("a > b", [(">", "b")]),
        ("a >b c", [(">", "b")]),
        ("a 2> b", [(">", "b")]),
        ("a >> b 2>&1", [(">>", "b"), (">&", "1")]),
        ("a < b &> c", [("<", "b"), ("&>", "c")]),
        ("> b a", [(">", "b")]),
    ],
)
def test_files_of_redirections_are_no_words(line: str, redirections: list[tuple[str, str]]) -> None:
    ((simple,), _) = parse(line)
    assert [word.text for word in simple.words] in (["a"], ["a", "c"])
    assert [(operator, word.text) for operator, word in simple.redirections] == redirections


def test_a_number_is_a_stream_only_right_before_a_redirection() -> None:
    assert words("a 2 > b") == [["a", "2"]]
    assert words("a 2> b") == [["a"]]


def test_variables_stand_before_the_command_alone() -> None:
    ((simple,), _) = parse("A=1 B+='2 3' x C=4")
    assert simple.variables == ["A=1", "B+=2 3"]
    assert [word.text for word in simple.words] == ["x", "C=4"]
    ((alone,), _) = parse("A=1")
    assert (alone.words, alone.variables) == ([], ["A=1"])


@pytest.mark.parametrize(
    ("rest", "before"),
    [
        ("f() { b; }", [["a"]]),
        ("(b)", [["a"]]),
        ("x $(b)", [["a"]]),
        ("x `b`", [["a"]]),
        ("x <<E", [["a"]]),
        ("x <(b)", [["a"]]),
        ("if b; then c; fi", [["a"]]),
        ("! b", [["a"]]),
    ],
)
def test_what_only_a_shell_understands_ends_the_reading(rest: str, before: list[list[str]]) -> None:
    commands, complete = parse(f"a; {rest}")
    assert not complete
    assert [[word.text for word in simple.words] for simple in commands] == before


def test_words_of_the_grammar_are_words_where_no_command_begins() -> None:
    assert words("x if then { }") == [["x", "if", "then", "{", "}"]]
    assert parse("x if")[1]


@pytest.mark.parametrize("line", ["a 'b", 'a "b', 'a "b\\"', "a 'b\\''"])
def test_a_quotation_mark_without_a_partner_is_a_mistake(line: str) -> None:
    with pytest.raises(ValueError, match="quotation mark"):
        parse(line)
