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
  if job.partition == "nomem" and job.pn_min_memory ~= nil and job.pn_min_memory < slurm.NO_VAL64 then
    slurm.log_user("--mem and --mem-per-cpu are not allowed here: memory follows from the number of cores.")
    return slurm.ERROR
  end
  if job.partition == "half" and job.time_limit > 30 then
    slurm.log_user("This is for short work.")
    return slurm.ERROR
  end
  if job.partition == "pairs" and (job.min_nodes < 2 or job.min_nodes > 1000) then
    slurm.log_user("This is for work that needs several.")
    return slurm.ERROR
  end
  if job.partition == "lonely" and job.array_inx ~= nil then
    slurm.log_user("One after the other, please.")
    return slurm.ERROR
  end
  if job.partition == "payers" and job.account == nil then
    slurm.log_user("You have to say which project pays: --account=<project>.")
    return 2045
  end
  if job.partition == "typed" and (job.tres_per_node == nil or not string.find(job.tres_per_node, "gpu:a100")) then
    slurm.log_user("Jobs here must ask for GPUs by type, for example --gres=gpu:a100:1")
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
    "inactive": "State=INACTIVE",
    "reserved": "ReqResv=YES",
    "locked": "RootOnly=YES",
    "whole": "OverSubscribe=EXCLUSIVE",
    "dear": "MaxMemPerCPU=500",
    "brief": "MaxTime=00:05:00",
    "crowd": "QOS=crowd",
    "spentq": "QOS=spentq",
    "large": "QOS=large",
    "closed": "QOS=closed",
    "nomem": "",
    "payers": "",
    "typed": "",
    "half": "",
    "pairs": "",
    "lonely": "",
}
_QUALITIES = "special,short,strict,single,gpuonly,crowd,spentq,large,closed"
_ACCOUNTS = (  # each of them takes a third of a second
    "add account poor,rich,parent,spent,little,alone",
    "add account small parent=parent",
    f"add user {USER} account=poor",
    f"add user {USER} account=small,spent,little,alone",
    "modify account parent set GrpTRES=cpu=1",
    "modify account small set GrpTRES=cpu=2",
    "modify account spent set GrpTRESMins=cpu=0",
    "modify account little set GrpTRESMins=cpu=30",
    "modify account alone set GrpJobs=1 MaxWall=00:10:00",
    f"add qos {_QUALITIES}",
    "modify qos short set MaxWall=00:10:00 MaxTRESPerJob=cpu=4",
    "modify qos strict set MaxWall=00:10:00 Flags=DenyOnLimit",
    "modify qos single set MaxSubmitJobsPerUser=1",
    "modify qos crowd set MaxTRESPerUser=cpu=2",
    "modify qos spentq set GrpTRESMins=cpu=0",
    "modify qos large set MinTRESPerJob=cpu=4",
    "modify qos closed set MaxSubmitJobsPerUser=0",
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
        for name in ("sbatch", "sacctmgr", "scontrol"):
            program = self.as_user / name
            program.write_text(f'#!/bin/bash\nexec {change} {shutil.which(name)} "${{@/%={own}/={USER}}}"\n')
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
