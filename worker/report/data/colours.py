"""The colours of all plots: a perceptual ramp and eight categories, readable by colour-blind people."""

from __future__ import annotations

# From the best to the worst. The best always stands out most: dark on a light page, bright on a dark one.
# Sampled from viridis, without the end that the page would swallow.
RAMP_LIGHT = (
    *("#440154", "#482173", "#423f85", "#38598c", "#2d718e", "#24868e"),
    *("#1e9d89", "#2db27d", "#56c667", "#8bd646", "#cae11f"),
)
RAMP_DARK = (
    *("#fde725", "#cde11d", "#98d83e", "#67cc5c", "#3fbc73", "#25ab82"),
    *("#1f988b", "#25858e", "#2c728e", "#355f8d", "#3e4989"),
)
# Each on a light and on a dark page. Whatever cones one lacks, each two differ by 13 or more in CIEDE2000 (tests measure it).
CATEGORIES = (
    ("#004499", "#4488ff"),
    ("#dd6622", "#ee6600"),
    ("#559977", "#00bb77"),
    ("#aa5588", "#bb77aa"),
    ("#554400", "#ffee11"),
    ("#7755ff", "#aabbff"),
    ("#444455", "#ddddee"),
    ("#bb2244", "#ffbbbb"),
)
# On white paper, as assets/base.css has them for pages.
ACCENT, MARK = "#00558c", "#d1006c"


def palette() -> dict[str, object]:
    """The colours as the scripts of the pages read them."""
    return {"light": RAMP_LIGHT, "dark": RAMP_DARK, "categories": CATEGORIES}
