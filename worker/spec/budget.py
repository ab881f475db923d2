"""The budget of a run in hours of nodes, cores or GPUs, and hours of all three: 200 node-hours, 1000 core-hours, 50 gpu-hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from worker.spec.raw_values import ConversionError, line
from worker.spec.text import quoted

EXAMPLES = "200 node-hours, 1000 core-hours or 50 gpu-hours"
MOST = 10**9  # hours
_AMOUNT = r"(\d{1,15}(?:\.\d{0,6})?|\.\d{1,6})"
_HOURS = r"(?:h|hr|hrs|hour|hours)"
_BUDGET = re.compile(rf"{_AMOUNT}[ \t]*(node|core|cpu|gpu)s?[ \t_*·×-]*{_HOURS}", re.ASCII | re.IGNORECASE)
_OF_WHAT = re.compile(rf"{_AMOUNT}[ \t]*{_HOURS}?", re.ASCII | re.IGNORECASE)
_SEPARATED = re.compile(r"(\d{1,3}(?:[,' _]\d{3})+)(.*)", re.ASCII)


class Hours(NamedTuple):
    """How long nodes, cores (what Slurm calls CPUs) and GPUs were had; or how many of each, as hours of one hour."""

    node: float = 0.0
    core: float = 0.0
    gpu: float = 0.0

    def plus(self, other: Hours, times: float = 1.0) -> Hours:
        """The sum of these and `times` the others."""
        return Hours(*(mine + times * more for mine, more in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Budget:
    """What a run may use. unit: "node", "core" or "gpu"."""

    amount: float
    unit: str

    def of(self, hours: Hours) -> float:
        """The hours of what the budget counts."""
        return float(getattr(hours, self.unit))


def budget_text(raw: object) -> str:
    """The canonical text of a budget, "" for none. Raises ConversionError."""
    text = line(raw) if raw is not None else ""
    if not text:
        return ""
    match = _BUDGET.fullmatch(text)
    if match is None:
        raise _no_budget(text)
    amount, unit = Decimal(match[1]), match[2].lower().replace("cpu", "core")
    if amount == 0:
        raise ConversionError(
            "A budget of 0 hours would pay for no evaluation.", "Leave it empty for no limit."
        )
    if amount > MOST:
        raise ConversionError("This budget is too large.", "Leave it empty for no limit.")
    return f"{_plain(amount)} {unit}-{'hour' if amount == 1 else 'hours'}"


def budget_of(text: str) -> Budget | None:
    """The budget that a canonical text stands for, None for ""."""
    match = _BUDGET.fullmatch(text)
    return Budget(float(match[1]), match[2]) if match else None


def hours_text(hours: float) -> str:
    """Hours as people read them: to a thousandth where they are few, to a tenth where they are many."""
    return f"{hours:,.1f}" if hours >= 100 else f"{hours:.3f}"


def twice(text: str) -> str:
    """The canonical text of a budget twice as large as that of a canonical text."""
    amount, _, unit = text.partition(" ")
    return budget_text(f"{min(2 * Decimal(amount), Decimal(MOST)):f} {unit}")


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _no_budget(text: str) -> ConversionError:
    if match := _OF_WHAT.fullmatch(text):
        hours = match[1]
        hint = f"Write what is counted as well: {hours} node-hours, {hours} core-hours or {hours} gpu-hours."
        return ConversionError(f"{quoted(text)} does not say hours of what.", hint)
    if (match := _SEPARATED.fullmatch(text)) and _BUDGET.fullmatch(
        whole := re.sub(r"\D", "", match[1]) + match[2]
    ):
        return ConversionError(
            f"{quoted(text)} is not a budget.", f"Write it without thousands separators: {whole}."
        )
    return ConversionError(
        f"{quoted(text)} is not a budget.", f"Write hours and what is counted, such as {EXAMPLES}."
    )
