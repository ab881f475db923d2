"""`omniopt debug-zip`: everything that somebody needs to help, without environment variables and secrets."""

from __future__ import annotations

import argparse
import sys

from worker.cli.result_files import configure_run, open_results, output_path, say_written
from worker.errors import EXIT_DONE
from worker.report.exchange import debug_zip
from worker.spec.text import counted
from worker.store.files import replacing_bytes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt debug-zip`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """Write the zip, say what is in it, and print where it is."""
    results = open_results(args)
    target = output_path(results.paths.root / f"debug-{results.run.name}.zip", results.paths, args.out)
    with replacing_bytes(target) as file:
        names = debug_zip.write(results, file)
    print(
        f"{counted(len(names), 'file')}; environment variables are not included, and anything that looks "
        "like a secret was left out. Look through it before you send it.",
        file=sys.stderr,
    )
    say_written(target)
    return EXIT_DONE
