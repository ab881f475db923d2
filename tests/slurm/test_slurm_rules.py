"""Sites with rules of their own: what is told before a start, and a run under a rule that comes and goes."""

from __future__ import annotations

import pytest
from slurm_rules import RuledCluster
from slurm_site import Site, until

pytestmark = pytest.mark.slurm


def test_a_rule_that_refuses_for_a_while_does_not_end_a_run(
    ruled_site: Site, ruled_cluster: RuledCluster
) -> None:
    paths = ruled_site.start("pear", objective="sleep 0.5; echo RESULT: ($x)", workers=2, evaluations=100)
    until(lambda: len(ruled_site.rows(paths)) > 1 if paths.csv.exists() else False, "it does not begin")
    ruled_cluster.closed.touch()
    try:
        workers = [name for name in ruled_site.jobs("pear") if not name.endswith(".driver")]
        ruled_cluster.run("scancel", f"--name={','.join(set(workers))}")
        trouble = "You have reached the maximum of 4 submitted jobs in this partition"
        until(lambda: trouble in str(ruled_site.status("pear")), "the trouble is not said")
    finally:
        ruled_cluster.closed.unlink()
    without_workers = len(ruled_site.rows(paths))
    until(lambda: len(ruled_site.rows(paths)) > without_workers, "lost workers are not replaced")
    ruled_site.omniopt("cancel", "pear")
