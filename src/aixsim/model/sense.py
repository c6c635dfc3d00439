"""What a sense is: what a mechanism's law is given, a number between 0 and 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from aixsim.world.classification import PROVINCES, SECTORS, SIZES

if TYPE_CHECKING:
    from aixsim.model.problem import Milieus, Problem
    from aixsim.model.scenario import Scenario

Trait = Literal["province", "sector", "size", "park"]
_LEVELS: Final = {"province": len(PROVINCES), "sector": len(SECTORS), "size": len(SIZES)}


@dataclass(frozen=True, slots=True)
class Sense:
    """Something that firms sense at the start of a month.

    What depends on the month and on traits of a milieu alone is declared here as a whole, by ``values`` and ``by``; both engines read the
    same array. What depends on what firms have done is computed by the engines, each in its own way: ``values`` is None, and both
    engines have a function of the sense's name.

    Attributes:
        name: what a mechanism states as ``senses``.
        meaning: one sentence, for the documentation.
        level: ``milieu`` when all firms of a milieu sense the same, ``tie`` when every firm senses for itself.
        values: ``values(scenario, problem)``, once all levers are applied: float64 in 0..1, one axis of months and one for each trait of
            ``by``, such as ``(n_months, 17, 23)`` by province and sector.
        by: traits of a milieu that ``values`` depends on. Firms outside all parks sense 0 of what depends on the park.
    """

    name: str
    meaning: str
    level: Literal["milieu", "tie"] = "milieu"
    values: Callable[[Scenario, Problem], NDArray[np.float64]] | None = None
    by: tuple[Trait, ...] = ()

    def __post_init__(self) -> None:
        """Refuses what the engines could not give to firms.

        Raises:
            ValueError: firms are to sense for themselves what is declared by traits of their milieu.
        """
        if self.level == "tie" and self.values is not None:
            raise ValueError(f"sense {self.name!r}: what has values is of the level milieu")

    def shape(self, n_parks: int) -> tuple[int, ...]:
        """Returns the number of levels of each trait in ``by``."""
        return tuple(_LEVELS.get(trait, n_parks) for trait in self.by)

    def table(self, scenario: Scenario, problem: Problem) -> NDArray[np.float64]:
        """Returns ``values`` of a scenario.

        Raises:
            ValueError: they have another shape than ``by`` says, or the engines compute them.
        """
        if self.values is None:
            raise ValueError(f"sense {self.name!r}: it is computed by the engines")
        table = self.values(scenario, problem)
        expected = (problem.horizon.n_months, *self.shape(len(problem.population.parks)))
        if table.shape != expected:
            raise ValueError(f"sense {self.name!r}: its values have the shape {table.shape} instead of {expected}")
        return table

    def place(self, milieus: Milieus, n_parks: int) -> NDArray[np.int64]:
        """Returns where each milieu finds its value in a month of ``table``, flattened; -1 for nowhere. Shape ``(n_milieus,)``."""
        place, inside = np.zeros(len(milieus.cell), np.int64), np.ones(len(milieus.cell), np.bool_)
        for trait, n_levels in zip(self.by, self.shape(n_parks), strict=True):
            level = getattr(milieus, trait)
            place, inside = place * n_levels + level, inside & (level >= 0)
        return np.where(inside, place, -1)
