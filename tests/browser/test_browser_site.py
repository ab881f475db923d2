"""A site with several clusters in a real browser: the choice of a partition names its cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from deployed import EXAMPLES
from page_server import running_page
from playwright.sync_api import Page, expect

SITE = '[[clusters]]\nname = "sea"\npartitions = "sea.toml"\n[[clusters]]\nname = "lake"\npartitions = "lake.toml"\n'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page of that site."""
    folder = tmp_path_factory.mktemp("site")
    sea = (EXAMPLES / "settings" / "sea.toml").read_text()
    for name, text in (("site", SITE), ("sea", sea), ("lake", "[partitions.gpu]\ngpus = 0\nruntime = 2\n")):
        (folder / f"{name}.toml").write_text(text)
    with running_page({"OMNIOPT_SITE": str(folder / "site.toml")}) as page:
        yield page


def test_a_partition_names_its_cluster(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    choice, cluster = page.get_by_label("Partition", exact=True), page.locator("#cluster")
    choice.select_option("sea/gpu")
    expect(cluster).to_have_value("sea")
    expect(page.locator("#config-text")).to_contain_text('cluster = "sea"')
    expect(page.locator("#partition-limits")).to_contain_text("4 GPUs per worker")
    choice.select_option("lake/gpu")
    expect(cluster).to_have_value("lake")
    expect(page.locator("#partition-limits")).to_contain_text("At most 2 h, no GPUs")
    expect(page).to_have_url(re.compile("cluster=lake"))
    page.reload()
    expect(page.get_by_label("Partition", exact=True)).to_have_value("lake/gpu")
    page.get_by_label("Partition", exact=True).select_option("")
    expect(page.locator("#cluster")).to_have_value("")
    expect(page.locator("#config-text")).not_to_contain_text("cluster =")
