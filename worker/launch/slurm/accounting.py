"""sacctmgr: what the accounts and the qualities of service (QOS) of a user allow, where a cluster has accounting."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from worker.launch.slurm.client import Client
from worker.launch.slurm.sinfo import seconds

PATIENCE = 4.0  # seconds; a run can do without
_QOS = "name,flags,maxwall,maxtres,maxtrespu,grptres,mintres,maxjobspu,maxsubmitpu"
# Names of QOS and of resources are looked up by sacctmgr one after the other, a tenth of a second each.
_USES = "cluster,account,partition,defaultqos,qos"
_ALLOWS = "cluster,account,partition,maxwall,maxtres,maxjobs,maxsubmit"
_UNITS = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2, "P": 1024**3}  # in MB


@dataclass(frozen=True)
class Limits:
    """What an account or a QOS allows; None, or a resource that is not named, is no limit.

    owner: for people. seconds: of one job. most, least: of each resource in one job. together: most of each in all jobs
    of a user. running, submitted: most jobs of a user. minutes: of each resource, how many a job may still use. flags: of a QOS, such as those that lift limits of partitions.
    """

    owner: str
    seconds: int | None = None
    most: Mapping[str, int] = field(default_factory=dict)
    together: Mapping[str, int] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)
    running: int | None = None
    submitted: int | None = None
    flags: frozenset[str] = frozenset()
    minutes: Mapping[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The field of the form that names whose limits these are."""
        return "slurm.qos" if self.owner.startswith("QOS") else "slurm.account"

    @property
    def above_partition(self) -> bool:
        """Whether it counts before the partition's QOS."""
        return "OverPartQOS" in self.flags


@dataclass(frozen=True)
class Association:
    """That a user may use an account on a cluster, in one partition or "" for all of them."""

    cluster: str
    account: str
    partition: str
    default_qos: str
    qos: frozenset[str]
    limits: Limits


@dataclass(frozen=True)
class Accounting:
    """What accounting knows of a user and of the qualities of service, by name."""

    associations: Sequence[Association]
    qos: Mapping[str, Limits]


def user_name() -> str:
    """The name of the user that this process has, "" where the system knows none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def ask(client: Client) -> Accounting | None:
    """What accounting says of this user; None where there is none, or no answer within `PATIENCE` seconds."""
    user = user_name()
    if not user:
        return None
    own = ("assoc", "where", f"user={user}")
    questions = (("qos", f"format={_QOS}"), (*own, f"format={_USES}"), (*own, f"format={_ALLOWS}"))
    with ThreadPoolExecutor(len(questions)) as pool:
        answers = list(pool.map(partial(_show, client), questions))
    if any(answer is None for answer in answers):
        return None
    qos, uses, allows = map(str, answers)
    return Accounting(list(associations(uses, allows)), {limits.owner: limits for limits in qualities(qos)})


def qualities(text: str) -> Iterator[Limits]:
    """Every QOS in sacctmgr's output, `owner` being its name; lines of another shape are passed over."""
    for name, flags, wall, most, user_most, all_most, least, running, submitted in _rows(text, _QOS):
        yield Limits(
            owner=name,
            seconds=seconds(wall),
            most=resources(most),
            together=_least_of(resources(user_most), resources(all_most)),
            least=resources(least),
            running=_number(running),
            submitted=_number(submitted),
            flags=frozenset(flags.split(",")) - {""},
        )


def associations(uses: str, allows: str) -> Iterator[Association]:
    """Every association in sacctmgr's output, with the limits in another one; lines of another shape are passed over."""
    limits = {
        (cluster, account, partition): Limits(
            owner=f'account "{account}"',
            seconds=seconds(wall),
            most=resources(most),
            running=_number(running),
            submitted=_number(submitted),
        )
        for cluster, account, partition, wall, most, running, submitted in _rows(allows, _ALLOWS)
    }
    for cluster, account, partition, default, qos in _rows(uses, _USES):
        own = limits.get((cluster, account, partition), Limits(f'account "{account}"'))
        yield Association(cluster, account, partition, default, frozenset(qos.split(",")) - {""}, own)


def resources(text: str) -> dict[str, int]:
    """Quantities as Slurm writes them (`cpu=4,mem=10G,gres/gpu=2`), memory in MB; what cannot be read is left out."""
    pairs = (part.partition("=") for part in text.split(","))
    quantities = {name.strip(): _quantity(value.strip()) for name, _, value in pairs}
    return {name: quantity for name, quantity in quantities.items() if quantity is not None}


def _quantity(text: str) -> int | None:
    unit = _UNITS.get(text[-1:])
    number = text if unit is None else text[:-1]
    if not (number.isascii() and number.replace(".", "", 1).isdigit()):
        return None
    return int(float(number) * (unit or 1))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _least_of(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return {name: min(first.get(name, most), most) for name, most in {**first, **second}.items()}


def _rows(text: str, columns: str) -> Iterator[list[str]]:
    rows = ([part.strip() for part in line.split("|")] for line in text.splitlines())
    return (row for row in rows if len(row) == columns.count(",") + 1)


def _show(client: Client, words: Sequence[str]) -> str | None:
    answer = client.call("sacctmgr", "--noheader", "--parsable2", "show", *words, patience=PATIENCE)
    return answer.out if answer.ok else None
