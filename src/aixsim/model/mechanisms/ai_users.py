"""AI users: firms imitate those that use AI in a smaller way than an AI factory.

Law: hazard ``q_user * min(1, stock + share)``, in 1/month, with ``stock`` the share of firms that use AI at the start and ``share`` that of
firms that the SME ministry has given an AI smart factory since, of the same province and sector. How much such a firm counts against an AI
factory is not known: the rate is up to a fifth of that of peers.
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, fraction, real


class AiUsers(Parameters):
    """Parameters of the law."""

    rate: float = real(
        1.0e-3,
        "1/month",
        0.0,
        5.0,
        "q_user: hazard when every firm of the sector and province uses AI in a smaller way",
        "assumed; up to a fifth of q_peer",
        "assumed",
        "loguniform, 2e-4 to 4e-3",
    )
    stock: float = fraction(
        0.02,
        "share of firms that use AI at the start",
        "ai_adoption_rates.csv: 1 % of SMEs to 5 % of manufacturers, by survey",
        "assumed",
        "0.01 to 0.05",
    )


def hazard(sensed: float, p: AiUsers) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the share equipped since the start in 0..1."""
    return p.rate * min(p.stock + sensed, 1.0)


MECHANISM = Mechanism(
    name="ai_users",
    title="Firms imitate those that use AI in a smaller way",
    law="q_user * min(1, stock at the start + share equipped since)",
    senses="ai_user_share",
    hazard=hazard,
    parameters=AiUsers,
    source="assumed; compare peers",
)
