"""What an evaluation finds when it begins: software, variables, folder, what is made before; in the order of the form."""

from __future__ import annotations

from worker.spec.field_definition import Field

TRIAL_FOLDER = "trial folder"  # in place of a path, for the folder of each evaluation

ENVIRONMENT_FIELDS: tuple[Field, ...] = (
    Field(
        "environment.modules",
        "modules",
        "Modules to load",
        "modules",
        (),
        "What your cluster's module load is to load before the program, such as GCC/12 Python/3.11.",
        advanced=True,
    ),
    Field(
        "environment.venv",
        "venv",
        "Virtual environment to activate",
        "path",
        "",
        "The folder of a Python virtual environment, which is activated after the modules.",
        advanced=True,
    ),
    Field(
        "environment.conda",
        "conda",
        "Conda environment to activate",
        "path",
        "",
        "The name or the folder of a conda environment, which is activated after the modules; conda init is not needed.",
        advanced=True,
    ),
    Field(
        "environment.variables",
        "variables",
        "Variables that it gets",
        "variables",
        (),
        "Environment variables of the program, one line each: OMP_NUM_THREADS=4. $NAME stands for another variable: DATA=$TMPDIR/x.",
        advanced=True,
    ),
    Field(
        "environment.run_in",
        "run_in",
        "Folder that it runs in",
        "path",
        "",
        f'Where evaluations start: empty for the folder that the run is started in, "{TRIAL_FOLDER}" for a new folder each, or a path.',
        advanced=True,
    ),
    Field(
        "environment.before",
        "before",
        "Command at the beginning",
        "line",
        "",
        "A shell command that one worker runs once before the first evaluation, while the others wait: to compile, or to fetch data. If it fails, the run ends.",
        advanced=True,
    ),
    Field(
        "run.retry_on",
        "retry_on",
        "Errors to repeat elsewhere",
        "lines",
        (),
        "Texts such as CUDA error, one line each: an evaluation that fails and has printed one of them is repeated on another node, "
        "where there is one. max_losses says how often.",
        advanced=True,
    ),
)
