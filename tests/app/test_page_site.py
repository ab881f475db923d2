"""The settings file of a site: what each key does, that a change needs no restart, and what is said of a wrong one."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from page_server import ROOT

from app import create_app
from app.environment import Settings, from_environment
from app.site_file import KEYS, MOST_LOGO, SiteFileError, read_site_file

[EXAMPLE] = re.findall(
    r"^```toml\n(\[site\].*?)^```$", (ROOT / "docs/administration.md").read_text(), re.DOTALL | re.MULTILINE
)
if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The example of the documentation as a file, with its logo."""
    (tmp_path / "logo.svg").write_bytes(LOGO)
    path = tmp_path / "site.toml"
    path.write_text(EXAMPLE)
    return path


def page(file: Path, public_url: str = "") -> FlaskClient:
    return create_app(Settings(site=file, public_url=public_url)).test_client()


def text(client: FlaskClient, address: str = "/") -> str:
    return client.get(address, base_url="http://omniopt.example.org").text


def test_the_environment_names_it(file: Path) -> None:
    assert from_environment({"OMNIOPT_SITE": str(file)}).site == file
    assert from_environment({}).site is None


def test_the_page_says_whose_it_is(file: Path) -> None:
    html = text(page(file))
    assert "<title>OmniOpt – HPC of Example University</title>" in html
    for link in (
        'href="https://docs.example.org/omniopt"',
        'href="https://docs.example.org/partitions"',
        'href="mailto:hpc-support@example.org"',
        'src="/logo"',
    ):
        assert link in html
    assert "gpu (A100)" in html and "haswell64" not in html


def test_without_a_file_it_is_nobodys() -> None:
    client = create_app(Settings()).test_client()
    html = client.get("/").text
    assert not any(
        word in html for word in ("top__site", ">Local help<", ">Hardware<", ">Contact<", "presets")
    )
    assert client.get("/logo").status_code == client.get("/.well-known/security.txt").status_code == 404


def test_a_new_form_begins_with_the_defaults_and_a_link_does_not(file: Path) -> None:
    client = page(file)
    new = text(client)
    assert 'value="~/omniopt_runs"' in new
    assert 'value="p_example"' in new
    assert "module load Python/3.11</textarea>" in new
    old = text(client, "/?projectname=old")
    assert "~/omniopt_runs" not in old and "p_example" not in old and "presets-title" not in old


def test_a_preset_adds_to_the_defaults(file: Path) -> None:
    client = page(file)
    [link] = re.findall(r'href="(/\?[^"]+)">Training on a GPU', text(client))
    html = text(client, link.replace("&amp;", "&"))
    assert '<option selected value="gpu">' in html
    assert 'value="p_example"' in html
    preview = client.get(
        f"/config.toml?{link.partition('?')[2].replace('&amp;', '&')}", base_url="http://localhost"
    )
    assert "gpus = 1" not in preview.text  # which is the default
    assert "cpus = 6" in preview.text and "enable_gpus = true" in preview.text


def test_the_logo_and_the_contact_for_weaknesses(file: Path) -> None:
    client = page(file)
    logo = client.get("/logo", base_url="http://localhost")
    assert (logo.data, logo.mimetype) == (LOGO, "image/svg+xml")
    again = client.get("/logo", base_url="http://localhost", headers={"If-None-Match": logo.headers["ETag"]})
    assert again.status_code == 304
    lines = client.get("/.well-known/security.txt", base_url="http://localhost").text.splitlines()
    assert lines[0] == "Contact: mailto:hpc-support@example.org"
    assert re.fullmatch(r"Expires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[1])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("omniopt.example.org", 200),
        ("OmniOpt.Example.ORG:8000", 200),
        ("page.example.org", 200),
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example.org", 400),
        ("omniopt.example.org.evil.org", 400),
        ("omniopt.example.org@evil.org", 400),
        ("a b", 400),
    ],
)
def test_a_foreign_host_is_refused(file: Path, host: str, status: int) -> None:
    client = page(file, "https://page.example.org/omniopt")
    for address in (
        "/omniopt/",
        "/omniopt/install.sh",
        "/omniopt/static/css/base.css",
        "/omniopt/api/v1/fields",
    ):
        assert client.get(address, headers={"Host": host}, buffered=True).status_code == status
    assert client.get("/omniopt/healthz", headers={"Host": host}).status_code == 200


def test_https_is_kept_to_where_the_page_has_it(file: Path) -> None:
    name = "Strict-Transport-Security"
    assert (
        page(file, "https://page.example.org").get("/healthz").headers[name]
        == "max-age=31536000; includeSubDomains"
    )
    assert name not in page(file, "http://page.example.org").get("/healthz").headers
    assert name not in page(file).get("/healthz").headers


