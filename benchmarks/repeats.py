"""How often a point as good as the best is not repeated since its first result looks hopeless: simulated, for two kinds of noise.

All points are equally good, so each that is dropped is dropped wrongly; the rule judges with as few points as it ever does, where it errs most.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from random import Random

from harness import machine

from worker.driver.repeats import FREEDOM, Scatter
from worker.pooled import Pooled


def normal(random: Random) -> float:
    """Normal noise."""
    return random.gauss(0, 1)


def heavy(random: Random) -> float:
    """Student's t with 3 degrees of freedom: now and then very far away."""
    return random.gauss(0, 1) / math.sqrt(random.gammavariate(1.5, 2) / 3)


def point(number: int, losses: tuple[float, ...]) -> Pooled:
    """A point with these results."""
    return Pooled(number=number, values={}, loss=sum(losses) / len(losses), losses=losses)


def share_dropped(noise: Callable[[Random], float], repeats: int, tries: int, seed: int) -> float:
    """The share of first results that are taken for hopeless."""
    random, dropped = Random(seed), 0
    points = math.ceil(FREEDOM / (repeats - 1))
    for _ in range(tries):
        known = [point(number, tuple(noise(random) for _ in range(repeats))) for number in range(points)]
        scatter = Scatter.of(known, float)
        dropped += bool(scatter and scatter.hopeless(noise(random), float))
    return dropped / tries


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(machine())
    print("noise     repeats  dropped wrongly")
    for name, noise in (("normal", normal), ("heavy", heavy)):
        for repeats in (2, 3, 5):
            print(f"{name:<9} {repeats:>7}  {share_dropped(noise, repeats, args.tries, args.seed):.5f}")


if __name__ == "__main__":
    main()
