"""The file of partitions: what is taken from Slurm's answers, and that the page reads it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import read_catalogue
from app.partition import Partition
from worker.launch.slurm.partition_file import facts, text_of
from worker.launch.slurm.sinfo import groups

SINFO = (
    "long|up|7-00:00:00|10|64|256000|idle|(null)|(null)\n"
    "long|up|7-00:00:00|2|128|512000|idle|(null)|(null)\n"
    "gpu*|up|2-12:30:00|4|48|1|idle|avx|gpu:a100:4(S:0-1),gpu:v100:2\n"
    "test|down|infinite|1|4|8000|down*|(null)|(null)\n"
    "secret|up|1:00:00|1|4|8000|idle|(null)|(null)\n"
)
SETTINGS = {
    "long": {"MaxMemPerNode": "250000", "AllowQos": "ALL"},
    "gpu": {"MaxMemPerCPU": "7000", "MaxMemPerNode": "UNLIMITED", "AllowQos": "normal,long"},
    "secret": {"Hidden": "YES"},
}


def test_the_page_offers_what_slurm_says(tmp_path: Path) -> None:
    path = tmp_path / "partitions.toml"
    path.write_text(text_of(facts(list(groups(SINFO)), SETTINGS), "2026-01-02"))
    catalogue = read_catalogue(path)
    assert catalogue.captured == "2026-01-02"
    assert list(catalogue.partitions.values()) == [
        Partition(
            "gpu",
            "gpu (4 nodes, up to 48 CPUs, 6 GPUs (a100, v100))",
            gpus=6,
            memory_per_cpu=7000,
            runtime=61,
            gpu_types=("a100", "v100"),
            qos=("normal", "long"),
        ),
        Partition("long", "long (12 nodes, up to 128 CPUs)", gpus=0, memory=250000, runtime=168),
        Partition(
            "test",
            "test (1 node, up to 4 CPUs)",
            gpus=0,
            memory=8000,
            warning="This partition was closed when its limits were read.",
        ),
    ]


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}\*?", fullmatch=True),
            st.sampled_from(["up", "down", "drain"]),
            st.sampled_from(["infinite", "30:00", "1-00:00:00", "n/a"]),
            st.integers(0, 9),
            st.sampled_from(["4", "4+", ""]),
            st.sampled_from(["1", "8000", "8000+"]),
            st.just("idle"),
            st.just("(null)"),
            st.sampled_from(["(null)", "gpu:2", "gpu:a:3(S:0)", 'gpu:"x":1', "nic:1"]),
        ).map(lambda parts: "|".join(map(str, parts))),
        max_size=5,
    )
)
def test_whatever_slurm_says_the_page_reads_it(lines: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "partitions.toml"
        nodes = list(groups("\n".join(lines)))
        path.write_text(text_of(facts(nodes, {}), "today"))
        assert set(read_catalogue(path).partitions) == {group.partition for group in nodes}
