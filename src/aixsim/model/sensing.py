"""Sensing: what a firm sees of others' AI factories, kept as whole numbers and turned into shares when needed."""

from __future__ import annotations

from typing import Any, Final

from aixsim.model.parameters import Parameters, derived, fraction, real

WEIGHT_UNIT: Final = 1024
"""Tie weights are whole multiples of 1/1024, so that weighted counts are integers and independent of order."""


def _weight(default: float, what: str) -> Any:
    meaning = f"weight of a tie to a {what} in the share of visible partners"
    source = "behaviour_parameters.csv (supplier pressure: sign only)"
    return real(default, "1", 0.0, 100.0, meaning, source, "assumed", "1 to 4 relative to a supplier")


class Sensing(Parameters):
    """What firms see of each other's AI factories."""

    visibility: float = fraction(0.5, "what a launched project counts against an operating one", "assumed", "assumed", "0.2 to 0.8")
    disappointment: float = fraction(
        0.5,
        "what an abandoned or failed project takes away",
        "assumed; behaviour_parameters.csv (pilots: 70 % of manufacturers report pilot purgatory)",
        "assumed",
        "0 to 1",
    )
    customer_weight: float = _weight(2.0, "customer")
    supplier_weight: float = _weight(1.0, "supplier")
    sibling_weight: float = _weight(2.0, "sibling site of the same company")

    large_customer_factor: float = real(
        1.0,
        "1",
        0.0,
        100.0,
        "what the weight of a customer is multiplied by when it is a large firm",
        "supply_network_facts.csv: 31.8 against 12.7 % of suppliers supported (2011)",
        "assumed",
        "1 to 4, about 2.5",
    )

    @derived
    def tie_weights(self) -> tuple[int, int, int, int]:
        """Weights of ties to customers, suppliers, sibling sites and large customers in units of 1/1024."""
        large = self.customer_weight * self.large_customer_factor
        customer, supplier, sibling, large_customer = (
            round(weight * WEIGHT_UNIT) for weight in (self.customer_weight, self.supplier_weight, self.sibling_weight, large)
        )
        return customer, supplier, sibling, large_customer


def visible_share(operating: int, launched: int, disappointing: int, total: int, p: Sensing) -> float:
    """Returns the share of visible AI factories, in 0..1.

    An operating factory counts 1, a launched one ``visibility``, an abandoned or failed one ``-disappointment``; the sum is
    never below 0.

    Args:
        operating, launched, disappointing: weighted counts by state.
        total: weighted count of all, those that are not visible among them; 0 gives 0.
        p: of the section; ``visibility`` and ``disappointment`` in 0..1.
    """
    seen = operating + p.visibility * launched - p.disappointment * disappointing
    if seen <= 0.0:
        return 0.0
    return seen / total
