"""Values that a Python expression writes out, found without running anything."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

from worker.spec.raw_values import raw_text

_LARGEST = 1e300
_MOST = 10_000  # elements of a range
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "float": float,
    "int": int,
}


class NoConstantError(ValueError):
    """An expression whose value is known only when the program runs."""

    def __init__(self) -> None:
        super().__init__("its values are known only when the program runs.")


def constant(node: ast.expr) -> object:
    """The text, number, list or table that `node` writes out. Raises NoConstantError."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, (bytes, complex)):
        return None if node.value is ... else node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [constant(part) for part in node.elts]
    if isinstance(node, ast.Dict):
        return {
            raw_text(constant(key)): constant(value)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }
    if isinstance(node, ast.Call):
        return _call(node)
    return _number(node)


def _call(node: ast.Call) -> object:
    name = called(node)
    values = [constant(argument) for argument in node.args]
    if node.keywords:
        raise NoConstantError
    if name in ("list", "tuple") and len(values) == 1 and isinstance(values[0], list):
        return values[0]
    numbers = [_finite(value) for value in values]
    if name == "range" and 1 <= len(numbers) <= 3 and all(isinstance(number, int) for number in numbers):
        whole = range(*(int(number) for number in numbers))
        if len(whole) > _MOST:
            raise NoConstantError
        return list(whole)
    if name in _FUNCTIONS and len(numbers) == 1:
        try:
            return _FUNCTIONS[name](numbers[0])
        except (ValueError, OverflowError):
            raise NoConstantError from None
    raise NoConstantError


def _number(node: ast.expr) -> float:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _finite(constant(node.operand))
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        left, right = _finite(constant(node.left)), _finite(constant(node.right))
        if isinstance(node.op, ast.Pow):
            return _power(left, right)
        if type(node.op) in _OPERATORS and not (isinstance(node.op, ast.Div) and right == 0):
            return _finite(_OPERATORS[type(node.op)](left, right))
    raise NoConstantError


def _power(base: float, exponent: float) -> float:
    """Exact where both are whole and the result is one of moderate size, as in 2**10."""
    if abs(exponent) > 1000 or (base < 0 and exponent != int(exponent)) or (base == 0 and exponent < 0):
        raise NoConstantError
    try:
        return _finite(base**exponent if abs(base) <= 1000 else float(base) ** exponent)
    except OverflowError:
        raise NoConstantError from None


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= _LARGEST:
        raise NoConstantError
    return value


def calls(tree: ast.Module) -> list[ast.Call]:
    """All calls in a program, in the order of the text."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def text_in(node: ast.expr | None) -> str:
    """The text that `node` writes out, "" where it is none."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def called(node: ast.Call) -> str:
    """The last part of the name of what is called: "uniform" of tune.uniform(...)."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def owner(node: ast.Call) -> str:
    """What stands before the last part: "tune" of ray.tune.uniform(...); "" where nothing does."""
    if isinstance(node.func, ast.Attribute):
        value = node.func.value
        if isinstance(value, ast.Attribute):
            return value.attr
        return value.id if isinstance(value, ast.Name) else ""
    return ""
