"""A program's help or source becomes parameters: options are found in each way of writing them, and ranges fit their names."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.spec.check import check_read
from worker.spec.config_limits import RUN
from worker.spec.formats.any_config import read_any
from worker.spec.problem import UnreadableError
from worker.spec.run import Draft, ReadResult
from worker.spec.scan import help_text, scan
from worker.spec.scan.option import Interface, Option

ARGPARSE = """usage: train.py [-h] [--lr LR] [--batch-size BATCH_SIZE] [--opt {adam,sgd}]
                [--epochs EPOCHS] [--amp] [--seed SEED] [--out OUT]
                data

Train a network.

positional arguments:
  data                  where the data are

options:
  -h, --help            show this help message and exit
  --lr LR               learning rate (default: 0.001)
  --batch-size BATCH_SIZE, -b BATCH_SIZE
                        samples in a step
                        (default: 48)
  --opt {adam,sgd}      optimizer (default: adam)
  --epochs EPOCHS       (default: 10)
  --amp                 half precision (default: False)
  --seed SEED           (default: 1)
  --out OUT             (default: results)
"""
CLICK = """Usage: sim.py [OPTIONS] MESH

Options:
  --viscosity FLOAT           Viscosity.  [default: 0.01]
  --steps INTEGER RANGE       Steps.  [default: 100; 1<=x<=1000]
  --scheme [euler|rk4]        Scheme.  [default: rk4]
  --fast / --no-fast
  --help                      Show this message and exit.
"""
TYPER = """
 Usage: main.py [OPTIONS]

╭─ Options ────────────────────────────────────────────────────╮
│ --lr            FLOAT    Learning rate [default: 0.01]       │
│ --layers        INTEGER  [default: 3]                        │
│ --help                   Show this message and exit.         │
╰──────────────────────────────────────────────────────────────╯
"""
R_HELP = """Usage: fit.R [options]


Options:
\t-l LR, --lr=LR
\t\tlearning rate [default 0.01]

\t--trees=TREES
\t\tnumber of trees [default 100]

\t-h, --help
\t\tShow this help message and exit
"""
PLAIN = """Solver 1.2
Usage: solver [-t <tol>] [-n N] [--relax=<float>] input
  -t <tol>        tolerance (default 1e-6)
  -n N            iterations, default: 50
  --relax=<float> relaxation, defaults to 0.7
"""
USAGE_ALONE = "usage: prog [--alpha <float>] [--mode {a,b}] [-v] file\n"


def draft(text: str) -> Draft:
    return read_any(text).draft


def kinds(text: str) -> dict[str, str]:
    return {entry.name: entry.type for entry in draft(text).parameters}


@pytest.mark.parametrize(
    ("text", "objective", "found"),
    [
        (
            ARGPARSE,
            "python3 train.py --lr=($lr) --batch-size=($batch_size) --opt=($opt) --epochs=($epochs)",
            {"lr": "real", "batch_size": "categorical", "opt": "categorical", "epochs": "integer"},
        ),
        (
            CLICK,
            "python3 sim.py --viscosity=($viscosity) --steps=($steps) --scheme=($scheme)",
            {"viscosity": "real", "steps": "integer", "scheme": "categorical"},
        ),
        (TYPER, "python3 main.py --lr=($lr) --layers=($layers)", {"lr": "real", "layers": "integer"}),
        (R_HELP, "Rscript fit.R --lr=($lr) --trees=($trees)", {"lr": "real", "trees": "integer"}),
        (PLAIN, "solver -t ($t) -n ($n) --relax=($relax)", {"t": "real", "n": "integer", "relax": "real"}),
        (USAGE_ALONE, "prog --alpha=($alpha) --mode=($mode)", {"alpha": "real", "mode": "categorical"}),
    ],
    ids=["argparse", "click", "typer", "optparse", "plain", "usage"],
)
def test_a_help_text_becomes_parameters(text: str, objective: str, found: dict[str, str]) -> None:
    assert draft(text).values["run.objective"] == objective
    assert kinds(text) == found


def settings(text: str) -> dict[str, dict[str, object]]:
    return {entry.name: dict(entry.settings) for entry in draft(text).parameters}


def test_ranges_are_those_of_the_names_and_of_the_options_themselves() -> None:
    found = settings(ARGPARSE)
    assert found["lr"] == {"min": 1e-5, "max": 0.1, "log": True}
    assert found["batch_size"] == {"values": ["8", "16", "32", "48", "64", "128", "256"], "ordered": True}
    assert found["opt"] == {"values": ["adam", "sgd"]}
    assert found["epochs"] == {"min": 5, "max": 50, "log": True}
    found = settings(CLICK)
    assert found["steps"] == {"min": 1, "max": 1000}
    assert found["viscosity"] == {"min": 0.001, "max": 0.1, "log": True}
    assert found["scheme"] == {"values": ["euler", "rk4"]}


def test_the_defaults_are_the_first_evaluation() -> None:
    assert draft(ARGPARSE).values["search.start_with"] == [
        {"lr": "0.001", "batch_size": "48", "opt": "adam", "epochs": "10"}
    ]
    assert "search.start_with" not in draft(USAGE_ALONE).values


def test_what_is_not_proposed_and_what_is_missing_is_said() -> None:
    said = "\n".join(map(str, read_any(ARGPARSE).problems))
    assert "Left as they are (switches): --amp." in said
    assert "Left as they are (places, logs, seeds and the like): --seed, --out." in said
    assert "The program also needs: data." in said
    assert "The program also needs: MESH." in "\n".join(map(str, read_any(CLICK).problems))


@pytest.mark.parametrize("text", [ARGPARSE, CLICK, TYPER, R_HELP, PLAIN, USAGE_ALONE])
def test_a_proposal_is_a_config_that_lacks_a_name_at_most(text: str) -> None:
    wrong = [problem.path for problem in check_read(read_any(text)).problems if problem.severity == "error"]
    assert wrong == ["run.name"]


SOURCES = {
    "argparse": """
