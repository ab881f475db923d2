"""How many requests a second the page answers: previews and links directly, pages through nginx, and one beside slow clients.

gunicorn has 2 workers; wrk loads them.
"""

from __future__ import annotations

import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from harness import ROOT, free_port, machine, options, repeated, spread, table, workdir

sys.path.append(str(ROOT / "tests" / "support"))
from deployed import HOST, end, running_nginx, start_page  # the helpers of the tests

PARAMETERS = 20
SLOW_CLIENTS = 400
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
    rows: list[tuple[str, str, str]] = []
    with workdir() as folder:
        script = folder / "preview.lua"
        script.write_text(SCRIPT.format(body=form()), encoding="utf-8")

        def load(what: str, address: str, *more: str, rate: str, late: str) -> None:
            slowest: list[float] = []

            def once() -> float:
                answered, at_most = wrk(address, asked.connections, asked.seconds, *more)
                slowest.append(at_most)
                return answered

            rates = repeated(asked.repeats, once, f"{what}, requests a second")
            rows.append((f"{what}, requests a second", spread(rates, "/s", 0), rate))
            rows.append((f"{what}, 99th percentile", spread(slowest, "ms", 0), late))

        with page(folder) as address:
            load(
                "POST /preview, 20 parameters",
                f"{address}/preview",
                "-s",
                str(script),
                rate=">= 300/s",
                late="<= 150 ms",
            )
            load("GET /?link, 20 parameters", f"{address}/?{form()}", rate="-", late="-")
            beside = repeated(
                asked.repeats, lambda: beside_slow_clients(address), "seconds beside slow clients"
            )
            rows.append((f"GET / while {SLOW_CLIENTS} clients send slowly", spread(beside, "s", 3), "< 1 s"))
        with behind_nginx(folder) as (address, host):
            load("GET / through nginx", f"{address}/", "-H", host, rate=">= 500/s", late="< 100 ms")
    table(rows)


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


@contextmanager
def behind_nginx(folder: Path) -> Iterator[tuple[str, str]]:
    """The page behind nginx with the example's configuration, which lets one address ask as often as it likes; yields the address and its Host header."""
    with ExitStack() as stack:
        nginx = stack.enter_context(running_nginx(folder, ("limit_req",)))
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(str(nginx.socket_path))
        listening.listen(2048)
        server = start_page(listening, {"OMNIOPT_PUBLIC_URL": f"https://{HOST}", "WEB_CONCURRENCY": "2"})
        stack.callback(end, server)
        time.sleep(3)  # until it has started
        yield f"https://127.0.0.1:{nginx.port}", f"Host: {HOST}"


def beside_slow_clients(address: str) -> float:
    """The seconds that one page takes, the median of 20, while others have sent a part of a request and say no more."""
    host, port = address.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            client = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            client.sendall(
                b"POST /preview HTTP/1.1\r\nHost: " + host.encode() + b"\r\nContent-Length: 1000\r\n\r\na"
            )
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            with urlopen(f"{address}/", timeout=30) as answer:
                answer.read()
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)


def wrk(address: str, connections: int, seconds: int, *more: str) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of the latency in ms; raises where an answer is no 2xx."""
    command = [
        "wrk",
        "--latency",
        "--timeout=30s",
        "-t2",
        f"-c{connections}",
        f"-d{seconds}s",
        *more,
        address,
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
