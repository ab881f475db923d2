"""What the accounts above a user's jobs, and the QOS, still allow all their jobs together: from Slurm's live records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from worker.launch.slurm import scontrol
from worker.launch.slurm.accounting import Limits
from worker.launch.slurm.client import Client

_NONE = "N"  # no limit
_USED = re.compile(r"([^,=]+)=(\d+|N)\((\d+)\)")
_COUNTED = re.compile(r"(\d+)\(")


@dataclass(frozen=True)
class Groups:
    """limits: of each account. above: the account that each is part of. qos: minutes that each QOS has left.

    default: the account of jobs that name none, "" where it is not known.
    """

    default: str = ""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    qos: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, account: str) -> list[Limits]:
        """The limits of an account and of those above it; of each kind, only the strictest."""
        chain: list[Limits] = []
        seen: set[str] = set()
        while account and account not in seen:
            seen.add(account)
            chain += [self.limits[account]] if account in self.limits else []
            account = self.above.get(account, "")
        return [_strictest(limits, chain) for limits in chain]


def ask(client: Client, user: str, patience: float) -> Groups:
    """What Slurm's controller says; nothing where it gives no answer, or keeps that from this user."""
    answer = client.call(
        "scontrol",
        "--oneliner",
        "show",
        "assoc_mgr",
        f"users={user}",
        "flags=assoc,users,qos",
        patience=patience,
    )
    return read(answer.out) if answer.ok else Groups()


def read(text: str) -> Groups:
    """The records of `scontrol --oneliner show assoc_mgr` about one user; lines of another shape are passed over."""
    records = [scontrol.pairs(line) for line in text.splitlines()]
    accounts = [record for record in records if "Account" in record and not record.get("UserName")]
    return Groups(
        default=next((record["DefAccount"] for record in records if "DefAccount" in record), ""),
        limits={record["Account"]: _limits(record) for record in accounts},
        above={record["Account"]: record.get("ParentAccount", "").partition("(")[0] for record in accounts},
        qos={
            record["QOS"].partition("(")[0]: _left(record.get("GrpTRESMins", ""))
            for record in records
            if "QOS" in record
        },
    )


def _limits(record: Mapping[str, str]) -> Limits:
    return Limits(
        owner=f'account "{record["Account"]}"',
        together={name: most for name, most, _ in _amounts(record.get("GrpTRES", ""))},
        running=_count(record.get("GrpJobs", "")),
        submitted=_count(record.get("GrpSubmitJobs", "")),
        minutes=_left(record.get("GrpTRESMins", "")),
    )


def _left(text: str) -> Mapping[str, int]:
    """How many minutes of each resource are left of those that are limited."""
    return {name: max(0, most - used) for name, most, used in _amounts(text)}


def _amounts(text: str) -> Iterator[tuple[str, int, int]]:
    """Resource, limit and what is used of it (`cpu=30(12),mem=N(0)`); memory is in MB."""
    return ((name, int(most), int(used)) for name, most, used in _USED.findall(text) if most != _NONE)


def _count(text: str) -> int | None:
    match = _COUNTED.match(text)
    return int(match[1]) if match else None


def _strictest(limits: Limits, chain: Sequence[Limits]) -> Limits:
    """Without those limits for which another of the chain has less."""
    return replace(
        limits,
        together=_least(limits.together, [each.together for each in chain]),
        minutes=_least(limits.minutes, [each.minutes for each in chain]),
        running=_if_least(limits.running, [each.running for each in chain]),
        submitted=_if_least(limits.submitted, [each.submitted for each in chain]),
    )


def _least(amounts: Mapping[str, int], all_amounts: Sequence[Mapping[str, int]]) -> Mapping[str, int]:
    return {
        name: amount
        for name, amount in amounts.items()
        if all(amount <= other.get(name, amount) for other in all_amounts)
    }


def _if_least(count: int | None, counts: Sequence[int | None]) -> int | None:
    return count if count is not None and count == min(each for each in counts if each is not None) else None
