"""What accounting and partitions allow: sacctmgr read back, which limit holds, and what it leaves of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slurm_runs import a_run

from worker.launch.slurm import accounting, limits, partition_rules, scontrol
from worker.launch.slurm import groups as live
from worker.launch.slurm.accounting import Accounting, Association, Limits
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.sinfo import groups
from worker.spec.run import Run

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,12}", fullmatch=True)
COUNTS = st.none() | st.integers(0, 10**6)
RESOURCES = st.dictionaries(st.sampled_from(["cpu", "node", "gres/gpu", "billing"]), st.integers(0, 10**6))
WALLS = st.none() | st.integers(0, 30 * 24 * 60)


def written(amounts: dict[str, int]) -> str:
    return ",".join(f"{name}={amount}" for name, amount in amounts.items())


def shown(number: int | None) -> str:
    return "" if number is None else str(number)


def wall_text(minutes: int | None) -> str:
    if minutes is None:
        return ""
    days, rest = divmod(minutes, 24 * 60)
    clock = f"{rest // 60:02}:{rest % 60:02}:00"
    return f"{days}-{clock}" if days else clock


@given(NAMES, WALLS, RESOURCES, RESOURCES, COUNTS, COUNTS, st.sets(NAMES))
def test_a_quality_of_service_is_read_back(
    name: str,
    wall: int | None,
    most: dict[str, int],
    least: dict[str, int],
    running: int | None,
    submitted: int | None,
    flags: set[str],
) -> None:
    columns = (
        name,
        ",".join(flags),
        wall_text(wall),
        written(most),
        "",
        "",
        written(least),
        shown(running),
        shown(submitted),
    )
    [read] = accounting.qualities(f"a notice\n{'|'.join(columns)}\n\n")
    seconds = None if wall is None else wall * 60
    assert read == Limits(name, seconds, most, {}, least, running, submitted, frozenset(flags))


@given(NAMES, NAMES, st.just("") | NAMES, st.sets(NAMES), WALLS, RESOURCES, COUNTS)
def test_an_association_is_read_back(
    cluster: str,
    account: str,
    partition: str,
    qos: set[str],
    wall: int | None,
    most: dict[str, int],
    submitted: int | None,
) -> None:
    place = f"{cluster}|{account}|{partition}"
    allows = f"{place}|{wall_text(wall)}|{written(most)}||{shown(submitted)}\n{place}_other|1:00:00|cpu=1|1|1"
    [read] = accounting.associations(f"{place}||{','.join(qos)}", allows)
    assert (read.cluster, read.account, read.partition) == (cluster, account, partition)
    assert read.qos == frozenset(qos)
    assert (read.limits.seconds, read.limits.most) == (None if wall is None else wall * 60, most)
    assert (read.limits.running, read.limits.submitted) == (None, submitted)


@given(st.text() | st.lists(st.text(st.characters(exclude_characters="\n"))).map("|".join))
def test_anything_at_all_can_be_read_as_accounting(text: str) -> None:
    for read in accounting.qualities(text):
        assert all(amount >= 0 for amount in (*read.most.values(), *read.together.values()))
    for association in accounting.associations(text, text):
        assert "" not in association.qos


@given(st.dictionaries(st.from_regex(r"[A-Z][A-Za-z]{0,12}", fullmatch=True), NAMES))
def test_settings_of_a_partition_are_read_back(settings: dict[str, str]) -> None:
    assert scontrol.pairs(" ".join(f"{key}={value}" for key, value in settings.items())) == settings


def test_memory_is_read_in_every_unit() -> None:
    assert accounting.resources("mem=10G") == accounting.resources("mem=10240M") == {"mem": 10240}
    assert accounting.resources("mem=1.5T,cpu=x,node=-1") == {"mem": 1536 * 1024}


def test_without_an_answer_of_sacctmgr_accounting_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert accounting.ask(Client({"PATH": "/nowhere"})) is None
    monkeypatch.setattr(accounting, "PATIENCE", 0.1)
    sacctmgr = tmp_path / "sacctmgr"
    for script in (
        "exec sleep 600",
        "echo 'You are not running a supported accounting_storage plugin'; exit 1",
    ):
        sacctmgr.write_text(f"#!/bin/sh\n{script}\n")
        sacctmgr.chmod(0o755)
        assert accounting.ask(Client({"PATH": f"{tmp_path}:/usr/bin:/bin"})) is None


NOTHING = Limits("")


def a_cluster(
    partition: str = "",
    part: Limits = NOTHING,
    job: Limits = NOTHING,
    own: Limits = NOTHING,
    enforce: str = "associations,limits,qos",
) -> Cluster:
    """A cluster of one partition, `partition` being settings of it, with limits of its QOS, of the job's and of the user."""
    nodes = list(groups("alpha*|up|infinite|4|8|4000|idle|(null)|gpu:2"))
    association = Association(
        "test", "poor", "", "normal", frozenset({"normal", "other"}), replace(own, owner="account")
    )
    known = Accounting([association], {"part": part, "normal": job})
    config = {"ClusterName": "Test", "AccountingStorageEnforce": enforce, "AccountingStorageType": "slurmdbd"}
    settings = {"alpha": {"QoS": "part", "State": "UP", **scontrol.pairs(partition)}}
    return Cluster(nodes, settings, None, config, accounting=known)


