"""The settings that parameters can have, such as min and q: what each is called in every format, and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SettingKind = Literal["integer", "real", "switch", "text", "options", "weights", "condition"]


@dataclass(frozen=True)
class ParameterSetting:
    """One setting. Which types need or take it, and how they read it, is in the table of types.

    key: in the TOML config. label: on the page. symbol: in a sentence. query: suffix of the URL key
    `param_N_<suffix>`. original: stem of the original's config.ini key `<stem>_N`. original_json: key in the objects of its
    config.json. positive: must be greater than 0. form_place: its place in the form; the URL keeps the order of the table.
    """

    key: str
    label: str
    symbol: str
    query: str
    original: str
    original_json: str
    positive: bool
    form_place: int


SETTINGS: Mapping[str, ParameterSetting] = {
    setting.key: setting
    for setting in (
        ParameterSetting("max", "Max", "Max", "value_max", "max_dim", "max", False, 2),
        ParameterSetting("min", "Min", "Min", "value_min", "min_dim", "min", False, 1),
        ParameterSetting("step", "Step", "Step", "value_step", "step_dim", "step", True, 5),
        ParameterSetting("log", "Logarithmic", "Log", "log", "log", "log", False, 9),
        ParameterSetting("q", "q (step)", "q", "value_q", "q", "q", True, 6),
        ParameterSetting("mu", "μ (mean)", "μ", "mu", "mu", "mu", False, 3),
        ParameterSetting("sigma", "σ (std. dev.)", "σ", "sigma", "sigma", "sigma", True, 4),
        ParameterSetting("values", "Values", "Values", "values", "options", "options", False, 7),
        ParameterSetting("ordered", "Ordered", "Ordered", "ordered", "ordered", "ordered", False, 10),
        ParameterSetting("value", "Value", "Value", "value", "value", "value", False, 8),
        ParameterSetting("when", "Only when", "Only when", "when", "when", "when", False, 11),
    )
}
# A range is asked for from its lower end, and what is rounded to comes last.
IN_FORM_ORDER = tuple(sorted(SETTINGS.values(), key=lambda setting: setting.form_place))
# What every type takes beside its own settings.
COMMON: Mapping[str, SettingKind] = {"when": "condition"}
