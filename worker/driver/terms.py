"""The terms of a run, such as resources and limits, which may change between two drivers; and what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from worker.spec.field_values import field_text
from worker.spec.fields import CHANGEABLE
from worker.spec.parameters import Parameter
from worker.spec.run import Run
from worker.spec.setting_values import setting_text
from worker.spec.text import cut_in_the_middle
from worker.store.journal_records import Driver

WORKERS = "run.workers"
_LONGEST = 300  # characters of the settings of a parameter


def terms_of(run: Run) -> dict[str, str]:
    """The terms as a driver writes them down when it begins: path of a field -> text."""
    limits = {field.path: field_text(field, getattr(run, field.attribute)) for field in CHANGEABLE}
    return {
        **limits,
        **{f"parameters.{parameter.name}": _settings(parameter) for parameter in run.parameters},
    }


def _settings(parameter: Parameter) -> str:
    """The settings of a parameter in a line; of very long lists, the beginning and the end."""
    texts = (f"{key} {setting_text(value)}" for key, value in parameter.settings.items())
    return cut_in_the_middle(", ".join(texts), _LONGEST)


def before(drivers: Sequence[Driver], epoch: int) -> Mapping[str, str]:
    """The terms under which the driver before that of `epoch` drove; {} where it wrote none down."""
    earlier = [driver for driver in drivers if driver.epoch < epoch]
    return earlier[-1].terms if earlier else {}


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """What has changed, one sentence each."""
    for path, text in new.items():
        if path in old and old[path] != text:
            yield f"{path} is {text or 'empty'} from now on, not {old[path] or 'empty'}"
