"""Parks: an AX demonstration park advises its tenants.

Law: hazard ``q_park * s``, in 1/month, with ``s`` the service level of the firm's park: 0 before it opens, rising over the
ramp-up, at most the share of tenants that its capacity reaches. No study of the effect was found: the rate is assumed.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Parks(Parameters):
    """Parameters of the law."""

    rate: float = real(
        1.0e-3,
        "1/month",
        0.0,
        1.0,
        "q_park: hazard of a tenant that its park serves fully",
        "assumed; tenants' smart-factory penetration by park (smart_factory_by_park_2022.csv) shows heterogeneity only",
        "assumed",
        "loguniform, 3e-4 to 3e-3",
    )


def hazard(sensed: float, p: Parks) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the service level in 0..1, ``p.rate`` is q_park in 1/month."""
    return p.rate * sensed


MECHANISM = Mechanism(
    name="parks",
    title="AX demonstration parks advise their tenants",
    law="q_park * service level of the firm's park",
    senses="park_service",
    hazard=hazard,
    parameters=Parks,
    source="assumed",
)
