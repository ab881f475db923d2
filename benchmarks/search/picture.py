"""Draws what `auto` sees of one parameter: results, what its model makes of them, and where it looks next.

`python benchmarks/search/picture.py docs/auto.svg` makes the picture of the documentation.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from problem import Problem, uniform

from worker.search.expectation import Expectation
from worker.search.searcher import Searcher, make_searcher

_RESULTS, _SEED = 7, 5
_WIDTH, _HEIGHT, _EDGE = 640.0, 300.0, 16.0
_LOWER = 80.0  # the height of the lower part, with the expected improvement
_GRID = 240
_LOSSES = (-1.6, 2.6)
Spot = tuple[float, float]


def loss(values: object) -> float:
    """Two valleys, of which the right one is deeper."""
    assert isinstance(values, dict)
    x = float(values["x"])
    return math.sin(3 * x) + 0.35 * (x - 2.9) ** 2 - 0.4


def main(target: Path) -> None:
    """Evaluate a few trials, and draw what is expected of the next one."""
    problem = Problem("one", {"x": uniform(0, 5)}, loss, 0.0)
    searcher = make_searcher(problem.run("auto"), _SEED)
    results = []
    for number in range(_RESULTS):
        values = searcher.ask(number)
        assert values is not None
        results.append((float(values["x"]), loss(values)))
        searcher.tell(number, results[-1][1])
    expected = [_expected(searcher, 5 * step / _GRID) for step in range(_GRID + 1)]
    following = searcher.ask(_RESULTS)
    assert following is not None
    target.write_text(_svg(results, expected, float(following["x"])), encoding="utf-8")


def _expected(searcher: Searcher, x: float) -> tuple[float, Expectation]:
    expectation = searcher.expectation({"x": x})
    assert expectation is not None
    return x, expectation


def _svg(results: Sequence[Spot], expected: Sequence[tuple[float, Expectation]], following: float) -> str:
    truth = [(x, loss({"x": x})) for x, _ in expected]
    band = [(x, one.high) for x, one in expected] + [(x, one.low) for x, one in reversed(expected)]
    most = max(one.improvement for _, one in expected)
    hope = [(x, one.improvement / most) for x, one in expected]
    foot = _HEIGHT - _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" fill="#fff"/>',
        f'<polygon points="{_points(band)}" fill="#cfe0f5"/>',
        f'<polyline points="{_points(truth)}" fill="none" stroke="#888" stroke-dasharray="4 3"/>',
        f'<polyline points="{_points([(x, one.mean) for x, one in expected])}" fill="none" stroke="#1f5fae" '
        'stroke-width="2"/>',
        f'<polygon points="{_left(0):.1f},{foot} {_hope(hope)} {_left(5):.1f},{foot}" fill="#f3c99b"/>',
        f'<line x1="{_left(following):.1f}" x2="{_left(following):.1f}" y1="{_EDGE}" y2="{foot}" stroke="#b3541e"/>',
        *(f'<circle cx="{_left(x):.1f}" cy="{_top(y):.1f}" r="4" fill="#111"/>' for x, y in results),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend() -> Sequence[str]:
    words = (
        ("#111", "results so far"),
        ("#1f5fae", "expected, with one standard deviation"),
        ("#888", "the truth, which nobody knows"),
        ("#b3541e", "the next trial: most improvement expected (below)"),
    )
    return [
        f'<text x="{_WIDTH / 2 - 30:.0f}" y="{_EDGE + 12 + 16 * line:.0f}" fill="{colour}">{text}</text>'
        for line, (colour, text) in enumerate(words)
    ]


def _left(x: float) -> float:
    return _EDGE + x / 5 * (_WIDTH - 2 * _EDGE)


def _top(y: float) -> float:
    share = (min(max(y, _LOSSES[0]), _LOSSES[1]) - _LOSSES[0]) / (_LOSSES[1] - _LOSSES[0])
    return _EDGE + (1 - share) * (_HEIGHT - _LOWER - 2 * _EDGE)


def _points(spots: Sequence[Spot]) -> str:
    return " ".join(f"{_left(x):.1f},{_top(y):.1f}" for x, y in spots)


def _hope(spots: Sequence[Spot]) -> str:
    return " ".join(f"{_left(x):.1f},{_HEIGHT - _EDGE - share * (_LOWER - _EDGE):.1f}" for x, share in spots)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
