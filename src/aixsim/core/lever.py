"""What a lever is: something a government decides, with a neutral setting that changes no bit of any run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aixsim.core.parameters import Card
from aixsim.core.problem import Problem
from aixsim.core.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Lever:
    """An instrument of the plan.

    Attributes:
        name: key in the config under ``[levers]``; a lever that is absent stays at its neutral setting.
        title: one line for people.
        apply: ``apply(scenario, settings, problem)`` changes the scenario of one replicate; it may only draw addressed numbers.
        neutral: settings under which every run is bit for bit as without the lever.
        cards: the settings.
        source: where the instrument is described.
    """

    name: str
    title: str
    apply: Callable[[Scenario, Mapping[str, Any], Problem], None]
    neutral: Mapping[str, Any]
    cards: tuple[Card, ...]
    source: str
