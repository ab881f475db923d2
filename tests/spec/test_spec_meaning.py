"""What an old link or config meant: the original's defaults and words, put right with a note; ours stay as they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import runs

from app.catalogue import read_catalogue
from worker.spec.check import check_read
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.formats import any_config, original, original_meaning, original_writer, toml, url
from worker.spec.run import ReadResult, Run

PAGE = read_catalogue().known_partitions


def run_of(read: ReadResult) -> Run:
    checked = check_read(read)
    assert checked.run is not None, [str(problem) for problem in checked.problems]
    return checked.run


def notes(read: ReadResult) -> list[str]:
    """The paths that a note is about; nothing else may be said."""
    assert {problem.severity for problem in read.problems} <= {"note"}
    return [problem.path for problem in read.problems]


def link(*more: str) -> str:
    return "&".join(
        ("?projectname=t&objective_program=./run%20(%24a)&param_0_name=a&param_0_value_max=5", *more)
    )


def config(*data: str, dimension: str = "max_dim_0 = 5") -> str:
    head = "[DATA]\nprojectname = t\nobjective_program = ./run ($a)\n"
    return head + "\n".join(data) + "\n[DIMENSIONS]\ndimensions = 1\ndim_0_name = a\n" + dimension


@pytest.mark.parametrize("partitions", [original_meaning.ORIGINAL_PARTITIONS, PAGE], ids=["command", "page"])
@pytest.mark.parametrize("partition", ["ml", "gpu2", "alpha", "hpdlf"])
def test_a_link_that_does_not_speak_of_gpus_asks_for_them_and_for_memory_per_cpu(
    partition: str, partitions: original_meaning.Partitions
) -> None:
    read = any_config.read_any(link(f"partition={partition}", "mem_per_worker=1000"), partitions)
    run = run_of(read)
    assert (run.enable_gpus, run.gpus, run.memory, run.cpus) == (True, "1", 4000, 4)
    assert notes(read) == ["slurm.enable_gpus", "slurm.memory"]


def test_the_originals_default_memory_was_for_each_cpu_too() -> None:
    assert run_of(any_config.read_any(link("partition=alpha"))).memory == 8000


def test_memory_that_cannot_be_read_is_a_problem_and_is_not_multiplied() -> None:
    problems = check_read(any_config.read_any(link("partition=alpha", "mem_per_worker=much"))).problems
    assert [problem.path for problem in problems if problem.severity == "error"] == ["slurm.memory"]
    assert "slurm.memory" not in [problem.path for problem in problems if problem.severity == "note"]


@pytest.mark.parametrize("partition", ["haswell64", "haswell128", "haswell256", "romeo"])
def test_a_worker_without_gpus_had_one_cpu(partition: str) -> None:
    read = any_config.read_any(link(f"partition={partition}", "mem_per_worker=1000"))
    run = run_of(read)
    assert (run.enable_gpus, run.memory) == (False, 1000)
    assert notes(read) == []


@pytest.mark.parametrize(
    "more", ["enable_gpus=1", "enable_gpus=0", "cpus_per_worker=4&enable_gpus=1", "enable_gpus="]
)
def test_our_own_links_mean_what_they_say(more: str) -> None:
    read = any_config.read_any(link("partition=alpha", "mem_per_worker=1000", more), PAGE)
    assert run_of(read).memory == 1000
    assert notes(read) == []


def test_a_link_with_one_of_our_keys_speaks_of_a_worker() -> None:
    run = run_of(any_config.read_any(link("partition=alpha", "mem_per_worker=1000", "cpus_per_worker=2")))
    assert (run.memory, run.cpus, run.enable_gpus) == (1000, 2, True)


def test_an_unknown_partition_is_said_to_be_unknown() -> None:
    read = any_config.read_any(link("partition=gpu_a100"))
    assert not run_of(read).enable_gpus
    assert "is not known here" in next(problem.message for problem in read.problems)


def test_no_gpus_was_the_originals_way_to_switch_them_off() -> None:
    read = any_config.read_any(link("partition=alpha", "number_of_gpus=0", "mem_per_worker=10"))
    assert not run_of(read).enable_gpus
    assert notes(read) == ["slurm.memory"]


def test_the_empty_form_is_nobodys_link() -> None:
    read = original_meaning.of_link(url.read(""), PAGE)
    assert read.draft.values == {
        "slurm.partition": "ml",
        "slurm.enable_gpus": "1",
        "search.algorithm": "auto",
    }
    assert read.problems == ()


@pytest.mark.parametrize("text", ["max_evals=100", "partition=ml", "projectname=a&param_0_name=x"])
def test_a_link_that_names_no_algorithm_means_what_it_always_did(text: str) -> None:
    read = original_meaning.of_link(url.read(text), PAGE)
    assert "search.algorithm" not in read.draft.values
    assert BY_PATH["search.algorithm"].default == "tpe.suggest"


def test_what_the_new_form_holds_is_in_its_link() -> None:
    read = original_meaning.of_link(url.read(""), PAGE)
    assert "searchtype=auto" in url.write(read.draft)


@given(runs())
def test_what_we_write_keeps_its_meaning(run: Run) -> None:
    draft = toml.draft_of(run)
    read = original_meaning.of_link(url.read(url.write(draft)), PAGE)
    assert read.problems == ()
    assert run_of(read) == run
    kept = [field.key for field in FIELDS if field.original]
    for text in (original_writer.write_ini(draft), original_writer.write_json(draft)):
        again = original.read(text)
        assert again.problems == ()
        assert [getattr(run_of(again), key) for key in kept] == [getattr(run, key) for key in kept]


def test_a_config_with_gpus_asked_for_memory_per_cpu() -> None:
    for lines in (("partition = alpha",), ("partition = other", "enable_gpus = 1")):
        read = original.read_ini(config("mem_per_cpu = 1500", *lines))
        assert (run_of(read).memory, run_of(read).enable_gpus) == (6000, True)
        assert "slurm.memory" in notes(read)
    for lines in (("partition = haswell64",), ("partition = other",), ("enable_gpus = 0",)):
        read = original.read_ini(config("mem_per_cpu = 1500", *lines))
        assert (run_of(read).memory, notes(read)) == (1500, [])


@pytest.mark.parametrize(
    ("precision", "noted"), [("2", ["run.precision"]), ("8", []), ("x", ["run.precision"])]
)
def test_precision_of_the_original_was_for_display(precision: str, noted: list[str]) -> None:
    document = {
        "data": {"projectname": "t", "objective_program": "./run ($a)", "precision": precision},
        "dimensions": [{"name": "a", "max": 5}],
    }
    for read in (
        original.read_ini(config(f"precision = {precision}")),
        original.read_json(json.dumps(document)),
    ):
        assert run_of(read).precision == 8
        assert notes(read) == noted


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("simulated_annealing", "anneal.suggest"),
        ("Simulated_Annealing", "anneal.suggest"),
        ("hyperopt.anneal.suggest", "anneal.suggest"),
        ("hyperopt.tpe.suggest", "tpe.suggest"),
        ("random", "hyperopt.rand.suggest"),
    ],
)
def test_other_names_of_algorithms(written: str, name: str) -> None:
    for read in (
        original.read_ini(config(f"algo_name = {written}")),
        any_config.read_any(link(f"searchtype={written}", "partition=romeo")),
    ):
        assert run_of(read).algorithm == name
        assert notes(read) == ["search.algorithm"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sh ($projectdir)/old/run.sh ($a)", "sh ($projectdir)/../old/run.sh ($a)"),
        ("sh ($mainpath)/tool ($a)", "sh ($projectdir)/../../tool ($a)"),
        ("sh ($projectdir) ($mainpath) ($projectdir) ($a)", "sh ($projectdir)/.. ($projectdir)/../.. ($projectdir)/.. ($a)"),
    ],
)  # fmt: skip
def test_folders_of_the_original_are_those_that_they_were(written: str, meant: str) -> None:
    text = config().replace("./run ($a)", written)
    read = original.read_ini(text)
    assert run_of(read).objective == meant
    assert set(notes(read)) == {"run.objective"}


def test_a_parameter_may_be_called_as_a_folder_was() -> None:
    text = (
        config().replace("./run ($a)", "./run ($mainpath)").replace("dim_0_name = a", "dim_0_name = mainpath")
    )
    assert run_of(original.read_ini(text)).objective == "./run ($mainpath)"


@given(
    st.sampled_from(["hp.uniform", "hp.uniformint", "hp.choiceint"]), st.integers(-99, 99), st.integers(1, 99)
)
def test_swapped_ends_of_a_range_are_put_right(kind: str, low: int, width: int) -> None:
    high = low + width
    dimension = f"range_generator_0 = {kind}\nmin_dim_0 = {high}.0\nmax_dim_0 = {low}"
    read = original.read_ini(config(dimension=dimension))
    assert run_of(read).parameters[0].settings == {"min": low, "max": high}
    assert notes(read) == ["parameters.0.max"]


def test_values_that_are_listed_twice_count_once() -> None:
    read = original.read_ini(config(dimension="range_generator_0 = hp.choice\noptions_0 = 1, 2,2 ,3,1"))
    assert run_of(read).parameters[0].settings == {"values": ("1", "2", "3")}
    assert notes(read) == ["parameters.0.values"] * 2


def test_percentages_of_a_value_that_is_listed_twice_are_added() -> None:
    read = original.read_ini(config(dimension="range_generator_0 = hp.pchoice\noptions_0 = a=20,b=50,a=30"))
    assert run_of(read).parameters[0].settings == {"values": (("a", 50), ("b", 50))}
    assert notes(read) == ["parameters.0.values"]


def test_what_is_put_right_in_the_originals_files_is_a_problem_in_ours() -> None:
    draft = "[run]\nname='t'\nobjective='r ($a)'\n[parameters.a]\ntype='hp.choice'\nvalues=['1','1']"
    assert check_read(toml.read(draft)).run is None


def test_the_keys_of_the_oldest_links() -> None:
    query = "?projectname=t&partition=romeo&objective_program=r%20(%24a)&param_0name=a&param_0type=hp.uniform"
    read = any_config.read_any(f"{query}&param_0value_min=1&param_0value_max=2")
    assert run_of(read).parameters[0].settings == {"min": 1, "max": 2}
    assert any_config.read_any("param_0value_min=3&projectname=t").draft.parameters[0].settings == {
        "min": "3"
    }
    both = "param_0_value_max=1&param_0value_max=2", "param_0value_max=2&param_0_value_max=1"
    assert [url.read(text).draft.parameters[0].settings for text in both] == [{"max": "1"}] * 2
