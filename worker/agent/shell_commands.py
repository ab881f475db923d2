"""Commands of a shell by what they can do to those behind them: built in, harmless, loading software, passing text on."""

from __future__ import annotations

BUILTINS = frozenset(
    [
        ".",
        ":",
        "[",
        "alias",
        "bg",
        "bind",
        "break",
        "builtin",
        "caller",
        "cd",
        "command",
        "compgen",
        "complete",
        "continue",
        "declare",
        "dirs",
        "disown",
        "echo",
        "enable",
        "eval",
        "exec",
        "exit",
        "export",
        "false",
        "fc",
        "fg",
        "getopts",
        "hash",
        "help",
        "history",
        "jobs",
        "kill",
        "let",
        "local",
        "logout",
        "mapfile",
        "popd",
        "printf",
        "pushd",
        "pwd",
        "read",
        "readarray",
        "readonly",
        "return",
        "set",
        "shift",
        "shopt",
        "source",
        "suspend",
        "test",
        "times",
        "trap",
        "true",
        "type",
        "typeset",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "wait",
    ]
)
# What changes no file that a later command needs.
HARMLESS = BUILTINS | {"date", "hostname", "sleep", "which", "nvidia-smi", "env", "free", "uname", "id"}
LOADERS = frozenset(["module", "ml", "spack", "conda", "mamba", "micromamba", "guix", "eval"])
FILTERS = frozenset(
    ["tee", "cat", "grep", "egrep", "sed", "head", "tail", "tr", "stdbuf", "ts", "cut", "sort", "uniq"]
)
