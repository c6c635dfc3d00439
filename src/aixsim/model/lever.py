"""What a lever is: something a government decides, with a neutral setting that changes no bit of any run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from aixsim.model.calendar import Horizon
from aixsim.model.parameters import Card
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
        apply: ``apply(scenario, settings, problem)`` changes the scenario of one replicate; it may only draw addressed numbers.
            Nothing changes outside the months from ``start`` to before ``stop``. Levers share fields by adding, multiplying
            or taking the larger, so that the order in which they are applied does not matter.
        neutral: settings under which every run is bit for bit as without the lever.
        cards: the settings; ``start`` and ``stop`` are among them.
        source: where the instrument is described.
    """

    name: str
    title: str
    apply: Callable[[Scenario, Mapping[str, Any], Problem], None]
    neutral: Mapping[str, Any]
    cards: tuple[Card, ...]
    source: str


def start_card(default: str, source: str, confidence: Literal["quoted", "derived", "assumed"]) -> Card:
    """Returns the card of a lever's first month."""
    return Card("start", default, "month", 0, 0, "first month in which the lever acts", source, confidence, kind="month")


def stop_card() -> Card:
    """Returns the card of the month in which a lever no longer acts."""
    return Card(
        "stop",
        NEVER,
        "month",
        0,
        0,
        "first month in which the lever no longer acts; after the horizon: it is never withdrawn",
        "assumed",
        "assumed",
        kind="month",
    )


def programme_card() -> Card:
    """Returns the card that says which programme a lever of the budget acts on."""
    return Card(
        "programme", "all", "1", 0, 0, "name of the programme that the lever acts on, or all of them", "assumed", "assumed", kind="text"
    )


def window(settings: Mapping[str, Any], horizon: Horizon) -> tuple[int, int]:
    """Returns the first month in which a lever acts and the first in which it no longer does, both within ``0 … n_months``."""
    first = min(max(horizon.index(settings["start"]), 0), horizon.n_months)
    return first, max(min(horizon.index(settings["stop"]), horizon.n_months), first)


def whole_years(settings: Mapping[str, Any], horizon: Horizon) -> NDArray[np.bool_]:
    """Returns the years of which every simulated month lies in the lever's window, shape ``(n_years,)``.

    Budgets are by calendar year, so what acts on them acts on whole years only: half a year would reach calls before the start or
    after the stop.
    """
    first, end = window(settings, horizon)
    whole = np.ones(len(horizon.years), np.bool_)
    for t, year in enumerate(horizon.month_years):
        whole[year] &= first <= t < end
    return whole
