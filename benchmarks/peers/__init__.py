"""OmniOpt beside other tools that run the same program many times: what each costs, and what a kill -9 makes it lose."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent.parent
# The other benchmarks are scripts, and the test cluster is a helper of the tests: both are imported by their plain names.
sys.path += [str(_ROOT / "benchmarks"), str(_ROOT / "tests" / "slurm")]
