"""Collaboration: members follow the lead of their collaboration model.

Law: hazard ``q_collab * v``, in 1/month, with ``v`` = 1 when the firm's large-medium-small collaboration model has started and
its lead is visible, else 0. No study of the effect was found: the rate is assumed.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Collaboration(Parameters):
    """Parameters of the law."""

    rate: float = real(
        0.02, "1/month", 0.0, 5.0, "q_collab: hazard of a member whose lead is visible", "assumed", "assumed", "loguniform, 0.005 to 0.08"
    )


def hazard(sensed: float, p: Collaboration) -> float:
    """Returns the hazard in 1/month; ``sensed`` is 0 or 1, ``p.rate`` is q_collab in 1/month."""
    return p.rate * sensed


MECHANISM = Mechanism(
    name="collaboration",
    title="Members follow the lead of their collaboration model",
    law="q_collab * (1 if the model has started and its lead is visible)",
    senses="lead_visible",
    hazard=hazard,
    parameters=Collaboration,
    source="assumed",
)