def fields(run: Run, cluster: Cluster, driver_too: bool = False) -> list[str]:
    """The fields of what limits and partitions do not allow."""
    found = [*limits.problems(run, cluster, driver_too), *partition_rules.problems(run, cluster)]
    return [problem.path for problem in found]


def test_of_the_same_limit_the_partitions_counts_before_the_jobs_and_the_users() -> None:
    low, high = Limits("", most={"cpu": 1}), Limits("", most={"cpu": 8})
    two = a_run(cpus=2)
    assert fields(two, a_cluster(job=low)) == fields(two, a_cluster(own=low)) == ["slurm.cpus"]
    assert fields(two, a_cluster(part=high, job=low, own=low)) == []
    assert fields(two, a_cluster(job=high, own=low)) == []
    assert fields(two, a_cluster(part=high, job=replace(low, flags=frozenset({"OverPartQOS"})))) == [
        "slurm.cpus"
    ]
    assert fields(two, a_cluster(part=low, enforce="associations")) == []
    assert fields(two, a_cluster("AllowAccounts=rich", enforce="none")) == []
    assert fields(a_run(cpus=2, sbatch=["--qos=unknown"]), a_cluster(job=low, own=low)) == []


def test_of_several_accounts_that_may_pay_no_limit_holds_for_certain() -> None:
    one = a_cluster(own=Limits("", most={"cpu": 1}))
    assert one.accounting is not None
    poor = one.accounting.associations[0]
    rich = replace(poor, account="rich", limits=NOTHING)
    elsewhere = replace(rich, cluster="zebra")
    both = replace(one, accounting=replace(one.accounting, associations=[poor, rich]))
    assert fields(a_run(cpus=2), both) == []
    assert fields(a_run(cpus=2, account="poor"), both) == ["slurm.cpus"]
    far = replace(one, accounting=replace(one.accounting, associations=[poor, elsewhere]))
    assert fields(a_run(cpus=2), far) == ["slurm.cpus"], "accounts of another cluster pay for nothing here"


