"""Completion scripts for shells, made from the commands as they are; names of runs are looked up by the shell itself.

No Python is started at the Tab key. Of a run's folder only a name that needs no quoting is offered in bash, whose
`compgen -W` would run what stands in it: others may have made the folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from worker.cli.described import Described, Option

_BASH = """\
# Completes the words of omniopt, also of omniopt/omniopt.
_omniopt_runs() {
    local called=${COMP_WORDS[0]/#"~/"/"$HOME/"} folder config name
    for folder in "${OMNIOPT_HOME:-}" "${called%/*}" omniopt; do
        for config in "$folder"/projects/*/config.toml; do
            name=${config%/config.toml}
            name=${name##*/}
            [[ -f $config && $name =~ ^[A-Za-z0-9_.-]+$ ]] && echo "$name"
        done
    done
}
_omniopt() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="@commands@"
    else
        case "$command $before" in
@values@        *)
            case "$command" in
@options@            esac
            ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _omniopt omniopt
"""
_ZSH = """\
#compdef omniopt
# Completes the words of omniopt, also of omniopt/omniopt.
_omniopt_runs() {
    local -a found
    local folder
    for folder in ${OMNIOPT_HOME:-} ${${called/#\\~\\//$HOME/}:h} omniopt; do
        found+=($folder/projects/*/config.toml(N:h:t))
    done
    compadd -a found
}
_omniopt() {
    local called=$words[1] curcontext=$curcontext context state state_descr line
    typeset -A opt_args
    if (( CURRENT == 2 )); then
        local -a commands
        commands=(
@commands@        )
        _describe command commands
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
@options@    esac
}
if [ "$funcstack[1]" = _omniopt ]; then
    _omniopt "$@"
else
    compdef _omniopt omniopt
fi
"""
_FISH = """\
# Completes the words of omniopt, also of omniopt/omniopt.
function __omniopt_runs
    set -l called (string replace -r '^~/' "$HOME/" -- (commandline -opc)[1])
    for folder in $OMNIOPT_HOME (string replace -r '/[^/]*$' '' -- $called) omniopt
        for config in $folder/projects/*/config.toml
            string replace -r '^.*/([^/]+)/config.toml$' '$1' -- $config
        end
    end
end
function __omniopt_in
    set -l words (commandline -opc)
    test (count $words) -gt 1; and contains -- $words[2] $argv
end
complete -c omniopt -f
@lines@"""


def bash(commands: Sequence[Described]) -> str:
    """The script for bash."""
    values, options = [], []
    for command in commands:
        for option in command.options:
            if option.value:
                pattern = "|".join(f'"{command.name} {flag}"' for flag in option.flags)
                values.append(f"        {pattern}) words={_word(' '.join(option.choices))} ;;\n")
        flags = _word(" ".join(command.flags))
        rest = '"$(_omniopt_runs)"' if command.takes_run else _word(" ".join(command.choices))
        choice = f'if [[ "$word" == -* ]]; then words={flags}; else words={rest}; fi'
        options.append(f"            {command.name}) {choice} ;;\n")
    names = " ".join(command.name for command in commands)
    return _filled(_BASH, commands=names, values="".join(values), options="".join(options))


def zsh(commands: Sequence[Described]) -> str:
    """The script for zsh: for a line in a start-up file, or a file `_omniopt` in a folder of `fpath`."""
    names = [f"            {_word(f'{command.name}:{command.sentence}')}\n" for command in commands]
    options = [
        f"        {command.name}) _arguments -s {' '.join(map(_word, _zsh_arguments(command)))} ;;\n"
        for command in commands
    ]
    return _filled(_ZSH, commands="".join(names), options="".join(options))


def _zsh_arguments(command: Described) -> list[str]:
    specs = [_zsh_option(option, flag) for option in command.options for flag in option.flags]
    if command.words:
        choices = f"({' '.join(command.choices)})" if command.choices else "_files"
        specs.append(f"*:{_zsh_text(command.words[0])}:{'_omniopt_runs' if command.takes_run else choices}")
    return specs


def _zsh_option(option: Option, flag: str) -> str:
    value = ""
    if option.value:
        choices = " ".join(option.choices)
        value = f":{_zsh_text(option.value)}:{f'({choices})' if choices else '_files'}"
    return f"*{flag}[{_zsh_text(option.help)}]{value}"


def _zsh_text(text: str) -> str:
    """`text` where _arguments would take brackets and colons for its own."""
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def fish(commands: Sequence[Described]) -> str:
    """The script for fish."""
    lines = []
    for command in commands:
        lines.append(
            "complete -c omniopt -n 'test (count (commandline -opc)) -eq 1' "
            f"-a {command.name} -d {_fish_word(command.sentence)}\n"
        )
        here = f"complete -c omniopt -n '__omniopt_in {command.name}'"
        if command.takes_run:
            lines.append(f"{here} -a '(__omniopt_runs)'\n")
        elif command.choices:
            lines.append(f"{here} -a {_fish_word(' '.join(command.choices))}\n")
        elif command.words:
            lines.append(f"{here} -F\n")
        lines += [f"{here}{_fish_option(option)}\n" for option in command.options]
    return _filled(_FISH, lines="".join(lines))


def _fish_option(option: Option) -> str:
    flags = "".join(
        f" -l {flag[2:]}" if flag.startswith("--") else f" -s {flag[1:]}" for flag in option.flags
    )
    value = ""
    if option.choices:
        value = f" -x -a {_fish_word(' '.join(option.choices))}"
    elif option.value:
        value = " -r -F"
    return f"{flags}{value} -d {_fish_word(option.help)}"


def _fish_word(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _word(text: str) -> str:
    """One word of bash and zsh, always in quotation marks."""
    return "'" + text.replace("'", "'\\''") + "'"


def _filled(script: str, **parts: str) -> str:
    for name, part in parts.items():
        script = script.replace(f"@{name}@", part)
    return script


SHELLS: Mapping[str, Callable[[Sequence[Described]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
