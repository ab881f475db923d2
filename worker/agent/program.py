"""What is wrong with the program that a command names, as far as its files show without running anything."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from worker.agent import program_files, wrappers
from worker.agent.program_files import Fault, Weight, close_to, hint, is_folder, missing, nearest
from worker.agent.shell import SimpleCommand, Word, parse
from worker.agent.shell_commands import BUILTINS, FILTERS, HARMLESS, LOADERS
from worker.agent.wrappers import INTERPRETERS, SHELL, interpreter_of

__all__ = ["CommandContext", "Fault", "Weight", "complaints", "faults"]

_READ = re.compile(r"(?:--?[A-Za-z][\w-]*=)?((?:\.{0,2}/|~/|[\w.-]+/)[^:]*)")
_OUTPUT = re.compile(r"out|log|save|result|write|dest|dump|tmp|cache", re.IGNORECASE)


class Programs(Enum):
    """What is known of the programs that a name finds where a command runs."""

    UNKNOWN = auto()  # something before it may have changed the search path
    ELSEWHERE = auto()  # it runs on another machine, or after lines that load software
    KNOWN = auto()


@dataclass(frozen=True)
class CommandContext:
    """Where a command runs, and what of that can be seen from here.

    cwd: None where it is not known any more. shared: folders whose files are the same there; None where that is this
    machine. beside: the folder of the config, in which a file may be that was meant. search_path: in place of PATH.
    fixed: whether files that are not there now will not be there then.
    """

    cwd: Path | None
    shared: tuple[Path, ...] | None = None
    programs: Programs = Programs.KNOWN
    beside: Path | None = None
    search_path: str | None = None
    fixed: bool = True

    def sees(self, path: Path) -> bool:
        """Whether what is here at `path` is there as well."""
        return self.shared is None or any(path.is_relative_to(folder) for folder in self.shared)

    def weight(self, path: Path) -> Weight:
        """How much it means that `path` is not there, or not as it should be."""
        return Weight.CERTAIN if self.fixed and self.sees(path) else Weight.LIKELY


def complaints(command: str, cwd: str, search_path: str | None = None) -> list[str]:
    """Sentences on why `command`, run by bash on this machine in `cwd`, cannot work; [] where nothing is seen."""
    return [fault.sentence for fault in faults(command, CommandContext(Path(cwd), search_path=search_path))]


def faults(command: str, context: CommandContext) -> list[Fault]:
    """All that is wrong with the programs and scripts of a command, in its order."""
    try:
        commands, complete = parse(command)
    except ValueError:
        text = "The objective program has an unmatched quotation mark."
        return [Fault(text, "Close it.", Weight.CERTAIN)]
    all_faults: list[Fault] = []
    for index, simple in enumerate(commands):
        command_faults, context = list(_simple_faults(simple, context)), _afterwards(simple, context)
        fatal = complete and _is_fatal(commands, index)
        all_faults += command_faults if fatal else [fault.at_most(Weight.LIKELY) for fault in command_faults]
    return list(dict.fromkeys(all_faults))


def _is_fatal(commands: list[SimpleCommand], index: int) -> bool:
    """Whether there can be no result where this one of the commands cannot run."""
    if index and commands[index - 1].after == "||":
        return False
    following = commands[index:]
    while following[0].after in ("|", "|&"):
        following = following[1:]
        if not following or not following[0].words or following[0].words[0].text not in FILTERS:
            return False
    return all(simple.after == "&&" for simple in following[:-1]) and following[-1].after in ("", ";", "&&")


def _afterwards(simple: SimpleCommand, context: CommandContext) -> CommandContext:
    """The place that a command leaves to the next one."""
    if any(variable.startswith("PATH=") for variable in simple.variables) and not simple.words:
        context = replace(context, programs=Programs.UNKNOWN)
    if not simple.words:
        return context
    name, words = simple.words[0].text, simple.words[1:]
    if name in ("cd", "pushd"):
        return replace(context, cwd=_folder(context, words))
    if name in (".", "source"):
        activates = bool(words) and Path(words[0].text).name.startswith("activate")
        return replace(context, programs=Programs.UNKNOWN, fixed=context.fixed and activates)
    if name in LOADERS or (name == "export" and any(word.text.startswith("PATH=") for word in words)):
        return replace(context, programs=Programs.UNKNOWN)
    return context if name in HARMLESS and not simple.redirections else replace(context, fixed=False)


def _folder(context: CommandContext, words: list[Word]) -> Path | None:
    """Where `cd` with these words leads; None where that is not known."""
    plain = [word for word in words if word.text not in ("-P", "-L", "--")]
    if len(plain) != 1 or not plain[0].known or plain[0].text == "-" or context.cwd is None:
        return None
    folder = context.cwd / plain[0].text
    return folder if is_folder(folder) else None


def _simple_faults(simple: SimpleCommand, context: CommandContext) -> Iterator[Fault]:
    if any(variable.startswith("PATH=") for variable in simple.variables):
        context = replace(context, programs=Programs.UNKNOWN)
    if simple.words:
        yield from _words_faults(simple.words, context)
    for operator, word in simple.redirections:
        if word.known and word.text and context.cwd is not None and operator not in (">&", "<&"):
            yield from _redirection_faults(operator, word.text, context.cwd / word.text)


def _redirection_faults(operator: str, typed: str, path: Path) -> Iterator[Fault]:
    if operator == "<" and missing(path):
        yield Fault(
            f"The input file {typed} does not exist.",
            hint(typed, path),
            Weight.DOUBT,
        )
    elif operator.startswith((">", "&>")) and missing(path.parent):
        yield Fault(
            f"The folder of the output file {typed} does not exist.",
            f"Create the folder {path.parent}.",
            Weight.LIKELY,
        )


def _words_faults(words: list[Word], context: CommandContext) -> Iterator[Fault]:
    """What is wrong with a command and with those that it runs in turn."""
    program = words[0]
    if not program.known:
        return
    name = Path(program.text).name
    if program.text in ("cd", "pushd"):
        yield from _cd_faults(words[1:], context)
    elif program.text in (".", "source"):
        for script in words[1:2]:
            yield from _script_faults(script, context, sourced=True)
    elif program.text not in BUILTINS | {"exec", "command", "builtin", "time"}:
        yield from _program_faults(program.text, context)
    inner = wrappers.unwrap(name, words[1:])
    if inner is not None:
        inside = replace(context, programs=Programs.UNKNOWN) if inner.other_programs else context
        inside = replace(inside, cwd=None) if inner.other_folder else inside
        inner_faults = _words_faults(inner.words, inside) if inner.words else iter(())
        yield from inner_faults if inner.sure else (fault.at_most(Weight.LIKELY) for fault in inner_faults)
    elif language := interpreter_of(name):
        yield from _interpreter_faults(language, words[1:], context)
    elif program.text not in BUILTINS:
        yield from _read_faults(words[1:], context)


def _cd_faults(words: list[Word], context: CommandContext) -> Iterator[Fault]:
    if len(words) == 1 and words[0].known and context.cwd is not None and words[0].text != "-":
        typed, path = words[0].text, context.cwd / words[0].text
        if missing(path) or not is_folder(path):
            weight = context.weight(nearest(path))
            yield Fault(
                f"The command changes to the folder {typed}, which does not exist."
                if missing(path)
                else f"The command changes to {typed}, which is not a folder.",
                hint(typed, path),
                weight,
            )


def _program_faults(program: str, context: CommandContext) -> Iterator[Fault]:
    if "/" in program:
        if context.cwd is not None or program.startswith("/"):
            path = (context.cwd or Path()) / program
            yield from program_files.program_faults(program, path, context.weight, _finder(context))
    elif context.programs is not Programs.UNKNOWN and not _is_found(program, context):
        yield program_files.not_found(program, context.cwd, context.programs is Programs.KNOWN)


def _is_found(program: str, context: CommandContext) -> bool:
    """Whether a name finds a program here, or may be a function that the shell knows."""
    function = f"BASH_FUNC_{program}%%" in os.environ or "BASH_ENV" in os.environ
    return function or shutil.which(program, path=context.search_path) is not None


def _finder(context: CommandContext) -> program_files.Finder:
    """How `#!/usr/bin/env NAME` finds NAME."""

    def find(name: str) -> Weight | None:
        if context.programs is Programs.UNKNOWN or _is_found(name, context):
            return None
        return (
            Weight.CERTAIN
            if context.programs is Programs.KNOWN or program_files.misspelt(name)
            else Weight.LIKELY
        )

    return find


def _interpreter_faults(language: str, words: list[Word], context: CommandContext) -> Iterator[Fault]:
    """What is wrong with the script, module or line that an interpreter is to run."""
    options = INTERPRETERS[language]
    left = list(words)
    while left and left[0].known and left[0].text.startswith(("-", "+")) and len(left[0].text) > 1:
        option = left.pop(0).text
        if options.line and re.fullmatch(options.line, option):
            if SHELL.fullmatch(language) and left and left[0].literal:
                login = "l" in option or "i" in option
                inside = replace(context, programs=Programs.UNKNOWN) if login else context
                yield from faults(left[0].text, inside)
            return
        if options.module and re.fullmatch(options.module, option):
            yield from (
                program_files.module_faults(left[0].text, context.cwd) if left and left[0].known else ()
            )
            return
        if option in options.with_value and left:
            left.pop(0)
    for script in left[:1]:
        yield from _script_faults(script, context, language=language)
    yield from _read_faults(left[1:], context)


def _script_faults(
    script: Word, context: CommandContext, sourced: bool = False, language: str = ""
) -> Iterator[Fault]:
    typed = script.text
    if not script.known or typed in ("", "-") or typed.startswith("/dev/"):
        return
    if context.cwd is None and not typed.startswith("/"):
        return
    if sourced and "/" not in typed and context.cwd is not None and missing(context.cwd / typed):
        return  # bash looks for it in PATH, too
    path = (context.cwd or Path()) / typed
    shell = sourced or bool(SHELL.fullmatch(language))
    if is_folder(path) and (language != "python" or missing(path / "__main__.py")):
        yield Fault(f"{typed} is a folder, not a script.", "Name the script in it.", context.weight(path))
    else:
        yield from program_files.script_faults(
            typed, path, context.cwd, context.weight, shell, context.beside
        )


def _read_faults(words: list[Word], context: CommandContext) -> Iterator[Fault]:
    """Paths among the arguments that lead nowhere; the program may not need them, or make them itself."""
    before = ""
    for word in words:
        match = _READ.fullmatch(word.text) if word.known and "://" not in word.text else None
        if match and context.cwd is not None and not _OUTPUT.search(before + word.text):
            typed, path = match[1], context.cwd / match[1]
            if missing(path) and (missing(path.parent) or close_to(path)):
                yield Fault(
                    f"{typed}, an argument of the program, does not exist here.",
                    hint(typed, path),
                    Weight.DOUBT,
                )
        before = word.text if word.text.startswith("-") else ""
