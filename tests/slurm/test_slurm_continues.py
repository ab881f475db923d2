"""Evaluations that are longer than a worker's job, on a real cluster."""

from __future__ import annotations

from functools import partial

import pytest
from slurm_site import Site, until

from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm

# So many steps of a second, each of which is kept; told of the end of its worker, it makes room at once.
PROGRAM = """\
#!/bin/bash
echo "$OMNIOPT_ATTEMPT" >> "$OMNIOPT_TRIAL_DIR/attempts"
trap 'echo warned >> "$OMNIOPT_TRIAL_DIR/attempts"; exit 75' USR1
step=$(cat "$OMNIOPT_TRIAL_DIR/step" 2>/dev/null || echo 0)
while [ "$step" -lt {steps} ]; do
  sleep 1
  step=$((step + 1))
  echo "$step" > "$OMNIOPT_TRIAL_DIR/step.new" && mv "$OMNIOPT_TRIAL_DIR/step.new" "$OMNIOPT_TRIAL_DIR/step"
done
echo "RESULT: $1"
"""


def begin(site: Site, name: str, steps: int, run: str = "", slurm: str = "") -> RunPaths:
    (site.folder / "steps.sh").write_text(PROGRAM.format(steps=steps))
    return site.start(
        name,
        objective="bash steps.sh ($x) # ($trialdir)",
        workers=1,
        evaluations=1,
        run=f"continues = true\n{run}",
        slurm=slurm,
    )


def test_one_that_is_longer_than_the_walltime_ends_in_the_next_job(site: Site) -> None:
    paths = begin(site, "quince", 40, 'warning = "0:00:25"\nwarning_signal = "USR1"', 'walltime = "0:01:00"')
    site.until_over(paths, seconds=150.0)
    [row] = site.rows(paths)
    assert row["status"] == "ok"
    assert float(row["seconds"]) > 39
    attempts = (paths.trial_dir(1) / "attempts").read_text().split()
    assert attempts[:2] == ["1", "warned"]
    assert int(attempts[2]) > 1


def test_one_whose_job_is_cancelled_goes_on_where_it_was(site: Site) -> None:
    paths = begin(site, "loquat", 12)
    state = paths.trial_dir(1) / "step"

    def come_to(step: int) -> bool:
        return state.exists() and int(state.read_text() or 0) >= step

    for step in (2, 5):
        until(partial(come_to, step), "it does not go on")
        site.cluster.run("scancel", "--user=" + site.cluster.run("id", "-un").stdout.strip())
        until(lambda: not site.jobs("loquat"), "the jobs do not end")
        assert site.omniopt("resume", "loquat").returncode == 0
    site.until_over(paths)
    [row] = site.rows(paths)
    assert (row["status"], float(row["seconds"]) >= 11) == ("ok", True)
    attempts = [int(word) for word in (paths.trial_dir(1) / "attempts").read_text().split()]
    # One that a worker is given just before it leaves does not begin.
    assert (attempts[0], len(attempts), attempts == sorted(set(attempts))) == (1, 3, True)
