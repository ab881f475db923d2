"""A program to optimize that every installation has: it trains a tiny network to read noisy digits, in plain Python, in about a second.

The page's example runs it as `python -Im worker.cli.example --learning-rate=0.1 ...`. The digits are drawn here, so nothing is fetched.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from itertools import islice

# 0 to 9, three columns and five rows of each.
_SHAPES = (
    "###" "#.#" "#.#" "#.#" "###",
    ".#." "##." ".#." ".#." "###",
    "###" "..#" "###" "#.." "###",
    "###" "..#" ".##" "..#" "###",
    "#.#" "#.#" "###" "..#" "..#",
    "###" "#.." "###" "..#" "###",
    "###" "#.." "###" "#.#" "###",
    "###" "..#" ".#." ".#." ".#.",
    "###" "#.#" "###" "#.#" "###",
    "###" "#.#" "###" "..#" "###",
)  # fmt: skip
_NOISE = 0.45  # standard deviation, where ink is 1 and paper is 0
_TRAINING, _TEST, _EPOCHS = 300, 200, 6
_Example = tuple[Sequence[float], int]


def main() -> None:
    """Read the options, train, and print the loss on digits that were not trained on, after each epoch."""
    parser = argparse.ArgumentParser(prog="python -m worker.cli.example", description=__doc__)
    parser.add_argument("--learning-rate", type=float, default=0.01)
    parser.add_argument("--hidden-units", type=int, default=8)
    parser.add_argument("--activation", choices=("tanh", "relu"), default="tanh")
    options = parser.parse_args()
    examples = list(islice(digits(random.Random(0)), _TRAINING + _TEST))
    network = Network(options.hidden_units, options.activation == "relu", random.Random(1))
    for _ in range(_EPOCHS):
        for pixels, digit in examples[:_TRAINING]:
            network.train(pixels, digit, options.learning_rate)
        loss, right = network.test(examples[_TRAINING:])
        print(f"accuracy: {right:.3f}")
        print(f"RESULT: {loss:.5f}", flush=True)


def digits(generator: random.Random) -> Iterator[_Example]:
    """Noisy pictures of digits without end, each with the digit that it shows."""
    while True:
        digit = generator.randrange(len(_SHAPES))
        yield [(letter == "#") + generator.gauss(0, _NOISE) for letter in _SHAPES[digit]], digit


class Network:
    """One hidden layer of tanh or rectified units, and a softmax over the digits; trained by stochastic gradient descent."""

    def __init__(self, hidden: int, rectified: bool, generator: random.Random) -> None:
        self._rectified = rectified
        pixels = len(_SHAPES[0])
        self._hidden = _layer(hidden, pixels, generator)
        self._output = _layer(len(_SHAPES), hidden, generator)

    def train(self, pixels: Sequence[float], digit: int, rate: float) -> None:
        """One step along the gradient of the cross-entropy of one example."""
        units, shares = self._forward(pixels)
        errors = [share - (number == digit) for number, share in enumerate(shares)]
        # What each unit contributed to the errors, before the weights move.
        back = [
            self._slope(unit)
            * sum(error * row[index] for error, row in zip(errors, self._output, strict=True))
            for index, unit in enumerate(units)
        ]
        _move(self._output, errors, units, rate)
        _move(self._hidden, back, pixels, rate)

    def test(self, examples: Sequence[_Example]) -> tuple[float, float]:
        """The mean cross-entropy, and the share of the digits that were read right."""
        loss, right = 0.0, 0
        for pixels, digit in examples:
            _, shares = self._forward(pixels)
            loss -= math.log(max(shares[digit], 1e-12))
            right += max(range(len(shares)), key=shares.__getitem__) == digit
        return loss / len(examples), right / len(examples)

    def _slope(self, unit: float) -> float:
        return float(unit > 0) if self._rectified else 1 - unit * unit

    def _forward(self, pixels: Sequence[float]) -> tuple[list[float], list[float]]:
        inputs = [_weighted(row, pixels) for row in self._hidden]
        units = [max(0.0, value) for value in inputs] if self._rectified else list(map(math.tanh, inputs))
        scores = [_weighted(row, units) for row in self._output]
        most = max(scores)
        powers = [math.exp(score - most) for score in scores]
        total = sum(powers)
        return units, [power / total for power in powers]


def _layer(rows: int, columns: int, generator: random.Random) -> list[list[float]]:
    """Small random weights; the last one of each row is its bias."""
    return [[generator.gauss(0, 1 / math.sqrt(columns)) for _ in range(columns)] + [0.0] for _ in range(rows)]


def _weighted(row: Sequence[float], inputs: Sequence[float]) -> float:
    return row[-1] + sum(weight * value for weight, value in zip(row, inputs, strict=False))


def _move(layer: list[list[float]], errors: Sequence[float], inputs: Sequence[float], rate: float) -> None:
    for row, error in zip(layer, errors, strict=True):
        for index, value in enumerate(inputs):
            row[index] -= rate * error * value
        row[-1] -= rate * error


if __name__ == "__main__":
    main()
