"""A cluster with rules and limits of a site's own: a plugin that looks at jobs, accounts, and partitions not for everyone."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from slurm_cluster import Cluster

USER, USER_NUMBER = "nobody", 65534  # not all rules bind the user that Slurm runs as
_PLUGIN = """\
function slurm_job_submit(job, partitions, user)
  local closed = io.open("{folder}/closed")
  if closed then
    closed:close()
    slurm.log_user("You have reached the maximum of 4 submitted jobs in this partition.")
    return slurm.ERROR
  end
  if job.partition == "project" and job.comment == nil then
    slurm.log_user("Please state your project with --comment=PROJECT and try again.")
    return slurm.ERROR
  end
  if job.partition == "gpu" and job.tres_per_node == nil then
    slurm.log_user("*** partition gpu is not valid for a job without GPUs")
    return slurm.ERROR
  end
  return slurm.SUCCESS
end
function slurm_job_modify(job, record, partitions, user) return slurm.SUCCESS end
return slurm.SUCCESS
"""
_PARTITIONS = {
    "project": "",
    "gpu": "",
    "wide": "MinNodes=2",
    "staff": "AllowGroups=staff",
    "elsewhere": "AllocNodes=elsewhere",
    "rich": "AllowAccounts=rich",
    "special": "AllowQos=special",
    "denied": "DenyQos=normal",
    "short": "QOS=short",
    "strict": "QOS=strict",
    "single": "QOS=single",
    "gpuonly": "QOS=gpuonly",
    "drained": "State=DRAIN",
    "down": "State=DOWN",
}
_ACCOUNTS = (
    "add account poor",
    "add account rich",
    f"add user {USER} account=poor",
    "add qos special",
    "add qos short",
    "modify qos short set MaxWall=00:10:00 MaxTRESPerJob=cpu=4",
    "add qos strict",
    "modify qos strict set MaxWall=00:10:00 Flags=DenyOnLimit",
    "add qos single",
    "modify qos single set MaxSubmitJobsPerUser=1",
    "add qos gpuonly",
)


class RuledCluster(Cluster):
    """Its user is an ordinary one, as long as commands are called with the folder `as_user` before the others."""

    @classmethod
    def make(cls) -> RuledCluster:
        """One in a new folder that its user may look into, not started yet."""
        folder = Path(tempfile.mkdtemp(prefix="omniopt-slurm-"))
        folder.chmod(0o755)
        lines = [f"PartitionName={name} Nodes=ALL {rest}" for name, rest in _PARTITIONS.items()]
        settings = {"SchedulerParameters": "batch_sched_delay=0"}
        return cls(folder, settings, lines, _PLUGIN.format(folder=folder), _ACCOUNTS)

    def up(self) -> None:
        """Start it, with the limits that only a controller makes possible."""
        super().up()
        self.run("sacctmgr", "-i", "modify", "qos", "gpuonly", "set", "MinTRESPerJob=gres/gpu=1")
        self.as_user.mkdir()
        change = f"setpriv --reuid={USER_NUMBER} --regid={USER_NUMBER} --clear-groups"
        own = self.run("id", "-un").stdout.strip()
        for name in ("sbatch", "sacctmgr"):
            program = self.as_user / name
            program.write_text(
                f'#!/bin/bash\nexec {change} {shutil.which(name)} "${{@/user={own}/user={USER}}}"\n'
            )
            program.chmod(0o755)

    def down(self) -> None:
        """End it, and remove its folder."""
        super().down()
        shutil.rmtree(self.folder)

    @property
    def as_user(self) -> Path:
        """Commands that speak to Slurm as the ordinary user."""
        return self.folder / "as-user"

    @property
    def closed(self) -> Path:
        """While this file exists, the plugin takes no job."""
        return self.folder / "closed"

    def user_environment(self) -> dict[str, str]:
        """The environment of the ordinary user."""
        environment = self.environment()
        return {**environment, "PATH": f"{self.as_user}{os.pathsep}{environment['PATH']}"}
