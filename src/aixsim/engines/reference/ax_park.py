"""Industrial parks that may open as AX demonstration parks."""

from __future__ import annotations

import mesa

from aixsim.engines.reference.country import Country


class AXPark(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """An industrial park that may open as an AX demonstration park."""

    def __init__(self, model: Country, index: int) -> None:
        """Takes its opening and closing months from the scenario."""
        super().__init__(model)
        self.opening, self.closing = int(model.case.park_open[index]), int(model.case.park_close[index])

    @property
    def is_open(self) -> bool:
        """Whether tenants can apply for the park's project money."""
        return bool(self.opening <= self.model.month < self.closing)
