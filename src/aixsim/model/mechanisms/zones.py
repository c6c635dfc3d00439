"""Zones: firms in a regulation-free zone try what rules forbid elsewhere.

Law: hazard ``q_zone * activity``, in 1/month, with the activity of the zone of the firm's province and sector in 0..1. No study of the
effect was found: the rate is assumed, from a tenth of what firms decide of their own accord to as much as that.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Card


def hazard(sensed: float, rate: float) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the zone's activity in 0..1, ``rate`` is q_zone in 1/month."""
    return rate * sensed


MECHANISM = Mechanism(
    name="zones",
    title="Firms in regulation-free zones experiment",
    law="q_zone * activity of the regulation-free zone",
    senses="zone_activity",
    hazard=hazard,
    cards=(
        Card(
            name="rate",
            default=1.0e-4,
            unit="1/month",
            low=0.0,
            high=1.0,
            meaning="q_zone: hazard of a firm in a fully active zone",
            source="assumed; compare the innovation rate",
            confidence="assumed",
            prior="loguniform, 3e-5 to 3e-4",
        ),
    ),
    source="assumed",
)
