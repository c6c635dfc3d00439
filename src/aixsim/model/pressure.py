"""Pressure and resistance in whole numbers, so that sums depend neither on order nor on the machine.

A hazard is a whole number of ``1 / RATE_UNIT`` a month, and a calendar month lets a whole number of ``1 / PACE_UNIT`` *economic* months
pass: more when the climate is good and a project attracts, fewer otherwise. Pressure is hazard times economic time, in units of
``1 / UNIT``. While a hazard stays the same, pressure is therefore linear in economic time, exactly: an engine may add it month by month or
all at once.

A firm decides in the first month in which its accumulated pressure reaches its resistance divided by its susceptibility (Sellke 1983,
doi:10.2307/3213811): in law the same as a coin tossed every month with chance ``1 - exp(-hazard)``, with one random number a firm.
"""

from __future__ import annotations

import math
from typing import Final

RATE_UNIT: Final = 2.0**36
"""Hazard of 1/month; the resolution of 1.5e-11 is far below what any hazard is known to."""

PACE_UNIT: Final = 2**18
"""One economic month; a month of average climate and no support lets just so much pass."""

UNIT: Final = 2.0**54
"""Pressure 1.0."""

NEVER: Final = 2**61
"""Threshold of a firm that no pressure moves: 128 times what a firm of mean susceptibility resists on average."""

CEILING: Final = NEVER - 1
"""The highest pressure that is told from a higher one."""

FASTEST: Final = 1000.0
"""Highest hazard in 1/month, and most economic months in a month."""

_FITS: Final = 2.0**62


def rate(hazard: float) -> int:
    """Returns a hazard in 1/month as a whole number of ``1 / RATE_UNIT``, rounded to the nearest."""
    return int(min(hazard, FASTEST) * RATE_UNIT + 0.5)


def pace(climate: float, attraction: float) -> int:
    """Returns the economic time that a month lets pass, ``m(t) * e_z(t)``, as a whole number of ``1 / PACE_UNIT`` months."""
    return int(min(climate * attraction, FASTEST) * PACE_UNIT + 0.5)


def grown(pressure: int, rate: int, time: int) -> int:
    """Returns a pressure after some economic time under a constant hazard, at most ``CEILING``."""
    # Compared before it is multiplied: the product may need more than 63 bits.
    if float(rate) * float(time) >= _FITS:
        return CEILING
    return min(pressure + rate * time, CEILING)


def reaches(shared: int, own: int, threshold: int) -> bool:
    """Returns whether the milieu's and the firm's own pressure together reach a threshold; ``NEVER`` is never reached."""
    return min(shared + own, CEILING) >= threshold


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


def lowered(shared: int, own: int, threshold: int, factor: float) -> int:
    """Returns the threshold of a firm whose susceptibility is multiplied by ``factor``: what is left to resist shrinks by it."""
    if threshold >= NEVER:
        return NEVER
    # A division by 1 would round what is left to 53 bits.
    if factor == 1.0:
        return threshold
    return shared + own + math.ceil((threshold - shared - own) / factor)


def raised(shared: int, own: int, resistance: int) -> int:
    """Returns the threshold of a firm that resists anew, on top of the pressure that it has withstood."""
    return min(shared + own + resistance, NEVER)
