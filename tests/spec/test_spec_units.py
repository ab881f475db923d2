"""Amounts with units: what job scripts have in them is read as what it means there, and the rest is explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.check import check, check_read
from worker.spec.formats import any_config, original, toml, url
from worker.spec.problem import Problem, UnreadableError
from worker.spec.raw_values import ConversionError, duration, duration_text, memory
from worker.spec.run import Draft, ParameterDraft, ReadResult

TOML = """
[run]
name = "slurmish"
objective = "./t.sh ($x)"
runtime = "2-00:00:00"
time_limit = "90min"
[slurm]
memory = "16G"
walltime = "1-12"
[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""
INI = """
[DATA]
projectname = slurmish
objective_program = ./t.sh ($x_0)
mem_per_cpu = 16G
computing_time = 2-00:00:00
[DIMENSIONS]
dimensions = 1
dim_0_name = x
range_generator_0 = hp.uniform
min_dim_0 = 0
max_dim_0 = 1
"""
JSON = """{"data": {"projectname": "slurmish", "objective_program": "./t.sh ($x_0)", "mem_per_cpu": "16G",
"computing_time": "2-00:00:00"}, "dimensions": [{"name": "x", "range_generator": "hp.uniform", "min": 0, "max": 1}]}"""
LINK = (
    "projectname=slurmish&objective_program=./t.sh%20(%24x)&mem_per_worker=16G&runtime=2-00:00:00&enable_gpus=0"
    "&param_0_name=x&param_0_type=hp.uniform&param_0_value_min=0&param_0_value_max=1"
)


@pytest.mark.parametrize(
    ("text", "megabytes"),
    [
        ("16G", 16384), ("4000M", 4000), ("1.5T", 1572864), ("16GB", 16384), ("16 GiB", 16384), ("16g", 16384),
        ("2048000K", 2000), ("4000 mb", 4000), (".5G", 512), ("1.G", 1024), (" 8G ", 8192), ("16", 16), (4000, 4000),
        ("16 Gbytes", 16384), ("4000.0", 4000), ("0.25 G", 256), ("500K", 1), ("1025 kb", 2), ("", 0), (" ", 0), (0, 0),
    ],
)  # fmt: skip
def test_memory(text: object, megabytes: int) -> None:
    assert memory(text) == megabytes


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("16X", "such as 16G"), ("G16", "such as 16G"), ("16 G B", "such as 16G"),
        ("0.3G", "Write 308M."), ("512.5K", "Write 1M."), ("-", "Write a whole number"), ("16,000", "Write it without"), ("1e3G", "such as 16G"),
        ("1" * 5000 + "G", "such as 16G"), ("999999999999999T", "Whole numbers go up"), (True, "such as"),
    ],
)  # fmt: skip
def test_what_is_no_memory(text: object, hint: str) -> None:
    with pytest.raises(ConversionError) as caught:
        memory(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2-00:00:00", 172800), ("1-12", 129600), ("1-12:30", 131400), ("0-1:05:09", 3909), ("24h", 86400),
        ("90min", 5400), ("90 minutes", 5400), ("90m", 5400), ("1d", 86400), ("30s", 30), ("1.5h", 5400),
        ("1h30min", 5400), ("1 day, 2 hours", 93600), ("2 days", 172800), ("1w", 604800), ("36H", 129600),
        ("1h 30m 5s", 5405), (" 24h ", 86400), ("48:00:00", 172800), ("20", 72000), ("0s", 0), (".5 h", 1800),
    ],
)  # fmt: skip
def test_times(text: str, seconds: int) -> None:
    assert duration(text) == seconds
    assert duration(duration_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("90:00", "Write 1:30:00 for minutes and seconds, or 90:00:00 for hours and minutes."),
        ("00:30", "Write 0:00:30 for minutes and seconds, or 0:30:00 for hours and minutes."),
        ("24x", "90min"), ("1-", "90min"), ("-1h", "90min"), ("30min 1h", "90min"), ("1h 1h", "90min"), ("1h,", "90min"),
        ("1 h 30", "90min"), ("1-12:60", "90min"), ("h", "90min"), ("9" * 16 + "h", "90min"), ("99999999d", "H:MM:SS"),
        ("0.1s", "H:MM:SS"),
    ],
)  # fmt: skip
def test_what_is_no_time(text: str, hint: str) -> None:
    with pytest.raises(ConversionError) as caught:
        duration(text)
    assert hint in caught.value.hint


