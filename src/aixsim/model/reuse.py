"""Reuse: a solution that a customer, a sibling site or the lead of the firm's started collaboration model has in operation.

It makes the firm's own project cheaper, faster and surer. Knowledge never falls: a firm knows a solution from the month after a partner
started operating it, also when the partner gives it up later. Joint development multiplies what is learned from a large firm.
"""

from __future__ import annotations

from typing import Final

from aixsim.model.parameters import Parameters, derived, fraction

NO_SOLUTION, SOLUTION, LARGE_FIRMS_SOLUTION = range(3)
"""What a firm knows: nothing, the solution of a partner, the solution of a large firm."""
_SOURCE: Final = "assumed; no study gives this effect"


class Reuse(Parameters):
    """What a partner's solution in operation spares."""

    cost: float = fraction(0.0, "share of a project's cost that it spares", _SOURCE, "assumed", "0 to 0.5")
    duration: float = fraction(0.0, "share of a project's duration that it spares", _SOURCE, "assumed", "0 to 0.6")
    success: float = fraction(0.0, "share of the risk to fail that it takes away", _SOURCE, "assumed", "0 to 0.6")

    @derived
    def is_active(self) -> bool:
        """Whether it changes anything."""
        return self.cost > 0.0 or self.duration > 0.0 or self.success > 0.0


def spared(share: float, known: int, strength: float) -> float:
    """Returns the share that a known solution spares, in 0..1.

    Args:
        share: that the solution of a partner spares.
        known: ``NO_SOLUTION``, ``SOLUTION`` or ``LARGE_FIRMS_SOLUTION``.
        strength: of joint development with large firms, 1 without it.
    """
    if known == NO_SOLUTION:
        return 0.0
    if known == SOLUTION:
        return share
    return min(share * strength, 1.0)


def surer(chance: float, share: float) -> float:
    """Returns the chance of success when a share of the risk to fail is taken away."""
    if share <= 0.0:
        return chance
    return 1.0 - (1.0 - chance) * (1.0 - share)
