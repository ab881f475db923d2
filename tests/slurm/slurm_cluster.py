"""A real Slurm cluster of four nodes on this machine, in a folder of its own, started and ended by process id.

Every cluster has its own munge daemon, ports, config and spool folders, so that several of them, and a Slurm that the
machine has already, never meet. Used by the tests' fixture and by `scripts/slurm-up` and `scripts/slurm-down`.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import slurm_accounting
from slurm_machine import fake_gpu, free_ports, munge_paths, slurm_version, wait_for

NODES = ("n1", "n2", "n3", "n4")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scontrol", "scancel", "srun")
GPUS_PER_NODE = 2

_CONFIG = Path(__file__).with_name("slurm_conf.txt")  # with gaps for str.format
_SETTINGS = {
    "KillWait": "2",
    "MinJobAge": "300",
    "MaxArraySize": "1001",
    "MessageTimeout": "10",
    "SelectTypeParameters": "CR_CPU_Memory",
    "AccountingStorageType": "accounting_storage/none",
}


def missing_programs() -> list[str]:
    """The programs that a cluster needs and this machine has not."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [program for program in PROGRAMS if shutil.which(program, path=path) is None]


@dataclass
class Cluster:
    """A cluster below `folder`; `settings` are lines of slurm.conf that differ from the defaults above.

    partitions: lines for more partitions. rules: a job_submit.lua. accounts: commands for sacctmgr that say who may use
    how much; where there are any, the cluster has accounting. name: as Slurm knows it. partner: a cluster that is up, with
    whose accounting, and users, this one works.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    partitions: Sequence[str] = ()
    rules: str = ""
    accounts: Sequence[str] = ()
    name: str = "test"
    partner: Cluster | None = None

    @property
    def config(self) -> Path:
        """The slurm.conf to name in SLURM_CONF."""
        return self.folder / "slurm.conf"

    def environment(self) -> dict[str, str]:
        """The environment of a person who works on this cluster."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "SBATCH_"))}
        return {
            **kept,
            "SLURM_CONF": str(self.config),
            "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin",
        }

    def up(self) -> None:
        """Start the cluster and wait until every node can take a job; RuntimeError with the logs where it cannot."""
        if missing := missing_programs():
            raise RuntimeError(
                f"These programs are missing: {', '.join(missing)}. Install the packages "
                "slurmctld, slurmd, slurm-client and munge."
            )
        self._write_files()
        if self.partner is None:
            self._spawn("munged", "--force", *munge_paths(self.folder))
        if self.accounts:
            self._start_accounting()
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        wait_for(self._all_idle, "not every node became idle", self._logs)

    def down(self) -> None:
        """End every job and every process of the cluster."""
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            self.run("scancel", "--full", "--signal=KILL", f"--user={getpass.getuser()}", check=False)
        # The daemons remove their pid files long before they have ended, so the numbers are taken first.
        daemons = self._daemons()
        for signum, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            ends_at = time.monotonic() + patience
            for pid in (*daemons, *self._job_processes()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signum)
            while daemons or self._job_processes():
                daemons = [pid for pid in daemons if self._is_ours(pid)]
                if time.monotonic() > ends_at:
                    break
                time.sleep(0.05)

    def start_controller(self) -> None:
        """Start slurmctld (again); the state on disk is taken up."""
        self._spawn("slurmctld", "-f", str(self.config))

    def kill_controller(self) -> None:
        """Kill slurmctld as a crash would."""
        self.kill("slurmctld")

    def kill_node(self, node: str) -> None:
        """Kill the daemon of a node; what runs on the node runs on."""
        self.kill(f"slurmd.{node}")

    def start_node(self, node: str) -> None:
        """Start the daemon of a node (again)."""
        self._spawn("slurmd", "-N", node, "-f", str(self.config))

    @contextlib.contextmanager
    def drained(self) -> Iterator[None]:
        """No node takes a job for the time of the block; at its end they all do again."""
        nodes = f"nodename={','.join(NODES)}"
        self.run("scontrol", "update", nodes, "state=drain", "reason=test")
        try:
            yield
        finally:
            self.run("scontrol", "update", nodes, "state=resume")
            wait_for(lambda: all(map(str.isalpha, self._states())), "not every node came back", self._logs)

    def run(
        self, *command: str, check: bool = True, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the cluster's environment; returns what it printed."""
        return subprocess.run(
            command, env=self.environment(), check=check, cwd=cwd, capture_output=True, text=True, timeout=120
        )

    def jobs(self) -> list[str]:
        """The names of all jobs that wait or run."""
        return self.run("squeue", "--noheader", "--array", "--format=%j").stdout.split()

    def _write_files(self) -> None:
        for name in ("state", *(f"spool.{node}" for node in NODES)):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        for number in range(GPUS_PER_NODE):
            with contextlib.suppress(FileExistsError):
                fake_gpu(self.folder / f"fakegpu{number}")
        host = socket.gethostname()
        *ports, accounting_port = free_ports(2 + len(NODES))
        nodes = "\n".join(
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} "
            f"CPUs=8 RealMemory=4000 Gres=gpu:{GPUS_PER_NODE}"
            for node, port in zip(NODES, ports[1:], strict=True)
        )
        accounting = slurm_accounting.settings(self._shared, accounting_port) if self.accounts else {}
        if self.partner is not None:
            accounting = {**accounting, **slurm_accounting.place(self.partner.config)}
        rules = {"JobSubmitPlugins": "lua"} if self.rules else {}
        chosen = {**_SETTINGS, **accounting, **rules, **self.settings}
        settings = "\n".join(f"{key}={value}" for key, value in chosen.items())
        self.config.write_text(
            _CONFIG.read_text(encoding="utf-8").format(
                host=host,
                ports=ports,
                user=getpass.getuser(),
                folder=self.folder,
                name=self.name,
                shared=self._shared,
                settings=settings,
                nodes=nodes,
                partitions="\n".join(self.partitions),
            )
        )
        (self.folder / "job_submit.lua").write_text(self.rules)
        slurm_accounting.write_config(self.folder, getpass.getuser(), accounting_port)
        (self.folder / "plugstack.conf").touch()
        if slurm_version(self.environment()["PATH"]) >= 24:
            # It looks for cgroups wherever it runs, and a container or chroot may have none; before, there is no such word.
            (self.folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        (self.folder / "gres.conf").write_text(
            f"NodeName=n[1-4] Name=gpu File={self.folder}/fakegpu[0-{GPUS_PER_NODE - 1}]\n"
        )

    def _start_accounting(self) -> None:
        if self.partner is None:
            for command in slurm_accounting.database_commands(self.folder, getpass.getuser()):
                self._spawn(*command)
            wait_for(
                slurm_accounting.socket_of(self.folder).exists, "the database does not start", self._logs
            )
            self._spawn("slurmdbd")
        wait_for(
            lambda: self.run("sacctmgr", "show", "cluster", check=False).returncode == 0,
            "slurmdbd does not answer",
            self._logs,
        )
        for words in (f"add cluster {self.name}", *self.accounts):
            self.run("sacctmgr", "--immediate", *words.split())

    @property
    def _shared(self) -> Path:
        """The folder with what proves who somebody is, and with the accounting."""
        return self.partner.folder if self.partner else self.folder

    def _spawn(self, *command: str) -> None:
        """Start a daemon; it leaves its parent by itself and writes its number to a .pid file."""
        environment = {key: value for key, value in self.environment().items() if key != "OMNIOPT_TEST"}
        environment["MYSQL_UNIX_PORT"] = str(slurm_accounting.socket_of(self.folder))
        with (self.folder / f"{command[0]}.out").open("ab") as out:
            subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                check=False,
                timeout=30,
            )

    def kill(self, name: str) -> None:
        """Kill the daemon that is called so."""
        pid = int((self.folder / f"{name}.pid").read_text())
        if self._is_ours(pid):
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: not self._is_ours(pid), f"{name} does not end", self._logs)

    def _daemons(self) -> list[int]:
        pids = [int(text) for path in self.folder.glob("*.pid") if (text := path.read_text().strip())]
        return [pid for pid in pids if self._is_ours(pid)]

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is still a daemon of this cluster, and no later process of that number."""
        process, ours = Path(f"/proc/{pid}"), os.fsencode(self.folder)
        try:  # slurmdbd is told of its folder by a variable alone
            return any(ours in (process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            return False

    def _job_processes(self) -> list[int]:
        """What jobs have left: processes that carry this cluster's SLURM_CONF and a job's number."""
        ours = os.fsencode(f"SLURM_CONF={self.config}")
        pids = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if ours in variables and any(variable.startswith(b"SLURM_JOB_ID=") for variable in variables):
                pids.append(int(entry.name))
        return pids

    def _all_idle(self) -> bool:
        return self._states() == ["idle"] * len(NODES)

    def _states(self) -> list[str]:
        """The state of each node; one that does not answer (yet) has a star behind it."""
        answer = self.run("sinfo", "--noheader", "--Node", "--partition=alpha", "--format=%T", check=False)
        return answer.stdout.split()

    def _logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}"
            for path in sorted([*self.folder.glob("*.out"), *self.folder.glob("*.log")])
        )


def guard(folder: Path, pid: int) -> None:
    """Wait until process `pid` has gone, however it ended, then end the cluster in `folder`."""
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.5)
    Cluster(folder).down()


def main(arguments: Sequence[str]) -> int:
    """`up FOLDER` starts a cluster and prints how to use it, `down FOLDER` ends it; `guard FOLDER PID` is for tests."""
    if len(arguments) == 3 and arguments[0] == "guard":
        guard(Path(arguments[1]), int(arguments[2]))
        return 0
    if len(arguments) != 2 or arguments[0] not in ("up", "down"):
        print("usage: slurm_cluster.py up|down FOLDER", file=sys.stderr)
        return 2
    cluster = Cluster(Path(arguments[1]).resolve())
    if arguments[0] == "down":
        if not cluster.config.exists():
            print(f"There is no test cluster in {cluster.folder}.", file=sys.stderr)
            return 2
        cluster.down()
        shutil.rmtree(cluster.folder)
        print("The test cluster has ended.")
        return 0
    if cluster.config.exists() and cluster._daemons():
        print(f"export SLURM_CONF={cluster.config}   # it runs already")
        return 0
    try:
        cluster.folder.mkdir(parents=True, exist_ok=True)
        cluster.up()
    except RuntimeError as error:
        cluster.down()
        print(error, file=sys.stderr)
        return 1
    print(
        f"Four nodes are ready. In your shell:\n\n  export SLURM_CONF={cluster.config}\n\nThen sinfo, squeue, ..."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
