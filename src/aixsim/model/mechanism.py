"""What a mechanism is: a law that turns what a firm senses into a hazard of deciding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aixsim.model.parameters import Card

Sense = Literal["nothing", "peer_share", "park_service", "zone_activity", "partner_share", "lead_visible"]
"""What a law is given, a number between 0 and 1.

``nothing``: 0. ``peer_share``: share of visible AI factories among firms of the same sector and province.
``park_service``: service level of the firm's park. ``zone_activity``: activity of the regulation-free zone
of the firm's province and sector. ``partner_share``: weighted share of visible customers, suppliers and
sibling sites. ``lead_visible``: 1 when the firm's collaboration model has started and its lead is visible.
"""

MILIEU_SENSES: tuple[Sense, ...] = ("nothing", "peer_share", "park_service", "zone_activity")
"""What all firms of a milieu sense alike; the other senses differ from firm to firm (tie level)."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A reason to decide; hazards of all active mechanisms add.

    Attributes:
        name: key in the config under ``[mechanisms]``.
        title: one line for people.
        law: the law in symbols, for the documentation.
        senses: what ``hazard`` is given as its first argument.
        hazard: ``hazard(sensed, *parameters) -> 1/month``, plain scalar arithmetic with ``math`` only, never negative and
            never falling in ``sensed``, parameters in the order of ``cards``. Both engines call this very function.
        cards: the parameters.
        source: where the law comes from.
    """

    name: str
    title: str
    law: str
    senses: Sense
    hazard: Callable[..., float]
    cards: tuple[Card, ...]
    source: str

    @property
    def level(self) -> Literal["milieu", "tie"]:
        """Whether all firms of a milieu share the hazard or each firm has its own."""
        return "milieu" if self.senses in MILIEU_SENSES else "tie"
