"""What several commands share: finding the run that a word names, its config, and where its driver is."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path

from worker.agent.assignment import run_paths
from worker.errors import EXIT_RUNNING, OmnioptError, UsageError
from worker.spec.problem import did_you_mean
from worker.spec.run import Run
from worker.spec.text import quoted
from worker.store.claim import Claim, Standing
from worker.store.paths import FOLDER, Home, RunPaths
from worker.store.run_config import read_run
from worker.store.starter import homes, run_command

OLDER = "made by something else, such as an older OmniOpt; left as it is"


class DrivenError(OmnioptError):
    """The run is being driven by somebody else."""

    exit_code = EXIT_RUNNING


def configure_run(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """Add the arguments by which a command finds its run."""
    parser.add_argument(
        "run",
        metavar="RUN",
        nargs=None if required else "?",
        help="the name of a run, or the path of its folder",
    )
    configure_workdir(parser)


def configure_workdir(parser: argparse.ArgumentParser) -> None:
    """Add --workdir, where runs are looked for."""
    parser.add_argument(
        "--workdir",
        type=Path,
        metavar="DIR",
        help=f"the folder with the {FOLDER} folder (default: the current one, or that of this installation)",
    )


def runs(home: Home) -> list[RunPaths]:
    """The runs in a home, by name."""
    if not home.projects.is_dir():
        return []
    folders = (RunPaths(folder) for folder in home.projects.iterdir())
    return sorted(filter(_is_run, folders), key=lambda paths: paths.name)


def older_projects(home: Home) -> list[str]:
    """The names of folders among the runs that something else has made, such as the first OmniOpt."""
    if not home.projects.is_dir():
        return []
    folders = (RunPaths(folder) for folder in home.projects.iterdir() if folder.is_dir())
    return sorted(paths.name for paths in folders if not _is_run(paths) and _holds_something_else(paths))


def _holds_something_else(paths: RunPaths) -> bool:
    """Whether there is anything that is no beginning of a run."""
    ours = {paths.trials, paths.agents, paths.journals}
    with suppress(OSError):
        return any(entry not in ours for entry in paths.root.iterdir())
    return False


def _is_run(paths: RunPaths) -> bool:
    """Whether there is a run; one that may not be looked into is one, and whoever opens it is told so."""
    try:
        return paths.config.is_file()
    except PermissionError:
        return True
    except OSError:  # no file can have that name
        return False


def find_run(word: str, workdir: Path | None) -> RunPaths:
    """The folder of the run that `word` names. Raises UsageError with the names that there are."""
    all_homes = list(homes(workdir))
    path = Path(os.path.expanduser(word)).absolute()  # noqa: PTH111 - "~nobody" is no error, but no run either
    for paths in (*(home.run(word) for home in all_homes), RunPaths(path)):
        if _is_run(paths):
            return run_paths(paths.root)
    names = sorted({paths.name for home in all_homes for paths in runs(home)})
    where = " and ".join(str(home.projects) for home in dict.fromkeys(all_homes))
    hint = (
        did_you_mean(word, names)
        if names
        else f"There are no runs in {where}; --workdir DIR looks elsewhere."
    )
    raise UsageError(f"There is no run {quoted(word)}. {hint}")


def open_run(args: argparse.Namespace) -> tuple[RunPaths, Run]:
    """The run that the command line names, and its config. Raises UsageError or ConfigError."""
    paths = find_run(args.run, args.workdir)
    return paths, read_run(paths)


def say_if_paused(current_claim: Claim) -> None:
    """Say that a driver hears nothing at present; what it was asked for stays written down until it does."""
    if current_claim.paused:
        print(current_claim.pause)


def refuse_if_driven(paths: RunPaths, current_claim: Claim) -> None:
    """Raise DrivenError where somebody drives the run, or may be doing so."""
    if current_claim.paused:
        raise DrivenError(
            f"The run {paths.name} already has a driver. {current_claim.pause} To end it:\n"
            f"  {run_command('cancel', paths)}"
        )
    if current_claim.standing is Standing.BEGINNING:
        raise DrivenError(
            f"A driver of the run {paths.name} started {current_claim.silent:.0f} seconds ago and has not "
            "yet reported where it runs. If it has died, try again in two minutes."
        )
    if current_claim.standing is Standing.ALIVE:
        raise DrivenError(
            f"The run {paths.name} already has a driver, process {current_claim.pid} on this machine. To "
            "follow the run, or to stop it:\n"
            f"  {run_command('follow', paths)}\n"
            f"  {run_command('stop', paths)}"
        )
    if current_claim.standing is Standing.SILENT:
        raise DrivenError(
            f"The run {paths.name} had a driver {current_claim.silent:.0f} seconds ago, process "
            f"{current_claim.pid} on {current_claim.host}, which cannot be seen from here. If it has died, "
            "try again in two minutes."
        )