@pytest.mark.parametrize(
    ("rule", "run", "field"),
    [
        (Limits("", most={"mem": 100}), a_run(memory=200), "slurm.memory"),
        (Limits("", most={"mem": 100}), a_run(memory=20, memory_per="cpu", cpus=3, tasks=2), "slurm.memory"),
        (Limits("", most={"node": 1}), a_run(nodes=2, tasks=2), "slurm.nodes"),
        (Limits("", together={"gres/gpu": 1}), a_run(enable_gpus=True, gpus=2), "slurm.gpus"),
        (Limits("", least={"gres/gpu": 1}), a_run(), "slurm.gpus"),
        (Limits("", least={"cpu": 4}), a_run(cpus=2), "slurm.cpus"),
    ],
)
def test_a_limit_that_no_worker_keeps_names_its_field(rule: Limits, run: Run, field: str) -> None:
    assert fields(run, a_cluster(part=rule)) == [field]


def test_gpus_that_options_of_the_user_ask_for_are_not_counted() -> None:
    assert (
        fields(a_run(sbatch=["--gres=gpu:a100:1"]), a_cluster(part=Limits("", least={"gres/gpu": 1}))) == []
    )


@pytest.mark.parametrize(
    "rule",
    [
        Limits("", least={"gres/gpu": 1}),
        Limits("", most={"mem": 1000}),
        Limits("", together={"cpu": 8}),
        Limits("", running=1),
        Limits("", submitted=1),
    ],
)
def test_limits_that_leave_no_room_for_the_drivers_job_say_how_to_go_without(rule: Limits) -> None:
    run = a_run(enable_gpus=True, gpus=1, cpus=8, workers=1)
    assert limits.problems(run, a_cluster(job=rule), driver_too=False) == []
    [problem] = limits.problems(run, a_cluster(job=rule), driver_too=True)
    assert (problem.path, problem.severity) == ("", "error")
    assert "driver" in problem.message
    assert "--driver here" in problem.hint


def test_fewer_jobs_than_workers_are_a_warning() -> None:
    [problem] = limits.problems(a_run(workers=9), a_cluster(own=Limits("", submitted=4)), driver_too=True)
    assert (problem.path, problem.severity) == ("run.workers", "warning")
    assert problem.hint == "The run goes on with 3 workers at a time."


def test_a_limit_of_time_is_kept_by_all_jobs() -> None:
    cluster = a_cluster(job=Limits("", seconds=600))
    assert cluster.time_limit(a_run()) == (600, 'QOS "normal"')
    assert cluster.walltime(a_run(runtime=7200)) == 600
    assert cluster.longest(a_run(sbatch=["--qos=other"])) is None
    assert cluster.longest(a_run(qos="other")) is None


def test_a_quality_of_service_may_lift_limits_of_a_partition() -> None:
    lifting = Limits("", flags=frozenset({"PartitionMinNodes", "PartitionMaxNodes", "PartitionTimeLimit"}))
    for settings, run in (("MinNodes=2", a_run()), ("MaxNodes=1", a_run(nodes=2, tasks=2))):
        assert fields(run, a_cluster(settings)) == ["slurm.nodes"]
        assert fields(run, a_cluster(settings, job=lifting)) == []
    day = list(groups("alpha*|up|1-00:00:00|4|8|4000|idle|(null)|gpu:2"))
    assert replace(a_cluster(), nodes=day).longest(a_run()) == 86400
    assert replace(a_cluster(job=lifting), nodes=day).longest(a_run()) is None


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ("AllowAccounts=rich", "slurm.account"),
        ("DenyAccounts=poor", "slurm.account"),
        ("AllowAccounts=rich,poor", None),
        ("AllowQos=special", "slurm.qos"),
        ("DenyQos=normal", "slurm.qos"),
        ("AllowQos=special,normal", None),
        ("MinNodes=2", "slurm.nodes"),
        ("MinNodes=1 MaxNodes=1", None),
        ("State=DRAIN", "slurm.partition"),
        ("State=INACTIVE", "slurm.partition"),
        ("ReqResv=YES", "slurm.reservation"),
    ],
)
def test_what_a_partition_does_not_take_names_its_field(settings: str, field: str | None) -> None:
    assert fields(a_run(), a_cluster(settings)) == ([field] if field else [])


