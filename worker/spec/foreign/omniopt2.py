"""Command lines and config files of OmniOpt2: its options, whose names are the keys of its TOML, JSON and YAML files."""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from worker.spec.config_limits import Limits
from worker.spec.foreign import parameters as make
from worker.spec.foreign.collected import Collected, NotCarriedError
from worker.spec.formats.input_limits import unreadable
from worker.spec.run import ParameterDraft, ReadResult
from worker.spec.text import quoted, shown

_LOOKS = re.compile(r"(?<![\w-])--(run_program|experiment_name|parameter|max_eval)(?:[= \t]|\\?\n)")
# What its page and documentation write for a text in base64: $(echo 'text' | base64 -w0).
_ECHO = re.compile(
    r"""\$\(\s{0,9}(?:echo|printf)\s{1,9}(?:-n\s{1,9}|'?%s'?\s{1,9})?('[^']*'|"(?:[^"\\]|\\.)*"|[^|'"\s]+(?:\s[^|'"\s]+){0,99})"""
    r"""\s{0,9}\|\s{0,9}base64\s{1,9}-w\s{0,9}0\s{0,9}\)"""
)
_LONGEST = 100_000  # characters of a command; shlex is slow
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
# Its placeholders: %x, %(x), $x and $(x).
_PLACEHOLDER = r"[%$](?:\(({names})\)|({names})(?![\w.-]))"
_TRUE = ("true", "1", "yes", "log_scale", "log_scale:true", "log_scale=true")
# Options with a counterpart -> its path; those of the second table need a word, or another unit.
_SAME = {
    "experiment_name": "run.name",
    "max_eval": "search.max_evals",
    "num_parallel_jobs": "run.workers",
    "partition": "slurm.partition",
    "account": "slurm.account",
    "reservation": "slurm.reservation",
    "cpus_per_task": "slurm.cpus",
    "nodes_per_job": "slurm.nodes",
    "exclude": "slurm.exclude",
    "dependency": "slurm.dependency",
    "workdir": "run.workdir",
    "seed": "search.seed",
}
_MODELS = {
    "SOBOL": "sobol",
    "PSEUDORANDOM": "hyperopt.rand.suggest",
    "UNIFORM": "hyperopt.rand.suggest",
    "TPE": "tpe.suggest",
}


def looks_like_command(text: str) -> bool:
    """Whether `text` could be meant as its command line."""
    first = text.lstrip().split("\n", 1)[0]
    return not first.startswith(("[", "#")) and " --" in first and len(set(_LOOKS.findall(text))) > 1


def looks_like_config(document: object) -> bool:
    """Whether a parsed document is its config file."""
    return (
        isinstance(document, dict)
        and "parameter" in document
        and ("run_program" in document or "max_eval" in document)
    )


def read_command(text: str, limits: Limits) -> ReadResult:
    """Read its command line. Raises UnreadableError where it is no line of a shell, or too much."""
    if len(text) > _LONGEST:
        raise unreadable(
            f"This command is {len(text):,} characters long; at most {_LONGEST:,} are read.",
            "Give its config file.",
        )
    line = _ECHO.sub(_packed, text.replace("\\\n", " ").strip())
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise unreadable(
            "A quotation mark of this command does not end.", "Copy the whole command again."
        ) from error
    options: dict[str, list[list[str]]] = {}
    for word in words:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            options.setdefault(name.replace("-", "_"), []).append([value] if equals else [])
            latest = options[name.replace("-", "_")][-1]
        elif options:
            latest.append(word)
    return _result(options, limits, "a command of OmniOpt2")


def read_config(document: Mapping[str, object], limits: Limits) -> ReadResult:
    """Read its parsed config file. Raises TooMuchError."""
    options = {
        key.replace("-", "_"): list(_groups(key, value))
        for key, value in document.items()
        if value is not None
    }
    return _result(options, limits, "a config of OmniOpt2")


def _groups(key: str, value: object) -> Iterator[list[str]]:
    """The words of each use of an option, from its value in a file."""
    if isinstance(value, list):
        nested = all(isinstance(part, list) for part in value) and value
        for part in value if nested else [value]:
            yield [make.text(word) for word in part]
    elif isinstance(value, str) and key == "parameter":
        yield shlex.split(value)
    elif value is not False:
        yield [] if value is True else [make.text(value)]


def _packed(match: re.Match[str]) -> str:
    """In place of a command that packs a text: the text packed."""
    written = match[1]
    text = shlex.split(written)[0] if written[:1] in ("'", '"') else written
    return base64.b64encode(text.encode()).decode()


def _result(options: Mapping[str, Sequence[Sequence[str]]], limits: Limits, source: str) -> ReadResult:
    collected = Collected(limits)
    _parameters(options.get("parameter", ()), collected)
    for name, uses in options.items():
        value = " ".join(uses[-1])
        if name in _SAME and value:
            collected.values[_SAME[name]] = value
        elif name not in _SAME:
            _other(name, uses, value, collected)
    return collected.result(source)


