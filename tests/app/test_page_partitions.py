"""The catalogue of partitions: its bundled facts, an administrator's own file, and what its limits say."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalogue import BUNDLED, CatalogueError, read_catalogue
from worker.spec.formats.original_meaning import GPU_PARTITIONS
from worker.spec.run import Draft

CATALOGUE = read_catalogue()


def found(**values: object) -> list[tuple[str, str]]:
    """Path and severity of the problems of a draft; keys are paths with __ for the point."""
    draft = Draft({path.replace("__", "."): value for path, value in values.items()})
    return [(problem.path, problem.severity) for problem in CATALOGUE.problems(draft)]


def test_bundled_partitions_are_those_of_the_original() -> None:
    rows = {
        partition.key: (partition.tested_workers, partition.gpus, partition.memory_per_cpu)
        for partition in CATALOGUE.partitions.values()
    }
    assert rows == {
        "ml": (180, 6, 63500),
        "gpu2": (63, 4, 3875),
        "alpha": (160, 8, 49500),
        "hpdlf": (42, 3, 7916),
        "haswell64": (1056, 0, 2541),
        "haswell128": (80, 0, 5250),
        "haswell256": (40, 0, 10583),
        "romeo": (192, 0, 256000),
    }
    assert {partition.runtime for partition in CATALOGUE.partitions.values()} == {168}
    assert CATALOGUE.default == "ml"
    assert "2021" in CATALOGUE.captured


def test_limits_are_a_sentence() -> None:
    assert CATALOGUE.partitions["romeo"].limits == (
        "At most 168 h, 256,000 MB per CPU, no GPUs. Tested with 192 workers."
    )


def test_within_the_limits_there_is_nothing_to_say() -> None:
    assert (
        found(slurm__partition="alpha", slurm__enable_gpus="1", slurm__gpus="8", slurm__memory="49500") == []
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"slurm__partition": "alpha", "slurm__memory": 4 * 49500 + 1}, ("slurm.memory", "error")),
        (
            {"slurm__partition": "haswell64", "slurm__memory": 2542, "slurm__cpus": 1},
            ("slurm.memory", "error"),
        ),
        (
            {"slurm__partition": "alpha", "slurm__enable_gpus": True, "slurm__gpus": 9},
            ("slurm.gpus", "error"),
        ),
        ({"slurm__partition": "romeo", "slurm__enable_gpus": True}, ("slurm.enable_gpus", "error")),
        ({"slurm__partition": "romeo", "run__runtime": "168:00:01"}, ("run.runtime", "error")),
        ({"slurm__partition": "romeo", "slurm__walltime": "169"}, ("slurm.walltime", "error")),
        ({"slurm__partition": "romeo", "run__workers": 193}, ("run.workers", "warning")),
        ({"slurm__partition": "ml"}, ("slurm.partition", "warning")),
        ({"slurm__partition": "apha"}, ("slurm.partition", "warning")),
    ],
)
def test_each_limit_is_a_problem_of_its_field(values: dict[str, object], expected: tuple[str, str]) -> None:
    assert found(**values) == [expected]


def test_memory_is_compared_for_each_cpu() -> None:
    assert found(slurm__partition="haswell64", slurm__memory=8000, slurm__cpus=4) == []
    assert found(slurm__partition="haswell64", slurm__memory=2541 * 7, slurm__cpus="7") == []


def test_memory_and_gpus_are_those_of_a_worker_however_they_are_asked_for() -> None:
    per_cpu = {"slurm__partition": "haswell64", "slurm__memory_per": "cpu", "slurm__tasks": 2}
    assert found(**per_cpu, slurm__memory=2541) == []
    assert found(**per_cpu, slurm__memory=2542) == [("slurm.memory", "error")]
    per_task = {"slurm__partition": "alpha", "slurm__enable_gpus": "1", "slurm__gpu_option": "gpus-per-task"}
    assert found(**per_task, slurm__gpus="a100:4", slurm__tasks=2) == []
    assert found(**per_task, slurm__gpus="a100:4", slurm__tasks=3) == [("slurm.gpus", "error")]
    assert found(**per_task, slurm__gpus="a100:4", slurm__nodes=0) == [], "a problem of its own"


def test_the_remedy_of_too_much_memory_fits_however_it_is_asked_for() -> None:
    for asked in (
        {"slurm__partition": "haswell64", "slurm__cpus": 4},
        {"slurm__partition": "haswell64", "slurm__memory_per": "cpu", "slurm__tasks": 2},
    ):
        values = {key.replace("__", "."): value for key, value in asked.items()}
        [problem] = CATALOGUE.problems(Draft({**values, "slurm.memory": "1T"}))
        [fix] = problem.fixes
        [(path, text)] = fix.changes
        assert (path, text) == ("slurm.memory", "2541M" if "slurm__tasks" in asked else "10164M")
        assert found(**asked, slurm__memory=text) == []


def test_an_own_limit_of_memory_is_one_of_a_worker(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[partitions.a]\nmemory = 4000\n[partitions.b]\nmemory = 4000\nmemory_per_cpu = 500\n")
    catalogue = read_catalogue(path)
    problems = {
        key: [
            problem.path
            for problem in catalogue.problems(Draft({"slurm.partition": key, "slurm.memory": 4001}))
        ]
        for key in "ab"
    }
    assert problems == {"a": ["slurm.memory"], "b": ["slurm.memory"] * 2}


def test_the_bundled_partitions_have_gpus_where_old_links_take_them_for_granted() -> None:
    has_gpus = {key: CATALOGUE.has_gpus(key) for key in CATALOGUE.partitions}
    assert has_gpus == GPU_PARTITIONS


def test_gpus_count_only_where_they_are_on() -> None:
    assert found(slurm__partition="romeo", slurm__gpus="9") == []


def test_the_clusters_default_partition_has_no_limits_here() -> None:
    assert found(slurm__partition="", slurm__memory=10**6, slurm__enable_gpus=True) == []
    assert found() == []


def test_what_cannot_be_read_is_left_to_the_checks() -> None:
    assert found(slurm__partition="romeo", slurm__memory="much", run__runtime="long") == []


def test_an_unknown_partition_names_the_closest() -> None:
    (problem,) = CATALOGUE.problems(Draft({"slurm.partition": "apha"}))
    assert problem.hint == 'Did you mean "alpha"?'


def test_an_administrators_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'captured = "today"\n[partitions.short]\nruntime = 1\n[partitions.long]\nlabel = "Long"\n'
    )
    catalogue = read_catalogue(path)
    assert catalogue.default == "short"
    assert catalogue.partitions["short"].label == "short"
    assert catalogue.has_gpus("short") is None
    assert [problem.path for problem in catalogue.problems(Draft({"slurm.partition": "short"}))] == [
        "run.runtime"
    ]


def test_a_file_without_partitions_is_one_for_clusters_without(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    path.write_text("")
    assert read_catalogue(path).default == ""


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_text("[partitions.a]\n", encoding="utf-8-sig")
    assert list(read_catalogue(path).partitions) == ["a"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[partitions.a]\nmemroy = 3\n", 'unknown key "memroy". Did you mean "memory"?'),
        ('[partitions.a]\nmemory = "3"\n', "must be a whole number of at least 0"),
        ("[partitions.a]\nmemory = -3\n", "must be a whole number of at least 0"),
        ("[partitions.a]\nmemory = true\n", "must be a whole number of at least 0"),
        ("[partitions.a]\nlabel = 3\n", "must be text"),
        ("[partitions]\na = 3\n", "must be a table"),
        ("partitions = 3\n", "a table of its own"),
        ("[partition.a]\n", 'unknown key "partition". Did you mean "partitions"?'),
        ('[partitions."a b"]\n', '"a b" is not a valid name of a Slurm partition.'),
        ("[partitions.a\n", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=str(path)) as raised:
        read_catalogue(path)
    assert sentence in str(raised.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read"):
        read_catalogue(tmp_path / "nowhere.toml")


def test_the_bundled_file_is_the_default() -> None:
    assert read_catalogue(BUNDLED) == CATALOGUE


def test_types_of_gpus_and_qos_are_limits_where_they_are_known(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[partitions.gpu]\ngpus = 4\ngpu_types = ["a100", "v100"]\nqos = ["normal", "long"]\n[partitions.any]\ngpus = 4\n'
    )
    catalogue = read_catalogue(path)
    assert (
        catalogue.partitions["gpu"].limits == "At most 4 GPUs per worker (a100 or v100). QOS: normal or long."
    )

    def said(partition: str, gpus: str, qos: str) -> list[str]:
        values = {
            "slurm.partition": partition,
            "slurm.enable_gpus": "1",
            "slurm.gpus": gpus,
            "slurm.qos": qos,
        }
        return [f"{one.message} {one.hint}" for one in catalogue.problems(Draft(values))]

    assert said("gpu", "a100:2", "long") == said("gpu", "2", "") == said("any", "h100:2", "short") == []
    assert said("gpu", "h100:2", "short") == [
        "The partition gpu has no GPUs of the type h100. It has a100 and v100.",
        "The partition gpu does not take the QOS short. It takes normal or long.",
    ]
