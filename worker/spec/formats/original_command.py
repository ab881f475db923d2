"""The command that the original's page gave: its config and its sbatch command are in it, packed in base64."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from worker.spec.config_limits import RUN, Limits
from worker.spec.formats import original
from worker.spec.formats.input_limits import text_of, unreadable
from worker.spec.run import ReadResult
from worker.spec.sbatch_options import GPU_OPTIONS, options
from worker.spec.text import quoted

_ESCAPED = re.compile(r"%(2D%2D|20--|3D)", re.IGNORECASE)
_CONFIG = re.compile(r"--config_file(?:=|\s+)")
_TOML = re.compile(r"""[\[#]|[\w."'-]+\s+=""")  # where an objective program may have an option of that name
# A value ends at a blank or at what ends a command, unless it is quoted or escaped.
_ARGUMENT = re.compile(
    r"""--(config_file|projectname|workdir|sbatch_command)(?:=|\s+)((?:"[^"]*"|'[^']*'|\\.|[^\s"'\\|;&]+)*)"""
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
# Options of sbatch -> the field that says it, where the config does not.
_FIELDS = {
    "--partition": "slurm.partition",
    "--account": "slurm.account",
    "--reservation": "slurm.reservation",
    "--cpus-per-task": "slurm.cpus",
}
_LONGEST = 100_000  # characters of what is taken apart word by word
_AGAIN = "Copy the whole command again, or give the config file."


def looks_like_one(text: str) -> bool:
    """Whether `text` could be meant as a command of the original's page."""
    line = _plain(text).strip()
    return "\n" not in line and not _TOML.match(line) and _CONFIG.search(line) is not None


def read(text: str, limits: Limits = RUN) -> ReadResult:
    """Read the config in the command `text`. Raises UnreadableError where it is damaged, or too much."""
    arguments = _arguments(_plain(text))
    config = _unpacked("config_file", arguments.get("config_file", ""))
    packed = arguments.get("sbatch_command", "")
    requested = _asked(_unpacked("sbatch_command", packed)) if packed else {}
    original_config = original.read(config, requested, limits)
    values = dict(original_config.draft.values)
    for key, path in (("projectname", "run.name"), ("workdir", "run.workdir")):
        if arguments.get(key):
            values[path] = arguments[key]
    return replace(original_config, draft=replace(original_config.draft, values=values))


def _plain(text: str) -> str:
    """`text` on one line, and without the escapes of a link that all of it may have."""
    text = re.sub(r"\\\r?\n\s*", " ", text)
    return unquote(text) if "--config_file=" not in text and _ESCAPED.search(text) else text


def _arguments(command: str) -> Mapping[str, str]:
    """The values of the command's options, without the quotation marks and escapes that they were written with."""
    values: dict[str, str] = {}
    for match in _ARGUMENT.finditer(command):
        if match[1] not in values:
            values[match[1]] = _word(match[2])
    return values


def _word(written: str) -> str:
    text = written
    if len(written) <= _LONGEST and re.search(r"""["'\\]""", written):  # shlex is slow
        with contextlib.suppress(ValueError):
            text = " ".join(shlex.split(written))
    # Encoded once more by browsers and wikis: a path has hardly ever a % in it, and base64 never.
    return unquote(text, errors="strict") if re.search(r"%[0-9A-Fa-f]{2}", text) else text


def _unpacked(key: str, packed: str) -> str:
    """The text that `packed` holds in base64, with either alphabet and with or without its end."""
    letters = re.sub(r"\s", "", packed.replace(" ", "+")).rstrip("=")
    if not _BASE64.fullmatch(letters):
        raise unreadable(f"The --{key} of this command is not base64: {quoted(packed)}.", _AGAIN)
    try:
        padded = letters.translate(str.maketrans("-_", "+/")) + "=" * (-len(letters) % 4)
        return text_of(base64.b64decode(padded, validate=True))
    except binascii.Error as error:
        raise unreadable(f"The --{key} of this command is damaged or cut off.", _AGAIN) from error


def _asked(command: str) -> Mapping[str, str]:
    """What the sbatch command asked for, by the paths of the fields that say it."""
    arguments = re.sub(r"^.*?\bsbatch\b", "", command, count=1, flags=re.DOTALL)
    if len(arguments) > _LONGEST:
        return {}
    try:
        requested = {option.name: option.value for option in options([arguments.replace("\n", " ")])}
    except ValueError:
        return {}
    values = {path: requested[name] for name, path in _FIELDS.items() if requested.get(name)}
    if each := re.fullmatch(r"(\d+)M?", requested.get("--mem-per-cpu", ""), re.ASCII):
        values["slurm.memory"] = each[1]
    if re.fullmatch(r"\d+:\d\d:\d\d", requested.get("--time", ""), re.ASCII):
        values["run.runtime"] = requested["--time"]
    # --gres may ask for other things than GPUs.
    gpus = next(
        (requested[name] for name in requested if name in GPU_OPTIONS and "gpu" in name + requested[name]), ""
    )
    values["slurm.enable_gpus"] = "1" if gpus else "0"
    if number := re.search(r"(?:^|:|,)((?!gpu:)[\w.-]+:\d+|\d+)$", gpus, re.ASCII):
        values["slurm.gpus"] = number[1]
    return values
