"""How colours look to people who lack one kind of cone, and how far apart they then are."""

from __future__ import annotations

import math
from collections.abc import Mapping

Lab = tuple[float, float, float]
Matrix = tuple[Lab, Lab, Lab]

# In linear RGB: Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency (2009),
# severity 1.0.
VISIONS: Mapping[str, Matrix] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_TO_XYZ = (
    (0.4124, 0.3576, 0.1805, 0.9505),
    (0.2126, 0.7152, 0.0722, 1.0),
    (0.0193, 0.1192, 0.9505, 1.089),
)


def _linear(colour: str) -> list[float]:
    coded = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in coded]


def _times(row: Lab, colour: list[float]) -> float:
    return math.fsum(a * b for a, b in zip(row, colour, strict=True))


def lab(colour: str, vision: str = "all") -> Lab:
    """A colour (#rrggbb) as it is seen, in CIE L*a*b* (D65)."""
    seen = [min(1.0, max(0.0, _times(row, _linear(colour)))) for row in VISIONS[vision]]
    xyz = [_times(row[:3], seen) / row[3] for row in _TO_XYZ]
    x, y, z = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2, from 1 to 21."""
    lights = sorted(_times(_TO_XYZ[1][:3], _linear(colour)) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def difference(one: Lab, other: Lab) -> float:
    """How different two colours look: CIEDE2000 (ISO/CIE 11664-6); 1 is about what can just be seen beside each other."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    a1, a2 = stretch * a1, stretch * a2
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = 0.0 if grey else (h2 - h1 + 180) % 360 - 180
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if grey else (h1 + turn / 2) % 360
    weight = (
        1
        - 0.17 * math.cos(math.radians(mean_h - 30))
        + 0.24 * math.cos(math.radians(2 * mean_h))
        + 0.32 * math.cos(math.radians(3 * mean_h + 6))
        - 0.20 * math.cos(math.radians(4 * mean_h - 63))
    )
    away = (mean_l - 50) ** 2
    by_l = (l2 - l1) / (1 + 0.015 * away / math.sqrt(20 + away))
    by_c = (c2 - c1) / (1 + 0.045 * mean_c)
    by_h = hue / (1 + 0.015 * mean_c * weight)
    twist = -2 * math.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    twist *= math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2))))
    return math.sqrt(by_l**2 + by_c**2 + by_h**2 + twist * by_c * by_h)
