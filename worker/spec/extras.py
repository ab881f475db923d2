"""The groups of packages that a plain installation does not have, by their names in pyproject.toml: what they are for, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """What it is for, the packages as pip is told of them, and the module by which one sees whether it is there."""

    purpose: str
    packages: tuple[str, ...]
    module: str


EXTRAS: Mapping[str, Extra] = {
    "plots": Extra("pictures for papers (svg, png, pdf, gif)", ("matplotlib>=3.8",), "matplotlib"),
    "importance": Extra("which parameters matter", ("scikit-learn>=1.4",), "sklearn"),
    "optuna": Extra("Optuna's samplers, and exports to its storages", ("optuna>=4", "cmaes>=0.11"), "optuna"),
    "parquet": Extra("exports as Parquet", ("pandas>=2.2", "pyarrow>=15"), "pyarrow"),
    "yaml": Extra("search spaces of W&B and NNI", ("pyyaml>=6",), "yaml"),
}
USUAL = ("plots", "importance")  # what the results of any run want
