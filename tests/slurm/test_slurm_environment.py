"""What evaluations find when they begin, and errors of a node, on a real cluster of several."""

from __future__ import annotations

from pathlib import Path

import pytest
from slurm_site import Site, until

pytestmark = pytest.mark.slurm


PROGRAM = """\
echo "$SLURMD_NODENAME" >> nodes
if [ "$(head -n 1 nodes)" = "$SLURMD_NODENAME" ]; then sleep 1; echo CUDA error: device-side assert >&2; exit 1; fi
sleep 0.3
echo "RESULT: $1"
"""


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_a_broken_node_fails_nothing_that_another_one_can_do(site: Site) -> None:
    # The first node that has a worker is the broken one, once another has one, too.
    (site.folder / "p.sh").write_text(PROGRAM)
    paths = site.start(
        "medlar",
        objective="bash p.sh ($x)",
        workers=4,
        evaluations=6,
        run='retry_on = ["CUDA error"]\nmax_losses = 100\nmax_failures = 1',
        slurm='sbatch = ["--exclusive"]',
    )
    site.until_over(paths)
    rows = site.rows(paths)
    assert [row["status"] for row in rows] == ["ok"] * 6
    broken = lines(site.folder / "nodes")[0]
    assert broken not in {row["host"] for row in rows}
    assert 'has printed "CUDA error", one of the texts of retry_on' in paths.events.read_text()


def test_one_worker_prepares_and_all_others_wait(site: Site) -> None:
    before = 'echo "$SLURMD_NODENAME" >> before; sleep 4; echo made > made'
    paths = site.start(
        "sorb",
        objective="cat made; echo RESULT: ($x)",
        workers=4,
        evaluations=6,
        run=f"[environment]\nbefore = '{before}'\nvariables = {{ DATA = \"$SLURM_JOB_ID\" }}",
    )
    until(lambda: lines(site.folder / "before"), "it does not begin")
    assert not lines(site.folder / "made")
    site.until_over(paths)
    assert len(lines(site.folder / "before")) == 1
    assert [row["status"] for row in site.rows(paths)] == ["ok"] * 6
    assert all(lines(Path(row["log"]))[0] == "made" for row in site.rows(paths))
