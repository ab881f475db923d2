"""What stands in the form: raw texts, and how they come from a link, a config or the form itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from app.catalogue import Catalogue
from worker.spec.config_limits import PAGE
from worker.spec.field_definition import Field
from worker.spec.field_values import field_raw_text, field_text
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.formats.numbered_keys import count_parameters, impossible_count
from worker.spec.formats.url import COUNT
from worker.spec.parameter_settings import COMMON, SETTINGS, SettingKind
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import DEFAULT_TYPE, REAL_TYPE
from worker.spec.placeholders import with_option
from worker.spec.problem import Problem
from worker.spec.raw_values import raw_text
from worker.spec.run import Draft, ParameterDraft
from worker.spec.setting_values import setting_raw_text

Row = Mapping[str, str]
# The keys of one parameter's fields, without the `param_N_` before them.
ROW_KEYS = ("name", "type", *(setting.query for setting in SETTINGS.values()))
EMPTY_ROW: Row = {**dict.fromkeys(ROW_KEYS, ""), "type": REAL_TYPE}
# Which partition the form was made for; another one in `partition` means that the user has just changed it.
PARTITION_WAS = "partition_was"

_PARTITION = BY_PATH["slurm.partition"].query
_CLUSTER = BY_PATH["slurm.cluster"].query
_ENABLE_GPUS = BY_PATH["slurm.enable_gpus"].query
_OBJECTIVE, _FIRST = BY_PATH["run.objective"].query, BY_PATH["search.start_with"]
_WHEN = SETTINGS["when"].query
_PARAMETER_KEY = re.compile(r"param_(\d{1,9})_", re.ASCII)
_DEFAULTS = {field.query: field_text(field, field.default) for field in FIELDS}


@dataclass(frozen=True)
class Change:
    """A field that the page has changed by itself, and the sentence that says so."""

    query: str
    value: str
    sentence: str


@dataclass(frozen=True)
class FormState:
    """The texts of the form.

    values: a text for every field, by query key. rows: the parameters, by the keys of `ROW_KEYS`; those behind the
    first `shown` ones are kept for when the number of parameters grows again. problems: what could not be read.
    """

    values: Mapping[str, str]
    rows: tuple[Row, ...]
    shown: int
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()

    @cached_property
    def draft(self) -> Draft:
        """The run that the form describes; defaults, and settings that a parameter's type does not need, are left out."""
        values = {
            field.path: text
            for field in FIELDS
            if (text := self.values[field.query]) != _DEFAULTS[field.query]
        }
        return Draft(values, tuple(_parameter(row) for row in self.rows[: self.shown]))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every key and text of the form, with `param_N_` keys for all rows."""
        yield from self.values.items()
        for index, row in enumerate(self.rows):
            yield from ((f"param_{index}_{key}", text) for key, text in row.items())

    def differs_in(self, queries: Iterable[str]) -> bool:
        """Whether one of the fields has another text than its default."""
        return any(self.values[query] != _DEFAULTS[query] for query in queries)

    def with_row_added(self) -> FormState:
        """One parameter more at the end of the shown ones: an empty one, or the next of those kept where all are taken."""
        if self.shown == PAGE.parameters:
            return replace(self, problems=(*self.problems, impossible_count(self.shown + 1, PAGE)))
        if len(self.rows) == PAGE.parameters:
            return replace(self, shown=self.shown + 1)
        rows = (*self.rows[: self.shown], EMPTY_ROW, *self.rows[self.shown :])
        return replace(self, rows=rows, shown=self.shown + 1)

    def without_row(self, index: int) -> FormState:
        """Without the shown parameter `index`."""
        if not 0 <= index < self.shown:
            return self
        return replace(self, rows=self.rows[:index] + self.rows[index + 1 :], shown=self.shown - 1)

    def with_row_inserted(self, index: int) -> FormState:
        """With the value of the shown parameter `index` among the options of the program."""
        if not 0 <= index < self.shown:
            return self
        row, objective = self.rows[index], self.values[_OBJECTIVE].rstrip()
        conditional = bool(row[_WHEN].strip(" "))
        inserted = with_option(objective, row["name"].strip(" "), index, conditional=conditional)
        return replace(self, values={**self.values, _OBJECTIVE: inserted})

    def with_row_moved(self, index: int, step: int) -> FormState:
        """With the shown parameter `index` moved by `step` places."""
        target = index + step
        if not (0 <= index < self.shown and 0 <= target < self.shown):
            return self
        rows = list(self.rows)
        rows.insert(target, rows.pop(index))
        return replace(self, rows=tuple(rows))


def with_program(state: FormState, read: Draft) -> FormState:
    """The form with what was read of a program: parameters that it does not have yet, the command where there is none, the first point.

    Raises TooMuchError where these are too many parameters.
    """
    shown = [row for row in state.rows[: state.shown] if row != EMPTY_ROW]
    names = {row["name"].strip(" ") for row in shown}
    new = [parameter for parameter in read.parameters if parameter.name not in names]
    PAGE.check_parameters(len(shown) + len(new))
    rows = (*shown, *map(_row, new))
    command = of_draft(read).values[_OBJECTIVE]
    present = state.values[_OBJECTIVE].strip()
    words = (
        []
        if not present
        else [word for word in command.split(" ")[1:] if "($" in word and word not in present]
    )
    values = {**state.values, _OBJECTIVE: " ".join([present, *words]) if present else command}
    first = read.values.get(_FIRST.path)
    if first and not state.values[_FIRST.query].strip() and not names:
        values[_FIRST.query] = field_raw_text(_FIRST, first)
    return replace(state, values=values, rows=rows or (EMPTY_ROW,), shown=max(1, len(rows)))


def _parameter(row: Row) -> ParameterDraft:
    kind = PARAMETER_TYPES.get(row["type"])
    needed: Iterable[str] = kind.known if kind else SETTINGS
    settings = {key: row[SETTINGS[key].query] for key in needed}
    given = {key: text for key, text in settings.items() if text or key not in COMMON}
    return ParameterDraft(row["name"], row["type"], given)


def new(draft: Draft) -> FormState:
    """The form of somebody who begins: that of `draft`, which says nothing of parameters, with an empty one."""
    return replace(of_draft(draft), rows=(EMPTY_ROW,))


def of_draft(draft: Draft) -> FormState:
    """The form that shows `draft`."""
    values = dict(_DEFAULTS)
    for field in FIELDS:
        if field.path in draft.values:
            values[field.query] = field_raw_text(field, draft.values[field.path])
    rows = tuple(_row(parameter) for parameter in draft.parameters)
    return FormState(values, rows, len(rows))


def _row(parameter: ParameterDraft) -> Row:
    kind = PARAMETER_TYPES.get(parameter.type)
    needed: Mapping[str, SettingKind] = kind.known if kind else {}
    settings = {}
    for key, raw in parameter.settings.items():
        if key in SETTINGS:
            text = setting_raw_text(needed[key], raw) if key in needed else raw_text(raw)
            settings[SETTINGS[key].query] = text
    return {**EMPTY_ROW, "name": parameter.name, "type": parameter.type, **settings}


def _fill_in(values: dict[str, str], sent: Iterable[str], catalogue: Catalogue) -> None:
    """The page's own defaults: the first partition, and GPUs where a partition has some."""
    if _PARTITION not in sent:
        values[_PARTITION] = catalogue.default
    if _ENABLE_GPUS not in sent:
        values[_ENABLE_GPUS] = "1" if catalogue.has_gpus(values[_PARTITION]) else "0"


