"""A site with several clusters: the form names the cluster with the partition, and each has its own limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from page_client import GOOD
from page_server import ROOT

from app import create_app
from app.environment import Settings
from app.site_file import KEYS, SiteFileError, read_site_file

# The example of the documentation.
[SITE] = re.findall(
    r"^```toml\n(\[\[clusters\]\].*?)^```$",
    (ROOT / "docs/administration.md").read_text(),
    re.DOTALL | re.MULTILINE,
)
SEA = """
captured = "2026-11-01"
[partitions.long]
label = "Long runs"
gpus = 0
runtime = 10
[partitions.gpu]
gpus = 4
"""
LAKE = """
captured = "2026-11-20"
[partitions.gpu]
gpus = 0
runtime = 2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The settings of a site with two clusters, both of which have a partition gpu."""
    path = tmp_path / "site.toml"
    for name, text in (("site", SITE), ("sea", SEA), ("lake", LAKE)):
        (tmp_path / f"{name}.toml").write_text(text)
    return path


@pytest.fixture
def client(file: Path) -> FlaskClient:
    return create_app(Settings(site=file)).test_client()


def options(html: str) -> list[tuple[str, str, bool]]:
    """Value, label, and whether it is chosen, of each partition that the form offers."""
    [select] = re.findall(r'<select[^>]* id="partition".*?</select>', html, re.DOTALL)
    found = re.findall(r'<option([^>]*) value="([^"]*)">([^<]*)<', select)
    return [(value, label, "selected" in attributes) for attributes, value, label in found]


def chosen(html: str) -> str:
    [value] = [value for value, _, is_chosen in options(html) if is_chosen]
    return value


def test_the_form_offers_the_partitions_of_each(client: FlaskClient) -> None:
    html = client.get("/?projectname=a&partition=gpu&cluster=lake").text
    assert [(value, label) for value, label, _ in options(html)] == [
        ("", "(cluster default)"),
        ("sea/", "sea: (cluster default)"),
        ("sea/long", "sea: Long runs"),
        ("sea/gpu", "sea: gpu"),
        ("lake/", "lake: (cluster default)"),
        ("lake/gpu", "lake: gpu"),
    ]
    assert chosen(html) == "lake/gpu"
    assert "2026-11-01 (sea), 2026-11-20 (lake)" in html


def test_a_choice_is_in_config_and_link(client: FlaskClient) -> None:
    answer = client.post("/preview", data={**GOOD, "partition": "lake/gpu", "enable_gpus": "0"}).get_json()
    assert 'partition = "gpu"' in answer["config"] and 'cluster = "lake"' in answer["config"]
    [change] = answer["changes"]
    assert (change["query"], change["value"]) == ("cluster", "lake")
    assert answer["partition"]["limits"].startswith("At most 2 h, no GPUs")
    again = client.get(answer["url"].removeprefix("http://localhost")).text
    assert chosen(again) == "lake/gpu"


def test_each_has_limits_of_its_own(client: FlaskClient) -> None:
    def said(cluster: str, **more: str) -> set[str]:
        data = {**GOOD, "partition": f"{cluster}/gpu", "cluster": cluster, **more}
        return {problem["message"] for problem in client.post("/preview", data=data).get_json()["problems"]}

    assert "The partition gpu has no GPUs." in said("lake", enable_gpus="1")
    assert "The partition gpu has no GPUs." not in said("sea", enable_gpus="1")


def test_who_takes_no_cluster_in_particular_again_gets_none(client: FlaskClient) -> None:
    form = {**GOOD, "partition": "", "partition_was": "sea/gpu", "cluster": "sea"}
    answer = client.post("/preview", data=form).get_json()
    assert "cluster =" not in answer["config"]
    assert [(change["query"], change["value"]) for change in answer["changes"]] == [("cluster", "")]


def test_the_same_name_on_another_cluster_is_another_partition(client: FlaskClient) -> None:
    form = {
        **GOOD,
        "partition": "sea/gpu",
        "partition_was": "lake/gpu",
        "cluster": "lake",
        "enable_gpus": "0",
    }
    changes = client.post("/preview", data=form).get_json()["changes"]
    assert {change["query"]: change["value"] for change in changes} == {"cluster": "sea", "enable_gpus": "1"}


def test_a_link_without_a_cluster_and_one_with_an_unknown_one_stay_as_they_are(client: FlaskClient) -> None:
    html = client.get("/?partition=gpu").text
    assert chosen(html) == "gpu"
    assert ("gpu", "gpu, on the cluster where the run is started", True) in options(html)
    other = client.get("/?partition=gpu&cluster=pond&projectname=a").text
    assert "This page does not list the cluster" in other and 'value="pond"' in other


def test_portals_are_told_the_cluster(client: FlaskClient) -> None:
    answer = client.get("/api/v1/partitions").get_json()
    assert [(one["cluster"], one["key"]) for one in answer["partitions"]] == [
        ("sea", "long"),
        ("sea", "gpu"),
        ("lake", "gpu"),
    ]


def test_a_new_partition_file_counts_at_once(client: FlaskClient, file: Path) -> None:
    assert "lake/tiny" not in client.get("/").text
    new = file.with_name("new.toml")
    new.write_text("[partitions.tiny]\n")
    new.replace(file.with_name("lake.toml"))
    assert "lake/tiny" in client.get("/").text


def test_each_key_is_in_the_documentation() -> None:
    documented = set(re.findall(r"^(\w+) = ", SITE, re.MULTILINE))
    assert documented == set(KEYS["clusters"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("clusters = 1", "clusters must be tables"),
        ("clusters = []", "clusters must be tables"),
        ("[[clusters]]\nnam = 1", r'unknown key "clusters\.nam"'),
        (
            '[[clusters]]\nname = "a b"\npartitions = "sea.toml"',
            r"clusters\.name must be another one for each",
        ),
        (f'{SITE}[[clusters]]\nname = "sea"\npartitions = "sea.toml"', r"clusters\.name must be another one"),
        ('[[clusters]]\nname = "a"', r"clusters\.partitions must name a file"),
        ('[[clusters]]\nname = "a"\npartitions = "none.toml"', r"none\.toml cannot be read"),
        (f"{SITE}[partitions.a]\n", "partitions must stand in the partition files"),
    ],
)
def test_wrong_ones_are_refused(file: Path, wrong: str, said: str) -> None:
    file.write_text(wrong)
    with pytest.raises(SiteFileError, match=said):
        read_site_file(file)
