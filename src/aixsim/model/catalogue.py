"""Everything that has parameters: mechanisms, levers, sections and programmes, for ``describe`` and the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aixsim.model.adequacy import Adequacy
from aixsim.model.capacity import Capacity
from aixsim.model.climate import Climate
from aixsim.model.economics import Economics
from aixsim.model.funding import Funding
from aixsim.model.implementation import Implementation
from aixsim.model.matching import Matching
from aixsim.model.parameters import Parameter, Parameters
from aixsim.model.programmes import EVERY
from aixsim.model.registry import Registry
from aixsim.model.reuse import Reuse
from aixsim.model.sensing import Sensing
from aixsim.model.susceptibility import Susceptibility

SECTIONS: Final[dict[str, type[Parameters]]] = {
    "sensing": Sensing,
    "susceptibility": Susceptibility,
    "climate": Climate,
    "economics": Economics,
    "funding": Funding,
    "implementation": Implementation,
    "matching": Matching,
    "reuse": Reuse,
    "capacity": Capacity,
    "adequacy": Adequacy,
}
"""Settings of submodels, by the table of the config. A replicate's values are attributes of its scenario of the same names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that has parameters.

    Attributes:
        key: table in the config, such as ``mechanisms.peers``.
        kind: ``mechanism``, ``lever``, ``section`` or ``programme``.
        title: one line.
        law: of a mechanism, else empty.
        source: of the whole, else empty.
        parameters: its settings.
    """

    key: str
    kind: str
    title: str
    law: str
    source: str
    parameters: tuple[Parameter, ...]


PROGRAMME: Final = Entry("programme", "programme", "Public support lines: [[programme]]", "", "", EVERY)
"""What every ``[[programme]]`` can state beside its name."""


def entries(registry: Registry) -> list[Entry]:
    """Returns everything that has parameters and stands once in a config, mechanisms first."""
    laws, levers = registry.mechanisms.values(), registry.levers.values()
    return [
        *(Entry(f"mechanisms.{m.name}", "mechanism", m.title, m.law, m.source, m.parameters.declared) for m in laws),
        *(Entry(f"levers.{lever.name}", "lever", lever.title, "", lever.source, lever.parameters.declared) for lever in levers),
        *(Entry(key, "section", section.title(), "", "", section.declared) for key, section in SECTIONS.items()),
    ]
