"""Everything that has cards: mechanisms, levers and submodels, for ``describe`` and the documentation."""

from __future__ import annotations

from dataclasses import dataclass

from aixsim.model import climate, economics, funding, implementation, sensing, susceptibility
from aixsim.model.parameters import Card
from aixsim.model.registry import Registry
from aixsim.model.section import Section

SECTIONS: tuple[Section, ...] = (
    sensing.SECTION,
    susceptibility.SECTION,
    climate.SECTION,
    economics.SECTION,
    funding.SECTION,
    implementation.SECTION,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that has cards.

    Attributes:
        key: table in the config, such as ``mechanisms.peers``.
        kind: ``mechanism``, ``lever`` or ``section``.
        title: one line.
        law: of a mechanism, else empty.
        source: of the whole, else empty.
        cards: its settings.
    """

    key: str
    kind: str
    title: str
    law: str
    source: str
    cards: tuple[Card, ...]


def entries(registry: Registry) -> list[Entry]:
    """Returns everything that has cards, mechanisms first."""
    return [
        *(Entry(f"mechanisms.{m.name}", "mechanism", m.title, m.law, m.source, m.cards) for m in registry.mechanisms.values()),
        *(Entry(f"levers.{lever.name}", "lever", lever.title, "", lever.source, lever.cards) for lever in registry.levers.values()),
        *(Entry(section.name, "section", section.title, "", "", section.cards) for section in SECTIONS),
    ]
