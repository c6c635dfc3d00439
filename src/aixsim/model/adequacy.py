"""Adequacy: a project that is not fully paid for takes longer and fails more often."""

from __future__ import annotations

import math
from typing import Final

from aixsim.model.parameters import Parameters, real

_SOURCE: Final = "assumed; no study gives this effect"


class Adequacy(Parameters):
    """What a scope below 1 does to a project."""

    success_exponent: float = real(0.0, "1", 0.0, 10.0, "power of the scope that multiplies the chance", _SOURCE, "assumed", "0 to 0.5")
    duration_exponent: float = real(0.0, "1", 0.0, 10.0, "power of the scope that divides the duration", _SOURCE, "assumed", "0 to 0.5")


def power_of_scope(scope: float, exponent: float) -> float:
    """Returns the scope to a power; ``math.pow`` gives exactly 1 for a project that is fully paid for, and for an exponent of 0.

    Args:
        scope: share of the cost that is paid for, above 0, at most 1.
        exponent: 0 or more; 0 gives 1.
    """
    return math.pow(scope, exponent)
