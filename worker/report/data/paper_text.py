"""A paper's paragraph and tables as Markdown and as LaTeX, and the BibTeX entry of OmniOpt; texts of users stay texts."""

from __future__ import annotations

import re

from worker import __version__
from worker.report.data.paper import Paper, Table

KEY = "omniopt"
# As CITATION.cff says, which does not travel with what clusters install; a test compares them.
TITLE = "OmniOpt: hyperparameter and simulation-parameter optimization on HPC clusters"
AUTHORS = ("The OmniOpt authors",)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{letter: f"\\{letter}" for letter in "$&#%_"},
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|$~^!&])")


def latex_text(text: str) -> str:
    """The text as LaTeX shows it, whatever letters stand in it."""
    return "".join(_LATEX.get(letter, letter) for letter in _CONTROL.sub("\ufffd", text))


def markdown_text(text: str) -> str:
    """The text as Markdown shows it."""
    return _MARKDOWN.sub(r"\\\1", _CONTROL.sub("\ufffd", text))


def markdown(paper: Paper) -> str:
    """The paragraph and the tables."""
    parts = [f"# {markdown_text(paper.name)}", f"{markdown_text(' '.join(paper.sentences))} [@{KEY}]"]
    return "\n\n".join([*parts, *map(_markdown_table, paper.tables)]) + "\n"


def _markdown_table(table: Table) -> str:
    rows = [table.head, tuple("---" for _ in table.head), *table.rows]
    lines = [
        "| " + " | ".join(cell if at == 1 else markdown_text(cell) for cell in row) + " |"
        for at, row in enumerate(rows)
    ]
    return f"Table: {markdown_text(table.caption)}\n\n" + "\n".join(lines)


def latex(paper: Paper) -> str:
    """The same to be read with \\input; the tables need booktabs."""
    first, *others = paper.sentences
    paragraph = " ".join([f"{latex_text(first)[:-1]}~\\cite{{{KEY}}}.", *map(latex_text, others)])
    begin = "% \\usepackage{booktabs} and \\bibliography{references}; for \\input into a paper\n"
    return begin + "\n".join([paragraph, *(_latex_table(table) for table in paper.tables)])


def _latex_table(table: Table) -> str:
    rows = [" & ".join(map(latex_text, row)) + r" \\" for row in table.rows]
    lines = [
        "",
        r"\begin{table}",
        r"  \centering",
        f"  \\caption{{{latex_text(table.caption)}}}",
        f"  \\label{{tab:{KEY}-{table.label}}}",
        f"  \\begin{{tabular}}{{{'l' * len(table.head)}}}",
        r"    \toprule",
        f"    {' & '.join(map(latex_text, table.head))} \\\\",
        r"    \midrule",
        *(f"    {row}" for row in rows),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
        "",
    ]
    return "\n".join(lines)


def bibtex() -> str:
    """The entry of OmniOpt."""
    fields = {
        "author": " and ".join(f"{{{name}}}" for name in AUTHORS),
        "title": f"{{{TITLE}}}",
        "version": f"{{{__version__}}}",
        "note": "{Software}",
    }
    width = max(map(len, fields))
    lines = []
    for name, value in fields.items():
        held = f"{{{value}}}" if name == "author" else value
        lines.append(f"  {name:<{width}} = {held}")
    return f"@misc{{{KEY},\n" + ",\n".join(lines) + "\n}\n"
