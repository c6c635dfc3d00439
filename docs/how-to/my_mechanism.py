"""Bandwagon: firms imitate their peers, but ever more of them add ever less.

Law: hazard ``rate * share / (share + half)``, in 1/month. The form is that of a dose that saturates; rate and half are assumed.
"""

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Bandwagon(Parameters):
    """Parameters of the law."""

    rate: float = real(0.01, "1/month", 0.0, 1.0, "hazard when all peers have one", "assumed", "assumed", "loguniform, 0.003 to 0.03")
    half: float = real(0.05, "1", 0.001, 1.0, "share of peers at half the effect", "assumed", "assumed", "loguniform, 0.01 to 0.2")


def hazard(sensed: float, p: Bandwagon) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the share of peers in 0..1 that have a visible AI factory."""
    return p.rate * sensed / (sensed + p.half)


MECHANISM = Mechanism(
    name="bandwagon",
    title="Firms imitate peers with a saturating appetite",
    law="rate * share / (share + half)",
    senses="peer_share",
    hazard=hazard,
    parameters=Bandwagon,
    source="assumed",
)
