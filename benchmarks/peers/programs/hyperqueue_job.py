"""A HyperQueue server and worker in this process, and a task for each line of a file: WORKERS POINTS COMMAND..."""

from __future__ import annotations

import sys
from pathlib import Path

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

if __name__ == "__main__":
    workers, points, words = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    results = Path("results")
    results.mkdir(exist_ok=True)
    job = Job()
    for line in points.read_text(encoding="utf-8").splitlines():
        x, y = line.split()
        job.program([*words, x, y], stdout=str(results.resolve() / f"{x}-{y}"))
    with LocalCluster(server_dir=str(Path("server").resolve())) as cluster:
        cluster.start_worker(WorkerConfig(cores=workers))
        client = cluster.client()
        client.wait_for_jobs([client.submit(job)], raise_on_error=False)
