"""What is written for a paper: the methods, tables of space and best values in Markdown and LaTeX, and BibTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from command_outputs import written
from forked_commands import Omniopt
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, some_trials, write_run
from run_kinds import KINDS, results_of

from worker import __version__
from worker.report.data import paper_text
from worker.report.data.paper import paper, range_text
from worker.spec.notation import value_text
from worker.store.provenance import Provenance

CITATION = Path(__file__).parents[2] / "CITATION.cff"
UNKNOWN = Provenance((), (), ())
BACK = {shown: letter for letter, shown in paper_text._LATEX.items()}


ANY = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]))
# Much that LaTeX takes for one letter, and words that are too long for a line.
HOSTILE = st.text(
    st.sampled_from(["-", "'", "`", ",", '"', "{", "}", "\\", "/", "_", "a", "é", "日", " "]), min_size=10
)


@given(ANY | HOSTILE)
def test_latex_shows_every_text_as_it_is(text: str) -> None:
    shown = paper_text.latex_text(text).replace(r"\allowbreak{}", "")
    shown = re.sub(r"([-',]){}(?=\1)", r"\1", shown)
    plain = re.sub(r"\\omnioptletter\{(.)\}\{\[U\+[0-9A-F]+\]\}", r"\1", shown)
    found = re.sub("|".join(map(re.escape, BACK)), lambda match: BACK[match[0]], plain)
    assert found == text
    assert not re.search(r"(?<!\\)[$&#%_]", shown)


@given(ANY | HOSTILE)
def test_latex_has_no_letter_that_pdflatex_lacks_and_no_word_that_cannot_be_broken(text: str) -> None:
    shown = paper_text.latex_text(text)
    bare = re.sub(r"\\omnioptletter\{.\}", "", shown)
    assert all(letter.isascii() or letter in paper_text._LATIN for letter in bare)
    assert not re.search(r"--|''|,,|[?!]`", bare)
    words = re.sub("|".join(map(re.escape, BACK)), "x", bare.replace(r"\allowbreak{}", " "))
    assert all(len(re.sub(r"\[U[^]]*\]|\{\}", "x", word)) <= 60 for word in words.split())


if shutil.which("pdflatex"):  # some hundreds of MB that no machine needs for anything else here

    def test_pdflatex_makes_pages_of_every_kind_of_run(tmp_path: Path) -> None:
        parts = []
        for kind in set(KINDS) - {"many"}:  # of which the texts are as short as those of others
            (tmp_path / f"{kind}.tex").write_text(
                paper_text.latex(paper(results_of(kind, tmp_path), UNKNOWN))
            )
            parts.append(f"\\input{{{kind}}}\\clearpage\n")
        begin = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n"
        (tmp_path / "main.tex").write_text(begin + "".join(parts) + "\\end{document}\n")
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "main"], cwd=tmp_path, capture_output=True, check=False
        )
        log = (tmp_path / "main.log").read_text(errors="replace")
        assert (done.returncode, re.findall(r"^! .*", log, re.MULTILINE)) == (0, [])
        assert max(map(float, re.findall(r"Overfull .hbox \((\d+)", log)), default=0) < 40


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_markdown_shows_every_text_as_it_is(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", paper_text.markdown_text(text)) == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_has_its_tables(tmp_path: Path, kind: str) -> None:
    results = results_of(kind, tmp_path)
    made = paper(results, UNKNOWN)
    space, *best = made.tables
    assert [row[0] for row in space.rows] == [parameter.name for parameter in results.run.parameters]
    assert bool(best) == (kind != "empty")
    latex, markdown = paper_text.latex(made), paper_text.markdown(made)
    assert latex.count(r"\begin{tabular}") == latex.count(r"\bottomrule") == len(made.tables)
    tables = [line for line in latex.splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in tables} <= {1, 2, 3}
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in markdown.splitlines() if line.startswith("|")]
    assert set(cells) <= {3, 4, 5}
    assert "</script>" not in markdown.replace("\\<", "")
    for table in best:
        trial = min(
            (one for one in results.points if one.loss is not None and one.status == "ok"),
            key=lambda one: (one.loss or 0.0, one.number),
        )
        rows = {row[0]: row[1] for row in table.rows}
        assert {name: rows[name] for name in trial.values} == {
            name: value_text(value) for name, value in trial.values.items()
        }


def test_the_paragraph_says_how_it_was_searched_and_what_failed(tmp_path: Path) -> None:
    said = " ".join(paper(results_of("failures", tmp_path), UNKNOWN).sentences)
    assert f"We searched 2 parameters with OmniOpt {__version__}, minimizing RESULT." in said
    assert "(seed 42)" in said
    assert "24 points were evaluated" in said
    assert "16 evaluations gave no result that counts (16 failed)." in said
    known = Provenance(
        (
            {
                "omniopt": "9.9",
                "python": "3.12.1",
                "git": {"commit": "abc123", "dirty": False, "folder": "/x"},
            },
        ),
        (),
        ({"host": "n1", "cpu": "EPYC", "cores": 64},),
    )
    said = " ".join(paper(results_of("one", tmp_path), known).sentences)
    assert "n1: EPYC, 64 cores" in said and "OmniOpt 9.9 with Python 3.12.1" in said and "abc123" in said


def test_ranges_are_told_with_scale_step_and_condition(tmp_path: Path) -> None:
    run = results_of("conditional", tmp_path).run
    assert [range_text(parameter, run.precision) for parameter in run.parameters] == [
        "sgd, adam, never",
        "0 to 1",
        "2 to 14, step 3",
        "1e-05 to 1, logarithmic",
    ]
    hostile = results_of("hostile", tmp_path).run
    assert range_text(hostile.parameters[3], 6) == "mu = -1000, sigma = 300, q = 0.1 (hp.qnormal)"


def test_the_reference_is_what_the_citation_file_says() -> None:
    said = yaml.safe_load(CITATION.read_text(encoding="utf-8"))
    assert said["title"] == paper_text.TITLE
    assert list(paper_text.AUTHORS) == [author["name"] for author in said["authors"]]
    assert str(said["version"]) == __version__
    entry = paper_text.bibtex()
    assert entry.count("{") == entry.count("}")
    assert f"@misc{{{paper_text.KEY}," in entry and said["title"] in entry


def test_the_report_for_a_paper_is_three_files(workdir: Path, omniopt: Omniopt) -> None:
    write_run(workdir, a_run(), some_trials())
    made = written(omniopt("report", "first", "--paper"))
    assert [path.name for path in made] == ["paper.md", "paper.tex", "references.bib"]
    assert "| lr | real | 0 to 1 |" in made[0].read_text()
    assert r"\cite{omniopt}" in made[1].read_text()
