"""Nodes that kill what runs on them: two in a row, and they get no more jobs."""

from __future__ import annotations

from dataclasses import dataclass, field

IN_A_ROW = 2
MOST = 8  # nodes that are excluded at most; more at once is no fault of theirs
# How a job ends where the node may be to blame. Time limits, preemption and scancel are somebody's will.
_BLAME = frozenset({"NODE_FAIL", "BOOT_FAIL", "FAILED"})


@dataclass
class NodeRecord:
    """How often each node has killed in a row."""

    _deaths: dict[str, int] = field(default_factory=dict)

    def died(self, node: str, word: str) -> None:
        """An agent on `node` ended without being asked to; `word` is Slurm's word for how."""
        if node and word in _BLAME:
            self._deaths[node] = self._deaths.get(node, 0) + 1

    def broken(self, node: str) -> None:
        """The GPU of `node` failed."""
        if node:
            self._deaths[node] = self._deaths.get(node, 0) + 1

    def proved(self, node: str) -> None:
        """An evaluation ran to its end on `node`."""
        if self._deaths.get(node, 0) < IN_A_ROW:
            self._deaths.pop(node, None)

    def forgive(self) -> None:
        """Begin anew, where without these nodes nothing could run."""
        self._deaths.clear()

    @property
    def excluded(self) -> tuple[str, ...]:
        """The nodes that get no more jobs."""
        found = [node for node, deaths in self._deaths.items() if deaths >= IN_A_ROW]
        return tuple(found[:MOST])