def _other(name: str, uses: Sequence[Sequence[str]], value: str, collected: Collected) -> None:
    """An option that means something else, or nothing, here."""
    if name == "run_program":
        collected.values["run.objective"] = _objective(uses[-1], collected)
    elif name == "mem_gb":
        collected.values["slurm.memory"] = f"{value}G"
    elif name == "worker_timeout":
        collected.values["run.time_limit"] = f"{value}min"
    elif name == "time":
        collected.values["run.runtime"] = f"{value}min" if value.isdigit() else value
    elif name == "gpus":
        collected.values["slurm.enable_gpus"] = "0" if value in ("", "0") else "1"
        if value not in ("", "0"):
            collected.values["slurm.gpus"] = value
    elif name == "gridsearch":
        collected.values["search.algorithm"] = "gridsearch"
    elif name == "model":
        collected.values["search.algorithm"] = _MODELS.get(value, "auto")
    elif name == "experiment_constraints":
        collected.values["search.constraints"] = [_unpacked(" ".join(use), collected) for use in uses]
    elif name == "run_program_once":
        once = collected.values["environment.before"] = _unpacked(value, collected)
        if "%(" in once:
            collected.say(
                "environment.before",
                "It names parameters, which have no values before the first evaluation.",
                "Leave them out.",
                "warning",
            )
    elif name == "result_names":
        _results([word for use in uses for word in use], collected)
    elif name != "parameter":
        collected.ignore(f"--{name}")


def _results(words: Iterable[str], collected: Collected) -> None:
    pairs = [word.replace("'", "").partition("=") for word in words]
    if not pairs:
        return
    name, _, way = pairs[0]
    if way == "max":
        collected.values["search.direction"] = "max"
    if name != "RESULT":
        collected.say(
            "run.objective",
            f"The result is called {shown(name)} there.",
            "Let the program print RESULT: and its value.",
            "warning",
        )
    if len(pairs) > 1:
        others = ", ".join(shown(other) for other, _, _ in pairs[1:])
        collected.say(
            "",
            f"Only the first result is searched; left out: {others}.",
            "They are columns of the table where the program prints them.",
            "warning",
        )


def _parameters(uses: Iterable[Sequence[str]], collected: Collected) -> None:
    for words in uses:
        rest = list(words)
        while rest:
            name, kind = rest[0], rest[1] if len(rest) > 1 else ""
            taken = 4 if kind == "range" else 3
            while kind == "range" and taken < min(len(rest), 6) and _is_of_range(rest[taken]):
                taken += 1
            try:
                make.check_name(name)
                collected.add(_parameter(name, kind, rest[2:taken]))
            except NotCarriedError as error:
                collected.leave_out(name, error)
            rest = rest[taken:]


def _is_of_range(word: str) -> bool:
    return word.lower() in ("int", "float", *_TRUE, "false", "0", "no", "log_scale:false", "log_scale=false")


def _parameter(name: str, kind: str, words: Sequence[str]) -> ParameterDraft:
    if kind == "range" and len(words) >= 2:
        rest = [word.lower() for word in words[2:]]
        return make.between(
            name, words[0], words[1], whole="int" in rest, log=any(word in _TRUE for word in rest)
        )
    if kind == "fixed" and words:
        return make.fixed(name, words[0])
    if kind == "choice" and words:
        # It orders them, as numbers where all of them are, and takes neighbours for alike.
        values = [value.strip() for value in words[0].split(",") if value.strip()]
        return make.listed(name, _in_order(values), ordered=True)
    raise NotCarriedError(f'"{kind}" is none of range, fixed and choice, or its values are missing.')


def _in_order(values: Sequence[str]) -> list[str]:
    try:
        return sorted(values, key=float)
    except ValueError:
        return sorted(values)


def _unpacked(text: str, collected: Collected) -> str:
    """The text that is packed in base64, or `text` where it is not."""
    if _BASE64.fullmatch(text):
        try:
            return base64.b64decode(text, validate=True).decode().strip()
        except (binascii.Error, UnicodeDecodeError):
            collected.say("", f"{quoted(text)} cannot be unpacked.", "Write it again.", "error")
    return text


def _objective(words: Sequence[str], collected: Collected) -> str:
    """Its program, unpacked where it is in base64, with our placeholders."""
    program = _unpacked(" ".join(words), collected)
    names = sorted((parameter.name for parameter in collected.parameters), key=len, reverse=True)
    if not names:
        return program
    pattern = _PLACEHOLDER.format(names="|".join(map(re.escape, names)))
    return re.sub(pattern, lambda match: f"(${match[1] or match[2]})", program.replace("\n", "; "))
