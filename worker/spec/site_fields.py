"""The fields by which a run obeys its cluster's own rules, in the order of the form; most people leave them empty."""

from __future__ import annotations

from worker.spec.field_definition import MEMORY_PER_CPU, MEMORY_PER_NODE, Field
from worker.spec.gpu_amounts import GPU_OPTIONS

_NODE = r"[A-Za-z0-9_.-]+(?:\[[0-9,-]+\][A-Za-z0-9_.-]*)*"
_NODES = rf"{_NODE}(?:,{_NODE})*"
_LICENSE = r"[A-Za-z0-9_.@+/:=-]+"
_JOB = r"[0-9]+(?:_(?:[0-9]+|\*))?(?:\+[0-9]+)?"
_AFTER = rf"(?:after|afterany|afterburstbuffer|aftercorr|afternotok|afterok)(?::{_JOB})+"
_MAIL_TYPES = (
    "NONE", "BEGIN", "END", "FAIL", "REQUEUE", "ALL", "INVALID_DEPEND", "STAGE_OUT", "ARRAY_TASKS",
    "TIME_LIMIT", "TIME_LIMIT_90", "TIME_LIMIT_80", "TIME_LIMIT_50",
)  # fmt: skip
_MAIL_TYPE = f"(?i:{'|'.join(_MAIL_TYPES)})"
_ADDRESS = r"[A-Za-z0-9._%+=-]+(?:@[A-Za-z0-9.-]+)?"

SITE_FIELDS: tuple[Field, ...] = (
    Field(
        "slurm.memory_per",
        "memory_per",
        "Memory is counted per",
        "choice",
        MEMORY_PER_NODE,
        "node asks Slurm for the memory on each node of a worker (--mem); cpu asks for it for each CPU "
        "(--mem-per-cpu), so that a worker may use as many times as much as it has CPUs.",
        advanced=True,
        choices=(MEMORY_PER_NODE, MEMORY_PER_CPU),
    ),
    Field(
        "slurm.gpu_option",
        "gpu_option",
        "Option that asks for GPUs",
        "choice",
        GPU_OPTIONS[0],
        "The option of sbatch that your cluster wants for GPUs: gres and gpus-per-node count them for each node "
        "of a worker, gpus-per-task for each task, gpus for all of it.",
        advanced=True,
        choices=GPU_OPTIONS,
    ),
    Field(
        "slurm.cluster",
        "cluster",
        "Cluster of the jobs",
        "value",
        "",
        "The Slurm cluster that all jobs go to, where several have one accounting and the same files; empty means that of the "
        "machine on which the run is started.",
        advanced=True,
        pattern=r"[A-Za-z0-9_.-]+",
        example="sea",
    ),
    Field(
        "slurm.qos",
        "qos",
        "QOS of the jobs",
        "word",
        "",
        "The quality of service that the jobs run under, the driver's too; empty means your default.",
        advanced=True,
        option="--qos",
    ),
    Field(
        "slurm.constraint",
        "constraint",
        "Features of the nodes",
        "value",
        "",
        "The features that the nodes of a worker must have, for example skylake or a100|h100.",
        advanced=True,
        option="--constraint",
        pattern=r"[A-Za-z0-9_.=:&|,*()\[\]@%+/!-]+",
        example="skylake&ssd",
    ),
    Field(
        "slurm.exclude",
        "exclude",
        "Nodes to leave out",
        "value",
        "",
        "Nodes that no worker may run on, for example node[01-04],node07.",
        advanced=True,
        option="--exclude",
        pattern=_NODES,
        example="node[01-04],node07",
    ),
    Field(
        "slurm.nodelist",
        "nodelist",
        "Nodes to use",
        "value",
        "",
        "Nodes that every worker must get, all of them, as sbatch takes it; one node for workers of one node.",
        advanced=True,
        option="--nodelist",
        pattern=_NODES,
        example="node07",
    ),
    Field(
        "slurm.licenses",
        "licenses",
        "Licences to use",
        "value",
        "",
        "Licences that every worker job takes, for example matlab:1.",
        advanced=True,
        option="--licenses",
        pattern=rf"{_LICENSE}(?:[,;|]{_LICENSE})*",
        example="matlab:1,ansys@server:2",
    ),
    Field(
        "slurm.begin",
        "begin",
        "Earliest begin",
        "value",
        "",
        "The first workers start no earlier than this, for example 22:00, now+1hour or 2030-01-31T22:00.",
        advanced=True,
        option="--begin",
        pattern=r"[A-Za-z0-9](?:[A-Za-z0-9:+/. -]*[A-Za-z0-9])?",
        example="now+1hour",
    ),
    Field(
        "slurm.dependency",
        "dependency",
        "Jobs to wait for",
        "value",
        "",
        "The first workers start after other jobs, for example afterok:12345.",
        advanced=True,
        option="--dependency",
        pattern=rf"{_AFTER}(?:[,?]{_AFTER})*",
        example="afterok:12345",
    ),
    Field(
        "slurm.time_min",
        "time_min",
        "Least walltime",
        "duration",
        0,
        "Slurm may shorten a worker job to this, if it can then start earlier; 0 means that it may not.",
        advanced=True,
        minimum=0,
        maximum=3650 * 86400,
        unit="h",
        option="--time-min",
    ),
    Field(
        "slurm.mail_type",
        "mail_type",
        "Mails about worker jobs",
        "value",
        "",
        "When Slurm sends a mail about the worker jobs, for example FAIL or BEGIN,END; empty means never.",
        advanced=True,
        option="--mail-type",
        pattern=rf"{_MAIL_TYPE}(?:,{_MAIL_TYPE})*",
        example="END,FAIL",
    ),
    Field(
        "slurm.mail_user",
        "mail_user",
        "Address for mails",
        "value",
        "",
        "Who gets these mails; empty means your address on the cluster.",
        advanced=True,
        option="--mail-user",
        pattern=rf"{_ADDRESS}(?:,{_ADDRESS})*",
        example="me@example.org",
    ),
    Field(
        "slurm.sbatch",
        "sbatch_lines",
        "Extra #SBATCH options",
        "lines",
        (),
        "One option per line, for the worker jobs, for example --exclusive. A line that begins with `all:` holds for the "
        "driver's job as well.",
        advanced=True,
    ),
    Field(
        "slurm.setup",
        "setup_lines",
        "Lines to run before a worker",
        "lines",
        (),
        "Shell lines that a worker job runs first, for example module load Python.",
        advanced=True,
    ),
)
