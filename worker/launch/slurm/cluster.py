"""What the cluster says about itself, asked side by side: nodes, partitions, limits, a reservation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from worker.launch.slurm import scontrol, sinfo
from worker.launch.slurm.client import DEFAULTS, Client
from worker.launch.slurm.sinfo import Nodes
from worker.spec.run import Run

PATIENCE = 12.0  # seconds for each question
_NO_ACCOUNTING = ("", "(null)", "accounting_storage/none")


@dataclass(frozen=True)
class Cluster:
    """What the cluster says about itself; what it gave no answer about is None.

    message: Slurm's own, where it says nothing of its nodes. defaults: what the user's SBATCH_ variables say for fields
    that the config leaves empty, by field.
    """

    nodes: Sequence[Nodes] | None
    partitions: Mapping[str, Mapping[str, str]] | None
    reservation: Mapping[str, str] | None
    config: Mapping[str, str] | None
    message: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def max_array(self) -> int:
        """How many elements a job array may have."""
        text = (self.config or {}).get("MaxArraySize", "")
        return max(int(text), 1) if text.isdigit() else 1001

    @property
    def has_accounting(self) -> bool:
        """Whether Slurm may know accounts of its own, such as a user's default one."""
        if self.config is None:
            return True
        return self.config.get("AccountingStorageType", "") not in _NO_ACCOUNTING

    @property
    def limits_known(self) -> bool:
        """Whether it is known how large and how long jobs may be."""
        return self.nodes is not None and self.config is not None

    def setting(self, run: Run, name: str) -> str:
        """What the config or the user's own variable says for "partition", "account" or "reservation"; "" for nothing."""
        return getattr(run, name) or self.defaults.get(name, "")

    def nodes_of(self, run: Run) -> list[Nodes]:
        """The nodes of the partition that the run goes to, or of the partitions, with commas between their names."""
        partition = self.setting(run, "partition")
        names = partition.split(",")
        return [
            group for group in self.nodes or () if (group.partition in names if partition else group.default)
        ]

    def longest(self, run: Run) -> int | None:
        """The time limit of the run's partition in seconds; None where it has none or it is not known."""
        return min((group.seconds for group in self.nodes_of(run) if group.seconds is not None), default=None)

    def walltime(self, run: Run) -> int:
        """The time limit of a worker job in seconds: the config's, otherwise the runtime as far as the partition goes."""
        limit = self.longest(run)
        wanted = run.walltime or run.runtime
        return wanted if limit is None or run.walltime else min(wanted, limit)


UNKNOWN = Cluster(None, None, None, None)


def ask(client: Client, run: Run) -> Cluster:
    """Ask the cluster about all that a run needs to know, side by side, in at most `PATIENCE` seconds."""
    variables = {name: client.environ.get(f"SBATCH_{name.upper()}", "") for name in DEFAULTS}
    defaults = {name: value for name, value in variables.items() if value}
    reserved = run.reservation or defaults.get("reservation", "")
    with ThreadPoolExecutor(4) as pool:
        nodes = pool.submit(sinfo.partitions, client, PATIENCE)
        config = pool.submit(scontrol.config, client, PATIENCE)
        partitions = pool.submit(scontrol.partitions, client, PATIENCE)
        reservation = pool.submit(scontrol.reservation, client, reserved, PATIENCE) if reserved else None
        groups, message = nodes.result()
        granted = reservation.result() if reservation else None
        return Cluster(groups, partitions.result(), granted, config.result(), message, defaults)
