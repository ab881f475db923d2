"""How many GPUs, and of which type, as Slurm writes it: 2, or a100:2."""

from __future__ import annotations

import re

from worker.spec.raw_values import ConversionError, integer, line
from worker.spec.text import quoted

GPU_OPTIONS = ("gres", "gpus-per-node", "gpus-per-task", "gpus")  # of sbatch; the first is the usual one
_TYPED = re.compile(r"([A-Za-z0-9_.-]+):(\d{1,9})", re.ASCII)


def gpus(raw: object) -> str:
    """The canonical text of a number of GPUs with or without their type. Raises ConversionError."""
    if not isinstance(raw, str):
        return str(integer(raw))
    text = line(raw)
    if match := _TYPED.fullmatch(text):
        return f"{match[1]}:{int(match[2])}"
    try:
        return str(integer(text))
    except ConversionError as error:
        example = f"{text}:1" if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", text, re.ASCII) else "a100:2"
        raise ConversionError(
            f"{quoted(text)} is not a number of GPUs.",
            f"Write a whole number such as 2, or a type and a number such as {example}.",
        ) from error


def gpu_count(text: str) -> int:
    """The number in such a text."""
    return int(text.rpartition(":")[2])


def gpu_type(text: str) -> str:
    """The type in such a text, "" where it names none."""
    return text.rpartition(":")[0]
