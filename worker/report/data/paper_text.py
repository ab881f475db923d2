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
    '"': r"\texttt{\char34}",  # \textquotedbl is not in every font encoding
    "`": r"\`{}",
    **{letter: f"\\{letter}" for letter in "$&#%_"},
}
# The letters beyond ASCII that pdflatex has without any package.
_LATIN = frozenset(
    "£§©ª®°±²³µ·ºÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖ×ØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõö÷øùúûüýÿĀāĂăĆćĈĉĊċČčĎďĒēĔĕĖėĚěĜĝ"
    "ĞğĠġĢģĤĥĨĩĪīĬĭİıĲĳĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŴŵŶŷŸŹźŻżŽž"
    "€–—‘’“”…−≤≥→"
)
_LETTER = "\\omnioptletter"
# At any other letter pdflatex would stop: there its number is shown, and the letter itself by XeLaTeX and LuaLaTeX.
_LETTERS = f"\\providecommand{{{_LETTER}}}[2]{{\\ifdefined\\Umathcode #1\\else #2\\fi}}\n"
_LIGATURE = re.compile(r"([-',])(?=\1)")  # two of these are one letter in LaTeX
_LONG = re.compile(r"\S{25,}")  # words that do not fit on a line, in which it may break
_PIECE = re.compile(r".{1,20}?(?:[^\w\s]+|$)|.{20}", re.DOTALL)
_BREAK = r"\allowbreak{}"
_WIDE = 30  # letters of a cell from which its column has a width
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|$~^!&])")


def latex_text(text: str) -> str:
    """The text as LaTeX shows it, whatever letters stand in it; long words may be broken."""
    shown = _CONTROL.sub("\ufffd", text)
    return "".join(_BREAK.join(map(_latex_word, _pieces(word))) for word in re.split(r"(\s+)", shown) if word)


def _pieces(word: str) -> list[str]:
    """A long word in the parts behind which a line may end, after signs that are no letters where there are some."""
    return _PIECE.findall(word) if _LONG.fullmatch(word) else [word]


def _latex_word(word: str) -> str:
    return "".join(map(_latex_letter, _LIGATURE.sub(r"\1\0", word)))


def _latex_letter(letter: str) -> str:
    if letter == "\0":
        return "{}"
    if letter.isascii() or letter in _LATIN:
        return _LATEX.get(letter, letter)
    return f"{_LETTER}{{{letter}}}{{[U+{ord(letter):04X}]}}"


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
    return begin + _LETTERS + "\n".join([paragraph, *(_latex_table(table) for table in paper.tables)])


def _latex_table(table: Table) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(table.head, *table.rows, strict=True)]
    wide = sum(width > _WIDE for width in widths)
    share = f"p{{{0.64 / max(wide, 1):.2g}\\linewidth}}"  # the others have what is left
    columns = "".join(share if width > _WIDE else "l" for width in widths)
    rows = [" & ".join(map(_latex_cell, row)) + r" \\" for row in table.rows]
    lines = [
        "",
        r"\begin{table}",
        r"  \centering",
        f"  \\caption{{{latex_text(table.caption)}}}",
        f"  \\label{{tab:{KEY}-{table.label}}}",
        f"  \\begin{{tabular}}{{{columns}}}",
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


def _latex_cell(text: str) -> str:
    return f"{{\\raggedright {latex_text(text)}\\par}}" if len(text) > _WIDE else latex_text(text)


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
