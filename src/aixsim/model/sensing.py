"""Sensing: what a firm sees of others' AI factories, kept as whole numbers and turned into shares when needed."""

from __future__ import annotations

from typing import Final

from aixsim.model.parameters import Card
from aixsim.model.section import Section

WEIGHT_UNIT: Final = 1024
"""Tie weights are whole multiples of 1/1024, so that weighted counts are integers and independent of order."""


def visible_share(operating: int, launched: int, disappointing: int, total: int, visibility: float, disappointment: float) -> float:
    """Returns the share of visible AI factories, in 0..1.

    An operating factory counts 1, a launched one ``visibility``, an abandoned or failed one ``-disappointment``; the sum is
    never below 0.

    Args:
        operating, launched, disappointing: weighted counts by state.
        total: weighted count of all; 0 gives 0.
        visibility, disappointment: in 0..1.
    """
    if total <= 0:
        return 0.0
    seen = operating + visibility * launched - disappointment * disappointing
    if seen <= 0.0:
        return 0.0
    return seen / total


def _weight(name: str, default: float, what: str) -> Card:
    return Card(
        name=name,
        default=default,
        unit="1",
        low=0.0,
        high=100.0,
        meaning=f"weight of a tie to a {what} in the share of visible partners",
        source="behaviour_parameters.csv (supplier pressure: sign only)",
        confidence="assumed",
        prior="1 to 4 relative to a supplier",
    )


SECTION = Section(
    name="sensing",
    title="What firms see of each other's AI factories",
    cards=(
        Card(
            "visibility", 0.5, "1", 0.0, 1.0, "what a launched project counts against an operating one", "assumed", "assumed", "0.2 to 0.8"
        ),
        Card(
            "disappointment",
            0.5,
            "1",
            0.0,
            1.0,
            "what an abandoned or failed project takes away",
            "assumed; behaviour_parameters.csv (pilots: 70 % of manufacturers report pilot purgatory)",
            "assumed",
            "0 to 1",
        ),
        _weight("customer_weight", 2.0, "customer"),
        _weight("supplier_weight", 1.0, "supplier"),
        _weight("sibling_weight", 2.0, "sibling site of the same company"),
    ),
)
