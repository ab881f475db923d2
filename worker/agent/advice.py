"""What the last words of a failed program, or its file, suggest: one sentence for people."""

from __future__ import annotations

import re
from pathlib import Path

from worker.agent.program import CommandContext, Weight, faults
from worker.agent.unusable import quoted_line
from worker.store.log_text import plain

_NOT_EXECUTABLE, _NOT_FOUND, _USAGE = (
    126,
    127,
    2,
)  # exit codes of bash, and of programs with a wrong command line

# What programs say, and what to do then. The groups of a pattern fill the braces of its sentence.
_PATTERNS = (
    (
        r"ModuleNotFoundError: No module named '?([\w.]+)",
        "The Python module {0} is not installed in the Python that ran; install it there, or activate its environment in a wrapper script.",
    ),
    (
        r"(?:ImportError: |error while loading shared libraries: )(.{1,120})",
        "A library could not be loaded ({0}); load its module or environment before the program starts.",
    ),
    (
        r"CUDA out of memory|CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED",
        "The GPU ran out of memory; use a smaller batch or model, or narrow the parameters.",
    ),
    (
        r"no CUDA-capable device|No CUDA GPUs are available|CUDA driver version is insufficient",
        "The program found no GPU; enable GPUs for this run, or let the program use the CPU.",
    ),
    (
        r"MemoryError|std::bad_alloc|Cannot allocate memory|oom-kill|oom_kill",
        "Memory could not be allocated; ask for more memory per worker, or make the program use less.",
    ),
    (
        r"No space left on device|Disk quota exceeded|Errno 28|Errno 122",
        "The disk or the quota is full where the program writes; free some space there.",
    ),
    (r"can't open file '(.+?)'", "Python cannot find the script {0}; give its full path."),
    (
        r"argument \S+: expected (?:one|at least one|\d+) argument"
        r"|(?:invalid option -- |unexpected argument |[Nn]o such option:? |[Uu]nknown option:? |unrecognized "
        r"(?:option|arguments):? )['\"`]?-?\.?\d",
        "The program seems to read a number that begins with - as an option; join option and value with =, "
        "as in --shift=($shift).",
    ),
    (
        r"(?:unrecognized arguments|following arguments are required|unrecognized option|unknown option|No such option)[: ]+(.{1,120})",
        "The program does not understand its arguments ({0}); compare the command with what the program expects.",
    ),
    (
        r"FileNotFoundError: .*?: '(.+?)'",
        "The file {0} was not found; relative paths start from the folder in which the run was started.",
    ),
    (
        r"\b(module|ml): command not found",
        "The command {0} exists only in login shells; begin the wrapper script with #!/bin/bash -l, or "
        "call it as bash -l wrapper.sh.",
    ),
    (
        r"(\S+): command not found",
        "The command {0} was not found; give its full path, or load its module first.",
    ),
    (
        r"([^\s:]+): No such file or directory",
        "{0} was not found; relative paths start from the folder in which the run was started.",
    ),
    (
        r"[Pp]ermission denied",
        "Permission was denied; check the permissions of the file that it names.",
    ),
)


def advise(command: str, cwd: str, exit_code: int | None, tail: bytes) -> str:
    """What to do about a program that failed with `tail` as the end of its output; "" if it said nothing at all.

    exit_code is None where a signal ended it.
    """
    startup = exit_code in (_NOT_EXECUTABLE, _NOT_FOUND, _USAGE)
    for fault in faults(command, CommandContext(Path(cwd))) if exit_code is not None else ():
        if startup or fault.weight is not Weight.DOUBT:
            return fault.sentence
    text = plain(tail)
    for pattern, sentence in _PATTERNS:
        match = None
        for match in re.finditer(pattern, text):  # noqa: B007 the last one counts
            pass
        if match:
            return sentence.format(
                *(quoted_line(group) if " " in group else group for group in match.groups())
            )
    if exit_code == _NOT_FOUND:
        return "A command in it was not found; give its full path, or load its module first."
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (
        f"Its last line: {quoted_line(lines[-1])}."
        if lines
        else "It printed nothing; run it by hand to see what it does."
    )