@given(st.integers(0, 10**7), st.sampled_from(["G", "GB", "GiB", " g"]))
def test_whole_gigabytes_read_back(gigabytes: int, unit: str) -> None:
    assert memory(f"{gigabytes}{unit}") == 1024 * gigabytes


@given(st.integers(0, 3000), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_every_way_to_write_a_time_means_the_same(days: int, hours: int, minutes: int, seconds: int) -> None:
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    for text in (
        f"{days}-{hours:02}:{minutes:02}:{seconds:02}",
        f"{days * 24 + hours}:{minutes:02}:{seconds:02}",
        f"{days}d {hours}h {minutes}min {seconds}s",
        f"{total}s",
        duration_text(total),
    ):
        assert duration(text) == total


def draft(values: dict[str, object]) -> Draft:
    parameter = ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1})
    return Draft({"run.name": "r", "run.objective": "./t ($x)", **values}, (parameter,))


@pytest.mark.parametrize(
    "read",
    [toml.read(TOML), original.read_ini(INI), original.read_json(JSON), url.read(LINK)],
    ids=["toml", "ini", "json", "link"],
)
def test_units_are_understood_in_every_format_and_written_back(read: ReadResult) -> None:
    run = check_read(read).run
    assert run is not None
    assert (run.memory, run.runtime) == (16384, 172800)
    for written in (toml.write(read.draft), f"?{url.write(read.draft)}"):
        again = check_read(any_config.read_any(written)).run
        assert again is not None
        assert (again.memory, again.runtime) == (16384, 172800)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("memory = 16G", 'memory = "16G"'),
        ("walltime = 1-12 # of a job", 'walltime = "1-12"'),
        ("walltime = 2-00:00:00", 'walltime = "2-00:00:00"'),
        ("walltime = 90min", 'walltime = "90min"'),
    ],
)
def test_a_unit_without_quotes_is_explained_in_toml(line: str, hint: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        toml.read(f"[slurm]\ncpus = 4\n{line}\n")
    assert hint in caught.value.problems[0].hint


def remarks(values: dict[str, object]) -> list[Problem]:
    return [problem for problem in check(draft(values)).problems if problem.path in values]


@pytest.mark.parametrize(
    ("path", "raw", "message"),
    [
        ("slurm.memory", 16, "write 16G"), ("slurm.memory", "16", "write 16G"), ("slurm.memory", 128, "write 128G"),
        ("run.runtime", 90, "3 days and 18 hours"), ("run.runtime", "90", "write 90min"), ("run.runtime", 1440, "60 days"),
        ("slurm.memory", "4001K", "taken as 4 MB"), ("slurm.walltime", 30, "1 day and 6 hours"), ("run.time_limit", 10, "10 hours"),
    ],
)  # fmt: skip
def test_bare_numbers_that_likely_mean_another_unit_get_a_remark(
    path: str, raw: object, message: str
) -> None:
    (remark,) = remarks({path: raw, **({"run.runtime": 120} if path == "run.time_limit" else {})})
    assert message in f"{remark.message} {remark.hint}"
    assert remark.severity != "error"


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("slurm.memory", 2000), ("slurm.memory", 0), ("slurm.memory", ""), ("slurm.memory", "2048000K"), ("slurm.memory", "16M"), ("slurm.memory", "16G"), ("run.runtime", 20), ("run.runtime", 168),
        ("run.runtime", 48), ("run.runtime", "90h"), ("run.runtime", "90:00:00"), ("run.runtime", 0.5), ("slurm.walltime", 0),
        ("run.time_limit", 2), ("run.time_limit", 12),
    ],
)  # fmt: skip
def test_what_is_clear_or_usual_gets_none(path: str, raw: object) -> None:
    assert remarks({path: raw}) == []
