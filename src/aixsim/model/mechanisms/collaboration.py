"""Collaboration: members follow the lead of their collaboration model.

Law: hazard ``q_collab * v``, in 1/month, with ``v`` = 1 when the firm's large-medium-small collaboration model has started and
its lead is visible, else 0. No study of the effect was found: the rate is assumed.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Card


def hazard(sensed: float, rate: float) -> float:
    """Returns the hazard in 1/month; ``sensed`` is 0 or 1, ``rate`` is q_collab in 1/month."""
    return rate * sensed


MECHANISM = Mechanism(
    name="collaboration",
    title="Members follow the lead of their collaboration model",
    law="q_collab * (1 if the model has started and its lead is visible)",
    senses="lead_visible",
    hazard=hazard,
    cards=(
        Card(
            name="rate",
            default=0.02,
            unit="1/month",
            low=0.0,
            high=5.0,
            meaning="q_collab: hazard of a member whose lead is visible",
            source="assumed",
            confidence="assumed",
            prior="loguniform, 0.005 to 0.08",
        ),
    ),
    source="assumed",
)
