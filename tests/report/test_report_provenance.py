"""Code and machines in words."""

from __future__ import annotations

from worker.report.data.code_and_machines import lines
from worker.store.provenance import Facts, Provenance


def a_host(name: str, **more: object) -> Facts:
    return {"host": name, "cpu": "EPYC", "cores": 64, "system": "Linux", "kernel": "6.1", **more}


def test_machines_that_are_alike_stand_together_and_changes_of_the_code_apart() -> None:
    git = {"commit": "c0ffee" * 6 + "abcd", "folder": "/code", "dirty": True, "branch": "main"}
    drivers: tuple[Facts, ...] = (
        {"omniopt": "1", "python": "3.12.1", "libraries": {"numpy": "2.4"}, "git": git},
        {"omniopt": "1", "python": "3.12.1", "libraries": {"numpy": "2.4"}, "git": {**git, "dirty": False}},
        {"omniopt": "1", "python": "3.12.1", "libraries": {"numpy": "2.4"}, "git": {**git, "dirty": None}},
    )
    programs = ({"python": "3.11.7", "executable": "/p", "packages": {"a": "1"}, "modules": ["GCC/13"]},)
    hosts = (
        a_host("n1", gpus=["H100", "H100"], gpu_driver="550"),
        a_host("login"),
        a_host("n2", gpus=["H100", "H100"], gpu_driver="550"),
    )
    assert lines(Provenance(drivers, programs, hosts)) == [
        ("Version in git", "c0ffeec0ffee on main, with changes that are not committed (/code)"),
        ("Version in git", "c0ffeec0ffee on main, nothing changed (/code)"),
        ("Version in git", "c0ffeec0ffee on main, whether anything is changed is unknown (/code)"),
        ("Its environment", "Python 3.11.7 (/p), 1 package, modules GCC/13"),
        ("Machines", "n1, n2: EPYC, 64 cores, 2 x H100 (driver 550), Linux 6.1"),
        ("Machines", "login: EPYC, 64 cores, Linux 6.1"),
        ("OmniOpt", "1 with Python 3.12.1, numpy 2.4"),
    ]


def test_of_a_run_of_before_nothing_is_said() -> None:
    assert lines(Provenance((), (), ())) == []
