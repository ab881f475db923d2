"""The groups of packages that a plain installation does not have, by their names in pyproject.toml: what they are for, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """What it is for, the packages as pip is told of them, and the modules by which one sees whether they are there."""

    purpose: str
    packages: tuple[str, ...]
    modules: tuple[str, ...]


EXTRAS: Mapping[str, Extra] = {
    "plots": Extra("pictures for papers (svg, png, pdf, gif)", ("matplotlib>=3.8",), ("matplotlib",)),
    "importance": Extra("which parameters matter", ("scikit-learn>=1.4",), ("sklearn",)),
    "optuna": Extra(
        "Optuna's samplers, and exports to its storages", ("optuna>=4", "cmaes>=0.11"), ("optuna", "cmaes")
    ),
    "optuna-gp": Extra("Optuna's Gaussian process", ("optuna>=4", "torch>=2"), ("optuna", "torch")),
    "parquet": Extra("exports as Parquet", ("pandas>=2.2", "pyarrow>=15"), ("pandas", "pyarrow")),
    "yaml": Extra("search spaces of W&B and NNI", ("pyyaml>=6",), ("yaml",)),
}
USUAL = ("plots", "importance")  # what the results of any run want


def groups_with(modules: tuple[str, ...]) -> list[str]:
    """The first groups that have each of these modules. Raises StopIteration where one belongs to none."""
    return list(
        dict.fromkeys(
            next(name for name, extra in EXTRAS.items() if module in extra.modules) for module in modules
        )
    )
