"""The `omniopt` command: a table of subcommands, each in a module that is imported only when it is called."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from worker import __version__
from worker.cli.parser import CommandParser
from worker.errors import EXIT_INTERRUPTED, EXIT_SYSTEM, OmnioptError, UsageError
from worker.spec.text import quoted

# Subcommand -> (module of worker.cli.commands, one sentence). Each module has `configure(parser)` and `execute(args) -> int`.
COMMANDS: dict[str, tuple[str, str]] = {
    "start": ("start", "Start a run from a config file or from the page's token."),
    "check": ("check", "Report every problem in a config; start nothing."),
    "status": ("status", "Show the state of a run."),
    "list": ("list_", "List all runs with their states, counts and best results."),
    "follow": ("follow", "Show the progress of a run until it ends."),
    "stop": ("stop", "Let running evaluations end, then stop."),
    "cancel": ("cancel", "Stop a run now, together with everything it started."),
    "resume": ("resume", "Continue a run that was stopped or whose driver died."),
    "extend": ("extend", "Go on with a run, with more evaluations or other ranges."),
    "workers": ("workers", "Give a run more or fewer workers."),
    "retry": ("retry", "Repeat failed evaluations."),
    "best": ("best", "Print the best parameters found."),
    "evaluate": ("evaluate", "Open the menu of results."),
    "csv": ("csv", "Write the table of all evaluations."),
    "summary": ("summary", "Print key figures of a run: best parameters, time, nodes, cost."),
    "importance": ("importance", "Say which parameters matter, and how sure the best is."),
    "errors": ("errors", "Say what went wrong, why, and what to do about it."),
    "logs": ("logs", "List what evaluations printed, or show the end of one log."),
    "why": ("why", "Say why an evaluation was proposed, and what was expected of it."),
    "scatter": ("scatter", "Draw all parameters against each other: html, svg and png."),
    "report": ("report", "Write the report: best result, how it was found, failures, cost."),
    "figure": ("figure", "Draw one chart for a paper, as svg, pdf or png."),
    "parallel": ("parallel", "Draw the parallel plot, an interactive html file."),
    "compare": ("compare", "Compare several runs: in the terminal, as a page and csv."),
    "video": ("video", "Make a video of the course of a run."),
    "partitions": ("partitions", "List the partitions of the cluster, as a file for the page."),
    "export": (
        "export",
        "Export a run: JSON, Parquet, Optuna, MLflow, RO-Crate.",
    ),
    "import": ("import_", "Import evaluations from a csv as a warm start for a run."),
    "dashboard": ("dashboard", "Show all runs, or the report of one, live in a browser."),
    "gpu": ("gpu", "Plot how busy the GPUs were."),
    "install": ("install", "Install packages for plots, importance and other extras."),
    "debug-zip": ("debug_zip", "Pack what others need to help you, without secrets."),
    "scan": ("scan", "Propose a config for a program, from its --help or its source."),
    "config": ("config", "Convert a config file, URL or token into a config file."),
    "url": ("url", "Print the link that opens the page's form filled in with a config."),
    "completion": ("completion", "Print what lets a shell complete the words of these commands."),
    "man": ("man", "Show the manual page of these commands."),
}
# Not for people: what the generated scripts call.
INTERNAL: dict[str, str] = {"agent": "agent", "drive": "drive"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (see `worker.errors`)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal has UTF-8
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments else ""
    try:
        exists = name in COMMANDS or name in INTERNAL
        code = _execute(name, arguments[1:]) if exists else _without_command(arguments)
        sys.stdout.flush()
        return code
    except OmnioptError as error:
        print(f"omniopt: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has gone (`omniopt csv --stdout | head`); nothing is left to say.
        sys.stderr.close()
        return 0
    except PermissionError as error:
        print(
            f"omniopt: This needs access to {error.filename}, which you do not have. Ask its owner, or see ls -ld.",
            file=sys.stderr,
        )
        return EXIT_SYSTEM
    except OSError as error:
        from worker.store.appender import FILE_SERVER

        if error.errno not in FILE_SERVER:
            raise
        print(f"omniopt: {_system_failure(error)}", file=sys.stderr)
        return EXIT_SYSTEM
    except KeyboardInterrupt:
        print("\nomniopt: Stopped by Ctrl-C.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _system_failure(error: OSError) -> str:
    """What the file system does not do, and what helps."""
    if _output_fails():
        return f"The output cannot be written: {error.strerror}. Free some space there, or send it elsewhere."
    return (
        f"{error.filename or 'A file'} cannot be used: {error.strerror}. Try again; if it keeps failing, check "
        "the disk (df -h, quota), or ask the administrators of the file system."
    )


def _output_fails() -> bool:
    """Whether nothing can be printed; what is left of it is given up then, or Python would complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _execute(name: str, arguments: Sequence[str]) -> int:
    _see_where_we_are()
    module_name, sentence = COMMANDS.get(name) or (INTERNAL[name], "")
    module = import_module(f"worker.cli.commands.{module_name}")
    parser = CommandParser(prog=f"omniopt {name}", description=sentence)
    module.configure(parser)
    code: int = module.execute(parser.parse_args(arguments))
    return code


def _without_command(arguments: Sequence[str]) -> int:
    """Print the help, or the version. Raises UsageError where a command or option is meant that does not exist."""
    parser = _top_parser()
    if arguments and not arguments[0].startswith("-"):
        parser.refuse(f"There is no command {quoted(arguments[0])}.", arguments[0], COMMANDS)
    parser.parse_args(arguments)
    parser.print_help()
    return 0


def _see_where_we_are() -> None:
    """Raise UsageError where the present folder has been removed: paths mean nothing there."""
    try:
        os.getcwd()  # noqa: PTH109 - pathlib takes time to import
    except FileNotFoundError as error:
        raise UsageError(
            "The current folder no longer exists; it was removed or replaced. Go to another one, or to the "
            'new one of the same name with cd "$PWD".'
        ) from error


def _top_parser() -> CommandParser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {sentence}" for name, (_, sentence) in COMMANDS.items())
    parser = CommandParser(
        prog="omniopt",
        usage="omniopt COMMAND ...",
        description="Find the parameters of your program that give the best RESULT.",
        epilog=f"commands:\n{listing}\n\nomniopt COMMAND --help describes each of them.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"omniopt {__version__}")
    return parser
