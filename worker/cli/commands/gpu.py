"""`omniopt gpu`: how busy the GPUs were, as an html file."""

from __future__ import annotations

import argparse

from worker.cli.result_files import configure_run, output_path, say_written
from worker.cli.run_lookup import find_run
from worker.errors import EXIT_DONE, UsageError
from worker.report.data import gpu_usage
from worker.report.pages import gpu
from worker.store.files import replacing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt gpu`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """Write the plot and print where it is."""
    paths = find_run(args.run, args.workdir)
    usages = gpu_usage.read(paths)
    if not usages:
        raise UsageError(
            f"There are no GPU samples for {paths.name}. Samples are taken if the nodes have nvidia-smi "
            "and the workers have GPUs; enable GPUs in the config of the next run."
        )
    target = output_path(paths.root / "gpu-usage" / f"{paths.name}.html", paths, args.out)
    with replacing(target) as file:
        file.write(gpu.page(paths.name, usages))
    say_written(target)
    return EXIT_DONE
