"""Innovation: firms that decide of their own accord, whatever others do.

Law: hazard ``p``, constant, in 1/month: the coefficient of innovation of Bass (1969), doi:10.1287/mnsc.15.5.215.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Card


def hazard(sensed: float, rate: float) -> float:  # noqa: ARG001 - every law has the same signature; this one senses nothing
    """Returns the hazard in 1/month; ``rate`` is p in 1/month."""
    return rate


MECHANISM = Mechanism(
    name="innovation",
    title="Firms decide of their own accord",
    law="p",
    senses="nothing",
    hazard=hazard,
    cards=(
        Card(
            name="rate",
            default=2.6e-4,
            unit="1/month",
            low=0.0,
            high=1.0,
            meaning="coefficient of innovation p: hazard of a firm of mean susceptibility that nobody influences",
            source="behaviour_parameters.csv (Bass fits: 0.0047 to 0.0085 a year for smart factories)",
            confidence="assumed",
            prior="lognormal, median 2.6e-4, sigma 0.25; centred on the 213 and 519 applications counted in 2024 and 2025",
        ),
    ),
    source="Bass (1969), doi:10.1287/mnsc.15.5.215",
)
