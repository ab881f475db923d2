"""What a driver writes into the journal of what its agents have said."""

from __future__ import annotations

import math
from dataclasses import replace

from worker.driver.members import Member
from worker.store.journal_records import Agent, Cancelled, Finished, Retracted, Started
from worker.store.outbox_messages import Finished as Told
from worker.store.outbox_messages import Hello
from worker.store.outbox_messages import Retracted as ToldBack
from worker.store.outbox_messages import Started as ToldStart
from worker.trial import Status


def agent(epoch: int, member: Member, hello: Hello, at: float) -> Agent:
    """That an agent has appeared, and when its time is up by the driver's clock."""
    return Agent(
        epoch=epoch,
        agent=member.identity,
        host=hello.host,
        pid=hello.pid,
        pid_start=hello.pid_start,
        job=hello.job,
        gpus=hello.gpus,
        cpus=hello.cpus,
        gpu_count=hello.gpu_count,
        ends_at=None if member.ends_at == math.inf else member.ends_at,
        version=hello.version,
        at=at,
    )


def started(epoch: int, identity: str, host: str, told: ToldStart) -> Started:
    """That an agent has begun an evaluation."""
    return Started(epoch=epoch, trial=told.trial, attempt=told.attempt, agent=identity, host=host, at=told.at)


def finished(epoch: int, identity: str, told: Told, why_cancelled: str) -> Finished:
    """How an evaluation has ended. why_cancelled: a sentence, where everything is."""
    outcome = told.outcome
    if why_cancelled and told.status is Status.CANCELLED:
        outcome = replace(outcome, reason=why_cancelled)
    return Finished(
        epoch=epoch,
        trial=told.trial,
        attempt=told.attempt,
        agent=identity,
        host=told.host,
        gpus=told.gpus,
        status=told.status,
        outcome=outcome,
        at=told.at,
    )


def retracted(epoch: int, identity: str, told: ToldBack, at: float) -> Retracted:
    """That what an agent has said of an end does not count."""
    return Retracted(
        epoch=epoch, trial=told.trial, attempt=told.attempt, agent=identity, reason=told.reason, at=at
    )


def cancelled(epoch: int, trial: int, attempt: int, identity: str, reason: str, at: float) -> Cancelled:
    """That an evaluation has gone together with its agent after everything was cancelled."""
    return Cancelled(epoch=epoch, trial=trial, attempt=attempt, agent=identity, reason=reason, at=at)
