"""A section of the config that is described by cards: a submodel's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aixsim.model.parameters import Card


@dataclass(frozen=True, slots=True)
class Section:
    """The settings of one submodel.

    Attributes:
        name: table name in the config.
        title: one line for people.
        cards: every setting with its default.
    """

    name: str
    title: str
    cards: tuple[Card, ...]

    def defaults(self) -> dict[str, Any]:
        """Returns the value of every setting that no config states."""
        return {card.name: card.default for card in self.cards}
