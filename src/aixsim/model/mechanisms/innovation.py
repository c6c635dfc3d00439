"""Innovation: firms that decide of their own accord, whatever others do.

Law: hazard ``p``, constant, in 1/month: the coefficient of innovation of Bass (1969), doi:10.1287/mnsc.15.5.215.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Innovation(Parameters):
    """Parameters of the law."""

    rate: float = real(
        2.6e-4,
        "1/month",
        0.0,
        1.0,
        "coefficient of innovation p: hazard of a firm of mean susceptibility without influence of others",
        "behaviour_parameters.csv (Bass fits: 0.0047 to 0.0085 a year for smart factories)",
        "assumed",
        "lognormal, median 2.6e-4, sigma 0.25; centred on the 213 and 519 applications counted in 2024 and 2025",
    )


def hazard(sensed: float, p: Innovation) -> float:  # noqa: ARG001 - every law has the same signature; this one senses nothing
    """Returns the hazard in 1/month; ``p.rate`` is p in 1/month."""
    return p.rate


MECHANISM = Mechanism(
    name="innovation",
    title="Firms decide of their own accord",
    law="p",
    senses="nothing",
    hazard=hazard,
    parameters=Innovation,
    source="Bass (1969), doi:10.1287/mnsc.15.5.215",
)
