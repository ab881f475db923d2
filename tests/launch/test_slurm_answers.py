"""What Slurm's commands print, read back: the queue, sbatch's answers, limits, and reasons."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.launch.slurm import reasons, scontrol, sinfo
from worker.launch.slurm.client import Answer, Client, scrubbed
from worker.launch.slurm.sbatch import Outcome, meaning_of
from worker.launch.slurm.squeue import JobState, queue, rows

NAMES = st.from_regex(r"[A-Za-z0-9_]{1,20}\.[0-9a-f]{6}\.[0-9]{1,3}-[0-9]{1,3}", fullmatch=True)
REASONS = st.text(st.characters(codec="ascii", exclude_characters="\n\r\v\f\x1c\x1d\x1e"), max_size=60).map(
    str.strip
)


@given(
    st.integers(1, 10**8),
    st.none() | st.integers(0, 4_000_000),
    st.sampled_from(["PENDING", "RUNNING", "COMPLETING", "TIMEOUT", "NODE_FAIL", "NEW_WORD_OF_SLURM"]),
    NAMES,
    REASONS,
)
def test_a_row_of_the_queue_is_read_back(
    number: int, index: int | None, word: str, name: str, reason: str
) -> None:
    shown = "N/A" if index is None else str(index)
    text = f"CLUSTER: romeo\n{number}|{shown}|{number + 7}|{word}|n[1-2]|N/A|{name}|{reason}\n\ngarbage|x\n"
    [row] = rows(text)
    assert row.job == (str(number + 7) if index is None else f"{number}_{index}")
    assert (row.name, row.index, row.word, row.node, row.start) == (name, index, word, "n[1-2]", "")
    assert row.reason == ("" if reason in ("None", "N/A") else reason)


@given(st.text())
def test_anything_at_all_can_be_read_as_a_queue(text: str) -> None:
    for row in rows(text):
        assert isinstance(row.state, JobState)


@pytest.mark.parametrize(
    ("out", "err", "code", "seen"),
    [
        ("", "", 0, (0, True)),
        ("7|0|8|RUNNING|n1|N/A|pear|None\n", "", 0, (1, True)),
        ("CLUSTER: romeo\n7|0|8|RUNNING|n1|N/A|pear|None\n", "", 0, (1, True)),
        ("7|0|8|RUNNING|n1|N/A|other|None\n", "squeue: a notice of the site\n", 0, (0, True)),
        ("7|0|8|RUNNING|n1|N/A|pear|None\n", "squeue: error: one cluster is away\n", 0, (1, False)),
        ("7|0|8|RUNNING|n1|N/A|pear|None\n7|1|9|RUN", "", 0, (1, False)),
        ("<html>Service unavailable</html>\n", "", 0, None),
        ("", "squeue: error: one cluster is away\n", 0, None),
        ("7|0|8|RUNNING|n1|N/A|pear|None\n", "", 1, None),
    ],
)
def test_an_answer_of_the_queue_is_complete_only_where_it_was_understood(
    tmp_path: Path, out: str, err: str, code: int, seen: tuple[int, bool] | None
) -> None:
    program = tmp_path / "squeue"
    program.write_text(
        f"#!/bin/sh\nprintf %s {shlex.quote(out)}\nprintf %s {shlex.quote(err)} >&2\nexit {code}\n"
    )
    program.chmod(0o755)
    answer = queue(Client({"PATH": f"{tmp_path}:/usr/bin:/bin"}), ["pear"])
    assert (None if answer is None else (len(answer.rows), answer.complete)) == seen


def test_a_word_that_is_not_known_is_neither_alive_nor_gone() -> None:
    [row] = rows("7|1|8|HIBERNATING|n1|N/A|x|None")
    assert row.state is JobState.UNKNOWN


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(0, "4711\n", ""), Outcome.ACCEPTED),
        (Answer(0, "4711;romeo\n", "sbatch: a notice of the site"), Outcome.ACCEPTED),
        (Answer(0, "a notice of the site\n4711\n", ""), Outcome.ACCEPTED),
        (Answer(0, "", ""), Outcome.DOUBTFUL),
        (Answer(None, "", ""), Outcome.DOUBTFUL),
        (Answer(1, "", ""), Outcome.DOUBTFUL),
        (Answer(1, "", "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"),
         Outcome.DOUBTFUL),
        (Answer(1, "", "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)"),
         Outcome.DOUBTFUL),
        (Answer(1, "", "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received"),
         Outcome.DOUBTFUL),
        (Answer(1, "", "a word of a later Slurm"), Outcome.DOUBTFUL),
        (Answer(1, "", "sbatch: error: Batch job submission failed: Invalid partition name specified"),
         Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: Batch job submission failed: "
                       "Invalid account or account/partition combination specified"), Outcome.REFUSED),
        (Answer(255, "", "sbatch: unrecognized option '--foo'"), Outcome.REFUSED),
        (Answer(255, "", 'sbatch: error: "xx" is not a valid node count'), Outcome.REFUSED),
        (Answer(255, "", "sbatch: error: Invalid directive found in batch script: b"), Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: You must name a project\nsbatch: error: cli_filter plugin terminated with error"),
         Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: "
                       "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"),
         Outcome.LATER),
        (Answer(1, "", "sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: "
                       "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"),
         Outcome.LATER),
        (Answer(1, "", "sbatch: error: Batch job submission failed: "
                       "Required partition not available (inactive or drain)"), Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying\n"
                       "sbatch: error: Batch job submission failed: Resource temporarily unavailable"), Outcome.LATER),
        (Answer(1, "", "sbatch: error: Please state your project and try again.\n"
                       "sbatch: error: Batch job submission failed: Unspecified error"), Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: There was an internal error of the plugin: your login timed out\n"
                       "allocation failure: Unspecified error"), Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: QOSMaxSubmitJobPerUserLimit is what we enforce here.\n"
                       "sbatch: error: Batch job submission failed: Unspecified error"), Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: Please name a project and try again.\n"
                       "sbatch: error: cli_filter plugin terminated with error"), Outcome.REFUSED),
        (Answer(1, "[SITE]: Job submission is not allowed from this host.", ""), Outcome.DOUBTFUL),
        (Answer(1, "", "sbatch: error: Batch job submission failed: Requested node configuration is not available"),
         Outcome.REFUSED),
        (Answer(1, "", "sbatch: error: AssocMaxWallDurationPerJobLimit\nsbatch: error: Batch job submission failed: "
                       "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"),
         Outcome.REFUSED),
    ],
)  # fmt: skip
def test_an_answer_of_sbatch_is_a_refusal_only_where_slurm_has_looked_at_the_job(
    answer: Answer, outcome: Outcome
) -> None:
    assert meaning_of(answer).outcome is outcome


@given(st.integers(0, 30), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_times_are_read_in_every_notation(days: int, hours: int, minutes: int, seconds: int) -> None:
    total = days * 86400 + hours * 3600 + minutes * 60 + seconds
    assert sinfo.seconds(f"{days}-{hours:02}:{minutes:02}:{seconds:02}") == total
    assert sinfo.seconds(f"{hours}:{minutes:02}:{seconds:02}") == hours * 3600 + minutes * 60 + seconds
    assert sinfo.seconds(f"{minutes}:{seconds:02}") == minutes * 60 + seconds
    assert sinfo.seconds(str(minutes)) == minutes * 60
    assert sinfo.seconds(f"{days}-{hours}") == days * 86400 + hours * 3600
    assert sinfo.seconds("infinite") is None


@pytest.mark.parametrize(
    ("gres", "count"),
    [
        ("gpu:2", 2),
        ("gpu:a100:8(S:0-1)", 8),
        ("nic:1,gpu:v100:4,gpu:a100:2", 6),
        ("(null)", 0),
        ("", 0),
        ("gpu", 1),
    ],
)
def test_gpus_are_counted(gres: str, count: int) -> None:
    [nodes] = sinfo.groups(f"a|up|infinite|1|8|100|idle|(null)|{gres}")
    assert nodes.gpus_of("") == count


def test_gpus_are_counted_by_their_type() -> None:
    [nodes] = sinfo.groups("a|up|infinite|1|8|100|idle|(null)|gpu:v100:4(S:0-1),gpu:a100:2,gpu:1,nic:3")
    assert [nodes.gpus_of(kind) for kind in ("v100", "a100", "h100", "")] == [4, 2, 0, 7]


def test_settings_with_blanks_and_equals_signs_are_read() -> None:
    line = "PartitionName=ml AllowAccounts=a,b TRES=cpu=16,mem=8000M,node=2 Comment=two words  MaxNodes=UNLIMITED"
    assert scontrol.pairs(line) == {
        "PartitionName": "ml",
        "AllowAccounts": "a,b",
        "TRES": "cpu=16,mem=8000M,node=2",
        "Comment": "two words",
        "MaxNodes": "UNLIMITED",
    }


@pytest.mark.parametrize(
    "reason",
    ["PartitionTimeLimit", "PartitionConfig", "BadConstraints", "InvalidAccount", "InvalidQOS",
     "DependencyNeverSatisfied", "AssocMaxCpuPerJobLimit", "QOSMaxWallDurationPerJobLimit", "QOSMinGRES",
     "MaxMemPerLimit", "Job's account not known, so it can't use this partition (alpha allows foo)",
     "Job's QOS not permitted to use this partition (alpha allows a,b not c)"],
)  # fmt: skip
def test_reasons_that_never_pass_are_known(reason: str) -> None:
    meaning = reasons.never(reason)
    assert meaning is not None
    assert meaning.field


@pytest.mark.parametrize(
    "reason",
    ["", "None", "Priority", "Resources", "QOSMaxJobsPerUserLimit", "AssocGrpCpuLimit", "QOSMaxGRESPerUser",
     "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions",
     "ReqNodeNotAvail, UnavailableNodes:n1", "Dependency", "JobHeldUser", "a word of a later Slurm"],
)  # fmt: skip
def test_reasons_that_pass_are_left_to_wait(reason: str) -> None:
    assert reasons.never(reason) is None
    assert reason in reasons.waiting(reason) or reason == "None"


def test_the_variables_of_a_surrounding_job_are_hidden_from_slurm() -> None:
    environ = {
        "PATH": "/bin",
        "SLURM_CONF": "/x",
        "SLURM_JOB_ID": "1",
        "SLURM_MEM_PER_NODE": "1",
        "SBATCH_EXPORT": "NONE",
        "SBATCH_ACCOUNT": "mine",
        "SBATCH_PARTITION": "",
        "SQUEUE_FORMAT": "%i",
        "CUDA_VISIBLE_DEVICES": "0",
    }
    assert scrubbed(environ) == {
        "PATH": "/bin",
        "SLURM_CONF": "/x",
        "SBATCH_ACCOUNT": "mine",
        "CUDA_VISIBLE_DEVICES": "0",
    }


def test_munge_is_named_by_what_slurm_says_without_it() -> None:
    # What sinfo prints without munged, after 49 s; where it is ended before, nothing can be told.
    message = (
        'Munge encode failed: Failed to connect to "/run/munge/munge.socket.2": Connection refused / '
        "slurm_send_node_msg: auth_g_create: REQUEST_PARTITION_INFO has authentication error / "
        "slurm_load_partitions: Protocol authentication error"
    )
    meaning, advice = reasons.silent(message)
    assert "munge does not work between this machine and the cluster" in meaning
    assert "slurmctld" not in meaning
    assert "administrators" in advice


@pytest.mark.parametrize(
    "said",
    ["7\n", "7;sea\n", "Submitted batch job 7\n", "Submitted batch job 7 on cluster sea\n", "Hello 3\n7\n"],
)
def test_the_number_of_a_job_is_read_in_each_form_that_it_has(said: str) -> None:
    assert meaning_of(Answer(0, said, "")).job == "7"


def test_a_contingent_that_is_used_up_is_called_so() -> None:
    assert reasons.never("AssocGrpCPUMinutesLimit") is None  # it may be given more
    assert reasons.waiting("AssocGrpCPUMinutesLimit").startswith(
        "The contingent of your account or QOS is used up"
    )
    assert reasons.waiting("AssocGrpCpuLimit").startswith("A limit of your account or QOS is reached")
