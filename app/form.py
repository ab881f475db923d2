"""The form of the page as WTForms fields, made from the tables of `worker.spec` and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields import choices
from wtforms.form import BaseForm

from app.catalogue import CLUSTER_DEFAULT, Catalogue
from app.form_layout import COMPACT
from app.form_state import FormState
from worker.spec.field_definition import Field
from worker.spec.field_values import field_text
from worker.spec.fields import BY_PATH
from worker.spec.hook_fields import HOOK_FIELDS
from worker.spec.text import shown

_PARTITION = "slurm.partition"
_PARTITION_QUERY = BY_PATH[_PARTITION].query
_LOOK_AT_OTHERS = (_PARTITION, "slurm.enable_gpus", "slurm.gpus")
_WHERE_STARTED = "on the cluster where the run is started"
_NO_PARTITIONS = Catalogue({}, "")
# One line each, but longer than most fields are wide.
_LONG = (
    "run.objective",
    "environment.before",
    *(field.path for field in HOOK_FIELDS if field.kind == "line"),
)
_Option = tuple[str, str, dict[str, str]]


def make_form(state: FormState, catalogue: Catalogue, fields: Iterable[Field]) -> Any:
    """A WTForms form of some fields with the texts of `state`, which are called as in the URL.

    The parameters are no part of it: as WTForms fields, hundreds of them take longer than all the rest of the page.
    """
    texts = {field.query: state.values[field.query] for field in fields}
    if _PARTITION_QUERY in texts:
        texts[_PARTITION_QUERY] = partition_choice(state, catalogue)
    return _form(texts, catalogue, fields)


def partition_choice(state: FormState, catalogue: Catalogue) -> str:
    """Which of the partitions that the form offers is chosen in it."""
    return catalogue.choice(state.values[BY_PATH["slurm.cluster"].query], state.values[_PARTITION_QUERY])


def _form(texts: Mapping[str, str], catalogue: Catalogue, fields: Iterable[Field]) -> Any:
    form = BaseForm({field.query: _field(field, texts[field.query], catalogue) for field in fields})
    form.process(MultiDict(texts))
    return form


class UntouchedFields:
    """The HTML of fields with their defaults and without problems, as most fields of most pages are: each made once."""

    def __init__(self, macros: Any) -> None:
        """macros: the template module that draws a field."""
        self._macros = macros
        self._made: dict[str, Markup] = {}

    @staticmethod
    def includes(field: Field, state: FormState) -> bool:
        """Whether the field is one of them, where nothing is wrong with it; a few look different with others."""
        return field.path not in _LOOK_AT_OTHERS and not state.differs_in([field.query])

    def html(self, field: Field) -> Markup:
        """The field with its default."""
        if field.query not in self._made:
            form = _form({field.query: field_text(field, field.default)}, _NO_PARTITIONS, [field])
            self._made[field.query] = self._macros.field(
                form[field.query], field, [], folded=field.path in COMPACT
            )
        return self._made[field.query]


def _field(field: Field, text: str, catalogue: Catalogue) -> Any:
    attributes = {"inputmode": "numeric"} if field.kind == "integer" else {}
    if field.unit:
        # The form is sent whatever is typed; this only tells the unit beside it whether it is meant.
        attributes["pattern"] = "[0-9.]*"
    if field.path == _PARTITION:
        return _select(field.label, _partition_options(catalogue, text), [text], attributes)
    if field.kind == "choice":
        return _select(field.label, [_with_words(field, name) for name in field.choices], [text], attributes)
    if field.kind == "switch":
        return BooleanField(field.label, false_values=("0", ""), render_kw=attributes)
    if field.kind in ("lines", "points", "variables") or field.path in _LONG:
        rows = {"rows": "1", "data-one-line": ""} if field.path in _LONG else {"rows": "3"}
        return TextAreaField(field.label, render_kw=attributes | rows)
    # Numbers are asked for as text: a browser's number field hides what it does not like, instead of sending it.
    return StringField(field.label, render_kw=attributes)


def _with_words(field: Field, name: str) -> _Option:
    return name, field.choice_words.get(name, name), {}


def _partition_options(catalogue: Catalogue, chosen: str) -> list[_Option]:
    first: _Option = ("", CLUSTER_DEFAULT, {})
    if not catalogue.clusters:
        return [first, *((partition.key, partition.label, {}) for partition in catalogue.partitions.values())]
    options = [first, *_options_by_cluster(catalogue)]
    if chosen in catalogue.partitions:  # as in a link that names no cluster
        options.insert(1, (chosen, f"{catalogue.partitions[chosen].label}, {_WHERE_STARTED}", {}))
    return options


def _options_by_cluster(catalogue: Catalogue) -> Iterator[_Option]:
    for name, cluster in catalogue.clusters.items():
        yield catalogue.choice(name, ""), f"{name}: {CLUSTER_DEFAULT}", {}
        for partition in cluster.partitions.values():
            yield catalogue.choice(name, partition.key), f"{name}: {partition.label}", {}


def _select(
    label: str, options: Sequence[_Option], texts: Iterable[str], attributes: Mapping[str, str]
) -> Any:
    """A choice that also shows texts that are none of its options, so that a wrong link is seen and not corrected."""
    values = {value for value, _, _ in options}
    others: list[_Option] = [
        (text, f"{shown(text)} (unknown)", {}) for text in dict.fromkeys(texts) if text not in values
    ]
    # WTForms 3.3, which needs Python 3.11, has a class for an option; the version before takes tuples.
    make_option = getattr(choices, "SelectChoice", lambda *option: option)
    offered = [make_option(*option) for option in (*options, *others)]
    return SelectField(label, choices=offered, validate_choice=False, render_kw=dict(attributes))
