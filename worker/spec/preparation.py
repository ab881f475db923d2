"""What makes the environment of evaluations: lines for a shell from modules, virtual environment and conda."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from worker.spec.environment import Variables, folder, modules_text, quoted_for_shell
from worker.spec.run import Run

# Says what did not work to whoever made the shell, on a stream of its own.
_FAILED = 'failed() { printf "%s" "$1" >&3; exit 1; }'
# In a shell that is no login shell, the command is often unknown.
_MODULES = """\
for file in /etc/profile.d/modules.sh /etc/profile.d/lmod.sh /etc/profile.d/z00_lmod.sh "$LMOD_PKG/init/bash" \\
  "$MODULESHOME/init/bash" /etc/profile; do
  type module >/dev/null 2>&1 && break
  [ -r "$file" ] && . "$file" >&2
done
type module >/dev/null 2>&1 || failed "There is no module command."
"""
_CONDA = """\
for tool in "$CONDA_EXE" conda mamba micromamba "$HOME"/miniconda3/bin/conda "$HOME"/miniforge3/bin/conda \\
  "$HOME"/anaconda3/bin/conda "$HOME"/mambaforge/bin/conda /opt/conda/bin/conda ""; do
  [ -n "$tool" ] && type "$tool" >/dev/null 2>&1 && break
done
case "${tool##*/}" in
  "") failed "There is no conda command; load its module, or put it into PATH." ;;
  conda) hook=$("$tool" shell.bash hook) ;;
  *) hook=$("$tool" shell hook --shell bash) ;;
esac || failed "The shell hook of $tool failed."
eval "$hook"
"""


def needs(run: Run, base: Path) -> dict[str, str]:
    """What the evaluations of a run that was started in `base` need, in short: modules, conda and venv, as far as they do."""
    wanted = {
        "modules": modules_text(run.modules),
        "conda": str(folder(run.conda, base)) if "/" in run.conda or run.conda.startswith("~") else run.conda,
        "venv": str(folder(run.venv, base)) if run.venv else "",
    }
    return {kind: name for kind, name in wanted.items() if name}


def script(wanted: Mapping[str, str]) -> str:
    """The lines for bash that make an environment, as `needs` says it. What fails is written to file descriptor 3, as a sentence."""
    lines = [_FAILED]
    if modules := shlex.join(wanted.get("modules", "").split()):
        lines += [_MODULES, f"module load {modules} >&2 || {_failed(f'module load {modules} failed.')}"]
    if conda := wanted.get("conda"):
        name = shlex.quote(conda)
        lines += [
            _CONDA,
            f'"${{tool##*/}}" activate {name} >&2 || {_failed(f"conda activate {name} failed.")}',
        ]
    if path := wanted.get("venv"):
        activate = shlex.quote(f"{path}/bin/activate")
        missing = f"{path} is no virtual environment: it has no bin/activate that can be read."
        lines += [
            f"[ -r {activate} ] || {_failed(missing)}",
            f". {activate} >&2 || {_failed(f'{path}/bin/activate failed.')}",
        ]
    return "\n".join(lines)


def by_hand(wanted: Mapping[str, str]) -> Iterator[str]:
    """The same as somebody would type it who has modules and conda in his shell."""
    if modules := wanted.get("modules"):
        yield f"module load {shlex.join(modules.split())}"
    if conda := wanted.get("conda"):
        yield f'eval "$(conda shell.bash hook)" && conda activate {shlex.quote(conda)}'
    if venv := wanted.get("venv"):
        yield f". {shlex.quote(f'{venv}/bin/activate')}"


def exports(variables: Variables) -> list[str]:
    """Lines for a shell that set variables."""
    return [f"export {name}={quoted_for_shell(value)}" for name, value in variables]


def _failed(sentence: str) -> str:
    return f"failed {shlex.quote(sentence)}"
