"""What a worker gets of each node and in all, from what its run asks for."""

from __future__ import annotations

from dataclasses import dataclass, fields

from worker.spec.field_definition import MEMORY_PER_CPU
from worker.spec.gpu_amounts import gpu_count
from worker.spec.run import Run


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The fields that say how much one worker gets, called as in `Run`."""

    nodes: int
    tasks: int
    cpus: int
    memory: int
    memory_per: str
    enable_gpus: bool
    gpus: str
    gpu_option: str

    @property
    def tasks_per_node(self) -> int:
        """The tasks of the node that has most of them."""
        return -(-self.tasks // self.nodes)

    @property
    def cpus_per_node(self) -> int:
        """The CPUs on each node."""
        return self.cpus * self.tasks_per_node

    @property
    def memory_per_node(self) -> int:
        """The MB on each node, which are the limit of an evaluation there; 0 for none."""
        return self.memory * (self.cpus_per_node if self.memory_per == MEMORY_PER_CPU else 1)

    @property
    def gpus_per_node(self) -> int:
        """The GPUs on each node, at least."""
        count = gpu_count(self.gpus) if self.enable_gpus else 0
        if self.gpu_option == "gpus-per-task":
            return count * self.tasks_per_node
        return -(-count // self.nodes) if self.gpu_option == "gpus" else count

    @property
    def all_gpus(self) -> int:
        """The GPUs on all nodes together."""
        count = gpu_count(self.gpus) if self.enable_gpus else 0
        return count * {"gpus": 1, "gpus-per-task": self.tasks}.get(self.gpu_option, self.nodes)


SHARED = tuple(field.name for field in fields(Shares))


def shares(run: Run) -> Shares:
    """What each worker of `run` gets."""
    return Shares(**{name: getattr(run, name) for name in SHARED})
