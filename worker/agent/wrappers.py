"""Programs that run another one, and interpreters that run a script: which words of theirs name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.agent.shell import Word

SHELL = re.compile(r"(?:ba|da|z|k)?sh")


@dataclass(frozen=True)
class Options:
    """The options of an interpreter that matter here.

    with_value: those that take the next word. line: what is followed by a program text. module: by a module's name.
    """

    with_value: frozenset[str] = frozenset()
    line: str = ""
    module: str = ""


def _of(names: str) -> frozenset[str]:
    return frozenset(names.split())


INTERPRETERS: Mapping[str, Options] = {
    "python": Options(
        _of("-W -X --check-hash-based-pycs"), r"-[A-Za-z]*c|-V|-h|--help|--version", r"-[A-Za-z]*m"
    ),
    "sh": Options(_of("-o +o -O +O --rcfile --init-file"), r"-[A-Za-z]*c|-s|--version|--help"),
    "Rscript": Options(line=r"-e|--version"),
    "perl": Options(_of("-I"), r"-[a-z]*[eE]|-v"),
    "ruby": Options(_of("-I -r"), r"-[a-z]*e|-v"),
    "julia": Options(_of("-p -t -L -J -m"), r"-[eE]|--eval|--version"),
    "node": Options(_of("-r --require --import"), r"-[a-z]*[ep]|--eval|--print"),
    "octave": Options(_of("-p --path"), r"--eval|-e"),
}
_INTERPRETER = re.compile(
    r"(?P<python>python[0-9.]*)|(?P<sh>(?:ba|da|z|k)?sh)|(?P<other>Rscript|perl|ruby|julia|node|octave)"
)

# Wrapper -> its options that take the next word, and how many words of its own follow them.
_WRAPPERS: Mapping[str, tuple[frozenset[str], int]] = {
    "env": (_of("-u --unset"), 0),
    "nice": (_of("-n --adjustment"), 0),
    "nohup": (_of(""), 0),
    "time": (_of("-f -o --format --output"), 0),
    "timeout": (_of("-k -s --kill-after --signal"), 1),
    "stdbuf": (_of("-i -o -e --input --output --error"), 0),
    "ionice": (_of("-c -n --class --classdata"), 0),
    "taskset": (_of(""), 1),
    "numactl": (_of("-N -m -C -i -p --cpunodebind --membind --physcpubind --interleave --preferred"), 0),
    "setsid": (_of(""), 0),
    "exec": (_of("-a"), 0),
    "command": (_of(""), 0),
    "catchsegv": (_of(""), 0),
    "unbuffer": (_of(""), 0),
    "xvfb-run": (_of("-n -s -e -f -w -p"), 0),
}
_LAUNCHERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("srun", "prun"), _of("-n -N -c -p -t -G -w -x -J -A -q -C -D -o -e -i -m -r -W")),
    **dict.fromkeys(
        ("mpirun", "mpiexec", "mpiexec.hydra", "orterun"), _of("-n -np -H -x -N -ppn -f -hostfile -wdir")
    ),
}
_RUNNERS = {
    **dict.fromkeys(("conda", "mamba", "micromamba"), _of("-n --name -p --prefix --cwd -e -a")),
    **dict.fromkeys(
        ("uv", "poetry", "pipenv", "pixi", "hatch", "pdm", "rye"),
        _of("-e --with --python -p --extra --project --directory -C --env-file"),
    ),
}
_CONTAINERS = _of("apptainer singularity")
_IMAGE = re.compile(r"[a-z-]+://.+|.+\.(?:sif|simg|img|sqsh)")
_MOVERS = _of("-C --chdir -D -wdir --wdir --cwd --directory --project")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


@dataclass(frozen=True)
class WrappedCommand:
    """The command that a wrapper runs. sure: whether these are certainly its words.

    other_programs: names may find other programs there. other_folder: it may run in another folder.
    """

    words: list[Word]
    sure: bool = True
    other_programs: bool = False
    other_folder: bool = False


def interpreter_of(name: str) -> str:
    """The key of INTERPRETERS for a program's name, "" for none."""
    match = _INTERPRETER.fullmatch(name)
    if match is None:
        return ""
    return match["other"] or ("python" if match["python"] else "sh")


def is_runner(name: str) -> bool:
    """Whether a program of this name makes an environment for another one, and runs that in it."""
    return name in _RUNNERS


def image_of(name: str, words: list[Word]) -> str:
    """The image whose container the program `name` runs a command in with these words, "" where there is none."""
    if name not in _CONTAINERS or not any(word.text in ("exec", "run") for word in words):
        return ""
    return next((word.text for word in words if word.known and _IMAGE.fullmatch(word.text)), "")


def unwrap(name: str, words: list[Word]) -> WrappedCommand | None:
    """What the wrapper `name` runs with these words; None where it is no wrapper."""
    if name in _WRAPPERS:
        with_value, own_arguments = _WRAPPERS[name]
        inner = _behind_options(words, with_value, unknown_are_sure=name != "env")
        command = inner.words[own_arguments:]
        if name == "env":
            path = any(word.text.startswith("PATH=") for word in command)
            while command and _ASSIGNMENT.match(command[0].text):
                command = command[1:]
            return WrappedCommand(command, inner.sure, path, inner.other_folder)
        return WrappedCommand(command, inner.sure, False, inner.other_folder)
    if name in _LAUNCHERS:
        return _behind_options(words, _LAUNCHERS[name], unknown_are_sure=False)
    if name in _RUNNERS:
        if not words or words[0].text not in ("run", "exec"):
            return WrappedCommand([])
        inner = _behind_options(words[1:], _RUNNERS[name], unknown_are_sure=False)
        return WrappedCommand(inner.words, inner.sure, True, inner.other_folder)
    return None


def _behind_options(words: list[Word], with_value: frozenset[str], unknown_are_sure: bool) -> WrappedCommand:
    """The words from the first one on that is no option. A long option that is not known may take the next word."""
    left, sure, moved = list(words), True, False
    while left and left[0].text.startswith("-"):
        option = left.pop(0).text
        if option == "--":
            break
        moved |= option.partition("=")[0] in _MOVERS
        if option in with_value:
            left = left[1:]
        elif option.startswith("--") and "=" not in option and not unknown_are_sure and left:
            sure = False
            # The word behind it is its value, unless it looks like a program.
            if not (left[0].text.startswith("-") or "/" in left[0].text or interpreter_of(left[0].text)):
                left = left[1:]
    return WrappedCommand(left, sure, False, moved)
