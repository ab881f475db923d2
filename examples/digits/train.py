"""Train a small neural network on scikit-learn's digits and print its loss after every epoch.

An objective program is no more than this: parameters as options, and a line `RESULT: <number>`. The smallest
number is best, and the last one printed counts; every other `name: number` line becomes a column of the csv.
"""

import argparse
import warnings

import numpy
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def main() -> None:
    """Read the options, train, and report every epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learning-rate", type=float, default=0.001, help="step size of the optimizer")
    parser.add_argument("--hidden-units", type=int, default=32, help="neurons of the hidden layer")
    parser.add_argument("--batch-size", type=int, default=64, help="images per training step")
    parser.add_argument("--alpha", type=float, default=1e-4, help="strength of the L2 penalty")
    parser.add_argument("--activation", choices=["relu", "tanh", "logistic"], default="relu")
    parser.add_argument("--epochs", type=int, default=10, help="passes over the training images")
    options = parser.parse_args()

    pixels, digits = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        pixels / 16.0, digits, test_size=0.3, random_state=0, stratify=digits
    )
    network = MLPClassifier(
        hidden_layer_sizes=(options.hidden_units,),
        activation=options.activation,
        alpha=options.alpha,
        batch_size=options.batch_size,
        learning_rate_init=options.learning_rate,
        random_state=0,
    )
    # A learning rate that is far too large makes the numbers overflow; the loss below says so well enough.
    warnings.simplefilter("ignore", RuntimeWarning)
    for epoch in range(1, options.epochs + 1):
        network.partial_fit(train_x, train_y, classes=numpy.arange(10))
        guessed = network.predict_proba(test_x)
        print(f"epoch: {epoch}")
        print(f"accuracy: {accuracy_score(test_y, guessed.argmax(axis=1)):.4f}")
        print(f"RESULT: {log_loss(test_y, guessed, labels=range(10)):.6f}", flush=True)


if __name__ == "__main__":
    main()
