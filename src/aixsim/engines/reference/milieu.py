"""Milieus: what firms of one kind sense together, and their pressure."""

from __future__ import annotations

from collections.abc import Iterable

from aixsim.engines.reference.codes import Seen
from aixsim.engines.reference.country import Country
from aixsim.model.problem import Milieus
from aixsim.model.sense import Sense
from aixsim.model.senses import senses
from aixsim.model.sensing import visible_share


def added(hazards: Iterable[float]) -> float:
    """Returns the sum in the given order, rounded after each step; from Python 3.12 on ``sum`` would round only once."""
    total = 0.0
    for hazard in hazards:
        total += hazard
    return total


class Milieu:
    """Firms of one province, sector, size class and park: they sense the same and share their pressure."""

    def __init__(self, groups: Milieus, index: int) -> None:
        """Starts without pressure."""
        self.cell, self.size, self.park = int(groups.cell[index]), int(groups.size[index]), int(groups.park[index])
        self.province, self.sector = int(groups.province[index]), int(groups.sector[index])
        self.pressure = 0
        self.hazard = 0.0
        self.sensed: dict[str, float] = {}
        self.hazards: dict[str, float] = {}

    def sense(self, model: Country) -> None:
        """Adds up what the mechanisms of the milieu make of what it senses."""
        self.sensed = {m.name: self.sensed_by(senses()[m.senses], model) for m, _ in model.milieu_mechanisms}
        self.hazards = {m.name: m.hazard(self.sensed[m.name], p) for m, p in model.milieu_mechanisms}
        self.hazard = added(self.hazards.values())

    def sensed_by(self, sense: Sense, model: Country) -> float:
        """Returns what it senses: from the scenario where it depends on its traits alone, else by the method of the sense's name."""
        if sense.name not in model.given:
            return float(getattr(self, sense.name)(model))
        traits = [getattr(self, trait) for trait in sense.by]
        return 0.0 if -1 in traits else float(model.given[sense.name][(model.month, *traits)])

    def peer_share(self, model: Country) -> float:
        """Returns the share of visible AI factories among the firms of its province and sector."""
        operating, launched, disappointing = (
            model.seen_in_cell[self.cell, state] for state in (Seen.OPERATING, Seen.LAUNCHED, Seen.DISAPPOINTING)
        )
        n_firms, case = int(model.problem.milieus.cell_firms[self.cell]), model.case
        return visible_share(operating, launched, disappointing, n_firms, case.sensing)
