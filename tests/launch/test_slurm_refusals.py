"""What a refusal is about: the words of Slurm, of a site's plugin and of a site's own sbatch, as problems."""

from __future__ import annotations

import pytest

from worker.launch.slurm import refusals
from worker.launch.slurm.client import Answer
from worker.launch.slurm.sbatch import meaning_of

FAILED = "sbatch: error: Batch job submission failed: "
POLICY = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"


def field_of(text: str) -> str:
    """The field that a refusal in the words `text` is about."""
    return refusals.refusal(meaning_of(Answer(1, "", text))).path


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        ("QOSMaxWallDurationPerJobLimit", "slurm.walltime"),
        ("AssocMaxWallDurationPerJobLimit", "slurm.walltime"),
        ("AssocMaxCpuPerJobLimit", "slurm.cpus"),
        ("QOSMaxMemoryPerJob", "slurm.memory"),
        ("QOSMinGRES", "slurm.gpus"),
        ("AssocMaxNodePerJobLimit", "slurm.nodes"),
        ("QOSMaxCpuPerUserLimit", "slurm.cpus"),
        ("QOSMaxBillingPerJob", "slurm.sbatch"),
    ],
)
def test_a_limit_is_about_what_it_limits_and_no_account(limit: str, field: str) -> None:
    problem = refusals.refusal(meaning_of(Answer(1, "", f"sbatch: error: {limit}\n{FAILED}{POLICY}\n")))
    assert problem.path == field
    assert limit in problem.message
    assert "job may not ask" in problem.message or "below what one job asks for" in problem.message


@pytest.mark.parametrize(
    ("sentence", "field"),
    [
        ("Invalid account or account/partition combination specified", "slurm.account"),
        ("Invalid partition name specified", "slurm.partition"),
        ("Required partition not available (inactive or drain)", "slurm.partition"),
        ("User's group not permitted to use this partition", "slurm.partition"),
        ("Requested reservation is invalid", "slurm.reservation"),
        ("Node count specification invalid", "slurm.nodes"),
        ("Invalid qos specification", "slurm.qos"),
        ("Invalid feature specification", "slurm.constraint"),
        ("Invalid license specification", "slurm.licenses"),
        ("Job dependency problem", "slurm.dependency"),
        ("Access/permission denied", ""),
        ("Unspecified error", ""),
    ],
)
def test_slurms_own_sentence_names_the_field(sentence: str, field: str) -> None:
    assert field_of(f"{FAILED}{sentence}\n") == field


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Please state your project with --comment=PROJECT and try again.", "slurm.sbatch"),
        (
            "You have to say who pays: --account=<project>. See https://docs.example.org/partitions",
            "slurm.account",
        ),
        ("Use -A PROJECT for accounting.", "slurm.account"),
        ("--mem and --mem-per-cpu are not allowed here.", "slurm.memory"),
        ("Ask for GPUs by type, for example --gres=gpu:a100:1", "slurm.gpus"),
        ("Jobs of more than an hour are too long, see --time.", "slurm.walltime"),
        ("Not allowed. See https://docs.example.org/accounts/gpu-memory", ""),
        ("*** partition gpu is not valid for a job without GPUs", ""),
        ("You have reached the maximum of 4 submitted jobs in this partition.", ""),
    ],
)
def test_the_words_of_a_plugin_name_a_field_only_by_an_option(words: str, field: str) -> None:
    text = f"sbatch: error: {words}\n{FAILED}Unspecified error\n"
    problem = refusals.refusal(meaning_of(Answer(1, "", text)))
    assert problem.path == field
    assert problem.message == f"Slurm rejects the worker jobs: {words.rstrip('.')}."
    assert problem.hint


def test_an_option_says_more_than_the_error_that_a_plugin_returns() -> None:
    assert (
        field_of(f"sbatch: error: Which project? --comment=PROJECT\n{FAILED}Invalid account")
        == "slurm.sbatch"
    )


def test_a_limit_of_jobs_in_the_queue_is_no_limit_of_one_job() -> None:
    answer = meaning_of(Answer(1, "", f"sbatch: error: QOSMaxSubmitJobPerUserLimit\n{FAILED}{POLICY}\n"))
    assert refusals.explained(answer).endswith("You may not have so many jobs in the queue at a time.")


def test_what_slurm_prints_above_its_last_sentence_may_say_more() -> None:
    text = f"sbatch: error: Memory specification can not be satisfied\n{FAILED}Requested node configuration is not available"
    assert field_of(text) == "slurm.memory"


def test_a_closed_partition_is_to_be_waited_for_or_left() -> None:
    text = f"{FAILED}Required partition not available (inactive or drain)"
    problem = refusals.driver_refusal(meaning_of(Answer(1, "", text)), "")
    assert problem.path == "driver.partition"
    assert "until an administrator opens it" in problem.hint
    assert "--driver here" in problem.hint


def test_the_driver_has_a_walltime_of_its_own() -> None:
    text = f"sbatch: error: QOSMaxWallDurationPerJobLimit\n{FAILED}{POLICY}\n"
    assert refusals.driver_refusal(meaning_of(Answer(1, "", text)), "").path == "driver.walltime"


def test_what_a_sites_own_sbatch_prints_is_shown() -> None:
    out = (
        "[SITE]: Job submission is not allowed from this host. Please submit\n[SITE]: through a login node.\n"
    )
    assert meaning_of(Answer(1, out, "")).message == (
        "[SITE]: Job submission is not allowed from this host. Please submit / [SITE]: through a login node."
    )
    assert "through a login node" in meaning_of(Answer(1, out, "sbatch: error: not here\n")).message
