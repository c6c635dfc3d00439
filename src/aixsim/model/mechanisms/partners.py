"""Partners: firms follow their customers and suppliers.

Law: hazard ``q_partner * s``, in 1/month, with ``s`` the weighted share of the firm's ties that lead to visible AI factories;
customers weigh more than suppliers (external pressure in the chain: Chwelos, Benbasat, Dexter 2001, doi:10.1287/isre.12.3.304.9708;
adoption spreads along input links: Carvalho and Voigtlaender 2015, doi:10.3386/w20025; signs only).
"""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Partners(Parameters):
    """Parameters of the law."""

    rate: float = real(
        0.05,
        "1/month",
        0.0,
        5.0,
        "q_partner: hazard when every customer, supplier and sibling site is a visible AI factory",
        "behaviour_parameters.csv (one standard deviation of network distance: +33 to 50 % adoption; sign and order only)",
        "assumed",
        "lognormal, median 0.05, sigma 0.7",
    )


def hazard(sensed: float, p: Partners) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the weighted visible share in 0..1, ``p.rate`` is q_partner in 1/month."""
    return p.rate * sensed


MECHANISM = Mechanism(
    name="partners",
    title="Firms follow their customers, suppliers and sibling sites",
    law="q_partner * weighted share of visible customers, suppliers and sibling sites",
    senses="partner_share",
    hazard=hazard,
    parameters=Partners,
    source="Chwelos, Benbasat, Dexter (2001), doi:10.1287/isre.12.3.304.9708",
)