def test_one_of_several_partitions_is_enough() -> None:
    one = a_cluster("State=DRAIN")
    two_nodes = [*(one.nodes or ()), replace((one.nodes or [])[0], partition="beta", default=False)]
    both = replace(one, nodes=two_nodes)
    assert fields(a_run(partition="alpha,beta"), both) == []
    assert fields(a_run(partition="alpha"), both) == ["slurm.partition"]


LIVE = st.dictionaries(
    st.sampled_from(["cpu", "mem", "gres/gpu"]), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
)


def live_text(amounts: dict[str, tuple[int, int]]) -> str:
    return ",".join([*(f"{name}={most}({used})" for name, (most, used) in amounts.items()), "billing=N(7)"])


@given(NAMES, NAMES, LIVE, LIVE, COUNTS)
def test_what_an_account_has_left_is_read_back(
    account: str,
    above: str,
    together: dict[str, tuple[int, int]],
    minutes: dict[str, tuple[int, int]],
    jobs: int | None,
) -> None:
    shown_jobs = "N" if jobs is None else jobs
    read = live.read(
        f"Association Records\nUserName=me(7) DefAccount={account} DefWckey=\n\n"
        f"ClusterName=c Account={account} UserName= Partition= ParentAccount={above}(1) DefAssoc=No GrpJobs={shown_jobs}(1) "
        f"GrpSubmitJobs=N(0) GrpTRES={live_text(together)} GrpTRESMins={live_text(minutes)} MaxTRESPJ=\n"
        f"ClusterName=c Account={account} UserName=me(7) Partition= GrpTRES=cpu=1(0)\n"
        f"QOS=fast(3) GrpTRES=cpu=N(0) GrpTRESMins={live_text(minutes)}\n"
    )
    left = {name: max(0, most - used) for name, (most, used) in minutes.items()}
    assert read.default == account
    assert read.above == {account: above}
    assert read.qos == {"fast": left}
    [limits] = read.limits.values()
    assert limits.together == {name: most for name, (most, _) in together.items()}
    assert (limits.minutes, limits.running, limits.submitted) == (left, jobs, None)


@given(st.text() | st.lists(st.text(st.characters(exclude_characters="\n"))).map(" Account=".join))
def test_anything_at_all_can_be_read_as_live_records(text: str) -> None:
    read = live.read(text)
    for account in (*read.limits, "x"):
        read.of(account)


def test_of_the_accounts_above_one_another_the_strictest_limit_counts() -> None:
    chain = live.Groups(
        limits={
            "lab": Limits("lab", together={"cpu": 8}, minutes={"cpu": 60}, running=3),
            "team": Limits("team", together={"cpu": 4, "mem": 100}, running=5),
        },
        above={"team": "lab", "lab": "team"},  # a circle is no way to hang
    )
    team, lab = chain.of("team")
    assert (team.together, team.running, team.minutes) == ({"cpu": 4, "mem": 100}, None, {})
    assert (lab.together, lab.running, lab.minutes) == ({}, 3, {"cpu": 60})


@pytest.mark.parametrize(("enforced", "longest"), [("limits", None), ("limits,safe", 1800)])
def test_where_a_job_must_fit_into_what_is_left_it_is_that_short(enforced: str, longest: int | None) -> None:
    settings = {"AccountingStorageEnforce": enforced, "ClusterName": "c"}
    left = live.Groups("team", {"team": Limits("team", minutes={"cpu": 60})})
    qos = {"normal": Limits("normal")}
    own = Association("c", "team", "", "normal", frozenset({"normal"}), NOTHING)
    cluster = Cluster(
        list(groups("alpha*|up|infinite|4|8|4000|idle|(null)|(null)\n")),
        {}, None, settings, accounting=Accounting([own], qos), groups=left,
    )  # fmt: skip
    assert cluster.longest(a_run(cpus=2)) == longest
