"""Peers: firms imitate AI factories of their own sector and province.

Law: hazard ``q_peer * s``, in 1/month, with ``s`` the share of visible AI factories among the firms of the same sector
and province: the coefficient of imitation of Bass (1969), doi:10.1287/mnsc.15.5.215, with local interaction as found
for AI by Dahlke et al. (2024), Research Policy (sign only).
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Peers(Parameters):
    """Parameters of the law."""

    rate: float = real(
        0.02,
        "1/month",
        0.0,
        5.0,
        "coefficient of imitation q_peer: hazard when every firm of the sector and province is a visible AI factory",
        "behaviour_parameters.csv (Bass fits: q 0.31 to 0.62 a year, 0.026 to 0.052 a month, for smart factories)",
        "assumed",
        "lognormal, median 0.02, sigma 0.5; below the fits because partners carry part of the imitation",
    )


def hazard(sensed: float, p: Peers) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the visible share in 0..1, ``p.rate`` is q_peer in 1/month."""
    return p.rate * sensed


MECHANISM = Mechanism(
    name="peers",
    title="Firms imitate AI factories of their sector and province",
    law="q_peer * share of visible AI factories in the same sector and province",
    senses="peer_share",
    hazard=hazard,
    parameters=Peers,
    source="Bass (1969), doi:10.1287/mnsc.15.5.215",
)
