#!/usr/bin/env bash
# Sets up the environment of train.py and becomes it; everything behind the name of this script is passed on.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# On a cluster, load what your site offers, for example:
# module load Python PyTorch torchvision
venv=${FASHION_VENV:-$here/venv}
if [ ! -r "$venv/bin/activate" ]; then
    echo "There is no virtual environment at $venv; make one as the README beside this script says." >&2
    exit 1
fi
. "$venv/bin/activate"
exec python3 "$here/train.py" "$@"
