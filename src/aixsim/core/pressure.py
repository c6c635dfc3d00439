"""Pressure and resistance in fixed point, so that sums depend neither on order nor on the machine.

Pressure is counted in units of ``1 / UNIT``. A firm decides in the first month in which its accumulated pressure reaches its
resistance divided by its susceptibility (Sellke 1983, doi:10.2307/3213811): in law the same as a coin tossed every month with
chance ``1 - exp(-hazard)``, with one random number a firm.
"""

from __future__ import annotations

import math
from typing import Final

UNIT: Final = 2.0**44
"""Pressure 1.0; the resolution of 6e-14 is far below any hazard, and 500,000 units of pressure fit into 63 bits."""

HIGHEST_INCREMENT: Final = 1000.0
"""Pressure that one month can add at most; a firm of mean susceptibility resists it with chance exp(-1000)."""

NEVER: Final = 2**62
"""Threshold of a firm that no pressure moves."""


def increment(climate: float, attraction: float, hazard: float) -> int:
    """Returns the pressure that a month adds: ``m(t) * e_z(t) * hazard`` in units, rounded to the nearest."""
    pressure = climate * attraction * hazard
    pressure = min(pressure, HIGHEST_INCREMENT)
    return int(pressure * UNIT + 0.5)


def threshold(resistance: float, susceptibility: float) -> int:
    """Returns the pressure in units at which a firm decides; at least 1, so that no pressure never suffices."""
    if susceptibility <= 0.0:
        return NEVER
    units = resistance / susceptibility * UNIT
    # Compared before it becomes a whole number: a susceptibility near zero gives more than 63 bits hold, or infinity.
    if units >= NEVER:
        return NEVER
    if units < 1.0:
        return 1
    return math.ceil(units)
