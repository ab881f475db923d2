"""What the cluster says about itself, asked side by side: nodes, partitions, limits, a reservation, accounting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from worker.launch.slurm import accounting, groups, scontrol, sinfo, sites
from worker.launch.slurm.accounting import Accounting, Association, Limits
from worker.launch.slurm.client import DEFAULTS, NO_ANSWER, Client
from worker.launch.slurm.groups import Groups
from worker.launch.slurm.script import RIDER_MEMORY
from worker.launch.slurm.sinfo import Nodes
from worker.spec.field_definition import MEMORY_PER_CPU
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.spec.sbatch_options import GPU_OPTIONS, options
from worker.spec.shares import shares

PATIENCE = 12.0  # seconds for each question
_NO_ACCOUNTING = ("", "(null)", "accounting_storage/none")
# Words of AccountingStorageEnforce with which limits hold, and with which associations count at all.
_LIMITED = frozenset({"limits", "safe", "all"})
_SAFE = frozenset({"safe", "all"})  # a job starts only if it can end within what is left of a contingent
_SHORTEST = 60  # seconds; less is no limit for Slurm
_ASSOCIATED = _LIMITED | {"associations", "qos", "wckeys"}


@dataclass(frozen=True)
class Cluster:
    """What the cluster says about itself; what it gave no answer about is None.

    message: Slurm's own, where it says nothing of its nodes. defaults: what the user's SBATCH_ variables say for fields
    that the config leaves empty, by field. accounting: what it knows of the user. groups: what it knows of the accounts
    of the user as they are now.
    """

    nodes: Sequence[Nodes] | None
    partitions: Mapping[str, Mapping[str, str]] | None
    reservation: Mapping[str, str] | None
    config: Mapping[str, str] | None
    message: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)
    accounting: Accounting | None = None
    groups: Groups = field(default_factory=Groups)

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

    def partition_names(self, run: Run) -> list[str]:
        """The partitions that the run may go to."""
        return list(dict.fromkeys(group.partition for group in self.nodes_of(run)))

    def in_all_partitions(self, run: Run, problems: Callable[[str], Iterable[Problem]]) -> list[Problem]:
        """The problems of the run's first partition, where each that it may go to has some."""
        found = [list(problems(name)) for name in self.partition_names(run)]
        return found[0] if found and all(found) else []

    def longest(self, run: Run) -> int | None:
        """The longest that a job of the run may last, in seconds; None where there is no limit or it is not known."""
        return self.time_limit(run)[0]

    def time_limit(self, run: Run) -> tuple[int | None, str]:
        """The longest that a job of the run may last, in seconds or None, and whose limit that is, for people."""
        found = [
            (group.seconds, f'partition "{group.partition}"')
            for group in self.nodes_of(run)
            if group.seconds is not None and not self.lifts(run, group.partition, "TimeLimit")
        ]
        for name in self.partition_names(run):
            limited = (limits for limits in self.limits(run, name) if limits.seconds is not None)
            found += [(limits.seconds or 0, limits.owner) for limits in list(limited)[:1]]
            found += self._time_left(run, name)
        return min(found, default=(None, ""), key=lambda limit: limit[0] or 0)

    def _time_left(self, run: Run, partition: str) -> Iterator[tuple[int, str]]:
        """How long a worker may last, and because of whose contingent: Slurm may want all of a job's time to be left."""
        if not _SAFE & self._enforced:
            return
        for limits in self.limits(run, partition):
            for resource, amount in of_worker(run).items():
                if amount and resource in limits.minutes:
                    yield max(_SHORTEST, limits.minutes[resource] * 60 // amount), limits.owner

    def limits(self, run: Run, partition: str) -> list[Limits]:
        """The limits of accounting that hold for a job of the run; of each kind, the first that is set counts."""
        if not _LIMITED & self._enforced:
            return []
        of_partition = self._quality((self.partitions or {}).get(partition, {}).get("QoS", ""))
        of_job = self._quality(self.qos(run, partition))
        if not of_job:  # what holds depends on it
            known = self.accounting.qos.values() if self.accounting else ()
            return [] if any(limits.above_partition for limits in known) else of_partition
        first = of_job + of_partition if of_job[0].above_partition else of_partition + of_job
        own = self._associations(run, partition)
        first += [association.limits for association in own if len(own) == 1]
        accounts = self.accounts(run)
        return first + (self.groups.of(next(iter(accounts))) if len(accounts) == 1 else [])

    def lifts(self, run: Run, partition: str, limit: str) -> bool:
        """Whether the QOS of the run's jobs lifts this limit of the partition: MaxNodes, MinNodes or TimeLimit."""
        of_job = self._quality(self.qos(run, partition))
        return any(f"Partition{limit}" in limits.flags for limits in of_job)

    def qos(self, run: Run, partition: str) -> str:
        """The quality of service of the run's jobs, "" where it is not known."""
        named = [run.qos] if run.qos else []
        named += [option.value for option in options(run.sbatch) if option.name == "--qos"]
        if named or "qos" in self.defaults:
            return [self.defaults.get("qos", ""), *named][-1]
        own = self._associations(run, partition)
        found = {frozenset({association.default_qos} - {""}) or association.qos for association in own}
        names = found.pop() if len(found) == 1 else ()
        return next(iter(names)) if len(names) == 1 else ""

    def accounts(self, run: Run) -> set[str]:
        """The accounts that may pay for the run: the one that it names or has by default, or those of the user.

        Empty where none is known.
        """
        named = self.setting(run, "account") or self._default_account
        return {named} if named else {association.account for association in self._associations(run, "")}

    def _associations(self, run: Run, partition: str) -> list[Association]:
        """The associations that the run may use; those for its partition alone, where there are such."""
        found = self.accounting.associations if self.accounting and _ASSOCIATED & self._enforced else ()
        here = (self.config or {}).get("ClusterName", "").lower()
        account = self.setting(run, "account") or self._default_account
        usable = [
            association
            for association in found
            if association.cluster == here and (not account or association.account == account)
        ]
        own = [association for association in usable if partition and association.partition == partition]
        return own or [association for association in usable if not (partition and association.partition)]

    @property
    def _enforced(self) -> set[str]:
        """What of accounting Slurm insists on."""
        words = (self.config or {}).get("AccountingStorageEnforce", "").lower().split(",")
        return {word.strip() for word in words} if self.accounting else set()

    def _quality(self, name: str) -> list[Limits]:
        """The limits of a QOS, none where it is not known."""
        known = (self.accounting.qos if self.accounting else {}).get(name)
        minutes = self.groups.qos.get(name, {})
        return [replace(known, owner=f'QOS "{name}"', minutes=minutes)] if known else []

    @property
    def _default_account(self) -> str:
        """The account of jobs that name none, "" where it is not known or does not count."""
        return self.groups.default if _ASSOCIATED & self._enforced else ""

    def walltime(self, run: Run) -> int:
        """The time limit of a worker job in seconds: the config's, otherwise the runtime as far as the partition goes."""
        limit = self.longest(run)
        wanted = run.walltime or run.runtime
        return wanted if limit is None or run.walltime else min(wanted, limit)

    def memory_with_driver(self, run: Run) -> int:
        """The memory of a worker job in which the driver may be, in MB in the unit of the config; 0 where it has none.

        It asks for what the driver needs as well, as far as a node or the partition has that.
        """
        if not run.memory:
            return 0
        per_cpu = (
            shares(run).memory_per_node // run.memory
        )  # CPUs of a node, or 1 where memory is not counted by them
        most = [max((group.memory for group in self.nodes_of(run)), default=0) // per_cpu]
        for name in self.partition_names(run):
            limits = (self.partitions or {}).get(name, {})
            most += [int(text) // per_cpu for text in [limits.get("MaxMemPerNode", "")] if text.isdigit()]
            cpus = 1 if run.memory_per == MEMORY_PER_CPU else shares(run).cpus_per_node
            most += [int(text) * cpus for text in [limits.get("MaxMemPerCPU", "")] if text.isdigit()]
        return max(run.memory, min(run.memory + -(-RIDER_MEMORY // per_cpu), *most))


def of_worker(run: Run) -> Mapping[str, int]:
    """What a worker job asks for of each resource, as far as the config alone says it."""
    amounts = {"cpu": run.cpus * run.tasks, "node": run.nodes}
    if run.memory:
        amounts["mem"] = run.memory * (amounts["cpu"] if run.memory_per == MEMORY_PER_CPU else run.nodes)
    if run.enable_gpus or not any(option.name in GPU_OPTIONS for option in options(run.sbatch)):
        amounts["gres/gpu"] = shares(run).all_gpus
    return amounts


UNKNOWN = Cluster(None, None, None, None)


def ask(client: Client, run: Run) -> Cluster:
    """Ask the cluster about all that a run needs to know, side by side, in at most `PATIENCE` seconds."""
    variables = {name: client.environ.get(f"SBATCH_{name.upper()}", "") for name in DEFAULTS}
    defaults = {name: value for name, value in variables.items() if value}
    reserved = run.reservation or defaults.get("reservation", "")
    with ThreadPoolExecutor(6) as pool:
        live = pool.submit(groups.ask, client, accounting.user_name(), accounting.PATIENCE)
        accounts = pool.submit(accounting.ask, client)
        nodes = pool.submit(sinfo.partitions, client, PATIENCE)
        config = pool.submit(scontrol.config, client, PATIENCE)
        partitions = pool.submit(scontrol.partitions, client, PATIENCE)
        reservation = pool.submit(scontrol.reservation, client, reserved, PATIENCE) if reserved else None
        found, message = nodes.result()
        if message == NO_ANSWER:
            message = sites.munge_trouble(client) or message
        granted = reservation.result() if reservation else None
        return Cluster(
            found,
            partitions.result(),
            granted,
            config.result(),
            message,
            defaults,
            accounts.result(),
            live.result(),
        )