import argparse
p = argparse.ArgumentParser()
p.add_argument("data")
p.add_argument("-l", "--learning-rate", type=float, default=1e-3)
p.add_argument("--batch", default=2**5, type=int, help="x")
p.add_argument("--act", choices=["relu", "tanh"], default="relu")
p.add_argument("--amp", action="store_true")
p.add_argument("--name", default=None)
""",
    "click": """
import click
@click.command()
@click.argument("data")
@click.option("--learning-rate", "-l", default=0.001, type=float)
@click.option("--batch", default=32, type=click.IntRange(8, 64))
@click.option("--act", default="relu", type=click.Choice(["relu", "tanh"]))
@click.option("--amp/--no-amp", default=False)
@click.option("--name")
def main(data, learning_rate, batch, act, amp, name): ...
""",
    "typer": """
import typer
app = typer.Typer()
@app.command()
def main(data: str, learning_rate: float = 0.001, batch: int = typer.Option(32, "--batch"), amp: bool = False, name: str = "x"): ...
app()
""",
    "fire": """
import fire
def main(data, learning_rate=0.001, batch=32, amp=False, name="x"): ...
fire.Fire(main)
""",
    "absl": """
from absl import flags
flags.DEFINE_float("learning-rate", 0.001, "x")
flags.DEFINE_integer("batch", 32, "x")
flags.DEFINE_enum("act", "relu", ["relu", "tanh"], "x")
flags.DEFINE_bool("amp", False, "x")
""",
    "R": """
library(optparse)
options <- list(
  make_option(c("-l", "--learning-rate"), type="double", default=0.001, help="rate [default %default]"),
  make_option("--batch", type="integer", default=32L),
  make_option(c("-v", "--verbose"), action="store_true", default=TRUE)
)
""",
}


@pytest.mark.parametrize("tool", SOURCES)
def test_a_source_becomes_parameters(tool: str) -> None:
    found = kinds(SOURCES[tool])
    assert found.pop("learning_rate") == "real"
    assert found.pop("batch") in ("categorical", "integer")
    assert found.pop("act", "categorical") == "categorical"
    assert found == {}
    values = draft(SOURCES[tool]).values
    assert str(values["run.objective"]).startswith(
        "./program --learning-rate=($learning_rate) --batch=($batch)"
    )
    assert isinstance(values["search.start_with"], list)
    assert values["search.start_with"][0]["learning_rate"] == "0.001"
    assert "How the program is started is not known." in "\n".join(map(str, read_any(SOURCES[tool]).problems))


def test_a_program_without_options_is_said_so() -> None:
    with pytest.raises(UnreadableError, match="No options were found"):
        read_any("usage: prog FILE\n")


def test_a_config_that_speaks_of_options_stays_a_config() -> None:
    text = '[run]\nname = "a"\nobjective = "python t.py --lr=($lr)"\n[parameters.lr]\ntype = "real"\nmin = 0\nmax = 1\n# usage: t.py [--lr LR]\n'
    assert draft(text).values["run.name"] == "a"


NAMES = st.sampled_from(
    [
        "lr",
        "batch_size",
        "epochs",
        "dropout",
        "seed",
        "hidden",
        "x",
        "gamma",
        "weight_decay",
        "n_layers",
        "out",
    ]
)
DEFAULTS = (
    st.none()
    | st.sampled_from(["", "true", "abc"])
    | st.integers(-100, 100_000).map(str)
    | st.floats(-1e6, 1e6).map(str)
)
KINDS = st.sampled_from(["real", "integer", "text", "switch", ""])


@example("lr", "real", "5e-324", [])
@example("lr", "integer", "0.5", [])
@given(NAMES, KINDS, DEFAULTS, st.lists(st.sampled_from(["1", "a", "b"]), max_size=3, unique=True))
def test_every_proposal_is_a_parameter_that_can_be_searched(
    name: str, kind: str, default: str | None, choices: list[str]
) -> None:
    option = Option(f"--{name}", kind, default, tuple(choices))  # type: ignore[arg-type]
    try:
        read = scan.read(Interface((option,), "prog"), RUN)
    except UnreadableError:
        return
    checked = check_read(ReadResult(read.draft, ()))
    if read.draft.parameters:
        wrong = [problem for problem in checked.problems if problem.severity == "error"]
        assert [problem.path for problem in wrong if problem.path != "search.start_with"] == ["run.name"]


LINES = st.text(alphabet=" -=[]{}()<>|:,.\t\nabLR09usagedfltopin", max_size=200)


@given(LINES)
def test_no_help_text_is_too_odd_to_be_read(text: str) -> None:
    for option in help_text.read("usage: x [-h]\n" + text).options:
        assert option.flag.startswith("-")
        assert option.name or option.flag.strip("-") == ""
