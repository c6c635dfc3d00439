"""The documented range of every uncertain number of a config."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aixsim.config.ensembles import numbers_of
from aixsim.config.study import Study
from aixsim.model.uncertainties import uncertainties_of
from aixsim.random.distributions import Distribution

_UNBOUNDED: Final = ("normal", "lognormal")
_TAIL: Final = 0.05


@dataclass(frozen=True, slots=True)
class DocumentedRange:
    """The range of an uncertain number.

    Attributes:
        key: in the config.
        law: its distribution there.
        unit, meaning: of the number.
        is_whole: whether it takes whole numbers only.
    """

    key: str
    law: Distribution
    unit: str
    meaning: str
    is_whole: bool

    @property
    def ends(self) -> str:
        """What the ends are: those of the distribution, or quantiles of one that has none."""
        return "5 % and 95 % quantiles" if self.law.dist in _UNBOUNDED else "ends of the distribution"

    def value(self, place: float) -> float:
        """Returns the value at a share of the range: equal steps are equally probable, or equally long for whole numbers and a choice."""
        tail = _TAIL if self.law.dist in _UNBOUNDED else 0.0
        values = self.law.values
        low, high = (min(values), max(values)) if self.law.dist == "choice" else map(self.law.quantile, (tail, 1.0 - tail))
        if self.law.dist == "choice" or self.is_whole:
            return _digits(low + place * (high - low))
        return _digits(self.law.quantile(tail + place * (1.0 - 2.0 * tail)))

    def setting(self, place: float) -> float | int:
        """Returns the value as a config takes it."""
        return round(self.value(place)) if self.is_whole else self.value(place)

    def nearest(self, place: float) -> float:
        """Returns the place of the setting nearest to a place."""
        low, high = self.setting(0.0), self.setting(1.0)
        return (self.setting(place) - low) / (high - low) if self.is_whole else place


def _digits(value: float) -> float:
    """Returns a value without the digits that rounding errors leave."""
    return float(f"{value:.9g}")


def documented_ranges(study: Study) -> list[DocumentedRange]:
    """Returns the range of every number that is a distribution in a config, but of those that can take one value only."""
    known = numbers_of(study.table, study.registry)
    found = []
    for key, law in uncertainties_of(study.settings).items():
        parameter = known.get(key)
        unit, meaning, kind = (parameter.unit, parameter.meaning, parameter.kind) if parameter is not None else ("1", "", "")
        found.append(DocumentedRange(key, law, unit, meaning, kind == "integer"))
    return [one for one in found if one.setting(0.0) != one.setting(1.0)]
