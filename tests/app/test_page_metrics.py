"""What the page counts of its requests, and that all processes of a real server count together."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from page_server import running_page

from app import create_app
from app.environment import Settings
from app.metrics import PLACES, Metrics
from worker import __version__


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A settings file that lets the page tell its numbers."""
    path = tmp_path / "site.toml"
    path.write_text("[server]\nmetrics = true\n")
    return path


def numbers(text: str) -> dict[str, float]:
    """The samples of an exposition, each line of which is checked to be one."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            match = re.fullmatch(r'([a-z_]+(?:\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*\})?) (\S+)', line)
            assert match, line
            found[match[1]] = float(match[2])
    return found


def test_nobody_is_told_unless_the_site_wants_it() -> None:
    assert create_app(Settings()).test_client().get("/metrics").status_code == 404


def test_requests_are_counted_by_view_and_status(file: Path) -> None:
    client = create_app(Settings(site=file)).test_client()
    for address in ("/", "/", "/nowhere", "/healthz"):
        client.get(address)
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = numbers(answer.text)
    assert found['omniopt_requests_total{view="page.linked",status="2xx"}'] == 2
    assert found['omniopt_requests_total{view="none",status="4xx"}'] == 1
    assert found['omniopt_requests_total{view="system.health",status="2xx"}'] == 1
    assert found[f'omniopt_info{{version="{__version__}"}}'] == 1
    assert found["omniopt_request_seconds_count"] == 4
    assert found['omniopt_request_seconds_bucket{le="+Inf"}'] == 4
    assert 0 < found["omniopt_request_seconds_sum"] < 60


def test_buckets_hold_what_took_at_most_their_bound() -> None:
    metrics = Metrics(["a"])
    for seconds in (0.004, 0.005, 0.2, 9.0):
        metrics.count("a", 200, seconds)
    found = numbers(metrics.text("1", True))
    bucket = {
        name: found[f'omniopt_request_seconds_bucket{{le="{name}"}}'] for name in ("0.005", "0.25", "1.0")
    }
    assert bucket == {"0.005": 2, "0.25": 3, "1.0": 3}
    assert found["omniopt_request_seconds_count"] == 4


def test_settings_that_cannot_be_used_are_told(file: Path) -> None:
    client = create_app(Settings(site=file)).test_client()
    good = file.read_text()
    assert numbers(client.get("/metrics").text)["omniopt_settings_current"] == 1
    file.write_text(f"{good}wrong = 1\n")
    assert numbers(client.get("/metrics").text)["omniopt_settings_current"] == 0
    file.write_text(good)
    assert numbers(client.get("/metrics").text)["omniopt_settings_current"] == 1


def test_a_process_without_a_place_counts_nothing() -> None:
    metrics = Metrics(["a"])
    metrics.write_to(PLACES)
    metrics.count("a", 200, 0.1)
    assert numbers(metrics.text("1", True))["omniopt_request_seconds_count"] == 0


def test_all_processes_count_together(file: Path) -> None:
    requests = 60
    with running_page({"OMNIOPT_SITE": str(file), "WEB_CONCURRENCY": "3"}) as address:

        def ask(_: int) -> str:
            try:
                with urlopen(f"{address}/nowhere") as answer:
                    return str(answer.status)
            except HTTPError as error:
                return str(error.code)

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(requests))) == {"404"}
        with urlopen(f"{address}/metrics") as answer:
            found = numbers(answer.read().decode())
    assert found['omniopt_requests_total{view="none",status="4xx"}'] == requests
