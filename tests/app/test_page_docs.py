"""The documentation as the page serves it: rendered, found by words, and with links that lead somewhere."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_client import CLIENT
from page_server import ROOT

from app import create_app
from app.docs_pages import Library
from app.docs_search import MOST_HITS, search
from app.documentation import render
from app.environment import Settings

LIBRARY = Library(ROOT / "docs")
ADDRESSES = ["/", "/help", "/docs", *(f"/docs/{name}" for name in LIBRARY.names if name != "help")]
LINK = re.compile(r'(?:href|src)="([^"]*)"')
ID = re.compile(r'\bid="([^"]+)"')


def text(address: str) -> str:
    answer = CLIENT.get(address, buffered=True)
    assert answer.status_code == 200, address
    return answer.text


def test_every_file_is_a_page_and_listed() -> None:
    names = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"README"}
    assert set(LIBRARY.names) == names
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert {name for name in names if f"({name}.md)" not in index} == set()
    assert all(LIBRARY.titles[page.name] == page.title for page in LIBRARY.pages)


@pytest.mark.parametrize("address", ADDRESSES)
def test_links_and_pictures_lead_somewhere(address: str) -> None:
    for target in {html.unescape(found) for found in LINK.findall(text(address))}:
        assert target, "a link without an address"
        there = urlsplit(urljoin(f"http://localhost{address}", target))
        if there.netloc != "localhost":
            continue
        answer = CLIENT.get(there.path, buffered=True)
        assert answer.status_code == 200, target
        assert not there.fragment or there.fragment in ID.findall(answer.text), target


@pytest.mark.parametrize("address", ADDRESSES)
def test_ids_are_there_once(address: str) -> None:
    ids = ID.findall(text(address))
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)


def test_pages_are_found_below_the_path_of_a_public_address() -> None:
    client = create_app(Settings(public_url="https://example.org/omniopt")).test_client()
    shown = client.get("/omniopt/docs/search", headers={"Host": "example.org"}).text
    assert 'href="/omniopt/docs/configuration"' in shown
    assert 'action="/omniopt/docs"' in shown


@pytest.mark.parametrize("name", ["help", "README"])
def test_what_has_an_address_of_its_own_is_not_served_twice(name: str) -> None:
    answer = CLIENT.get(f"/docs/{name}")
    assert answer.status_code == 308
    there = urlsplit(urljoin(f"http://localhost/docs/{name}", answer.headers["Location"]))
    assert there.path == {"help": "/help", "README": "/docs"}[name]


def test_a_search_lists_places_with_the_words_marked() -> None:
    shown = text("/docs?q=report+SCP")
    assert 'href="/help#getting-the-report-off-the-cluster"' in shown
    assert re.search(r"<mark>scp</mark>", shown)
    assert 'value="report SCP"' in shown
    assert "Nothing has all of these words" in text("/docs?q=report+xyzzyx")
    assert "<h1>Documentation</h1>" in text("/docs?q=+")


def test_what_was_asked_for_is_shown_as_text() -> None:
    shown = text("/docs?q=%3Cscript%3Ealert(1)%3C/script%3E%22")
    assert "<script>alert" not in shown
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;&#34;"' in shown


def test_a_heading_counts_more_than_a_mention() -> None:
    (first, *_) = search(LIBRARY.pages, "wrapper module")
    assert (first.page.name, first.section.anchor) == ("help", "a-wrapper-and-module-load")


WORDS = st.text(max_size=60)


@given(WORDS)
def test_any_question_gets_sections_that_have_all_of_its_words(question: str) -> None:
    hits = search(LIBRARY.pages, question)
    assert len(hits) <= MOST_HITS
    for hit in hits:
        everything = f"{hit.section.title} {hit.section.text}".casefold()
        assert all(word in everything for word in question.casefold().split()[:8])
        assert "".join(piece for piece, _ in hit.title) == hit.section.title


def test_raw_html_is_text_and_comments_are_gone() -> None:
    page = render(
        "x",
        "# A\n\n<!-- table: a -->\n| a |\n| --- |\n| b |\n<!-- end -->\n\n<script>alert(1)</script>\n\n"
        "b <b onclick='x'>c</b> <!-- d --> [e](javascript:alert(1)) ![f](https://example.org/f.png)\n",
        {},
    )
    assert "<script" not in page.html and "<b " not in page.html and "<!--" not in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
    assert "<td>b</td>" in page.html
    assert 'href="javascript' not in page.html


@given(st.text(max_size=200))
def test_no_text_makes_elements_that_run(source: str) -> None:
    made = render("x", source, {}).html
    assert {tag.lower() for tag in re.findall(r"<([a-zA-Z][\w-]*)", made)}.isdisjoint(
        {"script", "style", "iframe", "object", "embed", "form", "input", "svg", "link", "meta"}
    )
    assert not re.search(r'(?:href|src)="\s*(?:javascript|vbscript|data:text)', made, re.IGNORECASE)


def test_code_stands_as_it_is_and_can_be_copied() -> None:
    page = render("x", '# A\n\n```bash\necho "<a> & b"\n```\n', {})
    assert '<code id="code-1">echo &quot;&lt;a&gt; &amp; b&quot;\n</code>' in page.html
    assert 'data-copy="code-1"' in page.html


def test_headings_of_the_same_name_have_anchors_of_their_own() -> None:
    page = render("x", "# A\n\n## What `it` is\n\none\n\n## What it is\n\ntwo\n", {})
    assert [section.anchor for section in page.contents] == ["what-it-is", "what-it-is-1"]
    assert [section.text for section in page.contents] == ["one", "two"]
    assert '<h2 id="what-it-is-1">' in page.html


def test_a_file_that_is_not_served_is_named_without_a_link(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# All\n\n- [B](b.md)\n- [A](a.md#x)\n", encoding="utf-8")
    (tmp_path / "a.md").write_text("# A\n\n[b](b.md#x), [script](../scripts/demo)\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("# B\n", encoding="utf-8")
    (tmp_path / "c.md").write_text("# C\n", encoding="utf-8")
    library = Library(tmp_path)
    assert library.names == ("b", "a", "c")
    assert '<a href="b#x">b</a>' in library.page("a").html
    assert (
        '<span class="prose__file" title="scripts/demo, in the sources">script</span>'
        in library.page("a").html
    )
    with pytest.raises(KeyError):
        library.page("../a")
