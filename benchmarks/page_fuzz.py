"""What any request may cost the page: requests drawn at random, inside its size limits, to gunicorn with 2 workers.

One client sends the first ones, and the CPU time that the workers take for each is read from /proc; forty send the
rest at a time, under which the memory of the workers must stay as it is.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from harness import Figure, machine, options, report, workdir
from page import page
from page_requests import Sent, some

MOST_CPU = 0.1  # seconds
MOST_BYTES = 1_000_000
MOST_MEMORY = 200  # MB of all workers
_WORKERS = 2  # as `page` starts it
TRIES = 4  # another process on the processor costs time, too: the least of them counts


@dataclass
class Seen:
    """What came of requests; `worst`: by kind, CPU seconds and bytes."""

    statuses: Counter[int] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def answered(self, sent: Sent, status: int, size: int) -> None:
        """Count one answer."""
        self.statuses[status] += 1
        self.size[sent.kind] = max(size, self.size.get(sent.kind, 0))
        if status >= 500 or size > MOST_BYTES:
            self.faults.append(f"{status}, {size:,} bytes: {_short(sent)}")


def main() -> int:
    """Send the requests and print the table."""
    parser = options(__doc__, repeats=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measured", type=int, default=2000, help="requests one by one (%(default)s)")
    parser.add_argument(
        "--together", type=int, default=18_000, help="requests from forty clients (%(default)s)"
    )
    parser.add_argument("--cpu", type=float, default=MOST_CPU, help="seconds, of one request (%(default)s)")
    parser.add_argument("--worst", action="store_true", help="print what each kind of request cost at most")
    asked = parser.parse_args()
    print(machine())
    seen = Seen()
    with workdir() as folder, page(folder) as address:
        workers = _workers(address)
        one_by_one(address, workers, Random(asked.seed), asked.measured, asked.cpu, seen)
        before = memory(workers)
        together(address, asked.seed, asked.together, seen)
        after = memory(workers)
        if workers != _workers(address):
            seen.faults.append("a worker was replaced")
        log = (folder / "gunicorn.log").read_text(encoding="utf-8")
    if "Traceback" in log:
        seen.faults.append(log[log.index("Traceback") :][:3000])
    if asked.worst:
        for kind, cpu in sorted(seen.cpu.items(), key=lambda item: item[1]):
            print(f"{cpu * 1000:7.1f} ms {seen.size[kind]:9,} bytes  {kind}")
    return report(_figures(seen, before, after, asked.cpu), seen.faults)


def _figures(seen: Seen, before: Sequence[float], after: Sequence[float], most_cpu: float) -> list[Figure]:
    cpu, size = max(seen.cpu.values()), max(seen.size.values())
    broken = sum(count for status, count in seen.statuses.items() if status >= 500)
    grown = f"{sum(after):.0f} MB ({', '.join(f'{one:.0f}' for one in after)}); before: {sum(before):.0f} MB"
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(seen.statuses.items()))
    return [
        Figure(
            "most CPU of one request", f"{cpu * 1000:.0f} ms", f"<= {most_cpu * 1000:.0f} ms", cpu <= most_cpu
        ),
        Figure("largest answer", f"{size:,} bytes", f"<= {MOST_BYTES:,}", size <= MOST_BYTES),
        Figure("answers 5xx", f"{broken} ({statuses})", "0", broken == 0),
        Figure("memory of the workers", grown, f"<= {MOST_MEMORY} MB", sum(after) <= MOST_MEMORY),
    ]


def one_by_one(
    address: str, workers: Sequence[int], random: Random, count: int, most_cpu: float, seen: Seen
) -> None:
    """Send so many requests and measure each; one that took too much is sent again, to see whether it was that."""
    client = Client(address)
    for _ in range(20):  # what is made once is made
        client.send(Sent("first", "GET", "/"))
    for _ in range(count):
        sent = some(random)
        least = 1e9
        for _ in range(TRIES):
            before = cpu_time(workers)
            status, size = client.send(sent)
            least = min(least, cpu_time(workers) - before)
            if least <= most_cpu:
                break
        seen.answered(sent, status, size)
        seen.cpu[sent.kind] = max(least, seen.cpu.get(sent.kind, 0))
        if least > most_cpu:
            seen.faults.append(f"{least * 1000:.0f} ms: {_short(sent)}")


def together(address: str, seed: int, count: int, seen: Seen, clients: int = 40) -> None:
    """Send so many requests from many clients at a time."""
    lock = threading.Lock()

    def work(number: int) -> None:
        random, client = Random(seed * 1000 + number), Client(address)
        for _ in range(count // clients):
            sent = some(random)
            status, size = client.send(sent)
            with lock:
                seen.answered(sent, status, size)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Client:
    """One connection, which is opened again where the server has closed it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = HTTPConnection(str(parts.hostname), parts.port, timeout=120)

    def send(self, sent: Sent) -> tuple[int, int]:
        """The status and the length of the answer; 599 where there is none."""
        for _ in range(2):
            try:
                self._connection.request(sent.method, sent.address, sent.body or None, dict(sent.headers))
                answer = self._connection.getresponse()
                return answer.status, len(answer.read())
            except (HTTPException, OSError):
                self._connection.close()
        return 599, 0


def _workers(address: str) -> list[int]:
    """The processes that answer at `address`: the children of the one that this one has started."""
    me = Path("/proc/self").resolve().name
    (server,) = _children(int(me))
    for _ in range(100):  # the second one may not be there when the first one answers
        if len(found := sorted(_children(server))) == _WORKERS:
            break
        time.sleep(0.1)
    return found


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def cpu_time(workers: Sequence[int]) -> float:
    """Seconds of CPU that all threads of the workers have had so far."""
    total = 0
    for pid in workers:
        for task in Path(f"/proc/{pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                continue  # a thread that has ended
    return total / 1e9


def memory(workers: Sequence[int]) -> list[float]:
    """The resident memory of each worker, in MB."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in workers]
    return [int(text.partition("VmRSS:")[2].split()[0]) / 1024 for text in texts]


def _short(sent: Sent) -> str:
    body = sent.body[:200] + (b"..." if len(sent.body) > 200 else b"")
    return f"{sent.kind}: {sent.method} {sent.address[:200]} {dict(sent.headers)} {body!r}"


if __name__ == "__main__":
    sys.exit(main())
