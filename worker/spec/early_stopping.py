"""The rules by which running evaluations that are not promising may be ended."""

from __future__ import annotations

OFF, MEDIAN, ASHA, WILCOXON = "off", "median", "asha", "wilcoxon"
EARLY_STOPPING = (OFF, MEDIAN, ASHA, WILCOXON)
