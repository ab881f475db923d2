#!/usr/bin/env bash
# Sets up the environment of train.py and becomes it; everything behind the name of this script is passed on.
#
# On a cluster this is the place for `module load` and for the virtual environment of your own program.
# DIGITS_VENV names one that has scikit-learn; without it, the one that scripts/demo makes is taken.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${DIGITS_VENV:-$here/../../.venv}
if [ -r "$venv/bin/activate" ]; then
    . "$venv/bin/activate"
fi
# Several evaluations run side by side, so that each one keeps to a single core.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# exec: the program takes the place of this shell, so that a signal to end it reaches it.
exec python3 "$here/train.py" "$@"
