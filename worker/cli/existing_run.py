"""What to do where a run of that name exists: continue it, replace it, take a new name, or leave it alone."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from worker.cli import prompts
from worker.cli.commands.resume import change
from worker.cli.run_lookup import refuse_if_driven
from worker.cli.whereabouts import elsewhere, refuse_elsewhere
from worker.errors import UsageError
from worker.progress.tally import Tally
from worker.spec.field_definition import Field
from worker.spec.field_values import field_text
from worker.spec.fields import CHANGEABLE, FIELDS, FIXED
from worker.spec.parameters import Parameter
from worker.spec.run import Run
from worker.spec.setting_values import setting_text
from worker.spec.text import counted, shown, visible
from worker.store import replay
from worker.store.claim import Standing, claim
from worker.store.paths import Home, RunPaths
from worker.store.run_config import read_run, started_run
from worker.store.run_folder import RunExistsError, set_aside
from worker.store.starter import run_command

CHOICES = ("continue", "replace", "new", "stop")
_NOT_COMPARED = ("run.name", "run.workdir", "run.dont_start")


def free_name(home: Home, name: str) -> str:
    """`name` with the first number behind it that no run has."""
    number = 2
    while home.run(f"{name}_{number}").root.exists():
        number += 1
    return f"{name}_{number}"


def refuse_foreign(paths: RunPaths) -> None:
    """Raise UsageError where the folder of a run that is to be made holds what no start of this program has left there."""
    place = visible(str(paths.root))
    advice = (
        "It is left as it is, and nothing was started. Give another name with --name, or another folder "
        "with --workdir."
    )
    ours = {part.name for part in (paths.trials, paths.agents, paths.journals)}
    try:
        foreign = sorted(
            entry.name
            for entry in paths.root.iterdir()
            if entry.name not in ours and not entry.name.startswith(f".{paths.config.name}.")
        )
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise UsageError(f"{place} is not a folder. {advice}") from None
    except PermissionError:
        raise UsageError(f"You may not read the folder {place}. {advice}") from None
    if foreign:
        raise UsageError(
            f"{place} contains something that this OmniOpt did not create ({shown(foreign[0])}), perhaps a "
            f"project of an older OmniOpt. {advice}"
        )


@dataclass(frozen=True)
class ExistingRun:
    """A run that exists, and the one that was given under its name; `started` is it as it was begun."""

    paths: RunPaths
    run: Run
    started: Run
    wanted: Run

    @classmethod
    def of(cls, paths: RunPaths, wanted: Run) -> ExistingRun:
        """The run in `paths`. Raises UsageError or ConfigError where it cannot be read."""
        return cls(paths, read_run(paths), started_run(paths), wanted)

    @cached_property
    def successes(self) -> int:
        """How many evaluations were successful."""
        return Tally(replay.load(self.paths).trials.values()).ok

    def decide(self, choice: str | None) -> str:
        """One of CHOICES: the one given by an option, or the answer on a terminal.

        Raises RunExistsError without both, UsageError where a run with results is to be replaced.
        """
        if choice == "replace":
            self._refuse_to_replace()
        if choice is not None:
            return choice
        name, place = self.paths.name, visible(str(self.paths.root))
        if away := elsewhere(self.paths, self.run):
            raise RunExistsError(
                f"The run {name} already exists in {place} and is never overwritten. {away} Choose --existing new (under a new name) or "
                "--existing stop, or continue it on a login node of that cluster."
            )
        if not prompts.somebody_there():
            raise RunExistsError(
                f"The run {name} already exists in {place} and is never overwritten. Choose --existing continue, --existing new (under a "
                "new name), --existing replace (the old run is kept aside; only possible while no "
                "evaluation has been successful) or --existing stop."
            )
        count = counted(self.successes, "successful evaluation")
        print(f"The run {name} already exists in {place}, with {count}.")
        print("\n".join(self._comparison()))
        answers = {word: name for name in CHOICES for word in (name, name[0])} | {"": "stop"}
        if self.successes:
            question = "Continue it, start under a new name, or stop? [c/n/S] "
            answers = {word: name for word, name in answers.items() if name != "replace"}
        else:
            question = (
                "Continue it, replace it (it is kept aside), start under a new name, or stop? [c/r/n/S] "
            )
        answer = prompts.choose(question, answers)
        if answer == "replace":
            self._refuse_to_replace()
        return answer

    def changed(self, args: argparse.Namespace) -> Run:
        """The run with the resources and limits of the config at hand, from now on; says what stays as it was.

        Raises ConfigError where they do not fit the cluster, DrivenError where somebody drives the run.
        """
        print("\n".join(map(visible, self._comparison())))
        changes = {field.path: _text(field, self.wanted) for field in self._changing}
        return change(self.paths, changes, args)

    def set_aside(self) -> None:
        """Give its folder another name, so that the run that was given can have this one."""
        kept_paths = set_aside(self.paths)
        print(f"The earlier run is kept in {visible(str(kept_paths.root))}.", flush=True)

    def _refuse_to_replace(self) -> None:
        if self.successes:
            raise UsageError(
                f"The run {self.paths.name} has {counted(self.successes, 'successful evaluation')}, so it "
                "is not replaced. Choose another name, or --existing new."
            )
        refuse_elsewhere(self.paths, self.run)
        current_claim = claim(self.paths)
        refuse_if_driven(self.paths, current_claim)
        if current_claim.standing not in (Standing.OVER, Standing.NEVER):
            raise UsageError(
                f"Workers of the run {self.paths.name} may still be running, since it was interrupted. To "
                "end them before it is replaced:\n"
                f"  {run_command('cancel', self.paths)}"
            )

    @property
    def _changing(self) -> list[Field]:
        """What the config at hand changes: not what `resume` has changed, and the config still has as at the start."""
        return [
            field
            for field in CHANGEABLE
            if _text(field, self.wanted) not in (_text(field, self.run), _text(field, self.started))
        ]

    def _comparison(self) -> Iterator[str]:
        """What the config at hand has differently, and what becomes of that."""
        changed = [(field.path, *_old_and_new(field, self.run, self.wanted)) for field in self._changing]
        fixed = [
            (field.path, *_old_and_new(field, self.run, self.wanted))
            for field in FIELDS
            if field.path in FIXED and field.path not in _NOT_COMPARED
        ]
        fixed = [(path, old, new) for path, old, new in fixed if old != new]
        fixed += _parameters(self.run, self.wanted)
        stays = [
            (field.path, *_old_and_new(field, self.run, self.wanted))
            for field in CHANGEABLE
            if field not in self._changing and _text(field, self.wanted) != _text(field, self.run)
        ]
        yield from _listed("Differences in the new config that take effect if the run continues:", changed)
        yield from _listed("Differences in the new config that cannot be applied to this run:", fixed)
        yield from _listed("Changes made after the start, which stay in effect if the run continues:", stays)
        if not (changed or fixed or stays):
            yield "The new config is the same."


def _listed(title: str, differences: list[tuple[str, str, str]]) -> Iterator[str]:
    if differences:
        yield title
        yield from (
            f"  {path}: {old or 'empty'} in the run, {new or 'empty'} in the config"
            for path, old, new in differences
        )


def _text(field: Field, run: Run) -> str:
    return field_text(field, getattr(run, field.attribute))


def _old_and_new(field: Field, run: Run, wanted: Run) -> tuple[str, str]:
    return _text(field, run), _text(field, wanted)


def _parameters(run: Run, wanted: Run) -> list[tuple[str, str, str]]:
    """The parameters that differ, as they are in both."""
    old = {parameter.name: _described(parameter) for parameter in run.parameters}
    new = {parameter.name: _described(parameter) for parameter in wanted.parameters}
    names = dict.fromkeys([*old, *new])
    all_texts = [
        (f"parameters.{name}", old.get(name, "not there"), new.get(name, "not there")) for name in names
    ]
    differ = [(path, before, now) for path, before, now in all_texts if before != now]
    if not differ and list(old) != list(new):
        differ = [("parameters", f"in the order {', '.join(old)}", f"in the order {', '.join(new)}")]
    return differ


def _described(parameter: Parameter) -> str:
    settings = " ".join(f"{key}={setting_text(value)}" for key, value in parameter.settings.items())
    return f"{parameter.type} {settings}"
