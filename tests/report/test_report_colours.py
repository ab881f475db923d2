"""The colours of pages and pictures are told apart by everybody: measured as people see them who lack one kind of cone."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from seen_colours import VISIONS, contrast, difference, lab

from worker.report import assets
from worker.report.data.colours import ACCENT, CATEGORIES, MARK, RAMP_DARK, RAMP_LIGHT

RAMPS = (RAMP_LIGHT, RAMP_DARK)
TOLD_APART = 13.0  # CIEDE2000 of two categories, in the worst case
SPANS = ("accent", "bad", "text", "faint")  # of the workers: ended, failed, running, cancelled
ON_RAMP = 7.0  # of the best and the colours of all, which it lies upon; it is thicker or a star, too
STEP = 2.5  # of two colours of a ramp that follow each other
SEEN = 3.0  # WCAG 2.2: the contrast that what is drawn needs


def tones(theme: int) -> dict[str, str]:
    """The colours of the style sheet of all pages, light or dark."""
    css = (Path(assets.__path__[0]) / "base.css").read_text("utf-8")
    return dict(
        re.findall(r"--(\w+): (#\w{6});", css.split("@media screen and (prefers-color-scheme: dark)")[theme])
    )


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_differences_are_those_of_published_pairs(
    one: tuple[float, float, float], other: tuple[float, float, float], known: float
) -> None:
    """Sharma, Wu and Dalal, The CIEDE2000 Color-Difference Formula (2005), table 1."""
    assert difference(one, other) == pytest.approx(known, abs=0.0001)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [0, 1])
def test_categories_are_told_apart_however_colours_are_seen(theme: int, vision: str) -> None:
    seen = {pair[theme]: lab(pair[theme], vision) for pair in CATEGORIES}
    closest = min(itertools.combinations(seen, 2), key=lambda pair: difference(seen[pair[0]], seen[pair[1]]))
    assert difference(*(seen[colour] for colour in closest)) >= TOLD_APART, closest
    assert min(contrast(pair[theme], tones(theme)["page"]) for pair in CATEGORIES) >= SEEN


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [0, 1])
def test_a_ramp_goes_one_way_in_lightness_and_the_best_stands_out(theme: int, vision: str) -> None:
    seen = [lab(colour, vision) for colour in RAMPS[theme]]
    rising = [other[0] - one[0] for one, other in itertools.pairwise(seen)]
    assert min(rising) > 1 or max(rising) < -1
    assert min(itertools.starmap(difference, itertools.pairwise(seen))) >= STEP
    best = lab(tones(theme)["mark"], vision)
    assert min(difference(best, colour) for colour in seen) >= ON_RAMP


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [0, 1])
def test_what_workers_did_is_told_apart(theme: int, vision: str) -> None:
    seen = [lab(tones(theme)[name], vision) for name in SPANS]
    assert min(itertools.starmap(difference, itertools.combinations(seen, 2))) >= TOLD_APART


def test_pictures_have_the_colours_of_pages() -> None:
    assert (tones(0)["accent"], tones(0)["mark"]) == (ACCENT, MARK)


def test_lines_of_figures_are_told_apart_in_grey_by_their_marks() -> None:
    from worker.report.pictures.figure_style import DASHES, MARKERS

    assert len(set(MARKERS)) == len(CATEGORIES)
    assert len(set(DASHES)) >= 4
