"""Months as whole numbers: month 0 is the first of the horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.world.arrays import cached_array


@lru_cache(maxsize=1024)
def parse_month(text: str) -> tuple[int, int]:
    """Returns ``(year, month)`` of ``"YYYY-MM"``.

    Raises:
        ValueError: not a month of that form.
    """
    year, dash, month = text.partition("-")
    if not (
        text.isascii() and dash and len(year) == 4 and len(month) == 2 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12
    ):
        raise ValueError(f'{text!r} is not a month "YYYY-MM"')
    return int(year), int(month)


@dataclass(frozen=True)
class Horizon:
    """The simulated months, both ends included.

    Attributes:
        start, end: months ``"YYYY-MM"``.
    """

    start: str
    end: str

    def index(self, month: str) -> int:
        """Returns the month's position; negative before the start, ``n_months`` or more after the end."""
        year, number = parse_month(month)
        first_year, first = parse_month(self.start)
        return (year - first_year) * 12 + number - first

    @cached_property
    def n_months(self) -> int:
        """Number of simulated months."""
        return self.index(self.end) + 1

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Calendar years that the horizon touches."""
        return tuple(range(parse_month(self.start)[0], parse_month(self.end)[0] + 1))

    def date(self, index: int) -> dt.date:
        """Returns the first day of month ``index``."""
        year, month = parse_month(self.start)
        months = year * 12 + month - 1 + index
        return dt.date(months // 12, months % 12 + 1, 1)

    def year_index(self, index: int) -> int:
        """Returns the position in ``years`` of the year that month ``index`` lies in."""
        return self.date(index).year - self.years[0]

    @cached_array
    def month_years(self) -> NDArray[np.int64]:
        """Position in ``years`` of the year of every month, shape ``(n_months,)``, read-only."""
        return self._months_since_january // 12

    @cached_array
    def calendar_months(self) -> NDArray[np.int64]:
        """Month of the year of every month, 1 to 12, shape ``(n_months,)``, read-only."""
        return self._months_since_january % 12 + 1

    @cached_array
    def _months_since_january(self) -> NDArray[np.int64]:
        return np.arange(self.n_months) + parse_month(self.start)[1] - 1


def over_years(value: Any, horizon: Horizon, fill: float | None, beyond: int = 0) -> NDArray[np.float64]:
    """Spreads a number, or a table by year, over the years of the horizon and some ``beyond`` it.

    A year that a table leaves out takes ``fill``, or the latest earlier value (the first value before it) when ``fill`` is ``None``.
    """
    years = range(horizon.years[0], horizon.years[-1] + beyond + 1)
    if not isinstance(value, Mapping):
        return np.full(len(years), float(value))
    stated = {int(year): float(number) for year, number in value.items()}
    if fill is not None:
        return np.array([stated.get(year, fill) for year in years])
    return np.array([stated[max((y for y in stated if y <= year), default=min(stated))] for year in years])