@pytest.mark.parametrize("any_versions", [False, True])
def test_the_installer_does_as_the_site_says(file: Path, any_versions: bool) -> None:
    file.write_text(EXAMPLE.replace("any_versions = false", f"any_versions = {str(any_versions).lower()}"))
    script = text(page(file), "/install.sh")
    assert "for name in ${OMNIOPT_PYTHON:-} /sw/python/3.11/bin/python3 python3 " in script
    head = script.partition("\nsay()")[0]
    shown = f'{head}\necho "$PIP_INDEX_URL ${{OMNIOPT_ANY_VERSIONS:-}}"'
    for given, index in (({}, "https://pypi.example.org/simple"), ({"PIP_INDEX_URL": "mine"}, "mine")):
        done = subprocess.run(
            ["sh", "-c", shown],
            env={"PATH": os.environ["PATH"], **given},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == [index, *(["1"] if any_versions else [])]


def test_a_change_needs_no_restart(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = page(file)
    assert "HPC of Example University" in text(client)
    file.write_text(EXAMPLE.replace("HPC of Example University", "Another One"))
    assert "Another One" in text(client)
    with caplog.at_level(logging.ERROR):
        file.write_text("[site]\nnam = 3\n")
        assert "Another One" in text(client) and "Another One" in text(client)
        assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
            "The settings stay as they were"
        ]
        file.unlink()
        assert "Another One" in text(client)
    file.write_text("[partitions]\n")
    html = client.get("/").text
    assert "Another One" not in html and "gpu (A100)" not in html


def seen(client: FlaskClient) -> list[object]:
    """All that a settings file can change of what people and programs get."""
    name = {"base_url": "http://localhost"}
    return [
        client.get("/", **name).text,
        client.get("/?preset=gpu", **name).text,
        client.get("/logo", **name).data,
        client.get("/install.sh", **name).text,
        client.get("/metrics", **name).status_code,
        client.get("/.well-known/security.txt", **name).text.partition("\n")[0],
        client.get("/healthz", base_url="http://omniopt.example.org").status_code,
        client.get("/robots.txt", base_url="http://omniopt.example.org").status_code,
        client.get("/robots.txt", base_url="http://other.example.org").status_code,
    ]


LINES = [line for line in EXAMPLE.splitlines() if " = " in line]


@pytest.mark.parametrize("line", LINES, ids=[line.partition(" =")[0] for line in LINES])
def test_each_key_of_the_documentation_has_an_effect(file: Path, line: str) -> None:
    before = seen(page(file))
    other = line.replace("= false", "= true") if "= false" in line else ""
    file.write_text(EXAMPLE.replace(line, other))
    assert seen(page(file)) != before


def test_each_key_is_in_the_documentation() -> None:
    documented = tomllib.loads(EXAMPLE)
    for table, keys in KEYS.items():
        if table != "clusters":  # see test_page_clusters
            assert set(documented[table]) == set(keys)


def test_another_logo_alone_is_seen(file: Path) -> None:
    client = page(file)
    new = file.with_name("new.svg")
    for content in (LOGO, LOGO + b"<!-- another -->", LOGO):
        new.write_bytes(content)
        new.replace(file.with_name("logo.svg"))
        assert client.get("/logo", base_url="http://localhost").data == content


def test_a_logo_that_comes_late_is_seen(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = page(file)
    file.write_text(EXAMPLE.replace("logo.svg", "late.svg").replace("HPC of", "Late"))
    with caplog.at_level(logging.ERROR):
        assert "HPC of" in text(client)
    assert "late.svg cannot be read" in caplog.text
    file.with_name("late.svg").write_bytes(LOGO)
    assert "Late Example University" in text(client)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("[site", "is not valid TOML"),
        ("[ste]", r'the unknown key "ste"\. Did you mean "site"\?'),
        ("[site]\nnam = 1", r'the unknown key "site\.nam"\. Did you mean "name"\?'),
        ("site = 1", "site must be a table"),
        ("[site]\nname = 1", "site.name must be text"),
        ('[site]\nhelp = "javascript:alert(1)"', "site.help must begin with https://"),
        ('[site]\ncontact = "me"', "site.contact must begin with https:// or be a mail address"),
        ('[site]\nlogo = "logo.gif"', r"site.logo must be a file that ends in \.svg or \.png"),
        ('[site]\nlogo = "none.svg"', "site.logo: .*none.svg cannot be read: No such file"),
        ('[site]\nhosts = "a"', "site.hosts must be a list"),
        ('[site]\nhosts = ["a:80"]', "site.hosts must be a list of names without ports"),
        ("[defaults.slurm]\ncpu = 1", r"defaults\.slurm\.cpu: .* Did you mean"),
        ('[defaults.run]\nworkers = "many"', r"defaults\.run\.workers: "),
        ("defaults = 1", "defaults must have tables"),
        ("presets = 1", r"presets must be tables"),
        ("[presets]\na = 1", r"presets\.a must be a table"),
        ("[presets.a.slurm]\ngpu = 1", r"presets\.a\.slurm\.gpu"),
        ('[installer]\npython = "py $(x)"', "installer.python must be an absolute path"),
        ('[installer]\nindex = "https://a/\'"', "installer.index must be an address"),
        ("[installer]\nany_versions = 1", "installer.any_versions must be true or false"),
        ("[partitions.a]\nfoo = 1", r'\[partitions\.a\] has the unknown key "foo"'),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, wrong: str, said: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(wrong)
    with pytest.raises(SiteFileError, match=said) as refused:
        read_site_file(path)
    assert str(path) in str(refused.value)


def test_a_logo_that_is_too_large_is_refused(file: Path) -> None:
    (file.parent / "logo.svg").write_bytes(b" " * (MOST_LOGO + 1))
    with pytest.raises(SiteFileError, match=r"site\.logo must have at most 200,000 bytes"):
        read_site_file(file)


def test_the_links_are_addresses_and_nothing_else(file: Path) -> None:
    site = read_site_file(file)
    assert [urlsplit(link).scheme for link in (site.help, site.hardware, site.contact)] == [
        "https",
        "https",
        "mailto",
    ]
