"""Which options are worth searching, and between what: by what they are called, their type, and their default."""

from __future__ import annotations

import re
from collections.abc import Callable

from worker.spec.foreign import parameters as make
from worker.spec.run import ParameterDraft
from worker.spec.scan.option import Option

# Where data are and results go, how a program talks, what it runs on, and what makes a search repeatable: nobody searches these.
_NOT_SEARCHED = re.compile(
    r"(?:^|_)(?:seed|random_state|data|dataset|datadir|root|path|file|filename|dir|directory|folder|in|input|out|output|outdir|save|"
    r"load|log|logs|logdir|verbose|quiet|debug|device|gpu|gpus|cuda|cpu|cpus|workers|num_workers|threads|n_jobs|"
    r"jobs|port|host|name|project|entity|resume|checkpoint|ckpt|config|version|help|tag|url|user|every|interval|"
    r"frequency|freq|rank|world_size|precision|format|prefix|suffix|note|notes|iface|dtype)(?:_|$)"
)
_POWERS = tuple(2**exponent for exponent in range(3, 11))
_TINY = 1e-100  # a default that is meant as 0: a range around it would end at 0
Maker = Callable[[Option, float | None], ParameterDraft]


class NotSearchedError(ValueError):
    """An option that is not proposed; the text says what all options are that are not for the same reason."""


def _log(low: float, high: float) -> Maker:
    """A logarithmic range that reaches a factor of ten beyond a default outside of it."""

    def maker(option: Option, default: float | None) -> ParameterDraft:
        ends = [low, high]
        if default is not None and default > 0:
            ends = [min(low, default / 10), max(high, default * 10)] if not low <= default <= high else ends
        return make.between(option.name, *map(_short, ends), log=True)

    return maker


def _even(low: float, high: float, beyond: float) -> Maker:
    """An even range, up to `beyond` where the default is above `high`."""

    def maker(option: Option, default: float | None) -> ParameterDraft:
        return make.between(option.name, low, beyond if default is not None and default > high else high)

    return maker


def _powers_of_two(option: Option, default: float | None) -> ParameterDraft:
    """Some powers of two around the default, and the default itself."""
    middle = default if default and default > 0 else 64
    values = sorted({*(power for power in _POWERS if middle / 8 <= power <= middle * 8), int(middle)})
    return make.listed(option.name, values, ordered=True)


def _whole(low: int, high: int, *, log: bool = False) -> Maker:
    """Whole numbers; up to four times a default that is beyond."""

    def maker(option: Option, default: float | None) -> ParameterDraft:
        least = low if default is None else min(low, int(default))
        greatest = high if default is None or default <= high else 4 * int(default)
        return make.between(option.name, least, greatest, whole=True, log=log and least > 0)

    return maker


def _around(option: Option, default: float | None) -> ParameterDraft:
    """By the default alone: a factor of ten to both sides, or of four for whole numbers; as logarithms."""
    whole = option.takes == "integer"
    if default is None:
        raise NotSearchedError("without a default, and with a name that says nothing about a range")
    if default == 0:
        return make.between(option.name, 0, 10 if whole else 1, whole=whole)
    factor = 4 if whole else 10
    if default < 0:
        return make.between(option.name, factor * default, 0, whole=whole)
    ends: tuple[float, float] = (default / factor, default * factor)
    if whole:
        ends = (max(1, int(default) // factor), int(default) * factor)
    return make.between(option.name, *map(_short, ends), whole=whole, log=True)


# The usual names of real and of whole numbers, and what these lie between; the first that fits counts.
_REALS: tuple[tuple[str, Maker], ...] = (
    ("lr|learning_rate|step_size|eta", _log(1e-5, 1e-1)),
    ("weight_decay|wd|l2|l1|reg|regularization|regularisation|lambda|alpha|decay", _log(1e-6, 1e-1)),
    ("dropout|drop|drop_rate|dropout_rate|droprate", _even(0, 0.5, 0.9)),
    ("momentum|beta1|beta_1", _even(0.5, 0.99, 0.999)),
    ("beta2|beta_2|gamma", _even(0.9, 0.999, 1)),
    ("label_smoothing|smoothing|mixup|noise", _even(0, 0.3, 1)),
    ("warmup|warmup_ratio", _even(0, 0.2, 1)),
)
_WHOLES: tuple[tuple[str, Maker], ...] = (
    ("batch_size|batch|bs|batchsize", _powers_of_two),
    ("epochs|epoch|n_epochs|num_epochs", _whole(5, 50, log=True)),
    (
        "hidden|units|width|hidden_size|hidden_dim|dim|embed_dim|channels|filters|neurons",
        _whole(16, 512, log=True),
    ),
    ("layers|num_layers|n_layers|depth|max_depth|blocks", _whole(1, 8)),
    ("heads|num_heads|n_heads", _whole(1, 8)),
    ("n_estimators|trees|num_trees|num_leaves|leaves", _whole(10, 500, log=True)),
    ("patience", _whole(3, 30)),
)
_USUAL = tuple(
    (re.compile(rf"(?:^|_)(?:{names})(?:_|\d*$)"), maker, whole)
    for whole, table in ((False, _REALS), (True, _WHOLES))
    for names, maker in table
)


def parameter(option: Option) -> ParameterDraft:
    """The parameter that is proposed for an option. Raises NotSearchedError with the reason, NotCarriedError."""
    return proposal(option)[0]


def proposal(option: Option) -> tuple[ParameterDraft, str]:
    """The same, and where its range comes from, in a few words."""
    name = option.name.lower()
    if option.takes == "switch":
        raise NotSearchedError("switches")
    if _NOT_SEARCHED.search(name):
        raise NotSearchedError("places, logs, seeds and the like")
    if option.choices:
        return make.listed(option.name, list(option.choices)), "its own choices"
    if option.takes == "text":
        raise NotSearchedError("any text")
    default = make.number(option.default) if option.default not in (None, "") and option.takes else None
    if default is not None and abs(default) < _TINY:
        default = 0
    if option.low is not None and option.high is not None:
        whole = option.takes == "integer"
        ends = map(_short, (option.low, option.high))
        return make.between(option.name, *ends, whole=whole), "its own range"
    for names, maker, whole in _USUAL:
        # A learning rate is no whole number, and a batch size is one.
        if names.search(name) and (not option.takes or whole == (option.takes == "integer")):
            return maker(option, default), "usual for this name"
    return _around(option, default), "around its default"


def _short(number: float) -> float:
    return float(f"{number:.3g}") if isinstance(number, float) else number
