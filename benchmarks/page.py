"""Requests a second that the page's POST /preview answers: 20 parameters, gunicorn with 2 workers, wrk with 32 connections."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from harness import ROOT, free_port, machine, options, repeated, spread, table, workdir

PARAMETERS = 20
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "{body}"
"""


def main() -> None:
    """Load the page and print the table."""
    parser = options(__doc__, repeats=3)
    parser.add_argument("--seconds", type=int, default=10, help="of load, each time (%(default)s)")
    parser.add_argument("--connections", type=int, default=32)
    asked = parser.parse_args()
    print(machine())
    slowest: list[float] = []
    with workdir() as folder, page(folder) as address:
        script = folder / "preview.lua"
        script.write_text(SCRIPT.format(body=form()), encoding="utf-8")

        def load() -> float:
            rate, late = wrk(address, script, asked.connections, asked.seconds)
            slowest.append(late)
            return rate

        rates = repeated(asked.repeats, load, "requests a second")
    table(
        [
            ("POST /preview, 20 parameters, requests a second", spread(rates, "/s", 0), ">= 300/s"),
            ("POST /preview, 99th percentile", spread(slowest, "ms", 0), "<= 150 ms"),
        ]
    )


def form() -> str:
    """The form's fields, as a browser sends them."""
    names = [f"parameter_{number}" for number in range(PARAMETERS)]
    fields = {
        "projectname": "load",
        "partition": "alpha",
        "number_of_workers": "5",
        "runtime": "20",
        "max_evals": "1000",
        "searchtype": "tpe.suggest",
        "objective_program": "bash run.sh " + " ".join(f"--{name}=(${name})" for name in names),
        "number_of_parameters": str(PARAMETERS),
    }
    for number, name in enumerate(names):
        fields[f"param_{number}_name"] = name
        fields[f"param_{number}_type"] = "hp.uniform"
        fields[f"param_{number}_value_min"] = "0"
        fields[f"param_{number}_value_max"] = "1"
    return urlencode(fields)


@contextmanager
def page(folder: Path) -> Iterator[str]:
    """The page under gunicorn with two workers; yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "app", "--workers", "2"]
    with (folder / "gunicorn.log").open("wb") as log:
        bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
        server = subprocess.Popen([*command, *bind], cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(server, address)
            yield address
        finally:
            server.terminate()
            server.wait()


def wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Return when the page answers; raises RuntimeError after a minute, or when the server has ended."""
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            with urlopen(f"{address}/healthz", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError("the page does not answer")


def wrk(address: str, script: Path, connections: int, seconds: int) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of the latency in ms; raises where an answer is no 2xx."""
    command = [
        "wrk",
        "--latency",
        "-t2",
        f"-c{connections}",
        f"-d{seconds}s",
        "-s",
        str(script),
        f"{address}/preview",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if rate is None or late is None:
        raise RuntimeError(said)
    return float(rate[1]), float(late[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[late[2]]


if __name__ == "__main__":
    main()
