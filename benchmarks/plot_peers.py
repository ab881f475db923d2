"""The same evaluations in the parallel plots of HiPlot and optuna-dashboard, for `report_plots.py`.

It is also what the Python of their own environment runs: python plot_peers.py hiplot|journal EVALUATIONS.csv FILE
"""

from __future__ import annotations

import csv
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("hiplot", "optuna", "optuna-dashboard")


class Peers:
    """Both of them, in an environment of their own below `where`."""

    def __init__(self, where: Path) -> None:
        self._bin = where / "plots" / "bin"

    def install(self) -> None:
        """Where they are not there yet: from the package index that pip uses."""
        python = self._bin / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", self._bin.parent], check=True)
            quiet = ("--quiet", "--disable-pip-version-check")
            subprocess.run([python, "-m", "pip", "install", *quiet, *PACKAGES], check=True)

    def versions(self) -> str:
        """Which ones are installed."""
        script = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
        said = subprocess.run(
            [self._bin / "python", "-c", script, *PACKAGES], check=True, capture_output=True, text=True
        )
        return ", ".join(map(" ".join, zip(PACKAGES, said.stdout.split(), strict=True)))

    def make(self, kind: str, table: Path, made: Path) -> None:
        """HiPlot's page, or Optuna's journal, of the evaluations in a csv file."""
        subprocess.run(
            [self._bin / "python", __file__, kind, table, made], check=True, stderr=subprocess.DEVNULL
        )

    @contextmanager
    def dashboard(self, journal: Path, port: int) -> Iterator[str]:
        """The address of a dashboard of this machine alone, which shows the journal meanwhile."""
        server = subprocess.Popen(
            [self._bin / "optuna-dashboard", "--host", "127.0.0.1", "--port", str(port), journal],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}/dashboard/studies/0"
        finally:
            server.terminate()
            server.wait()


def _wait(port: int) -> None:
    """Until something listens on a port of this machine, for two minutes at most; whoever asks then is told that nothing does."""
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.5)
        else:
            return


def _hiplot(rows: list[dict[str, str]], made: str) -> None:
    import hiplot  # type: ignore[import-not-found]

    wanted = ("x", "y", "n", "RESULT", "seconds")
    points = [{name: float(row[name]) for name in wanted} for row in rows]
    hiplot.Experiment.from_iterable(points).to_html(made)


def _journal(rows: list[dict[str, str]], made: str) -> None:
    import optuna
    from optuna.distributions import FloatDistribution, IntDistribution
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    space = {
        "x": FloatDistribution(-5, 5),
        "y": FloatDistribution(1e-9, 1, log=True),
        "n": IntDistribution(1, 1000),
    }
    study = optuna.create_study(storage=JournalStorage(JournalFileBackend(made)))
    study.add_trials(
        [
            optuna.trial.create_trial(
                params={"x": float(row["x"]), "y": float(row["y"]), "n": int(row["n"])},
                distributions=dict(space),
                value=float(row["RESULT"]),
            )
            for row in rows
        ]
    )


def main() -> None:
    """Make the file that the words ask for."""
    kind, table, made = sys.argv[1:]
    with Path(table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    {"hiplot": _hiplot, "journal": _journal}[kind](rows, made)


if __name__ == "__main__":
    main()
