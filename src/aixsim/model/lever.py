"""What a lever is: something a government decides, with a neutral setting that changes no bit of any run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.parameters import Confidence, Parameters, month, text
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario

NEVER: Final = "9999-12"
"""Default of ``stop``: beyond every horizon."""


@dataclass(frozen=True, slots=True)
class Lever:
    """An instrument of the plan.

    Attributes:
        name: key in the config under ``[levers]``; a lever that is absent stays at its neutral setting.
        title: one line for people.
        apply: ``apply(scenario, p, problem)`` changes the scenario of one replicate; ``p`` holds the values of ``parameters``. It
            may only draw addressed numbers.
            Nothing changes outside the months from ``start`` to before ``stop``. Levers share fields by adding, multiplying
            or taking the larger, so that the order in which they are applied does not matter.
        neutral: settings under which every run is bit for bit as without the lever.
        parameters: the settings; ``start`` and ``stop`` are among them.
        source: where the instrument is described.
    """

    name: str
    title: str
    apply: Callable[[Scenario, Any, Problem], None]
    neutral: Mapping[str, Any]
    parameters: type[Parameters]
    source: str


class Windowed(Protocol):
    """Settings of a lever with a window."""

    @property
    def start(self) -> str:
        """First month."""
        ...

    @property
    def stop(self) -> str:
        """First month no longer."""
        ...


def starts(default: str, source: str, confidence: Confidence) -> Any:
    """Declares a lever's first month."""
    return month(default, "first month in which the lever acts", source, confidence)


def stops() -> Any:
    """Declares the month in which a lever no longer acts."""
    meaning = "first month in which the lever no longer acts; after the horizon: it is never withdrawn"
    return month(NEVER, meaning, "assumed", "assumed")


def programme_named() -> Any:
    """Declares which programme a lever of the budget acts on."""
    return text("all", "name of the programme that the lever acts on, or all of them", "assumed", "assumed")


def window(p: Windowed, horizon: Horizon) -> tuple[int, int]:
    """Returns the first month in which a lever acts and the first in which it no longer does, both within ``0 … n_months``."""
    first = min(max(horizon.index(p.start), 0), horizon.n_months)
    return first, max(min(horizon.index(p.stop), horizon.n_months), first)


def whole_years(p: Windowed, horizon: Horizon) -> NDArray[np.bool_]:
    """Returns the years of which every simulated month lies in the lever's window, shape ``(n_years,)``.

    Budgets are by calendar year, so what acts on them acts on whole years only: half a year would reach calls before the start or
    after the stop.
    """
    first, end = window(p, horizon)
    whole = np.ones(len(horizon.years), np.bool_)
    for t, year in enumerate(horizon.month_years):
        whole[year] &= first <= t < end
    return whole
