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
# Each on a light and on a dark page.
CATEGORIES = (
    ("#005ea4", "#489cd0"),
    ("#be4d00", "#ee8c47"),
    ("#148668", "#19d1a3"),
    ("#9d3c7f", "#e198c3"),
    ("#533f01", "#e5c100"),
    ("#5f42c2", "#a9a0ff"),
    ("#4a4a4a", "#d5d2d1"),
    ("#bc002d", "#ff999b"),
)


def palette() -> dict[str, object]:
    """The colours as the scripts of the pages read them."""
    return {"light": RAMP_LIGHT, "dark": RAMP_DARK, "categories": CATEGORIES}
