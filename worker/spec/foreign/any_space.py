"""Any text that holds a config or search space of another tool, or what a program can be told, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from worker.spec.config_limits import Limits
from worker.spec.foreign import nni, omniopt2, optuna, python_source, wandb, yaml_text
from worker.spec.formats.input_limits import unreadable
from worker.spec.raw_values import raw_text
from worker.spec.run import ReadResult
from worker.spec.scan import scan

_READERS: Sequence[tuple[Callable[[object], bool], Callable[[Mapping[str, object], Limits], ReadResult]]] = (
    (nni.looks_like_one, nni.read),
    (optuna.looks_like_one, optuna.read),
    (wandb.looks_like_one, wandb.read),
    (omniopt2.looks_like_config, omniopt2.read_config),
)
# What a space in YAML has; a help text may begin as YAML does, with "usage: train.py".
_YAML_KEY = re.compile(r"^(?:parameters?|searchSpace|search_space)[ \t]*:", re.MULTILINE)
# Where an experiment of NNI has its space.
_NNI_SPACES = ("searchSpace", "search_space")


def of_document(document: object, limits: Limits) -> ReadResult | None:
    """What a parsed document of another tool means; None where it is none that is known. Raises TooMuchError."""
    if not isinstance(document, dict):
        return None
    table: Mapping[str, object] = {raw_text(key): value for key, value in document.items()}
    for space in _NNI_SPACES:
        if nni.looks_like_one(table.get(space)):
            return nni.read_experiment(table, space, limits)
    for looks_like_one, read in _READERS:
        if looks_like_one(table):
            return read(table, limits)
    return None


def of_text(text: str, limits: Limits) -> ReadResult | None:
    """What a text that is no JSON and no TOML means; None where it is none that is known. Raises UnreadableError."""
    if omniopt2.looks_like_command(text):
        return omniopt2.read_command(text, limits)
    if python_source.looks_like_one(text):
        return python_source.read(text, limits)
    if not _YAML_KEY.search(text) and (interface := scan.interface_of(text)):
        return scan.read(interface, limits)
    if not yaml_text.looks_like_one(text):
        return None
    read = of_document(yaml_text.parse(text), limits)
    if read is None:
        raise unreadable(
            "This is YAML, but no sweep of W&B, experiment of NNI or config of OmniOpt2.",
            "Write the parameters in TOML, or fill in the form.",
        )
    return read
