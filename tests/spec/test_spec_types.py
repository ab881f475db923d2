"""The table of parameter types cannot lack anything, and nobody else tells types apart."""

from __future__ import annotations

import ast
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from product_texts import ROOT, sources, texts

from worker.spec import parameter_types
from worker.spec.parameter_settings import IN_FORM_ORDER, SETTINGS
from worker.spec.parameter_type import ParameterType, table_of
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import NAMED_TYPES

SOURCE = Path(parameter_types.__file__)
# These state the names: the table, and the constants that it is checked against.
TABLES = {SOURCE, SOURCE.with_name("parameters.py")}
KINDS = tuple(PARAMETER_TYPES.values())


class Without(ast.NodeTransformer):
    """Takes one piece out of the last row of the table."""

    def __init__(self, piece: str, row: str) -> None:
        self.piece, self.row, self.taken = piece, row, False

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        arguments = {word.arg: word.value for word in node.keywords}
        if isinstance(name := arguments.get("name"), ast.Constant) and name.value == self.row:
            node.keywords = [word for word in node.keywords if word.arg != self.piece]
            self.taken = len(node.keywords) < len(arguments)
        return node


@pytest.mark.parametrize("piece", [field.name for field in fields(ParameterType)])
def test_a_type_that_lacks_a_piece_is_an_error_at_import(piece: str) -> None:
    without = Without(piece, KINDS[-1].name)
    tree = without.visit(ast.parse(SOURCE.read_text(encoding="utf-8")))
    assert without.taken
    with pytest.raises(TypeError, match=piece):
        exec(compile(tree, str(SOURCE), "exec"), {"__name__": parameter_types.__name__})


def test_a_type_that_is_used_and_lacks_is_an_error_at_import() -> None:
    assert table_of(KINDS) == PARAMETER_TYPES
    for used in {*NAMED_TYPES, *(kind.original_lists_as for kind in KINDS if kind.original_lists_as)}:
        with pytest.raises(ValueError, match=used):
            table_of(kind for kind in KINDS if kind.name != used)


def test_a_type_that_contradicts_itself_or_comes_twice_is_an_error_at_import() -> None:
    with pytest.raises(ValueError, match="twice"):
        table_of((*KINDS, KINDS[0]))
    with pytest.raises(ValueError, match="width"):
        replace(KINDS[0], settings={"width": "integer"})
    with pytest.raises(ValueError, match="categories"):
        replace(KINDS[0], value="category")
    with pytest.raises(ValueError, match="categories"):
        replace(KINDS[0], settings={"values": "options"})


def test_the_settings_have_places_and_names_of_their_own() -> None:
    assert set(IN_FORM_ORDER) == set(SETTINGS.values())
    for names in zip(
        *(
            (
                setting.key,
                setting.label,
                setting.query,
                setting.original,
                setting.original_json,
                setting.form_place,
            )
            for setting in SETTINGS.values()
        ),
        strict=True,
    ):
        assert len(set(names)) == len(SETTINGS), names


def test_nobody_else_knows_the_names_of_types() -> None:
    named = {
        f"{path.relative_to(ROOT)}: {text}"
        for path, text in texts()
        if path not in TABLES and re.search(r"\bhp\.[a-z]", text)
    }
    assert not named


def test_nobody_reads_anything_from_the_name_of_a_type() -> None:
    """A parameter's `type` is looked up in the table; nobody compares it, searches in it or calls its methods."""
    read = []
    for path in sources():
        if path.name == "documentation.py":
            continue  # the types there are those of tokens of Markdown
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            if isinstance(node, ast.Attribute):
                sides = [node.value]
            if any(isinstance(side, ast.Attribute) and side.attr == "type" for side in sides):
                read.append((path.relative_to(ROOT).as_posix(), ast.unparse(node)))
    assert read == [("worker/spec/formats/url.py", "parameter.type != DEFAULT_TYPE")]