def posted(pairs: Iterable[tuple[str, str]], catalogue: Catalogue) -> FormState:
    """The form as it was sent; of a key that comes twice the first counts (a checked box stands before its off value)."""
    sent: dict[str, str] = {}
    for key, text in pairs:
        sent.setdefault(key, text.replace("\r\n", "\n"))
    values = {field.query: _sent(field, sent) for field in FIELDS}
    _fill_in(values, sent, catalogue)
    choice, was = values[_PARTITION], sent.get(PARTITION_WAS)
    cluster, values[_PARTITION] = catalogue.chosen(choice)
    is_new = was is not None and was != choice
    changes = (
        *_after_cluster(cluster, is_new, values[_CLUSTER], catalogue),
        *(_after_new_partition(values, catalogue.of(cluster or "")) if is_new else ()),
    )
    indices = _indices(sent)
    last = max((index for index in indices if index < PAGE.parameters), default=-1)
    rows = tuple(_sent_row(sent, index) for index in range(last + 1))
    shown, problems = count_parameters(sent.get(COUNT, ""), indices, 1, PAGE)
    # Rows behind the shown ones are kept on purpose, which is nothing to speak of.
    problems = tuple(problem for problem in problems if problem.severity != "note")
    rows += (EMPTY_ROW,) * (shown - len(rows))
    return FormState(
        {**values, **{change.query: change.value for change in changes}}, rows, shown, changes, problems
    )


def _sent(field: Field, sent: Mapping[str, str]) -> str:
    text = sent.get(field.query, _DEFAULTS[field.query])
    if field.kind == "line":
        # What is copied from a terminal often ends with a line break, which is as little to be seen as a blank.
        return text.strip("\n")
    return field_raw_text(field, text) if field.kind == "switch" else text


def _indices(sent: Mapping[str, str]) -> set[int]:
    """The numbers of the parameters that were sent."""
    return {int(match[1]) for key in sent if (match := _PARAMETER_KEY.match(key))}


def _sent_row(sent: Mapping[str, str], index: int) -> Row:
    row = {key: sent.get(f"param_{index}_{key}", "") for key in ROW_KEYS}
    row["type"] = row["type"] or DEFAULT_TYPE  # which links do not name
    # The original's key for μ has no prefix.
    return {**row, "mu": row["mu"] or sent.get(f"mu_{index}", "")}


def _after_cluster(chosen: str | None, is_new: bool, present: str, catalogue: Catalogue) -> Iterator[Change]:
    """The cluster that the chosen partition belongs to; `present` is the one in the form."""
    if chosen is not None and chosen != present:
        yield Change(_CLUSTER, chosen, f"The cluster is {chosen}, which the chosen partition belongs to.")
    elif chosen is None and is_new and present in catalogue.clusters:
        yield Change(_CLUSTER, "", "The cluster is the one where the run is started.")


def _after_new_partition(values: Mapping[str, str], catalogue: Catalogue) -> Iterator[Change]:
    """What follows from a partition that the user has just chosen."""
    key = values[_PARTITION]
    has_gpus = catalogue.has_gpus(key)
    if has_gpus is None:
        return
    enabled = values[_ENABLE_GPUS] not in ("", "0")
    if has_gpus and not enabled:
        yield Change(_ENABLE_GPUS, "1", f"GPUs were switched on because the partition {key} has GPUs.")
    if enabled and not has_gpus:
        yield Change(_ENABLE_GPUS, "0", f"GPUs were switched off because the partition {key} has none.")
