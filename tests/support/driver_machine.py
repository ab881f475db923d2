"""The driver's pure core and simulated agents that die, repeat themselves, answer late, and outlive drivers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from json_records import LOSSES, Json, journalled, plain_assign, said

from worker.driver.assignments import Assignments
from worker.driver.limits import Limits
from worker.driver.members import MOST_HELD
from worker.store.inbox_messages import INBOX
from worker.store.journal_records import JOURNAL
from worker.store.replay import Replayer
from worker.trial import Status

MAX_EVALS = 12
MOST_AGENTS = 4


@dataclass
class Agent:
    """What a real agent does, as far as a driver can tell; `looks` at its inbox, then acts."""

    name: str
    alive: bool = True
    epoch: int = 0
    leaving: bool = False
    read: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)
    queue: list[Json] = field(default_factory=list)
    running: Json | None = None
    inboxes: dict[int, list[Json]] = field(default_factory=dict)
    outbox: list[Json] = field(default_factory=list)
    told: tuple[int, int] | None = None  # the newest that it has finished
    taken_back: set[tuple[int, int]] = field(default_factory=set)

    @property
    def host(self) -> str:
        """One of two."""
        return f"h{int(self.name[1:]) % 2}"

    def say(self, kind: str, **details: object) -> None:
        self.outbox.append({"kind": kind, "at": float(len(self.outbox)), **details})

    def look(self, newest: int) -> None:
        if newest != self.epoch:
            self.refuse_all()
            self.epoch, self.read = newest, 0
            self.say("hello", agent=self.name, epoch=newest, host=self.host, pid=1, pid_start="x")
        inbox = self.inboxes.get(self.epoch, [])
        for record in inbox[self.read :]:
            self.obey(record)
        self.read = len(inbox)

    def obey(self, record: Json) -> None:
        if record["kind"] == "assign":
            key = (record["trial"], record["attempt"])
            if key not in self.seen:
                self.seen.add(key)
                self.queue.append({**record, "epoch": self.epoch})
                if self.leaving:
                    self.refuse_all()
        elif record["kind"] == "quit":
            self.leaving = True
            self.refuse_all()
        elif record["kind"] == "cancel" and record["trial"] is None:
            self.leaving = True
            self.refuse_all()
            self.end(Status.CANCELLED)
        elif record["kind"] == "cancel" and self.running and self.running["trial"] == record["trial"]:
            self.end(Status.CANCELLED)
        elif record["kind"] == "cancel":
            for queued in [one for one in self.queue if one["trial"] == record["trial"]]:
                self.queue.remove(queued)
                self.finished(queued, Status.CANCELLED)

    def refuse_all(self) -> None:
        for record in self.queue:
            self.say("refused", trial=record["trial"], attempt=record["attempt"], reason="not now")
        self.queue.clear()

    def start(self) -> Json | None:
        if self.running is None and self.queue:
            self.running = self.queue.pop(0)
            self.say(
                "started", trial=self.running["trial"], attempt=self.running["attempt"], epoch=self.epoch
            )
            return self.running
        return None

    def end(self, status: Status, retry: str = "") -> None:
        if self.running is not None:
            self.finished(self.running, status, retry)
            self.running = None

    def finished(self, record: Json, status: Status, retry: str = "") -> None:
        self.told = (record["trial"], record["attempt"]) if status is not Status.CANCELLED else None
        loss = float(record["values"]["x"]) if status is Status.OK else None
        self.say(
            "finished",
            trial=record["trial"],
            attempt=record["attempt"],
            epoch=record["epoch"],
            agent=self.name,
            status=status.value,
            loss=loss,
            values=record["values"],
            retry=retry,
        )

    def interrupted(self) -> None:
        """A signal ends it: what it runs is given back, and so is what it has told last."""
        if self.told is not None and self.epoch:
            self.say("retracted", trial=self.told[0], attempt=self.told[1], reason="a signal")
            self.taken_back.add(self.told)
            self.told = None
        self.leaving = True
        self.refuse_all()
        if self.running is not None:
            self.queue.append(self.running)
            self.running = None
            self.refuse_all()

    def bye(self) -> None:
        if self.leaving and self.running is None:
            self.say("bye", reason="it was let go")
            self.alive = False


class Run(RuleBasedStateMachine):
    """Drivers, one after the other, over the same agents and journals."""

    def __init__(self) -> None:
        super().__init__()
        self.agents: list[Agent] = []
        self.journal: list[tuple[int, Json]] = []
        self.deaths: Counter[int] = Counter()  # of a trial's agents while they ran it
        self.epoch = 0
        self.begin_epoch()

    def begin_epoch(self) -> None:
        self.epoch += 1
        self.assignments = Assignments(self.epoch, plain_assign, LOSSES)
        self.heard = {agent.name: 0 for agent in self.agents}
        self.replayer = Replayer()
        strikes: dict[int, int] = {}
        given: dict[int, int] = {}
        retracted: set[tuple[int, int, str]] = set()
        for epoch, record in self.journal:
            self.replayer.feed(journalled(record, epoch))
            if "strikes" in record:
                strikes[record["trial"]] = record["strikes"]
            if record["kind"] == "assigned":
                given[record["trial"]] = record["attempt"]
            if record["kind"] == "retracted":
                retracted.add((record["trial"], record["attempt"], record["agent"]))
        trials = self.replayer.state.trials
        self.assignments.restore(trials.values(), strikes, None, retracted, given)
        self.next = max(trials, default=0) + 1
        for agent in self.agents:
            if agent.alive:
                self.assignments.add(agent.name)
        self.limits = Limits(MAX_EVALS, 10**6, 10**6)

    def agent(self, index: int) -> Agent:
        return self.agents[index % len(self.agents)]

    # What happens

    @precondition(lambda self: sum(agent.alive for agent in self.agents) < MOST_AGENTS)
    @rule()
    def an_agent_comes(self) -> None:
        agent = Agent(f"a{len(self.agents)}")
        self.agents.append(agent)
        self.heard[agent.name] = 0
        self.assignments.add(agent.name)

    @precondition(lambda self: self.agents)
    @rule(
        index=st.integers(0, 99),
        act=st.sampled_from(["look", "start", "ok", "failed", "again", "interrupted", "bye", "die"]),
    )
    def an_agent_acts(self, index: int, act: str) -> None:
        agent = self.agent(index)
        if not agent.alive:
            return
        if act == "look":
            agent.look(self.epoch)
        elif act == "start":
            self.check_start(agent.start())
        elif act in ("ok", "failed"):
            agent.end(Status(act))
        elif act == "again":
            agent.end(Status.FAILED, "CUDA error")
        elif act == "interrupted":
            agent.interrupted()
        elif act == "bye":
            agent.bye()
        else:
            self.die(agent)

    def die(self, agent: Agent) -> None:
        agent.alive = False
        if agent.running:
            self.deaths[agent.running["trial"]] += 1

    @precondition(lambda self: self.agents)
    @rule(index=st.integers(0, 99))
    def an_agent_dies_over_its_evaluation(self, index: int) -> None:
        self.everybody_works(1)
        busy = [agent for agent in self.agents if agent.alive and agent.running]
        if busy:
            self.die(busy[index % len(busy)])
            self.the_driver_sees_who_is_gone(0)

    @rule(most=st.integers(1, MOST_HELD))
    def everybody_works(self, most: int) -> None:
        for agent in self.agents:
            if agent.alive:
                agent.look(self.epoch)
            self.hear(agent, self.heard[agent.name], len(agent.outbox))
        self.the_driver_hands_out(most)
        self.commit(deliver=True)
        for agent in self.agents:
            if agent.alive:
                agent.look(self.epoch)
                self.check_start(agent.start())

    @precondition(lambda self: self.agents)
    @rule(index=st.integers(0, 99), count=st.integers(1, 4), again=st.booleans())
    def the_driver_hears(self, index: int, count: int, again: bool) -> None:
        agent = self.agent(index)
        begin = self.heard[agent.name]
        if again:
            begin = max(0, begin - 2)
        self.hear(agent, begin, begin + count)

    @precondition(lambda self: any(not agent.alive for agent in self.agents))
    @rule(index=st.integers(0, 99))
    def the_driver_sees_who_is_gone(self, index: int) -> None:
        dead = [agent for agent in self.agents if not agent.alive]
        agent = dead[index % len(dead)]
        self.hear(agent, self.heard[agent.name], len(agent.outbox))
        self.assignments.gone(agent.name, "It is gone.", 0.0)

    @rule(most=st.integers(1, MOST_HELD))
    def the_driver_hands_out(self, most: int) -> None:
        for held in range(most):
            for member in self.assignments.takers(held):
                if self.assignments.first_for(member) is None:
                    if self.assignments.waiting:
                        continue  # for another host
                    if not self.limits.room(self.assignments.done, len(self.assignments.open)):
                        return
                    self.assignments.propose(self.next, {"x": self.next / 8 + self.epoch / 1024}, 0.0)
                    self.next += 1
                self.assignments.give(member, 0.0)

    @rule()
    def the_driver_commits(self) -> None:
        self.commit(deliver=True)

    @rule(commits=st.booleans())
    def the_driver_dies_and_another_comes(self, commits: bool) -> None:
        if commits:
            self.commit(deliver=False)
        self.begin_epoch()

    @precondition(lambda self: self.assignments.members)
    @rule(index=st.integers(0, 99))
    def the_driver_lets_an_agent_go(self, index: int) -> None:
        members = list(self.assignments.members.values())
        self.assignments.quit(members[index % len(members)])

    def hear(self, agent: Agent, begin: int, end: int) -> None:
        for record in agent.outbox[begin:end]:
            self.assignments.hear(agent.name, said(record), 0.0)
        self.heard[agent.name] = max(self.heard[agent.name], min(end, len(agent.outbox)))

    def commit(self, deliver: bool) -> None:
        moves = self.assignments.take()
        for record in moves.records:
            self.journal.append((self.epoch, dict(JOURNAL.as_json(record))))
            self.replayer.feed(record)
        by_name = {agent.name: agent for agent in self.agents}
        for name, order in moves.messages if deliver else ():
            by_name[name].inboxes.setdefault(self.epoch, []).append(dict(INBOX.as_json(order)))

    # What must hold

    def check_start(self, started: Json | None) -> None:
        if started is None:
            return
        number = started["trial"]
        running = [one for one in self.agents if one.alive and one.running and one.running["trial"] == number]
        assert len(running) == 1, f"trial {number} runs twice at once"
        for agent in self.agents:
            for record in agent.outbox:
                key = record.get("trial"), record.get("attempt")
                ended = record["kind"] == "finished" and not record["retry"] and key not in agent.taken_back
                if ended and record["trial"] == number:
                    assert record["status"] == Status.CANCELLED.value, (
                        f"trial {number} is run again after its end"
                    )

    @invariant()
    def results_are_counted_once_and_belong_to_their_trials(self) -> None:
        finished = Counter(record["trial"] for _, record in self.journal if record["kind"] == "finished")
        finished.subtract(record["trial"] for _, record in self.journal if record["kind"] == "retracted")
        assert not [number for number, count in finished.items() if count > 1]
        for trial in self.replayer.state.trials.values():
            if trial.status is Status.OK:
                assert trial.loss == trial.values["x"]
        assert self.replayer.state.strays == self.replayer.state.ignored == self.replayer.state.torn == 0

    @invariant()
    def the_budget_is_kept(self) -> None:
        ok = sum(trial.status is Status.OK for trial in self.replayer.state.trials.values())
        assert ok <= MAX_EVALS
        assert ok <= self.assignments.done

    @invariant()
    def a_trial_that_ends_its_agents_is_given_up(self) -> None:
        assert all(count <= 3 for count in self.deaths.values())

    @invariant()
    def every_open_trial_is_in_one_place(self) -> None:
        queued = [number for member in self.assignments.members.values() for number in member.queue]
        assert sorted(queued + self.assignments.waiting) == sorted(self.assignments.open)
        for member in self.assignments.members.values():
            assert all(self.assignments.open[number].holder == member.identity for number in member.queue)

    def teardown(self) -> None:
        """Whatever happened: with agents and a driver that live on, the run ends."""
        for _ in range(30 * MAX_EVALS):
            for agent in [one for one in self.agents if not one.alive]:
                self.hear(agent, self.heard[agent.name], len(agent.outbox))
                self.assignments.gone(agent.name, "It is gone.", 0.0)
            if not any(agent.alive and not agent.leaving for agent in self.agents):
                self.an_agent_comes()
            for agent in [one for one in self.agents if one.alive]:
                agent.look(self.epoch)
                self.check_start(agent.start())
                agent.end(Status.OK)
                agent.bye()
                self.hear(agent, self.heard[agent.name], len(agent.outbox))
            self.the_driver_hands_out(1)
            self.commit(deliver=True)
            self.results_are_counted_once_and_belong_to_their_trials()
        assert self.assignments.done == MAX_EVALS
        assert not self.assignments.open
