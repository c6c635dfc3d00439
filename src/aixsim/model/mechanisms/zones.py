"""Zones: firms in a regulation-free zone try what rules forbid elsewhere.

Law: hazard ``q_zone * activity``, in 1/month, with the activity of the zone of the firm's province and sector in 0..1. No study of the
effect was found: the rate is assumed, from a tenth of what firms decide of their own accord to as much as that.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Zones(Parameters):
    """Parameters of the law."""

    rate: float = real(
        1.0e-4,
        "1/month",
        0.0,
        1.0,
        "q_zone: hazard of a firm in a fully active zone",
        "assumed; compare the innovation rate",
        "assumed",
        "loguniform, 3e-5 to 3e-4",
    )


def hazard(sensed: float, p: Zones) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the zone's activity in 0..1, ``p.rate`` is q_zone in 1/month."""
    return p.rate * sensed


MECHANISM = Mechanism(
    name="zones",
    title="Firms in regulation-free zones experiment",
    law="q_zone * activity of the regulation-free zone",
    senses="zone_activity",
    hazard=hazard,
    parameters=Zones,
    source="assumed",
)
