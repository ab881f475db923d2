"""Buttons that solve a problem where no script runs: what they write travels in their value, and is written here."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from app.form_state import FormState
from app.problem_places import ADD, FIX

_MOST_TEXTS = 100  # of one button, which has far fewer


def after_action(state: FormState, action: str) -> FormState:
    """The form after the button with such a value, as it is for any other; what it does not have is left alone."""
    if not action.startswith(FIX):
        return state
    try:
        pairs = parse_qsl(action.removeprefix(FIX), keep_blank_values=True, max_num_fields=_MOST_TEXTS)
    except ValueError:
        return state
    for key, text in pairs:
        state = _with_parameter(state, text) if key == ADD else _with_text(state, key, text)
    return state


def _with_text(state: FormState, key: str, text: str) -> FormState:
    if key in state.values:
        return replace(state, values={**state.values, key: text})
    rows = tuple(
        {**row, key.removeprefix(start): text} if key.removeprefix(start) in row else row
        for row, start in ((row, f"param_{index}_") for index, row in enumerate(state.rows))
    )
    return replace(state, rows=rows)


def _with_parameter(state: FormState, name: str) -> FormState:
    """With a parameter of this name: the first that has none yet, or one more."""
    names = [row["name"].strip(" ") for row in state.rows[: state.shown]]
    if "" not in names:
        grown = state.with_row_added()
        return _with_text(grown, f"param_{state.shown}_name", name) if grown.shown > state.shown else grown
    return _with_text(state, f"param_{names.index('')}_name", name)
